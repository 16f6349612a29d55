"""JPaaS: which unit of a shell is the list, its rows, and the ways to its further pages."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from config.portal import Section
from crawler.listings.base import ListingRequest
from crawler.listings.jpaas import is_answer, miss_jpaas, read_jpaas

DATA = Path(__file__).parents[2] / "data" / "listings"
ZONE = ZoneInfo("Asia/Shanghai")
COLUMN = "https://www.nanhu.gov.cn/col/col1229/index.html"
UNIT = "https://www.nanhu.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit"
SHELL = (DATA / "jpaas.html").read_text(encoding="utf-8")
REFUSED = '{"success":false,"data":{}}'
WAYS = ("paramJson", "pageNo", "pageNo and rows", "page and limit")


def read(text, request=None, **settings):
    """Read a text as an answer of the column."""
    section = Section(title="News", listing=COLUMN, **settings)
    return read_jpaas(text, request or ListingRequest(COLUMN), section=section, zone=ZONE)


def rows(first, last):
    """Return the HTML of a list of these rows."""
    items = "".join(
        f'<li><a href="/col/col1229/art/2026/art_{n:032x}.html">T{n}</a><span>2026-05-{n % 28 + 1:02}</span></li>'
        for n in range(first, last + 1)
    )
    return f"<ul>{items}</ul>"


def answer(html):
    """Return a unit's answer with a piece of HTML."""
    return json.dumps({"code": "200", "success": True, "data": {"html": html}})


def shell(*tags, html=""):
    """Return a column page with units of these names."""
    script = (
        "<script src='/x/unitbuild.js?v=1' url='/api-gateway/jpaas-publish-server/front/page/build/unit' "
        "queryData=\"{{'webId':'1','tagId':'{}','pageId':'9'}}\"></script>"
    )
    return f"<title>News</title>{html}{''.join(map(script.format, tags))}"


def asked(page):
    """Return the parameters of what is asked for next."""
    return {name: value for name, (value,) in parse_qs(urlsplit(page.next.url).query, strict_parsing=True).items()}


def play(text, answers, **settings):
    """Read a listing to its end: `answers` gives the text for each set of parameters; the tags asked and the pages come out."""
    pages, tags = [read(text, **settings)], []
    while pages[-1].next:
        request = pages[-1].next
        tags.append(asked(pages[-1]).get("tagId"))
        pages.append(read(text if request.url == COLUMN else answers(asked(pages[-1])), request, **settings))
    return tags, pages


def test_the_likeliest_unit_is_asked_first():
    """What the tag says is sent as it stands, misspelt or not, in UTF-8, and the shell counts as no page of the list."""
    page = read(SHELL)
    assert page.next.url.startswith(f"{UNIT}?parseType=bulidstatic&webId=31&tplSetId=qA1&pageType=column&tagId=%E4%BF%A1%E6%81%AF")
    assert asked(page) == {
        "parseType": "bulidstatic",
        "webId": "31",
        "tplSetId": "qA1",
        "pageType": "column",
        "tagId": "信息列表",
        "editType": "null",
        "pageId": "1229",
    }
    assert (page.readable, page.is_step, page.records, page.platform, page.next.method) == (True, True, (), "jpaas", "GET")


@pytest.mark.parametrize("tag", ["左栏", "信息列表", "网站头部"])
def test_the_configured_unit_is_asked_and_no_other(tag):
    """Its queryData may be escaped as entities."""
    page = read(SHELL, unit=tag)
    assert (asked(page)["tagId"], asked(page)["pageId"], "left" in page.next.cursor) == (tag, "1229", False)


def test_the_unit_read_before_is_asked_and_no_other():
    """The remembered unit goes before likely names; one that is gone is said, with those that there are."""
    assert asked(read(SHELL, ListingRequest(COLUMN, unit="左栏")))["tagId"] == "左栏"
    gone = read(SHELL, ListingRequest(COLUMN, unit="5489"))
    assert not gone.readable
    said = "the page holds no unit '5489', but '信息列表', '左栏', '网站头部', '页脚'; `unit` in the portal's file says which"
    assert gone.problems == (f"{said} is the listing",)


