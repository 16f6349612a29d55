"""The overview as people and monitors read it: is all well, what is wrong, what is due when."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from crawler.heartbeat import ENDED, Heartbeat, heartbeat_file
from crawler.render import Screen
from crawler.render_schedule import say_chances
from seeds.portal import Portal, PortalServer
from storage.instants import instant
from tests.commands import bench


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """Crawl a portal once."""
    with PortalServer(Portal(1, 20)) as server:
        town = bench(tmp_path_factory.mktemp("crawled"), server)
        town.run("crawl")
        yield town


@pytest.fixture
def town(crawled, tmp_path):
    """Give an archive of the test's own, and a folder for copies."""
    town = bench(tmp_path, crawled.server, settings='[backup]\nfolder = "copies"\n')
    town.archive.write_bytes(crawled.archive.read_bytes())
    (tmp_path / "copies").mkdir()
    return town


def write(town, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Write to an archive's operational tables."""
    with closing(sqlite3.connect(town.archive)) as connection, connection:
        for sql, values in statements:
            connection.execute(sql, values)


def layout_alert(now):
    """Return what writes an alert two days old."""
    sql = "INSERT INTO _alerts (kind, subject, message, evidence, opened_at, steps) VALUES ('layout', 's', ?, ?, ?, ?)"
    return sql, ("46 pages kept aside", "http://h/1", instant(now - timedelta(days=2)), '["Look: there"]')


def test_the_first_line_says_whether_to_read_on(town):
    """A daemon that runs: since when, which process, its last look, what it does, and what is next."""
    now = datetime.now(UTC)
    with Heartbeat.claim(town.archive, now - timedelta(days=41)) as heartbeat:
        heartbeat.beat(now, doing="looking at 3 pages", next_at=now + timedelta(minutes=5))
        first = town.run("status").stdout.splitlines()[0]
        assert re.fullmatch(
            r"OK   daemon running 41 days \(pid \d+\), last look \d\d:\d\d, now looking at 3 pages, next \S+( \S+)?", first
        )
        assert town.run("status --check").stdout.splitlines()[0] == first
        assert town.json("status")["daemon"]["alive"] is True


def test_no_daemon_is_no_problem(town):
    """Where crawls are started otherwise, it is said that there is none; also of one that was told to end."""
    assert town.run("status --check").stdout.startswith("OK   no daemon: it is read whenever somebody crawls")
    now = datetime.now(UTC)
    with Heartbeat.claim(town.archive, now) as heartbeat:
        heartbeat.beat(now, doing=ENDED)
    assert town.run("status --check").stdout.startswith("OK   the daemon ended today ")


def test_a_daemon_that_died(town):
    """It is a problem until it runs again, or somebody says that it is not to."""
    now = datetime.now(UTC)
    with Heartbeat.claim(town.archive, now) as heartbeat:
        heartbeat.beat(now, doing="looking at 3 pages")
    said = town.run("status --check", code=1).stdout
    assert "1. The daemon (pid " in said
    remedy = re.search(r"^ +If it is not to run any more: rm (.*)$", said, re.MULTILINE)
    assert remedy[1] == str(heartbeat_file(town.archive))
    heartbeat_file(town.archive).unlink()
    town.run("status --check")


def test_what_is_wrong_is_numbered(town):
    """An alert, a hanging daemon: each with since when and what to do, before the sections."""
    now = datetime.now(UTC)
    write(town, layout_alert(now))
    with Heartbeat.claim(town.archive, now - timedelta(days=3)) as heartbeat:
        heartbeat.beat(now - timedelta(minutes=20), paused="the disk is nearly full")
        said = town.run("status").stdout
        check = town.run("status --check", code=1).stdout
        document = json.loads(town.run("status --check --json", code=1).stdout)
    assert re.match(r"2 PROBLEMS   daemon running 3 days \(pid \d+\) ", said)
    assert "paused: the disk is nearly full\n" in said
    assert said.index("1. 46 pages kept aside\n   since ") < said.index("2. The daemon (pid ") < said.index("Section ")
    assert check in said
    assert check.startswith("1. 46 pages kept aside")
    assert [problem["kind"] for problem in document["problems"]] == ["layout", "daemon"]
    assert (document["healthy"], document["problems"][0]["steps"]) == (False, ["Look: there"])


def test_how_the_file_is_kept(town):
    """Size, growth, how long the disk lasts, and copies; each only as far as it is known."""
    now = datetime.now(UTC)
    said = town.run("status").stdout
    assert re.search(r"^Archive [\d.]+ kB, [\d.]+ [GT]B free · no copy yet in .*copies$", said, re.MULTILINE)
    town.run("backup")
    grown = json.dumps({instant(now - timedelta(days=30)): 0, instant(now): 10**9})
    write(town, ("INSERT INTO _jobs (name, note) VALUES ('size', ?)", (grown,)))
    said = town.run("status").stdout
    line = r"^Archive .*, \+1\.0 GB a month, disk full in (about|over) [\w ]+ · backup today \d\d:\d\d \(1 kept\)$"
    assert re.search(line, said, re.MULTILINE)


def test_messages_are_counted_where_somebody_keeps_account(town):
    """What waits, is held back or was given up is said beside the copies; what was given up is a problem."""
    table = "CREATE TABLE _deliveries (id INTEGER PRIMARY KEY, message TEXT NOT NULL, state TEXT NOT NULL) STRICT"
    states = [("a", "waiting"), ("a", "waiting"), ("b", "held"), ("c", "dead"), ("d", "delivered")]
    write(
        town,
        ("DROP TABLE IF EXISTS _deliveries", ()),
        (table, ()),
        *(("INSERT INTO _deliveries (message, state) VALUES (?, ?)", state) for state in states),
    )
    said = town.run("status").stdout
    assert " · 1 messages to be delivered · 1 messages held back · 1 messages given up\n" in said
    assert "1. 1 messages could not be delivered for a week" in town.run("status --check", code=1).stdout


def test_what_is_due_when(town):
    """Listings and sweeps by their schedules, looks by the day, and that nothing is learned yet."""
    said = town.run("status --schedule").stdout
    (row,) = [line for line in said.splitlines() if "sun 03:30" in line]
    assert re.match(r"embedded/today  (today )?[\d: -]+ +every 1h from 07:00 to 22:00  [\d-]+ 03:30 +sun 03:30", row)
    assert "Nothing is learned yet of when pages change." in said
    schedule = town.json("status")["schedule"]
    assert sum(schedule["looks"].values()) == town.json("status")["sections"][0]["tracked"]
    assert schedule["sections"][0]["discover"] == "every 1h from 07:00 to 22:00"
    rules = town.folder / "embedded.toml"
    rules.write_text(rules.read_text().replace("sections.today", "sections.news"))
    document = town.json("status")
    (section,) = document["schedule"]["sections"]
    assert (section["section"], section["next_listing_at"], section["next_full_sweep_at"]) == (
        "embedded/news",
        document["now"],
        document["now"],
    )


def test_what_was_learned_is_plotted(town):
    """A class of pages has its chances by age as bars; one with a single age, or without time watched, has none."""
    sql = "INSERT INTO _hazard (scope, key, bin, events, exposure) VALUES (?, ?, ?, ?, ?)"
    rows = [("class", "release", 0, 10, 20), ("class", "release", 5, 1, 100), ("class", "release", 6, 0, 0), ("page", "7", 0, 1, 1)]
    write(town, *((sql, row) for row in rows))
    said = town.run("status --schedule").stdout
    assert "Chance that a page changes within a day, by its age: class release\n" in said
    assert re.search(r"^   at first +39 %  [█#]{40}$", said, re.MULTILINE)
    assert re.search(r"^   from 1 day +1 %  [█#]$", said, re.MULTILINE)
    (learned,) = town.json("status")["schedule"]["learned"]
    assert [age["from_days"] for age in learned["ages"]] == [0.0, 1.0]


def test_bars_in_plain_ascii():
    """Where a stream knows no blocks, a plain sign stands for them; nothing at all is no division by nothing."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    screen = Screen(ZoneInfo("UTC"), datetime.now(UTC), Console(file=out, width=200))
    say_chances(screen, [("young", 0.5), ("old", 0.25), ("ancient", 0.0)])
    say_chances(screen, [("young", 0.0)])
    say_chances(screen, [])
    out.flush()
    lines = out.buffer.getvalue().decode("ascii").splitlines()
    assert lines[0].endswith("50 %  " + "#" * 40)
    assert lines[1].endswith("25 %  " + "#" * 20)
    assert lines[3].split() == ["young", "0", "%"]
