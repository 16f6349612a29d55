"""Listings in plain HTML."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.portal import Section
from crawler.listings.base import ListingRequest, prints_of
from crawler.listings.static import miss_static, read_static
from crawler.listings.trs import read_trs

DATA = Path(__file__).parents[2] / "data" / "listings"
ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.nanhu.gov.cn/tzgg/index.html"
HREF = "/art/2024/1/{0}/art_1_{0}.html"


def section(**settings):
    """Return a section's settings."""
    return Section(title="Notices", listing=URL, **settings)


def read(text, **settings):
    """Read a text as a static listing."""
    return read_static(text, ListingRequest(URL), section=section(**settings), zone=ZONE)


def read_data(name, **settings):
    """Read a file of the test data as a static listing."""
    return read((DATA / name).read_text(encoding="utf-8"), **settings)


def found(page):
    """Return the (last digits of the id, title, date) of each record."""
    return [(row.url.rpartition("_")[2].removesuffix(".html"), row.title, row.date) for row in page.records]


def test_the_list_is_told_from_menus_and_side_bars():
    """Rows in two groups of one list come out in order, with whole titles; nested, hot and menu links do not."""
    page = read_data("plain.html")
    assert found(page) == [
        ("9", "Notice Nine in Full", "2024-03-09"),
        ("8", "Notice Eight", "2024-03-08"),
        ("7", "Notice Seven", "2024-03-07"),
        ("6", "Notice Six", "2024-03-06"),
    ]
    assert page.records[3].url == "https://elsewhere.gov.cn/art/2024/3/6/art_3_6.html"
    assert (page.platform, page.readable, page.total, page.pages, page.problems) == ("static", True, 8, 2, ())
    assert page.next == ListingRequest(
        "https://www.nanhu.gov.cn/tzgg/index_2.html", platform="static", first=5, cursor={"page": "2"}
    )


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        ("<li><a href='{href}'>T{n}</a> {date}</li>", "<ul>", "</ul>"),
        ("<li class='item{n}'><a href='{href}'>T{n}</a> {date}</li>", "<ul>", "</ul>"),
        ("<li><h3><a href='{href}'>T{n}</a></h3><p>{date}</p></li>", "<ul>", "</ul>"),
        ("<li><a onclick=\"isDownLoad(this,'{href}')\">T{n}</a><i>{date}</i></li>", "<ul>", "</ul>"),
        ("<li><a href='javascript:;' onclick=\"jumpToDetail('.{href}')\">T{n}</a><i>{date}</i></li>", "<ul>", "</ul>"),
        ("<li onclick=\"go('{href}')\"><b>T{n}</b><span>{date}</span></li>", "<ul>", "</ul>"),
        ("<li><a href='{href}'>T{n}</a></li><li>{date}</li>", "<ul>", "</ul>"),
        ("<tr><td>·</td><td><a href='{href}'>T{n}</a></td><td>{date}</td></tr>", "<table>", "</table>"),
        ("<table class='t{n}'><tr><td><a href='{href}'>T{n}</a></td><td>{date}</td></tr></table>", "<div>", "</div>"),
        ("<dt><a href='{href}'>T{n}</a></dt><dd>{date}</dd>", "<dl>", "</dl>"),
        ("<p><a href='{href}'>T{n}</a> ({date})</p>", "", ""),
        ("<a href='{href}'>T{n}</a> {date}<br>", "<div>", "</div>"),
        ("<div class='row{n}'><div><a href='{href}'>T{n}</a></div><div><i>{date}</i></div></div>", "<div>", "</div>"),
        ("<div><a href='{href}'><img src=x></a><div><a href='{href}'>T{n}</a></div><b>{date}</b></div>", "<div>", "</div>"),
    ],
)
def test_rows_of_any_build_are_read(template, before, after):
    """List items, table rows, paragraphs, flat links: each gives its own title and date."""
    rows = "".join(template.format(href=HREF.format(n), n=n, date=f"2024-01-{n:02}") for n in range(1, 10))
    assert found(read(f"<body>{before}{rows}{after}<div>2020-12-31</div></body>")) == [
        (str(n), f"T{n}", f"2024-01-{n:02}") for n in range(1, 10)
    ]


def test_two_rows_may_share_a_table_row():
    """In a table of two columns each link takes the date after it."""
    cells = [f"<td><a href='{HREF.format(n)}'>T{n}</a></td><td>2024-01-{n:02}</td>" for n in range(1, 5)]
    page = read(f"<table><tr>{cells[0]}{cells[1]}</tr><tr>{cells[2]}{cells[3]}</tr></table>")
    assert [(title, date) for _, title, date in found(page)] == [(f"T{n}", f"2024-01-{n:02}") for n in range(1, 5)]


def test_a_list_of_one_takes_no_date_from_afar():
    """A single row without a date gets none from the rest of the page."""
    page = read(f"<p>Today is 2024-05-05</p><div><ul><li><a href='{HREF.format(1)}'>T</a></li></ul></div><p>2024-06-06</p>")
    assert found(page) == [("1", "T", None)]


