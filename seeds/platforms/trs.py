"""TRS WCM: static lists whose pager is a script, links written from where they stand, and texts as its editor saved them."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import ADDRESSES, HOME, REPORTS, Platform, column_named
from seeds.chrome import COLUMNS, SITE_NAME, page
from seeds.listing import LINK_TEXT
from seeds.markup import META_TITLE, around_article, cut, escaped, meta, metas, relative, shown, site_metas, text_of, wall
from seeds.platforms.base import Sheet, Twin, Wish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from seeds.markup import Surroundings
    from seeds.records import File, Release

__all__ = ["TRS"]

_LIST_PATH = re.compile(r"/en/(?:([a-z0-9]{1,20})/)?(?:index(?:_([1-9][0-9]{0,5}))?\.html)?")
_HERE = ADDRESSES[Platform.TRS]
_INTERPRETED = 5
"""One row in so many has a link to what explains it, in a list of its own."""
_EXPLANATION = _HERE.article(REPORTS, 26395025, "2013-07-26")

ROWS: tuple[str, ...] = (
    '<li><a href="{href}" target="_blank" title="{title}">{text}</a><span>{date}</span>{more}</li>',
    '<li class="clearfix"><span class="date">{slashed}</span><a href="{href}" title="{title}">{text}</a>{more}</li>',
    "<li><a href='{href}' target='_blank' title='{title}'>\n{text}\n</a>\n<em>[{date}]</em>{more}</li>",
)
"""Forms of rows: the date behind or before the link, bare, in brackets or with slashes."""


# ------------------------------------------------------------------------------------------------------------ listings


def _wish(path: str, _words: Mapping[str, str], _per_page: int) -> Wish | None:
    """Read `index.html` as the first page and `index_1.html` as the second."""
    found = _LIST_PATH.fullmatch(path)
    column = column_named(found[1] or "") if found else 0
    return Wish(column, part=int(found[2] or 0)) if found and column else None


def _row(release: Release, shown: int, column: int) -> str:
    """Write a row with a link from the column's folder, and with a nested one to what is related where there is such a thing."""
    date, here = release.published[:10], _HERE.column(column)
    explained = f'<ul class="xgjd"><li><a href="{relative(_EXPLANATION, here)}">Explained: the report of 2013</a></li></ul>'
    return ROWS[release.id % len(ROWS)].format(
        href=relative(release.path_in(shown), here),
        title=escape(release.title),
        text=escape(cut(release.title, LINK_TEXT), quote=False),
        date=date,
        slashed=date.replace("-", "/"),
        more=explained if release.id % _INTERPRETED == 0 else "",
    )


def _listing(wish: Wish, sheet: Sheet) -> str:
    number = wish.part or 0
    rows = "\n".join(sheet.part(number))
    content = (
        f'{_location(sheet.column, _HERE.column(sheet.column))}<div class="gl_list"><h2>{escape(COLUMNS[sheet.column])}</h2>\n'
        f'<ul class="list">\n{rows}\n</ul>\n'
        f'<div class="page"><script>createPageHTML({sheet.pages}, {number}, "index", "html");</script></div></div>\n'
    )
    name = COLUMNS[sheet.column]
    head = site_metas() + metas([("ColumnName", name), ("ColumnType", name)]) + _stamp(sheet.made_at)
    return page(title=f"{name}-{SITE_NAME}", head=head, content=content, platform=Platform.TRS)


def _empty(_wish: Wish, _sheet: Sheet) -> str:
    """Return the stub that deep pages are answered with when they were not generated."""
    return (
        "<html>\n<head>\n<meta http-equiv='Content-Type' content='text/html; charset=utf-8'>\n<title></title>\n</head>\n"
        "<body>\n<!-- the template was published without a document -->\n<div class='gl_list'>\n<ul class='list'>\n</ul>\n</div>\n"
        "<div class='page'></div>\n<div class='clear'></div>\n</body>\n</html>\n"
    )


# ------------------------------------------------------------------------------------------------------------ articles


def _stamp(made_at: datetime) -> str:
    return meta("HtmlGenerateTime", wall(made_at))


def _head(release: Release, around: Surroundings) -> str:
    """Return the tags: one without a space before its content, one relative, and one of a template that was never filled in."""
    name = COLUMNS[around.column]
    rows = (
        ("ColumnType", name),
        ("ArticleTitle", release.title[:META_TITLE]),
        ("PubDate", release.published),
        ("ContentSource", release.source),
        ("Keywords", ""),
        ("Author", ""),
        ("Url", relative(release.path_in(around.column), release.path_in(around.column))),
    )
    return f'{site_metas()}<meta name="ColumnName"content="{escape(name)}">\n{metas(rows)}{_stamp(around.made_at)}'


def _location(column: int, path: str) -> str:
    home = f'<a href="{relative(_HERE.column(HOME), path)}" title="Home" class="CurrChnlCls">Home</a>'
    own = f'<a href="{relative(_HERE.column(column), path)}" title="{escape(COLUMNS[column])}" class="CurrChnlCls">'
    return f'<div class="bread">Current location: {home}&nbsp;&gt;&nbsp;{own}{escape(COLUMNS[column])}</a></div>\n'


def _text(release: Release, around: Surroundings) -> str:
    """Return the text with its pictures as the editor saved them: linked from the page, and with where they came from."""
    path = release.path_in(around.column)

    def picture(file: File) -> str:
        name = file.path.rpartition("/")[2]
        return f'<p align="center"><img style="border-width: 0px" alt="" src="{relative(file.path, path)}" OLDSRC="{name}" /></p>'

    return text_of(shown(release, around), picture)


def _files(release: Release, around: Surroundings) -> str:
    """Return what follows the text: the pager of one that is spread over pages, and the attachments."""
    path = release.path_in(around.column)
    name = path.rpartition("/")[2].removesuffix(".html")
    pager = f'<div class="pages"><script>createPageHTML({release.pages}, {around.part}, "{name}", "html");</script></div>\n'
    links = (f'<p><a href="{relative(each.path, path)}">{escape(each.name)}</a></p>' for each in release.attachments)
    files = f'<div class="fj"><span>Attachments:</span>\n{"".join(links)}</div>\n' if release.attachments else ""
    return f"{pager if release.pages > 1 else ''}{files}"


OPENINGS = ("<div class=TRS_Editor>", '<div class="TRS_Editor">', '<div class="TRS_Editor"><div class="TRS_Editor">')
"""What the editor's element looks like: without quotes, with them, and one in another."""


def _usual(release: Release, around: Surroundings) -> str:
    source = f" <span>Source: {escape(release.source)}</span>" if release.source else ""
    opening = OPENINGS[release.id % len(OPENINGS)]
    closing = "</div>" * opening.count("<div")
    return (
        f'{_location(around.column, release.path_in(around.column))}<div class="detail">\n'
        f'<h1 class="detail-title">{escaped(release.title)}</h1>\n'
        f'<div class="info"><span>Release date: {release.published}</span>{source}'
        ' <span class="print"><a href="javascript:window.print()">Print</a></span></div>\n'
        f'{opening}<style type="text/css">\n.TRS_Editor P{{margin-top:0;line-height:1.5;font-size:12pt;}}\n</style>\n'
        f"{_text(release, around)}\n{closing}\n{_files(release, around)}</div>\n{around_article(around)}"
    )


TRS = Twin(
    Platform.TRS,
    wish=_wish,
    row=_row,
    listing=_listing,
    empty=_empty,
    head=_head,
    usual=_usual,
    text=_text,
    files=_files,
    hold=lambda look: f'class="TRS_Editor {look}"',
    stamp=_stamp,
)
