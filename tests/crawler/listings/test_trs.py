"""TRS and its kin: the pager's number of pages, what the pages are called, and ways round those that do not come."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.portal import Section
from crawler.html import parse
from crawler.listings.base import ListingRequest
from crawler.listings.trs import Pager, miss_trs, pager_of, read_trs

DATA = Path(__file__).parents[2] / "data" / "listings"
ZONE = ZoneInfo("Asia/Shanghai")
FOLDER = "https://www.nanhu.gov.cn/zwgk/tzgg/"
GONE = "the server says that there is no such page (404)"


def section(**settings):
    """Return a section's settings."""
    return Section(title="Notices", listing=FOLDER, **settings)


def read(text, request=None, **settings):
    """Read a text as a page of a TRS listing."""
    return read_trs(text, request or ListingRequest(FOLDER), section=section(**settings), zone=ZONE)


def page(number, pages=4, call="createPageHTML({pages}, {current}, 'index', 'html');", begin=0, extension="html"):
    """Return page `number` of a list with two rows a page, as TRS prints it."""
    ids = (number * 2 - 1, number * 2)
    rows = "".join(f"<li><a href='./202605/t202605{n:02}_{n}.{extension}'>T{n}</a><b>2026-05-{n:02}</b></li>" for n in ids)
    script = call.format(pages=pages, current=number - 1 + begin)
    return f"<ul>{rows}</ul><div class=page><script>{script}</script></div>"


def sweep(answer, url=FOLDER):
    """Read a listing to its end: `answer` gives the text of each address, None where there is no page; the way of it comes out."""
    request, asked, titles = ListingRequest(url), [], []
    while request:
        asked.append(request.url.removeprefix(FOLDER))
        text = answer(asked[-1])
        came = read(text, request) if text is not None else miss_trs(GONE, request, section=section())
        titles += [row.title for row in came.records]
        request = came.next
    return asked, titles, came


@pytest.mark.parametrize(
    ("script", "pager"),
    [
        ('createPageHTML(9, 0, "index", "html");', Pager(9, 0, "index", "html")),
        ("<!--\ncreatePageHTML(9,0,'index','shtml');\n//-->", Pager(9, 0, "index", "shtml")),
        ("createPageHTML(34, 0, 'index', 'htm', 'black2', 504);", Pager(34, 0, "index", "htm")),
        ("createPageHTML(3, 1, 'index', '.shtml');", Pager(3, 1, "index", "shtml")),
        ("createPageHTML('page_div',10, 1,'list','shtml',200);", Pager(10, 1, "list", "shtml", 200)),
        ('createPageHTML("page_div", 5, 1, "fg", "shtml", 89)', Pager(5, 1, "fg", "shtml", 89)),
        ("var countPage = 12//共多少页\nvar currentPage = 3;//所在页从0开始", Pager(12, 3)),
        ("countPage='7'; document.write('<a href=\"' + 'xlist_' + n + '.shtml' + '\">');", Pager(7, None, "xlist", "shtml")),
        ("var countPage = 8; createPageHTML(countPage, 0, 'index', 'html');", Pager(8, 0, "index", "html")),
        ("createPageHTML(6, 0, name, ext);", Pager(6, 0)),
        ("//createPageHTML(9, 0, 'old', 'html');\ncreatePageHTML(2, 0, 'index', 'html');", Pager(2, 0, "index", "html")),
        ("var u='//a.cn', v='http://a.cn'; createPageHTML(2, 0, 'index', 'html');", Pager(2, 0, "index", "html")),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) {}", None),
        (f"createPageHTML({'9' * 5000}, 0, 'index', 'html'); var countPage = 3", Pager(3)),
        ("createPageHTML(0, 0, 'index', 'html');", None),
        ("createPageHTML(9)", None),
        ("createPageHTML()", None),
        ("", None),
    ],
)
def test_the_pager_is_read_in_all_its_forms(script, pager):
    """TRS's call, Ucap's, and the older number of pages; a definition, a comment and nonsense are none."""
    assert pager_of(parse(f"<script>{script}</script>")) == pager


def test_a_listing_is_read_to_its_last_page():
    """Page k is index_{k-1}, links are relative to the folder, and the last page ends the sweep."""
    names = {"": 1, "index_1.html": 2, "index_2.html": 3, "index_3.html": 4}
    asked, titles, last = sweep(lambda name: page(names[name]))
    assert asked == list(names)
    assert titles == [f"T{n}" for n in range(1, 9)]
    assert (last.problems, last.pages, last.platform) == ((), 4, "trs")


def test_ucap_counts_from_one():
    """Behind the name of an element: pages, current page, name, extension, rows; page 2 is list_2."""
    came = read((DATA / "ucap.html").read_text(encoding="utf-8"), ListingRequest(FOLDER + "list.shtml"))
    assert (len(came.records), came.pages, came.total) == (3, 4, 11)
    assert (came.next.url, came.next.first, came.next.platform) == (FOLDER + "list_2.shtml", 4, "trs")


