"""Articles that are spread over several pages."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest

from config.portal import Select
from crawler.article import read_article
from crawler.html import parse
from crawler.parts import MOST_PARTS, parts_of
from storage.records import Outcome

FOLDER = "https://www.hupan.example/yw/202209/"
FIRST = FOLDER + "t20220920_7.shtml"


def parts(page: str, url: str = FIRST) -> list[str]:
    """Return the further pages that a page names, without the folder that it is in; there must be nothing odd."""
    urls, odd = parts_of(parse(page), page, url, url)
    assert odd == ()
    return [each.removeprefix(url.rpartition("/")[0] + "/") for each in urls]


def script(call: str) -> str:
    """Return a page whose pager is printed by a script."""
    return f"<div class=page><script>function createPageHTML(a,b,c,d){{return a;}}\n{call}</script></div>"


def links(*pairs: tuple[str, str]) -> str:
    """Return a pager of links."""
    return "<div class=page>" + " ".join(f"<a href='{href}'>{text}</a>" for href, text in pairs) + "</div>"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('createPageHTML(3, 0, "t20220920_7", "shtml");', ["t20220920_7_1.shtml", "t20220920_7_2.shtml"]),
        ("createPageHTML(2,0,'t20220920_7','shtml')", ["t20220920_7_1.shtml"]),
        ("createPageHTML('page_div', 3, 1, 't20220920_7', 'shtml', 60);", ["t20220920_7_2.shtml", "t20220920_7_3.shtml"]),
        ('createPageHTML(1, 0, "t20220920_7", "shtml"); var countPage = 1//共多少页', []),
        ('createPageHTML(3, 0, "index", "shtml");', []),
        ('// createPageHTML(3, 0, "t20220920_7", "shtml");', []),
        ('document.write("createPageHTML")', []),
    ],
)
def test_a_script_tells_the_further_pages(call, expected):
    """TRS counts from 0, Ucap from 1; a pager of another file, or one that is commented out, is not this article's."""
    assert parts(script(call)) == expected


def test_a_further_page_names_none():
    """The pager of a whole article stands on each of its pages; only the first of them tells of the others."""
    call = script('createPageHTML(3, 1, "t20220920_7", "shtml");')
    assert parts(call, FOLDER + "t20220920_7_1.shtml") == []
    pager = links(("t20220920_7.shtml", "1"), ("t20220920_7_2.shtml", "3"), ("t20220920_7_2.shtml", "下一页"))
    assert parts(pager, FOLDER + "t20220920_7_1.shtml") == []


@pytest.mark.parametrize(
    ("pager", "url", "expected"),
    [
        (
            links(("./t20220920_7_1.shtml", "[2]"), ("./t20220920_7_2.shtml", "[3]")),
            FIRST,
            "t20220920_7_1.shtml t20220920_7_2.shtml",
        ),
        (links(("t20220920_7_1.shtml", "2"), ("t20220920_7_3.shtml", "末页")), FIRST, "_1 _2 _3"),
        (links(("t20220920_7.shtml", "1"), ("t20220920_7_2.shtml", "第2页"), ("t20220920_7_3.shtml", "下一页 >")), FIRST, "_2 _3"),
        (links(("t20220920_7_1.shtml", "1"), ("t20220920_7_2.shtml", "2")), FIRST, "_2"),
        (links(("t20220920_7_1.shtml", "Next Page")), FIRST, "_1"),
        (links(("page2.htm", "2"), ("page3.htm", "3")), "https://x.hupan.example/2024/0101/c1a2/page.htm", "page2.htm page3.htm"),
        (
            links(("1234/2.htm", "下页"), ("1234/3.htm", "尾页")),
            "https://x.hupan.example/info/1009/1234.htm",
            "1234/2.htm 1234/3.htm",
        ),
        (
            links(("?id=5&page=2", "2"), ("?id=5&page=3", "下一页")),
            "https://x.hupan.example/a.jsp?id=5",
            "a.jsp?id=5&page=2 a.jsp?id=5&page=3",
        ),
        (links(("?id=5&page=2", "下一页")), "https://x.hupan.example/a.jsp?id=5&page=1", "a.jsp?id=5&page=2"),
        (links(("?id=5&page=3", "下一页"), ("?id=5", "首页")), "https://x.hupan.example/a.jsp?id=5&page=2", "a.jsp?id=5&page=3"),
    ],
)
def test_links_of_a_pager_tell_the_further_pages(pager, url, expected):
    """Numbers, steps and the last page are followed; numbers that a long pager leaves out are filled in."""
    names = [name if not name.startswith("_") else f"t20220920_7{name}.shtml" for name in expected.split()]
    assert parts(pager, url) == names


