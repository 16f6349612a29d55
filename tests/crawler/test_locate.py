"""Finding a listing by its link's title."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.locate import DeadEnd, Hop, is_listing, next_hop

DATA = Path(__file__).parents[1] / "data" / "listings"
HOST = "https://www.nanhu.gov.cn"
HOME = f"{HOST}/col/col100/index.html"
ARTICLE = f"{HOST}/art/2024/4/17/art_140_1.html"


def data(name):
    """Return a file of the test data."""
    return (DATA / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ("<a href=/1>Nanhu  Today</a><a href=/2>nanhu today</a><a href=/3>Nanhu Today</a>", "/1"),
        ("<a href=/1>NanhuToday</a><a href=/2 title='Nanhu Today'>x</a>", "/1"),
        ("<a href=/1><img alt='Nanhu Today'></a><a href=/2 title='nanhu today'>x</a>", "/2"),
        ("<a href=/1><img alt=''><img alt='Nanhu Today'></a>", "/1"),
        ("<td>&gt;<a href=/1>&gt; Nanhu Today</a></td>", "/1"),
        ("<a href=/art/2024/1/1/art_1_1.html>Nanhu Today</a><a href=/2>Nanhu Today</a>", "/2"),
        ("<a href=/art/2024/1/1/art_1_1.html>Nanhu Today</a>", "/art/2024/1/1/art_1_1.html"),
        ("<a href='javascript:go()'>Nanhu Today</a><a href=/2>Nanhu Today</a>", "/2"),
        ("<div><h2>Nanhu Today</h2><a href=/1>More&gt;&gt;</a></div>", "/1"),
        ("<div><h2><b>Nanhu Today</b></h2><p><a href=/0>Port</a><a href=/1 title='更多'></a></p></div>", "/1"),
        ("<div><h2>Nanhu Today</h2><a href=/0>Port</a></div><a href=/1>More</a>", None),
        ("<h2>Nanhu Today</h2>", None),
        ("<a href=/1>Nanhu Today, Tomorrow</a>", None),
        ("<base href='/en/'><a href=1>Nanhu Today</a>", "/en/1"),
    ],
)
def test_a_link_is_found_by_its_title(html, path):
    """The surest way of bearing the title wins, and a page that is no article among equals."""
    hop = next_hop(html, HOME, ("Nanhu Today",))
    assert hop == Hop(HOST + path, (), 'by the link "Nanhu Today"') if path else isinstance(hop, DeadEnd)


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ("<p>Current location: <a href=/1>Nanhu</a> &gt; <a href=/2>Home</a></p>", "/2"),
        ("<p>Current location: <a href=/1>Nanhu</a> &gt; <a href=/2>News</a></p>", "/1"),
        (
            "<table><tr><td><b>您现在的位置：</b></td><td><a href=/1>政府</a></td><td>&gt;<a href=/2>今日</a></td></tr></table>",
            "/1",
        ),
        ("<div class='Bread-Crumb'><a href=/1>News</a><a href=/2>首页</a></div>", "/2"),
        ("<a class=CurrChnlCls href=/1>首页</a><a class=CurrChnlCls href=/2>政务</a>", "/1"),
        ("<div class=position><a href=/1>News</a></div>", None),
        ("<p>The current location of the museum, people say, is the best that it ever had.</p><a href=/1>Home</a>", None),
        ("<div><div><div><div><p>Location:</p></div></div></div><a href=/1>x</a></div>", None),
        ("<p>Location: <a href='javascript:x()'>Home</a></p>", None),
        ("", None),
    ],
)
def test_a_breadcrumb_leads_home(html, path):
    """The first level after the words is home, whatever it is called; without words only a link that says so is."""
    hop = next_hop(f"<body>{html}</body>", ARTICLE, ("Nanhu Today",))
    found = hop.url if isinstance(hop, Hop) and hop.how == "by the breadcrumb home" else None
    assert found == (path and HOST + path)


def test_a_walk_from_an_article_ends_at_the_listing():
    """An article leads home by its breadcrumb, and home to the listing by a link beside its heading."""
    first = next_hop(data("article.html"), ARTICLE, ["Nanhu Today"])
    assert first == Hop(HOME, ("Nanhu Today",), "by the breadcrumb home")
    second = next_hop(data("home.html"), first.url, first.follow)
    assert second == Hop(f"{HOST}/col/col120/index.html", (), 'by the link "Nanhu Today"')


def test_needless_steps_are_left_out():
    """Of a trail, the last title that the page links is taken; the ones after it remain."""
    page = "<a href=/en>English</a><a href=/gov>Government</a>"
    assert next_hop(page, HOST, ["English", "Government", "Nanhu Today"]) == Hop(
        f"{HOST}/gov", ("Nanhu Today",), 'by the link "Government"'
    )
    assert next_hop(page, HOST, ["English", "Nanhu Today"]) == Hop(f"{HOST}/en", ("Nanhu Today",), 'by the link "English"')


def test_a_link_to_the_page_itself_leads_nowhere():
    """A home page whose breadcrumb and links name itself is a dead end, under either scheme."""
    page = f"<p>Location: <a href='{HOME.replace('https', 'http')}'>Home</a></p><a href='{HOME}#top'>Nanhu Today</a>"
    assert isinstance(next_hop(page, HOME, ["Nanhu Today"]), DeadEnd)


def test_any_link_home_is_the_last_resort():
    """A page without a breadcrumb may still say where home is."""
    assert next_hop("<a href=/>Home</a>", ARTICLE, ["Nanhu Today"]) == Hop(f"{HOST}/", ("Nanhu Today",), "by the link home")


def test_a_dead_end_says_what_was_looked_for():
    """The titles and the number of links looked at are named, for people."""
    end = next_hop("<a href=/1>x</a>", HOST, ["English", "Nanhu Today"])
    assert end == DeadEnd('no link titled "Nanhu Today" or "English" among the page\'s 1 links, and none that leads home')


def test_nothing_to_follow_is_a_dead_end():
    """A walk without a title has nowhere to go."""
    assert next_hop(data("home.html"), HOME, []) == DeadEnd("no link title is left to follow")


@pytest.mark.parametrize(
    ("name", "url", "is_one"),
    [
        ("column.html", f"{HOST}/col/col120/index.html", True),
        ("plain.html", f"{HOST}/tzgg/index.html", True),
        ("jpaas.html", f"{HOST}/col/col120/index.html", True),
        ("home.html", HOME, False),
        ("plain.html", ARTICLE, False),
        ("article.html", f"{HOST}/about/", False),
    ],
)
def test_listings_are_told_from_other_pages(name, url, is_one):
    """A platform's marks or rows of dated links make a listing; an article's URL never does."""
    assert is_listing(data(name), url) is is_one


def test_a_feed_is_where_a_walk_may_end():
    """A link titled RSS leads to one, however few entries it has."""
    assert is_listing('<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', f"{HOST}/rss.xml")


@given(st.text(max_size=120), st.lists(st.text(max_size=12), max_size=3))
def test_any_page_gives_a_step_or_a_reason(text, follow):
    """No page and no title stops the walk without saying why."""
    step = next_hop(text, HOME, follow)
    assert step.reason if isinstance(step, DeadEnd) else step.url.startswith("http")
