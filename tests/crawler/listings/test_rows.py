"""One row: its link, its whole title, the date nearest to it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.html import find_all, is_among, parse
from crawler.listings.rows import Row, complete, date_within, link_of, links_in, read_row

ZONE = ZoneInfo("Asia/Shanghai")
BASE = "https://www.nanhu.gov.cn/col/col1/index.html"
URL = "https://www.nanhu.gov.cn/art/2024/6/3/art_1_2.html"


def row_of(html, url=URL):
    """Read a row as jpage does: everything around its links is its own."""
    body = parse(html).body
    anchors = find_all(body, "a[href]")
    return read_row(url, anchors, [body], is_among(anchors), ZONE)


@pytest.mark.parametrize(
    ("html", "title", "printed"),
    [
        ("<li><a href=x>Port</a><span>2024-06-03</span></li>", "Port", "2024-06-03"),
        ("<li><span>[2024-06-03]</span><a href=x>Port</a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port 2024-06-03</a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>[2024-06-03] Port</a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port（2024年6月3日）</a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port<span>2024-06-03</span></a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port<em>Release date: 2024-06-03</em></a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>关于举行2024年6月3日会议的通知</a></li>", "关于举行2024年6月3日会议的通知", None),
        ("<li><a href=x>会议定于2024年6月3日</a></li>", "会议定于2024年6月3日", None),
        ("<li><a href=x>Port 2024-06-03 opens</a></li>", "Port 2024-06-03 opens", None),
        ("<li><a href=x>Port<b>of 2024-06-03, again</b></a></li>", "Portof 2024-06-03, again", None),
        ("<li><a href=x>Port</a><i>News</i><i>2024-06-03</i></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port</a> 2026-\n01-\n23</li>", "Port", "2026-01-23"),
        ("<li><a href=x>Port</a><b>2026-<br>01-<br>23</b></li>", "Port", "2026-01-23"),
        ("<li><a href=x>Port 2026-\n01-\n23</a></li>", "Port", "2026-01-23"),
        ("<li><a href=x>Port</a>索引号 2026-02-00018</li>", "Port", None),
        ("<li><a href=x>Port</a><b readlabel='2024-06-03'></b></li>", "Port", "2024-06-03"),
        ("<li><a href=x readlabel='2020-01-01'>Port</a></li>", "Port", None),
        ("<li><a href=x>Port</a><p>Of 2020-01-01, a tale.</p><p>2024-06-03</p></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port</a><p>2020-01-01</p><p>发布日期：2024-06-03</p></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port</a><p>2024-06-03</p><p>2020-01-01</p></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port</a><p>截止日期 2024-06-03</p></li>", "Port", None),
        ("<li><a href=x>Port<span>截止日期 2024-06-03</span></a></li>", "Port", None),
        ("<li><a href=x>Port</a></li>", "Port", None),
        ("<li><div><b>03</b><i>2024-06</i></div><a href=x>Port</a></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port</a><p>2024年6月</p><p>3日</p></li>", "Port", "2024-06-03"),
        ("<li><a href=x>Port</a><b>31</b><i>2024-06</i></li>", "Port", None),
        ("<li><a href=x>Port</a><b>3</b> of <i>2024-06</i></li>", "Port", None),
        ("<li><a href=x><img src=i><h3>Port</h3><p>It was 1999.</p><span>2024-06-03</span></a></li>", "Port", "2024-06-03"),
    ],
)
def test_title_and_date_are_parted(html, title, printed):
    """Whatever stands around or inside the link, a person's title and date come out."""
    found = row_of(html)
    assert (found.title, found.date) == (title, printed)


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<a href=x title='Port Handles Record Cargo'>Port Handles…</a>", "Port Handles Record Cargo"),
        ("<a href=x title='Port Handles Record Cargo'>Port Handles...</a>", "Port Handles Record Cargo"),
        ("<a href=x title='Port  Handles\n Cargo'>· Port Handles Cargo</a>", "Port Handles Cargo"),
        ("<a href=x title='Port<br/>Handles'>Port Handles</a>", "Port Handles"),
        ("<a href=x title='Click here'>Port Handles Cargo</a>", "Port Handles Cargo"),
        ("<a href=x title='Port Han…'>Port Handles Cargo</a>", "Port Handles Cargo"),
        ("<a href=x title=''>Port</a>", "Port"),
        ("<a href=x title='Port'></a>", "Port"),
        ("<a href=x><img src=y alt=''><img src=y alt='Port'></a>", "Port"),
        ("<a href=x><img src=y></a>", ""),
        ("<a href=x><img src=y alt='i'></a><a href=x>Port Handles Cargo</a>", "Port Handles Cargo"),
        ("<a href=x>Port [06-03]</a>", "Port"),
    ],
)
def test_the_whole_title_is_taken(html, title):
    """A title attribute completes a text that is cut short, and is left alone where it says something else."""
    assert row_of(html).title == title


@pytest.mark.parametrize(
    ("html", "month_day"),
    [
        ("<a href=x>Port</a><span>09-12</span>", (9, 12)),
        ("<a href=x>Port</a><span>[9月2日]</span>", (9, 2)),
        ("<a href=x>Port [09-12]</a>", (9, 12)),
        ("<a href=x>Port 5-10</a>", None),
        ("<a href=x>Port</a><span>13-12</span>", None),
        ("<a href=x>Port</a><span>2024-09-12</span>", None),
    ],
)
def test_a_day_without_a_year_is_kept_as_such(html, month_day):
    """Month and day count where they are all that is printed; a span of numbers in a title is none."""
    assert row_of(html).month_day == month_day


