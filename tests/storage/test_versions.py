"""When a look makes a version, and what that says: pure, from two readings and a state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.fingerprint import compare_sha256
from storage.records import Kind, Outcome, Reading, State
from storage.state import PageState
from storage.versions import Draft, draft_version
from tests.builders import READER, content, reading

BASE_AT, UNCHANGED, MISSING, LOOKED = (f"2026-01-0{day}T08:00:00.000Z" for day in (1, 2, 3, 4))
LIVE = PageState(state=State.LIVE, version_id=1, base_at=BASE_AT, unchanged_304=UNCHANGED, last_look_at=LOOKED)
REMOVED = replace(LIVE, state=State.REMOVED, version_id=2, missing_at=MISSING)
OLD, NEW = reading("Zhang Bing visited the port."), reading("Zhang Bing toured the port.")
UNREAD = Reading(READER, Outcome.UNREADABLE)


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
        not_before=BASE_AT,
        unchanged_304=UNCHANGED,
        silent=True,
        labels=(),
        changed=("text",),
        summary="Zhang Bing [-visited-]{+toured+} the port.",
    )


def test_a_revert():
    """Back to an earlier state is a version, and says so."""
    draft, _ = draft_version(LIVE, NEW, OLD, earlier={compare_sha256(each.content) for each in (OLD, NEW)})
    assert draft.labels == ("revert",)


@pytest.mark.parametrize("before", [None, UNREAD])
def test_what_cannot_be_compared_is_not_claimed(before):
    """Where this reader cannot read the base there is no version, and the problem says why."""
    draft, problem = draft_version(LIVE, before, NEW)
    assert draft is None
    assert "reader changed" in problem


@pytest.mark.parametrize("before", [None, UNREAD])
def test_a_restoration_needs_no_base(before):
    """A removed page that answers is restored, even where its former text cannot be read."""
    assert draft_version(REMOVED, before, NEW) == (Draft(Kind.RESTORED, MISSING), None)


def test_a_restoration_as_it_was():
    """The same text again: restored, nothing changed, nothing silent."""
    assert draft_version(REMOVED, OLD, OLD) == (Draft(Kind.RESTORED, MISSING), None)


def test_a_restoration_with_another_text():
    """What differs from the last text is said beside the restoration."""
    draft, _ = draft_version(REMOVED, OLD, NEW)
    assert (draft.kind, draft.not_before, draft.unchanged_304) == (Kind.RESTORED, MISSING, None)
    assert (draft.changed, draft.summary) == (("text",), "Zhang Bing [-visited-]{+toured+} the port.")
