"""The daemon's sign of life: one daemon an archive, and everybody can see how it does."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import DaemonRunningError
from crawler.heartbeat import Heartbeat, heartbeat_file, read_heartbeat
from storage.errors import ArchiveReadOnly
from storage.instants import instant

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_daemon_says_how_it_does(tmp_path):
    """Whoever reads the file learns which process runs, since when, and what is next; after its end, that it runs no more."""
    archive = tmp_path / "archive.db"
    later = NOON + timedelta(minutes=5)
    with Heartbeat.claim(archive, NOON) as heartbeat:
        heartbeat.beat(later, doing="looking at 3 pages", next_at=later + timedelta(minutes=1))
        seen = read_heartbeat(archive)
    assert (seen.pid, seen.started_at, seen.beat_at, seen.alive) == (os.getpid(), instant(NOON), instant(later), True)
    assert (seen.doing, seen.next_at, seen.paused) == ("looking at 3 pages", instant(later + timedelta(minutes=1)), None)
    assert read_heartbeat(archive).alive is False


def test_a_second_daemon_is_refused(tmp_path):
    """It is told which process is the first, also through a link to the archive; the first one's words stay as they were."""
    archive = tmp_path / "archive.db"
    link = tmp_path / "link.db"
    link.symlink_to(archive)
    with Heartbeat.claim(archive, NOON):
        with pytest.raises(DaemonRunningError, match=rf"link.db runs already \(pid {os.getpid()}\)"):
            Heartbeat.claim(link, NOON)
        assert read_heartbeat(archive).alive
    with Heartbeat.claim(link, NOON):
        assert read_heartbeat(archive).alive


def test_a_long_text_is_cut(tmp_path):
    """Whatever a reason says, the file keeps its size and can be read."""
    archive = tmp_path / "archive.db"
    with Heartbeat.claim(archive, NOON) as heartbeat:
        heartbeat.beat(NOON, paused="盘" * 1000)
        assert read_heartbeat(archive).paused == "盘" * 200
        heartbeat.beat(NOON)
        assert read_heartbeat(archive).paused is None


def test_no_daemon_at_all(tmp_path):
    """Where there never was one, or its file holds something else, nothing is said."""
    archive = tmp_path / "archive.db"
    assert read_heartbeat(archive) is None
    heartbeat_file(archive).write_text("something else")
    assert read_heartbeat(archive) is None


def test_a_folder_that_cannot_be_written(tmp_path):
    """The refusal says what to do."""
    with pytest.raises(ArchiveReadOnly, match="cannot write beside"):
        Heartbeat.claim(tmp_path / "nowhere" / "archive.db", NOON)
