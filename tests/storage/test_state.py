"""What is held of a page, look by look; the bounds rest on bodies."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.instants import later
from storage.records import Kind, Outcome, Result, State
from storage.state import LookFact, PageState, VersionFact, advance, age_of_hops, answer_age, fold

START = "2026-01-01T08:00:00.000Z"
FAILURES = [outcome for outcome in Outcome if outcome not in {Outcome.OK, Outcome.QUARANTINED}]
NOT_OF_THE_PAGE = [outcome for outcome in FAILURES if outcome not in {Outcome.GONE, Outcome.SOFT_GONE}]


def at(minute: int) -> str:
    """Return the instant that many minutes after the start."""
    return later(START, 60_000 * minute)


def look(minute, **more):
    """Return a look at that minute which read well and made no version."""
    known = {"result": Result.RESPONSE, "outcome": Outcome.OK, "etag": f'"{minute}"', "last_modified": f"day {minute}"}
    requested = at(minute)
    return LookFact(fetch_id=minute, requested_at=requested, received_at=later(requested, 500), **{**known, **more})


def first(minute=0, **more):
    """Return a look that found the page."""
    return look(minute, version=VersionFact(1, Kind.NEW, 1, "a" * 64, later(at(minute), 500)), **more)


def edit(minute, number=2, **more):
    """Return a look that found an edit."""
    return look(minute, version=VersionFact(number, Kind.EDITED, number, "b" * 64, later(at(minute), 500)), **more)


def not_modified(minute, **more):
    """Return a look that was answered 304."""
    return look(minute, result=Result.NOT_MODIFIED, outcome=None, etag=None, last_modified=None, **more)


def failed(minute, outcome=Outcome.GONE, **more):
    """Return a look that brought nothing of the page."""
    return look(minute, outcome=outcome, **more)


def timed_out(minute):
    """Return a look without an answer."""
    return look(minute, result=Result.NETWORK_ERROR, outcome=None, etag=None, last_modified=None, error="timed out")


def removal(minute):
    """Return the look that a proven removal rests on."""
    return failed(minute, version=VersionFact(9, Kind.REMOVED, None, None, later(at(minute), 500)))


def test_a_first_sight():
    """The first body is base, first sight and confirmation in one."""
    state = fold([first()])
    assert state == PageState(
        state=State.LIVE,
        version_id=1,
        content_id=1,
        compare_sha256="a" * 64,
        base_fetch_id=0,
        base_at=at(0),
        etag='"0"',
        last_modified="day 0",
        first_seen_at=later(at(0), 500),
        last_confirmed_at=later(at(0), 500),
        last_look_at=at(0),
        looks=1,
        outcome="ok",
    )


def test_a_body_moves_the_base():
    """An unchanged body becomes the base with its validators; nothing else of the state moves."""
    before, after = fold([first()]), fold([first(), look(60)])
    assert after == replace(
        before,
        base_fetch_id=60,
        base_at=at(60),
        etag='"60"',
        last_modified="day 60",
        last_confirmed_at=later(at(60), 500),
        last_look_at=at(60),
        looks=2,
    )


def test_what_a_body_says_is_kept_as_it_was_last_read():
    """A new reader's form of the same state takes the old one's place: contents of pages are compared under one reader."""
    state = fold([first(), look(60, compare_sha256="c" * 64)])
    assert (state.version_id, state.content_id, state.compare_sha256) == (1, 1, "c" * 64)


def test_a_304_moves_no_base():
    """It confirms, as the weaker witness, and brings no validators of its own."""
    before, after = fold([first()]), fold([first(), not_modified(60)])
    assert after == replace(
        before,
        unchanged_304=at(60),
        last_confirmed_at=later(at(60), 500),
        last_look_at=at(60),
        looks=2,
        outcome="not-modified",
    )


def test_a_304_before_any_body_is_a_failure():
    """Without a base there is nothing that could be unmodified."""
    state = fold([not_modified(0)])
    assert (state.state, state.fails, state.last_confirmed_at, state.unchanged_304) == (None, 1, None, None)
    assert state.outcome == "not-modified"


def test_a_304_never_moves_its_bound_back():
    """A 304 from an old cache says less than the one before it, and takes nothing back."""
    assert fold([first(), not_modified(60), not_modified(70, age=3000)]).unchanged_304 == at(60)


def test_a_later_body_outweighs_a_304():
    """`unchanged_304` is the later of the two bounds or it is nothing."""
    assert fold([first(), not_modified(60), look(120)]).unchanged_304 is None
    assert fold([first(), not_modified(60), look(120, age=4200)]).unchanged_304 == at(60)
    assert fold([first(), not_modified(60), edit(120)]).unchanged_304 is None


@pytest.mark.parametrize(("age", "base"), [(0, 60), (60, 59), (3000, 10), (3599, 0)])
def test_an_age_moves_the_bound_back(age, base):
    """A body that stood in a cache proves its state only for when it was put there."""
    state = fold([first(), look(60, age=age)])
    assert state.base_at == later(at(base), 1000 * (age == 3599))
    assert (state.base_fetch_id, state.last_confirmed_at) == (60, later(at(60), 500))


@pytest.mark.parametrize("age", [3600, 7200, 10**9])
def test_an_older_copy_says_nothing_of_now(age):
    """A body that stood in a cache since before the base was seen is a look that was answered: base and confirmation stay."""
    before, after = fold([first()]), fold([first(), look(60, age=age, compare_sha256="c" * 64)])
    assert after == replace(before, last_look_at=at(60), looks=2)


def test_an_older_copy_ends_an_error_of_the_way():
    """Whoever sends a copy answers: a time-out is over; what is missing stays missing, and removed what is removed."""
    state = fold([first(), timed_out(60), look(70, age=7200)])
    assert (state.fails, state.failing_since, state.error, state.outcome, state.state) == (0, None, None, "ok", State.LIVE)
    assert state.last_confirmed_at == later(at(0), 500)
    for missing in ([failed(60)], [removal(60)]):
        before = fold([first(), *missing])
        assert advance(before, look(70, age=7200)) == replace(before, last_look_at=at(70), looks=3)


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.SOFT_GONE])
@pytest.mark.parametrize("age", [3600, 7200])
def test_an_old_answer_that_there_is_no_page_makes_nobody_suspect(outcome, age):
    """A 404 that stood in a cache since before the page was read says nothing of now; a younger one does."""
    before = fold([first()])
    assert advance(before, failed(60, outcome, age=age)) == replace(before, last_look_at=at(60), looks=2)
    assert advance(before, failed(60, outcome, age=3599)).state is State.SUSPECT
    missing = fold([first(10), failed(60)])
    assert advance(missing, failed(70, outcome, age=3600)) == replace(missing, last_look_at=at(70), looks=3)


def test_a_missing_page_is_not_back_because_a_copy_shows_it():
    """A copy taken after the page was read, but before it was seen to be missing, does not bring it back; a later one does."""
    before = fold([first(), failed(60)])
    for answer in (look, not_modified):
        assert advance(before, answer(90, age=1800)) == replace(before, last_look_at=at(90), looks=3)
        assert advance(before, answer(90, age=1799)).state is State.LIVE


def test_a_removed_page_is_not_brought_back_by_a_copy_from_before():
    """What stood after the page was last read, and before it was seen to be missing, restores nothing."""
    before = fold([first(), removal(60)])
    assert before.outdates(at(60))
    assert advance(before, look(90, age=1800)).state is State.REMOVED
    assert not before.outdates(at(61))


def test_a_fresh_answer_is_never_an_older_copy():
    """A clock that was set back makes no answer old: without an Age it comes from the publisher now."""
    assert fold([first(60), edit(0)]).version_id == 2
    assert fold([first(60), look(0)]).base_fetch_id == 0
    assert not fold([first(60)]).outdates(None)


def test_an_age_at_first_sight():
    """The first bound is the request less the age: before it nothing is known."""
    assert fold([first(60, age=600)]).base_at == at(50)
    assert fold([first(), edit(60, age=600)]).base_at == at(50)


def test_an_edit():
    """A new version moves what the page says and when it last changed; first sight stays."""
    state = fold([first(), not_modified(10), edit(60)])
    assert (state.version_id, state.content_id, state.compare_sha256) == (2, 2, "b" * 64)
    assert (state.first_seen_at, state.last_changed_at) == (later(at(0), 500), later(at(60), 500))
    assert (state.base_fetch_id, state.base_at, state.unchanged_304) == (60, at(60), None)


@pytest.mark.parametrize("outcome", FAILURES)
def test_a_failure_changes_nothing_but_its_count(outcome):
    """Whatever came instead: content, base, bounds, validators and confirmation stay."""
    before, after = fold([first()]), fold([first(), failed(60, outcome)])
    suspect = outcome in {Outcome.GONE, Outcome.SOFT_GONE}
    assert after == replace(
        before,
        state=State.SUSPECT if suspect else State.LIVE,
        missing_at=at(60) if suspect else None,
        last_look_at=at(60),
        failing_since=later(at(60), 500),
        fails=1,
        looks=2,
        outcome=outcome.value,
    )


@pytest.mark.parametrize("before", [[first()], [first(), timed_out(30)], [first(), failed(30, Outcome.SERVER_ERROR)]])
def test_a_page_kept_aside_answered(before):
    """It moves no bound, no validator and no confirmation, and it ends a row of failures: something came."""
    was, state = fold(before), fold([*before, failed(60, Outcome.QUARANTINED)])
    assert state == replace(
        was, last_look_at=at(60), looks=was.looks + 1, outcome="quarantined", fails=0, failing_since=None, error=None
    )


def test_a_missing_page_is_not_back_where_it_is_kept_aside():
    """Nobody knows yet what the page says: it stays suspect until its form is understood."""
    was = fold([first(), failed(30, Outcome.GONE)])
    state = fold([first(), failed(30, Outcome.GONE), failed(60, Outcome.QUARANTINED)])
    assert state == replace(was, last_look_at=at(60), looks=3)


def test_a_time_out():
    """The network's error is kept, and makes nobody suspect."""
    state = fold([first(), timed_out(60)])
    assert (state.state, state.fails, state.outcome, state.error) == (State.LIVE, 1, "network-error", "timed out")


