"""When a look makes a version, and what that version says.  Pure; the rules of the design, section 4, 1, 2, 5 and 10."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.diff import compare, summary
from storage.fingerprint import compare_sha256
from storage.labels import changed_fields, is_silent, labels
from storage.records import Kind, State

if TYPE_CHECKING:
    from collections.abc import Collection

    from storage.records import Reading
    from storage.state import PageState

__all__ = ["Draft", "draft_version"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A version to be written: its kind, lower bounds, and what is said of the change."""

    kind: Kind
    not_before: str | None = None
    unchanged_304: str | None = None
    silent: bool = False
    labels: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    summary: str | None = None


def draft_version(
    state: PageState, before: Reading | None, after: Reading, *, earlier: Collection[str] = ()
) -> tuple[Draft | None, str | None]:
    """Say whether a body that reads as `after` makes a version of a page in `state`, and a problem to note, if any.

    `before` is the page's base read by the same reader (rule 1); `earlier` holds the compare_sha256 of the page's earlier
    states.  Contents are compared by compare_sha256 with the newest standing state (rule 2).  Where the base cannot be read
    by this reader, nothing is claimed: the new body becomes the base, and the problem says so.
    """
    if after.content is None:
        return None, None
    if state.version_id is None:
        return Draft(Kind.NEW), None
    if state.state is State.REMOVED:
        return _restored(state, before, after, earlier), None
    if before is None or before.content is None:
        return None, "not compared: the reader changed and cannot read the previous body"
    return _edited(state, before, after, earlier), None


def _edited(state: PageState, before: Reading, after: Reading, earlier: Collection[str]) -> Draft | None:
    if before.content is None or after.content is None or compare_sha256(before.content) == compare_sha256(after.content):
        return None
    return _described(Draft(Kind.EDITED, state.base_at, state.unchanged_304), before, after, earlier)


def _restored(state: PageState, before: Reading | None, after: Reading, earlier: Collection[str]) -> Draft:
    """Say when a restoration happened: after the page was last seen missing; what differs from the last text stands beside it."""
    return _described(Draft(Kind.RESTORED, state.missing_at), before, after, earlier)


def _described(draft: Draft, before: Reading | None, after: Reading, earlier: Collection[str]) -> Draft:
    """Add what is said of the difference between two readings, where both have a content."""
    if before is None or before.content is None or after.content is None:
        return draft
    return replace(
        draft,
        silent=is_silent(before.content, after.content, before.dates, after.dates),
        labels=labels(before.content, after.content, earlier_compare_hashes=earlier, compare_sha256=compare_sha256(after.content)),
        changed=changed_fields(before.content, after.content),
        summary=summary(compare(before.content, after.content)) or None,
    )
