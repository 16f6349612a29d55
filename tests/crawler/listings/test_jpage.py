"""Hanweb's jpage: embedded rows, the data proxy's answers, and the way from one to the next."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.portal import Section
from crawler.listings.base import ListingRequest
from crawler.listings.jpage import read_jpage

DATA = Path(__file__).parents[2] / "data" / "listings"
ZONE = ZoneInfo("Asia/Shanghai")
COLUMN = "https://www.nanhu.gov.cn/col/col120/index.html"
PROXY = "https://www.nanhu.gov.cn/module/jpage/dataproxy.jsp"
CURSOR = {"listing": COLUMN, "total": "100", "per_page": "15", "group": "45"}


def section(**settings):
    """Return a section's settings."""
    return Section(title="Nanhu Today", listing=COLUMN, **settings)


def read(text, request=None, **settings):
    """Read a text as an answer of the column."""
    return read_jpage(text, request or ListingRequest(COLUMN), section=section(**settings), zone=ZONE)


def read_data(name, request=None, **settings):
    """Read a file of the test data."""
    return read((DATA / name).read_text(encoding="utf-8"), request, **settings)


def store(count, numbers="", first=1):
    """Return an answer of the data proxy with `count` rows."""
    rows = "".join(
        f'<record><![CDATA[<li><a href="/art/2024/1/1/art_1_{first + at}.html">T{first + at}</a>2024-01-01</li>]]></record>'
        for at in range(count)
    )
    return f"<datastore>{numbers}<recordset>{rows}</recordset></datastore>"


def column(rows, settings="", group="", unit="5489"):
    """Return a column page with one store."""
    data = f'<div id="{unit}"><script type="text/xml">{store(rows, group)}</script></div>'
    return f'{data}<script>$("#{unit}").jpage({{{settings}}})</script>'


GROUP = '<nextgroup><![CDATA[<a href="{}"></a>]]></nextgroup>'


def test_the_embedded_rows_are_read():
    """Quotes of all kinds, links of all kinds, titles in attributes, dates in all places; a repeated URL counts once."""
    page = read_data("column.html")
    assert [(row.url, row.title, row.date) for row in page.records] == [
        (
            "https://www.nanhu.gov.cn/art/2024/6/3/art_120_1001.html",
            "Silk Museum Extends Its Opening Hours in the Summer",
            "2024-06-03",
        ),
        ("https://www.nanhu.gov.cn/art/2024/6/2/art_121_1002.html", "Port Handles Record Cargo", "2024-06-02"),
        ("https://www.nanhu.gov.cn/col/col120/art/2024/6/1/art_120_1003.html", "Wetland Plan Enters Second Phase", "2024-06-01"),
        ("https://www.nanhu.gov.cn/art/2024/5/31/art_120_1004.html", "Index Published", "2024-05-31"),
        ("https://www.nanhu.gov.cn/art/2024/5/30/art_120_1005.html", "Road Reopens", "2024-05-30"),
    ]
    assert (page.platform, page.readable, page.total, page.pages) == ("jpage", True, 100, 7)
    assert (page.printed, page.unit) == (7, "5489")
    assert (page.problems, page.remarks) == (("1 of 7 rows cannot be read: they hold no address that can be followed",), ())


def test_the_rows_after_the_embedded_ones_are_asked_for():
    """The next group begins after every embedded row, is three pages long, and posts what the page sets, no garbled name."""
    following = read_data("column.html").next
    assert following == ListingRequest(
        f"{PROXY}?startrecord=8&endrecord=52&perpage=15",
        "POST",
        (
            ("col", "1"),
            ("appid", "1"),
            ("webid", "7"),
            ("path", "/"),
            ("columnid", "120"),
            ("sourceContentType", "3"),
            ("unitid", "5489"),
            ("permissiontype", "0"),
        ),
        (("Accept", "application/xml"), ("Referer", COLUMN), ("X-Requested-With", "XMLHttpRequest")),
        "jpage",
        first=8,
        cursor=CURSOR,
    )


def test_the_configured_unit_is_read():
    """A unit that the settings name is read, however few links it has."""
    page = read_data("column.html", unit="77")
    assert [row.title for row in page.records] == ["A side matter"]
    assert (page.total, page.next, page.problems) == (1, None, ())


