"""The daemon as a process: it begins, is told to end, reads its settings again, is alone, and tells who manages it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from config.service import ServiceManager, service_manager
from crawler.daemon import Daemon, Every
from crawler.heartbeat import ENDED, read_heartbeat
from crawler.machine import ClockReading, jump, tell_manager
from seeds.portal import Portal, PortalServer, portal_file
from storage.connect import open_reader
from storage.lock import WriterLock
from tests.daemons import ROOT, daemon, until, write_portal
from tests.soundness import faults_of
from tests.watching import Watch
from tests.world import World

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def portal():
    """Serve a portal of 20 press releases."""
    with PortalServer(Portal(1, 20)) as server:
        yield server


@pytest.fixture
def folder(tmp_path, portal):
    """Give a folder with the settings of a daemon that watches the portal."""
    write_portal(tmp_path, portal)
    (tmp_path / "jiaxing-today.toml").write_text('portals = ["embedded.toml"]\nvantage = "here"\n')
    return tmp_path


def test_it_crawls_and_ends_in_order(folder):
    """A daemon makes the archive, reads the listing, looks at what it holds, and ends with 0 when it is told to."""
    with daemon(folder) as process:
        assert until(process, "daemon-started")["sections"] == ["embedded/today"]
        assert until(process, "run")["counts"]["baseline"] >= 20
        beat = read_heartbeat(folder / "archive.db")
        assert (beat.pid, beat.alive) == (process.pid, True)
        process.send_signal(signal.SIGTERM)
        assert until(process, "daemon-ended")["broken_off"] == 0
        assert process.wait(10) == 0
    last = read_heartbeat(folder / "archive.db")
    assert (last.alive, last.doing) == (False, ENDED)


def test_told_to_end_during_a_crawl(folder, portal):
    """What is in flight is committed, the run ends in order, and another daemon goes on where this one stopped."""
    write_portal(folder, portal, delay="0.1s")
    with daemon(folder) as process:
        until(process, "looked")
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(20) == 0
        assert time.monotonic() - began < 5
    with closing(open_reader(folder / "archive.db")) as reader:
        (looked,) = reader.execute("SELECT count(*) FROM versions").fetchone()
        assert 1 <= looked < 20
        assert reader.execute("SELECT outcome FROM run_ends").fetchall() == [("done",)]
        assert not faults_of(reader, ended=True)
    write_portal(folder, portal)
    with daemon(folder) as process:
        until(process, "run")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    with closing(open_reader(folder / "archive.db")) as reader:
        assert reader.execute("SELECT count(*) FROM releases").fetchone() == (20,)
        assert reader.execute("SELECT count(*) FROM versions WHERE number > 1").fetchone() == (0,)
        assert not faults_of(reader, ended=True)


@pytest.mark.parametrize(
    ("times", "least", "most"), [(2, 0, 5), pytest.param(1, 18, 25, marks=pytest.mark.slow)], ids=["told-twice", "told-once"]
)
def test_a_server_that_hangs_does_not_keep_it_from_ending(folder, times, least, most):
    """What does not come within the deadline is broken off, at once where the daemon is told a second time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        (folder / "embedded.toml").write_text(portal_file(f"http://127.0.0.1:{server.getsockname()[1]}"))
        with daemon(folder) as process:
            connection, _ = server.accept()
            began = time.monotonic()
            for _ in range(times):
                process.send_signal(signal.SIGTERM)
                until(process, "daemon-ending")
            assert until(process, "daemon-ended")["broken_off"] >= 1
            assert process.wait(20) == 0
            assert least <= time.monotonic() - began < most
            connection.close()
    with closing(open_reader(folder / "archive.db")) as reader:
        assert reader.execute("SELECT outcome FROM run_ends").fetchall() == [("interrupted",)]
        assert not faults_of(reader, ended=True)


