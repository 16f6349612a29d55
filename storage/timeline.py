"""What a page's looks tell when they are read again: the versions that ought to stand.  Pure.

The rules are those of a look that has just been made (`storage.versions`, `storage.state`), applied to all looks of a page in
order, as one reader reads them (design, section 4, rules 1 and 4).  What that reader could not read is not judged: a version that
stands there stays.  Whoever retells twice finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.records import FoundBy, Kind, Outcome, State
from storage.state import MISSING, LookFact, PageState, VersionFact, advance
from storage.versions import Draft, decide, succeeding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Retelling", "Standing", "Step", "Told", "retell"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A version that stands in the file, and what it rests on: its look, its predecessor and its bounds."""

    id: int
    kind: Kind
    fetch_id: int
    previous_id: int | None
    not_before: str | None
    unchanged_304: str | None
    found_by: FoundBy = FoundBy.CRAWL


@dataclass(frozen=True, slots=True)
class Told:
    """One look to be retold: what came, what the one reader reads it as, and the version that stands there now.

    `look` bears no version, and the outcome that will hold; `compared` is the hash of the content as the one reader reads it,
    None where it read none.
    """

    look: LookFact
    compared: str | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A version that ought to stand: at which look, after which one (a fetch), and compared with which body (a fetch).

    `is_given` says that the reader could not judge it: it stands because it stood.
    """

    told: Told
    draft: Draft
    previous: int | None
    base: int | None
    is_given: bool = False

    @property
    def fetch_id(self) -> int:
        """Return the fetch that the version rests on."""
        return self.told.look.fetch_id

    @property
    def replaces(self) -> Standing | None:
        """Return the version that said so before, with other bounds or after another; None where the step is new to us."""
        standing = self.told.standing
        return standing if standing is not None and standing.kind is self.draft.kind else None


@dataclass(frozen=True, slots=True)
class Retelling:
    """What is to be done: versions that stay (fetch -> id), steps to be written, in order, and versions that stand no longer.

    A step with a standing version replaces it: its predecessor, its kind or its bounds are others now.
    """

    stays: dict[int, int]
    writes: tuple[Step, ...]
    withdrawn: tuple[Standing, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether everything stands as it ought to."""
        return not self.writes and not self.withdrawn


def retell(looks: Sequence[Told]) -> Retelling:
    """Return what is to be written so that the versions of a page are those that its looks tell."""
    steps = _steps(looks)
    stays: dict[int, int] = {}
    writes = []
    for step in steps:
        standing = step.told.standing
        if standing is not None and _is_as_told(step, standing, stays):
            stays[step.fetch_id] = standing.id
        else:
            writes.append(step)
    told = {step.fetch_id for step in steps}
    withdrawn = tuple(each.standing for each in looks if each.standing is not None and each.look.fetch_id not in told)
    return Retelling(stays, tuple(writes), withdrawn)


def _is_as_told(step: Step, standing: Standing, stays: dict[int, int]) -> bool:
    """Tell whether a standing version has the kind, the bounds and the predecessor that it ought to have."""
    if step.previous is not None and step.previous not in stays:
        return False  # its predecessor is about to be written
    previous = None if step.previous is None else stays[step.previous]
    said = (step.draft.kind, step.draft.not_before, step.draft.unchanged_304, previous)
    return said == (standing.kind, standing.not_before, standing.unchanged_304, standing.previous_id)


def _steps(looks: Iterable[Told]) -> list[Step]:
    """Fold the looks as `storage.state` does, deciding at each whether a version rests on it.

    The page's state names a version by the fetch that it rests on: what it will be called in the file is not known yet.
    """
    state, base = PageState(), None
    steps = []
    for told in looks:
        step = _step(state, base, told)
        version = None
        if step is not None:
            steps.append(step)
            version = VersionFact(step.fetch_id, step.draft.kind, None, told.compared, told.look.received_at)
        state = advance(state, replace(told.look, version=version))
        if state.base_fetch_id == told.look.fetch_id:
            base = told.compared
    return steps


def _step(state: PageState, base: str | None, told: Told) -> Step | None:
    """Return the version that rests on a look, or None; `base` is what the page's base reads as, None where it was not read."""
    standing, look = told.standing, told.look
    if look.outcome in MISSING:
        proven = standing is not None and standing.kind is Kind.REMOVED
        stood = state.version_id is not None and state.state is not State.REMOVED
        removed = Draft(Kind.REMOVED, None, state.base_at, state.unchanged_304)
        return Step(told, removed, state.version_id, None, is_given=True) if proven and stood else None
    if look.outcome is not Outcome.OK:
        return None
    if told.compared is None:
        return _given(state, told)
    draft, _ = decide(state, base, told.compared, cached_at=look.cached_at)
    if draft is not None:
        return Step(told, draft, state.version_id, state.base_fetch_id if base is not None else None)
    unjudged = base is None and state.version_id is not None and not state.outdates(look.cached_at)
    return _given(state, told) if unjudged else None


def _given(state: PageState, told: Told) -> Step | None:
    """Return the version that stands at a look which the reader could not judge, with the predecessor that it has now."""
    standing = told.standing
    if standing is None or standing.kind is Kind.REMOVED:
        return None
    if state.version_id is None:
        return Step(told, Draft(Kind.NEW), None, None, is_given=True)
    draft = succeeding(state)
    return Step(told, draft, state.version_id, None, is_given=True) if draft.kind is standing.kind else None
