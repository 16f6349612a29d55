"""`read_listing`: the right reader for each answer, and real pages where they are at hand."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.portal import Section
from crawler.errors import ReadError
from crawler.listings import ListingRequest, miss_listing, read_listing
from crawler.urls import canonical_url

DATA = Path(__file__).parents[2] / "data" / "listings"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.nanhu.gov.cn/col/col120/index.html"


def read(text, url=URL, asked="auto", **settings):
    """Read a text with the settings of a section."""
    return read_listing(text, ListingRequest(url, platform=asked), section=Section(title="x", listing=url, **settings), zone=ZONE)


def read_data(name, asked="auto", **settings):
    """Read a file of the test data."""
    return read((DATA / name).read_text(encoding="utf-8"), asked=asked, **settings)


@pytest.mark.parametrize(
    ("name", "platform", "count"),
    [
        ("column.html", "jpage", 5),
        ("reply.xml", "jpage", 2),
        ("plain.html", "static", 4),
        ("trs.html", "trs", 2),
        ("unit.json", "jpaas", 3),
    ],
)
def test_the_platform_is_found(name, platform, count):
    """Left to itself, each answer is read by its platform's reader."""
    page = read_data(name)
    assert (page.platform, page.readable, len(page.records)) == (platform, True, count)


def test_the_section_names_the_platform():
    """What the settings say goes before what the page looks like."""
    assert read_data("column.html", platform="static").platform == "static"


def test_the_request_names_the_platform_first():
    """A sweep that began on one platform goes on there."""
    assert read_data("plain.html", asked="jpage", platform="static").platform == "jpage"


def test_a_page_that_is_missing_at_first_is_unreadable():
    """Nothing is known of a listing whose first page is not there; only later pages may be missing by right."""
    for platform in ("auto", "jpage", "jpaas", "trs", "static"):
        page = miss_listing("gone", ListingRequest(URL, platform=platform), section=Section(title="x", listing=URL))
        assert (page.readable, page.platform, page.problems) == (False, platform, ("gone",))


@given(st.text(max_size=200), st.sampled_from(["auto", "jpage", "static", "trs", "jpaas"]))
def test_any_text_reads(text, platform):
    """No text stops a reader, and an unreadable page has a reason and no records."""
    page = read(text, asked=platform)
    assert page.readable or (page.problems and not page.records)


NUMBERS = st.one_of(st.integers(0, 99).map(str), st.just("9" * 5000), st.text("0123456789०٣", max_size=12))
PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("<datastore>", "</datastore>", "<recordset>", "<record><![CDATA[", "]]></record>", "</record>", "<nextgroup>"),
            *("<a href='/art/2024/1/1/art_1_2.html'>T</a>", "<a href='http://[x'>", "<a href='?page=", "<base href='http://[x'>"),
            *("<li>", "</li>", "<table><tr><td>", "2024-01-01", "[01-01]", "下一页", "<!--", "-->", "&#", "createPageHTML(", "共"),
            *(
                "<div id=9>",
                "<script type='text/xml'>",
                "<script>",
                "</script>",
                "$('#9').jpage({totalRecord:",
                "})",
                "'",
                '"',
                ",",
            ),
            *(
                "<totalrecord>",
                "<totalpage>",
                "proxyUrl:'http://[x'",
                "perPage:",
                "条",
                "页",
                "{",
                "[",
                "<a onclick='go()' href='#'>",
            ),
        ]
    ),
    NUMBERS,
)


@given(
    st.lists(PIECES, max_size=25).map("".join),
    st.sampled_from(["auto", "jpage", "jpaas", "static", "trs"]),
    st.sampled_from([{}, {"listing": URL, "total": "100", "per_page": "15", "group": "45"}]),
    st.sampled_from([URL, f"{URL}?page=2", f"{URL}?page={'9' * 5000}"]),
    st.sampled_from([None, "", "9"]),
)
def test_no_answer_stops_a_sweep(text, platform, cursor, url, unit):
    """Whatever the marks of the platforms are mixed to: a page comes of it, or a ReadError, and nothing else."""
    request = ListingRequest(url, platform=platform, cursor=cursor, unit=unit)
    with suppress(ReadError):
        page = read_listing(text, request, section=Section(title="x", listing=URL), zone=ZONE)
        assert page.printed >= len(page.records)
        assert page.readable or page.problems


FACTS = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8")) if SAMPLES.is_dir() else {}
needs_samples = pytest.mark.skipif(not FACTS, reason=f"no real pages at {SAMPLES.parent.name}/{SAMPLES.name} beside this project")


def read_sample(name):
    """Return what is expected of a real page and what was read, resolved against its base."""
    facts = FACTS[name]
    base = facts.get("base", "https://www.example.gov.cn/list/index.html")
    page = read((SAMPLES / name).read_text(encoding="utf-8"), base)
    expected = [(canonical_url(each["href"], base), each["title"], each["date"]) for each in facts.get("records", ())]
    return facts, page, expected


@needs_samples
@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("a06-js-gxt-jpage-batch1.xml", "jpage"),
        ("a06-js-gxt-jpage-batch2.xml", "jpage"),
        ("b12-js-col33718-jpage-embedded-excerpt.html", "jpage"),
        ("b09-ndrc-trs-list-excerpt.html", "trs"),
    ],
)
def test_real_listings_are_read_as_expected(name, platform):
    """URLs, whole titles and dates of real rows come out, and the size of the listing."""
    facts, page, expected = read_sample(name)
    assert facts.get("next_page") is None or page.next.url == canonical_url(facts["next_page"], facts["base"])
    assert [(row.url, row.title, row.date) for row in page.records] == expected
    assert len(page.records) == facts["n_records"]
    assert (page.platform, page.total) == (platform, facts.get("total_record"))
    assert facts.get("total_page", facts.get("total_pages")) in (page.pages, None)


@needs_samples
def test_a_real_unit_is_read():
    """Tabs are no records, and the days on which consultations end are no dates of publication."""
    facts, page, _ = read_sample("b05-mohurd-jpaas-unit.json")
    assert (page.platform, page.readable, len(page.records)) == ("jpaas", True, facts["n_records"])
    assert page.records[0].url == canonical_url(facts["first_href"], "https://www.example.gov.cn/list/index.html")
    assert {row.date for row in page.records} == {None}


@needs_samples
def test_a_real_column_page_leads_on():
    """The rows after the embedded ones are asked for with what the page tells."""
    request = read_sample("b12-js-col33718-jpage-embedded-excerpt.html")[1].next
    assert request.url == "https://www.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp?startrecord=3&endrecord=59&perpage=19"
    assert {"columnid": "33718", "unitid": "212860", "webname": "江苏省人民政府"}.items() <= dict(request.form).items()


@needs_samples
def test_a_real_commented_listing_is_unreadable():
    """Rows in a comment of a real page make it unreadable, not empty."""
    facts, page, _ = read_sample("a07-gansu-jyt-ucap-list.html")
    assert (page.readable, len(page.records)) == (False, facts["dom_records"])
    assert page.problems[0].startswith(f"its {len(facts['comment_fallback_records'])} rows stand inside an HTML comment")