def test_a_unit_that_is_not_there_is_said():
    """The units that the page does hold are named, to choose from."""
    page = read_data("column.html", unit="99")
    assert page.problems == (
        "the page holds no unit '99', but '77' (1 links), '5489' (6 links); `unit` in the portal's file says which is the listing",
    )
    assert not page.readable


def test_a_page_without_a_store_cannot_be_read():
    """Configured as jpage, a page without a store is unreadable, not empty."""
    page = read("<p>Maintenance</p>")
    assert (page.readable, page.problems) == (False, ("the page holds no jpage data store",))


def test_configured_patterns_decide():
    """Rows whose links match no pattern of the section are left out and counted."""
    page = read_data("column.html", article_urls=("/art/*/art_121_*.html",))
    assert [row.title for row in page.records] == ["Port Handles Record Cargo"]
    assert page.problems == (
        "1 of 7 rows cannot be read: they hold no address that can be followed",
        "5 of 7 rows hold no link to a press release: `article_urls` can say which do",
    )


def test_a_record_may_lead_elsewhere():
    """A record's link of an unknown form is taken, a link to a column before it is not; links off the host are kept."""
    text = (
        "<datastore><record><![CDATA[<li>[<a href='/col/col9/index.html'>News</a>]<a href='https://b.cn/s/x1'>A</a>2024-01-01</li>]]></record>"
        "<record><![CDATA[<li><a href='/col/col9/index.html'>News</a></li>]]></record></datastore>"
    )
    page = read(text)
    assert [(row.url, row.title, row.date) for row in page.records] == [("https://b.cn/s/x1", "A", "2024-01-01")]
    assert (page.printed, page.remarks) == (2, ("1 of 2 rows hold no link to a press release: `article_urls` can say which do",))


def test_a_record_may_call_a_script_with_its_address():
    """One literal address is followed as a link is."""
    record = "<li><a onclick=\"go('/art/2024/1/1/art_1_9.html')\">T9</a>2024-01-01</li>"
    page = read(f"<datastore><record><![CDATA[{record}]]></record></datastore>")
    assert [(row.url, row.title, row.date) for row in page.records] == [
        ("https://www.nanhu.gov.cn/art/2024/1/1/art_1_9.html", "T9", "2024-01-01")
    ]


@pytest.mark.parametrize(
    ("record", "is_unread"),
    [
        ("<li><a href='javascript:void(0)' onclick=\"go('/x')\">A</a></li>", True),
        ("<li onclick=\"go('/x')\">A</li>", True),
        ("<li><a href=''>A</a></li>", True),
        ("<li>A <span>2024-01-01</span></li>", True),
        ("<li class=line></li>", False),
        ("<li><b>The year before</b></li>", False),
        ("<li><a href='/col/col9/index.html'>News</a> 2024-01-01</li>", False),
        ("", False),
    ],
)
def test_a_row_that_cannot_be_followed_is_a_problem(record, is_unread):
    """A press release without an address keeps a sweep from being complete; a heading, a line and a link elsewhere do not."""
    records = f"<record><![CDATA[{record}]]></record>{store(3)}"
    page = read(f"<datastore><totalrecord>4</totalrecord>{records}</datastore>")
    said = "1 of 4 rows cannot be read: they hold no address that can be followed"
    assert (len(page.records), page.printed) == (3, 4)
    assert (said in page.problems, bool(page.remarks)) == (is_unread, not is_unread)


TWO = '<div id="99"><script type="text/xml">{}</script></div><div id="77"><script type="text/xml">{}</script></div>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TWO.format(store(0), store(3)), "the unit '99', from which this listing was read before, is empty: '99' (0 links), '77'"),
        (TWO.format(store(0), store(3)).replace("99", "98"), "the page holds no unit '99', but '98' (0 links), '77' (3 links)"),
    ],
)
def test_another_list_is_never_taken_instead(text, said):
    """A unit that was read before and is gone or empty leaves the listing unreadable, however many rows stand beside it."""
    page = read(text, ListingRequest(COLUMN, unit="99"))
    assert (page.readable, page.records) == (False, ())
    assert page.problems[0].startswith(said)


def test_the_unit_read_before_is_read_again():
    """The remembered unit goes before the one with most rows, the configured one before both."""
    both = TWO.format(store(2), store(3))
    assert (read(both).unit, read(both, ListingRequest(COLUMN, unit="99")).unit) == ("77", "99")
    assert read(both, ListingRequest(COLUMN, unit="99"), unit="77").unit == "77"
    nameless = f'<script type="text/xml">{store(1)}</script>' + both
    assert len(read(nameless, ListingRequest(COLUMN, unit="")).records) == 1


