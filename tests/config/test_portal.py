"""A portal's file: its defaults, and every way to get it wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from config.errors import SettingsError
from config.portal import (
    Politeness,
    Portal,
    Removal,
    Section,
    find_portal,
    is_shipped,
    label_of,
    parse_portal,
    read_portal,
    shipped_portals,
)

HEAD = 'name = "nanhu"\nhosts = ["www.nanhu.gov.cn"]\n'
SECTION = '[sections.news]\ntitle = "News"\nlisting = "https://www.nanhu.gov.cn/col/col1229123489/index.html"\n'
MINIMAL = HEAD + SECTION

# The full example of the design: every key is its default, but for those that say example.
FULL = """
name = "nanhu"
title = "nanhu"                        # example
tried = ""
hosts = ["www.nanhu.gov.cn"]
timezone = "Asia/Shanghai"
tls = "verify"
allow_private = false

[politeness]
delay = "2s"
connections = 1
requests_per_day = 300
requests_per_day_backfill = 3000
quiet_hours = []

[schedule]
discover = "every 1h from 07:00 to 22:00"
full_sweep = "sun 03:30"
recheck = "learned"
longest_unseen = "90d"

[removal]
checks = 3
spread = "24h"
days = 2
control = []

[sections.news]
title = "News"
listing = "https://www.nanhu.gov.cn/col/col1229123489/index.html"
start = []
follow = []
platform = "auto"
unit = "auto"
pages = ""
article_urls = []
attachments = "documents"
requisites = false

[sections.news.select]
title = ""
published = ""
body = ""
drop = []
"""


def refusal(text: str) -> SettingsError:
    """Return the error that a portal's file of this text is refused with."""
    with pytest.raises(SettingsError) as caught:
        parse_portal(text, "nanhu.toml")
    return caught.value


def test_the_minimal_file_has_every_default():
    """Five lines say the same as the full file with all its defaults."""
    assert parse_portal(MINIMAL, "nanhu.toml") == parse_portal(FULL, "full.toml")


def test_the_full_example_names_every_key():
    """No key is undocumented: what is written out of the model is what the full example holds."""
    assert parse_portal(FULL, "full.toml").model_dump(mode="json") == tomllib.loads(FULL)


def test_durations_are_seconds():
    """Durations of the file are plain numbers of seconds to everybody else."""
    portal = parse_portal(HEAD + '[politeness]\ndelay = "500ms"\n[removal]\nspread = "36h"\n' + SECTION, "nanhu.toml")
    assert (portal.politeness.delay, portal.removal.spread, portal.schedule.longest_unseen) == (0.5, 129_600.0, 7_776_000.0)


def test_nought_needs_no_unit():
    """The embedded portal says 0 for no delay and for no budget."""
    portal = parse_portal(HEAD + "[politeness]\ndelay = 0\nrequests_per_day = 0\n" + SECTION, "nanhu.toml")
    assert (portal.politeness.delay, portal.politeness.requests_per_day) == (0.0, 0)


def test_the_examples_of_the_documentation_are_accepted():
    """What the help texts give as examples can be written."""
    text = MINIMAL + 'article_urls = ["/art/*/*/*/art_*_*.html"]\nselect.title = "h1.bt-title"\nselect.drop = [".visit-count"]\n'
    section = parse_portal(text + '[politeness]\nquiet_hours = ["23:00-06:00"]', "nanhu.toml").sections["news"]
    assert (section.article_urls, section.select.title) == (("/art/*/*/*/art_*_*.html",), "h1.bt-title")
    assert section.select.drop == (".visit-count",)


def test_a_portal_is_immutable():
    """Settings are read once and never change under anybody."""
    with pytest.raises(ValidationError):
        parse_portal(MINIMAL, "nanhu.toml").name = "other"  # type: ignore[misc]


def test_the_zone_is_ready_to_use():
    """A portal's zone is a ZoneInfo."""
    assert parse_portal(MINIMAL, "nanhu.toml").zone == ZoneInfo("Asia/Shanghai")


def test_hosts_are_compared_without_case_and_usual_ports():
    """Hosts are kept as URLs are compared with them."""
    portal = parse_portal(
        'name = "a"\nhosts = ["WWW.Nanhu.gov.cn:443", "127.0.0.1:8080"]\n'
        '[sections.n]\ntitle = "N"\nlisting = "https://www.NANHU.gov.cn:443/"\nstart = ["http://127.0.0.1:8080/"]',
        "a.toml",
    )
    assert portal.hosts == ("www.nanhu.gov.cn", "127.0.0.1:8080")


def test_a_local_portal_is_controlled_by_its_own_home_page():
    """The home page that must answer has the scheme by which the host is asked."""
    portal = Portal(name="demo", hosts=("127.0.0.1:9",), sections={"s": Section(title="S", start=("http://127.0.0.1:9/x",))})
    assert portal.controls == ("http://127.0.0.1:9/",)


