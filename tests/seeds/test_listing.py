"""The jpage listing: the oddities of its rows, the embedded group, and the endpoint's two dialects."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest

from seeds.listing import EMPTY, GROUP, HOST_MARK, LINK_TEXT, PROXY, UNIT, answer_proxy, embedded, first_row, row
from seeds.records import PHOTOS, SECOND, TODAY
from seeds.state import Portal
from tests.seeds.plain_reader import part, records, row_link, store

PORTAL = Portal()
ROWS = PORTAL.rows(TODAY)
HTML = [row(release, column) for release, column in ROWS]
PAGE = f"http://{HOST_MARK}/col/col{TODAY}/index.html"
WORDS = {"columnid": str(TODAY), "unitid": UNIT}


def test_every_row_leads_to_its_article_with_title_and_date():
    """Whatever a row's form, its link resolves to the article, its title is whole and its date is there."""
    for (release, column), html in zip(ROWS, HTML, strict=True):
        link = row_link(html)
        assert urlsplit(urljoin(PAGE, link["href"])).path == release.path_in(column)
        assert urlsplit(urljoin(PAGE, link["href"])).hostname == HOST_MARK
        assert link["title"] == release.title
        assert release.published[:10] in re.sub(r"\s", "", html)


@pytest.mark.parametrize(
    "form",
    [
        r"<a href='",
        r"<a href=/art",
        r'<a target="_blank" href="/art',
        r'<a title="[^"]*" class="bt-left" href=',
        r'href="?\.\./\.\./art/',
        rf"//{HOST_MARK}/art/",
        rf"http://{HOST_MARK}/art/",
        r"<span>20\d\d-\s+\d\d-\s+\d\d</span>",
        r"\[20\d\d-\d\d-\d\d\]",
        r"<i>20\d\d-\d\d-\d\d</i></a>",
        r"\.\.\.</a>",
        rf"art_{PHOTOS}_",
        rf"art_{SECOND}_",
    ],
)
def test_every_oddity_is_on_the_first_two_pages(form):
    """All quotes, orders of attributes, forms of links and dates, cut texts and foreign columns come up early."""
    assert any(re.search(form, html) for html in HTML[: 2 * GROUP])


def test_the_order_is_newest_first_with_an_old_one_pinned():
    """The first row is an old article; after it dates only fall."""
    dates = [release.published for release, _ in ROWS]
    assert dates[0] < "2024"
    assert dates[1:] == sorted(dates[1:], reverse=True)


def test_every_article_is_listed_and_two_are_listed_twice():
    """A second row of an article has the same id and another column."""
    assert {release.id for release, _ in ROWS} == {release.id for release in PORTAL.releases}
    assert len(ROWS) == len(PORTAL.releases) + 2
    assert {release.id for release, column in ROWS if column == SECOND} == {release.id for release, _ in PORTAL.rows(SECOND)}


def test_long_titles_are_cut_in_the_text_of_a_link():
    """The text of a link is never longer than the portal allows, plus its three dots."""
    for (release, column), html in zip(ROWS, HTML, strict=True):
        text = re.search(r">([^<>]*?)\s*<(?:/a|i)>", html)[1]
        assert len(text.replace("&amp;", "&")) <= LINK_TEXT + 3, (release, column)


def test_the_page_embeds_the_first_group_and_names_the_next():
    """45 rows stand in the page as XML, with the total, rows a page, groups and endpoint in the script's settings."""
    html = embedded(TODAY, HTML)
    assert records(store(html)) == HTML[:GROUP]
    for setting in (f"totalRecord:{len(HTML)}", "perPage:15", "groupSize:3", f"proxyUrl:'{PROXY}'", f"$('#{UNIT}').jpage("):
        assert setting in html
    assert f"{PROXY}?page=1&appid=1&" in re.search(r"<nextgroup>.*?</nextgroup>", html)[0]
    assert "<nextgroup>" not in embedded(TODAY, HTML[:GROUP])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"startrecord": "46", "endrecord": "90", "perpage": "15"}, slice(45, 90)),
        ({"startrecord": "1", "endrecord": "1"}, slice(0, 1)),
        ({"startrecord": "2", "endrecord": "151"}, slice(1, 151)),
        ({"startrecord": "250", "endrecord": "9999"}, slice(249, None)),
        ({"startrecord": "0", "endrecord": "3"}, slice(0, 3)),
        ({"page": "0"}, slice(0, 45)),
        ({"page": "2"}, slice(90, 135)),
        ({"page": "x"}, slice(0, 45)),
        ({}, slice(0, 45)),
    ],
)
def test_spans_count_from_one_and_include_their_ends(words, expected):
    """Both dialects return exactly the rows that were asked for, cut at the total."""
    answer = answer_proxy(WORDS | words, TODAY, HTML)
    assert records(answer) == HTML[expected]
    assert f"<totalrecord>{len(HTML)}</totalrecord><totalpage>18</totalpage>" in answer


def test_next_groups_lead_to_the_end():
    """Following the links to the next group from the page on reads every row once; the last answer names no further one."""
    found = re.search(r"page=(\d+)", embedded(TODAY, HTML))
    rows = list(HTML[:GROUP])
    while found:
        answer = answer_proxy(WORDS | {"page": found[1]}, TODAY, HTML)
        rows += records(answer)
        found = re.search(r"page=(\d+)", answer)
    assert rows == HTML


def test_a_page_may_have_fewer_rows():
    """Settings, groups and totals follow the number of rows a page has, in both dialects."""
    html = embedded(TODAY, HTML, 2)
    assert records(store(html)) == HTML[:6]
    assert "perPage:2,groupSize:3" in html
    by_group = answer_proxy(WORDS | {"page": "1"}, TODAY, HTML, 2)
    by_span = answer_proxy(WORDS | {"startrecord": "7", "endrecord": "12", "perpage": "2"}, TODAY, HTML, 2)
    assert records(by_group) == records(by_span) == HTML[6:12]
    assert "<totalpage>131</totalpage>" in by_group
    assert [first_row(words, 2) for words in ({"page": "3"}, {"startrecord": "8"}, {"startrecord": "0"}, {})] == [19, 8, 1, 1]


@pytest.mark.parametrize("words", [{"unitid": "1"}, {"startrecord": "900", "endrecord": "945"}, {"page": "77"}])
def test_what_does_not_exist_is_an_empty_store(words):
    """A wrong unit and rows beyond the end give the short answer that real portals give."""
    assert answer_proxy(WORDS | words, TODAY, HTML) == EMPTY
    assert len(EMPTY) == 54
    assert answer_proxy(WORDS, TODAY, []) == EMPTY


def test_rows_are_stable():
    """A row's form depends on the article alone."""
    assert [row(release, column) for release, column in Portal().rows(TODAY)] == HTML
    assert part(HTML[0], "").links