def test_a_date_is_not_looked_for_too_far_out():
    """Elements nested deeper than any real row keep their link from the dates around them."""
    page = read(f"<div>2024-05-05{'<div>' * 9}<a href='{HREF.format(1)}'>T</a>{'</div>' * 9}</div>")
    assert found(page) == [("1", "T", None)]


def test_links_of_unknown_form_need_company_and_dates():
    """Where no URL has a known form, three dated rows together are a listing; two, or undated ones, are not."""
    rows = [f"<li><a href='/news/{n}.html'>T{n}</a><i>2024-01-0{n}</i></li>" for n in range(1, 4)]
    others = "<li><a href='/'>Home</a></li><li><a href='index.html'>Self</a></li><li><a href='/about.html'>About</a></li>"
    assert [row.title for row in read(f"<ul>{others}{''.join(rows)}</ul>").records] == ["T1", "T2", "T3"]
    assert not read(f"<ul>{''.join(rows[:2])}</ul>").readable


def test_configured_patterns_decide():
    """Only what matches is a row, even undated and alone."""
    page = read("<li><a href='/x/1.html'>T</a></li><li><a href='/art/2024/1/1/art_1_1.html'>U</a></li>", article_urls=("/x/*",))
    assert [row.title for row in page.records] == ["T"]
    assert not read("<li><a href='/art/2024/1/1/art_1_1.html'>U</a></li>", article_urls=("/x/*",)).readable


@pytest.mark.parametrize(
    ("name", "url", "following", "size"),
    [
        ("webplus.html", "https://www.nanhu.example/tzgg/list.htm", "https://www.nanhu.example/tzgg/list2.htm", (7, 3)),
        ("vsb.html", "https://www.nanhu.example/xw/tzgg.htm", "https://www.nanhu.example/xw/tzgg/2.htm", (7, None)),
    ],
)
def test_the_systems_of_universities_are_plain_lists(name, url, following, size):
    """Webplus names page 2 list2; VSB counts pages from the end: both link it."""
    text = (DATA / name).read_text(encoding="utf-8")
    page = read_static(text, ListingRequest(url), section=section(), zone=ZONE)
    assert ([row.date[:8] for row in page.records], page.problems) == (["2024-05-"] * 3, ())
    assert (page.next.url, (page.total, page.pages)) == (following, size)


def test_rows_in_a_comment_are_unreadable():
    """A list in a comment is not empty, and the links around it are not the list."""
    page = read_data("commented.html")
    assert (page.readable, page.records) == (False, ())
    assert page.problems == ("its 2 rows stand inside an HTML comment, which only a script of the page reads",)


def test_a_template_is_unreadable():
    """A page whose rows a script draws is unreadable, even where a banner links an article."""
    page = read_data("templated.html")
    assert (page.readable, page.problems) == (False, ("its rows are a Handlebars template that a script fills",))


def test_rows_beside_a_list_that_a_script_fetches_are_not_taken_for_all():
    """A box of dated news may stand beside the list: it is read, and the sweep is not complete."""
    rows = "".join(f"<li><a href='{HREF.format(n)}'>T</a><span>2024-01-0{n}</span></li>" for n in (1, 2, 3))
    page = read(f"<ul>{rows}</ul><script>loadPageData({{channelCode:['1']}})</script>")
    assert (len(page.records), len(page.problems)) == (3, 1)
    assert page.problems[0].startswith("a script of the page fetches rows (loadPageData)")


def test_a_template_beside_configured_rows_does_no_harm():
    """Rows that the settings name are believed."""
    assert read_data("templated.html", article_urls=("/art/*",)).readable


def test_undated_rows_are_rows():
    """Without any template, links without dates are a listing of undated rows."""
    assert found(read(f"<ul><li><a href='{HREF.format(1)}'>T</a></li></ul>")) == [("1", "T", None)]


def test_a_base_element_counts():
    """Links are relative to what the page says that they are relative to."""
    page = read("<base href='/other/'><li><a href='art_1_2.html'>T</a>2024-01-01</li>")
    assert page.records[0].url == "https://www.nanhu.gov.cn/other/art_1_2.html"


@pytest.mark.parametrize("read_it", [read_static, read_trs])
@pytest.mark.parametrize(
    ("template", "unread"),
    [
        ("<li><a href='javascript:void(0)' onclick='go(1)'>T</a><span>2024-01-01</span></li>", 1),
        ("<li onclick='go(1)'>T <span>2024-01-01</span></li>", 1),
        ("<li><a href='#'>T</a><span>2024-01-01</span></li>" * 2, 2),
        ("<li><a href='javascript:void(0)'>More</a></li>", 0),
        (f"<li><a name=top></a><a href='{HREF.format(9)}'>T</a><a onclick='share()'>Share</a><span>2024-01-01</span></li>", 0),
        ("</ul><ul class=menu><li><a href='javascript:void(0)'>T</a><span>2024-01-01</span></li>", 0),
        ("</ul><a onclick='go(1)'>2024-01-01</a>", 0),
    ],
)
def test_rows_of_the_list_that_cannot_be_followed_are_said(template, unread, read_it):
    """A dated row of the list that calls a script is a press release that cannot be read; a pager or a share button is none."""
    rows = "".join(f"<li><a href='{HREF.format(n)}'>T</a><span>2024-01-0{n}</span></li>" for n in (1, 2, 3))
    text = f"<ul class=list>{rows}{template}</ul><script>createPageHTML(1, 0, 'index', 'html')</script>"
    page = read_it(text, ListingRequest(URL), section=section(), zone=ZONE)
    assert page.printed == len(page.records) + unread
    said = f"{unread} of {page.printed} rows cannot be read: they hold no address that can be followed"
    assert page.problems == ((said,) if unread else ())