def test_a_number_of_rows_that_cannot_be_is_not_believed():
    """The last argument may count something else: 4 pages of 3 rows are no 500."""
    text = (DATA / "ucap.html").read_text(encoding="utf-8").replace("'shtml',11", "'shtml',500")
    assert read(text, ListingRequest(FOLDER + "list.shtml")).total is None


@pytest.mark.parametrize("second", [None, page(1), "<html><body>x</body></html>"], ids=["not there", "page 1 again", "a stub"])
def test_the_other_name_of_page_2_is_tried(second):
    """Where page 2 is index_2, page 3 is index_3, and nothing is missing."""
    names = {"": page(1), "index_1.html": second, "index_2.html": page(2), "index_3.html": page(3), "index_4.html": page(4)}
    asked, titles, last = sweep(names.get)
    assert asked == list(names)
    assert titles == [f"T{n}" for n in range(1, 9)]
    assert last.problems == ()


def test_a_page_that_was_skipped_is_noticed():
    """Where index_1 is missing and index_2 says that it is page 3, page 2 was not read, and that is said."""
    names = {"": page(1), "index_2.html": page(3)}
    asked, titles, last = sweep(names.get)
    assert (asked, titles) == (["", "index_1.html", "index_2.html"], ["T1", "T2"])
    assert last.problems == (
        f"page 2 of 4 is not at {FOLDER}index_2.html: it says that it is page 3; nor at {FOLDER}index_1.html: first page only",
    )


def test_paging_that_is_ignored_is_said():
    """Where every name shows page 1, the first page is all that was read."""
    _, titles, last = sweep(lambda _: page(1))
    assert titles == ["T1", "T2"]
    assert (last.readable, last.next) == (False, None)
    assert last.problems[0].endswith(
        "it shows page 1 again; nor at https://www.nanhu.gov.cn/zwgk/tzgg/index_1.html: first page only"
    )


@pytest.mark.parametrize("stub", [None, "<html><head><title>x</title></head><body><p>loading</p></body></html>", page(1)])
def test_a_deep_page_that_is_none_is_a_problem(stub):
    """Stubs of a few hundred bytes, missing pages and page 1 again in place of page 3 are said, never taken for the end."""
    names = {"": page(1), "index_1.html": page(2), "index_2.html": stub}
    _, titles, last = sweep(names.get)
    assert titles == ["T1", "T2", "T3", "T4"]
    assert (last.readable, last.next) == (False, None)
    assert last.problems[0].startswith(f"page 3 of 4 is not at {FOLDER}index_2.html: ")


@pytest.mark.parametrize(
    ("url", "text", "following"),
    [
        (FOLDER, page(1, call="var countPage = {pages};", extension="shtml"), "index_1.shtml"),
        (FOLDER + "default.htm", page(1, call="var countPage = {pages};"), "default_1.htm"),
        (FOLDER + "?x=1", page(1, call="createPageHTML({pages}, 0, name, ext);"), "index_1.html"),
        (FOLDER + "index.html", "<base href='/other/'>" + page(1), "https://www.nanhu.gov.cn/other/index_1.html"),
    ],
)
def test_what_the_pager_leaves_out_is_told_by_addresses(url, text, following):
    """Name and extension are the page's own, else those of its press releases; relative means relative to the page's base."""
    assert read(text, ListingRequest(url)).next.url.removeprefix(FOLDER) == following


def test_nested_links_are_no_records():
    """Explanations listed inside a row belong to it; links above the folder are resolved."""
    nested = "<div><h3>解读</h3><ul><li><a href='../../jd/202605/t20260501_77.html'>Explained</a></li></ul></div>"
    rows = "".join(
        f"<li><a href='../tzgg/202605/t2026050{n}_{n}.html'>T{n}</a>{nested}<span>2026/05/0{n}</span></li>" for n in (1, 2)
    )
    came = read(f"<ul>{rows}</ul><script>createPageHTML(1, 0, 'index', 'html')</script>")
    assert [(row.url, row.title, row.date) for row in came.records] == [
        (f"{FOLDER}202605/t2026050{n}_{n}.html", f"T{n}", f"2026-05-0{n}") for n in (1, 2)
    ]
    assert (came.next, came.problems) == (None, ())


def test_an_empty_page_is_unreadable():
    """A page without rows is not an empty listing."""
    assert not read("<script>createPageHTML(9, 0, 'index', 'html')</script>").readable


def test_without_a_pager_it_is_a_plain_list():
    """What is configured as TRS and has another pager is paged by its links."""
    came = read(page(1, call="") + "<a href='index_1.html'>下一页</a>")
    assert (came.platform, came.next.url, came.next.platform) == ("trs", FOLDER + "index_1.html", "static")


def test_a_pattern_goes_before_the_pager():
    """How the portal's file says that pages are called is how they are asked for."""
    came = read(page(1), pages=FOLDER + "p{page}.html")
    assert came.next.url == FOLDER + "p2.html"


def test_a_course_that_is_none_of_ours_is_said():
    """A cursor that tells no page leads nowhere."""
    request = ListingRequest(FOLDER, platform="trs", cursor={"prints": "x"})
    assert not read(page(2), request).readable
    assert not miss_trs(GONE, request, section=section()).readable
