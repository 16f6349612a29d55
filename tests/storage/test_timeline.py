"""What a page's looks tell when they are read again: pure, as whole answers.

A look is known by its number, which is its fetch and its minute; a version that stands has ten times the number of its look.
"""

from __future__ import annotations

import pytest

from storage.records import FoundBy, Kind, Outcome, Result
from storage.state import LookFact
from storage.timeline import Retelling, Standing, Step, Told, retell
from storage.versions import Draft

HOUR = 3600


def asked(number: int) -> str:
    """Return when a look was asked for."""
    return f"2026-01-01T08:{number:02}:00.000Z"


def look(number: int, outcome: Outcome | None, *, age: int = 0, result: Result = Result.RESPONSE, error: str | None = None):
    """Return a look whose answer came within a second."""
    came = f"2026-01-01T08:{number:02}:01.000Z"
    return LookFact(number, asked(number), came, result, outcome, age=age, etag=f'"{number}"', error=error)


def read(number: int, compared: str | None, standing: Standing | None = None, **more) -> Told:
    """Return a look that brought a body, as the one reader reads it (None: it cannot)."""
    return Told(look(number, Outcome.OK, **more), compared, standing)


def missing(number: int, standing: Standing | None = None, *, softly: bool = False) -> Told:
    """Return a look that found the page missing."""
    return Told(look(number, Outcome.SOFT_GONE if softly else Outcome.GONE), None, standing)


def failed(number: int, outcome: Outcome | None, standing: Standing | None = None, **more) -> Told:
    """Return a look that brought nothing of the page's."""
    return Told(look(number, outcome, **more), None, standing)


def unchanged(number: int, error: str | None = None) -> Told:
    """Return a look that was answered 304."""
    return Told(look(number, None, result=Result.NOT_MODIFIED, error=error))


def new(number: int = 1, **more) -> Standing:
    """Return a first sight that stands at a look."""
    return Standing(10 * number, Kind.NEW, number, None, None, None, **more)


def after(kind: Kind, number: int, previous: int, since: int | None, confirmed: int | None = None, **more) -> Standing:
    """Return a version that stands at a look, after the one at another look, with its bounds."""
    bounds = (asked(since) if since else None, asked(confirmed) if confirmed else None)
    return Standing(10 * number, kind, number, 10 * previous, *bounds, **more)


def edited(number: int, previous: int, since: int | None = None, confirmed: int | None = None, **more) -> Standing:
    """Return an edit that stands."""
    return after(Kind.EDITED, number, previous, since or previous, confirmed, **more)


def removed(number: int, previous: int, *checks: int, since: int | None = None, confirmed: int | None = None) -> Standing:
    """Return a removal that stands, and rests on the looks `checks`."""
    return after(Kind.REMOVED, number, previous, since or previous, confirmed, checks=checks or (number,))


def restored(number: int, previous: int, since: int, **more) -> Standing:
    """Return a return that stands."""
    return after(Kind.RESTORED, number, previous, since, **more)


def step(told: Told, kind: Kind, previous: int | None = None, *, base: int | None = None, since: int | None = None, **more) -> Step:
    """Return a version to be written: after the one at look `previous`, compared with the body of look `base`."""
    given = {name: more.pop(name) for name in ("is_given", "replaces") if name in more}
    bounds = {"not_before": asked(since) if since else None} | {name: asked(number) for name, number in more.items()}
    return Step(told, Draft(kind, **bounds), previous, base, **given)


def first(told: Told, **more) -> Step:
    """Return a first sight to be written."""
    return step(told, Kind.NEW, **more)


def edit(told: Told, previous: int, since: int | None = None, **more) -> Step:
    """Return an edit to be written, compared with the body that it is bounded by."""
    return step(told, Kind.EDITED, previous, **{"base": since or previous, "since": since or previous, **more})


def stays(*looks: Told) -> Retelling:
    """Return that every version stands as it ought to."""
    return Retelling({told.look.fetch_id: told.standing.id for told in looks if told.standing is not None}, (), ())


# ------------------------------------------------------------------------------------------------- nothing is left to do

