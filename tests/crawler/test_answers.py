"""From an answer to a reading: what is judged before, instead of and after the reading."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.portal import Select
from crawler.answers import Reader
from crawler.article import read_article
from crawler.doubts import doubt
from crawler.html import parse
from crawler.notices import is_filler, is_gone, is_gone_title, is_only_notice
from crawler.verdicts import TRACE, may_be_trace
from crawler.ways import is_home, names_gone, refresh_target
from storage.records import Fetch, Outcome, Purpose, Result

READER = Reader(Select(), ZoneInfo("Asia/Shanghai"))
ASKED = "https://www.portal.example/art/2022/9/20/art_1228_5190.html"
HOME = "https://www.portal.example/"


def read(body, *, url=ASKED, status=200, headers=(("Content-Type", "text/html; charset=utf-8"),)):
    """Return the reading of a body that came for the article's address from `url`."""
    answer = Fetch(
        Purpose.LOOK,
        url,
        datetime(2022, 9, 20, tzinfo=UTC),
        5,
        Result.RESPONSE,
        status=status,
        response_headers=headers,
        body=body.encode(),
    )
    return READER.read(answer, asked=ASKED)


def message(text, title=""):
    """Return a page of a message."""
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{text}</body></html>"


def article(text, title="云湖市公布秋季安排"):
    """Return a page of an article."""
    return message(f"<h1>{title}</h1><p>发布日期：2022-09-20</p><div id=zoom>{text}</div>", title)


@pytest.mark.parametrize(
    ("expected", "page"),
    [
        (Outcome.SOFT_GONE, message("<p>抱歉，您访问的网页不存在，请检查输入的网址是否正确。</p>", "提示")),
        (Outcome.SOFT_GONE, message("<p>该页面已删除，3秒后自动返回首页</p>")),
        (Outcome.SOFT_GONE, message("<p>The requested URL /a.html was not found on this server.</p>", "Not Found")),
        (Outcome.SOFT_GONE, message("We can't find the page you're looking for.")),
        (Outcome.SOFT_GONE, message("<script>alert('信息不存在！');location.href='/';</script>")),
        (Outcome.SOFT_GONE, article("<p>内容已被撤回。</p>")),
        (Outcome.BLOCKED, message("该IP访问频率过高，请稍后再试")),
        (Outcome.BLOCKED, article("<p>您的请求已被防火墙拦截。</p>")),
        (Outcome.CHALLENGE, message("<p>请点击下方按钮完成验证</p>")),
        (Outcome.SERVER_ERROR, message("系统异常，请联系管理员", "出错啦")),
        (Outcome.SERVER_ERROR, message("系统繁忙，5秒后返回首页<meta http-equiv=refresh content='5;url=/'>")),
        (Outcome.UNREADABLE, message("<p>老桥已被移除，原有道路封闭。</p>", "关于桥梁已拆除的公告")),
        (Outcome.UNREADABLE, message("<p>三个页面已被删除，十个链接失效，市网信办通报。</p>", "城南页面")),
        (Outcome.UNREADABLE, article("<p>${content}</p>")),
        (Outcome.UNREADABLE, article("<p>内容加载中，请稍候...</p>")),
        (Outcome.OK, article("<p>在模板中写 {{ title }} 即可。</p>")),
        (Outcome.OK, article("<p>第404次列车今日首发。</p>", "404")),
        (Outcome.OK, article("<p>市民查询时显示信息已删除，系缓存所致。</p>")),
        (Outcome.OK, article("<p>L'été dernier, les élèves ont été fêtés à Genève.</p>", "Café à Zürich: élèves fêtés")),
        (Outcome.OK, article("<p>Why??? Because we can.</p>", "What is ???")),
    ],
)
def test_pages_beyond_the_table(expected, page):
    """Wordings that the table of responses does not hold are judged by what they are."""
    reading = read(page)
    assert reading.outcome is expected, reading.problems
    assert (reading.content is not None) is (expected is Outcome.OK)


WAIT = "setTimeout(function () {{ {} }}, 3000);"
GO = 'window.location.href = "/";'


