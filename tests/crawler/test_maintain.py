"""The daemon's upkeep: done when it is due, told when it fails, and never in the way of looks or of the end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crawler.maintain import audit, maintain
from storage.alerts import Alert
from storage.upkeep import BACKUP, OPTIMIZE, QUICK_CHECK, SIZE
from tests.watching import Watch
from tests.world import World

PLENTY, LITTLE = 10**12, 10**8


@pytest.fixture
def world(tmp_path):
    """Give a portal of 12 press releases, and a clock."""
    with World(tmp_path, releases=12) as world:
        yield world


@pytest.fixture
def watch(world):
    """Give the ticks of a daemon that has made its first crawl, and a folder for copies."""
    watch = Watch(world)
    (world.folder / "copies").mkdir()
    backup = watch.settings.backup.model_copy(update={"folder": world.folder / "copies"})
    watch.settings = watch.settings.model_copy(update={"backup": backup})
    watch.again()
    watch.tick("discover")
    return watch


def upkeep(watch, free: int = PLENTY) -> None:
    """Do both ticks, with so much free on the disk."""
    asyncio.run(maintain(watch.ticks, lambda _: free))
    asyncio.run(audit(watch.ticks))


def done(watch) -> dict[str, str]:
    """Return when each job was done last."""
    names = watch.world.values("SELECT name FROM _jobs ORDER BY name")
    return dict(zip(names, watch.world.values("SELECT done_at FROM _jobs ORDER BY name"), strict=True))


def alerts(watch) -> list[str]:
    """Return the kinds of the alerts that are open."""
    return watch.world.values("SELECT kind FROM _alerts WHERE closed_at IS NULL ORDER BY id")


def copies(watch) -> list[str]:
    """Return the names of the copies."""
    return sorted(path.name for path in (watch.world.folder / "copies").iterdir())


def test_before_there_is_an_archive(world):
    """Nothing is made by looking after what is not there."""
    watch = Watch(world)
    upkeep(watch)
    assert not (world.folder / "archive.db").exists()


def test_each_is_done_when_it_is_due(watch):
    """All of it at first; at the next tick nothing; a day later, and after a restart, all of it again; no run is made by it."""
    runs = watch.runs
    upkeep(watch)
    first = done(watch)
    assert sorted(first) == [BACKUP, OPTIMIZE, QUICK_CHECK, SIZE]
    assert len(copies(watch)) == 1
    watch.pass_by(minutes=10)
    watch.again()
    upkeep(watch)
    assert done(watch) == first
    watch.pass_by(hours=6)
    upkeep(watch)
    assert [name for name, at in done(watch).items() if at != first[name]] == [OPTIMIZE]
    watch.pass_by(days=30)
    watch.again()
    upkeep(watch)
    assert all(at > first[name] for name, at in done(watch).items())
    assert len(copies(watch)) == 2
    assert (alerts(watch), watch.runs) == ([], runs)


def test_fetching_pauses_while_the_disk_is_nearly_full(watch):
    """Nothing is asked meanwhile; it is told once, survives a restart, and is over by itself."""
    upkeep(watch, LITTLE)
    assert "The daemon fetches nothing meanwhile" in watch.ticks.paused
    assert alerts(watch) == ["disk"]
    looks, runs = watch.looks, watch.runs
    watch.pass_by(days=8)
    watch.again()
    upkeep(watch, LITTLE)
    watch.tick()
    assert (watch.looks, watch.runs, watch.world.values("SELECT count(*) FROM _alerts")) == (looks, runs, [1])
    upkeep(watch, 510_000_000)
    assert watch.ticks.paused is not None  # a little more than the limit is wanted
    upkeep(watch)
    assert (watch.ticks.paused, alerts(watch)) == (None, [])
    watch.tick()
    assert watch.runs == [*runs, "discover", "revisit"]
    assert [name for name, _ in watch.diary.events if name in {"paused", "resumed"}] == ["paused", "resumed"]


def test_a_copy_that_cannot_be_made_is_told_once(watch):
    """The folder's disk is not mounted: an alert with the reason, a try every hour, and a recovery."""
    folder = watch.world.folder / "copies"
    folder.rmdir()
    upkeep(watch)
    watch.pass_by(minutes=50)
    upkeep(watch)
    watch.pass_by(minutes=15)
    upkeep(watch)
    assert alerts(watch) == ["backup"]
    assert len(watch.diary.of("backup-failed")) == 2
    assert "No such file or directory" in watch.world.values("SELECT message FROM _alerts")[0]
    folder.mkdir()
    watch.pass_by(hours=1)
    upkeep(watch)
    assert (alerts(watch), len(copies(watch))) == ([], 1)


def test_a_check_is_on_record(watch):
    """A sound file is checked once a day, and nothing is told of that."""
    upkeep(watch)
    watch.pass_by(hours=23)
    upkeep(watch)
    watch.pass_by(hours=1)
    upkeep(watch)
    assert (watch.diary.of("quick-check"), alerts(watch)) == ([{"damage": None}, {"damage": None}], [])


def test_the_end_waits_for_no_copy(watch):
    """A daemon that is ending breaks off what takes long: it is not recorded as done, and stays due."""
    watch.ticks.ending = "the daemon was told to end"
    upkeep(watch)
    assert (done(watch), copies(watch)) == ({}, [])


def test_alerts_that_nothing_else_closes(watch, world):
    """An alert of what the settings name no more is over, and so is a day later one of a clock that was set; others stay."""
    section = "embedded/today"
    told = [("listing", section), ("listing", "embedded/dropped"), ("block", world.server.host), ("host", "gone.example")]

    async def alarm() -> None:
        async with watch.ticks.briefly("test") as archive:
            for kind, subject in told:
                archive.alert(Alert(kind, subject, "words", ""))
        await watch.ticks.clock_jumped(timedelta(hours=1))

    asyncio.run(alarm())
    upkeep(watch)
    assert alerts(watch) == ["listing", "block", "clock"]
    watch.pass_by(days=1)
    upkeep(watch)
    assert alerts(watch) == ["listing", "block"]
