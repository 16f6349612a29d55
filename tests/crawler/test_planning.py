"""When pages are due by what was learned: kept in the file, planned once a day, and the same after a rebuild."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest

from crawler.agenda import sweeps_due
from crawler.budget import LOWEST
from crawler.maintain import maintain
from crawler.pipeline import revisit
from crawler.revisit import longest_wait
from crawler.run import How, open_archive
from storage.instants import instant, parse_instant
from tests.watching import Watch
from tests.world import World

SUMS = "SELECT scope, key, bin, events, exposure FROM _hazard ORDER BY scope, key, bin"


@pytest.fixture
def world(tmp_path):
    """Give a portal of 40 press releases, and a clock."""
    with World(tmp_path, releases=40) as world:
        yield world


def plan(watch):
    """Do the tick that plans."""
    asyncio.run(maintain(watch.ticks, lambda _: 10**12))


def waits(world, reason="learned"):
    """Return for how many days each page waits from its last look on, of those that are due for a reason."""
    sql = "SELECT p.page_id, p.last_look_at, f.due_at FROM _frontier f JOIN _pages p USING (page_id) WHERE f.reason = ?"
    return {
        row["page_id"]: (parse_instant(row["due_at"]) - parse_instant(row["last_look_at"])) / timedelta(days=1)
        for row in world.rows(sql, reason)
    }


def test_looks_teach(world):
    """The first look at a page teaches nothing; each later one that its page stood or changed, its host and its class too."""
    world.crawl()
    assert world.rows(SUMS) == []
    edited = world.portal.releases[5]
    for _ in range(3):
        world.clock.pass_by()
        world.portal.silent_edit(edited.id)
        world.crawl()
    page = world.page(edited.path)
    told = {(row["scope"], row["key"]): row for row in world.rows(SUMS) if row["scope"] != "class"}
    others = [row["events"] for (scope, key), row in told.items() if scope == "page" and key != str(page)]
    assert told["page", str(page)]["events"] > 1
    assert len(others) >= 39
    assert max(others) == 0
    (host,) = (row for (scope, _), row in told.items() if scope == "host")
    assert 2.9 < host["events"] < 6
    assert {row["key"] for row in world.rows(SUMS) if row["scope"] == "class"} >= {"release"}


def test_a_rebuild_learns_the_same(world):
    """The sums are the ledger's: dropped and learned anew, they are the same to the last digit, and so is what is due."""
    world.crawl()
    gone, edited = world.portal.releases[3:5]
    world.portal.remove(gone.id)
    for _ in range(4):
        world.clock.pass_by()
        world.portal.edit(edited.id)
        world.crawl()
    plan(Watch(world))
    sums, due = world.rows(SUMS), world.rows("SELECT page_id, due_at, reason FROM _frontier ORDER BY page_id")
    assert world.states(gone) == ["removed"]
    with open_archive(world.settings.archive, How(clock=world.clock), trigger="rebuild") as archive:
        archive.rebuild()
    assert world.rows(SUMS) == sums
    assert world.rows("SELECT page_id, due_at, reason FROM _frontier ORDER BY page_id") == due


