"""`parse`, `import` and `config`: files and settings, without a portal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.archive import Archive
from tests.commands import run, told

DATA = Path(__file__).parents[1] / "data"
SEED = Path(__file__).parents[2] / "seeds" / "000_61406b28d74e9c75.txt"
URL = "https://www.jiaxing.gov.cn/art/2024/4/17/art_1591186_59638993.html"
COLUMN = "https://www.jiaxing.gov.cn/col/col1591185/index.html"
PAGE = """<html><head><title>{title}</title></head><body><div>Current location: <a href="/">Home</a> &gt;
<a href="/n/">News</a></div>
<h1>{title}</h1><div>Release date:2024-04-17 16:10  Source: Jiaxing Daily</div><div id="zoom">
<p>First paragraph.</p><p>Second one.</p>
<p><a href="/attach/plan.pdf">Plan.pdf</a></p></div></body></html>"""
PORTAL = """name = "other"
hosts = ["www.other.gov.cn"]
timezone = "Asia/Tokyo"
[sections.news]
title = "News"
listing = "https://www.other.gov.cn/news/"
[sections.notes]
title = "Notes"
listing = "https://www.other.gov.cn/notes/"
[sections.notes.select]
title = "h2.no-such"
"""
TEXT = "Current location: Home > Jiaxing Today\n\n{title}\n\nRelease date:2022-09-20 10:46\n\nA paragraph.\n"


@pytest.fixture
def page(tmp_path):
    """Write a saved page."""
    file = tmp_path / "page.html"
    file.write_text(PAGE.format(title="A Title of Some Length"))
    return file


@pytest.fixture
def archive(tmp_path):
    """Return where an archive would be."""
    return tmp_path / "archive.db"


def parsed(*arguments, code=0, data=None):
    """Return the document that `parse` prints."""
    return json.loads(run("parse", *arguments, "--json", code=code, data=data).stdout)


def test_a_page_as_a_document(page, tmp_path, monkeypatch):
    """The document has exactly the fields that are promised, and no archive is made."""
    monkeypatch.chdir(tmp_path)
    document = parsed(page, "--url", URL)
    assert document == {
        "kind": "release",
        "title": "A Title of Some Length",
        "published": "2024-04-17 16:10",
        "published_at": "2024-04-17T08:10:00Z",
        "published_on": "2024-04-17",
        "precision": "minute",
        "source": "Jiaxing Daily",
        "author": None,
        "number": None,
        "keywords": [],
        "breadcrumb": ["Home", "News"],
        "language": "en",
        "text": "First paragraph.\n\nSecond one.\n\nPlan.pdf",
        "paragraphs": ["First paragraph.", "Second one.", "Plan.pdf"],
        "attachments": [{"name": "Plan.pdf", "url": "https://www.jiaxing.gov.cn/attach/plan.pdf"}],
        "images": [],
        "dates": [{"value": "2024-04-17 16:10", "from": "label"}, {"value": "2024-04-17", "from": "url"}],
        "outcome": "ok",
        "problems": [],
    }
    assert list(tmp_path.glob("*.db*")) == []


def test_a_page_for_people(page):
    """People see the fields, where dates came from, by whose rules, and the text."""
    text = run("parse", page, "--url", URL).stdout
    assert text.startswith("ok   read by the rules of jiaxing/today\n")
    assert "source        Jiaxing Daily\n" in text
    assert "date          2024-04-17   from url\n" in text
    assert "attachment    Plan.pdf   https://www.jiaxing.gov.cn/attach/plan.pdf\n" in text
    assert text.endswith("\nFirst paragraph.\n\nSecond one.\n\nPlan.pdf\n")


def test_a_page_from_the_standard_input(page):
    """`-` reads what is piped in."""
    assert parsed("-", "--url", URL, data=page.read_bytes()) == parsed(page, "--url", URL)


def test_what_is_no_press_release_leaves_with_1(tmp_path):
    """A page that cannot be read says why, as a document and for people."""
    file = tmp_path / "home.html"
    file.write_text("<html><body><p>Welcome</p></body></html>")
    document = parsed(file, "--url", URL, code=1)
    assert (document["outcome"], document["title"], document["text"], document["paragraphs"]) == ("unreadable", None, None, [])
    assert document["problems"]
    text = run("parse", file, "--url", URL, code=1).stdout
    assert text.startswith("unreadable")
    assert document["problems"][-1] in text


def test_rules_come_from_the_portal_of_the_host(page, tmp_path):
    """A given portal's file wins, its sections are chosen by name, and an unknown host is read without any."""
    portal = tmp_path / "other.toml"
    portal.write_text(PORTAL)
    url = "https://www.other.gov.cn/art/2024/4/17/art_1_2.html"
    assert parsed(page, "--url", url)["published_at"] == "2024-04-17T08:10:00Z"
    assert "read by default rules: no portal that is known has this host" in run("parse", page, "--url", url).stdout
    assert parsed(page, "--url", url, "--portal", portal)["published_at"] == "2024-04-17T07:10:00Z"
    assert "h2.no-such" in str(parsed(page, "--url", url, "--portal", portal, "--section", "notes", code=1)["problems"])
    settings = tmp_path / "jiaxing-today.toml"
    settings.write_text('portals = ["other.toml"]\n')
    assert "rules of other/news" in run("parse", page, "--url", url, "--config", settings).stdout
    assert "rules of jiaxing/today" in run("parse", page, "--url", URL, "--config", settings).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--url", "not an address"], "not an address"),
        (["--url", URL, "--section", "nope"], "no section nope"),
        (["--url", URL, "--portal", "/nowhere/x.toml"], "/nowhere/x.toml"),
    ],
)
def test_parse_with_wrong_arguments(page, arguments, words):
    """An address, a section or a portal's file that is none is wrong usage."""
    assert words in told(run("parse", page, *arguments, code=2))


