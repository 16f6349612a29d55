"""VSB and its like: static lists with links from page to page, a feed of each list, and counters that move at every look."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import ADDRESSES, HOME, HOST_MARK, Platform, column_named, name_of_column
from seeds.chrome import COLUMNS, SITE_NAME, page
from seeds.listing import LINK_TEXT
from seeds.markup import META_TITLE, around_article, cut, escaped, meta, relative, text_of, wall
from seeds.platforms.base import CLICKS, XML, Sheet, Twin, Wish
from seeds.state import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seeds.markup import Surroundings
    from seeds.records import File, Release

__all__ = ["STATIC", "feed_path"]

_LIST_PATH = re.compile(r"/en/([a-z0-9]{1,20})(?:\.htm|/([1-9][0-9]{0,5})\.htm|/(rss|atom)\.xml)")
_HERE = ADDRESSES[Platform.STATIC]
_HOME_NAME = "index"
_NUMBERED = 8
"""Pages that the pager numbers; those between are dots."""
_UP = "way-up/"
"""Stands in rows for the way from the list to the root, which is longer from its further pages."""

ROWS: tuple[str, ...] = (
    '<li id="line_u8_{place}"><a href="{href}" target="_blank" title="{title}">{text}</a><span>{date}</span></li>',
    '<li id="line_u8_{place}"><span class="time">{date}</span><a href="{href}" title="{title}">{text}</a></li>',
    '<li id="line_u8_{place}"><a href="{href}" title="{title}"><em>{text}</em><i>[{date}]</i></a></li>',
)
"""Forms of rows; their ids carry numbers."""


def feed_path(column: int, form: str = "rss") -> str:
    """Return where the feed of a column stands, as `rss` or as `atom`."""
    return f"/en/{name_of_column(column)}/{form}.xml"


# ------------------------------------------------------------------------------------------------------------ listings


def _wish(path: str, _words: Mapping[str, str], _per_page: int) -> Wish | None:
    """Read `x.htm` as the first page and `x/2.htm` as the second; a feed is no page of the list."""
    found = _LIST_PATH.fullmatch(path)
    column = column_named("" if found[1] == _HOME_NAME else found[1]) if found else 0
    if found is None or not column:
        return None
    if found[3]:
        return Wish(column, found[3], media_type=XML)
    return Wish(column, part=int(found[2] or 1) - 1, words={"asked": found[2] or "1"})


def _row(release: Release, shown: int, _column: int) -> str:
    return ROWS[release.id % len(ROWS)].format(
        place=release.id % 15,
        href=_UP + release.path_in(shown).removeprefix("/"),
        title=escape(release.title),
        text=escape(cut(release.title, LINK_TEXT), quote=False),
        date=release.published[:10],
    )


def _page_path(column: int, number: int) -> str:
    """Return the path of a page of a list, counted from 1."""
    first = _HERE.column(column)
    return first if number == 1 else f"{first.removesuffix('.htm')}/{number}.htm"


def _listing(wish: Wish, sheet: Sheet) -> str:
    if wish.form:
        return _FEEDS[wish.form](sheet)
    way_up = "../" * (_asked(wish).count("/") - 1)
    return _list_page(wish, sheet, [row.replace(_UP, way_up) for row in sheet.part(wish.part or 0)])


def _empty(wish: Wish, sheet: Sheet) -> str:
    """Return the page of a list whose rows were lost on the way, pager and all."""
    return _list_page(wish, sheet, [])


def _asked(wish: Wish) -> str:
    """Return the path that was asked for, from which links count, also where another page is sent."""
    return _page_path(wish.column, int(wish.words["asked"]))


def _list_page(wish: Wish, sheet: Sheet, rows: list[str]) -> str:
    name, path, number = COLUMNS[sheet.column], _asked(wish), (wish.part or 0) + 1
    head = _stamp(sheet.made_at) + "".join(
        f'<link rel="alternate" type="application/{form}+xml" href="{relative(feed_path(sheet.column, form), path)}">\n'
        for form in _FEEDS
    )
    content = (
        f'{_location(sheet.column, path)}<div class="list_right"><h2>{escape(name)}</h2>\n<ul>\n{chr(10).join(rows)}\n</ul>\n'
        f'<div align="center">{_pager(sheet, number, path)}</div></div>\n'
    )
    return page(title=f"{name}-{SITE_NAME}", head=head, content=content, platform=Platform.STATIC)


def _pager(sheet: Sheet, number: int, path: str) -> str:
    def link(name: str, to: int, look: str) -> str:
        there = relative(_page_path(sheet.column, to), path)
        return f'<span class="{look}"><a href="{there}">{name}</a></span>'

    numbered = [each for each in range(1, sheet.pages + 1) if each <= _NUMBERED or each == sheet.pages]
    numbers = [f'<span class="p_no_d">{each}</span>' if each == number else link(str(each), each, "p_no") for each in numbered]
    before = [link("Previous", number - 1, "p_prev")] if number > 1 else []
    after = [link("Next", number + 1, "p_next"), link("Last", sheet.pages, "p_last")] if number < sheet.pages else []
    total = f'<span class="p_t">Total: {len(sheet.rows)} items</span>'
    return f'<span class="p_pages">{" ".join([total, *before, *numbers, *after])}</span>'


# --------------------------------------------------------------------------------------------------------------- feeds


def _moment(release: Release) -> datetime:
    return datetime.fromisoformat(release.published).replace(tzinfo=ZONE)


def _rss(sheet: Sheet) -> str:
    items = "\n".join(
        f"<item><title><![CDATA[{release.title}]]></title><link>http://{HOST_MARK}{release.path_in(shown)}</link>"
        f"<pubDate>{format_datetime(_moment(release))}</pubDate></item>"
        for release, shown in sheet.listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0">\n<channel>\n'
        f"<title>{escape(COLUMNS[sheet.column])}</title>\n<link>http://{HOST_MARK}{_HERE.column(sheet.column)}</link>\n"
        f"<description>{SITE_NAME}</description>\n{items}\n</channel>\n</rss>\n"
    )


def _atom(sheet: Sheet) -> str:
    entries = "\n".join(
        f'<entry><title type="text">{escape(release.title)}</title><link rel="alternate" href="{release.path_in(shown)}"/>'
        f"<id>tag:jiaxing,{release.published[:4]}:{release.id}:{shown}</id><updated>{_moment(release).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        "</updated></entry>"
        for release, shown in sheet.listed
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{escape(COLUMNS[sheet.column])}</title><id>tag:jiaxing:{sheet.column}</id>"
        f"<updated>{sheet.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</updated>\n{entries}\n</feed>\n"
    )


_FEEDS: dict[str, Callable[[Sheet], str]] = {"rss": _rss, "atom": _atom}


# ------------------------------------------------------------------------------------------------------------ articles


def _stamp(made_at: datetime) -> str:
    return f"<!-- published {wall(made_at)} -->\n"


def _head(release: Release, around: Surroundings) -> str:
    """Return what VSB says in tags: a title, and a description that it does not fill in; no date."""
    return (
        meta("ArticleTitle", release.title[:META_TITLE]) + meta("description", "") + meta("keywords", "") + _stamp(around.made_at)
    )


def _location(column: int, path: str) -> str:
    home = f'<a href="{relative(_HERE.column(HOME), path)}">Home</a>'
    own = f'<a href="{relative(_HERE.column(column), path)}">{escape(COLUMNS[column])}</a>'
    return f'<div class="dqwz">Current location: {home}&gt;&gt;{own}</div>\n'


def _picture(file: File) -> str:
    source = f'src="{file.path}" vurl="{file.path}"'
    return f'<p class="vsbcontent_img" style="text-align: center"><img {source} vheight="" width="500"></p>'


def _text(release: Release, _around: Surroundings) -> str:
    return text_of(release, _picture)


def _files(release: Release, _around: Surroundings) -> str:
    """Return the links to files, each with a count of how often it was taken."""
    rows = "".join(
        f'<li>Attachment [<a href="{escape(file.path)}" target="_blank">{escape(file.name)}</a>] taken '
        f'<span id="nattach{place}">{CLICKS}</span> times</li>'
        for place, file in enumerate(release.attachments, start=11)
    )
    return f'<ul style="list-style-type:none;">{rows}</ul>\n' if rows else ""


def _usual(release: Release, around: Surroundings) -> str:
    source = f"&nbsp;&nbsp;Source: {escape(release.source)}" if release.source else ""
    path = release.path_in(around.column)
    return (
        f'{_location(around.column, path)}<form name="_newscontent_fromname"><div class="content">\n'
        f'<h1 class="content-title">{escaped(release.title)}</h1>\n'
        f'<div class="content-info">Release date: {release.published}{source}&nbsp;&nbsp;Clicks: [{CLICKS}]</div>\n'
        f'<div id="vsb_content"><div class="v_news_content">\n{_text(release, around)}\n</div>\n'
        f'<p class="vsb-count">Clicks: {CLICKS}</p></div>\n<div id="div_vote_id"></div>\n{_files(release, around)}</div></form>\n'
        f"{around_article(around)}"
    )


STATIC = Twin(
    Platform.STATIC,
    wish=_wish,
    row=_row,
    listing=_listing,
    empty=_empty,
    head=_head,
    usual=_usual,
    text=_text,
    files=_files,
    hold=lambda look: f'id="vsb_content" class="{look}"',
    stamp=_stamp,
    is_living=True,
)