@pytest.mark.parametrize(
    ("pager", "url"),
    [
        (links(("t20220920_8.shtml", "下一页"), ("t20220920_70.shtml", "2")), FIRST),
        (links(("t20220920_7_1.shtml", "手机版"), ("t20220920_7_2.shtml", "")), FIRST),
        (links(("t20220920_7_ewm.shtml", "下一页")), FIRST),
        (links(("art_11_701.html", "下一页"), ("art_11_702.html", "2")), "https://x.hupan.example/art/2022/9/20/art_11_700.html"),
        (links(("?id=6&page=2", "2"), ("b.jsp?id=5&page=2", "2")), "https://x.hupan.example/a.jsp?id=5"),
        (links(("index_1.shtml", "下一页")), FOLDER + "index.shtml"),
        (links(("http://[", "2"), ("javascript:t20220920_7_1.shtml", "2")), FIRST),
        (links(("t20220920_7_1.shtml", "2")), "no address"),
    ],
)
def test_other_pages_are_no_parts(pager, url):
    """The next article, another form of the same page, another record and the pages of a listing are none."""
    assert parts(pager, url) == []


def test_where_each_page_knows_only_the_next_each_names_it():
    """A chain of links is followed from page to page, always onward."""
    second = links(("t20220920_7.shtml", "上一页"), ("t20220920_7_2.shtml", "下一页"))
    assert parts(second, FOLDER + "t20220920_7_1.shtml") == ["t20220920_7_2.shtml"]
    last = links(("t20220920_7.shtml", "首页"), ("t20220920_7_1.shtml", "上一页"), ("t20220920_7_1.shtml", "下一页"))
    assert parts(last, FOLDER + "t20220920_7_2.shtml") == []


def test_too_many_pages_are_a_problem():
    """What claims more pages than any press release has is not followed, and it is said."""
    for page in (
        script(f"createPageHTML({MOST_PARTS + 2}, 0, 't20220920_7', 'shtml')"),
        links(("t20220920_7_900.shtml", "末页"), ("t20220920_7_1.shtml", "2")),
    ):
        assert parts_of(parse(page), page, FIRST, FIRST) == (
            (),
            ("it claims more than 100 further pages, as no press release has",),
        )
    page = script(f"createPageHTML({MOST_PARTS + 1}, 0, 't20220920_7', 'shtml')")
    assert len(parts(page)) == MOST_PARTS


def test_a_reading_names_the_parts_and_leaves_the_pager_out_of_the_text():
    """The first page reads as its own page, with the addresses of the others; the numbers of its pager are no text."""
    pager = "<p>上一页 [1] <a href='t20220920_7_1.shtml'>[2]</a> <a href='t20220920_7_2.shtml'>[3]</a> 下一页</p>"
    page = f"<h1>湖畔的秋天来了</h1><p>时间：2022-09-20</p><div class=TRS_Editor><p>第一段。</p>{pager}</div>"
    reading = read_article(page, FIRST, select=Select(), zone=ZoneInfo("Asia/Shanghai"))
    assert reading.outcome is Outcome.OK
    assert reading.content is not None
    assert reading.content.text == "第一段。"
    assert reading.parts == (FOLDER + "t20220920_7_1.shtml", FOLDER + "t20220920_7_2.shtml")


def test_long_scripts_and_many_links_cost_little():
    """Hostile pagers are passed in time."""
    began = time.perf_counter()
    for page in (
        script("createPageHTML(" * 60_000),
        script("createPageHTML(99,0,'x','y');" * 20_000),
        links(*[("t20220920_7_1.shtml", "2")] * 20_000),
    ):
        parts_of(parse(page), page, FIRST, FIRST)
    assert time.perf_counter() - began < 4
