"""HTML that the pages of all platforms are made of: escaped texts, meta tags, paragraphs as editors leave them, neighbours."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import ADDRESSES, HOME, Platform
from seeds.chrome import COLUMNS, SITE_NAME
from seeds.state import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from seeds.records import File, Release

__all__ = [
    "DESCRIPTION",
    "META_TITLE",
    "PARAGRAPHS",
    "Surroundings",
    "around_article",
    "attachment_list",
    "column_link",
    "cut",
    "escaped",
    "meta",
    "metas",
    "paragraphs_of",
    "relative",
    "shown",
    "site_metas",
    "text_of",
    "wall",
]

META_TITLE = 100
"""Characters of a title that the ArticleTitle tag holds; the rest is cut."""
DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an article page shows besides the article: its column, when it was generated, its neighbours, and which page it is."""

    column: int
    made_at: datetime
    previous: Release | None = None
    following: Release | None = None
    related: Sequence[Release] = ()
    part: int = 0


def wall(moment: datetime) -> str:
    """Return a moment as portals print it, in their own zone and to the second."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"


def escaped(words: str) -> str:
    """Escape a text, no-break spaces as editors' programs write them."""
    return escape(words, quote=False).replace("\u00a0", "&nbsp;")


def cut(title: str, longest: int) -> str:
    """Return a title as a row shows it: cut with three dots where it is longer than there is room."""
    return f"{title[:longest].rstrip()}..." if len(title) > longest else title


def meta(name: str, content: object) -> str:
    """Return one meta tag."""
    return f'<meta name="{name}" content="{escape(str(content))}">\n'


def metas(rows: Iterable[tuple[str, object]]) -> str:
    """Return a meta tag for each name and content."""
    return "".join(meta(name, content) for name, content in rows)


def site_metas() -> str:
    """Return the tags about the site: the name twice, and an identification that was never filled in."""
    twice = meta("SiteName", SITE_NAME)
    return twice + meta("SiteDomain", "www.jiaxing.gov.cn,jiaxing.gov.cn") + meta("SiteIDCode", "") + twice


def relative(path: str, page: str) -> str:
    """Return how a page links to a path when it writes links from where it stands, `./` and `../` included."""
    way = posixpath.relpath(path, posixpath.dirname(page)) + ("/" if path.endswith("/") else "")
    return way if way.startswith("..") else f"./{way}"


def column_link(platform: Platform, column: int) -> str:
    """Return a link to a column that bears its name."""
    name = "Home" if column == HOME else COLUMNS[column]
    return f'<a href="{ADDRESSES[platform].column(column)}">{escape(name)}</a>'


def _plain(words: str) -> str:
    return f'<p style="text-indent:2em;line-height:2em">{words}</p>'


def _wrapped(words: str) -> str:
    """Break the source lines as an HTML editor does: white space that a browser shows as one space."""
    return '<p class="MsoNormal">\n   ' + words.replace(". ", ".\n      ") + "\n</p>"


def _spans(words: str) -> str:
    """Split a paragraph into pieces of its own style, as pasting from a word processor does."""
    first, space, rest = words.partition(" ")
    opening = f'<span style="font-family:Arial;font-size:16px"><strong>{first}</strong>{space}</span>'
    return f'<p>{opening}<font color="#333333">{rest}</font></p>'


def _division(words: str) -> str:
    return f'<div style="text-align:justify">{words}</div>'


PARAGRAPHS: tuple[Callable[[str], str], ...] = (_plain, _wrapped, _spans, _division)
"""How paragraphs are marked up; an article keeps to one of them."""


def shown(release: Release, around: Surroundings) -> Release:
    """Return an article with what this page of it shows: a part of the text where it is spread, and pictures on the first."""
    if release.pages == 1:
        return release
    first = around.part * release.spread
    pictures = () if around.part else release.images
    return replace(release, paragraphs=release.paragraphs[first : first + release.spread], images=pictures)


def paragraphs_of(release: Release) -> list[str]:
    """Return an article's paragraphs as HTML."""
    markup = PARAGRAPHS[release.id % len(PARAGRAPHS)]
    return [markup(escaped(words)) for words in release.paragraphs]


def _picture(file: File) -> str:
    return f'<p style="text-align:center"><img src="{escape(file.path)}" alt="" border="0"></p>'


def text_of(release: Release, picture: Callable[[File], str] = _picture) -> str:
    """Return what stands in the container of the text: pictures, paragraphs, and an empty one."""
    return "\n".join([*map(picture, release.images), *paragraphs_of(release), "<p><br></p>"])


def attachment_list(release: Release) -> str:
    """Return the list of an article's attachments, nothing where it has none."""
    if not release.attachments:
        return ""
    rows = "".join(
        f'<li><a href="{escape(file.path)}" target="_blank">{escape(file.name)}</a></li>' for file in release.attachments
    )
    return f'<div class="attachments"><strong>Attachments:</strong><ul>{rows}</ul></div>\n'


def _neighbour(label: str, release: Release | None) -> str:
    link = f'<a href="{release.path}">{escape(release.title)}</a>' if release else "None"
    return f"<p>{label}: {link}</p>"


def around_article(around: Surroundings) -> str:
    """Return what stands below an article: the ones before and after it, and related ones."""
    related = "".join(f'<li><a href="{release.path}">{escape(release.title)}</a></li>' for release in around.related)
    return (
        f'<div class="neighbours">{_neighbour("Previous", around.previous)}{_neighbour("Next", around.following)}</div>\n'
        f'<div class="related"><h3>Related articles</h3><ul>{related}</ul></div>\n'
    )
