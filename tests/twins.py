"""Small twins of the portals that are shipped: each answers at the addresses of its file, in the markup of its platform.

Nothing of them is copied: names and texts are invented, and the forms are those that real portals show.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from urllib.parse import parse_qs, urlsplit

from tests.misbehaviour import Request, response
from tests.server import Server

__all__ = ["TWINS", "Twin", "Wanted", "serve"]

HTML = "Content-Type: text/html; charset=utf-8"
XML = "Content-Type: text/xml; charset=utf-8"
JSON = "Content-Type: application/json; charset=utf-8"
ROBOTS = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nDisallow: /jrobot/\n")
ROOTS = ("", "robots.txt", "col", "art", "module", "api-gateway", "xxgk", "xwfb", "rss")
NEWEST = date(2026, 11, 20)

Answer = Callable[[Request], "bytes | None"]
"""What one part of a twin answers; None where it is not asked."""


@dataclass(frozen=True)
class Wanted:
    """What the reader must find out of a section: how its list is built, and how many press releases it holds."""

    platform: str
    releases: int


@dataclass(frozen=True)
class Twin:
    """A portal: what is wanted of each of its sections, and what it answers."""

    sections: dict[str, Wanted]
    parts: tuple[Answer, ...]

    def answer(self, request: Request) -> bytes:
        """Return what stands at an address, 404 where nothing does."""
        if request.path == "/robots.txt":
            return ROBOTS
        found = (answer for part in self.parts if (answer := part(request)) is not None)
        return next(found, response("404 Not Found", HTML, body=b"<h1>404</h1><p>There is no such page here.</p>"))


def serve(twin: Twin) -> Server:
    """Return a server that answers as a twin."""
    return Server({f"/{root}": twin.answer for root in ROOTS})


# Press releases


@dataclass(frozen=True)
class Item:
    """One press release: its place in the list (1: the newest), and its address."""

    place: int
    path: str
    thing: str = "水库"

    @property
    def day(self) -> date:
        """The day on which it was published."""
        return day_of(self.place)

    @property
    def title(self) -> str:
        """Its title."""
        return f"第{self.place}座{self.thing}完成冬季检修并恢复使用"


def day_of(place: int) -> date:
    """Return the day on which the press release at a place was published."""
    return NEWEST - timedelta(days=3 * place)


def hanweb_path(column: int, place: int) -> str:
    """Return an address as JCMS gives it: month and day without noughts."""
    day = day_of(place)
    return f"/art/{day.year}/{day.month}/{day.day}/art_{column}_{50_000_000 - place}.html"


def html(text: str) -> bytes:
    """Return a page as an answer."""
    return response("200 OK", HTML, body=f"<!DOCTYPE html><html><head>{text}</body></html>".encode())


def article(item: Item, body: str) -> bytes:
    """Return a press release; `body` is the place of its text, with `{}` for the paragraphs."""
    news = f"本报讯：第{item.place}座{item.thing}的检修昨天结束，今天恢复使用。"
    text = f"<p>{news}</p><p>检修用了{item.place + 20}天，参加的有四个镇的工人。</p>"
    return html(
        f'<title>{item.title}</title><meta name="ArticleTitle" content="{item.title}">'
        f'<meta name="PubDate" content="{item.day} 09:30"></head><body><h1>{item.title}</h1>'
        f"<div>发布日期：{item.day} 09:30 来源：水利报</div>{body.format(text)}"
    )


JCMS_BODY = '<div id="zoom"><!--ZJEG_RSS.content.begin-->{}<!--ZJEG_RSS.content.end--></div>'
JPAAS_BODY = '<div class="editor-content">{}</div>'
TRS_BODY = '<div class="TRS_Editor">{}</div>'


def articles(items: Sequence[Item], body: str) -> Answer:
    """Answer for each press release at its address."""
    pages = {item.path: article(item, body) for item in items}
    return lambda request: pages.get(request.path)


def page_at(path: str, text: str) -> Answer:
    """Answer with one page."""
    return lambda request: html(text) if request.path == path else None


def home(*links: tuple[str, str]) -> Answer:
    """Answer with a home page of links (path, title)."""
    anchors = "".join(f'<li><a href="{path}" target="_blank">{title}</a></li>' for path, title in links)
    return page_at("/", f"<title>门户</title></head><body><ul>{anchors}</ul><p>欢迎访问本市人民政府门户网站。</p>")


# Lists


def jpage(column: int, items: Sequence[Item], *, row: str) -> tuple[Answer, ...]:
    """Answer as a column of JCMS: the first 45 rows as data in the page, the others from the data proxy, by row or by group."""
    unit, proxy = str(column * 7), "/module/web/jpage/dataproxy.jsp"
    records = [f"<record><![CDATA[{row.format(path=item.path, title=item.title, day=item.day)}]]></record>" for item in items]
    query = f"page=1&appid=1&webid=1&path=/&columnid={column}&unitid={unit}&webname=某市&permissiontype=0"
    group = f'<nextgroup><![CDATA[<a href="{proxy}?{query}"></a>]]></nextgroup>'
    store = f"<datastore>{group}<recordset>{''.join(records[:45])}</recordset></datastore>"
    script = f"var param_{unit}={{columnid:{column},unitid:'{unit}'}};$('#{unit}').jpage({{totalRecord:{len(items)},perPage:15}});"
    column_page = page_at(
        f"/col/col{column}/index.html",
        f'<title>要闻</title></head><body><div id="{unit}"><script type="text/xml">{store}</script></div><script>{script}</script>',
    )

    def answer(request: Request) -> bytes | None:
        words = parse_qs(urlsplit(request.target).query) | parse_qs(request.body.decode())
        if request.path != proxy or words.get("columnid") != [str(column)]:
            return None
        first, last = (
            int(words[name][0]) if name in words else standard for name, standard in (("startrecord", 46), ("endrecord", 90))
        )
        count = f"<totalrecord>{len(items)}</totalrecord><totalpage>{ceil(len(items) / 15)}</totalpage>"
        chosen = "".join(records[first - 1 : last])
        return response("200 OK", XML, body=f"<datastore>{count}<recordset>{chosen}</recordset></datastore>".encode())

    return (column_page, answer, articles(items, JCMS_BODY))


def jpaas(path: str, items: Sequence[Item], *, tag: str, row: str, size: int = 15) -> tuple[Answer, ...]:
    """Answer as a column of JPaaS: a shell of units, of which one is the list; further pages by `paramJson`."""
    build, page_id = "/api-gateway/jpaas-publish-server/front/page/build/unit", path.strip("/").replace("/", "-")
    script = (
        "<script src='/cms_files/default/script/AuthorizedRead/unitbuild.js?v=1' webId='31' parseType='bulidstatic' url='{}' "
        "queryData=\"{{'parseType':'bulidstatic','webId':'31','tplSetId':'qA1','pageType':'column','tagId':'{}','pageId':'{}'}}\"></script>"
    )
    units = "".join(script.format(build, name, page_id) for name in ("网站头部", tag, "页脚"))

    def unit(request: Request) -> bytes | None:
        if request.path != build or request.query("pageId") != page_id:
            return None
        number = json.loads(request.query("paramJson", "{}")).get("pageNo", 1)
        chosen = items[(number - 1) * size : number * size] if request.query("tagId") == tag else ()
        rows = "".join(row.format(path=item.path, title=item.title, day=item.day) for item in chosen)
        pager = f'<script>oLayPageRender("p",{{rows:"{size}",count:"{len(items)}",pageNo:"{number}"}})</script>'
        text = f"<ul>{rows}</ul>{pager}" if request.query("tagId") == tag else '<a href="/">首页</a>'
        return response("200 OK", JSON, body=json.dumps({"code": "200", "success": True, "data": {"html": text}}).encode())

    shell = page_at(path, f"<title>要闻</title></head><body>{units}")
    return (shell, unit, articles(items, JPAAS_BODY))


def trs(folder: str, items: Sequence[Item], size: int = 20) -> tuple[Answer, ...]:
    """Answer as a channel of TRS: pages `index_1.html` and on behind the first, with a pager that a script draws."""
    pages = ceil(len(items) / size)

    def text(number: int) -> str:
        rows = "".join(
            f'<li><a href="./{item.path.removeprefix(folder)}" target="_blank">{item.title}</a><span>{item.day:%Y/%m/%d}</span>'
            f'<div class="popbox"><ul><li><a href="../../jd/202601/t20260101_9.html">相关解读</a></li></ul></div></li>'
            f'<li class="empty"></li>'
            for item in items[number * size : (number + 1) * size]
        )
        pager = f'<script>createPageHTML({pages}, {number}, "index", "html");</script>'
        return f'<title>委令</title><meta name="ColumnName"content="委令"></head><body><ul class="u-list">{rows}</ul>{pager}'

    lists = [page_at(f"{folder}{'' if number == 0 else f'index_{number}.html'}", text(number)) for number in range(pages)]
    return (*lists, articles(items, TRS_BODY))


def plain(column: int, items: Sequence[Item], size: int = 20) -> tuple[Answer, ...]:
    """Answer as a column of JCMS whose rows stand in plain HTML beside a store without any, with a link to the next page."""
    store = '<div id="5"><script type="text/xml"><datastore><recordset></recordset></datastore></script></div>'
    pages = ceil(len(items) / size)

    def name(number: int) -> str:
        return f"/col/col{column}/index{f'_{number}' if number > 1 else ''}.html"

    def text(number: int) -> str:
        rows = "".join(
            f'<li><a href="{item.path}" title="{item.title}">{item.title[:8]}...</a><span>[{item.day}]</span></li>'
            for item in items[(number - 1) * size : number * size]
        )
        more = f'<a href="{name(number + 1)}">下一页</a>' if number < pages else ""
        return f"<title>门户</title></head><body>{store}<ul>{rows}</ul><div>共{pages}页 {more}</div>"

    lists = [page_at(name(number), text(number)) for number in range(1, pages + 1)]
    return (*lists, articles(items, JCMS_BODY))


def feed(path: str, items: Sequence[Item]) -> tuple[Answer, ...]:
    """Answer with a feed (RSS 2.0) of press releases."""

    def answer(request: Request) -> bytes | None:
        if request.path != path:
            return None
        entries = "".join(
            f"<item><title><![CDATA[{item.title}]]></title><link>http://{request.headers['host']}{item.path}</link>"
            f"<pubDate>{item.day:%a, %d %b %Y} 09:30:00 +0800</pubDate></item>"
            for item in items
        )
        text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>要闻</title>{entries}</channel></rss>'
        return response("200 OK", "Content-Type: application/rss+xml; charset=utf-8", body=text.encode())

    return (answer, articles(items, TRS_BODY))


# The portals

PLAIN_ROW = "<li><a href='{path}' title='{title}'>{title}</a><span>{day}</span></li>"
DATA_ROW = '<li class="wb-data-list"><a href="{path}" title="{title}">{title}</a><span>{day}</span></li>'


def hanweb(column: int, many: int, shown_in: int | None = None) -> list[Item]:
    """Return press releases of a column of JCMS, all with another column's number where there is one."""
    return [Item(place, hanweb_path(shown_in or column, place)) for place in range(1, many + 1)]