SETTLED = {
    "nothing came": (),
    "only failures": (failed(1, Outcome.CHALLENGE), failed(2, None), missing(3)),
    "a first sight": (read(1, "a", new()), read(2, "a")),
    "a first sight after failures": (missing(1), failed(2, Outcome.EMPTY), read(3, "a", new(3))),
    "edits, there and back": (read(1, "a", new()), read(2, "b", edited(2, 1)), read(3, "a", edited(3, 2))),
    "an edit since the newest body": (read(1, "a", new()), read(2, "a"), read(3, "b", edited(3, 1, since=2))),
    "an edit since a 304": (read(1, "a", new()), unchanged(2), read(3, "b", edited(3, 1, confirmed=2))),
    "a 304 that nobody asked for": (read(1, "a", new()), unchanged(2, error="not asked for"), read(3, "b", edited(3, 1))),
    "a page kept aside": (read(1, "a", new()), failed(2, Outcome.QUARANTINED), read(3, "b", edited(3, 1))),
    "a copy from a cache": (read(1, "a", new()), read(2, "b", edited(2, 1)), read(3, "a", age=HOUR), read(4, "b")),
    "a removal": (read(1, "a", new()), missing(2, removed(2, 1, 2, 3)), missing(3), missing(4)),
    "a removal since a 304": (read(1, "a", new()), unchanged(2), missing(3, removed(3, 1, 3, 4, confirmed=2)), missing(4)),
    "a removal with other failures between": (
        read(1, "a", new()),
        missing(2, removed(2, 1, 2, 5)),
        failed(3, Outcome.UNREADABLE),
        unchanged(4, error="not asked for"),
        missing(5, softly=True),
    ),
    "a return": (read(1, "a", new()), missing(2, removed(2, 1)), read(3, "a", restored(3, 2, since=2)), read(4, "a")),
    "a copy from before a removal": (read(1, "a", new()), missing(2, removed(2, 1)), read(3, "a", age=HOUR)),
    "a first sight that cannot be read": (read(1, None, new()), read(2, "a")),
    "an edit that cannot be read": (read(1, "a", new()), read(2, None, edited(2, 1)), read(3, "b"), read(4, "b")),
    "an edit of what cannot be read": (read(1, None, new()), read(2, "b", edited(2, 1))),
    "a difference that nobody can judge": (read(1, None, new()), read(2, "b"), read(3, "b")),
    "nothing where the reader reads less": (read(1, "a", new()), read(2, None), read(3, "a")),
    "a return that cannot be read": (read(1, "a", new()), missing(2, removed(2, 1)), read(3, None, restored(3, 2, since=2))),
    "a copy from before a removal that cannot be read": (
        read(1, "a", new()),
        missing(2, removed(2, 1)),
        read(3, None, age=HOUR),
    ),
}


@pytest.mark.parametrize("looks", SETTLED.values(), ids=SETTLED)
def test_what_stands_as_it_ought_to(looks):
    """The versions that a look makes are those that the same look tells when it is retold."""
    retelling = retell(looks)
    assert retelling == stays(*looks)
    assert retelling.is_empty


# ------------------------------------------------------------------------------------------------- what became visible


def test_a_first_sight_that_was_missed():
    """What was kept aside can be read: the page was new there."""
    looks = [failed(1, Outcome.QUARANTINED), read(2, "a")]
    assert retell(looks) == Retelling({}, (first(looks[1]),), ())


def test_an_edit_between_two_versions():
    """What was missed lies before an edit that stands: that one follows it now, since then."""
    looks = [read(1, "a", new()), read(2, "b"), read(3, "c", edited(3, 1, since=2, found_by=FoundBy.IMPORT))]
    expected = (edit(looks[1], 1), edit(looks[2], 2, replaces=looks[2].standing))
    assert retell(looks) == Retelling({1: 10}, expected, ())


def test_everything_behind_a_missed_version_is_told_anew():
    """A version whose predecessor is written is itself written, though nothing else of it changed."""
    looks = [read(1, "a", new()), read(2, "b"), read(3, "c", edited(3, 1, since=2)), missing(4, removed(4, 3, 4, 5)), missing(5)]
    _, third, fourth = retell(looks).writes
    assert third == edit(looks[2], 2, replaces=looks[2].standing)
    assert fourth == step(looks[3], Kind.REMOVED, 3, since=3, is_given=True, replaces=looks[3].standing)


def test_bounds_that_become_narrower():
    """A body that was not read before and says the same moves the lower bound: the edit is written anew, and is no news."""
    looks = [read(1, "a", new()), read(2, "a"), read(3, "b", edited(3, 1))]
    assert retell(looks) == Retelling({1: 10}, (edit(looks[2], 1, since=2, replaces=looks[2].standing),), ())


def test_a_removal_with_other_bounds():
    """A page kept aside before the checks was there after all: the removal happened later than was held."""
    looks = [read(1, "a", new()), read(2, "a"), missing(3, removed(3, 1, 3, 4)), missing(4)]
    anew = step(looks[2], Kind.REMOVED, 1, since=2, is_given=True, replaces=looks[2].standing)
    assert retell(looks) == Retelling({1: 10}, (anew,), ())


# ------------------------------------------------------------------------------------------------- what is known already


def test_an_edit_that_was_seen_later():
    """What was told of at a later look was there before: it is moved, and nothing is withdrawn."""
    looks = [read(1, "a", new()), read(2, "b"), read(3, "b"), read(4, "b", edited(4, 1, since=3))]
    assert retell(looks) == Retelling({1: 10}, (edit(looks[1], 1, replaces=looks[3].standing),), ())