@pytest.mark.parametrize(
    "script",
    [
        GO,
        WAIT.format(GO),
        f"$(function(){{ {GO} }});",
        f"function go() {{ {GO} }} setTimeout(go, 3000);",
        f"function go() {{ {GO} }} setTimeout('go()', 3000);",
        f"var n=3; function count() {{ n--; if (n == 0) {{ {GO} }} else {{ setTimeout(count, 1000); }} }} count();",
        f"window.onload = function () {{ {GO} }};",
    ],
)
def test_scripts_that_lead_home(script):
    """A script that reaches the home page by itself, now or after some seconds, is a way home."""
    assert read(message(f"<script>{script}</script>")).outcome is Outcome.SOFT_GONE


@pytest.mark.parametrize(
    "script",
    [
        f"if (/iPhone/.test(navigator.userAgent)) {{ {GO} }}",
        f"if (mobile) {GO}",
        f"function go() {{ {GO} }}",
        f"function go() {{ {GO} }} function other() {{ go(); }}",
        f"function go() {{ {GO} go(); }}",
        f"// {GO}\n",
        f"/* {GO} */",
        f"button.onclick = function () {{ {GO} }};",
        'location.href = "/art/" + next;',
        'location.href = "/col/col1/index.html";',
    ],
)
def test_scripts_that_wait_for_somebody(script):
    """A script under a condition, for a button, or to another place is no way home: the page is only not understood."""
    assert (
        read(
            message(
                f"<p>云湖市新版页面，内容由组件绘制，正文请见下方区域，本段文字仅作说明之用，没有其他含义，谨此说明，敬请留意。多写几字以免过短，"
                f"再写几字以免过短。</p><script>{script}</script>"
            )
        ).outcome
        is Outcome.UNREADABLE
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (HOME, True),
        ("http://portal.example", True),
        ("https://www.portal.example/index.php?error=404", True),
        ("https://www.portal.example/home", True),
        ("https://www.portal.example/english/", True),
        ("https://www.portal.example/?id=5", False),
        ("https://www.portal.example/news/", False),
        ("https://www.portal.example/news/index.html", False),
        ("https://www.portal.example/col/col42/index.html", False),
        ("https://other.example/", False),
        ("https://[broken/", False),
    ],
)
def test_home_pages(url, expected):
    """The home page of the host or of an edition is one; a column, a page named by its query, or another host is none."""
    assert is_home(url, ASKED) is expected


def test_who_asked_for_home_is_not_led_there():
    """A home page that was asked for is where it belongs."""
    assert not is_home(HOME, "http://portal.example/index.html")


def test_addresses_of_missing_pages():
    """A page for missing pages is known by its address, unless that is what was asked for."""
    assert names_gone("https://www.portal.example/404.html", ASKED)
    assert not names_gone("https://www.portal.example/help/404/1.html", "https://www.portal.example/help/404/1.html")
    assert not names_gone("https://www.portal.example/art/2022/4041.html", ASKED)
    assert not names_gone("https://[broken/404.html", ASKED)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("5;url=/", HOME), ("0, '/'", HOME), ("600", None), ("1800;url=/", None), ("", None), ("0;url=https://[x", None)],
)
def test_refreshes(value, expected):
    """A refresh leads somewhere where it names an address and does not wait too long."""
    assert refresh_target(value, ASKED) == expected


def test_a_notice_holds_nothing_else():
    """A clause about a page alone is a notice; one about a bridge is prose, in either language."""
    assert is_gone("您访问的页面不存在或已被删除")
    assert is_gone("This page has been removed.")
    assert not is_gone("老桥已被移除")
    assert not is_gone("The old footbridge has been removed.")
    assert not is_gone("网页" * 200)
    assert not is_only_notice("返回首页")
    assert is_gone_title("404 - 云湖市人民政府")
    assert not is_gone_title("404：找不到的页面——小剧场话剧")


@pytest.mark.parametrize("run", ["5", "系统提示", "该篇", "2022-09-20]]>"])
def test_a_long_run_is_looked_through_once(run):
    """A run that can be cut in a number of ways that doubles with its length is cut in one pass; its last word decides."""
    assert not is_filler(f"秒后{run * 200}兴")
    assert is_filler(f"{run * 200}秒后返回首页")


@given(
    st.from_regex(TRACE.pattern), st.sampled_from([("i", "i"), ("i", "\u0131"), ("i", "\u0130"), ("s", "\u017f"), ("k", "\u212a")])
)
def test_no_trace_is_without_its_words(text, spelling):
    """A line that fits a pattern for traces has one of the words that are looked for first, however its letters are spelt."""
    line = text.replace("\n", " ").replace(*spelling)
    assume(TRACE.pattern.search(line))
    assert may_be_trace(line)


