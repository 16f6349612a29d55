"""When a page may be called removed: the rule, pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.instants import instant, local_day, parse_instant
from storage.records import Outcome, Purpose, Reading
from storage.removal import Check, HostHealth, RemovalRule, controls_asked, controls_of, earliest_proof, proven
from tests.builders import HOST

ZONE = ZoneInfo("Asia/Shanghai")
RULE = RemovalRule(checks=3, spread=86_400.0, days=2, zone=ZONE)
START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def checks(*hours: float) -> list[Check]:
    """Return checks so many hours after the start, each in a run of its own."""
    moments = [instant(START + timedelta(hours=hour)) for hour in hours]
    return [Check(number, number, moment, moment) for number, moment in enumerate(moments, start=1)]


def healthy(found: list[Check], *failed: int) -> dict[int, list[int]]:
    """Return controls for each check's run, but for the runs that failed."""
    return {check.run_id: [100 + check.run_id] for check in found if check.run_id not in failed}


@pytest.mark.parametrize(
    ("hours", "failed", "count"),
    [
        ((0, 1, 25), (), 3),
        ((0, 1, 7, 31), (), 4),
        ((0, 1), (), 0),
        ((0, 1, 23), (), 0),
        ((0, 12, 25), (2,), 0),
        ((0, 12, 25, 26), (2,), 3),
        ((0, 12, 25), (1, 2, 3), 0),
        ((0, 1, 2, 3, 4, 5), (), 0),
    ],
)
def test_enough_checks_spread_over_time_beside_healthy_controls(hours, failed, count):
    """Three sound checks over 24 hours on two days prove a removal; a check whose control failed does not count."""
    found = checks(*hours)
    assert len(proven(found, healthy(found, *failed), RULE)) == count


def test_days_are_the_portals():
    """25 hours that fall on one calendar day cannot be; two checks either side of Shanghai's midnight are two days."""
    rule = RemovalRule(checks=2, spread=0, days=2, zone=ZONE)
    before, after = checks(7.9, 8.1)  # 15:54 and 16:06 UTC, either side of midnight in Shanghai
    assert proven([before, after], healthy([before, after]), rule)
    early, late = checks(0, 7)
    assert not proven([early, late], healthy([early, late]), rule)


@given(hours=st.lists(st.floats(0, 200), min_size=1, max_size=8).map(sorted))
def test_nothing_is_proven_before_the_earliest_proof(hours):
    """The earliest proof that people are told of is never later than the proof itself."""
    found = checks(*hours)
    assert not proven(found, healthy(found), RULE) or parse_instant(found[-1].stood_at) >= earliest_proof(found[0].stood_at, RULE)
    assert local_day(earliest_proof(found[0].stood_at, RULE), ZONE) > local_day(parse_instant(found[0].stood_at), ZONE)


@pytest.mark.parametrize(
    ("missing", "tracked", "trouble"),
    [(0, 0, False), (1, 1, False), (2, 2, True), (4, 4, True), (4, 5, False), (5, 20, True), (5, 25, False), (41, 44, True)],
)
def test_many_at_once_are_trouble(missing, tracked, trouble):
    """Five pages and more than a fifth of a host, or all of several, are the host or our way to it, until somebody has looked."""
    assert HostHealth(missing, tracked).in_trouble is trouble


def test_two_checks_in_one_run_share_its_controls(story, page):
    """A page that is looked at twice in one run (its copy changed, say) is proven missing by both, each control named once."""
    story.look(page)
    version = story.proven(page, Outcome.GONE, Outcome.SOFT_GONE)
    assert version is not None
    roles = story.connection.execute("SELECT role, count(*) FROM proofs WHERE version_id = ? GROUP BY role", (version,)).fetchall()
    assert roles == [("check", 2), ("control", 1)]
    assert [len(fetches) for fetches in controls_of(story.connection, [story.run, story.run], HOST).values()] == [1]


@pytest.mark.parametrize("age", [None, "3600"])
@pytest.mark.parametrize("is_redirected", [False, True])
def test_a_control_out_of_a_cache_that_shows_no_page(story, page, age, is_redirected):
    """A cache that still says that a control is missing speaks of another time; a control that is missing now fails its run."""
    story.look(page)
    headers = {"Age": age} if age else {}
    hops = [story.answer(f"http://{HOST}/art/9.html", b"not here", status=404, purpose=Purpose.CONTROL, headers=headers)]
    if is_redirected:
        [first] = hops
        hops = [replace(first, status=302), story.answer(f"http://{HOST}/gone.html", b"not here", purpose=Purpose.CONTROL)]
    story.archive.append_fetches(hops, run_id=story.run, reading=Reading("control-1", Outcome.SOFT_GONE))
    assert (story.proven(page) is not None) is (age is not None)
    assert controls_asked(story.connection, story.run, HOST) == ((1, 1) if age else (2, 1))


@pytest.mark.parametrize(("reread", "is_proven"), [(Outcome.UNREADABLE, True), (Outcome.SOFT_GONE, False)])
def test_a_control_that_was_read_again(story, page, reread, is_proven):
    """Rules that cannot read a control say nothing of it; ones that find a notice in it do."""
    story.look(page)
    control = story.answer(f"http://{HOST}/art/9.html", b"another page", purpose=Purpose.CONTROL)
    [fetch] = story.archive.append_fetches([control], run_id=story.run, reading=Reading("reader-1", Outcome.OK))
    row = {"fetch_id": fetch, "reader": "reader-2", "outcome": reread, "dates": "[]", "problems": "[]"}
    story.insert("readings", {**row, "recorded_at": instant(story.clock())})
    assert (story.proven(page) is not None) is is_proven