def test_a_return_that_was_seen_later():
    """A return is moved as an edit is."""
    looks = [read(1, "a", new()), missing(2, removed(2, 1)), read(3, "a"), read(4, "a", restored(4, 2, since=2))]
    back = step(looks[2], Kind.RESTORED, 2, base=1, since=2, replaces=looks[3].standing)
    assert retell(looks) == Retelling({1: 10, 2: 20}, (back,), ())


@pytest.mark.parametrize("reads", ["b", None])
def test_a_page_comes_back_once_from_a_removal(reads):
    """However the later body reads, and whatever was edited meanwhile: that the page is back again was known."""
    stood = restored(5, 2, since=2)
    back, changed, last = read(3, "a"), read(4, "b"), read(5, reads, stood)
    retelling = retell([read(1, "a", new()), missing(2, removed(2, 1)), back, changed, last])
    return_ = step(back, Kind.RESTORED, 2, base=1, since=2, replaces=stood)
    assert retelling == Retelling({1: 10, 2: 20}, (return_, edit(changed, 3)), ())


def test_a_page_comes_back_from_each_removal():
    """A return after a second removal is none after the first."""
    stood = restored(5, 4, since=4)
    first_back, last = read(3, "a"), read(5, "a", stood)
    again = removed(4, 2, since=2)
    retelling = retell([read(1, "a", new()), missing(2, removed(2, 1)), first_back, missing(4, again), last])
    return_ = step(first_back, Kind.RESTORED, 2, base=1, since=2)
    assert (retelling.writes[0], retelling.writes[-1].replaces, retelling.withdrawn) == (return_, stood, ())


def test_a_page_is_new_once():
    """A first sight at an earlier look, though it said something else there, is the one that is known; the edit is news."""
    looks = [read(1, "a"), read(2, "b", new(2))]
    assert retell(looks) == Retelling({}, (first(looks[0], replaces=looks[1].standing), edit(looks[1], 1)), ())


def test_a_first_sight_that_was_none():
    """The first body is a notice: the page was new where it was held to be edited, and was not edited."""
    looks = [missing(1, new()), read(2, "b", edited(2, 1)), read(3, "b")]
    retelling = retell(looks)
    assert retelling == Retelling({}, (first(looks[1], replaces=looks[0].standing),), (looks[1].standing,))


def test_two_edits_that_were_one():
    """The later of two edits says what the earlier said already: the earlier stays, and the later is withdrawn."""
    looks = [read(1, "a", new()), read(2, "b", edited(2, 1)), read(3, "b", edited(3, 2))]
    assert retell(looks) == Retelling({1: 10, 2: 20}, (), (looks[2].standing,))


def test_an_edit_elsewhere_replaces_nothing():
    """An edit that says something else than the one that is withdrawn behind it is news of its own."""
    looks = [read(1, "a", new()), read(2, "b"), read(3, "a"), read(4, "a", edited(4, 1, since=3))]
    retelling = retell(looks)
    assert retelling.writes == (edit(looks[1], 1), edit(looks[2], 2, replaces=looks[3].standing))
    assert retelling.withdrawn == ()


def test_an_edit_that_cannot_be_read_is_not_taken_for_another():
    """What the reader cannot read is not the same as anything: both edits stand."""
    looks = [read(1, "a", new()), read(2, "b"), read(3, None, edited(3, 1, since=2))]
    given = step(looks[2], Kind.EDITED, 2, since=2, is_given=True, replaces=looks[2].standing)
    assert retell(looks) == Retelling({1: 10}, (edit(looks[1], 1), given), ())


# ------------------------------------------------------------------------------------------------- what was never there


def test_a_spurious_edit():
    """Read by one reader, nothing changed: both edits, there and back, are withdrawn."""
    looks = [read(1, "a", new()), read(2, "a", edited(2, 1)), read(3, "a", edited(3, 2))]
    assert retell(looks) == Retelling({1: 10}, (), (looks[1].standing, looks[2].standing))


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.SOFT_GONE, Outcome.CHALLENGE, Outcome.QUARANTINED])
def test_a_version_of_what_was_no_press_release(outcome):
    """A body that is a notice, a challenge or kept aside makes no version: the one that stood there is withdrawn."""
    looks = [read(1, "a", new()), failed(2, outcome, edited(2, 1)), read(3, "a")]
    assert retell(looks) == Retelling({1: 10}, (), (looks[1].standing,))


def test_nothing_is_left_of_a_page():
    """None of its bodies was a press release: no version stands."""
    looks = [failed(1, Outcome.SOFT_GONE, new()), missing(2, removed(2, 1))]
    assert retell(looks) == Retelling({}, (), (looks[0].standing, looks[1].standing))


