"""When to look again: early after first sight and after failures, ever more rarely later, never beyond 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.budget import Plan
from crawler.hazard import UNTOLD, Baseline, Learned
from crawler.revisit import Told, learned_from, next_look, told_by
from storage.instants import instant, parse_instant
from storage.records import State
from storage.state import PageState

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def live(*, first: datetime = START, looked: datetime = START, changed: datetime | None = None, **more: object) -> PageState:
    """Return the state of a page that answers."""
    changed_at = instant(changed) if changed else None
    state = PageState(State.LIVE, first_seen_at=instant(first), last_look_at=instant(looked), last_changed_at=changed_at)
    return PageState(**{**{name: getattr(state, name) for name in PageState.__slots__}, **more})


def test_a_new_page_is_due_at_once() -> None:
    """A page that was never looked at is due from the moment at which it was listed."""
    assert next_look(PageState(), instant(START), None) == (instant(START), "new")


def test_a_young_page_is_seen_after_1_6_and_24_hours() -> None:
    """A page published today is looked at 1, 6 and 24 hours after first sight."""
    seen = []
    looked = START
    for _ in range(3):
        due, reason = next_look(live(looked=looked), instant(START), "2026-11-01")
        looked = parse_instant(due)
        seen.append((looked - START, reason))
    assert seen == [(timedelta(hours=1), "young"), (timedelta(hours=6), "young"), (timedelta(hours=24), "young")]


def test_an_old_page_waits_a_fifth_of_its_age() -> None:
    """A page that was old when we came waits a fifth of its age, and no forced looks follow its first sight."""
    due, reason = next_look(live(), instant(START), "2026-10-02")
    assert reason == "age"
    assert timedelta(days=6) <= parse_instant(due) - START <= timedelta(days=6, hours=12)


def test_a_change_makes_it_young_again() -> None:
    """After a change the page is looked at within the hour, however old it is."""
    due, _ = next_look(live(looked=START, changed=START), instant(START), "2020-01-01")
    assert parse_instant(due) - START == timedelta(hours=1)


def test_failures_are_looked_at_after_1_6_and_24_hours() -> None:
    """A page that failed is due after 1, then 6, then every 24 hours."""
    waits = [parse_instant(next_look(live(fails=fails), instant(START), None)[0]) - START for fails in (1, 2, 3, 9)]
    assert waits == [timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=24)]


def test_a_removed_page_is_looked_at_once_a_month() -> None:
    """A page proven removed may come back: it is looked at every 30 days."""
    due, reason = next_look(live(state=State.REMOVED, fails=3), instant(START), None)
    assert (parse_instant(due) - START, reason) == (timedelta(days=30), "removed")


@given(
    looked=st.integers(0, 4000),
    changed=st.none() | st.integers(0, 4000),
    published=st.none() | st.dates(min_value=datetime(2010, 1, 1).date(), max_value=datetime(2030, 1, 1).date()),  # noqa: DTZ001 - a day
)
def test_every_wait_is_between_an_hour_and_90_days(looked: int, changed: int | None, published: object) -> None:
    """Whatever is known of a page that answers, it is due after the last look and within 90 days of it."""
    moment = START + timedelta(hours=looked)
    change = START + timedelta(hours=min(changed, looked)) if changed is not None else None
    due, _ = next_look(live(looked=moment, changed=change), instant(START), published.isoformat() if published else None)
    assert timedelta(0) < parse_instant(due) - moment <= timedelta(days=90)


def told(**after: object) -> Told | None:
    """Return what a look told that was made ten days after first sight, of a page last confirmed on the first day."""
    before = live(last_confirmed_at=instant(START), version_id=1)
    return told_by(before, live(looked=START + 10 * DAY, **{"version_id": 1, **after}), "2026-11-01")


def test_an_unchanged_look_tells_of_its_whole_wait() -> None:
    """A look that confirms a page tells that it did not change since the last one."""
    assert told(last_confirmed_at=instant(START + 10 * DAY)) == Told((0.0, 10.0), changed=False)


def test_a_new_version_tells_of_a_change() -> None:
    """So does a look that made a version, and a removal, which is a change too."""
    assert told(last_confirmed_at=instant(START + 10 * DAY), version_id=2) == Told((0.0, 10.0), changed=True)
    gone = {"state": State.REMOVED, "version_id": 2, "missing_at": instant(START + 9 * DAY)}
    assert told(**gone) == Told((0.0, 9.0), changed=True)  # from when on it was missing, however long the proof took


def test_failures_and_first_sights_tell_nothing() -> None:
    """A failure says nothing of the page, and a first sight has nothing to compare with."""
    assert told(fails=1, last_confirmed_at=instant(START)) is None
    assert told_by(PageState(), live(last_confirmed_at=instant(START), version_id=1), None) is None


def test_what_is_learned_says_when() -> None:
    """A page that kept changing is due sooner than one that never did; failures and removals keep their own times."""
    plan, dues = Plan(1.0, 0), []
    for changed in (True, False):
        learned = Learned(Baseline(), UNTOLD, UNTOLD)
        for week in range(4):
            learned = learned_from(learned, Told((7.0 * week, 7.0 * week + 7), changed=changed))
        due, reason = next_look(live(looked=START + 28 * DAY), instant(START), "2026-11-01", learned, plan)
        assert reason == "learned"
        dues.append(due)
    assert dues[0] < dues[1]
    assert next_look(live(fails=1), instant(START), None, learned, plan) == (instant(START + timedelta(hours=1)), "failing")
