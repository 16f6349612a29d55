"""JPaaS: pages are shells whose menus, footers and lists are units that scripts fetch as JSON; files are signed anew every time."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import HOME, HOST_MARK, Platform, digest_of
from seeds.chrome import COLUMNS, SITE_NAME, footer, menu, page
from seeds.listing import LINK_TEXT
from seeds.markup import META_TITLE, around_article, column_link, cut, escaped, meta, metas, site_metas, text_of, wall
from seeds.platforms.base import JSON, Sheet, Twin, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from seeds.markup import Surroundings
    from seeds.records import Release

__all__ = ["JPAAS", "LIST", "UNIT", "WEB"]

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
"""Where units are fetched."""
WEB = "3364"
LIST, NAVIGATION, FOOTER = "信息列表", "导航", "页尾"
"""What the units are called that hold a list, the menu and the foot of a page."""
_COLUMN_PATH = re.compile(r"/col/col([0-9]{1,12})/(?:index\.html)?")
_REFUSED = '{"success":false,"data":{}}'

LINKS: tuple[Callable[[str], str], ...] = (
    lambda path: path,
    lambda path: f"//{HOST_MARK}{path}",
    lambda path: f"http://{HOST_MARK}{path}",
)
"""Forms of links: root-relative, protocol-relative, absolute."""

ROWS: tuple[str, ...] = (
    '<li class="wb-data-list"><a href="{href}" target="_blank" title="{title}">{text}</a><span class="bt-right">{date}</span></li>',
    '<li class="clearfix"><a class="bt-left" title="{title}" href="{href}">{text}</a><b>[{date}]</b></li>',
    '<li class="cf"><a href="{href}" title="{title}"><i></i>{text}<span>{date}</span></a></li>',
)


# ------------------------------------------------------------------------------------------------------------ listings


def _wish(path: str, words: Mapping[str, str], _per_page: int) -> Wish | None:
    """Read a column's page as its shell, and a request for a unit by what it names; an unknown name is a wish as well."""
    if path == UNIT:
        number = words.get("pageId", "")
        column = int(number) if re.fullmatch(r"[0-9]{1,12}", number) else 0
        form = words.get("tagId", "") if words.get("webId") == WEB else ""
        part = _page_number(words) - 1 if form == LIST else None
        return Wish(column, form, part, is_page=False, media_type=JSON)
    found = _COLUMN_PATH.fullmatch(path)
    return Wish(int(found[1])) if found else None


def _page_number(words: Mapping[str, str]) -> int:
    """Return the page that `paramJson` names; every other way to ask for one is ignored."""
    found = re.search(r'"pageNo"\s*:\s*"?([1-9][0-9]{0,6})\b', words.get("paramJson", ""))
    return int(found[1]) if found else 1