# ------------------------------------------------------------------------------------------------- removals

CHECKS = {
    "the first": (read(2, "a"), missing(3)),
    "a later one": (missing(2), read(3, "a")),
    "a later one, kept aside": (missing(2), failed(3, Outcome.QUARANTINED)),
    "a later one, a challenge": (missing(2), failed(3, Outcome.CHALLENGE)),
}


@pytest.mark.parametrize(("check", "other"), CHECKS.values(), ids=CHECKS)
def test_a_removal_whose_checks_do_not_all_read_as_missing(check, other):
    """A removal rests on all of its checks: where one of them was none, it is not proven, and is withdrawn."""
    stood = removed(2, 1, 2, 3)
    looks = [read(1, "a", new()), Told(check.look, check.compared, stood), other, missing(4)]
    assert retell(looks) == Retelling({1: 10}, (), (stood,))


@pytest.mark.parametrize("between", [read(3, "a"), read(3, None), failed(3, Outcome.QUARANTINED), unchanged(3)])
def test_a_page_that_was_seen_between_the_checks_of_its_removal(between):
    """A page that answered between two checks was not missing all the time."""
    looks = [read(1, "a", new()), missing(2, removed(2, 1, 2, 4)), between, missing(4)]
    assert retell(looks) == Retelling({1: 10}, (), (looks[1].standing,))


def test_a_return_of_a_page_that_was_not_removed():
    """The removal is withdrawn: what came back unchanged was no return, and what came back with another text was edited."""
    looks = [read(1, "a", new()), read(2, "a", removed(2, 1)), read(3, "a", restored(3, 2, since=2))]
    assert retell(looks) == Retelling({1: 10}, (), (looks[1].standing, looks[2].standing))
    looks = [read(1, "a", new()), read(2, "a", removed(2, 1)), read(3, "b", restored(3, 2, since=2))]
    assert retell(looks) == Retelling({1: 10}, (edit(looks[2], 1, since=2),), (looks[1].standing, looks[2].standing))


@pytest.mark.parametrize(("differs", "told"), [(True, True), (False, False)])
def test_a_return_that_cannot_be_read_of_a_page_that_was_not_removed(differs, told):
    """What a former reader compared and found another is an edit; what it found the same, or never compared, is nothing."""
    looks = [read(1, "a", new()), read(2, "a", removed(2, 1)), read(3, None, restored(3, 2, since=2, differs=differs))]
    given = (step(looks[2], Kind.EDITED, 1, since=2, is_given=True),) if told else ()
    assert retell(looks) == Retelling({1: 10}, given, (looks[1].standing, looks[2].standing))


def test_an_edit_that_cannot_be_read_of_a_page_that_was_removed():
    """The body that brought the page back was a notice: it came back with the next one, which was held to be an edit."""
    looks = [
        read(1, "a", new()),
        missing(2, removed(2, 1)),
        failed(3, Outcome.SOFT_GONE, restored(3, 2, since=2)),
        read(4, None, edited(4, 3)),
    ]
    back = step(looks[3], Kind.RESTORED, 2, since=2, is_given=True, replaces=None)
    assert retell(looks) == Retelling({1: 10, 2: 20}, (back,), (looks[2].standing, looks[3].standing))


def test_a_different_text_at_the_check_of_a_removal():
    """The first check was the page itself, with another text: an edit stands there, and the removal is withdrawn."""
    looks = [read(1, "a", new()), read(2, "b", removed(2, 1)), missing(3)]
    assert retell(looks) == Retelling({1: 10}, (edit(looks[1], 1),), (looks[1].standing,))


# ------------------------------------------------------------------------------------------------- seen, but not read


def test_a_page_that_was_seen_is_never_lost():
    """The body that it was first seen in was a notice, and the next cannot be read: it was seen there all the same."""
    looks = [failed(1, Outcome.GONE, new()), read(2, None), read(3, None)]
    assert retell(looks) == Retelling({}, (first(looks[1], is_given=True, replaces=looks[0].standing),), ())


def test_a_page_that_came_back_is_not_held_to_be_removed():
    """The body that brought it back was a notice, and the next cannot be read: it came back there."""
    looks = [read(1, "a", new()), missing(2, removed(2, 1)), missing(3, restored(3, 2, since=2)), read(4, None)]
    back = step(looks[3], Kind.RESTORED, 2, since=2, is_given=True)
    assert retell(looks) == Retelling({1: 10, 2: 20}, (back,), (looks[2].standing,))


def test_a_first_sight_that_cannot_be_told_from_an_earlier_one():
    """The page was seen earlier than was known, and what it says now cannot be read: nothing is claimed of the difference."""
    looks = [read(1, "a"), read(2, None, new(2)), read(3, "b")]
    assert retell(looks) == Retelling({}, (first(looks[0], replaces=looks[1].standing),), ())
