"""Labels that rest on more than two texts: what was listed late under an old date, and what may only be a copy that lags."""

from __future__ import annotations

import json

import pytest

from storage.records import Listed
from tests.builders import article_url, content

A, B = "Zhang Bing visited the port.", "Zhang Bing toured the port."
FIRST, SECOND, THIRD = ({"ETag": f'"{number}"', "Last-Modified": f"Thu, 0{number} Jan 2026 08:00:00 GMT"} for number in (1, 2, 3))


@pytest.fixture
def page(story):
    """Return a page that was there before us, and was rewritten an hour ago."""
    [page] = story.sweep([article_url(1)])
    story.look(page, A, headers=FIRST)
    story.clock.skip(hours=1)
    story.look(page, B, headers=SECOND)
    story.clock.skip(hours=1)
    return page


def labels(story, page):
    """Return the labels of each version of a page, in order of writing."""
    return [json.loads(row) for row in story.column("SELECT labels FROM versions WHERE page_id = ? ORDER BY number", page)]


def told(story):
    """Return what was put into the outbox, as (kind, number of the version)."""
    sql = "SELECT o.kind, v.number FROM _outbox o JOIN versions v ON v.id = o.version_id ORDER BY o.id"
    return [tuple(row.values()) for row in story.rows(sql)]


# ------------------------------------------------------------------------------------------------------------------ flap


def test_back_with_the_old_validators_is_a_flap(story, page):
    """What came an hour after an edit is the copy of before, validators and all: a version, and nobody is told."""
    story.look(page, A, headers=FIRST)
    assert labels(story, page)[-1] == ["substantive", "revert", "flap"]
    assert told(story) == [("silent", 2)]


def test_a_further_body_bears_a_flap_out(story, page):
    """The next look finds the same: it is told, once."""
    story.look(page, A, headers=FIRST)
    for _ in range(3):
        story.look(page, A, headers=FIRST)
    assert told(story) == [("silent", 2), ("silent", 3)]


def test_a_304_bears_nothing_out(story, page):
    """The server that may lag says that nothing changed: that is no witness."""
    story.look(page, A, headers=FIRST)
    story.not_modified(page)
    assert told(story) == [("silent", 2)]


def test_to_and_fro_is_told_once(story, page):
    """Two copies answer in turn: what people know already is not told again when it comes out on top."""
    for text, headers in ((A, FIRST), (B, SECOND), (A, FIRST), (B, SECOND), (B, SECOND)):
        story.look(page, text, headers=headers)
    assert [row[-1] for row in labels(story, page)[2:]] == ["flap"] * 4
    assert told(story) == [("silent", 2)]


def test_a_revert_with_validators_of_its_own_is_told_at_once(story, page):
    """The publisher wrote the file anew: an edit like any other."""
    story.look(page, A, headers=THIRD)
    assert labels(story, page)[-1] == ["substantive", "revert"]
    assert told(story) == [("silent", 2), ("silent", 3)]


def test_a_revert_after_more_than_a_day_is_told_at_once(story, page):
    """No copy lags that long; the validators may be those of a restored backup."""
    story.clock.skip(hours=24)
    story.look(page, A, headers=FIRST)
    assert labels(story, page)[-1] == ["substantive", "revert"]


def test_without_validators_nothing_is_a_flap(story):
    """A server that sends none gives no sign of a copy."""
    [page] = story.sweep([article_url(1)])
    for text in (A, B, A):
        story.look(page, text, headers={})
    assert labels(story, page)[-1] == ["substantive", "revert"]


def test_back_to_an_older_state_is_no_flap(story, page):
    """A copy that lags is one state behind, not two."""
    story.look(page, "Zhang Bing left the port.", headers=THIRD)
    story.look(page, A, headers=FIRST)
    assert labels(story, page)[-1] == ["substantive", "revert"]


# --------------------------------------------------------------------------------------------------------- inserted late


def first_listed(story, published_on, *, absent_for=0, **fields):
    """Sweep a section without a page, wait, list it, and look at it; return its labels."""
    story.sweep([article_url(9)])
    story.clock.skip(days=absent_for)
    [page, _] = story.sweep([Listed(article_url(1), "A visit to the port", published_on), Listed(article_url(9), "Another")])
    printed = {"published": published_on, "published_on": published_on, "published_at": None, "precision": None}
    story.look(page, content(A, **{**printed, **fields}))
    return labels(story, page)[0]


@pytest.mark.parametrize(
    ("published_on", "expected"),
    [("2025-12-20", ["inserted-late"]), ("2025-12-24", []), ("2025-12-31", []), ("2026-01-01", []), (None, [])],
)
def test_listed_a_week_after_its_date(story, published_on, expected):
    """It stood on no listing of the 1st of January, and bears a date of more than a week before."""
    assert first_listed(story, published_on) == expected


def test_an_instant_counts_to_the_minute(story):
    """Where a time is printed, the week begins there."""
    at = {"published": "2025-12-25 15:00", "published_at": "2025-12-25T07:00:00Z"}
    assert first_listed(story, "2025-12-25", **at) == ["inserted-late"]


def test_our_own_absence_is_no_insertion(story):
    """Nobody looked for a month: it may have been listed on its day."""
    assert first_listed(story, "2026-01-02", absent_for=31) == []


def test_the_baseline_is_not_late(story):
    """What the first complete sweep shows was there before us, whatever its date."""
    [page] = story.sweep([article_url(1)])
    story.look(page, A)
    assert labels(story, page) == [[]]