def test_the_rows_of_a_unit_are_read():
    """Old and new addresses stand in one list; whole titles, dates, total and the way on come out."""
    unit = (DATA / "unit.json").read_text(encoding="utf-8")
    page = read(unit, read(shell("信息列表")).next)
    assert [(row.url, row.title, row.date) for row in page.records] == [
        (
            "https://www.nanhu.gov.cn/col/col1229/art/2026/art_0c1d2e3f405162738495a6b7c8d9eafb.html",
            "南湖区召开防汛工作会议",
            "2026-05-06",
        ),
        ("https://www.nanhu.gov.cn/art/2023/4/5/art_1229_5650096.html", "老旧小区改造全面启动", "2023-04-05"),
        ("http://elsewhere.example/art/2023/4/4/art_9_77.html", "转载：春耕正当时", "2023-04-04"),
    ]
    assert (page.total, page.unit, page.printed, page.next.first, page.is_step) == (8, "信息列表", 3, 4, False)
    assert json.loads(asked(page)["paramJson"]) == {"pageNo": 2, "pageSize": 3, "search": ""}


@pytest.mark.parametrize(
    "pager",
    [
        '<script>oLayPageRender("p", {rows:"4",count:"10",pageNo:"1"})</script>',
        "<div class=pages count=10 rows=4 pageNo=1></div>",
        "<div class=pages count='10'></div>",
        "<p>共10条</p>",
    ],
)
@pytest.mark.parametrize("way", range(4))
def test_each_way_of_paging_is_found(pager, way):
    """Each in turn is tried on page 2 until one brings other rows; it is kept to the end, and the whole list is read."""

    def server(query):
        names = (("paramJson",), ("pageNo", "pageSize"), ("pageNo", "rows"), ("page", "limit"))[way]
        if not set(names) <= set(query):
            return answer(rows(1, 4) + pager)
        number = json.loads(query["paramJson"])["pageNo"] if way == 0 else int(query[names[0]])
        return answer(rows(number * 4 - 3, min(number * 4, 10)) + pager)

    _, pages = play(shell("信息列表"), server)
    assert [row.title for page in pages for row in page.records] == [f"T{n}" for n in range(1, 11)]
    assert {problem for page in pages for problem in page.problems} == set()
    assert sum(page.is_step for page in pages) == 1 + way
    assert [page.total for page in pages if page.records] == [10, 10, 10]


def test_paging_that_is_ignored_is_said():
    """Where every way brings page 1, the first page is all that is read, and the sweep ends with a problem."""
    pager = "<script>oLayPageRender('p',{rows:'4',count:'585'})</script>"
    _, pages = play(shell("内容1"), lambda _: answer(rows(1, 4) + pager))
    assert len(pages) == 2 + len(WAYS)
    assert (pages[-1].readable, pages[-1].next) == (True, None)
    assert pages[-1].problems == (
        f"paging is ignored: page 2 shows page 1 again, however it is asked for ({', '.join(WAYS)}): first page only",
    )


def test_a_list_without_a_pager_is_whole():
    """Page 2 is asked for all the same; where it is page 1 whatever is asked, a list that prints no pager is all there is."""
    _, pages = play(shell("内容1"), lambda _: answer(rows(1, 4)))
    assert [len(page.records) for page in pages] == [0, 4, 0, 0, 0, 0]
    assert (pages[-1].next, pages[-1].problems, pages[-1].is_step) == (None, (), True)
    assert pages[-1].remarks == ("no pager is printed, and page 2 shows page 1 again: the list is taken for whole",)


def test_a_refusal_is_no_end():
    """Where one way of asking for page 2 was refused, a list without a pager is not taken for whole."""
    _, pages = play(shell("内容1"), lambda query: REFUSED if "limit" in query or "rows" in query else answer(rows(1, 4)))
    assert pages[-1].problems[0].endswith("first page only")


@pytest.mark.parametrize("pager", ["<div class='pagination'></div>", "<a>下一页</a>", "<script>laypage({cont:'p'})</script>"])
def test_a_list_with_a_pager_is_not_taken_for_whole(pager):
    """Where a pager is printed and paging is ignored, there is more to see than was read."""
    _, pages = play(shell("内容1"), lambda _: answer(rows(1, 4) + pager))
    assert pages[-1].problems[0].endswith("first page only")


