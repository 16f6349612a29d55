"""`portal`: the portals at hand, and trying a new one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.portal import read_portal, shipped_portals
from crawler.probe_fixture import read_fixture
from seeds.portal import TODAY, PortalServer
from seeds.portal import Portal as Town
from storage.archive import Archive
from tests.commands import bench, run, told

ROOT = Path(__file__).parents[2]
PORTAL = """name = "jiaxing"
title = "Ours"
hosts = ["www.ours.example"]
tried = "2026-11-02"
[sections.news]
title = "News"
platform = "trs"
listing = "https://www.ours.example/news/"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder with a portal of the user's that has a shipped one's name, and a broken one."""
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals" / "jiaxing.toml").write_text(PORTAL)
    (tmp_path / "portals" / "wrong.toml").write_text("nme = 1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_says_which_file_wins(folder):
    """The user's file is watched, the shipped one of its name is not used, and a wrong file is told."""
    text = run("portal", "list").stdout
    mine = "portals/jiaxing.toml"
    assert f"jiaxing  Ours  ({mine}; watched; wins over the shipped one of that name; tried on 2026-11-02)\n" in text
    assert "   jiaxing/news  News  trs  https://www.ours.example/news/\n" in text
    assert f"(shipped jiaxing.toml; not used: {mine} wins; not tried live)\n" in text
    assert (
        "   jiaxing/today  Jiaxing Today  platform found by itself  by the links English, Jiaxing Today from 8 start pages\n"
        in text
    )
    assert "wrong  (portals/wrong.toml)\n   cannot be read: portals/wrong.toml: nme: " in text
    assert not (folder / "archive.db").exists()


def test_list_as_a_document(folder):
    """Programs are told the same."""
    document = json.loads(run("portal", "list", "--json").stdout)
    rows = {row["file"]: row for row in document["portals"]}
    assert {row["portal"] for row in document["portals"]} == {*shipped_portals(), "wrong"}
    mine, theirs, wrong = rows["portals/jiaxing.toml"], rows["shipped jiaxing.toml"], rows["portals/wrong.toml"]
    assert (mine["watched"], mine["wins_over_shipped"], mine["tried_on"], mine["shipped"]) == (True, True, "2026-11-02", False)
    assert (theirs["watched"], theirs["replaced_by"], theirs["tried_on"]) == (False, "portals/jiaxing.toml", None)
    assert theirs["sections"][0]["follow"] == ["English", "Jiaxing Today"]
    assert (wrong["title"], wrong["sections"]) == (None, [])
    assert "nme" in wrong["problem"]


# Probe


@pytest.fixture(scope="module")
def server():
    """Serve the embedded portal."""
    with PortalServer(Town(releases=120)) as serving:
        yield serving


@pytest.fixture
def town(server, tmp_path, monkeypatch):
    """Work in a folder whose settings know the embedded portal, and with it that it may be asked without waiting."""
    monkeypatch.chdir(tmp_path)
    return bench(tmp_path, server)


def test_probe_says_what_there_is(town, tmp_path):
    """From the home page to a press release, in words; no archive is made."""
    result = town.run("portal probe", town.server.url("/"), "--section", "English", "--section", "Jiaxing Today")
    text = result.stdout
    assert text.startswith("portal, Jiaxing Today: a crawl will work\n")
    assert f"   listing     {town.server.url(f'/col/col{TODAY}/index.html')}\n" in text
    assert "   platform    jpage: its rows stand as data in scripts of the page, for Hanweb's jpage\n" in text
    assert "   paging      works: the page after the first holds 45 rows, 45 of them new\n" in text
    assert "robots.txt; all that was asked is allowed; it names no delay; 0 s between two requests will hold\n" in text
    assert "\nFirst records\n" in text
    assert "   from marker\n" in text
    assert "\nNo problem was met\n" in text
    assert f"asking {town.server.url('/')}\n" in result.stderr
    assert not (tmp_path / "archive.db").exists()


def test_probe_writes_a_file_that_works(town, tmp_path):
    """The written file reads as a portal, a crawl by it works, and it is not overwritten unless that is wanted."""
    file, column = tmp_path / "portals" / "nanhu.toml", town.server.url(f"/col/col{TODAY}/index.html")
    text = town.run("portal probe", column, "--write", "portals/nanhu.toml").stdout
    assert 'Written: portals/nanhu.toml. Watch it: portals = ["jiaxing", "portals/nanhu.toml"]' in text
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# portals/nanhu.toml: one file a portal. Only these ")
    assert f'hosts = ["{town.server.host}"]            # nothing outside these hosts is ever asked' in lines
    assert "[sections.jiaxing-today]               # becomes nanhu/jiaxing-today on the command line" in lines
    portal = read_portal(file)
    assert (portal.name, portal.sections["jiaxing-today"].listing) == ("nanhu", column)
    (tmp_path / "jiaxing-today.toml").write_text('portals = ["portals/nanhu.toml"]\n')
    assert "nanhu/jiaxing-today" in town.run("crawl", "--limit", "2").stdout
    before = len(town.server.requests)
    assert "portals/nanhu.toml is there already" in told(town.run("portal probe", column, "--write", "portals/nanhu.toml", code=2))
    assert len(town.server.requests) == before
    town.run("portal probe", column, "--write", "portals/nanhu.toml", "--force")


