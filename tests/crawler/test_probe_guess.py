"""What a page tells whoever writes a portal's file: its title, its sections, and where its text stands."""

from __future__ import annotations

import pytest

from config.portal import Select
from crawler.probe_guess import (
    Origins,
    body_of,
    is_front_page,
    origins_of,
    section_links,
    section_of,
    section_title,
)

URL = "http://www.town.example/news/index.html"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ('<meta name="columnName" content="Waters">', "", "Waters"),
        ('<meta name="ColumnName" content="栏目名称">', "<div>Current location: Home &gt; Waters</div>", "Waters"),
        ("<title>Waters - Town of Lake</title>", "<div>Current location: Home</div>", "Waters"),
        ("<title>首页</title>", "", "www.town.example"),
        (f"<title>{'long ' * 20}</title>", "", "www.town.example"),
        ("<title>\n 水务要闻_某市人民政府 </title>", "", "水务要闻"),
    ],
)
def test_what_a_listing_calls_itself(head, body, title):
    """The government's meta tag, else the breadcrumb's end, else the first part of the title, else its host."""
    assert section_title(f"<html><head>{head}</head><body>{body}</body></html>", URL) == title


def test_the_section_of_a_press_release():
    """The last name of its breadcrumb that is not home, else what the column is called."""
    page = '<meta name="ColumnName" content="Waters">'
    assert section_of(page, ("Home", "News")) == ("News",)
    assert section_of(page, ("首页",)) == ("Waters",)
    assert section_of("<p>Nothing</p>", ("Home",)) == ()


def test_links_that_may_be_sections():
    """Links to listings of the same host, each once, without the home page and without what has no name."""
    links = (("/", "Home"), ("/news/", "News"), ("/news/index.html", "News"), ("/x/", ""), ("/a/t20260101_1.html", "A text"))
    page = "".join(f'<a href="{href}">{text}</a>' for href, text in (*links, ("http://other.example/y/", "Other")))
    assert section_links(page, URL) == ("News",)


def test_the_innermost_element_with_a_name_holds_the_text():
    """Of those around the paragraphs the nearest, by an id or class that leads there first and holds no number."""
    text = "<p>One.</p><p>Two.</p>"
    menu = '<div class="box"><p>Menu</p></div>'
    page = f'<div id="page">{menu}<div class="box"><div id="art5"><div class="n1 words">{{}}</div></div></div></div>'
    assert body_of(page.format(text), ("One.", "Two.")) == ".words"
    assert body_of(f"<div class='box'></div><div id='page'><div class='box'>{text}</div></div>", ("One.", "Two.")) == "#page"
    assert body_of(f"<div>{text}</div>", ("One.", "Two.")) is None


def test_where_parts_were_found():
    """Title and text are named by the places that the readers know."""
    page = '<h1>A title of some length</h1><div id="zoom"><p>Some text.</p></div>'
    assert origins_of(page, URL, Select()) == Origins("heading", "#zoom")
    assert origins_of(page, URL, Select(title="h1", body="div")) == Origins("selector", "selector")
    assert origins_of("<p>x</p>", URL, Select()).container is None


@pytest.mark.parametrize(
    ("url", "is_front"),
    [("http://a.example/", True), ("http://a.example/index.html", True), ("http://a.example/?x=1", False), (URL, False)],
)
def test_front_pages(url, is_front):
    """The home page of a host, and nothing below it."""
    assert is_front_page(url) is is_front