def test_controls_are_the_home_page_of_the_first_host_by_default():
    """Without `control`, the first host's home page must answer; with it, what it names."""
    plain = parse_portal(MINIMAL, "nanhu.toml")
    chosen = parse_portal(HEAD + '[removal]\ncontrol = ["https://www.nanhu.gov.cn/a"]\n' + SECTION, "nanhu.toml")
    assert plain.controls == ("https://www.nanhu.gov.cn/",)
    assert chosen.controls == ("https://www.nanhu.gov.cn/a",)


def test_the_trail_ends_at_the_section():
    """Without `follow`, the link with the section's title is followed."""
    assert Section(title="News", start=("https://a/",)).trail == ("News",)
    assert Section(title="News", start=("https://a/",), follow=("English", "News")).trail == ("English", "News")


WRONG = [
    ("nme = 1\n" + MINIMAL, "nme", 'unknown key (did you mean "name"?)'),
    (MINIMAL + 'titel = "x"', "sections.news.titel", 'unknown key (did you mean "title"?)'),
    (MINIMAL + 'select.boddy = "x"', "sections.news.select.boddy", 'unknown key (did you mean "body"?)'),
    ("delay = 1\n" + MINIMAL, "delay", 'unknown key (did you mean "politeness.delay"?)'),
    ("requisites = true\n" + MINIMAL, "requisites", 'unknown key (did you mean "sections.NAME.requisites"?)'),
    ("zzz = 1\n" + MINIMAL, "zzz", "unknown key"),
    ('name = "nanhu"\n' + SECTION, "hosts", "is missing"),
    ('name = "nanhu"\nhosts = []\n' + SECTION, "hosts", "must not be empty"),
    ('name = "nanhu"\nhosts = "www.nanhu.gov.cn"\n' + SECTION, "hosts", 'must be a list, as in ["..."]'),
    (HEAD, "sections", "is missing"),
    (HEAD + "sections = 1", "sections", "must be a table"),
    (HEAD + "[sections]\nnews = 1", "sections.news", "must be a table"),
    (HEAD + "[sections]", "sections", "must not be empty"),
    (HEAD + SECTION.replace("sections.news", "sections.News"), "sections.News", "must be small letters, digits and hyphens"),
    (HEAD + '[sections.a]\ntitle = ""\nlisting = "https://www.nanhu.gov.cn/"', "sections.a.title", "must not be empty"),
    (HEAD + '[sections.a]\ntitle = "A\\nB"\nlisting = "https://www.nanhu.gov.cn/"', "sections.a.title", "must be one line"),
    (HEAD + '[sections.a]\ntitle = "A"', "sections.a.listing", "is missing: give the address"),
    (MINIMAL.replace("https://www.nanhu", "https://www.nan"), "sections.news.listing", "is outside `hosts` (www.nanhu.gov.cn)"),
    (HEAD + '[sections.a]\ntitle = "A"\nstart = ["https://www.nanhu.gov.cn/", "https://x/"]', "sections.a.start[1]", "is outside"),
    (HEAD + '[removal]\ncontrol = ["https://x.cn/"]\n' + SECTION, "removal.control[0]", "is outside `hosts`"),
    (MINIMAL.replace("https://", "ftp://"), "sections.news.listing", "must be a whole address"),
    (MINIMAL.replace("https://www.nanhu.gov.cn", ""), "sections.news.listing", "must be a whole address"),
    (MINIMAL.replace('"www.', '"https://www.'), "hosts[0]", "must be a bare host name"),
    ('timezone = "Asia/Shanghia"\n' + MINIMAL, "timezone", '(did you mean "Asia/Shanghai"?)'),
    ('timezone = "8"\n' + MINIMAL, "timezone", 'as in "Asia/Shanghai"'),
    ('timezone = "../x"\n' + MINIMAL, "timezone", "is no time zone"),
    ('tls = "verfy"\n' + MINIMAL, "tls", "must be 'verify' or 'legacy' (did you mean \"verify\"?)"),
    ('allow_private = "true"\n' + MINIMAL, "allow_private", "must be true or false"),
    (HEAD + "[politeness]\ndelay = 2\n" + SECTION, "politeness.delay", "must be a number with a unit"),
    (HEAD + '[politeness]\ndelay = "soon"\n' + SECTION, "politeness.delay", "must be a number with a unit"),
    (HEAD + "[politeness]\nrequests_per_day = -1\n" + SECTION, "politeness.requests_per_day", "must be at least 0"),
    (HEAD + '[politeness]\nrequests_per_day = "9"\n' + SECTION, "politeness.requests_per_day", "must be a whole number"),
    (HEAD + "[politeness]\nconnections = 0\n" + SECTION, "politeness.connections", "must be at least 1"),
    (HEAD + '[politeness]\nquiet_hours = ["night"]\n' + SECTION, "politeness.quiet_hours[0]", 'must be as in "23:00-06:00"'),
    (HEAD + '[schedule]\nfull_sweep = "0 3 * * 7"\n' + SECTION, "schedule.full_sweep", "weekday names"),
    (MINIMAL + "select.title = 3", "sections.news.select.title", "must be text in quotes"),
    (MINIMAL + 'select.drop = "x"', "sections.news.select.drop", "must be a list"),
    (MINIMAL + 'article_urls = ["art/*"]', "sections.news.article_urls[0]", 'must begin with "/"'),
    (MINIMAL + 'pages = "https://www.nanhu.gov.cn/x/2.html"', "sections.news.pages", "must hold {page} (2 on the second page)"),
    (
        MINIMAL + 'pages = "https://www.nanhu.gov.cn/{page}/{page0}"',
        "sections.news.pages",
        "must hold {page} (2 on the second page)",
    ),
    (MINIMAL + 'pages = "https://www.nanhu.gov.cn/{page}/{x}"', "sections.news.pages", "and no other braces"),
    (MINIMAL + 'pages = "https://www{page}.nanhu.gov.cn/x"', "sections.news.pages", "behind the host"),
    (MINIMAL + 'pages = "/x/index_{page}.html"', "sections.news.pages", "must be a whole address"),
    (MINIMAL + 'pages = "https://b.cn/index_{page}.html"', "sections.news.pages", "is outside `hosts`"),
    (
        MINIMAL + 'platform = "jpaas"\npages = "https://www.nanhu.gov.cn/{page}.html"',
        "sections.news.pages",
        "platform jpaas has a way of its own",
    ),
    (MINIMAL + 'platform = "jpag"', "sections.news.platform", '(did you mean "jpage"?)'),
]


