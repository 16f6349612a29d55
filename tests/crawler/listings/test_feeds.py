"""Feeds and sitemaps as listings."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.portal import Section
from crawler.charset import decode
from crawler.listings import ListingRequest, detect, miss_listing, read_listing
from crawler.listings.feeds import is_feed

DATA = Path(__file__).parents[2] / "data" / "listings"
ZONE = ZoneInfo("Asia/Shanghai")
HOST = "https://www.nanhu.gov.cn/"
URL = f"{HOST}feed.xml"


def read(text, request=None, **settings):
    """Read a text as a feed."""
    section = Section(title="News", listing=URL, **settings)
    return read_listing(text, request or ListingRequest(URL), section=section, zone=ZONE)


def found(page):
    """Return path, title and date of each record."""
    return [(row.url.removeprefix(HOST), row.title, row.date) for row in page.records]


def rss(items):
    """Return a feed with these items."""
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"


def urlset(*entries, space="xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"):
    """Return a sitemap with these entries."""
    return f"<?xml version='1.0'?><urlset {space}>{''.join(f'<url>{entry}</url>' for entry in entries)}</urlset>"


def test_atom_is_read():
    """Titles of all three types, links relative to xml:base, the day of publication in the portal's zone, and the next page."""
    page = read((DATA / "atom.xml").read_text(encoding="utf-8"))
    assert found(page) == [
        ("art/2026/5/6/art_1_11.html", "Port & Rail Grow", "2026-05-06"),
        ("news/art_1_10.html", "A < B", "2026-05-05"),
        ("deep/art_1_9.html", "In parts", "2026-05-04"),
    ]
    assert (page.platform, page.problems, page.next.url, page.next.first) == ("static", (), f"{HOST}news/atom-2.xml", 4)


def test_rss_is_read():
    """CDATA, relative links, permanent links, RFC 822 and other dates: CST is China's time, not America's."""
    page = read((DATA / "rss.xml").read_text(encoding="utf-8"))
    assert found(page) == [
        ("art/2026/5/6/art_1_11.html", "南湖区召开会议 <部署> 防汛", "2026-05-06"),
        ("art/2026/5/5/art_1_10.html", "春耕", "2026-05-05"),
        ("art/2026/5/4/art_1_9.html", "修路", "2026-05-04"),
        ("art/2026/5/3/art_1_8.html", "开馆", "2026-05-03"),
    ]
    assert (page.printed, page.problems, page.next) == (4, (), None)


def test_rss_1_is_read():
    """Items stand beside the channel, with prefixes that may never be declared."""
    link = "<link>/art/2026/5/4/art_1_9.html</link>"
    items = f"<item rdf:about='x'><dc:title>no</dc:title><title>T</title>{link}<dc:date>2026-05-04</dc:date></item>"
    assert found(read(f"<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel><items/></channel>{items}</rdf:RDF>")) == [
        ("art/2026/5/4/art_1_9.html", "T", "2026-05-04")
    ]


def test_a_sitemap_is_read():
    """Press releases come out with the day of their last change, or of publication in a news sitemap; columns do not."""
    news = (
        "<news:news><news:publication><news:name>Nanhu</news:name></news:publication>"
        "<news:publication_date>2026-05-05T20:00:00Z</news:publication_date><news:title>Port</news:title></news:news>"
    )
    page = read(
        urlset(
            f"<loc>{HOST}</loc><lastmod>2026-05-07</lastmod>",
            f"<loc>{HOST}art/2026/5/4/art_1_9.html?a=1&amp;b=2</loc><lastmod>2026-05-04T23:59:00+00:00</lastmod>",
            f"<loc>{HOST}art/2026/5/5/art_1_10.html</loc><lastmod>2026-05-09</lastmod>{news}",
            f"<loc>{HOST}art/2026/5/5/art_1_10.html</loc>",
        )
    )
    assert found(page) == [
        ("art/2026/5/4/art_1_9.html?a=1&b=2", "", "2026-05-05"),
        ("art/2026/5/5/art_1_10.html", "Port", "2026-05-06"),
    ]
    assert (page.printed, page.problems, page.remarks) == (4, (), ("1 of 4 entries lead to no press release",))