@pytest.mark.parametrize(
    "line",
    [
        "  at com.x.A.<init>(A.java:7)",
        "java.lang.NullPointerException",
        "a.b.MyError",
        "HTTP Status 500 -",
        "HTTP状态 500",
        "HTTP Error 503",
        "Fatal error: out of memory in a.php on line 7",
        "Parse error: b on line 1",
        "Uncaught TypeError",
        "Stack trace:",
        "Traceback (most recent call last)",
        "Server Error in '/' Application.",
        "Microsoft OLE DB",
        "Microsoft Jet Database",
        "Microsoft VBScript",
        "[ODBC Driver]",
        "ADODB.Connection",
        "SQLSTATE[HY000]",
        "ORA-12541: TNS",
        "Too many connections",
        "You have an error in your SQL syntax",
        "Whitelabel Error Page",
        "Error establishing a database connection",
        "Could not connect to the database",
        "Cannot connect to database",
        "Database error",
        "Database connection error",
    ],
)
def test_every_kind_of_trace_has_one_of_its_words(line):
    """Each row of the table of traces is known by a word, in whatever case."""
    for each in (line, line.upper(), line.lower()):
        assert TRACE.pattern.search(each)
        assert may_be_trace(each)


def test_most_lines_are_not_searched_for_traces():
    """Prose has none of the words."""
    assert not may_be_trace("Yesterday morning the city held a meeting at the town hall (with 200 people) about clean water.")
    assert not may_be_trace("昨日上午，全市召开会议，部署下一步工作（附名单）。")


def test_a_tree_that_is_given_is_read_as_a_new_one():
    """A page is parsed once for all who read it, and reads the same."""
    page = message("<div id=zoom><p>2022年9月20日，云湖市召开会议。</p></div>", "云湖市召开会议")
    doc = parse(page)
    kept = {"select": READER.select, "zone": READER.zone}
    readings = [read_article(page, ASKED, doc=doc, **kept) for _ in range(2)]
    assert readings == [read_article(page, ASKED, **kept)] * 2


@given(st.text(alphabet="页面已删除不存在404<>{}()\"'; notfoundpage\n", max_size=80))
def test_whatever_comes_is_judged(text):
    """No page ends a run, whatever it holds."""
    assert read(text) is not None


def test_a_page_without_end_is_not_searched():
    """A page of megabytes holds more than a message: it is only not understood."""
    assert read(message("<!-- " + "x" * 600_000 + " --><p>页面不存在</p>")).outcome is Outcome.UNREADABLE


def test_a_long_page_is_no_message():
    """A long page that is not understood may say anything; only a program's trace at its head is believed."""
    prose = "<p>云湖市今年计划改造老旧小区，惠及居民。</p>" * 60
    assert read(message(prose + "<p>您访问的页面不存在。</p>")).outcome is Outcome.UNREADABLE
    assert read(message("<pre>HTTP Status 500\n</pre>" + prose)).outcome is Outcome.SERVER_ERROR


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.portal.example/weihu.html", Outcome.SERVER_ERROR),
        ("https://www.portal.example/waf/tip.html", Outcome.BLOCKED),
        ("https://www.portal.example/captcha/", Outcome.CHALLENGE),
        ("https://www.portal.example/404.html", Outcome.SOFT_GONE),
        ("https://www.portal.example/news/a.html", Outcome.UNREADABLE),
    ],
)
def test_addresses_tell_what_a_silent_page_is(url, expected):
    """Where a page says nothing, the address that it came from may."""
    assert read(message("<p>云</p>"), url=url).outcome is expected


def test_a_page_too_deep_to_see_is_unreadable():
    """A page that cannot be parsed is kept and says why."""
    reading = read("<div>" * 3000)
    assert reading.outcome is Outcome.UNREADABLE
    assert "nests" in reading.problems[0]


def test_doubt_is_cheap():
    """A sound press release of ordinary length is doubted in far less than it takes to read it."""
    content = read(article("<p>云湖市农业农村局今天公布秋季助农服务安排，组织农机手分片作业。</p>" * 60)).content
    begin = perf_counter()
    for _ in range(100):
        assert doubt(content) is None
    assert perf_counter() - begin < 0.3
