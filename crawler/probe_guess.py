"""What a page tells whoever writes a portal's file: what it calls itself, where it leads, and where its text stands.

Pure.  What is guessed here is only ever proposed: the probe says what it took, and writes it down for people to see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.containers import find_body
from crawler.fields import breadcrumb_of, first_meta, meaningful, squash, surroundings
from crawler.html import attribute, base_of, blocks, collapsed, find, find_all, links, metas, parse, source_of
from crawler.locate import HOME_NAMES
from crawler.titles import find_title
from crawler.urls import host_of, looks_like_listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.portal import Select
    from crawler.html import Document, Node

__all__ = [
    "Origins",
    "body_of",
    "is_front_page",
    "origins_of",
    "section_links",
    "section_of",
    "section_title",
]

_MOST_LINKS = 20
_LONGEST_TITLE = 40  # characters; what is longer is no name of a section
_FRONT = re.compile(r"/(?:(?:index|default|home|main|welcome)\.\w{2,5})?", re.IGNORECASE)
_PARTS = re.compile(r"[-_|–—]")
_NAME = re.compile(r"[A-Za-z][\w-]*")
_MOST_SHARE = 0.9
_MOST_NODES = 2_000
_HEAD_LINES = 5  # of a body that holds its own head


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the parts of a press release that are not dates were found: the title's place, the text's container; None: nowhere."""

    title: str | None = None
    container: str | None = None


def is_front_page(url: str) -> bool:
    """Tell whether an address is that of a host's home page."""
    parts = urlsplit(url)
    return not parts.query and _FRONT.fullmatch(parts.path or "/") is not None


# What the page is called, and where it leads.


def section_title(text: str, url: str) -> str | None:
    """Return what a listing calls itself: the government's meta tag, else the end of its breadcrumb, else its `<title>`."""
    doc = parse(text)
    crumbs = [name for name in breadcrumb_of(doc, surroundings(doc, None).before, None) if _is_name(name)]
    heads = [part.strip() for node in find_all(doc, "title")[:1] for part in _PARTS.split(collapsed(source_of(node)))]
    named = [first_meta(metas(doc), "columnname"), *reversed(crumbs), *heads, host_of(url)]
    return next((name for name in named if name and _is_name(name)), None)


def section_of(text: str, crumbs: Sequence[str]) -> tuple[str, ...]:
    """Return the title of the section that a press release stands in: the end of its breadcrumb, else the column's meta tag."""
    column = first_meta(metas(parse(text)), "columnname")
    named = (*reversed(crumbs), *((column,) if column else ()))
    return tuple(name for name in named if _is_name(name))[:1]


def _is_name(name: str) -> bool:
    return bool(meaningful(name)) and len(name) <= _LONGEST_TITLE and squash(name).casefold() not in HOME_NAMES


def section_links(text: str, url: str) -> tuple[str, ...]:
    """Return the titles of links on a page that may be its sections, for a person to choose one."""
    doc = parse(text)
    base = base_of(doc, url)
    found = (link for link in links(doc, base) if host_of(link.url) == host_of(url) and looks_like_listing(link.url))
    titles = (link.text or link.title for link in found if not is_front_page(link.url))
    return tuple(dict.fromkeys(title for title in titles if _is_name(title)))[:_MOST_LINKS]


# Where the parts of a press release stand.


def origins_of(text: str, url: str, select: Select) -> Origins:
    """Return where title and text of a page were found."""
    doc = parse(text)
    body = find_body(doc, text, base_of(doc, url), selector=select.body, drop=select.drop)
    above = surroundings(doc, body).before + (body.paragraphs[:_HEAD_LINES] if body else ())
    title = find_title(doc, text, metas(doc), above, selector=select.title)
    return Origins(title.origin if title else None, body.container if body else None)


def body_of(text: str, paragraphs: Sequence[str]) -> str | None:
    """Return a selector of the innermost element that holds nearly all of these paragraphs, or None where none has a name."""
    doc = parse(text)
    wanted = {squash(line) for line in paragraphs}
    least = max(1, int(_MOST_SHARE * len(wanted)))
    found = None
    for node in find_all(doc, "body [id], body [class]")[:_MOST_NODES]:
        lines = {squash(line) for line in blocks(node)}
        if len(wanted & lines) >= least:
            found = _selector(doc, node) or found  # in document order, an inner element comes after those around it
    return found


def _selector(doc: Document, node: Node) -> str | None:
    """Return the selector by an element's id, else by its class, that leads to this element first."""
    names = [(attribute(node, "id") or "", "#"), *((each, ".") for each in (attribute(node, "class") or "").split())]
    chosen = (f"{sign}{name}" for name, sign in names if _NAME.fullmatch(name) and not name[-1].isdecimal())
    return next((css for css in chosen if _leads_to(doc, css, node)), None)


def _leads_to(doc: Document, css: str, node: Node) -> bool:
    first = find(doc, css)
    return first is not None and first.mem_id == node.mem_id
