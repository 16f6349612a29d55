"""Small pages that are made to be searched for ever: each is read in time that grows with its length.

Nothing here looks at a clock.  Every page took from some seconds to longer than the world is old, before a search was bounded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.portal import Section, Select
from crawler.answers import Reader, stored_answer
from crawler.html import is_plain, parse
from crawler.judge import is_script_alone
from crawler.listings import ListingRequest, read_listing
from crawler.locate import DeadEnd, next_hop
from crawler.notices import is_filler, is_gone_title
from crawler.titles import find_title
from crawler.urls import canonical_url, looks_like_article
from crawler.ways import _without_comments
from storage.records import Outcome

ZONE = ZoneInfo("Asia/Shanghai")
READER = Reader(Select(), ZONE)
LISTING = "https://h.cn/list"


def release(inside="", above="", head='<meta name=ArticleTitle content="Lake cleaned">'):
    """Return a press release of a few words, and what an attacker adds to it."""
    return (
        f"<html><head>{head}</head><body>{above}<h1>Lake cleaned</h1><p>Release date:2026-01-01 10:00</p>"
        f"<div id=zoom><p>By volunteers.</p>{inside}</div></body></html>"
    )


def scripts(*sources):
    """Return a page of scripts, none of them too long to be looked at."""
    return "<html><body>" + "".join(f"<script>{source}</script>" for source in sources) + "</body></html>"


def calls(number):
    """Return functions that each call the one before, three times over: 3 ** number ways lead home."""
    chain = "".join(f"function f{n}(){{f{n - 1}();f{n - 1}();f{n - 1}()}}" for n in range(1, number))
    return f'{chain}function f0(){{location="/"}}f{number - 1}()'


def listed(*rows):
    """Return a listing."""
    return "<ul>" + "".join(f'<li><a href="/art/2026/1/{n}/art_1_{n}.html">{row}</li>' for n, row in enumerate(rows, start=1))


NESTED = '<div class=fj><a href="/a.pdf">x</a>' * 1_300

PAGES = {
    "files in areas in areas": (Outcome.OK, release(NESTED)),
    "files in one line": (Outcome.OK, release("<p>" + "<a href=/a.pdf>x</a> " * 1_900, above="<p>附件</p>")),
    "a breadcrumb of spaces": (Outcome.OK, release(above=f"<div class=crumb>{'&nbsp;' * 20_000}x</div>")),
    "a source of spaces": (Outcome.OK, release(above=f"<div>Source: x{chr(0x2003) * 40_000}y</div>")),
    "a title of dots": (Outcome.OK, release(head=f'<meta name=ArticleTitle content="Lake{"." * 100_000}x">')),
    "rows of buttons": (Outcome.OK, release(f"<p>{'打印|' * 60}x")),
    "a counter of bars": (Outcome.OK, release(f"<p>浏览次数：{'|' * 60_000}x")),
    "boxes without end": (Outcome.CHALLENGE, scripts('function a(){alert("x");}a();' * 2_200)),
    "ways home without end": (Outcome.CHALLENGE, scripts("{location=" * 6_000, 'location="x";' * 4_500)),
    "functions that call each other": (Outcome.CHALLENGE, scripts(calls(1_200))),
    "braces in braces": (Outcome.CHALLENGE, scripts("(function(){" * 3_000 + 'location="x";' * 2_000)),
    "comments of scripts": (Outcome.CHALLENGE, scripts("/* " * 21_000, "/* " * 21_000)),
    "a title like a program's": (Outcome.UNREADABLE, f"<title>{'a.' * 60_000}</title><p>x"),
    "words that may be cut anywhere": (Outcome.UNREADABLE, f"<p>{'看' * 80}湖</p><p>{'想要' * 60}湖</p><p>{'1' * 80}湖</p>"),
}


@pytest.mark.parametrize("name", PAGES)
def test_tangled_pages(name):
    """A page that is plain enough to be read at once is read at once, whatever its maker had in mind."""
    expected, page = PAGES[name]
    body = page.encode()
    assert is_plain(body)
    reading = READER.read(
        stored_answer(
            "https://h.cn/art/2026/1/1/art_1_1.html", (("Content-Type", "text/html"),), body, datetime(2026, 1, 1, tzinfo=UTC)
        )
    )
    assert reading.outcome is expected, reading.problems


LISTINGS = {
    "placeholders without end": (0, "href=" * 26_000),
    "dots behind a title": (3, listed(*[f"Lake{'.' * 40_000}x</a>2026-01-01"] * 3)),
    "rows at great depth": (600, "<div>" * 1_400 + listed(*["Lake</a>2026-01-01"] * 600)),
    "numbers of pages": (1, listed("Lake</a>2026-01-01") + "</ul><p>1 " + "<a href=https://other.cn/>2</a>" * 1_900),
}


@pytest.mark.parametrize("name", LISTINGS)
def test_tangled_listings(name):
    """The same holds for listings."""
    expected, page = LISTINGS[name]
    assert is_plain(page.encode())
    found = read_listing(page, ListingRequest(LISTING), section=Section(title="News", listing=LISTING), zone=ZONE)
    assert len(found.records) == expected, found.problems


@pytest.mark.parametrize("signs", [b"<!-- " * 50_000, b"<" * 240_000])
def test_what_is_never_closed_prints_nothing_and_costs_nothing(signs):
    """A page of a script and of comments or tags that never end is looked through once."""
    assert is_script_alone(b"<script>x</script>" + signs) is signs.startswith(b"<!--")


def test_a_tangled_walk():
    """Breadcrumbs in breadcrumbs lead nowhere, soon."""
    page = "<div class=crumb>" * 1_900 + "<a href=/x>y</a>" * 50
    assert isinstance(next_hop(page, "https://h.cn/a.html", ("News",)), DeadEnd)


@pytest.mark.parametrize(
    ("words", "fills"),
    [("3秒后自动返回首页", True), ("看看", True), ("看看湖", False), ("想要返回首页吗", False), ("12 秒 后", True), ("您", True)],
)
def test_fillers_are_cut_in_every_way(words, fills):
    """Where one word is two others, either cut will do."""
    assert is_filler(words) is fills


def test_what_is_too_long_is_no_title_and_no_address():
    """A heading of thousands of characters is no notice, a title no title, and an address leads nowhere."""
    assert not is_gone_title("404" + "\u00a0" * 60_000 + "x")
    assert find_title(parse(f"<title>{'Lake ' * 1_000}</title>"), "", {}, ()) is None
    assert canonical_url("https://h.cn/" + "a" * 8_000)
    assert not looks_like_article("https://h.cn/" + "a" * 9_000 + "/art_1_1.html")
    with pytest.raises(ValueError, match="longer than any address"):
        canonical_url("/" + "a" * 9_000, "https://h.cn/")


def test_marks_and_names_without_end_are_no_titles():
    """A title that is opened again and again is none, and only the first names of a site are looked for in the window's title."""
    doc = parse("<title>Lake cleaned - News</title>")
    assert find_title(doc, "<!--<$[标题名称]>begin-->" * 200_000, {"sitename": ("News",)}, ()).text == "Lake cleaned"
    names = [f"Name {number}" for number in range(200_000)]
    assert find_title(doc, "", {"sitename": ["News", *names]}, ()).text == "Lake cleaned"


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ("a/*b*/c", "a c"),
        ("a;//b\nc", "a; \nc"),
        ("a/*//*/b", "a b"),
        ("a;//*\nb*/c", "a; \nb*/c"),
        ('"image/*"; a // b\nc', '"image/*"; a  \nc'),
        ("a /* b /* c // d", "a /* b /* c  "),
        ("http://a", "http://a"),
    ],
)
def test_comments_are_taken_out_of_scripts(script, kept):
    """Only what is closed is a comment of several lines; a line's comment ends with it."""
    assert _without_comments(script) == kept
