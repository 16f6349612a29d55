"""What is known of the forms in which pages came: who bears witness, who waits, and what is usual."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.forms import ESTABLISHED, WITNESSES, is_common, is_established, listed_as, usual_share, waiting, witnesses
from storage.records import Attachment, DateCandidate, Listed, Outcome, Reading
from tests.builders import OTHER_READER, READER, article_url, content, reading

ASIDE = f"{READER}/aside"
FORM, OTHER_FORM = "form", "other form"
BY_LABEL, BY_URL = (DateCandidate("2022-09-20", "label"),), (DateCandidate("2022-09-20", "url"),)


@pytest.fixture
def pages(story):
    """Return six pages of a section, none of them read."""
    return story.sweep([article_url(number) for number in range(1, 7)])


def came(story, page, said="Zhang Bing visited the port.", **more):
    """Look at a page that came in a form; `template`, `dates` and `reader` as wanted."""
    answer = story.answer(story.url(page), f"<p>{page}</p>".encode())
    read = reading(said, more.pop("reader", READER), **{"template": FORM, "dates": BY_LABEL, **more})
    return story.append(page, [answer], read).fetch_id


def kept_aside(story, page, *, template=FORM, reader=ASIDE):
    """Look at a page that was kept aside in a form."""
    answer = story.answer(story.url(page), b"<p>aside</p>")
    return story.append(page, [answer], Reading(reader, Outcome.QUARANTINED, template=template)).fetch_id


def turned(story, page, said="Zhang Bing visited the port.", before=None, **more):
    """Look at a page that came in another form before, and said there what it says, or something else."""
    came(story, page, before or said, **{"template": OTHER_FORM, **more})
    came(story, page, said, **more)


def witnessed(story, field, *, template=FORM, reader=READER, but=0):
    """Return how many pages bear witness of a field."""
    return witnesses(story.connection, template, reader, field, but=but)


# ------------------------------------------------------------------------------------------------- witnesses


def test_pages_bear_witness_once(story, pages):
    """A page counts once, however often it came, and not for itself; beyond enough nobody counts."""
    for _ in range(2):
        turned(story, pages[0])
    assert (witnessed(story, "text"), witnessed(story, "text", but=pages[0])) == (1, 0)
    for page in pages[1:]:
        turned(story, page)
    assert witnessed(story, "text") == WITNESSES


def test_who_bears_witness(story, pages):
    """Only a page that the same reader read well in the same form, and in another form that has a name."""
    came(story, pages[0])
    came(story, pages[0])
    came(story, pages[1], template=OTHER_FORM)
    turned(story, pages[2], reader=OTHER_READER)
    came(story, pages[3], template=None)
    came(story, pages[3])
    kept_aside(story, pages[4], template=OTHER_FORM)
    came(story, pages[4])
    came(story, pages[5], template=OTHER_FORM, reader=OTHER_READER)
    came(story, pages[5])
    assert witnessed(story, "title") == 0
    assert witnessed(story, "title", reader=OTHER_READER) == 1


@pytest.mark.parametrize(
    ("before", "agrees"),
    [
        (content(), "title published text attachments"),
        (content(title="Another"), "published text attachments"),
        (content(published="2022-09-21"), "title text attachments"),
        (content("Half of it."), "title published attachments"),
        (content(attachments=()), "title published text"),
        (content("Zhang\u00a0Bing visited  the port."), "title published text attachments"),
    ],
)
def test_a_page_speaks_for_what_it_agrees_about(story, pages, before, agrees):
    """It reads alike in both forms: in a field, or as a whole but for what no comparison sees."""
    plan = {"attachments": (Attachment("Plan.pdf", "http://h/plan.pdf"),)}
    before = replace(before, **plan) if "attachments" in agrees else before
    turned(story, pages[0], content(**plan), before=before)
    assert [field for field in ("title", "published", "text", "attachments") if witnessed(story, field)] == agrees.split()


@pytest.mark.parametrize(
    "case",
    [
        ("title", content(), BY_LABEL, 1),
        ("title", content(title=""), BY_LABEL, 0),
        ("published", content(), BY_LABEL, 1),
        ("published", content(), BY_URL, 0),
        ("published", content(), (*BY_LABEL, *BY_URL), 1),
        ("published", content(published=None), (), 0),
        ("text", content(), BY_LABEL, 1),
        ("text", content(""), BY_LABEL, 0),
        ("attachments", content(), BY_LABEL, 0),
        ("attachments", content(attachments=(Attachment("Plan.pdf", "http://h/plan.pdf"),)), BY_LABEL, 1),
    ],
)
def test_a_page_speaks_for_what_it_has(story, pages, case):
    """A page without a date, text or attachment shows nothing of how those are read, and a date of its address neither."""
    field, said, dates, has = case
    turned(story, pages[0], said, dates=dates)
    assert witnessed(story, field) == has
    assert usual_share(story.connection, story.section, field) == has


def test_a_common_form(story, pages):
    """Several other pages came in it, and were read well."""

    def common(**more):
        return is_common(story.connection, **{"template": FORM, "reader": READER, "but": 0, **more})

    for page in pages[:WITNESSES]:
        assert not common()
        came(story, page)
        came(story, page)
    kept_aside(story, pages[4])
    assert (common(), common(but=pages[0]), common(but=pages[4])) == (True, False, True)
    assert not common(template=OTHER_FORM)
    assert not common(reader=OTHER_READER)


# ------------------------------------------------------------------------------------------------- sections


def test_a_section_is_established(story):
    """Once enough of its pages were read: listed ones do not count, nor those of other sections."""
    listed = story.sweep([article_url(number) for number in range(ESTABLISHED)])
    for page in listed[1:]:
        came(story, page)
    kept_aside(story, listed[0])
    assert not is_established(story.connection, story.section)
    came(story, listed[0])
    assert is_established(story.connection, story.section)
    assert not is_established(story.connection, story.archive.section("jiaxing", "other"))
    assert not is_established(story.connection, None)


def test_listed_as(story):
    """Under which title and date a page was listed last: also where it is listed no more, and None where it never was."""
    [page] = story.sweep([Listed(article_url(1), "A visit", "2022-09-20")])
    other = story.archive.section("jiaxing", "other")
    story.sweep([Listed(article_url(1), "A visit to the port", None)], section=other)
    assert listed_as(story.connection, page) == ("A visit to the port", None)
    story.sweep([], section=other)
    assert story.column("SELECT event FROM listing_events ORDER BY id") == ["appeared", "appeared", "left"]
    assert listed_as(story.connection, page) == ("A visit to the port", None)
    assert listed_as(story.connection, page + 1) == (None, None)


def waits(story, section=None):
    """Return the pages of which something waits that may be read by now."""
    return waiting(story.connection, section or story.section, READER, ASIDE)


def test_what_waits(story, pages):
    """What was kept aside in a form waits until some page was read well in it."""
    kept_aside(story, pages[1])
    kept_aside(story, pages[0])
    kept_aside(story, pages[0])
    kept_aside(story, pages[2], template=OTHER_FORM)
    assert waits(story) == []
    came(story, pages[3])
    assert waits(story) == [pages[0], pages[1]]
    assert waits(story, story.archive.section("jiaxing", "other")) == []


def test_what_waits_no_more(story, pages):
    """What this reader read since, what another reader kept aside, and what came in no form."""
    fetch = kept_aside(story, pages[0])
    kept_aside(story, pages[1], reader=f"{OTHER_READER}/aside")
    kept_aside(story, pages[2], template=None)
    came(story, pages[3])
    assert waits(story) == [pages[0]]
    with story.archive.transaction():
        story.archive._writer.reading(fetch, reading(reader=READER, template=FORM), story.clock())
    assert waits(story) == []


def test_what_is_usual(story, pages):
    """The share of a section's last well-read looks in which a field was found; nothing where none was read."""
    assert usual_share(story.connection, story.section, "text") == 0.0
    came(story, pages[0], content(""))
    for page in pages[1:4]:
        came(story, page)
    kept_aside(story, pages[4])
    story.fails(pages[5])
    assert usual_share(story.connection, story.section, "text") == 0.75
    assert usual_share(story.connection, story.section, "text", looks=3) == 1.0
