"""The daemon's ticks: what is due is done once, whatever happens between two of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.agenda import paced
from crawler.session import Silent
from storage.errors import ArchiveMissing
from storage.instants import parse_instant
from tests.watching import Watch
from tests.world import START, World

HOURLY = {"discover": "every 1h from 07:00 to 22:00"}


@pytest.fixture
def world(tmp_path):
    """Give a portal of 12 press releases, and a clock."""
    with World(tmp_path, releases=12) as world:
        yield world


@pytest.fixture
def watch(world):
    """Give the ticks of a daemon that has made its first crawl."""
    watch = Watch(world)
    watch.tick("discover")
    return watch


def test_the_first_tick_makes_the_archive(world):
    """A daemon that finds no archive reads every listing, and looks at all that it holds: the baseline."""
    watch = Watch(world)
    watch.tick("revisit")
    assert not (world.folder / "archive.db").exists()
    watch.tick("discover")
    assert watch.runs == ["discover"]
    assert world.values("SELECT count(*) FROM releases") == [12]
    assert world.values("SELECT count(*) FROM changes") == [0]


def test_nothing_is_done_where_nothing_is_due(watch):
    """A tick that comes again at once makes no run and asks nobody."""
    watch.tick()
    watch.tick()
    assert watch.runs == ["discover"]


def test_a_listing_is_read_at_its_times(watch):
    """Hourly by day, never by night, once however many times were missed, and whole once a week."""
    watch.at(7, "07:00")
    watch.tick("discover")
    before = len(watch.sweeps)
    for minute in range(0, 24 * 60, 10):
        watch.tick("discover")
        assert minute or len(watch.sweeps) == before
        watch.pass_by(minutes=10)
    assert len(watch.sweeps) == before + 15  # 08:00 to 22:00
    watch.pass_by(days=10)
    watch.tick("discover")
    assert watch.sweeps[before + 15 :] == ["full"]
    watch.tick("discover")
    assert len(watch.sweeps) == before + 16


def test_a_restart_repeats_nothing_and_loses_nothing(watch):
    """A daemon that begins anew does what is due, and that alone."""
    runs = watch.runs
    watch.again()
    watch.tick()
    assert watch.runs == runs
    watch.at(1, "09:30")
    watch.again()
    watch.tick()
    assert watch.runs[len(runs) :] == ["discover"]  # looks at what is due, too
    watch.again()
    watch.tick()
    assert len(watch.runs) == len(runs) + 1


def test_pages_are_looked_at_when_they_are_due(watch, world):
    """Looks happen without any listing being read, and each page that was looked at is due later."""
    (due,) = world.values("SELECT min(due_at) FROM _frontier")
    sweeps, looks = watch.sweeps, watch.looks
    while parse_instant(due) > world.clock.instant - timedelta(hours=1):
        watch.pass_by(hours=1)
    watch.tick("revisit")
    assert watch.runs[-1] == "revisit"
    assert watch.sweeps == sweeps
    assert watch.looks > looks
    assert world.values("SELECT min(due_at) FROM _frontier")[0] > due


def _instant(world):
    return world.clock.instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_quiet_hours_are_kept(world):
    """In its quiet hours a portal is not asked, and no run is made for it; afterwards everything is still due."""
    watch = Watch(world, quiet_hours=("00:00-23:30",))
    watch.at(1, "12:00")
    watch.tick("discover")
    assert watch.runs == ["discover"]  # there is no archive yet, which can only be found out by a run
    assert watch.sweeps == []
    watch.tick()
    assert watch.runs == ["discover"]
    watch.at(1, "23:40")
    watch.tick("discover")
    assert watch.sweeps == ["full"]


def test_the_budget_is_spread_over_the_day(world):
    """What is due at midnight does not use up the day; what is left stays due, without a run for nothing."""
    watch = Watch(world, requests_per_day=24)
    watch.tick("discover")
    watch.at(100, "00:01")
    spent = watch.looks
    counted = []
    for _ in range(24):
        watch.tick("revisit")
        counted.append(watch.looks - spent)
        watch.pass_by(hours=1)
    assert counted[0] == 1
    assert counted[11] <= 12
    runs = watch.runs
    watch.tick("revisit")
    assert len(watch.runs) <= len(runs) + 1


@pytest.mark.parametrize(
    ("budget", "hours", "spent", "expected"),
    [
        (300, 0, 0, 12),
        (300, 12, 0, 162),
        (300, 12, 162, 0),
        (300, 12, 200, 0),
        (300, 23.5, 0, 300),
        (24, 0, 0, 1),
        (0, 5, 9, 10**6),
    ],
)
def test_pace(budget, hours, spent, expected):
    """The budget accrues evenly, an hour ahead; no budget is no bound."""
    assert paced(budget, timedelta(hours=hours), spent) == expected


def test_a_pause_and_an_end_begin_nothing(watch, world):
    """While fetching is paused, or the daemon is ending, nothing is asked; what is due stays due."""
    watch.at(40, "09:30")
    for why in ("paused", "ending"):
        setattr(watch.ticks, why, "for a reason")
        done = watch.looks, watch.runs, watch.sweeps
        watch.tick()
        assert (watch.looks, watch.runs, watch.sweeps) == done
        setattr(watch.ticks, why, None)
    runs = len(watch.runs)
    watch.tick()
    assert len(watch.runs) > runs


def test_an_end_breaks_a_run_off_between_two_pages(watch, world):
    """A daemon that is told to end finishes the page that it is at; the run ends in order and the rest stays due."""
    watch.at(100, "09:30")
    watch.ticks.how = _how_that(watch, after=3, then=lambda: setattr(watch.ticks, "ending", "told to end"))
    looks = watch.looks
    watch.tick("revisit")
    assert watch.looks == looks + 3
    assert world.values("SELECT outcome FROM run_ends ORDER BY id DESC LIMIT 1") == ["done"]
    watch.again()
    watch.tick("revisit")
    assert watch.looks >= looks + 12


def _how_that(watch, *, after, then):
    """Return how runs are run, with something that happens after some looks."""

    class Counting(Silent):
        looks = 0

        def looked(self, appended):
            self.looks += 1
            if self.looks == after:
                then()

    return replace(watch.ticks.how, report=Counting())


def test_a_listing_comes_before_the_next_page(watch):
    """A tick that waits is let in between two pages of a run, which goes on afterwards: no sweep is late for a backfill."""
    watch.at(100, "09:30")
    order = []

    async def both():
        looking = asyncio.create_task(watch.ticks.revisit())
        await asyncio.sleep(0)
        reading = asyncio.create_task(watch.ticks.discover())
        await reading
        order.append(len(watch.sweeps))
        await looking

    watch.ticks.how = _how_that(watch, after=2, then=lambda: None)
    sweeps, looks = len(watch.sweeps), watch.looks
    asyncio.run(both())
    assert order == [sweeps + 1]
    assert watch.runs[-3:] == ["revisit", "discover", "revisit"]
    assert watch.looks >= looks + 12
    assert watch.ticks.ask(
        lambda file: file.execute("SELECT count(*) FROM _frontier WHERE due_at <= ?", (_now(watch),)).fetchone(), None
    ) == (0,)


def _now(watch):
    return watch.world.clock.instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.mark.parametrize("days", [-30, 30, -400])
def test_a_clock_that_jumps(watch, world, days):
    """Set back or forward, the watch goes on: no look waits for longer than it did, no listing for the wrong time to come again."""
    waits = _waits(world)
    world.clock.instant += timedelta(days=days)
    asyncio.run(watch.ticks.clock_jumped(timedelta(days=days)))
    if days < 0:
        assert _waits(world) == pytest.approx(waits, abs=60)
    assert world.values("SELECT kind FROM _alerts WHERE closed_at IS NULL") == ["clock"]
    runs = len(watch.runs)
    watch.pass_by(days=1)
    watch.tick()
    assert "discover" in watch.runs[runs:]


def _waits(world):
    """Return for how many seconds each page still waits, as near as the first of them is to now."""
    rows = world.rows("SELECT julianday(due_at) - julianday(?) AS days FROM _frontier ORDER BY page_id", _instant(world))
    return [row["days"] * 86400 for row in rows]


def test_looks_that_fail_are_told(watch, world):
    """What a run counted is told, failures among it."""
    world.portal.fail_host()
    watch.at(100, "09:30")
    watch.tick("revisit")
    told = watch.diary.of("run")[-1]
    assert told["counts"]["failed"] >= 1
    assert told["left"]
    assert told["trigger"] == "revisit"


def test_patient_looks_are_gathered(watch, world):
    """Looks that can wait an hour are made together; one that cannot takes along those that are due."""
    watch.at(100, "09:30")
    watch.tick("revisit")
    for _ in range(40):
        (due,) = world.values("SELECT min(due_at) FROM _frontier")
        watch.pass_by(seconds=max((parse_instant(due) - world.clock.instant).total_seconds(), 0) + 60)
        looks = watch.looks
        watch.tick("revisit")
        assert watch.looks == looks, "an hour has not passed"
        watch.pass_by(hours=1)
        watch.tick("revisit")
        assert watch.looks > looks


def test_what_cannot_be_looked_at_makes_no_run_at_every_tick(watch, world):
    """A page that stays due after its turn is left until something else is due."""
    watch.at(100, "09:30")
    watch.tick("revisit")
    (page,) = world.values("SELECT min(page_id) FROM _frontier")

    async def stick():
        async with watch.ticks.briefly("test") as archive:
            with archive.transaction():
                archive.connection.execute("UPDATE _frontier SET due_at = ? WHERE page_id = ?", (START.isoformat(), page))

    asyncio.run(stick())
    runs = len(watch.runs)
    for _ in range(3):
        watch.tick("revisit")
    assert len(watch.runs) <= runs + 1


def test_a_page_listed_by_a_clock_that_ran_ahead(world):
    """What was listed in a year to come and not looked at yet is new now, and not in a year."""
    watch = Watch(world)
    world.clock.instant += timedelta(days=365)
    watch.ticks.how = _how_that(watch, after=3, then=lambda: setattr(watch.ticks, "ending", "told to end"))
    watch.tick("discover")
    world.clock.instant -= timedelta(days=365)
    watch.again()
    asyncio.run(watch.ticks.clock_jumped(timedelta(days=-365)))
    watch.tick("revisit")
    assert world.values("SELECT count(*) FROM _pages WHERE looks = 0") == [0]


def test_what_a_pause_left_is_taken_up_when_it_ends(watch):
    """A run that a full disk broke off goes on as soon as there is room, also where nothing else became due."""
    watch.at(100, "09:30")
    watch.ticks.how = _how_that(watch, after=3, then=lambda: setattr(watch.ticks, "paused", "the disk is nearly full"))
    looks = watch.looks
    watch.tick("revisit")
    assert watch.looks == looks + 3
    watch.ticks.paused = None
    watch.tick("revisit")
    assert watch.looks >= looks + 12


def test_what_a_budget_left_is_taken_up_the_next_day(world):
    """Pages that found the day's budget used up are looked at once there is one again, also where nothing else became due."""
    watch = Watch(world, requests_per_day_backfill=4, schedule={"discover": "every 30d"})
    watch.tick("discover")
    for _ in range(2):
        watch.tick("revisit")
        watch.pass_by(days=1)
    watch.tick("revisit")
    assert watch.looks >= 12