def test_a_unit_that_is_empty_as_all_are_may_be_empty():
    """Where no unit of the page has rows, the remembered one is read, and its emptiness is not proven by itself."""
    page = read(TWO.format(store(0), store(0)), ListingRequest(COLUMN, unit="99"))
    assert (page.readable, page.unit) == (True, "99")
    assert page.problems == ("the store is empty, and nothing says that the listing is",)
    assert read(column(0, "totalRecord:0")).problems == ()


@pytest.mark.parametrize("numbers", ["<totalrecord>{}</totalrecord>", "<totalpage>{}</totalpage>", GROUP.format("?page={}")])
def test_numbers_of_thousands_of_digits_are_none(numbers):
    """Nothing counts so many rows, and no reader stumbles over them, wherever they stand."""
    page = read(store(2, numbers.format("9" * 5000)))
    assert (len(page.records), page.total, page.pages) == (2, None, None)
    assert read(column(2, f"totalRecord:{'9' * 5000},perPage:{'9' * 5000}")).total is None
    request = ListingRequest(f"{PROXY}?page={'9' * 5000}", platform="jpage", first=3, cursor={"listing": COLUMN, "total": "9"})
    assert read(store(2), request).next is None


def test_an_address_may_be_any_text():
    """What stands where the next group's address should may be no address at all, and a character may have no number."""
    page = read(column(2, "totalRecord:9,proxyUrl:'/p.jsp'", GROUP.format("http://[x?webid=3")))
    assert dict(page.next.form)["webid"] == "3"
    assert read(f"<datastore><record><![CDATA[]]></record><record>&#{'9' * 5000};</record></datastore>").records == ()


def test_sweeping_asks_for_every_row_once():
    """From the column page to the last row, the numbers asked for are without gap and overlap, and cut off at the total."""
    page = read(column(15, "totalRecord:100,perPage:15,columnid:120,proxyUrl:'dataproxy.jsp'"))
    asked = []
    while page.next:
        query = dict(pair.split("=") for pair in page.next.url.partition("?")[2].split("&"))
        start, end = int(query["startrecord"]), int(query["endrecord"])
        asked.append((start, end, page.next.first))
        page = read(store(end - start + 1, "<totalrecord>100</totalrecord><totalpage>7</totalpage>", start), page.next)
    assert asked == [(16, 60, 16), (61, 100, 61)]
    assert (page.total, page.pages, page.problems) == (100, 7, ())


def test_a_relative_proxy_is_resolved():
    """A proxy's relative address is resolved against the listing, its query dropped."""
    page = read(column(1, "totalRecord:9,perPage:3,columnid:120,proxyUrl:'./dataproxy.jsp?x=1'"))
    assert page.next.url == "https://www.nanhu.gov.cn/col/col120/dataproxy.jsp?startrecord=2&endrecord=9&perpage=3"
    assert page.next.cursor["group"] == "9"


def test_links_of_an_answer_belong_to_the_listing():
    """A relative link in a row of the proxy's answer is resolved against the listing, the next group against the proxy."""
    request = ListingRequest(f"{PROXY}?page=2&columnid=120", platform="jpage", first=3, cursor={"listing": COLUMN})
    page = read_data("reply.xml", request)
    assert [(row.url, row.date) for row in page.records] == [
        ("https://www.nanhu.gov.cn/col/col120/art/2023/1/4/art_120_803.html", "2023-01-04"),
        ("https://www.nanhu.gov.cn/art/2023/1/3/art_120_804.html", "2023-01-03"),
    ]
    assert (page.total, page.pages, page.next.first) == (5, 3, 5)
    assert page.next.url.startswith(f"{PROXY}?page=3&appid=1&webid=7&columnid=120&unitid=5489&webname=%E5%8D%97")
    assert page.next.method == "GET"


def test_the_next_group_is_followed_when_nothing_else_is_known():
    """Without a total the portal's own link is followed, without its garbled name."""
    page = read(column(2, group=GROUP.format("/module/web/jpage/dataproxy.jsp?page=1&columnid=Zx8%2B&unitid=5489&webname=a?b")))
    assert page.next == ListingRequest(
        "https://www.nanhu.gov.cn/module/web/jpage/dataproxy.jsp?page=1&columnid=Zx8%2B&unitid=5489",
        headers=(("Accept", "application/xml"), ("Referer", COLUMN), ("X-Requested-With", "XMLHttpRequest")),
        platform="jpage",
        first=3,
        cursor={"listing": COLUMN, "group": "45"},
    )
    assert page.problems == ()


