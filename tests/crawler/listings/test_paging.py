"""The way from one page of a plain listing to the next."""

from __future__ import annotations

import pytest

from crawler.html import parse
from crawler.listings.base import ListingRequest
from crawler.listings.paging import next_page, stated_size

URL = "https://www.nanhu.gov.cn/tzgg/index.html"
TWO = "https://www.nanhu.gov.cn/tzgg/index_2.html"


def following(html, page=1, pages=None):
    """Return the next request and the problem."""
    request = ListingRequest(URL, cursor={"page": str(page)} if page > 1 else {})
    return next_page(parse(f"<body>{html}</body>"), request, 10, pages)


@pytest.mark.parametrize(
    "html",
    [
        "<link rel=next href=index_2.html>",
        "<a rel='nofollow next' href=index_2.html>onward</a>",
        "<a href=index_2.html>下一页</a>",
        "<a href=index_2.html> Next &gt;&gt;</a>",
        "<a href=index_2.html title='下一页'><i></i></a>",
        "<b>1</b> <a href=index_2.html>&gt;</a>",
        "<a href=index_2.html>[下一页]</a>",
        "<a href=index_2.html>Next →</a>",
        "<a href='#' onclick=\"go('index_2.html')\">下页</a>",
        "<ul><li>1</li><li><a href=index_2.html>2</a></li><li><a href=index_3.html>3</a></li></ul>",
        "<a href=index.html>1</a> <a href=index_2.html>[2]</a>",
        "<a href=/art/2024/1/1/art_1_1.html>next</a><a href=https://b.cn/2>next</a><a href=index_2.html>next</a>",
        "<a href=index.html>next</a><a href=index_2.html>next</a>",
    ],
)
def test_the_next_page_is_found(html):
    """Declared, said in words, by an arrow or by number; never an article, another host or the same page."""
    assert following(html) == (ListingRequest(TWO, platform="static", first=11, cursor={"page": "2"}), None)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<a href=index_2.html>&gt;</a>",
        "<a href=index_2.html></a> 1",
        "<a href='javascript:void(0)'>下一页</a>",
        "<a href='javascript:;'>下一页</a>",
        "<a href='#'>下一页</a>",
        "<a href=index_0.html>1</a>",
        "<h2>2</h2><a href=/x/>Calendar</a>",
        "<a href='javascript:;' onclick='slide(1)'>next</a>",
    ],
)
def test_the_last_page_leads_nowhere(html):
    """Arrows of breadcrumbs and picture shows, dead links and lower numbers are no way on, and no problem."""
    assert following(html) == (None, None)


def test_numbers_count_from_the_page_at_hand():
    """On page 2 the number 3 leads on."""
    html = "<a href=index.html>1</a> <a href=index_2.html>2</a> <a href=index_3.html>3</a>"
    request, problem = following(html, page=2)
    assert (request.url, request.cursor, problem) == ("https://www.nanhu.gov.cn/tzgg/index_3.html", {"page": "3"}, None)


@pytest.mark.parametrize("html", ["<a href='javascript:goPage(2)'>下一页</a>", "1 <a href='#' onclick='go(2)'>Next</a>"])
def test_a_pager_that_is_a_script_is_said(html):
    """Pages behind a script are not read, and that is a problem."""
    assert following(html) == (None, "page 1 leads on by a script only: pages after it are not read")


def test_pages_that_cannot_be_reached_are_said():
    """A page that says that there are more, but links none, is not the end."""
    assert following("", pages=9) == (None, "page 1 of 9, and no link leads on")


def test_the_stated_last_page_is_the_end():
    """On the last page as stated, nothing is followed and nothing is missing."""
    assert following("<a href='javascript:goPage(9)'>下一页</a>", page=9, pages=9) == (None, None)


@pytest.mark.parametrize(
    ("html", "size"),
    [
        ("<p>共123条 共 9 页</p>", (123, 9)),
        ("<p>第1/9页</p>", (None, 9)),
        ("<p>共326条  1/24</p>", (326, 24)),
        ("<p>总共 <em>326</em> 记录 页码 <em>1</em>/<em>24</em></p>", (326, 24)),
        ("<p>共3条 1/24/2026</p>", (3, None)),
        ("<p>Page 1 of 9, total: 123 items</p>", (123, 9)),
        ("<a href=x>出台共12条措施</a>", (None, None)),
        (f"<p>共{'9' * 5000}条 共{'9' * 5000}页 {'9' * 50_000}</p>", (None, None)),
    ],
)
def test_the_size_is_taken_as_stated(html, size):
    """Numbers of rows and pages are read from the pager, never from a title."""
    assert stated_size(parse(html)) == size