def mixed(column: int, many: int, folder: str) -> list[Item]:
    """Return press releases of JPaaS: the newer ones with its own addresses, the older with those of JCMS."""
    new = [Item(place, f"{folder}art/{day_of(place).year}/art_{place:032x}.html", "桥梁") for place in range(1, many)]
    return [*new, Item(many, hanweb_path(column, many), "桥梁")]


def decrees(folder: str, many: int) -> list[Item]:
    """Return press releases of TRS."""
    return [
        Item(place, f"{folder}{day_of(place):%Y%m}/t{day_of(place):%Y%m%d}_{1_400_000 - place}.html")
        for place in range(1, many + 1)
    ]


_JIAXING = "/col/col1591180/index.html"

TWINS: dict[str, Twin] = {
    "jiaxing": Twin(
        {"today": Wanted("jpage", 60)},
        (
            articles([Item(1, "/art/2022/7/6/art_1591186_59539939.html")], JCMS_BODY),
            home((_JIAXING, "English"), ("/col/col1/index.html", "要闻")),
            page_at(
                _JIAXING,
                "<title>English</title></head><body><p>Welcome.</p><a href='/col/col1591185/index.html'>Jiaxing Today</a>",
            ),
            *jpage(1591185, hanweb(1591185, 60), row=PLAIN_ROW),
        ),
    ),
    "jiaxing-chinese": Twin(
        {"news": Wanted("jpage", 50), "notices": Wanted("jpaas", 18)},
        (
            home(("/col/col11/index.html", "嘉兴要闻"), ("/col/col12/index.html", "通知公告")),
            *jpage(11, hanweb(11, 50), row='<li><span>{day}</span><a href="{path}">{title}</a></li>'),
            *jpaas("/col/col12/index.html", mixed(12, 18, "/col/col12/"), tag="信息list", row=DATA_ROW),
        ),
    ),
    "jiaxing-services": Twin(
        {"news": Wanted("jpaas", 32)},
        jpaas("/col/col1229743509/index.html", mixed(1229743509, 32, "/col/col1229743509/"), tag="信息list", row=DATA_ROW),
    ),
    "jiangsu": Twin({"news": Wanted("jpage", 57)}, jpage(33718, hanweb(33718, 57), row=PLAIN_ROW)),
    "jiangsu-industry": Twin(
        {"news": Wanted("jpage", 49)},
        jpage(89736, hanweb(89736, 49, shown_in=80179), row='<tr><td><a href="{path}">{title}</a></td><td>[{day}]</td></tr>'),
    ),
    "ndrc": Twin({"decrees": Wanted("trs", 45)}, trs("/xxgk/zcfb/fzggwl/", decrees("/xxgk/zcfb/fzggwl/", 45))),
    "miit": Twin({"news": Wanted("jpaas", 20)}, jpaas("/xwfb/szyw/", mixed(9, 20, "/xwfb/szyw/"), tag="右侧内容", row=PLAIN_ROW)),
    "shandong": Twin({"news": Wanted("static", 33)}, (home(("/col/col97/index.html", "山东要闻")), *plain(97, hanweb(97, 33)))),
    "statistics": Twin(
        {"news": Wanted("static", 12)}, (home(("/rss/news.xml", "RSS")), *feed("/rss/news.xml", decrees("/xxgk/", 12)))
    ),
}
"""The twin of each portal that is shipped, by its name."""