def test_the_nearest_scope_decides():
    """The first element that holds a date gives it, elements farther off are not asked."""
    doc = parse("<div><p id=a>none</p><p id=b>2024-06-03</p><p id=c>2020-01-01</p></div>")
    scopes = [found for name in "abc" for found in find_all(doc, f"#{name}")]
    assert read_row(URL, find_all(parse("<a href=x>P</a>"), "a"), scopes, lambda _: False, ZONE).date == "2024-06-03"


def test_a_text_can_be_a_scope():
    """A date printed as bare text beside a link is read like any other."""
    doc = parse("<div><a href=x>Port</a> 2024-06-03</div>")
    text = find_all(doc, "a")[0].next
    assert date_within(text, lambda _: False, ZONE) == "2024-06-03"
    assert date_within(find_all(doc, "a")[0], lambda _: False, ZONE) is None
    assert date_within(find_all(doc, "a")[0].first_child, lambda _: False, ZONE) is None


@pytest.mark.parametrize(
    ("rows", "dates"),
    [
        ([Row(URL, "a", None, (6, 3))], ["2024-06-03"]),
        ([Row("https://h.cn/art/2024/1/1/art_1_1.html", "a", None, (12, 31))], ["2023-12-31"]),
        ([Row("https://h.cn/x/art/2026/art_00000000000000000000000000000001.html", "a", None, (6, 3))], ["2026-06-03"]),
        ([Row("https://h.cn/x/art/2026/art_00000000000000000000000000000001.html", "a", None, (2, 29))], [None]),
        (
            [
                Row("https://h.cn/a", "a", None, (1, 2)),
                Row("https://h.cn/b", "b", "2024-01-01"),
                Row("https://h.cn/c", "c", None, (12, 30)),
            ],
            ["2024-01-02", "2024-01-01", "2023-12-30"],
        ),
        ([Row("https://h.cn/a", "a", None, (2, 30)), Row("https://h.cn/b", "b", "2024-01-01")], [None, "2024-01-01"]),
        ([Row("https://h.cn/a", "a", None, (1, 2)), Row("https://h.cn/b", "b")], [None, None]),
    ],
)
def test_years_are_completed(rows, dates):
    """The year comes from the URL, else from the nearest dated row, over New Year too; where nothing tells it there is no date."""
    assert [record.date for record in complete(rows)] == dates


def test_every_url_counts_once():
    """Rows that lead to one page under either scheme are one record, the first."""
    records = complete([Row(URL, "a", "2024-06-03"), Row(URL.replace("https", "http"), "b"), Row(URL + "?page=2", "c")])
    assert [record.title for record in records] == ["a", "c"]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/art/1.html", "https://www.nanhu.gov.cn/art/1.html"),
        ("art/1.html", "https://www.nanhu.gov.cn/col/col1/art/1.html"),
        ("//b.gov.cn/1.html", "https://b.gov.cn/1.html"),
        (" http://b.gov.cn/1.html ", "http://b.gov.cn/1.html"),
        ("#top", None),
        ("", None),
        ("mailto:a@b.cn", None),
        ("javascript:void(0)", None),
    ],
)
def test_links_are_resolved(href, url):
    """Links in every spelling become absolute; what is no page of the web is no link."""
    assert link_of(find_all(parse(f'<a href="{href}">x</a>'), "a")[0], BASE) == url


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_row_reads(title, text):
    """No text around or inside a link stops the reader, and a date that comes out is a day."""
    found = row_of(f"<li><a href=x>{title}</a>{text}</li>")
    assert found.date is None or len(found.date) == 10


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)))
def test_every_day_is_read(day):
    """Any day printed beside a link comes out as printed."""
    assert row_of(f"<li><a href=x>Port</a><span>{day.isoformat()}</span></li>").date == day.isoformat()


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ("onclick=\"jumpToDetail('./202605/t20260501_1.html')\"", "/col/col1/202605/t20260501_1.html"),
        ("href='#' onclick=\"isDownLoad(this,'https://www.nanhu.gov.cn/x/t20260911_7.html')\"", "/x/t20260911_7.html"),
        ("href='javascript:void(0);' onclick='window.open(&quot;/x/1.shtml?a=1&quot;, &quot;_blank&quot;)'", "/x/1.shtml?a=1"),
        ("href=\"javascript:go('/x/1.pdf')\"", "/x/1.pdf"),
        ("onclick=\"location.href='../x.htm'\"", "/col/x.htm"),
        ("href='/a.html' onclick=\"count('/b.html')\"", "/a.html"),
        ("onclick=\"go('/x')\"", None),
        ('onclick="go(17)"', None),
        ("onclick=\"go('/a.html', '/b.html')\"", None),
        ("onclick=\"go('/x/' + id + '1.html')\"", None),
        ("onclick=\"go('{{url}}.html')\"", None),
        ("onclick=\"go('.html')\"", None),
        ("onclick=\"go('mailto:a.html')\"", None),
        (f"onclick=\"go('{'a' * 5000}.html')\"", None),
        ("href='mailto:a@b.cn'", None),
    ],
)
def test_an_address_that_a_script_is_called_with_is_followed(attributes, path):
    """One literal that names a page or a file is the link's address; numbers, several, and what is put together are none."""
    (anchor,) = find_all(parse(f"<a {attributes}>x</a>"), "a")
    assert link_of(anchor, BASE) == (path and f"https://www.nanhu.gov.cn{path}")


def test_rows_that_call_a_script_are_links():
    """An element that is no link counts where it holds none."""
    html = "<ul><li onclick=\"go('/1.html')\">A</li><li onclick=\"go('/2.html')\"><a href='/3.html'>B</a></li></ul>"
    assert [url.rpartition("/")[2] for url, _ in links_in(parse(html), BASE)] == ["1.html", "3.html"]