PAGES = "https://www.nanhu.gov.cn/tzgg/index_{page0}.html"


def numbered(number, ids, title="Notices", extra=""):
    """Return page `number` of a list with these articles, as it is read under a pattern, and its request."""
    rows = "".join(f"<li><a href='{HREF.format(n)}'>T{n}</a><i>2024-01-02</i></li>" for n in ids)
    return f"<title>{title}</title><ul>{rows}</ul>{extra}", number


def sweep_by_pattern(*pages, pages_key=PAGES):
    """Read pages one after the other under a pattern, as far as they lead on; a page that is None is not there."""
    request, read_pages = ListingRequest(URL), []
    for page in pages:
        settings = section(pages=pages_key)
        if page is None:
            read_pages.append(miss_static("no such page (404)", request, section=settings))
        else:
            read_pages.append(read_static(page[0], request, section=settings, zone=ZONE))
        request = read_pages[-1].next
        if request is None:
            break
    return read_pages


ONE, TWO = numbered(1, range(1, 4)), numbered(2, range(4, 7))


@pytest.mark.parametrize(
    "last",
    [None, numbered(3, ()), ONE, TWO, numbered(3, (5, 6))],
    ids=["not there", "lists nothing", "page 1 again", "the page before again", "a part of the page before"],
)
def test_a_pattern_is_followed_to_its_end(last):
    """Pages are asked for by number until one brings nothing new; the sweep is then whole, and why it ended is remarked."""
    first, second, third = sweep_by_pattern(ONE, TWO, last)
    assert first.next.url == "https://www.nanhu.gov.cn/tzgg/index_1.html"
    assert (second.next.url, second.next.first) == ("https://www.nanhu.gov.cn/tzgg/index_2.html", 7)
    assert [len(page.records) for page in (first, second)] == [3, 3]
    assert (third.records, third.next, third.problems, third.is_step) == ((), None, (), True)
    assert third.remarks[0].startswith("the listing ends before page 3: ")


def test_the_stated_number_of_pages_ends_a_pattern():
    """A page that says that it is the last one is."""
    first, second = sweep_by_pattern(
        numbered(1, (1,), extra="<p>共2页</p>"), numbered(2, (2,), extra="<p>共2页</p>"), pages_key=PAGES.replace("page0", "page")
    )
    assert first.next.url == "https://www.nanhu.gov.cn/tzgg/index_2.html"
    assert (second.next, second.problems) == (None, ())


@pytest.mark.parametrize("last", [None, ONE, numbered(3, ())], ids=["not there", "page 1 again", "lists nothing"])
def test_a_pattern_that_ends_before_the_stated_page_is_a_problem(last):
    """Where the portal counts more pages, one that brings nothing is no end."""
    pages = sweep_by_pattern(numbered(1, (1, 2, 3), extra="<p>共9页</p>"), TWO, last)
    assert pages[2].next is None
    assert pages[2].problems[0].startswith("page 3 of 9 is not at https://www.nanhu.gov.cn/tzgg/index_2.html: ")


@pytest.mark.parametrize("second", [None, ONE], ids=["not there", "page 1 again"])
def test_a_second_page_that_is_none_speaks_against_the_pattern(second):
    """A wrong address must not make the first page pass for the whole list."""
    _, last = sweep_by_pattern(ONE, second)
    assert (last.next, last.is_step) == (None, False)
    assert "as `pages` in the portal's file says" in last.problems[0]


@pytest.mark.parametrize("page", [numbered(2, ()), numbered(3, (), title="Maintenance")])
def test_another_page_is_no_end(page):
    """A page without rows ends a list only where it is like page 1; a notice, or a second page without any, is unreadable."""
    last = sweep_by_pattern(*((ONE, page) if page[1] == 2 else (ONE, TWO, page)))[-1]
    assert not last.readable
    assert last.problems[0].startswith(f"page {page[1]}: ")


def test_a_missing_page_without_a_pattern_is_unreadable():
    """What a link of the page's own led to should be there."""
    request = ListingRequest(URL, platform="static", cursor={"page": "2"})
    assert not miss_static("no such page (404)", request, section=section()).readable


def test_fingerprints_are_short():
    """What a cursor carries of a page stays small, however many rows there are."""
    page = read(numbered(1, range(1, 700))[0])
    assert len(prints_of(page.records)) < 6000
