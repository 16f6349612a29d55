"""The jpage listing of a column: rows with the oddities of real ones, the embedded datastore, and the data endpoint's answers."""

from __future__ import annotations

import re
from html import escape
from math import ceil
from typing import TYPE_CHECKING

from seeds.addresses import HOST_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from seeds.records import Release

__all__ = [
    "EMPTY",
    "GROUP",
    "HOST_MARK",
    "PER_PAGE",
    "PROXY",
    "UNIT",
    "WEB",
    "answer_proxy",
    "embedded",
    "first_row",
    "group_rows",
    "row",
]

PER_PAGE = 15
GROUP_SIZE = 3
GROUP = PER_PAGE * GROUP_SIZE
"""Rows that the page embeds, and that the browser's script asks for at a time."""
UNIT = "4847465"
WEB = "3364"
PROXY = "/module/web/jpage/dataproxy.jsp"
LINK_TEXT = 56
"""Characters of a title that a row shows before it is cut with three dots."""
EMPTY = "<datastore>\n<totalrecord>0</totalrecord>\n</datastore>\n"
"""What the endpoint answers for a column and unit that do not belong together."""

LINKS: tuple[Callable[[str], str], ...] = (
    lambda path: path,
    lambda path: f"//{HOST_MARK}{path}",
    lambda path: path,
    lambda path: f"../..{path}",  # from the column's page, in which the browser puts the row
    lambda path: f"http://{HOST_MARK}{path}",
)
"""Forms of links: root-relative, protocol-relative, relative, absolute."""

ROWS: tuple[str, ...] = (
    '<li><a target="_blank" href="{href}" title="{title}">{text}</a><span>{date}</span></li>',
    "<li><a href='{href}' title='{title}'>{text}</a><b readlabel='{date}'>{date}</b></li>",
    '<li class="clearfix"><a title="{title}" class="bt-left" href="{href}">{text}</a><span class="bt-right">[{date}]</span></li>',
    '<li><a href={href} target=_blank title="{title}">{text}</a><span>{date}</span></li>',
    '<li><a title="{title}" target="_blank" href="{href}">{text} <i>{date}</i></a></li>',
    '<li><a target="_blank" href="{href}" title="{title}">{text}</a>\n<span>{broken}</span></li>',
    '<li style=<br/><a href="{href}" title="{title}">{text}</a><span>{date}</span></li>',
)
"""Forms of rows: all quotes, attributes in either order, the date bare, in brackets, inside the link or broken over lines."""


def row(release: Release, column: int) -> str:
    """Return the listing's row for an article under `column`; its forms depend on the article alone."""
    cut = f"{release.title[:LINK_TEXT].rstrip()}..." if len(release.title) > LINK_TEXT else release.title
    date = release.published[:10]
    return ROWS[release.id % len(ROWS)].format(
        href=LINKS[release.id // len(ROWS) % len(LINKS)](release.path_in(column)),
        title=escape(release.title),
        text=escape(cut, quote=False),
        date=date,
        broken=date.replace("-", "-\n\t\t"),
    )


def _recordset(rows: Sequence[str]) -> str:
    return "<recordset>" + "".join(f"<record><![CDATA[{text}]]></record>\n" for text in rows) + "</recordset>"


def _next_group(column: int, number: int) -> str:
    query = f"page={number}&appid=1&webid={WEB}&path=/&columnid={column}&unitid={UNIT}&webname=嘉兴市人民政府&permissiontype=0"
    return f'<nextgroup><![CDATA[<a href="{PROXY}?{query}"></a>]]></nextgroup>\n'


def group_rows(per_page: int = PER_PAGE) -> int:
    """Return how many rows a group has."""
    return per_page * GROUP_SIZE


def embedded(column: int, rows: Sequence[str], per_page: int = PER_PAGE) -> str:
    """Return what a column's page carries: the first group of rows as data, and the script that calls for the others."""
    group = group_rows(per_page)
    more = _next_group(column, 1) if len(rows) > group else ""
    settings = (
        f"dataBefore:'<ul class=\"main_list\">',dataAfter:'</ul>',proxyUrl:'{PROXY}',openCookies:true,barPosition:'bottom',"
        f"totalRecord:{len(rows)},perPage:{per_page},groupSize:{GROUP_SIZE},pageBtn:true"
    )
    names = f"columnid:{column},unitid:'{UNIT}',webid:{WEB},appid:1,col:1,path:'/',sourceContentType:1,permissiontype:0"
    return (
        f'<div id="{UNIT}"><script type="text/xml"><datastore>\n{more}{_recordset(rows[:group])}</datastore></script></div>\n'
        f"<script>var param_{UNIT}={{{names},webname:'嘉兴市人民政府'}};\n"
        f"$(function(){{$('#{UNIT}').jpage({{{settings}}});}});</script>\n"
    )


def _whole(words: Mapping[str, str], name: str, otherwise: int) -> int:
    found = words.get(name, "")
    return int(found) if re.fullmatch(r"[0-9]{1,9}", found) else otherwise


def first_row(words: Mapping[str, str], per_page: int = PER_PAGE) -> int:
    """Return the row, counted from 1, from which on a request to the endpoint wants rows."""
    if _is_by_group(words):
        return _whole(words, "page", 0) * group_rows(per_page) + 1
    return max(_whole(words, "startrecord", 1), 1)


def _is_by_group(words: Mapping[str, str]) -> bool:
    return "page" in words and "startrecord" not in words


def answer_proxy(words: Mapping[str, str], column: int, rows: Sequence[str], per_page: int = PER_PAGE) -> str:
    """Return the endpoint's answer to a request with these parameters (query and form together), for the `column`'s rows.

    Two dialects: `startrecord` and `endrecord` (from 1, both included) with `perpage`; or `page`, which counts groups from 0,
    the embedded group, so that the embedded `nextgroup` names page 1.  Without either, the first group is meant.
    """
    if words.get("unitid") != UNIT or not rows:
        return EMPTY
    first, by_group = first_row(words, per_page), _is_by_group(words)
    end_of_group = first + group_rows(per_page) - 1
    last = end_of_group if by_group else _whole(words, "endrecord", end_of_group)
    chosen = rows[first - 1 : last]
    if not chosen:
        return EMPTY
    more = _next_group(column, _whole(words, "page", 0) + 1) if by_group and last < len(rows) else ""
    pages = ceil(len(rows) / (_whole(words, "perpage", per_page) or per_page))
    total = f"<totalrecord>{len(rows)}</totalrecord><totalpage>{pages}</totalpage>"
    return f"<datastore>{total}{more}{_recordset(chosen)}</datastore>"
