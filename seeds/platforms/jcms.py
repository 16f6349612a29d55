"""JCMS: lists in an embedded store and behind an endpoint (`seeds.listing`), and articles between Hanweb's comments."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import HOME, Platform
from seeds.chrome import COLUMNS, SITE_NAME, page
from seeds.listing import EMPTY, PROXY, answer_proxy, embedded, first_row, group_rows, row
from seeds.markup import (
    DESCRIPTION,
    META_TITLE,
    around_article,
    attachment_list,
    column_link,
    escaped,
    meta,
    metas,
    site_metas,
    text_of,
    wall,
)
from seeds.platforms.base import XML, Sheet, Twin, Wish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from seeds.markup import Surroundings
    from seeds.records import Release

__all__ = ["JCMS"]

_COLUMN_PATH = re.compile(r"/col/col([0-9]{1,12})/(?:index\.html)?")


# ------------------------------------------------------------------------------------------------------------ listings


def _wish(path: str, words: Mapping[str, str], per_page: int) -> Wish | None:
    if path == PROXY:
        column = int(words["columnid"]) if re.fullmatch(r"[0-9]{1,12}", words.get("columnid", "")) else 0
        group = (first_row(words, per_page) - 1) // group_rows(per_page)
        return Wish(column, "store", group, is_page=False, words=words, media_type=XML)
    column_path = _COLUMN_PATH.fullmatch(path)
    return Wish(int(column_path[1])) if column_path else None


def _listing(wish: Wish, sheet: Sheet) -> str:
    if wish.form == "store":
        return answer_proxy(wish.words, wish.column, sheet.rows, sheet.per_page)
    return _column_page(sheet, embedded(sheet.column, sheet.rows, sheet.per_page))


def _column_page(sheet: Sheet, store: str) -> str:
    """Return a column's page: an empty list for the eye, and the `store` that the browser's script fills it from."""
    name = COLUMNS[sheet.column]
    head = site_metas() + metas([("ColumnName", name), ("ColumnType", name)]) + _stamp(sheet.made_at)
    content = f'{_location(sheet.column)}<div class="list-box"><h2>{escape(name)}</h2><ul class="main_list"></ul>\n{store}</div>\n'
    return page(title=f"{SITE_NAME} {name}", head=head, content=content)


# ------------------------------------------------------------------------------------------------------------ articles


def _stamp(made_at: datetime) -> str:
    return meta("Maketime", wall(made_at))


def _head(release: Release, around: Surroundings) -> str:
    rows = (
        ("ColumnName", COLUMNS[around.column]),
        ("ColumnType", COLUMNS[around.column]),
        ("ArticleTitle", release.title[:META_TITLE]),
        ("PubDate", release.published),
        ("author", ""),
        ("description", release.paragraphs[0][:DESCRIPTION] if release.paragraphs else ""),
        ("keywords", ""),
        ("contentSource", release.source),
        ("url", release.path_in(around.column)),
        ("guid", f"{release.published[:4]}{release.id}"),
        ("category", ""),
        ("Maketime", wall(around.made_at)),
        ("i_columnid", around.column),
        ("i_articleid", release.id),
    )
    return site_metas() + metas(rows)


def _location(column: int) -> str:
    return (
        '<table class="location"><tr><td>Current location:</td>\n'
        f"<td>{column_link(Platform.JCMS, HOME)}</td>\n"
        f"<td> &gt; {column_link(Platform.JCMS, column)}</td></tr></table>\n"
    )


def _information(release: Release) -> str:
    source = f"<span>Source:{escape(release.source)}</span>" if release.source else ""
    return (
        f'<div class="article-info"><span>Release date:{release.published}</span> '
        f"<!--<$[信息来源]>begin-->{source}<!--<$[信息来源]>end--> "
        '<span>Views:<span id="visitcount"></span></span> '
        '<span class="fontsize">Font size: [<a href="javascript:doZoom(18)">L</a> <a href="javascript:doZoom(16)">M</a> '
        '<a href="javascript:doZoom(14)">S</a>]</span> <span class="share" id="share-bar">Share:</span></div>\n'
    )


def _usual(release: Release, around: Surroundings) -> str:
    counter = f"/module/visitcount/articlehits.jsp?colid={around.column}&artid={release.id}"
    return (
        f'{_location(around.column)}<div id="barrierfree_container" class="article">\n'
        f'<h1 class="article-title"><!--<$[标题]>begin-->{escaped(release.title)}<!--<$[标题]>end--></h1>\n{_information(release)}'
        '<div id="zoom" class="main-txt"><!--<$[信息内容]>begin--><!--ZJEG_RSS.content.begin--><meta name="ContentStart">\n'
        f'{text_of(release)}\n<meta name="ContentEnd"><!--ZJEG_RSS.content.end--><!--<$[信息内容]>end--></div>\n'
        f"{attachment_list(release)}</div>\n{around_article(around)}"
        f'<script src="{escape(counter)}"></script>\n'
    )


JCMS = Twin(
    Platform.JCMS,
    wish=_wish,
    row=lambda release, shown, _column: row(release, shown),
    listing=_listing,
    empty=lambda _wish, _sheet: EMPTY,
    head=_head,
    usual=_usual,
    text=lambda release, _around: text_of(release),
    files=lambda release, _around: attachment_list(release),
    hold=lambda look: f'id="zoom" class="{look}"',
    stamp=_stamp,
)
