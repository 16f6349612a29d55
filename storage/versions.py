"""When a look makes a version, and what that version says.  Pure; the rules of the design, section 4, 1, 2, 5 and 10."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.diff import compare, summary
from storage.labels import changed_fields, is_silent, labels
from storage.records import Kind, State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from storage.records import Reading
    from storage.state import PageState

__all__ = ["Base", "Draft", "decide", "described", "draft_version", "succeeding"]


@dataclass(frozen=True, slots=True)
class Base:
    """A page's former state as the reader of a look reads it.  Its hash outlives the text, which may be withheld by order."""

    content_id: int
    compare_sha256: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Draft:
    """A version to be written: its kind, what it was compared with, lower bounds, and what is said of the change."""

    kind: Kind
    compared_id: int | None = None
    not_before: str | None = None
    unchanged_304: str | None = None
    silent: bool = False
    labels: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    summary: str | None = None


def draft_version(  # noqa: PLR0913 - the two sides of a comparison, and when they stood
    state: PageState,
    before: Base | None,
    after: Reading,
    compare_sha256: str | None,
    *,
    cached_at: str | None,
    earlier: Callable[[], Collection[str]] = frozenset,
) -> tuple[Draft | None, str | None]:
    """Say whether a body that reads as `after` makes a version of a page in `state`, and a problem to note, if any.

    `before` is the page's base read by the same reader (rule 1), None where that reader cannot read it; `compare_sha256` is the
    hash of `after`'s content (None: it has none), `cached_at` since when the answer had stood in a cache (None: it is fresh), and
    `earlier` returns the hashes of the page's earlier states.  Contents are compared by hash with the newest standing state
    (rule 2).  Where the base cannot be read, nothing is claimed: the new body becomes the base, and the problem says so.  Nothing
    is claimed either of a body that stood in a cache since before that state was seen: it is no edit, and what follows no revert.
    """
    draft, problem = decide(state, before.compare_sha256 if before else None, compare_sha256, cached_at=cached_at)
    if draft is None or before is None or compare_sha256 is None:
        return draft, problem
    return described(draft, before, after, compare_sha256, earlier()), problem


def decide(state: PageState, before: str | None, after: str | None, *, cached_at: str | None) -> tuple[Draft | None, str | None]:
    """Say what a body that reads as `after` makes of a page in `state`, whose base reads as `before` (hashes by one reader).

    The rule of `draft_version` without what is said of the difference: the same for a look that has just been made and for one
    that is retold (`storage.timeline`).
    """
    removed = state.state is State.REMOVED
    if after is None or (state.version_id is not None and not removed and before == after):
        return None, None
    if state.version_id is None:
        return Draft(Kind.NEW), None
    if state.outdates(cached_at):
        return None, f"an older copy from a cache: it stood there since {cached_at}, before what was seen already"
    if not removed and before is None:
        return None, "not compared: the reader changed and cannot read the previous body"
    return succeeding(state), None


def succeeding(state: PageState) -> Draft:
    """Return the version that follows a page's `state` where its text is another: its kind and its bounds (rule 5)."""
    if state.state is State.REMOVED:
        return Draft(Kind.RESTORED, None, state.missing_at)
    return Draft(Kind.EDITED, None, state.base_at, state.unchanged_304)


def described(draft: Draft, before: Base, after: Reading, compare_sha256: str, earlier: Collection[str]) -> Draft:
    """Add what the version was compared with, and what is said of the difference where both texts are there.

    What is said of a first sight, or of a removal, is left as it is: nothing was compared.
    """
    if draft.kind not in {Kind.EDITED, Kind.RESTORED}:
        return draft
    compared = replace(draft, compared_id=before.content_id)
    was = before.reading
    if was.content is None or after.content is None:
        return compared
    return replace(
        compared,
        silent=is_silent(was.content, after.content, was.dates, after.dates),
        labels=labels(was.content, after.content, earlier_compare_hashes=earlier, compare_sha256=compare_sha256),
        changed=changed_fields(was.content, after.content),
        summary=summary(compare(was.content, after.content)) or None,
    )
