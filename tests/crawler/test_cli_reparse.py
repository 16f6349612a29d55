"""The command `reparse`: what it reads again, by which rules, what it says, and when it refuses."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from crawler.reread import COUNTED
from seeds.portal import CHANGED_SELECT, Portal, PortalServer
from tests.commands import bench, run, told
from tests.soundness import faults_of

PAGES = 33
EDIT = "It will close at noon on Sundays."
BOTH = {"title": ".n-ttl, h1.article-title", "published": ".n-dt, .article-info span", "body": ".n-bd, #zoom"}


def rules(select: dict[str, object]) -> str:
    """Return the part of a portal's file that says how its press releases are read."""
    lines = "".join(f"{name} = {str(value)!r}\n" for name, value in select.items())
    return f"\n[sections.today.select]\n{lines}"


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Crawl a portal, let its layout change and one press release be edited, and crawl it again: all pages are kept aside."""
    with PortalServer(Portal(1, 30)) as server:
        town = bench(tmp_path_factory.mktemp("broken"), server)
        museum = town.portal.publish("Canal Museum Opens", paragraphs=("It opened on Monday.",))
        town.run("crawl")
        town.portal.change_layout()
        town.portal.silent_edit(museum.id, paragraphs=("It opened on Monday.", EDIT))
        said = town.run("crawl", "--full")
        assert "layout changed" in said.stderr
        yield town


@pytest.fixture
def town(broken, tmp_path):
    """Give a copy of that archive, with its settings, and beside them the file that mends the rules."""
    copy = bench(tmp_path, broken.server)
    with closing(sqlite3.connect(broken.archive)) as source, closing(sqlite3.connect(copy.archive)) as target:
        source.backup(target)
    (tmp_path / "fixed.toml").write_text((tmp_path / "embedded.toml").read_text() + rules(BOTH))
    return copy


def counts(**some: int) -> dict[str, object]:
    """Return the counts of the one section: nothing, but for some."""
    return {"section": "embedded/today", **dict.fromkeys(COUNTED, 0), **some}


ALL = counts(bodies=2 * PAGES, same=PAGES, readable=PAGES, edited=1)
KEPT = counts(bodies=2 * PAGES, same=PAGES, readable=PAGES - 1, aside=1)


def reparsed(town, *arguments) -> dict[str, object]:
    """Read again by the mended rules and return the document."""
    return town.json("reparse", "--portal", town.folder / "fixed.toml", *arguments)


def everything(town) -> list[str]:
    """Return all that the archive holds, as SQL."""
    with closing(sqlite3.connect(town.archive)) as connection:
        return list(connection.iterdump())


@contextmanager
def written_by_another(town):
    """Let another process hold the writer's lock meanwhile."""
    holder = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(1, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, str(town.archive.with_name("archive.db.lock"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield
        process.stdin.close()


def test_a_quarantine_is_replayed_from_the_command_line(town):
    """As the alert says: first a dry run, then the replay; the edit is told, the alert is over, and a second run finds nothing."""
    steps = town.json("status")["alerts"][0]["steps"]
    assert steps[-1] == "Replay: jiaxing-today reparse --quarantined --portal fixed.toml --dry-run"
    fixed = str(town.folder / "fixed.toml")
    said = town.run("reparse", "--quarantined", "--portal", fixed, "--dry-run").stdout
    assert said == (
        "Section         Bodies  As before  Readable now  Edited\n"
        "embedded/today      66         33            33       1\n"
        "Nothing was written: run it without --dry-run to do so.\n"
    )
    assert reparsed(town, "--quarantined") == {"dry_run": False, "rules": fixed, "sections": [ALL]}
    (change,) = town.json("changes")["changes"]
    assert (change["kind"], EDIT in change["summary"], change["observed_at"] < change["recorded_at"]) == ("edited", True, True)
    assert town.json("status")["alerts"] == []
    assert town.json("status")["last_run"]["trigger"] == "reparse"
    again = town.run("reparse", "--quarantined", "--portal", fixed).stdout
    assert again.endswith("There is nothing left to read again.\n")
    with closing(sqlite3.connect(town.archive, isolation_level=None)) as connection:
        assert faults_of(connection, ended=False) == []


def test_what_is_still_kept_aside_is_said_when_the_pages_read_well_again(town):
    """Rules that are mended and crawled with end the alert; the answers before them wait until somebody reads them again."""
    usual = (town.folder / "embedded.toml").read_text()
    (town.folder / "embedded.toml").write_text(usual + rules(BOTH))
    town.run("crawl", "--full")
    status = town.json("status")
    assert (status["alerts"], status["aside"]) == ([], [])
    left = PAGES - 1  # the one that was edited was read again at once, to be compared under one reader
    assert status["unreplayed"] == [{"section": "embedded/today", "pages": left}]
    said = town.run("status").stdout
    assert f"Kept aside still: earlier answers of {left} pages of embedded/today, which read well again" in said
    town.run("reparse", "--quarantined", "--section", "embedded/today")
    assert town.json("status")["unreplayed"] == []


def test_a_dry_run_takes_no_lock_and_writes_nothing(town):
    """It goes beside another that writes, and leaves every row as it was."""
    before = everything(town)
    with written_by_another(town):
        assert reparsed(town, "--dry-run", "--quarantined", "--wait", "0")["sections"] == [ALL]
    assert everything(town) == before


def test_without_a_word_only_what_is_borne_out_is_believed(town):
    """A whole reparse asks for witnesses: by its end all other pages bear them, which a dry run cannot see."""
    assert reparsed(town, "--dry-run")["sections"] == [KEPT]
    assert reparsed(town)["sections"] == [ALL]
    assert reparsed(town)["sections"] == [counts()]


def test_some_processes_read_as_one_does(town):
    """However many read, it comes to the same; they are started where somebody asks for them."""
    assert reparsed(town, "--quarantined", "--jobs", "2")["sections"] == [ALL]
    assert reparsed(town, "--quarantined", "--jobs", "2")["sections"] == [counts()]


def test_rules_that_read_worse(town):
    """They are not believed, unless somebody says to trust them."""
    fixed = town.folder / "fixed.toml"
    fixed.write_text((town.folder / "embedded.toml").read_text() + rules({"body": ".footer"}))
    assert reparsed(town)["sections"] == [counts(bodies=2 * PAGES, unreadable=PAGES, aside=PAGES)]
    said = town.run("reparse", "--portal", fixed).stdout
    assert "No longer" in said
    assert "No version is new, and none is taken back." in said
    trusted = reparsed(town, "--trust")["sections"][0]
    assert (trusted["otherwise"], trusted["unreadable"], trusted["edited"]) == (PAGES, 0, 0)


def test_only_since(town):
    """Pages that nobody looked at since then are left out; an instant that is none is refused."""
    assert reparsed(town, "--since", "2199-01-01")["sections"] == [counts()]
    assert reparsed(town, "--since", "1d", "--dry-run")["sections"] == [KEPT]
    assert "--since: “soon” is no time" in told(town.run("reparse", "--since", "soon", code=2))


def test_only_some_sections(town):
    """A section or a portal can be named; one that is not configured is refused with those that are."""
    for name in ("embedded/today", "embedded"):
        assert reparsed(town, "--section", name, "--dry-run")["sections"] == [KEPT]
    result = town.run("reparse", "--section", "embedded/yesterday", code=2)
    assert told(result) == "Error: there is no section embedded/yesterday"
    assert "known sections: embedded/today" in result.stderr


def test_a_file_of_another_portal(town):
    """Rules are those of a portal that is configured: a file of another one is refused, and so is one that is none."""
    fixed = town.folder / "fixed.toml"
    mended = fixed.read_text()
    fixed.write_text(mended.replace('name = "embedded"', 'name = "elsewhere"'))
    before = everything(town)
    result = town.run("reparse", "--portal", fixed, code=2)
    assert told(result) == f"Error: {fixed} is of the portal elsewhere, which is not configured"
    assert "configured: embedded" in result.stderr
    for text, saying in (("name = [", "is not TOML"), (mended + 'colour = "red"\n', "colour"), (None, "there is no such file")):
        fixed.unlink() if text is None else fixed.write_text(text)
        assert saying in told(town.run("reparse", "--portal", fixed, code=2))
    assert everything(town) == before


def test_no_archive_yet(town):
    """Where there is nothing to read, that is said, and no archive is made."""
    nowhere = town.folder / "nowhere.db"
    for more in ([], ["--dry-run"]):
        result = town.run("reparse", "--archive", nowhere, *more, code=2)
        assert told(result) == f"Error: there is no archive at {nowhere}"
        assert "crawl" in result.stderr
    assert list(town.folder.glob("nowhere*")) == []


def test_an_archive_that_another_writes(town):
    """Another that writes is named, and waited for only as long as was said."""
    with written_by_another(town):
        result = town.run("reparse", "--wait", "0", code=1)
    assert "is being written by another process" in told(result)
    assert "--wait SECONDS" in result.stderr


def test_the_demos_archive(town, tmp_path):
    """The demo's archive is the demo's: nothing of it is written anew, though it may be looked at."""
    path = tmp_path / "demo.db"
    run("demo", "--archive", path)
    before = path.read_bytes()
    result = run("reparse", "--archive", path, code=1)
    assert "is the demo's archive" in told(result)
    assert "There is nothing left to read again." in run("reparse", "--archive", path, "--dry-run").stdout
    assert path.read_bytes() == before


def test_a_file_that_is_no_archive(town):
    """Something else is left as it is."""
    shutil.copy(town.folder / "embedded.toml", town.folder / "list.db")
    for more in ([], ["--dry-run"]):
        assert "is not an archive of ours" in told(town.run("reparse", "--archive", town.folder / "list.db", *more, code=2))


def test_rules_for_the_new_layout_alone(town):
    """Rules that read the new pages and none of the old: nothing is compared, and no edit is claimed."""
    (town.folder / "fixed.toml").write_text((town.folder / "embedded.toml").read_text() + rules(CHANGED_SELECT))
    document = reparsed(town, "--quarantined")
    assert document["sections"] == [counts(bodies=2 * PAGES, readable=PAGES, unreadable=PAGES)]
    assert town.json("changes")["changes"] == []