def test_the_sitemaps_of_an_index_are_read_in_turn():
    """Each is asked for once; one that is not there or is none is a problem, and the others are read all the same."""
    index = "<sitemapindex>" + "".join(f"<sitemap><loc>{HOST}{n}.xml</loc></sitemap>" for n in (1, 2, 3, 4)) + "</sitemapindex>"
    page = read(index)
    assert (page.is_step, page.records, page.next.url) == (True, (), f"{HOST}1.xml")
    first = read(urlset(f"<loc>{HOST}art/2026/5/4/art_1_9.html</loc>"), page.next)
    assert ([row.url for row in first.records], first.next.url, first.next.first) == (
        [f"{HOST}art/2026/5/4/art_1_9.html"],
        f"{HOST}2.xml",
        2,
    )
    second = miss_listing("no such page (404)", first.next, section=Section(title="x", listing=URL))
    assert (second.problems, second.next.url) == ((f"{HOST}2.xml: no such page (404)",), f"{HOST}3.xml")
    third = read("<html><a href='/art/2026/5/4/art_1_9.html'>T</a></html>", second.next)
    assert (third.problems, third.records, third.next.url) == ((f"{HOST}3.xml: it is no sitemap",), (), f"{HOST}4.xml")
    last = read(index, third.next)
    assert (last.readable, last.problems, last.next) == (False, ("it is an index of sitemaps within another",), None)


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (rss("<item><title>T</title>") + "x", "it is no well-formed XML: mismatched tag"),
        (rss("<item><title>A & B</title></item>"), "it is no well-formed XML: not well-formed"),
        (rss("<item><title>a&nbsp;b</title></item>"), "it is no well-formed XML: undefined entity"),
        (rss("")[:-9], "it is no well-formed XML: "),
        (BOMB + rss("<item><title>&b;</title></item>"), "it declares an entity ('a')"),
        (
            "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" + rss("<item><title>&f;</title></item>"),
            "it declares an entity ('f')",
        ),
        ("<!DOCTYPE x [<!ENTITY % f SYSTEM 'http://b.example/x.dtd'> %f;]>" + rss(""), "it declares an entity ('f')"),
        (rss("<item>" + "<a>" * 1000 + "</a>" * 1000 + "</item>"), "nest more than 60 deep"),
        (rss("<item/>" * 60_001), "more than 60000 entries"),
        (rss("<item><link>/about/</link></item>"), "none of its 1 entries links to a press release"),
        (rss("x" * 5_000_000), "larger than 5 MB"),
        ("<sitemapindex></sitemapindex>", "it is an index that names no sitemap"),
    ],
)
def test_what_cannot_be_read_is_said(text, part):
    """Broken XML, entities of all kinds, depth and size make a feed unreadable, with the reason: nothing is expanded."""
    page = read(text)
    assert (page.readable, page.records) == (False, ())
    assert part in page.problems[0]


def test_entries_without_an_address_are_a_problem():
    """They may be any press release."""
    page = read(rss("<item><title>T</title></item><item><link>/art/2026/5/4/art_1_9.html</link></item>"))
    assert (len(page.records), page.printed) == (1, 2)
    assert page.problems == ("1 of 2 entries hold no address that can be followed",)


@pytest.mark.parametrize(
    "day", ["soon", "", "9999-12-31T23:59:59-23:00", "Tue, 99 May 2026 10:00:00 GMT", "0001-01-01T00:00:00+14:00"]
)
def test_a_date_that_is_none_is_none(day):
    """What cannot be read as a day leaves the row undated."""
    assert [
        date for *_, date in found(read(rss(f"<item><link>/art/2026/5/4/art_1_9.html</link><pubDate>{day}</pubDate></item>")))
    ] == [None]


def test_configured_patterns_decide():
    """Only entries whose address matches are rows; what is left out is remarked."""
    items = "<item><link>/a/1.html</link></item><item><link>/b/2.html</link></item>"
    page = read(rss(items), article_urls=("/b/*",))
    assert ([row.url for row in page.records], page.remarks) == ([f"{HOST}b/2.html"], ("1 of 2 entries lead to no press release",))


def test_an_empty_feed_is_empty():
    """A feed without entries is well-formed and says so."""
    page = read(rss(""))
    assert (page.readable, page.records, page.next) == (True, (), None)


def test_a_feed_in_gbk_is_read():
    """The declaration's encoding is that of the bytes, not of the text that they were decoded to."""
    text = "<?xml version='1.0' encoding='gb2312'?>" + rss(
        "<item><title>南湖</title><link>/art/2026/5/4/art_1_9.html</link></item>"
    )
    assert [title for _, title, _ in found(read(decode(text.encode("gbk"), "text/xml").text))] == ["南湖"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("\ufeff<?xml version='1.0'?>\n<!-- a --><?xml-stylesheet href='x'?><feed>", True),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", True),
        ("<atom:feed>", True),
        ("<feedback>", False),
        ("<html><rss>", False),
        ("<!--" * 1000, False),
        ("", False),
    ],
)
def test_feeds_are_told_by_their_first_element(text, is_one):
    """Whatever may stand before the root of a document is passed over."""
    assert is_feed(text) is is_one
    assert detect(text) == "static"