def test_failing_since_the_first_failure():
    """Failures count up from the first in a row, of whatever kind; an answer ends them."""
    state = fold([first(), timed_out(60), failed(70), failed(80, Outcome.CHALLENGE)])
    assert (state.fails, state.failing_since, state.state) == (3, later(at(60), 500), State.SUSPECT)
    for answer in (look(90), not_modified(90), edit(90)):
        recovered = advance(state, answer)
        assert (recovered.fails, recovered.failing_since, recovered.state, recovered.error) == (0, None, State.LIVE, None)


@pytest.mark.parametrize("outcome", FAILURES)
def test_a_page_never_read_has_no_state(outcome):
    """A page that failed from the start is not suspect: nobody ever saw it."""
    state = fold([failed(0, outcome), timed_out(10)])
    assert (state.state, state.version_id, state.base_at, state.fails, state.looks) == (None, None, None, 2, 2)


def test_an_import_is_no_live_page():
    """A file's page was never seen to answer."""
    assert fold([first(imported=True)]).state is State.IMPORTED


def test_a_removal():
    """The page is closed and its last content kept; its validators go, or a 304 could answer for a page that is not there."""
    state = fold([first(), removal(60)])
    assert (state.state, state.version_id, state.content_id, state.compare_sha256) == (State.REMOVED, 9, 1, "a" * 64)
    assert (state.etag, state.last_modified) == (None, None)
    assert state.last_changed_at == later(at(60), 500)


