"""What speaks against a sweep's having read every row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listings import tally as tally_module
from crawler.listings.base import ListingPage
from crawler.listings.tally import Tally
from storage.records import Listed


def tally(*answers, total=None):
    """Return the tally of a sweep to the end of a listing, of answers that are strings of one-letter keys."""
    counts = Tally()
    for answer in answers:
        if not counts.take(ListingPage("static", readable=True, printed=len(answer), total=total), tuple(dict.fromkeys(answer))):
            return counts
    counts.end()
    return counts


@pytest.mark.parametrize(
    ("answers", "total", "said"),
    [
        (("abc", "de"), None, None),
        (("abc", "de"), 5, None),
        (("aba", "ca"), 5, None),
        (("xab", "xcd"), 6, None),
        (("abc", ""), None, None),
        (("abc", "de"), 4, None),
        (("abc", "de"), 6, "5 rows were read of the 6 that the portal counts"),
        (("abc", "cd"), None, "rows came while they were read: answer 2 begins with the last ones of the answer before"),
        (("abc", "bcd"), 6, "rows came while they were read: answer 2 begins with the last ones of the answer before"),
        (("abc", "de", "ab"), 7, "paging is ignored: answer 3 repeats rows of earlier ones, and what follows is unknown"),
        (("abc", "abc"), 5, "paging is ignored: answer 2 repeats rows of earlier ones, and what follows is unknown"),
    ],
)
def test_what_a_sweep_may_be_believed(answers, total, said):
    """Repeated rows are no harm, missing and moved ones and answers without a new one are."""
    assert tally(*answers, total=total).note == said


def test_a_count_that_changes_is_said():
    """The portal's own count, stated anew with each answer, tells that rows came or went; silence tells nothing."""
    counts = Tally()
    for keys, total in (("ab", 5), ("cd", None), ("e", 4)):
        counts.take(ListingPage("jpage", readable=True, printed=len(keys), total=total), keys)
    assert counts.note == "rows came or went while they were read: the portal counted 5, then 4"
    assert counts.total == 4


def test_problems_of_answers_are_kept_once():
    """What an answer says of itself is part of the note, the same only once, and no count is compared on top of it."""
    counts = Tally()
    for keys in ("ab", "cd"):
        counts.take(ListingPage("jpage", readable=True, printed=2, total=9, problems=("one row is hidden",)), keys)
    counts.end()
    assert counts.note == "one row is hidden"


def test_answers_are_expected_by_the_size_of_the_first():
    """The total in answers as large as the first, else the pages that the portal counts, else unknown."""
    for page, expected in (
        (ListingPage("jpage", readable=True, printed=4, total=9, pages=7), 3),
        (ListingPage("static", readable=True, printed=4, pages=7), 7),
        (ListingPage("static", readable=True, printed=4), None),
    ):
        counts = Tally()
        counts.take(page, "abcd")
        assert counts.answers_expected == expected


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=60), st.integers(1, 9))
def test_a_listing_that_stands_still_is_complete(rows, size):
    """Distinct rows read page by page to the stated total leave nothing to say, and any row taken away is noticed."""
    pages = [rows[at : at + size] for at in range(0, len(rows), size)]
    assert tally(*pages, total=len(rows)).note is None
    assert tally(*pages, total=len(rows) + 1).note is not None


@pytest.mark.parametrize("most", ["MOST_ANSWERS", "MOST_ROWS", "MOST_CHARACTERS"])
def test_a_listing_without_end_is_left(most):
    """Answers that always bring new rows, rows without end in one answer, and titles without end: the sweep stops and says so."""
    limit = getattr(tally_module, most)
    shape = {"MOST_ANSWERS": (limit + 1, 1, 1), "MOST_ROWS": (3, limit // 2, 1), "MOST_CHARACTERS": (3, 1, limit // 2)}[most]
    answers, rows, length = shape
    counts = Tally()
    for number in range(answers):
        page = ListingPage("static", readable=True, records=(Listed("", "x" * length),) * min(rows, 2), printed=rows)
        assert counts.take(page, (str(number),)) is (number < answers - 1)
    read = f"{(answers - 1) * rows} rows of {answers - 1} answers were"
    assert counts.note == f"answer {answers} is not read: no listing of press releases is as long; {read}"