@pytest.mark.parametrize("empty", ["", "<ul></ul>", "<p>暂无信息</p>"])
def test_a_list_that_states_no_size_ends_with_an_empty_page(empty):
    """Without a count, pages are asked for until one is empty."""

    def server(query):
        number = json.loads(query.get("paramJson", '{"pageNo":1}'))["pageNo"]
        return answer(rows(number * 4 - 3, number * 4) if number < 3 else empty)

    _, pages = play(shell("信息列表"), server)
    assert [len(page.records) for page in pages] == [0, 4, 4, 0]
    assert (pages[-1].problems, pages[-1].is_step) == ((), True)


def test_an_empty_page_before_the_end_is_a_problem():
    """Deep pages that list nothing are said where more rows are counted."""

    def server(query):
        number = json.loads(query.get("paramJson", '{"pageNo":1}'))["pageNo"]
        return answer((rows(number * 4 - 3, number * 4) if number < 3 else "") + "<i count=99 rows=4></i>")

    _, pages = play(shell("信息列表"), server)
    assert (pages[-1].readable, pages[-1].next) == (False, None)
    assert pages[-1].problems == ("page 3 lists nothing, and 99 rows are counted; what follows is not read",)


def test_all_rows_on_one_page_are_all():
    """Where the count says so, nothing more is asked for."""
    page = read(answer(rows(1, 4) + "<i count=4></i>"), read(shell("信息列表")).next)
    assert (page.next, page.problems, page.total) == (None, (), 4)


def test_a_list_said_to_be_empty_is_believed():
    """No rows and a count of nought is an empty list; no rows without a count is none that can be read."""
    request = read(shell("信息列表")).next
    assert (read(answer("<i count=0></i>"), request).readable, read(answer("<p></p>"), request).readable) == (True, False)


def test_the_unit_with_most_press_releases_is_taken():
    """Units with likely names are compared among each other; what stands around on every page is not asked."""
    counts = {"内容1": 2, "右侧内容": 6, "左栏": 9, "页脚": 9}
    tags, pages = play(shell(*counts), lambda query: answer(rows(1, counts[query["tagId"]]) + "<i count=6></i>"))
    assert tags == ["内容1", "右侧内容"]
    assert (pages[-1].unit, len(pages[-1].records)) == ("右侧内容", 6)


def test_the_best_unit_is_asked_again_where_another_came_last():
    """Every answer but that of the unit that is taken is only a step."""
    counts = {"内容1": 6, "内容2": 2}
    tags, pages = play(shell(*counts), lambda query: answer(rows(1, counts[query["tagId"]]) + "<i count=6></i>"))
    assert tags == ["内容1", "内容2", "内容1"]
    assert [page.is_step for page in pages] == [True, True, True, False]
    assert pages[-1].unit == "内容1"


def test_unlikely_names_are_asked_where_likely_ones_hold_nothing():
    """A designer may call a list anything."""
    counts = {"内容1": 0, "左栏": 3, "页脚": 5}
    tags, pages = play(shell(*counts), lambda query: answer(rows(1, counts[query["tagId"]]) + "<i count=3></i>"))
    assert (tags, pages[-1].unit) == (["内容1", "左栏"], "左栏")


def test_a_page_of_empty_units_is_unreadable():
    """Units without a press release are no empty list."""
    _, pages = play(shell("内容1", "左栏"), lambda _: answer("<p>x</p>"))
    assert not pages[-1].readable
    assert "none of its units holds a link to a press release" in pages[-1].problems[0]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (REFUSED, "the platform sends no HTML for it (success False)"),
        ('{"code":"500","success":false,"message":"busy","data":null}', "(success False; code 500; message busy)"),
        ('{"success":true,"data":{}}', "(success True)"),
        ('{"data":{}}', "the answer holds no HTML"),
        ("<html><body>Log in</body></html>", "no JSON came, but a page of another kind"),
        ("[1]", "no JSON came"),
        ("{" * 100_000, "no JSON came"),
    ],
)
@pytest.mark.parametrize("tags", [("信息列表",), ("信息列表", "内容1")], ids=["alone", "of two"])
def test_a_refusal_is_unreadable(tags, text, part):
    """A unit that may be the list and does not come leaves the listing unread, whatever other units hold."""
    page = read(text, read(shell(*tags)).next)
    assert (page.readable, page.records, page.next) == (False, (), None)
    assert page.problems[0].startswith("unit '信息列表': ")
    assert part in page.problems[0]


