"""Imports: a file is taken in whole, or not at all, and what was cut short is taken in again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from config.portal import Select
from crawler.answers import Reader
from crawler.errors import ImportFormatError
from crawler.imports import Known, import_file
from storage.fingerprint import sha256_hex
from tests.builders import Clock, opened

ZONE = ZoneInfo("Asia/Shanghai")
TEXT = b"A Title\n\nRelease date:2022-09-20 10:46\n\nA paragraph.\n"


class Ticking:
    """The builders' clock, as the crawler reads clocks."""

    def __init__(self, clock, breaks_at=None):
        self._clock, self._left = clock, breaks_at

    def now(self):
        """Return the time; at the look that was asked for, die."""
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
        return self._clock()


@pytest.fixture
def story(tmp_path):
    """Begin a story in a new archive."""
    with opened(tmp_path / "archive.db", Clock()) as begun:
        yield begun


def take_in(story, body=TEXT, breaks_at=None, url=None):
    """Import a file into the story's archive."""
    known = [Known(story.section, "Today", Reader(Select(), ZONE))]
    return import_file(story.archive, story.run, body, clock=Ticking(story.clock, breaks_at), zone=ZONE, sections=known, url=url)


def counts(story):
    """Return how many pages, fetches and versions there are."""
    return [story.value(f"SELECT count(*) FROM {table}") for table in ("pages", "fetches", "versions")]


def test_the_same_file_twice(story):
    """The second time it is known, and nothing is written."""
    first = take_in(story)
    assert (first.title, first.new, counts(story)) == ("A Title", True, [1, 1, 1])
    again = take_in(story)
    assert (again.page_id, again.new, counts(story)) == (first.page_id, False, [1, 1, 1])


def test_an_import_that_was_cut_short(story):
    """Whatever stops it between the page and its look leaves neither."""
    with pytest.raises(KeyboardInterrupt):
        take_in(story, breaks_at=1)
    assert counts(story) == [0, 0, 0]
    assert take_in(story).new
    assert counts(story) == [1, 1, 1]


def test_an_archive_that_an_earlier_version_left_half_written(story):
    """A page without a version is no import: the file is read into it."""
    page, _ = story.archive.import_page(f"import:{sha256_hex(TEXT)}", "urn:sha256:0")
    assert counts(story) == [1, 0, 0]
    imported = take_in(story)
    assert (imported.page_id, imported.new, counts(story)) == (page, True, [1, 1, 1])


def test_a_saved_page_that_would_cost_too_much_is_refused(story):
    """A page of 100 KB whose tags multiply to millions is stopped as a crawled one is, and nothing is written."""
    page = "<!DOCTYPE html>" + "".join(f"<b id={number}><p>" for number in range(7_000))
    with pytest.raises(ImportFormatError, match="memory"):
        take_in(story, page.encode(), url="https://www.example.gov.cn/art/2022/9/20/art_1_2.html")
    assert counts(story) == [0, 0, 0]


def test_a_wrong_file_writes_nothing(story):
    """What cannot be read is found before anything is written."""
    with pytest.raises(ImportFormatError):
        take_in(story, b"No date.")
    assert counts(story) == [0, 0, 0]
