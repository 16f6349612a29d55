"""When a look makes a version, and what that says: pure, from two readings and a state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.fingerprint import compare_sha256
from storage.instants import later
from storage.records import Kind, Outcome, Reading, State
from storage.state import PageState
from storage.versions import Base, Draft
from storage.versions import draft_version as draft_of
from tests.builders import READER, content, reading

BASE_AT, UNCHANGED, MISSING, LOOKED = (f"2026-01-0{day}T08:00:00.000Z" for day in (1, 2, 3, 4))
LIVE = PageState(state=State.LIVE, version_id=1, base_at=BASE_AT, unchanged_304=UNCHANGED, last_look_at=LOOKED)
REMOVED = replace(LIVE, state=State.REMOVED, version_id=2, missing_at=MISSING)
OLD, NEW = reading("Zhang Bing visited the port."), reading("Zhang Bing toured the port.")
UNREAD = Reading(READER, Outcome.UNREADABLE)
COMPARED = 7


def draft_version(state, before, after, **more):
    """Draft a version from two readings: a base that could not be read is none."""
    readable = before is not None and before.content is not None
    base = Base(COMPARED, compare_sha256(before.content), before) if readable else None
    compared = compare_sha256(after.content) if after.content is not None else None
    return draft_of(state, base, after, compared, **{"cached_at": None, **more})


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.OK])
@pytest.mark.parametrize("state", [PageState(), LIVE, REMOVED])
def test_a_failure_makes_no_version(state, outcome):
    """Without a content nothing is said, whatever came and whatever was there before."""
    assert draft_version(state, OLD, Reading(READER, outcome)) == (None, None)


@pytest.mark.parametrize("before", [None, OLD, UNREAD])
def test_a_first_sight(before):
    """The first body is new, without a lower bound."""
    assert draft_version(PageState(), before, NEW) == (Draft(Kind.NEW), None)


def test_unchanged():
    """What compares equal makes no version: spaces, source and addresses are no change."""
    for text in ("Zhang Bing visited the port.", "Zhang\u00a0Bing  visited the port.\u200b"):
        assert draft_version(LIVE, OLD, reading(content(text, source="Jiaxing Daily", breadcrumb=("Home",)))) == (None, None)


def test_an_edit():
    """An edit rests on the base body and carries the 304's bound beside it."""
    draft, problem = draft_version(LIVE, OLD, NEW)
    assert problem is None
    assert draft == Draft(
        kind=Kind.EDITED,
        compared_id=COMPARED,
        not_before=BASE_AT,
        unchanged_304=UNCHANGED,
        silent=True,
        labels=("substantive",),
        changed=("text",),
        summary="Zhang Bing [-visited-]{+toured+} the port.",
    )


def test_a_revert():
    """Back to an earlier state is a version, and says so."""
    draft, _ = draft_version(LIVE, NEW, OLD, earlier=lambda: {compare_sha256(each.content) for each in (OLD, NEW)})
    assert draft.labels == ("substantive", "revert")


@pytest.mark.parametrize("before", [None, UNREAD])
def test_what_cannot_be_compared_is_not_claimed(before):
    """Where this reader cannot read the base there is no version, and the problem says why."""
    draft, problem = draft_version(LIVE, before, NEW)
    assert draft is None
    assert "reader changed" in problem


@pytest.mark.parametrize("before", [None, UNREAD])
def test_a_restoration_needs_no_base(before):
    """A removed page that answers is restored, even where its former text cannot be read."""
    assert draft_version(REMOVED, before, NEW) == (Draft(Kind.RESTORED, not_before=MISSING), None)


def test_a_restoration_as_it_was():
    """The same text again: restored, nothing changed, nothing silent."""
    assert draft_version(REMOVED, OLD, OLD) == (Draft(Kind.RESTORED, COMPARED, MISSING), None)


def test_a_restoration_with_another_text():
    """What differs from the last text is said beside the restoration."""
    draft, _ = draft_version(REMOVED, OLD, NEW)
    assert (draft.kind, draft.not_before, draft.unchanged_304) == (Kind.RESTORED, MISSING, None)
    assert (draft.changed, draft.summary) == (("text",), "Zhang Bing [-visited-]{+toured+} the port.")


@pytest.mark.parametrize(
    ("state", "known"), [(LIVE, BASE_AT), (replace(LIVE, state=State.SUSPECT, missing_at=MISSING), BASE_AT), (REMOVED, MISSING)]
)
@pytest.mark.parametrize("before", [OLD, None])
def test_an_older_copy_makes_no_version(state, known, before):
    """What stood in a cache no later than what is known was seen is no edit and no restoration; the problem says since when."""
    for cached_at in (known, later(known, -1), later(known, -(10**9))):
        draft, problem = draft_version(state, before, NEW, cached_at=cached_at)
        assert draft is None
        assert problem == f"an older copy from a cache: it stood there since {cached_at}, before what was seen already"
    draft, problem = draft_version(state, OLD, NEW, cached_at=later(known, 1))
    assert (draft.not_before, problem) == (known, None)


def test_an_older_copy_that_says_the_same_is_no_problem():
    """There is nothing to note where nothing differs."""
    assert draft_version(LIVE, OLD, OLD, cached_at=later(BASE_AT, -1)) == (None, None)


def test_a_text_that_was_withheld():
    """The hash outlives it: an edit is one, and of the difference nothing is said."""
    withheld = Base(COMPARED, compare_sha256(OLD.content), replace(OLD, content=None))
    for state, kind in ((LIVE, Kind.EDITED), (REMOVED, Kind.RESTORED)):
        draft, problem = draft_of(state, withheld, NEW, compare_sha256(NEW.content), cached_at=None)
        assert (draft.kind, draft.compared_id, draft.changed, draft.labels, draft.summary) == (kind, COMPARED, (), (), None)
        assert (draft.silent, problem) == (False, None)
    assert draft_of(LIVE, withheld, OLD, compare_sha256(OLD.content), cached_at=None) == (None, None)