@pytest.mark.parametrize("command", [["parse", "--url", URL], ["import"]])
def test_files_that_cannot_be_read(tmp_path, command, archive):
    """A file that is missing, or a folder, is named with the system's reason; no archive is made."""
    name, *options = command
    assert "No such file" in told(run(name, tmp_path / "none.html", *options, "--archive", archive, code=2))
    assert "Is a directory" in told(run(name, tmp_path, *options, "--archive", archive, code=2))
    assert not archive.exists()


def test_a_listing_as_a_document():
    """A listing's document has exactly the fields that are promised."""
    document = parsed(DATA / "listings" / "column.html", "--url", COLUMN, "--listing")
    assert list(document) == ["kind", "platform", "readable", "records", "total", "pages", "next", "problems"]
    assert (document["kind"], document["platform"], document["readable"]) == ("listing", "jpage", True)
    assert all(list(row) == ["url", "title", "date"] for row in document["records"])
    assert document["next"].startswith("http")


def test_a_listing_for_people():
    """People see platform, rows and what would be asked next."""
    text = run("parse", DATA / "listings" / "column.html", "--url", COLUMN, "--listing").stdout
    assert text.startswith("readable   platform jpage, read by the rules of jiaxing/today\n")
    assert "; next: http" in text.splitlines()[-1]


@pytest.mark.parametrize(("name", "platform"), [("reply.xml", "jpage"), ("plain.html", "static"), ("trs.html", "trs")])
def test_listings_of_other_forms(name, platform):
    """Answers in XML and in other platforms' HTML are told apart by themselves."""
    assert parsed(DATA / "listings" / name, "--url", COLUMN, "--listing")["platform"] == platform


def test_a_listing_that_cannot_be_read(tmp_path):
    """A listing without rows for a reader without scripts is not taken for an empty one; nor is one that nests endlessly."""
    document = parsed(DATA / "listings" / "commented.html", "--url", COLUMN, "--listing", code=1)
    assert document["readable"] is False
    assert document["problems"]
    assert run("parse", DATA / "listings" / "commented.html", "--url", COLUMN, "--listing", code=1).stdout.startswith(
        "not readable"
    )
    deep = tmp_path / "deep.html"
    deep.write_text("<div>" * 5000)
    assert parsed(deep, "--url", COLUMN, "--listing", code=1)["readable"] is False
    assert parsed(deep, "--url", URL, code=1)["outcome"] == "unreadable"


# Import


def test_import_of_the_seed_document(archive):
    """The seed document becomes a release of its own; the same bytes again are known."""
    said = run("import", SEED, "--archive", archive).stdout
    assert said.startswith("imported as release 1 (1@1): Officials Required to Strictly Implement Duties of ”Working Harder")
    assert run("import", SEED, "--archive", archive).stdout == said.replace("imported", "already here")
    shown = json.loads(run("show", "1", "--json", "--archive", archive).stdout)
    assert shown["published"] == "2022-09-20 10:46"
    assert (len(shown["paragraphs"]), shown["text"].count("\u00a0"), shown["state"]) == (6, 13, "imported")
    assert "from a file" in run("list", "--archive", archive).stdout
    history = run("history", "1", "--archive", archive).stdout
    assert "1@1  imported 2" in history
    assert "Watched" not in history


def test_import_of_a_saved_page(archive, page):
    """A saved page needs the address that it came from, and is read by the rules of that address's portal."""
    assert "this is a web page" in told(run("import", page, "--archive", archive, code=2))
    said = run("import", page, "--url", URL, "--archive", archive).stdout
    assert said == "imported as release 1 (1@1): A Title of Some Length\n"


def test_number_and_keywords_are_shown(archive, tmp_path):
    """Both commands that print a press release print its document number and its keywords, and documents hold them."""
    file = tmp_path / "paper.html"
    head = '<meta name="keywords" content="lakes, reeds">'
    file.write_text(
        PAGE.format(title="A Title of Some Length").replace("<div id=", f"{head}<p>文号：湖政发〔2022〕9号</p><div id=")
    )
    text = run("parse", file, "--url", URL).stdout
    assert "number        湖政发〔2022〕9号\n" in text
    assert "keywords      lakes, reeds\n" in text
    run("import", file, "--url", URL, "--archive", archive)
    shown = run("show", "1", "--archive", archive).stdout
    assert "document   湖政发〔2022〕9号\n" in shown
    assert "keywords   lakes, reeds\n" in shown
    document = json.loads(run("show", "1", "--archive", archive, "--json").stdout)
    assert (document["number"], document["keywords"]) == ("湖政发〔2022〕9号", ["lakes", "reeds"])
    assert parsed(file, "--url", URL)["keywords"] == ["lakes", "reeds"]


