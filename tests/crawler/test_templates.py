"""The form in which a page came: what makes two pages of one form, and what tells two forms apart."""

from __future__ import annotations

import pytest

from crawler.containers import Body
from crawler.html import find, parse
from crawler.templates import template_of

PAGE = '<html><body class="en page-7"><div id="c12" class="b a"><div id="zoom"><p>{text}</p></div></div></body></html>'
PLAIN = PAGE.format(text="Text.")


def form(markup: str = PLAIN, title: str | None = "heading", date: str | None = "label:release") -> str:
    """Return the form of a page whose title and date were found there, and whose text stands in one of two places."""
    page = parse(markup)
    for place in ("#zoom", ".TRS_Editor"):
        node = find(page, place)
        if node is not None:
            return template_of(Body(place, node, (), (), has_media=False), title, date)
    return template_of(None, title, date)


@pytest.mark.parametrize(
    "same",
    [
        PAGE.format(text="Another text, with <b>other</b> words.</p><p>And more."),
        PLAIN.replace("c12", "c345").replace("page-7", "page-81"),
        PLAIN.replace('class="b a"', 'class=" a  b "'),
        PLAIN.replace("<body", "<head><title>T</title></head><body"),
    ],
)
def test_pages_of_one_form(same):
    """What a page says, numbers in its names, the order of its classes and what stands beside its text make no other form."""
    assert form(same) == form()


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace('class="b a"', 'class="b"'),
        PLAIN.replace('id="c12"', 'id="d12"'),
        PLAIN.replace("<div id=", "<section id=", 1).replace("</div></body>", "</section></body>"),
        PLAIN.replace('<div id="c12" class="b a">', "").replace("</div></body>", "</body>"),
        PLAIN.replace('id="zoom"', 'class="TRS_Editor"'),
        "<html><body><p>Nothing that is known.</p></body></html>",
    ],
)
def test_pages_of_other_forms(other):
    """Other elements, names or classes around the text, another place of it, or none, are another form."""
    assert form(other) != form()


@pytest.mark.parametrize("date", ["label:updated", "label"])
def test_which_label_stands_beside_the_date_is_no_form(date):
    """A page that gains "updated on" has not changed its form."""
    assert form(date=date) == form()


@pytest.mark.parametrize("found", [{"date": "meta:pubdate"}, {"date": None}, {"title": "meta"}, {"title": None}])
def test_where_title_and_date_were_found_is(found):
    """A page whose title or date is found elsewhere, or not at all, has another form."""
    assert form(**found) != form()


def test_a_form_has_a_short_name_that_stays():
    """Names are kept in the file, and compared for years: they may not change with the software."""
    assert form() == "5d2a584bc315"
    assert template_of(None, None, None) == "6a3cf5192354"