@pytest.mark.parametrize(("text", "key", "why"), WRONG, ids=[key + str(number) for number, (_, key, _) in enumerate(WRONG)])
def test_a_wrong_key_is_named_with_its_reason(text, key, why):
    """Every mistake names the file, the dotted key and what to write instead, in one line."""
    error = refusal(text)
    assert (error.file, error.key) == ("nanhu.toml", key)
    assert why in error.why
    assert str(error).startswith(f"nanhu.toml: {key}: ")
    assert "\n" not in str(error)


@pytest.mark.parametrize(("pages", "second"), [("l/{page}.htm?p={page}", "l/2.htm?p=2"), ("index_{page0}.html", "index_1.html")])
def test_the_pages_of_a_list_are_named_by_number(pages, second):
    """`{page}` counts from 1 and `{page0}` from 0, wherever they stand behind the host."""
    portal = parse_portal(MINIMAL + f'pages = "https://www.nanhu.gov.cn/{pages}"', "nanhu.toml")
    assert portal.sections["news"].page_url(2) == f"https://www.nanhu.gov.cn/{second}"


def test_an_unknown_key_comes_with_the_names_there_are():
    """The hint lists what may stand in that table."""
    assert refusal(MINIMAL + 'select.x = ""').hint == "Known here: title, published, body, drop."


def test_further_mistakes_are_counted():
    """Only the first mistake is told, and how many more wait; a misspelt key goes before what is missing for it."""
    assert str(refusal('nme = "a"')) == 'nanhu.toml: nme: unknown key (did you mean "name"?) (and 3 more)'


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\n[x", 2), ('\n\na = "', 3)])
def test_bad_toml_is_named_by_its_line(text, line):
    """A file that is no TOML is refused with the number of the line."""
    error = refusal(text)
    assert str(error).startswith(f"nanhu.toml, line {line}: is not TOML: ")


def test_a_settings_error_is_wrong_usage():
    """The command line leaves with 2 for it."""
    assert refusal("x").exit_code == 2


def test_jiaxing_is_shipped():
    """The default portal names only what is certain, and the way to the section."""
    portal = read_portal("jiaxing")
    today = portal.sections["today"]
    assert "jiaxing" in shipped_portals()
    assert (portal.hosts, today.title, today.listing) == (("www.jiaxing.gov.cn",), "Jiaxing Today", "")
    assert (len(today.start), today.start[-1], today.trail) == (8, "https://www.jiaxing.gov.cn/", ("English", "Jiaxing Today"))
    assert (portal.politeness, portal.removal) == (Politeness(), Removal())


def test_a_portal_is_read_from_a_path(tmp_path):
    """A path is read as it is."""
    (tmp_path / "nanhu.toml").write_text(MINIMAL, encoding="utf-8")
    assert read_portal(tmp_path / "nanhu.toml").name == "nanhu"


@pytest.mark.parametrize("place", ["jiaxing.toml", "portals/jiaxing.toml"])
def test_a_users_file_wins_over_a_shipped_one(tmp_path, place):
    """A name is looked for beside the settings before it is looked for among the shipped."""
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(MINIMAL, encoding="utf-8")
    assert find_portal("jiaxing", tmp_path) == tmp_path / place
    assert is_shipped(find_portal("jiaxing", tmp_path / "elsewhere"))


def test_messages_name_shipped_files_without_their_folder(tmp_path):
    """Where the software is installed is nobody's business."""
    assert label_of(find_portal("jiaxing", tmp_path)) == "shipped jiaxing.toml"
    assert label_of(Path("portals/a.toml")) == "portals/a.toml"


def test_an_unknown_portal_is_told_the_nearest_name():
    """A misspelt name is answered with the right one and with the list of the shipped."""
    with pytest.raises(SettingsError, match='did you mean "jiaxing"') as caught:
        read_portal("jiaxin")
    assert caught.value.hint == f"Shipped: {', '.join(shipped_portals())}. For a file of yours, write its path."