def test_settings_that_are_read_while_a_run_waits(watch, world):
    """A run goes by the settings that its work was chosen by: other ones hold from the next tick on."""
    watch.at(1, "09:30")

    async def story():
        async with watch.ticks.briefly("test"):
            reading = asyncio.create_task(watch.ticks.discover())
            await asyncio.sleep(0)
            portal = watch.settings.portals[0].model_copy(update={"hosts": ("elsewhere.example",)})
            watch.ticks.settings = watch.settings.model_copy(update={"portals": (portal,)})
        await reading

    asyncio.run(story())
    assert watch.diary.of("run")[-1]["unread"] == []
    assert world.values("SELECT count(*) FROM fetches WHERE result = 'refused'") == [0]


def test_an_archive_that_is_gone_is_not_begun_anew(watch):
    """A disk that is not there for a while must not leave a second archive behind, which knows of nothing."""
    path = watch.settings.archive
    for end in ("", "-wal", "-shm"):
        if path.with_name(path.name + end).exists():
            path.with_name(path.name + end).rename(path.with_name(f"aside.db{end}"))
    watch.pass_by(days=1)
    with pytest.raises(ArchiveMissing, match="is gone"):
        watch.tick("discover")
    assert not path.exists()
    watch.again()
    watch.tick("discover")
    assert path.exists()