def test_there_is_only_one(folder):
    """A second daemon ends at once, with a line that says which process is the first."""
    with daemon(folder) as process:
        until(process, "run")
        command = [sys.executable, "-m", "crawler", "daemon"]
        variables = os.environ | {"PYTHONPATH": str(ROOT)}
        second = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"a daemon of archive.db runs already (pid {process.pid})" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_settings_are_read_again(folder, portal):
    """SIGHUP makes new settings hold; those that cannot be used are refused with the reason, and the old ones kept."""
    good = (folder / "jiaxing-today.toml").read_text()
    with daemon(folder) as process:
        until(process, "run")
        (folder / "jiaxing-today.toml").write_text(good + "no_such_key = 1\n")
        process.send_signal(signal.SIGHUP)
        assert "no_such_key" in until(process, "settings-refused")["why"]
        (folder / "jiaxing-today.toml").write_text(good + 'archive = "other.db"\n')
        process.send_signal(signal.SIGHUP)
        assert "archive" in until(process, "settings-refused")["why"]
        known = (folder / "embedded.toml").read_text()
        (folder / "embedded.toml").write_text(known + SECOND.format(address=portal.base_url))
        (folder / "jiaxing-today.toml").write_text(good)
        process.send_signal(signal.SIGHUP)
        assert until(process, "settings-read")["sections"] == ["embedded/today", "embedded/more"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


SECOND = '[sections.more]\ntitle = "Reports"\nstart = ["{address}/"]\n'


def test_the_service_manager_is_told(folder, tmp_path):
    """It hears that the daemon is ready, that it is well, and that it ends (sd_notify(3))."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.settimeout(20)
        with daemon(folder, NOTIFY_SOCKET=str(address)) as process:
            heard = [listener.recv(1000).decode() for _ in range(2)]
            process.send_signal(signal.SIGTERM)
            while "STOPPING=1" not in heard:
                heard.append(listener.recv(1000).decode())
            assert process.wait(20) == 0
    assert heard[0] == "READY=1"
    assert any(line.startswith("WATCHDOG=1\nSTATUS=") for line in heard)


def test_what_the_service_manager_wants():
    """Its socket and watchdog are read from the environment; a watchdog for another process is not ours."""
    assert service_manager({}) == ServiceManager(None, None)
    given = {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "30000000"}
    assert service_manager(given) == ServiceManager("@x", 30.0)
    assert service_manager(given | {"WATCHDOG_PID": "1"}) == ServiceManager("@x", None)
    assert service_manager(given | {"WATCHDOG_USEC": "soon"}) == ServiceManager("@x", None)


def test_nobody_to_tell(tmp_path):
    """No service manager, or one that is gone, is no trouble; one in the abstract namespace is found."""
    tell_manager(None, "READY=1")
    tell_manager(str(tmp_path / "nowhere"), "READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"\0jiaxing-today-{os.getpid()}")
        tell_manager(f"@jiaxing-today-{os.getpid()}", "READY=1")
        assert listener.recv(100) == b"READY=1"


@pytest.mark.parametrize(("wall", "uptime", "expected"), [(10, 10, 0), (3610, 10, 3600), (-3590, 10, -3600), (28800, 28800, 0)])
def test_jumps(wall, uptime, expected):
    """A jump is what the wall clock did beyond what passed; a sleep of the machine is none."""
    before, after = ClockReading(NOON, 100.0), ClockReading(NOON + timedelta(seconds=wall), 100.0 + uptime)
    assert jump(before, after) == timedelta(seconds=expected)


def test_told_to_end_while_another_writes(folder):
    """A daemon that has not begun yet, for another process writes, ends as soon as it is told to."""
    lock = WriterLock(folder / "archive.db")
    assert lock.try_once()
    with daemon(folder) as process:
        deadline = time.monotonic() + 20
        while not lock.is_wanted():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert read_heartbeat(folder / "archive.db").doing == ENDED
    assert not lock.is_wanted()
    lock.release()


def test_ticks_that_were_missed_are_not_counted():
    """Where a machine learns the year, the next tick is one interval away; else ticks come at their times."""
    every, early = Every(15), datetime(1970, 1, 1, tzinfo=UTC)
    step = timedelta(seconds=15)
    assert every.get_next_fire_time(None, NOON) == NOON
    assert every.get_next_fire_time(early, NOON) == NOON + step
    assert every.get_next_fire_time(NOON, NOON + step / 3) == NOON + step


class Uptime:
    """A machine's uptime that only the test moves."""

    seconds = 100.0

    def uptime(self):
        """Return the seconds since the machine was started."""
        return self.seconds


@pytest.fixture
def machine():
    """Give a machine."""
    return Uptime()


@pytest.fixture
def watched(tmp_path):
    """Give the ticks of a daemon of an archive that was crawled once."""
    with World(tmp_path, releases=12) as world:
        watch = Watch(world)
        watch.tick("discover")
        yield watch


def begun(watch, machine):
    """Return a daemon that has begun."""
    made = Daemon(watch.ticks, machine, ServiceManager(None, None), lambda: watch.settings)
    asyncio.run(made._begin())
    return made


async def fail():
    """Fail as no tick ought to."""
    raise ValueError("a mistake of ours")


async def work():
    """Do what was to be done."""


def alerts(watch):
    """Return the alerts of failing ticks that are open."""
    return watch.world.values("SELECT subject FROM _alerts WHERE kind = 'daemon' AND closed_at IS NULL")


def test_a_tick_that_fails_is_tried_ever_more_seldom(watched, machine):
    """What fails each time does so four times an hour in the end, asking its portal no more often; new settings try it at once."""
    made = begun(watched, machine)
    for _ in range(6 * 240):
        asyncio.run(made._tick("discover", fail))
        machine.seconds += 15
    failed = len(watched.diary.of("tick-failed"))
    assert 6 * 4 <= failed <= 6 * 4 + 10
    assert alerts(watched) == ["discover"]
    made.read_settings()
    asyncio.run(made._tick("discover", work))
    assert alerts(watched) == []


def test_an_alert_of_a_tick_is_over_when_a_later_daemon_does_it(watched, machine):
    """A daemon that works again after it was mended and started anew says so."""
    asyncio.run(begun(watched, machine)._tick("revisit", fail))
    assert alerts(watched) == ["revisit"]
    watched.again()
    made = begun(watched, machine)
    assert alerts(watched) == ["revisit"]
    asyncio.run(made._tick("revisit", work))
    assert alerts(watched) == []
