"""What an archive needs now and then: due when it should be, done by the writer, and remembered in the file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from storage.alerts import is_open, open_alerts
from storage.connect import open_reader
from storage.disk import DISK, disk_alert, in_units
from storage.errors import ArchiveMissing, WorkStopped
from storage.instants import instant
from storage.soundness import damage_of
from storage.upkeep import (
    BACKUP,
    DAMAGED,
    OPTIMIZE,
    QUICK_CHECK,
    SIZE,
    Growth,
    Job,
    checkpoint,
    growth_of,
    jobs_of,
    note_backup,
    note_check,
    note_size,
    optimize,
    record_job,
    what_is_due,
)
from tests.builders import article_url

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ALL = [BACKUP, QUICK_CHECK, OPTIMIZE, SIZE]


def test_what_was_never_done_is_due():
    """In a new archive all of it; copies only where a folder is configured."""
    assert what_is_due({}, NOON, backups=True) == ALL
    assert what_is_due({}, NOON, backups=False) == ALL[1:]


@pytest.mark.parametrize(
    ("hours", "due"),
    [(0, []), (5.9, []), (6, [OPTIMIZE]), (23.9, [OPTIMIZE]), (24, ALL), (10_000, ALL), (-0.1, ALL), (-10_000, ALL)],
)
def test_each_has_its_interval(story, hours, due):
    """A job is due when its time is over, however long that was, and when a clock that was set back would put it off for longer."""
    with story.archive.transaction():
        for name in ALL:
            record_job(story.connection, name, NOON)
    assert what_is_due(jobs_of(story.connection), NOON + timedelta(hours=hours), backups=True) == due


def test_what_failed_is_tried_again_in_an_hour(story):
    """The reason is kept, and when it was last done well."""
    note_backup(story.archive, NOON, copy="/copies/archive-20260101T120000Z.db")
    note_backup(story.archive, NOON + timedelta(days=1), failure="no room")
    job = jobs_of(story.connection)[BACKUP]
    assert job == Job(BACKUP, instant(NOON + timedelta(hours=25)), instant(NOON), "failed", "no room")
    assert BACKUP not in what_is_due({BACKUP: job}, NOON + timedelta(hours=24.9), backups=True)
    assert BACKUP in what_is_due({BACKUP: job}, NOON + timedelta(hours=25), backups=True)


def test_a_reader_of_an_older_file_finds_no_jobs(busy):
    """A file of a version without jobs has done none."""
    with closing(sqlite3.connect(busy)) as connection:
        connection.execute("DROP TABLE _jobs")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm004%'")
        connection.commit()
    with closing(open_reader(busy)) as connection:
        assert jobs_of(connection) == {}


def test_indexes_are_looked_at_anew(story):
    """After many rows SQLite learns how its indexes are filled; that is on record, and the file is as sound as before."""
    story.sweep([article_url(number) for number in range(300)])
    story.rows("SELECT * FROM _frontier WHERE reason = 'new' AND due_at < '2027' ORDER BY due_at")
    optimize(story.archive, NOON)
    assert jobs_of(story.connection)[OPTIMIZE].outcome == "done"
    assert story.value("PRAGMA analysis_limit") == 400
    assert damage_of(story.archive.path) is None


def test_the_log_is_written_into_the_file(story):
    """A small log stays, to be written over; a large one is cut; a reader of an old state puts that off."""
    story.sweep([article_url(1)])
    assert checkpoint(story.archive) > 0
    with closing(open_reader(story.archive.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM fetches").fetchone()
        with story.archive.transaction():
            story.connection.execute("INSERT INTO _hosts (host, not_before) VALUES ('h', ?)", ("x" * 70_000_000,))
        assert checkpoint(story.archive) > 64_000_000
    assert checkpoint(story.archive) == 0
    assert story.value("PRAGMA busy_timeout") == 10_000


def test_a_sound_file_is_found_sound(story):
    """Nothing is wrong with an archive that is being written to."""
    assert damage_of(story.archive.path) is None
    note_check(story.archive, None, NOON)
    job = jobs_of(story.connection)[QUICK_CHECK]
    assert (job.outcome, job.note, open_alerts(story.connection)) == ("done", None, [])


def test_damage_is_told_of(story):
    """An alert names the first thing that is wrong and what to do; it closes when the file is sound again."""
    note_check(story.archive, "Tree 5 page 6: btreeInitPage() returns error code 11", NOON)
    (alert,) = open_alerts(story.connection)
    assert alert["message"] == "archive.db is damaged: Tree 5 page 6: btreeInitPage() returns error code 11"
    assert "docs/backup.md" in alert["steps"][1]
    assert jobs_of(story.connection)[QUICK_CHECK].outcome == "failed"
    note_check(story.archive, None, NOON + timedelta(hours=1))
    assert not is_open(story.connection, DAMAGED, "archive.db")


def test_the_first_bad_thing_is_named(busy):
    """A page of the file that holds something else, or a guard that was dropped, is found and named."""
    sound = busy.read_bytes()
    middle = len(sound) // 8192 * 4096
    busy.write_bytes(sound[:middle] + b"\xff" * 4096 + sound[middle + 4096 :])
    assert damage_of(busy)
    busy.write_bytes(sound)
    with closing(sqlite3.connect(busy)) as connection:
        connection.execute("DROP TRIGGER fetches_no_delete")
    assert "fetches_no_delete" in damage_of(busy)


def test_a_check_can_be_broken_off(busy):
    """Who ends the daemon does not wait for it; and there must be an archive."""
    with pytest.raises(WorkStopped):
        damage_of(busy, lambda: False)
    answers = iter([True])
    with closing(sqlite3.connect(busy)) as connection, connection:
        connection.execute("CREATE TABLE notes (note TEXT UNIQUE)")
        connection.executemany("INSERT INTO notes VALUES (?)", [(f"note {number}",) for number in range(20_000)])
    with pytest.raises(WorkStopped):
        damage_of(busy, lambda: next(answers, False))
    with pytest.raises(ArchiveMissing):
        damage_of(busy.with_name("none.db"))


def test_growth_is_measured_by_the_day(story):
    """What the file took on the disk, day by day over the last month; before two days are over nothing is said."""
    for day in range(3):
        note_size(story.archive, NOON + timedelta(days=day))
    jobs = jobs_of(story.connection)
    assert growth_of({}, NOON) is None
    assert growth_of(jobs, NOON + timedelta(days=1)) is None
    assert growth_of(jobs, NOON + timedelta(days=2)).days == 2
    grown = json.dumps({instant(NOON + timedelta(days=day)): day * 1_000_000 for day in range(100)})
    growth = growth_of({SIZE: Job(SIZE, note=grown)}, NOON + timedelta(days=99))
    assert (round(growth.bytes_a_month), round(growth.days)) == (30_440_000, 31)
    assert round(growth.years_until_full(3_652_800_000), 2) == 10
    assert Growth(-5, 30).years_until_full(1) is None


def test_what_is_remembered_of_sizes_is_bounded(story):
    """Over years the row keeps its size."""
    for day in range(450):
        note_size(story.archive, NOON + timedelta(days=day))
    assert len(jobs_of(story.connection)[SIZE].note) < 20_000


@pytest.mark.parametrize(
    ("free", "paused", "stops"),
    [(499, False, True), (500, False, False), (500, True, True), (524, True, True), (525, True, False), (0, False, True)],
)
def test_fetching_pauses_when_the_disk_is_nearly_full(free, paused, stops):
    """Below the limit it stops, and does not go on before there is a little more than the limit."""
    alert = disk_alert(free * 1_000_000, 500_000_000, paused=paused)
    assert (alert is not None) is stops
    assert alert is None or (alert.kind, f"Disk: {in_units(free * 1_000_000)} free (limit 500.0 MB)" in alert.message) == (
        DISK,
        True,
    )


def test_a_limit_of_nothing_is_none():
    """Who wants the disk filled gets that."""
    assert disk_alert(0, 0, paused=True) is None
    assert (in_units(999), in_units(1_000), in_units(3_100_000_000), in_units(5e15)) == (
        "999 bytes",
        "1.0 kB",
        "3.1 GB",
        "5000.0 TB",
    )