@pytest.mark.parametrize("after", [failed(70), failed(70, Outcome.CHALLENGE), timed_out(70), not_modified(70)])
def test_a_removal_is_undone_by_a_body_only(after):
    """Neither a failure nor a 304 brings a removed page back: a restoration is a version."""
    assert fold([first(), removal(60), after]).state is State.REMOVED


def test_when_a_page_was_last_surely_missing():
    """Only a 404, or a page that says so, shows that it is not there; and behind a removal it may be the block of our address."""
    state = fold([first(), failed(60), failed(70, age=300), timed_out(80), failed(90, Outcome.CHALLENGE)])
    assert state.missing_at == at(65)
    assert fold([first(), removal(60), failed(70)]).missing_at == at(60)


def test_a_restoration():
    """A body that made a version opens the page again."""
    back = look(90, version=VersionFact(10, Kind.RESTORED, 1, "a" * 64, later(at(90), 500)))
    state = fold([first(), removal(60), back])
    assert (state.state, state.version_id, state.fails, state.last_changed_at) == (State.LIVE, 10, 0, later(at(90), 500))


STORIES = st.lists(
    st.one_of(
        st.builds(look, st.integers(1, 500), age=st.integers(0, 10_000)),
        st.builds(edit, st.integers(1, 500), age=st.integers(0, 10_000)),
        st.builds(not_modified, st.integers(1, 500), age=st.integers(0, 10_000)),
        st.builds(failed, st.integers(1, 500), st.sampled_from(FAILURES)),
        st.builds(timed_out, st.integers(1, 500)),
    ),
    max_size=12,
).map(lambda looks: [first(), *sorted(looks, key=lambda each: each.requested_at)])


