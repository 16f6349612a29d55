"""Listings that read otherwise all at once, and what became of a sweep: a new layout of a listing is no news of its rows."""

from __future__ import annotations

import pytest

from storage.records import Listed, Purpose, SweepKind
from storage.sweeps import Row, SweepRecord, Swept
from tests.builders import DAY, HOST, article_url, url_key

TITLE, DATE, AGAIN = "A visit to the port", "2022-09-20", "Visit: the port"
LATER = "2022-10-01"


def rows(*counts: tuple[int, str, str | None]) -> list[Listed]:
    """Return so many rows in turn under a title and a date."""
    said = [(title, date) for count, title, date in counts for _ in range(count)]
    return [Listed(article_url(number), title, date) for number, (title, date) in enumerate(said)]


def sweep(story, listed: list[Listed], *, complete: bool = True) -> Swept:
    """Read a listing and return what became of it."""
    answer = story.answer(f"http://{HOST}/list", b"<html>a listing</html>", purpose=Purpose.LISTING)
    [fetch] = story.archive.append_fetches([answer], run_id=story.run, section_id=story.section)
    named = [Row(row, url_key(row.url), None, fetch) for row in listed]
    parts = {"started_at": answer.requested_at, "rows": named, "complete": complete, "pages_read": 1}
    return story.archive.append_sweep(SweepRecord(story.run, story.section, SweepKind.FULL, DAY, **parts))


def events(story) -> dict[str, int]:
    """Return how many events of each kind the last sweep wrote."""
    sql = "SELECT event, count(*) FROM listing_events WHERE sweep_id = (SELECT max(id) FROM sweeps) GROUP BY event"
    return dict(story.connection.execute(sql).fetchall())


@pytest.mark.parametrize(
    ("now", "reworded", "written"),
    [
        (rows((20, AGAIN, DATE)), 20, {"appeared": 20}),
        (rows((20, AGAIN, LATER)), 20, {"appeared": 20}),
        (rows((11, AGAIN, DATE), (9, TITLE, DATE)), 11, {"appeared": 11}),
        (rows((10, AGAIN, DATE), (10, TITLE, DATE)), 0, {"retitled": 10}),
        (rows((10, TITLE, LATER), (9, TITLE, DATE)), 10, {"appeared": 10, "left": 1}),
        (rows((10, TITLE, None)), 10, {"appeared": 10, "left": 10}),
        (rows((9, AGAIN, DATE)), 0, {"retitled": 9, "left": 11}),
        (rows((9, AGAIN, DATE), (9, TITLE, LATER), (2, TITLE, DATE)), 0, {"retitled": 9, "redated": 9}),
        (rows((11, AGAIN, DATE), (9, TITLE, LATER)), 11, {"appeared": 11, "redated": 9}),
        (rows((20, TITLE, DATE), (15, AGAIN, DATE)), 0, {"appeared": 15}),
    ],
    ids=str,
)
def test_when_a_listing_has_another_layout(story, now, reworded, written):
    """More than half of the rows that were known, and ten at least, under other titles (or dates): no row's own doing."""
    sweep(story, rows((20, TITLE, DATE)))
    swept = sweep(story, now)
    assert (swept.reworded, events(story)) == (reworded, written)
    assert sweep(story, now).reworded == 0
    assert events(story) == {}


def test_a_reworded_row_is_kept_as_it_reads_now(story):
    """The next change of a title is told against the words of the new layout; no page is due for the layout's sake."""
    sweep(story, rows((20, TITLE, DATE)))
    for page in range(1, 21):
        story.look(page)
    story.connection.execute("UPDATE _frontier SET due_at = '2199-01-01T00:00:00.000Z'")
    sweep(story, rows((20, AGAIN, LATER)))
    assert story.value("SELECT count(*) FROM _frontier WHERE due_at < '2199'") == 0
    sweep(story, rows((1, TITLE, LATER), (19, AGAIN, LATER)))
    assert events(story) == {"retitled": 1}
    assert story.value("SELECT count(*) FROM _frontier WHERE due_at < '2199'") == 1
    assert story.rows("SELECT * FROM changes") == []


def test_a_row_that_comes_back_in_other_words_is_no_rewording(story):
    """Rows that had left are known to the archive, and not to the listing: they appear."""
    sweep(story, rows((20, TITLE, DATE)))
    sweep(story, rows((5, TITLE, DATE)))
    assert sweep(story, rows((20, AGAIN, DATE))).reworded == 0
    assert events(story) == {"appeared": 15, "retitled": 5}


def test_what_became_of_a_sweep(story):
    """The pages not known before, and for a complete sweep how many the listing held and holds no more."""
    first = sweep(story, rows((3, TITLE, DATE)))
    assert first == Swept(1, (1, 2, 3))
    assert sweep(story, rows((4, TITLE, DATE))[1:]) == Swept(2, (4,), held=3, left=1)
    assert sweep(story, rows((1, TITLE, DATE)), complete=False) == Swept(3)
    assert sweep(story, []) == Swept(4, (), held=4, left=4)
