"""What a page's looks tell when they are read again: the versions that ought to stand.  Pure.

The rules are those of a look that has just been made (`storage.versions`, `storage.state`), applied to all looks of a page in
order, as one reader reads them (design, section 4, rules 1 and 4).  What that reader could not read is not judged: a version that
stands there stays, and a page that nobody saw before, or that was removed, was seen there all the same.  A removal stands while
all that it rests on still reads as missing.  Whoever retells twice finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from storage.records import FoundBy, Kind, Outcome, Result, State
from storage.state import MISSING, LookFact, PageState, VersionFact, advance
from storage.versions import Draft, decide, succeeding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Retelling", "Standing", "Step", "Told", "retell"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A version that stands in the file, and what it rests on: its look, its predecessor and its bounds; a removal also its checks.

    `differs` says that its text was compared and is another than what came before.
    """

    id: int
    kind: Kind
    fetch_id: int
    previous_id: int | None
    not_before: str | None
    unchanged_304: str | None
    found_by: FoundBy = FoundBy.CRAWL
    checks: tuple[int, ...] = ()
    differs: bool = False


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

    `is_given` says that the reader could not judge it: it stands because it stood, or because the page was seen.  `replaces` is
    the version that said so before, with other bounds, after another, or at a later look; None where the step is new to us.
    """

    told: Told
    draft: Draft
    previous: int | None
    base: int | None
    is_given: bool = False
    replaces: Standing | None = None

    @property
    def fetch_id(self) -> int:
        """Return the fetch that the version rests on."""
        return self.told.look.fetch_id


@dataclass(frozen=True, slots=True)
class Retelling:
    """What is to be done: versions that stay (fetch -> id), steps to be written, in order, and versions that stand no longer.

    Those that a step replaces stand no longer either; `withdrawn` are the others.
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
    said = _said_before(looks, steps)
    stays: dict[int, int] = {}
    writes = []
    for step in steps:
        standing = step.told.standing
        if standing is not None and _is_as_told(step, standing, stays):
            stays[step.fetch_id] = standing.id
        else:
            writes.append(replace(step, replaces=said.get(step.fetch_id)))
    kept = {*stays.values(), *(step.replaces.id for step in writes if step.replaces is not None)}
    withdrawn = tuple(each.standing for each in looks if each.standing is not None and each.standing.id not in kept)
    return Retelling(stays, tuple(writes), withdrawn)


def _is_as_told(step: Step, standing: Standing, stays: dict[int, int]) -> bool:
    """Tell whether a standing version has the kind, the bounds and the predecessor that it ought to have."""
    if step.previous is not None and step.previous not in stays:
        return False  # its predecessor is about to be written
    previous = None if step.previous is None else stays[step.previous]
    said = (step.draft.kind, step.draft.not_before, step.draft.unchanged_304, previous)
    return said == (standing.kind, standing.not_before, standing.unchanged_304, standing.previous_id)


def _said_before(looks: Sequence[Told], steps: Sequence[Step]) -> dict[int, Standing]:
    """Return, by the look of each step that is no news, the version that said the same: at that look, or at a later one.

    A page is new once, and back once from each removal: whichever look that was held to be, it is known.
    """
    at = {step.fetch_id: step for step in steps}
    said: dict[int, Standing] = {}
    passed: list[Step] = []
    for told in looks:
        passed += [at[told.look.fetch_id]] if told.look.fetch_id in at else []
        spoken = None if told.standing is None else _spoken(told.standing.kind, passed, steps)
        if told.standing is not None and spoken is not None and _says(spoken, told, told.standing):
            said.setdefault(spoken.fetch_id, told.standing)
    return said


def _spoken(kind: Kind, passed: Sequence[Step], steps: Sequence[Step]) -> Step | None:
    """Return the step that may say what a version of a kind says: the first, the return from the newest removal, or the last.

    `passed` are the steps up to the version's look.
    """
    if kind is Kind.NEW:
        return next(iter(steps), None)
    if kind is Kind.RESTORED:
        since = takewhile(lambda step: step.draft.kind is not Kind.REMOVED, reversed(passed))
        return next((step for step in since if step.draft.kind is Kind.RESTORED), None)
    return passed[-1] if passed else None


def _says(step: Step, told: Told, standing: Standing) -> bool:
    """Tell whether a step says what a version said that stands at the same look, or at a later one up to which nothing changed."""
    if step.draft.kind is not standing.kind:
        return False
    is_once = standing.kind in {Kind.NEW, Kind.RESTORED}
    return is_once or step.told is told or (told.compared is not None and told.compared == step.told.compared)


def _steps(looks: Sequence[Told]) -> list[Step]:
    """Fold the looks as `storage.state` does, deciding at each whether a version rests on it.

    The page's state names a version by the fetch that it rests on: what it will be called in the file is not known yet.
    """
    state, base = PageState(), None
    proven = {told.look.fetch_id for told in looks if told.standing is not None and _is_proven(told.standing, looks)}
    steps = []
    for told in looks:
        step = _step(state, base, told, is_proven=told.look.fetch_id in proven)
        version = None
        if step is not None:
            steps.append(step)
            version = VersionFact(step.fetch_id, step.draft.kind, None, told.compared, told.look.received_at)
        state = advance(state, replace(told.look, version=version))
        if state.base_fetch_id == told.look.fetch_id:
            base = told.compared
    return steps


def _is_proven(standing: Standing, looks: Iterable[Told]) -> bool:
    """Tell whether a version is a removal whose checks all read as missing, the page having been seen at no look between them."""
    if standing.kind is not Kind.REMOVED:
        return False
    checks = {standing.fetch_id, *standing.checks}
    among = [told.look for told in looks if min(checks) <= told.look.fetch_id <= max(checks)]
    return all(look.outcome in MISSING if look.fetch_id in checks else not _was_there(look) for look in among)


def _was_there(look: LookFact) -> bool:
    """Tell whether a page answered: with a body of its own, also one that is kept aside, or with a 304 that was asked for."""
    return look.outcome in {Outcome.OK, Outcome.QUARANTINED} or (look.result is Result.NOT_MODIFIED and look.error is None)


def _step(state: PageState, base: str | None, told: Told, *, is_proven: bool) -> Step | None:
    """Return the version that rests on a look, or None; `base` is what the page's base reads as, None where it was not read."""
    look = told.look
    if look.outcome in MISSING:
        stood = state.version_id is not None and state.state is not State.REMOVED
        removed = Draft(Kind.REMOVED, None, state.base_at, state.unchanged_304)
        return Step(told, removed, state.version_id, None, is_given=True) if is_proven and stood else None
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
    """Return the version that stands at a look which the reader could not judge, of the kind and after the one that it is now.

    Where the page was not known, or removed, it was seen: that needs no comparison.  Any other difference does.
    """
    if state.version_id is None:
        return Step(told, Draft(Kind.NEW), None, None, is_given=True)
    standing = told.standing
    if state.state is State.REMOVED:
        seen = standing is not None or not state.outdates(told.look.cached_at)
    else:
        seen = standing is not None and (standing.kind is Kind.EDITED or (standing.kind is Kind.RESTORED and standing.differs))
    return Step(told, succeeding(state), state.version_id, None, is_given=True) if seen else None