@given(STORIES)
def test_bounds_are_honest(looks):
    """The base is never later than its request, the 304's bound is later than the base or nothing, and failures prove nothing."""
    state = fold(looks)
    bodies = [each.stood_at for each in looks if each.outcome is Outcome.OK]
    assert state.base_at in bodies
    assert state.unchanged_304 is None or state.unchanged_304 > state.base_at
    assert state.last_look_at == looks[-1].requested_at
    assert state.looks == len(looks)
    for one, other in pairwise(looks):
        before = fold(looks[: looks.index(other)])
        after = advance(before, other)
        assert other.version is not None or after.base_at >= before.base_at, one


@pytest.mark.parametrize(
    ("headers", "age"),
    [
        ([], 0),
        ([("Age", "60")], 60),
        ([("Content-Type", "text/html"), ("AGE", " 60 ")], 60),
        ([("age", "0060")], 60),
        ([("Age", "")], 0),
        ([("Age", "-5")], 0),
        ([("Age", "+5")], 0),
        ([("Age", "1.5")], 0),
        ([("Age", "soon")], 0),
        ([("Age", "٦٠")], 0),
        ([("Age", "²")], 0),
        ([("Age", "1_0")], 0),
        ([("Age", "soon"), ("Age", "9")], 0),
        ([("Age", "60, 5")], 60),
        ([("Age", "5"), ("Age", "60")], 5),
        ([("Age", "99999999999")], 365 * 86400),
        ([("Age", "9" * 5000)], 365 * 86400),
    ],
)
def test_age(headers, age):
    """What is no number of seconds is no age; a number too large for a calendar, or for Python, is a year."""
    assert answer_age(headers) == age


def test_the_age_of_a_chain_is_that_of_its_oldest_answer():
    """What a redirect out of a cache leads to is as old as the redirect, counted back from the last request."""
    cached, fresh = [("Age", "600")], [("Server", "nginx")]
    assert age_of_hops([(at(0), fresh)]) == age_of_hops([(at(0), fresh), (at(1), fresh)]) == 0
    assert age_of_hops([(at(0), cached)]) == age_of_hops([(at(0), fresh), (at(1), cached)]) == 600
    assert age_of_hops([(at(0), cached), (at(1), fresh)]) == 660
    assert age_of_hops([(at(0), cached), (at(1), [("Age", "700")])]) == 700
    assert age_of_hops([(at(0), cached), (later(at(0), 1), fresh)]) == 601
