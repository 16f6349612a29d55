"""What is wrong with an archive and its daemon, judged from what can be seen at one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.portal import parse_portal
from config.settings import load
from crawler.heartbeat import ENDED, Beat, Heartbeat
from crawler.render_health import health_of
from crawler.vitals import Copies, Vitals, Watched, overdue_at, problems_of, vitals_of
from storage.instants import instant
from storage.upkeep import BACKUP, SIZE, Job
from tests.builders import article_url, opened

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday, 20:00 in the portal's zone


def portal(discover: str = "every 1h from 07:00 to 22:00"):
    """Return a portal with a schedule."""
    text = f'name = "p"\nhosts = ["h"]\n[schedule]\ndiscover = "{discover}"\n[sections.s]\ntitle = "S"\nlisting = "https://h/"\n'
    return parse_portal(text, "p.toml")


def ago(**time: float) -> str:
    """Return an instant so long before now."""
    return instant(NOW - timedelta(**time))


def watched(last: str | None, discover: str = "every 1h from 07:00 to 22:00", since: str | None = None) -> Watched:
    """Return a section that was last read then."""
    return Watched("p/s", portal(discover), since, last)


WELL = Vitals(
    archive=Path("/a/archive.db"),
    now=NOW,
    beat=Beat(812, ago(days=41), ago(seconds=30), "looking at 3 pages"),
    began_at=ago(days=60),
    alerts=[],
    sections=(watched(ago(minutes=50)),),
    jobs={},
    copies=Copies(Path("/copies"), ago(hours=20), 2),
    outbox={"delivered": 7, "waiting": 1, "held": 2},
    free=10**10,
    stop_below_free=500_000_000,
)


def kinds(vitals: Vitals) -> list[tuple[str, str]]:
    """Return which problems there are."""
    return [(problem.kind, problem.subject) for problem in problems_of(vitals)]


def test_all_is_well():
    """Nothing is wrong with a daemon that lives, a listing read in time, and messages on their way."""
    assert problems_of(WELL) == []


@pytest.mark.parametrize(
    ("beat", "wrong"),
    [
        (None, False),
        (Beat(812, ago(days=41), ago(days=3), ENDED, alive=False), False),
        (Beat(812, ago(days=41), ago(days=3), "looking at 3 pages", alive=False), True),
        (Beat(812, ago(days=41), ago(minutes=9)), False),
        (Beat(812, ago(days=41), ago(minutes=11)), True),
        (Beat(812, ago(days=41), ago(days=-3)), False),
        (Beat(812, ago(days=41), ago(minutes=1), paused="disk"), False),
    ],
)
def test_a_daemon_that_died_or_hangs(beat, wrong):
    """No daemon at all, or one that was told to end, is nothing wrong: some crawl by cron."""
    assert kinds(replace(WELL, beat=beat)) == ([("daemon", "daemon")] if wrong else [])


def test_what_to_do_about_a_daemon():
    """A dead one names the file whose removal says that it is not wanted any more; a silent one says what it last did."""
    dead = replace(WELL, beat=Beat(812, ago(days=41), ago(days=3), "looking", alive=False))
    (problem,) = problems_of(dead)
    assert (problem.since, problem.steps[2]) == (ago(days=3), "If it is not to run any more: rm /a/archive.db.daemon")
    (problem,) = problems_of(replace(WELL, beat=Beat(812, ago(days=41), ago(minutes=30), "looking at 3 pages")))
    assert problem.message == "The daemon (pid 812) has given no sign of life for 30 minutes; it was looking at 3 pages."


@pytest.mark.parametrize(
    ("discover", "last", "overdue"),
    [
        ("every 1h", "2026-03-04T10:10:00Z", "2026-03-04T13:10:00Z"),
        ("every 1h from 07:00 to 22:00", "2026-03-04T10:10:00Z", "2026-03-04T13:00:00Z"),
        ("every 1h from 07:00 to 22:00", "2026-03-04T14:10:00Z", "2026-03-05T01:00:00Z"),
        ("daily 08:00", "2026-03-04T00:10:00Z", "2026-03-07T00:00:00Z"),
        ("0 8 * * mon-fri", "2026-03-06T00:05:00Z", "2026-03-11T00:00:00Z"),
        ("sun 03:30", "2026-03-01T00:00:00Z", "2026-03-21T19:30:00Z"),
    ],
)
def test_when_a_listing_is_overdue(discover, last, overdue):
    """Two of its times must have passed, and as long again as lies between them: nights and week-ends are no failure."""
    assert overdue_at(watched(None, discover), datetime.fromisoformat(last)) == datetime.fromisoformat(overdue)


def test_a_listing_that_is_not_read():
    """It is named with its schedule and a way to read it; one never read to its end counts from when it was first known."""
    (problem,) = problems_of(replace(WELL, sections=(watched(ago(days=1)),)))
    assert (problem.kind, problem.subject, problem.since) == ("listing", "p/s", ago(days=1))
    assert "for longer than twice its schedule (every 1h from 07:00 to 22:00)" in problem.message
    assert "jiaxing-today crawl p/s" in problem.steps[0]
    (problem,) = problems_of(replace(WELL, sections=(watched(None, since=ago(days=1)),)))
    assert "was never read to its end" in problem.message
    assert problems_of(replace(WELL, sections=(watched(None, since=ago(minutes=30)), watched(None)))) == []


ALERT = {
    "kind": "listing",
    "subject": "p/s",
    "message": "cannot be read",
    "evidence": "e",
    "steps": ["do"],
    "opened_at": ago(days=1),
}


def test_what_was_told_as_an_alert_is_not_said_twice():
    """Alerts come first, in their own words; the same thing seen from here adds nothing."""
    vitals = replace(WELL, alerts=[ALERT], sections=(watched(ago(days=1)),))
    (problem,) = problems_of(vitals)
    assert (problem.message, problem.since, problem.steps) == ("cannot be read", ago(days=1), ("do",))


@pytest.mark.parametrize(("free", "wrong"), [(500_000_000, False), (499_999_999, True), (None, False)])
def test_a_disk_that_is_nearly_full(free, wrong):
    """Below the limit of the settings it is a problem, daemon or not; what cannot be measured is none."""
    assert kinds(replace(WELL, free=free)) == ([("disk", "disk")] if wrong else [])


@pytest.mark.parametrize(
    ("copies", "jobs", "words"),
    [
        (None, {}, None),
        (Copies(Path("/c"), ago(hours=47), 2), {}, None),
        (Copies(Path("/c"), ago(hours=49), 2), {}, "The newest copy is old in /c."),
        (Copies(Path("/c"), None, 0), {}, "There is no copy in /c."),
        (Copies(Path("/c"), None, None, "Permission denied"), {}, "There is no copy in /c: Permission denied"),
        (Copies(Path("/c"), ago(hours=20), None, "Permission denied"), {}, None),
        (Copies(Path("/c"), None, 0), {BACKUP: Job(BACKUP, None, None, "failed", "no room")}, "There is no copy in /c: no room"),
    ],
)
def test_copies_that_are_overdue(copies, jobs, words):
    """Where a folder is configured, the newest copy is at most two days old; else it is said why there is none."""
    assert [problem.message for problem in problems_of(replace(WELL, copies=copies, jobs=jobs))] == ([words] if words else [])


def test_a_new_archive_needs_no_copy_yet():
    """Nobody is alarmed in the first two days, nor before the first run."""
    for began in (ago(hours=47), None):
        assert problems_of(replace(WELL, copies=Copies(Path("/c"), None, 0), began_at=began)) == []


def test_messages_that_were_given_up():
    """What could not be delivered for a week is a problem; what waits or is held back is none."""
    assert kinds(replace(WELL, outbox={"dead": 2})) == [("dead-letters", "outbox")]


def test_everything_is_looked_at(tmp_path):
    """From a real archive, its folder for copies, its disk and its heartbeat come the same facts."""
    (tmp_path / "p.toml").write_text(
        'name = "jiaxing"\nhosts = ["h"]\n[sections.today]\ntitle = "S"\nlisting = "https://h/"\n'
        '[sections.other]\ntitle = "O"\nlisting = "https://h/o"\n'
    )
    (tmp_path / "s.toml").write_text('archive = "archive.db"\nportals = ["p.toml"]\n[backup]\nfolder = "copies"\n')
    settings = load(tmp_path / "s.toml", {}, tmp_path)
    with opened(settings.archive) as story, Heartbeat.claim(settings.archive, NOW):
        story.sweep([article_url(1)])
        vitals = vitals_of(story.connection, settings, NOW)
        assert (vitals.copies.error, vitals.copies.newest_at) == ("No such file or directory", None)
        assert [section.name for section in vitals.sections] == ["jiaxing/today", "jiaxing/other"]
        assert vitals.sections[0].last_complete_at is not None
        assert (vitals.sections[1].last_complete_at, vitals.sections[1].known_since) == (None, None)
        assert vitals.beat.alive
        assert vitals.free > 0
        assert vitals.outbox.get("dead", 0) == 0


def test_how_long_the_disk_lasts():
    """From what the file grew in a month; nothing is said before that is known, nor of a file that does not grow."""
    assert health_of(WELL)["disk"] == {
        "free": 10**10,
        "stop_below_free": 500_000_000,
        "bytes_a_month": None,
        "measured_days": None,
        "years_until_full": None,
    }
    note = f'{{"{ago(days=10)}": 1000000000, "{ago(days=0)}": 1010000000}}'
    disk = health_of(replace(WELL, jobs={SIZE: Job(SIZE, note=note)}))["disk"]
    assert (disk["bytes_a_month"], disk["measured_days"], disk["years_until_full"]) == (30_440_000, 10.0, 27.4)