def test_probe_keeps_pages_for_the_tests(town, tmp_path):
    """The folder holds listing, second page, two press releases, robots.txt, and what they read as."""
    town.run("portal probe", town.server.url(f"/col/col{TODAY}/index.html"), "--save", "kept")
    names = {file.name for file in (tmp_path / "kept").iterdir()}
    assert names == {"expected.json", "listing-1.html", "listing-2.xml", "release-1.html", "release-2.html", "robots.txt"}
    expected = json.loads((tmp_path / "kept" / "expected.json").read_text())
    assert expected == read_fixture(tmp_path / "kept")
    first, second = expected["listing"]
    assert (len(first["records"]), first["next"], second["asked"]) == (45, second["asked"], second["asked"])
    assert [each["outcome"] for each in expected["releases"]] == ["ok", "ok"]
    assert expected["robots"] == {"file": "robots.txt", "delay": None, "forbidden": []}
    told(town.run("portal probe", town.server.url("/"), "--save", "kept", code=2))


def test_a_known_section_that_was_tried_says_when(town, tmp_path):
    """The file of a portal that a probe found sound bears the day, and the listing that was walked to; the rest of it stays."""
    town.run("portal probe", "embedded/today", "--write", "portals/embedded.toml")
    before, after = read_portal(tmp_path / "embedded.toml"), read_portal(tmp_path / "portals" / "embedded.toml")
    assert after.tried in {f"{datetime.now(before.zone) - timedelta(days=days):%Y-%m-%d}" for days in (0, 1)}
    assert (after.name, after.politeness, after.hosts) == ("embedded", before.politeness, before.hosts)
    assert after.sections["today"].listing == town.server.url(f"/col/col{TODAY}/index.html")
    assert f"; tried on {after.tried}" in town.run("portal list").stdout


def test_an_archive_that_cannot_be_read_keeps_nobody_from_probing(town, tmp_path):
    """A probe needs no archive, also not a sound one."""
    (tmp_path / "archive.db").write_bytes(b"no archive at all" * 99)
    assert "a crawl will work" in town.run("portal probe", town.server.url(f"/col/col{TODAY}/index.html")).stdout
    assert (tmp_path / "archive.db").read_bytes() == b"no archive at all" * 99


def test_probe_says_that_a_name_is_taken(town):
    """A file with a shipped portal's name would win over it: that is said, for it may not be meant."""
    column = town.server.url(f"/col/col{TODAY}/index.html")
    text = town.run("portal probe", column, "--write", "portals/jiaxing.toml").stdout
    assert 'a portal named "jiaxing" is shipped, and a file of yours with this name wins over it' in text
    assert "\nNo problem was met\n" in town.run("portal probe", column, "--write", "portals/other.toml").stdout


def test_probe_as_a_document(town):
    """Programs are told the same, every name of it is documented, and the exit code says whether a crawl would work."""
    column = town.server.url(f"/col/col{TODAY}/index.html")
    document = town.json("portal probe", column)
    assert (document["sound"], document["listing"]["url"], document["paging"]["state"]) == (True, column, "works")
    assert 'name = "portal"' in document["portal_file"]
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8").partition("## `portal probe --json`\n")[2].partition("\n## ")[0]
    parts = [document, document["listing"], document["paging"], document["hosts"][0]]
    parts += [dict.fromkeys(("title_from", "text_from", "proposed_body", "listed"))]
    assert sorted(name for part in parts for name in part if f"`{name}`" not in text) == []


def test_probe_of_what_cannot_be_read_leaves_with_1(town, tmp_path):
    """What is wrong is said with what to do, and no file is written."""
    result = town.run("portal probe", town.server.url("/nowhere"), "--write", "portals/x.toml", code=1)
    assert result.stdout.startswith("x, no section: a crawl would not work yet\n")
    assert "the server says that there is no such page (404)" in result.stdout
    assert "check the address in a browser" in result.stdout
    assert "portals/x.toml was not written" in result.stdout
    assert not (tmp_path / "portals").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bogus"], "bogus is no address"),
        (["ftp://a.example/"], "ftp://a.example/ is no address"),
        (["http://a.example/", "--host", "http://b.example/"], "--host: hosts"),
        ([], "URL"),
    ],
)
def test_probe_of_no_address_is_wrong_usage(arguments, words):
    """What is no address or no host is told before anything is asked."""
    assert words in told(run("portal", "probe", *arguments, code=2))


def test_probe_heeds_what_an_archive_knows(town, tmp_path):
    """A host that asked a crawl to wait is not asked by a probe either."""
    with Archive.open(tmp_path / "archive.db", schedule=None, now=None) as archive:
        archive.hold_host(town.server.host, datetime.now(UTC) + timedelta(hours=1))
    before = len(town.server.requests)
    result = town.run("portal probe", town.server.url("/"), code=1)
    assert "the host asked us to wait: try again then" in result.stdout
    assert len(town.server.requests) == before
