"""Which of several readings of one fetch holds."""

from __future__ import annotations

import pytest

from storage.holding import CAME_TO_NOTHING, held
from storage.records import Outcome, Reading
from tests.builders import reading

OK, GONE = Outcome.OK, Outcome.GONE
UNREADABLE, ASIDE, EMPTY = Outcome.UNREADABLE, Outcome.QUARANTINED, Outcome.EMPTY


@pytest.mark.parametrize(
    ("outcomes", "holds"),
    [
        ([], None),
        ([OK], 0),
        ([OK, OK], 1),
        ([OK, GONE], 1),
        ([GONE, OK], 1),
        ([OK, UNREADABLE], 0),
        ([GONE, OK, EMPTY], 1),
        ([ASIDE, OK, UNREADABLE], 1),
        ([UNREADABLE, ASIDE], 1),
        ([ASIDE, EMPTY], 1),
        ([EMPTY, Outcome.CHALLENGE, ASIDE], 1),
        ([OK, Outcome.SERVER_ERROR, Outcome.BLOCKED], 2),
    ],
)
def test_which_reading_holds(story, page, outcomes, holds):
    """The newest, but one that came to nothing only where there is no other."""
    fetch = story.append(page, [story.answer(story.url(page), b"x")], None).fetch_id
    with story.archive.transaction():
        for number, outcome in enumerate(outcomes):
            read = reading(reader=str(number)) if outcome is OK else Reading(str(number), outcome)
            story.archive._writer.reading(fetch, read, story.clock())
    # Whatever the table of fetches is called where it is asked for.
    for alias in ("f", "x", "r", "q"):
        sql = f"SELECT (SELECT reader FROM readings k WHERE k.id = {held(alias)}) FROM fetches {alias} WHERE {alias}.id = ?"
        assert story.value(sql, fetch) == (None if holds is None else str(holds))


def test_what_comes_to_nothing():
    """A reader that cannot read says nothing of the page; every other outcome does."""
    assert {Outcome.UNREADABLE, Outcome.QUARANTINED, Outcome.EMPTY} == CAME_TO_NOTHING