def test_the_first_dialect_takes_the_column_from_its_address():
    """What the script leaves out is in the address of the column and in the id around the store."""
    form = dict(read(column(1, "totalRecord:9,proxyUrl:'/p.jsp'")).next.form)
    assert (form["columnid"], form["unitid"], form["webid"], form["sourceContentType"]) == ("120", "5489", "1", "1")


ENDPOINTS = ("/module/web/jpage/dataproxy.jsp", "/module/jpage/dataproxy.jsp", "/module/jslib/jquery/jpage/dataproxy.jsp")


@pytest.mark.parametrize("path", ENDPOINTS)
def test_each_version_has_an_endpoint_of_its_own(path):
    """The path is taken from the page, from the script's setting or from the next group, and never guessed."""
    set_by_script = read(column(1, f"totalRecord:9,columnid:120,proxyUrl:'{path}'"))
    named_by_group = read(column(1, "totalRecord:9", GROUP.format(f"{path}?page=1&columnid=120&unitid=5489&webid=3")))
    for page in (set_by_script, named_by_group):
        assert page.next.url == f"https://www.nanhu.gov.cn{path}?startrecord=2&endrecord=9&perpage=15"


EMPTY = "<datastore><recordset></recordset></datastore>".ljust(54)


@pytest.mark.parametrize("size", [45, 100, 300])
@pytest.mark.parametrize(
    "end", ["<datastore><recordset></recordset></datastore>", EMPTY, ""], ids=["no rows", "54 bytes", "nothing"]
)
def test_the_portal_sets_the_size_of_its_groups(size, end):
    """In the second dialect groups of any size are followed, ids encrypted or not, to the answer that holds no rows."""
    group = "./dataproxy.jsp?page={}&columnid=kZ%2Fq8w%3D%3D&unitid=Ab%2B9"
    page = read(column(45, group=GROUP.format("/module/web/jpage/" + group.format(1)[2:])))
    firsts, printed = [], page.printed
    while page.next:
        firsts.append(page.next.first)
        number = len(firsts)
        assert page.next.url == f"https://www.nanhu.gov.cn/module/web/jpage/{group.format(number)[2:]}"
        page = read(store(size, GROUP.format(group.format(number + 1)), printed + 1) if number < 3 else end, page.next)
        printed += page.printed
    assert (firsts, printed) == ([46, 46 + size, 46 + 2 * size], 45 + 2 * size)
    assert (page.readable, page.problems, page.total) == (True, (), None)


@pytest.mark.parametrize(
    ("record", "date"),
    [
        ("<li><a href='{}'>T</a><span>2026-01-23</span></li>", "2026-01-23"),
        ("<li><a href={}>T</a><i>2026/01/23</i></li>", "2026-01-23"),
        ("<li><a title='T' href='{}'>T</a><b readlabel='2026-01-23'>2026-01-23</b></li>", "2026-01-23"),
        ("<p class='lb-list'><a href='{}'>T</a><span>2026.01.23</span></p>", "2026-01-23"),
        ("<tr><td><a href='{}'>T</a></td><td>[2026-01-23]</td></tr>", "2026-01-23"),
        ("<table><tr><td>·<a href='{}'>T</a></td><td>2026年1月23日</td></tr></table>", "2026-01-23"),
        ("<li><a href='{}'>T <em>2026-01-23</em></a></li>", "2026-01-23"),
        ("<li><a href='{}'>T</a><span>2026-\n01-\n23</span></li>", "2026-01-23"),
        ("<li><a href='{}'>T</a><span>01-23</span></li>", "2026-01-23"),
        ("<li><a href='{}'>T</a><span>[01-23]</span></li>", "2026-01-23"),
        ("<li><a href='{}'>T</a><i>索引号 2026-02-00018</i></li>", None),
        ("<li><a href='{}'>T</a><i>索引号 2026-02-00018</i><span>2026-01-23</span></li>", "2026-01-23"),
        ("<li style=<br/><a href='{}'>T</a><span>2026-01-23</span></li>", "2026-01-23"),
    ],
)
def test_records_of_every_markup_are_read(record, date):
    """List items, table rows, paragraphs; dates beside or in the link, in brackets, torn, without a year, and numbers like them."""
    page = read(f"<datastore><record><![CDATA[ {record.format('/art/2026/1/22/art_1_5.html')} ]]></record></datastore>")
    assert [(row.title, row.date) for row in page.records] == [("T", date)]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("art/2026/1/22/art_1_5.html", "https://www.nanhu.gov.cn/col/col120/art/2026/1/22/art_1_5.html"),
        ("//fzggw.zj.example/art/2026/1/22/art_1_5.html", "https://fzggw.zj.example/art/2026/1/22/art_1_5.html"),
        ("http://www.nanhu.gov.cn/art/2026/1/22/art_9_5.html", "http://www.nanhu.gov.cn/art/2026/1/22/art_9_5.html"),
    ],
)
def test_links_of_records_are_of_every_form(href, url):
    """Relative, without a scheme, of another scheme, host or column: all are press releases of the list."""
    page = read(f"<datastore><record><![CDATA[<li><a href='{href}'>T</a>2026-01-22</li>]]></record></datastore>")
    assert [row.url for row in page.records] == [url]