def test_pages_that_change_are_due_sooner(world):
    """After a month of looks, the page that was edited each week waits for a shorter time than those that never were."""
    watch = Watch(world, requests_per_day=20)
    watch.tick("discover")
    busy = world.portal.releases[7]
    for day in range(28):
        if day % 7 == 0:
            world.portal.edit(busy.id)
        watch.pass_by(days=1)
        plan(watch)
        watch.tick("revisit")
    waiting = waits(world)
    assert len(waiting) >= 40
    others = sorted(wait for page, wait in waiting.items() if page != world.page(busy.path))
    assert waiting[world.page(busy.path)] < others[len(others) // 4]
    assert max(others) <= 90


def test_a_plan_is_made_once_a_day(world):
    """It holds for a day, survives a restart, and is made anew where it was made by a clock that ran ahead."""
    watch = Watch(world)
    watch.tick("discover")
    plan(watch)
    watch.again()
    plan(watch)
    assert len(watch.diary.of("planned")) == 1
    watch.pass_by(hours=24)
    plan(watch)
    assert len(watch.diary.of("planned")) == 2
    world.clock.instant -= timedelta(days=30)
    plan(watch)
    assert len(watch.diary.of("planned")) == 3


def test_a_small_archive_is_left_in_peace(world):
    """Three hundred looks a day for forty old pages would be eight a day each: they wait for days all the same."""
    watch = Watch(world, requests_per_day=300)
    watch.tick("discover")
    plan(watch)
    old = world.values("SELECT p.page_id FROM _pages p JOIN contents c ON c.id = p.content_id WHERE c.published_on < '2026-01-01'")
    waiting = waits(world)
    assert len(old) > 20
    assert all(waiting[page] > 3 for page in old if page in waiting)


@pytest.mark.parametrize(("recheck", "expected"), [("every 7d", 7.0), ("every 12h", 0.5)])
def test_a_fixed_interval_is_kept(world, recheck, expected):
    """Where the portal's file names an interval, that is when pages are due, new looks included."""
    watch = Watch(world, schedule={"recheck": recheck})
    watch.tick("discover")
    plan(watch)
    assert all(wait == pytest.approx(expected) for wait in waits(world, "every").values())
    watch.pass_by(days=8)
    watch.tick("revisit")
    waiting = list(waits(world, "every").values())
    assert len(waiting) >= 40
    assert all(wait == pytest.approx(expected) for wait in waiting)


def test_no_page_stays_unseen_for_longer_than_it_may(world):
    """The longest wait of the portal's file bounds what was learned."""
    watch = Watch(world, schedule={"longest_unseen": 5 * 86400.0}, requests_per_day=3)
    watch.tick("discover")
    plan(watch)
    assert max(waits(world).values()) <= 5.0001


@pytest.mark.parametrize(("least", "expected"), [(0.5, 2), (LOWEST, 1)])
def test_budget_that_is_left_is_used(world, least, expected):
    """Where the budget is short, a page that is due within a day and a half is taken along; where it is not, none is early."""
    watch = Watch(world, requests_per_day=24)
    watch.tick("discover")
    plan(watch)
    watch.pass_by(hours=25)
    now = world.clock.instant
    dues = [(1, now - timedelta(hours=2)), (2, now + timedelta(hours=5)), (3, now + timedelta(hours=40))]

    async def arrange():
        async with watch.ticks.briefly("test") as archive:
            with archive.transaction():
                run = archive.connection.execute
                run("UPDATE _plans SET least = ?", (least,))
                run("UPDATE _frontier SET due_at = ?, reason = 'learned'", (instant(now + timedelta(days=9)),))
                for page, due in dues:
                    run("UPDATE _frontier SET due_at = ? WHERE page_id = ?", (instant(due), page))

    asyncio.run(arrange())
    looks = watch.looks
    watch.tick("revisit")
    assert watch.looks == looks + expected


def test_pages_that_nobody_watches_are_no_part_of_a_plan(world):
    """A section that was given up has no share of its host's budget: its pages, never looked at, would be ever more pressing."""
    watch = Watch(world)
    watch.tick("discover")
    plan(watch)
    assert watch.diary.of("planned")[-1]["pages"] >= 40
    portal = watch.settings.portals[0]
    other = portal.model_copy(update={"sections": {"other": portal.sections["today"]}})
    watch.settings = watch.settings.model_copy(update={"portals": (other,)})
    watch.again()
    watch.pass_by(days=1)
    plan(watch)
    assert watch.diary.of("planned")[-1]["pages"] == 0


def test_a_first_crawl_does_not_come_back_as_a_wave():
    """The longest waits after the first look are spread over most of their time; those after later looks are the longest."""
    first = sorted(longest_wait(timedelta(days=90), 1, look) / timedelta(days=1) for look in range(1, 1001))
    assert 22 < first[0] < 23
    assert 89 < first[-1] <= 90
    assert all(later - earlier < 0.2 for earlier, later in pairwise(first))
    assert longest_wait(timedelta(days=90), 2, 1) == timedelta(days=90)


def test_pages_that_are_all_alike_have_their_looks(world):
    """After a first crawl all old pages are equally pressing, so that no threshold fits: the budget is used all the same."""
    watch = Watch(world, requests_per_day=5)
    watch.tick("discover")
    looks = []
    for _ in range(20):
        plan(watch)
        before = watch.looks
        for _ in range(24):
            watch.pass_by(hours=1)
            watch.tick("revisit")
        looks.append(watch.looks - before)
    assert sum(looks[8:]) >= 0.8 * 5 * 12
    assert max(looks) <= 10  # two days by the portal's midnight


def test_looks_that_a_young_page_missed_are_not_made_up_for(world):
    """A daemon that was away for days does not begin by asking for every page that was young when it left."""
    young = world.portal.publish("News of the day", paragraphs=["The port was opened."])
    watch = Watch(world)
    watch.tick("discover")
    page = world.page(young.path)
    assert page in waits(world, "young")
    watch.pass_by(days=4)
    plan(watch)
    assert waits(world)[page] > 0.05  # by what is learned of young pages, not the hour that was missed


def test_listings_leave_the_budget_to_the_plan(world):
    """A run that reads a listing looks at what is new there; what can wait is spread over the day, however much is due."""
    watch = Watch(world, requests_per_day=24)
    watch.tick("discover")
    plan(watch)
    watch.at(120, "09:00")
    looks = watch.looks
    world.portal.publish("News of the day", paragraphs=["The port was opened."])
    watch.tick("discover")
    assert watch.looks == looks + 1
    watch.tick("revisit")
    assert watch.looks <= looks + 1 + 10


def test_a_used_up_budget_makes_no_run(world):
    """Pages that want their look soon wait for tomorrow, too, without a run for each that becomes due."""
    watch = Watch(world, requests_per_day=2)
    watch.tick("discover")
    for release in world.portal.releases[:6]:
        world.portal.remove(release.id)
    watch.at(30, "12:00")
    watch.tick("revisit")
    runs = len(watch.runs)
    for _ in range(10):
        watch.pass_by(hours=1)
        watch.tick("revisit")
    assert len(watch.runs) <= runs + 1


def test_a_section_that_was_read_longest_ago_is_read_last(world):
    """One whose reading always breaks the run off must not keep the others from being read."""
    watch = Watch(world)
    watch.tick("discover")
    known = watch.ticks.targets[0]
    never = replace(known, slug="never")
    watch.pass_by(hours=2)
    due = watch.ticks.ask(lambda file: sweeps_due(file, [never, known], world.clock.now()), [])
    assert [target.slug for target, _ in due] == [known.slug, "never"]


def test_a_page_that_is_early_is_not_asked_for_its_files(tmp_path):
    """Files that are due some hours later are no reason to ask for a page as a whole that is looked at before its time."""
    with World(tmp_path, releases=40, files="documents") as world:
        watch = Watch(world)
        watch.tick("discover")
        page, file = next(iter(world.rows("SELECT parent_id, page_id FROM pages g JOIN _pages p ON p.page_id = g.id"
                                          " WHERE g.kind = 'attachment' ORDER BY g.id LIMIT 1"))).values()  # fmt: skip
        watch.pass_by(hours=2)
        now = world.clock.instant

        async def look_early():
            async with watch.ticks.briefly("test") as archive:
                with archive.transaction():
                    run = archive.connection.execute
                    run("UPDATE _frontier SET due_at = ?, reason = 'learned'", (instant(now + timedelta(days=9)),))
                    for number, hours in ((page, 5), (file, 6)):
                        run("UPDATE _frontier SET due_at = ? WHERE page_id = ?", (instant(now + timedelta(hours=hours)), number))
            job = partial(revisit, targets=watch.ticks.targets, pages=[page], ahead=timedelta(days=1))
            await watch.ticks.run("revisit", job, "looking early")

        asyncio.run(look_early())
        (looked,) = world.rows("SELECT page_id, result FROM fetches WHERE purpose = 'look'")
        assert looked == {"page_id": page, "result": "not-modified"}