def test_several_files_of_which_one_is_wrong(archive, tmp_path):
    """A wrong file keeps no other from being imported, and the code says that something was wrong."""
    good = [tmp_path / name for name in ("a.txt", "b.txt")]
    for file in good:
        file.write_text(TEXT.format(title=f"Title {file.stem}"))
    bad = tmp_path / "bad.txt"
    bad.write_text("no press release")
    result = run("import", good[0], bad, tmp_path / "none.txt", good[1], "--archive", archive, code=1)
    assert result.stdout.splitlines() == ["imported as release 1 (1@1): Title a", "imported as release 2 (2@1): Title b"]
    assert f"{bad}: " in result.stderr
    assert f"{tmp_path / 'none.txt'}: No such file" in result.stderr
    assert run("import", tmp_path / "x", tmp_path / "y", "--archive", tmp_path / "other.db", code=1).stdout == ""
    assert not (tmp_path / "other.db").exists()


def test_import_from_the_standard_input(archive):
    """`-` imports what is piped in."""
    result = run("import", "-", "--archive", archive, data=TEXT.format(title="Piped In").encode())
    assert result.stdout == "imported as release 1 (1@1): Piped In\n"


def test_a_title_that_drives_a_terminal_is_spelt_out(archive, tmp_path):
    """What a publisher wrote never reaches the terminal as a command to it; programs get it as it is."""
    file = tmp_path / "evil.txt"
    file.write_text(TEXT.format(title="Evil \x1b]0;owned\x07 \u202etitle"))
    for result in (
        run("import", file, "--archive", archive),
        *(run(*each, "--archive", archive) for each in (["list"], ["show", "1"], ["history", "1"])),
    ):
        assert "\x1b" not in result.stdout
        assert "Evil \\x1b]0;owned\\x07 \\u202etitle" in result.stdout
    assert (
        json.loads(run("list", "--json", "--archive", archive).stdout)["releases"][0]["title"]
        == "Evil \x1b]0;owned\x07 \u202etitle"
    )


# Config


def test_config_says_what_holds_and_whence(tmp_path):
    """Each setting stands with its value and where it came from."""
    settings = tmp_path / "jiaxing-today.toml"
    settings.write_text('vantage = "Frankfurt DE"\n')
    text = run("config", "--config", settings, "--archive", tmp_path / "x.db").stdout
    assert f'vantage = "Frankfurt DE"   # {settings}\n' in text
    assert f'archive = "{tmp_path / "x.db"}"   # --archive\n' in text
    assert 'fetch.timeout = "60s"   # default\n' in text
    assert "[portals.jiaxing]   # shipped jiaxing.toml\n" in text
    assert '\nsections.today.title = "Jiaxing Today"\n' in text
    document = json.loads(run("config", "--config", settings, "--json").stdout)
    assert document["settings"]["vantage"] == "Frankfurt DE"
    assert document["origins"]["vantage"] == str(settings)


def test_config_and_status_say_which_file_wins(tmp_path):
    """A portal's file of the user's stands in for the shipped one of its name, and both commands say so."""
    (tmp_path / "portals").mkdir()
    mine, settings = tmp_path / "portals" / "jiaxing.toml", tmp_path / "jiaxing-today.toml"
    mine.write_text(PORTAL.replace('"other"', '"jiaxing"'))
    settings.write_text('archive = "a.db"\n')
    words = f"{mine} (wins over the shipped one of that name)"
    assert f"[portals.jiaxing]   # {words}\n" in run("config", "--config", settings).stdout
    Archive.open(tmp_path / "a.db", schedule=None, now=None).close()
    assert f"   jiaxing: {words}\n" in run("status", "--config", settings).stdout
    (told_of,) = json.loads(run("status", "--config", settings, "--json").stdout)["portals"]
    assert (told_of["file"], told_of["wins_over_shipped"]) == (words, True)


def test_config_shows_no_secret(tmp_path):
    """A proxy's password is masked wherever settings are shown."""
    (tmp_path / "proxy").write_text("http://me:s3cret@proxy.test:3128")
    settings = tmp_path / "jiaxing-today.toml"
    settings.write_text('proxy_file = "proxy"\n')
    assert "***@proxy.test" in run("config", "--config", settings).stdout
    assert "s3cret" not in run("config", "--config", settings).output + run("config", "--config", settings, "--json").output


def test_a_wrong_setting_is_named(tmp_path):
    """A misspelt key is told with its file and the right name, by every command."""
    settings = tmp_path / "jiaxing-today.toml"
    settings.write_text('vantge = "x"\n')
    for command in (["config"], ["crawl", "--dry-run"], ["status"]):
        message = told(run(*command, "--config", settings, code=2))
        assert f"{settings}: vantge: unknown key" in message
        assert 'did you mean "vantage"?' in message