def test_groups_are_counted_on_while_rows_are_missing():
    """In the second dialect an answer without a next group is followed by the page after it, up to the total."""
    request = ListingRequest(f"{PROXY}?page=2&columnid=120", platform="jpage", first=3, cursor={"listing": COLUMN})
    page = read(store(2, "<totalrecord>5</totalrecord>", 3), request)
    assert (page.next.url, page.next.first) == (f"{PROXY}?page=3&columnid=120", 5)
    assert read(store(1, "<totalrecord>5</totalrecord>", 5), page.next).next is None


@pytest.mark.parametrize(
    "body", ["<datastore><recordset></recordset></datastore>", "", "<datastore><totalrecord>0</totalrecord></datastore>"]
)
def test_an_empty_answer_is_said(body):
    """Deep pages that come back empty end the sweep with a problem and leave the total as it was known."""
    request = ListingRequest(
        f"{PROXY}?startrecord=61&endrecord=100&perpage=15", "POST", (("unitid", "1"),), (), "jpage", 61, CURSOR
    )
    page = read(body, request)
    assert (page.readable, page.records, page.next, page.total) == (True, (), None, 100)
    assert page.problems == ("empty reply at row 61 of 100",)


def test_an_empty_listing_is_empty():
    """A portal that says that there are no rows is believed."""
    page = read("<datastore><totalrecord>0</totalrecord></datastore>")
    assert (page.readable, page.records, page.next, page.problems) == (True, (), None, ())


def test_another_page_in_place_of_an_answer_is_said():
    """A page that comes where rows were asked for is not read as the listing's first."""
    request = ListingRequest(PROXY, "POST", (), (), "jpage", 61, CURSOR)
    page = read_data("column.html", request)
    assert (page.readable, page.problems) == (False, ("no data store came for the rows from 61 on, but a page of another kind",))


@pytest.mark.parametrize(
    "text",
    [
        store(2, "<totalrecord>9</totalrecord>"),
        column(2, "totalRecord:9"),
        column(2, "totalRecord:9,proxyUrl:'mailto:x'"),
        column(2, "totalRecord:9", GROUP.format("javascript:more()")),
        column(2, "totalRecord:9", GROUP.format("")),
    ],
)
def test_a_way_that_ends_early_is_said(text):
    """Rows that are known to be there but cannot be asked for are a problem, never silence."""
    page = read(text)
    assert page.next is None
    assert page.problems == ("nothing leads on from row 2 of 9: neither proxyUrl nor nextgroup is named",)


def test_a_group_that_leads_to_itself_is_not_followed():
    """A next group that names the very answer it stands in would be asked for ever."""
    request = ListingRequest(f"{PROXY}?page=2", platform="jpage", first=3, cursor={"listing": COLUMN})
    assert read(store(2, GROUP.format("?page=2")), request).next is None


def test_a_listing_that_is_no_column_has_no_column_number():
    """Where neither page nor address tells the column, the first dialect cannot be spoken."""
    request = ListingRequest("https://www.nanhu.gov.cn/news/")
    page = read(column(2, "totalRecord:9,proxyUrl:'/p.jsp'"), request)
    assert page.next is None


def test_all_embedded_is_all():
    """A page that embeds all its rows has no next."""
    page = read(column(3, "totalRecord:3,perPage:15,proxyUrl:'/p.jsp'"))
    assert (page.next, page.pages, page.problems) == (None, 1, ())