def test_a_refused_unit_that_stands_around_is_passed_over():
    """Where only such units are there, one that is refused does not hide another."""
    tags, pages = play(
        shell("导航", "页脚"), lambda query: REFUSED if query["tagId"] == "导航" else answer(rows(1, 3) + "<i count=3></i>")
    )
    assert (tags, pages[-1].unit, len(pages[-1].records)) == (["导航", "页脚"], "页脚", 3)


def test_a_refused_page_2_is_asked_for_otherwise():
    """A way of paging that is refused or not there is no way, and the next one is tried."""
    first = read(answer(rows(1, 4) + "<i count=9></i>"), read(shell("信息列表")).next)
    section = Section(title="News", listing=COLUMN)
    for page in (read(REFUSED, first.next), miss_jpaas("no such page (404)", first.next, section=section)):
        assert page.is_step
        assert asked(page)["pageNo"] == "2"
    assert not miss_jpaas("gone", ListingRequest(COLUMN, cursor={"html": "yes"}), section=section).readable


def test_a_list_in_the_shell_is_read_from_there():
    """Where all units stand around on every page, dated rows in the page's own HTML are the list, with the pager that it has."""
    text = shell("网站头部", "页脚", html=rows(1, 4))
    page = read(text)
    assert (page.platform, page.unit, len(page.records), page.is_step, page.next) == ("jpaas", "html", 4, False, None)
    following = read(text + "<script>createPageHTML(3, 0, 'index', 'html')</script>").next
    assert (following.url, following.platform) == ("https://www.nanhu.gov.cn/col/col1229/index_1.html", "trs")
    assert read(text + "<a href='index_2.html'>下一页</a>").next.platform == "static"


@pytest.mark.parametrize("name", ["信息列表", "左栏"])
@pytest.mark.parametrize(("printed", "is_taken"), [(8, True), (3, False)])
def test_a_list_in_the_shell_competes_with_units(printed, is_taken, name):
    """The one with more press releases is taken, and asked again where it came first."""
    unit = "html" if is_taken else name
    _, pages = play(shell(name, html=rows(1, printed)), lambda _: answer(rows(20, 24) + "<i count=5></i>"))
    assert (pages[-1].unit, pages[-1].next) == (unit, None)


def test_the_list_in_the_shell_is_read_again():
    """What was read from the page's own HTML, or is configured as that, is read from there."""
    text = shell("信息列表", html=rows(1, 4))
    for page in (read(text, ListingRequest(COLUMN, unit="html")), read(text, unit="html")):
        assert (page.unit, len(page.records)) == ("html", 4)


def test_a_saved_answer_reads_by_itself():
    """A unit's answer that somebody saved is read as a first page; that nothing leads on from it is said."""
    unit = (DATA / "unit.json").read_text(encoding="utf-8")
    page = read(unit)
    assert (len(page.records), page.next, page.problems) == (3, None, ("3 of 8 rows, and nothing leads on",))
    assert read(unit, ListingRequest(f"{UNIT}?tagId=x")).next.url.startswith(f"{UNIT}?tagId=x&paramJson=")


def test_a_tag_may_say_less():
    """An endpoint that is not named is the usual one, and what only attributes say is sent too."""
    tag = "<script src='unitbuild.js' webId='7' tagId='list' querydata=\"{pageId:9,editType:null}\"></script>"
    page = read(tag)
    assert page.next.url.startswith(UNIT)
    assert asked(page) == {"pageId": "9", "editType": "null", "webId": "7", "tagId": "list"}


@pytest.mark.parametrize(
    "tag",
    [
        "<script src='unitbuild.js'></script>",
        "<script src='unitbuild.js' url='http://[x' querydata=\"{'tagId':'list'}\"></script>",
        "<script src='other.js' querydata=\"{'tagId':'list'}\"></script>",
    ],
)
def test_a_tag_that_asks_nothing_is_no_unit(tag):
    """Without anything to send, or anywhere to send it, the page is a plain one without rows."""
    page = read(tag)
    assert (page.readable, page.platform) == (False, "jpaas")


def test_queries_are_told_from_other_json():
    """Only an answer with success and data is JPaaS's."""
    assert [is_answer(text) for text in (REFUSED, answer(""), '{"success":true,"data":[]}', "{", "[]")] == [
        True,
        True,
        False,
        False,
        False,
    ]