def _row(release: Release, shown: int, _column: int) -> str:
    return ROWS[release.id % len(ROWS)].format(
        href=LINKS[release.id // len(ROWS) % len(LINKS)](release.path_in(shown)),
        title=escape(release.title),
        text=escape(cut(release.title, LINK_TEXT), quote=False),
        date=release.published[:10],
    )


def _listing(wish: Wish, sheet: Sheet) -> str:
    if wish.is_page:
        return _shell(sheet)
    units: dict[str, Callable[[], str]] = {
        LIST: lambda: _list(sheet, wish.part or 0),
        NAVIGATION: lambda: menu(Platform.JPAAS),
        FOOTER: footer,
    }
    return _answer(units[wish.form]()) if wish.form in units else _REFUSED


def _empty(_wish: Wish, _sheet: Sheet) -> str:
    return _answer("")


def _answer(html: str) -> str:
    return json.dumps({"code": "200", "message": "操作成功", "success": True, "data": {"html": html}}, ensure_ascii=False)


def _list(sheet: Sheet, number: int) -> str:
    """Return a page of the list with its pager; there are no rows beyond the last page."""
    settings = f'{{rows:"{sheet.per_page}",count:"{len(sheet.rows)}",pageNo:"{number + 1}"}}'
    rows = "\n".join(sheet.part(number))
    return (
        f'<div class="list-box"><ul class="list" count="{len(sheet.rows)}">\n{rows}\n</ul>\n'
        f'<div id="layPage{sheet.column}"></div><script>oLayPageRender("layPage{sheet.column}",{settings})</script></div>\n'
    )


def _unit(tag: str, column: int, kind: str) -> str:
    """Return the tag of a script that fetches a unit; what it is to ask for is no JSON, for its quotes are single."""
    asks = {
        "parseType": "buildstatic",
        "webId": WEB,
        "tplSetId": "qs3Pt5ZSPt8UZss6yAknP",
        "pageType": kind,
        "tagId": tag,
        "editType": "null",
        "pageId": str(column),
    }
    pairs = ",".join(f"'{name}':'{value}'" for name, value in asks.items())
    return (
        f'<script id="{digest_of(tag, column)}" src="/cms_files/default/script/AuthorizedRead/unitbuild.js?v=1.0.3" '
        f'webId="{WEB}" parseType="buildstatic" url="{UNIT}" queryData="{{{pairs}}}"></script>\n'
    )


def _shell(sheet: Sheet) -> str:
    """Return a column's page, in which a script puts the list."""
    name = COLUMNS[sheet.column]
    head = site_metas() + metas([("ColumnName", name), ("ColumnType", name)]) + _stamp(sheet.made_at)
    content = (
        f'{_location(sheet.column)}<div class="page-content"><h2>{escape(name)}</h2>\n{_unit(LIST, sheet.column, "column")}</div>\n'
    )
    return page(title=f"{SITE_NAME} {name}", head=head, content=content, platform=Platform.JPAAS, above=_above, below=_below)


def _above(_platform: Platform) -> str:
    return _unit(NAVIGATION, HOME, "column")


def _below() -> str:
    return _unit(FOOTER, HOME, "column")


# ------------------------------------------------------------------------------------------------------------ articles


def _stamp(made_at: datetime) -> str:
    return meta("others", f"页面生成时间 {wall(made_at)}")


def _head(release: Release, around: Surroundings) -> str:
    """Return the tags; the title is broken over lines."""
    name = COLUMNS[around.column]
    rows = (
        ("ColumnName", name),
        ("ColumnType", name),
        ("ArticleTitle", "\n " + release.title[:META_TITLE].replace(" ", "\n ", 1)),
        ("PubDate", release.published),
        ("ContentSource", release.source),
        ("Author", ""),
        ("Keywords", ""),
        ("Url", release.path_in(around.column)),
    )
    return site_metas() + metas(rows) + _stamp(around.made_at)


def _location(column: int) -> str:
    return (
        f'<div class="position"><span>Current location:</span> {column_link(Platform.JPAAS, HOME)} '
        f"&gt; {column_link(Platform.JPAAS, column)}</div>\n"
    )


def _text(release: Release, _around: Surroundings) -> str:
    return text_of(release)


def _files(release: Release, _around: Surroundings) -> str:
    rows = "".join(f'<li>\n<a href="{escape(file.path)}">{escape(file.name)}</a>\n</li>' for file in release.attachments)
    heading = '<h3 class="title">\n<span class="imgIcon img-download md"></span>附件下载\n</h3>'
    return f'<div class="editorContent-download">\n{heading}\n<ul>{rows}</ul></div>\n' if rows else ""


def _usual(release: Release, around: Surroundings) -> str:
    source = f"<span>Source:<b>{escape(release.source)}</b></span>" if release.source else ""
    return (
        f'{_location(around.column)}<div class="article-box">\n<h1 class="article-title">{escaped(release.title)}</h1>\n'
        f'<div class="article-info"><span>Release date:<b>{release.published}</b></span>{source}'
        '<span class="share" id="share-bar">Share:</span></div>\n'
        f'<div class="editor-content">\n{_text(release, around)}\n</div>\n{_files(release, around)}</div>\n{around_article(around)}'
    )


JPAAS = Twin(
    Platform.JPAAS,
    wish=_wish,
    row=_row,
    listing=_listing,
    empty=_empty,
    head=_head,
    usual=_usual,
    text=_text,
    files=_files,
    hold=lambda look: f'class="editor-content {look}"',
    stamp=_stamp,
    above=_above,
    below=_below,
    is_living=True,
)
