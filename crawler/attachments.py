"""The files that a press release offers.

Pure.  A link is an attachment by its form (a document's extension, or an address that systems deliver files from) and by its
place: inside the body, in an element that systems list files in, or behind the word for attachment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.html import Document, Node, attribute, attribute_of_all, find_all, text_of
from crawler.urls import canonical_url
from storage.records import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.containers import Body

__all__ = ["AREAS", "ENDPOINTS", "EXTENSIONS", "find_attachments", "name_in"]

EXTENSIONS = (
    "pdf",
    "ofd",
    "doc",
    "docx",
    "wps",
    "xls",
    "xlsx",
    "et",
    "csv",
    "ppt",
    "pptx",
    "dps",
    "rtf",
    "txt",
    "zip",
    "rar",
    "7z",
    "ceb",
    "cebx",
)
"""Documents and packed documents, Chinese office formats (wps, et, dps, ofd, ceb) included."""

ENDPOINTS = (
    (r"/document/download\b", "Hanweb JPaaS: no extension in the path, signed anew on every load"),
    (r"/module/download/", "Hanweb JCMS: downfile.jsp"),
    (r"/downfile\.(?:jsp|do)", "Hanweb JCMS, older"),
    (r"/_content/download\.jsp", "VSB"),
    (r"/filemanager/[^?]*/attach/", "Hanweb JPaaS: stored files"),
    (r"\?filename=[^&]*\.[a-z0-9]{2,5}(?:&|$)", "any script that names the file it sends"),
    (r"&filename=[^&]*\.[a-z0-9]{2,5}(?:&|$)", "the same, behind other parameters"),
)
"""Addresses that files come from, and whose they are."""

AREAS = (
    (".editorContent-download, .Attachment-download", "Hanweb JPaaS"),
    (".fujian, .fj, .attachment, .attachments, #attachment, .attach-list, .file-list, .filelist", "named for what they are"),
    ("form[name=_newscontent_fromname]", "VSB: the whole article, files behind the text"),
)
"""Elements outside the body in which files are listed: CSS selector and whose they are."""

# Most addresses of a page are no file's: all of these begin with a sign, and what may follow a dot is asked first.
_EXTENSION = rf"\.(?=[{''.join(sorted({each[0] for each in EXTENSIONS}))}])(?:{'|'.join(EXTENSIONS)})(?:[?#]|$)"
_FILE = re.compile("|".join((_EXTENSION, *(pattern for pattern, _ in ENDPOINTS))), re.IGNORECASE)
_SOME_EXTENSION = re.compile(_EXTENSION, re.MULTILINE)
_DELIVERY = ("/download", "/downfile.", "/filemanager/", "filename=")
"""In lower case, what an address holds that fits one of `ENDPOINTS`."""

_ANNOUNCED = re.compile(
    r"[\s\u3000\xa0【\[（(]*(?:附\s*件|附\s*[:：]|相关附件|attach(?:ment|ed)|annex|appendix|download)", re.IGNORECASE
)
_AREA_CSS = ", ".join(css for css, _ in AREAS)
_SOURCES = (("a[href]", "href"), ("[pdfsrc]", "pdfsrc"), ("embed[src], iframe[src]", "src"))


def find_attachments(doc: Document, body: Body | None, base: str, pieces: Sequence[str]) -> tuple[Attachment, ...]:
    """Return the attachments of a press release in the order printed, each URL once, under its printed name.

    `pieces` are the texts printed around the body: unless one of them announces attachments, no other link is looked at.
    """
    found: dict[str, Attachment] = {}
    inside = [] if body is None else [file for css, name in _SOURCES for file in _files(body.node, css, name, base)]
    for node, url in (*inside, *_outside(doc, base, pieces)):
        found.setdefault(url, Attachment(_name(node, url), url))
    return tuple(found.values())


def _outside(doc: Document, base: str, pieces: Sequence[str]) -> list[tuple[Node, str]]:
    """Return the files of a whole page that stand in an element for files, then those that are announced."""
    anywhere = _files(doc, "a[href]", "href", base)
    if not anywhere:
        return []
    areas = [file for area in _outermost(find_all(doc, _AREA_CSS)) for file in _files(area, "a[href]", "href", base)]
    is_announcing = any(map(_ANNOUNCED.match, pieces))
    parents: dict[int, bool] = {}
    return areas + [(node, url) for node, url in anywhere if is_announcing and _is_announced(node, parents)]


def _files(root: Document | Node, css: str, name: str, base: str) -> list[tuple[Node, str]]:
    """Return the elements under `root` whose address has the form of a file's, with the absolute address."""
    nodes = find_all(root, css)
    addresses = attribute_of_all(nodes, name)
    files = []
    for node, address in zip(nodes, addresses, strict=True) if nodes and _may_be_files(addresses) else ():
        if _FILE.search(address):
            try:
                files.append((node, canonical_url(address, base)))
            except ValueError:
                continue
    return files


def _may_be_files(addresses: Sequence[str]) -> bool:
    """Tell whether one of many addresses may be a file's: a page has hundreds of links, and mostly none is."""
    all_of_them = "\n".join(addresses).lower()
    may_deliver = any(sign in all_of_them for sign in _DELIVERY)
    return may_deliver or _SOME_EXTENSION.search(all_of_them) is not None or not all_of_them.isascii()


def _outermost(areas: Sequence[Node]) -> Iterator[Node]:
    """Yield those of some elements, in document order, that stand in none of the others: they hold all that the others hold."""
    kept: set[int] = set()
    for area in areas:
        around = area.parent
        while around is not None and around.mem_id not in kept:
            around = around.parent
        if around is None:
            yield area
        kept.add(area.mem_id)


def _is_announced(link: Node, parents: dict[int, bool]) -> bool:
    """Tell whether a link's own text, or the line or cell that it stands in, begins with the word for attachment.

    `parents` remembers what was found of lines and cells: one may hold thousands of links.
    """
    parent = link.parent
    if parent is not None and parent.mem_id not in parents:
        parents[parent.mem_id] = _ANNOUNCED.match(text_of(parent)) is not None
    return _ANNOUNCED.match(text_of(link)) is not None or (parent is not None and parents[parent.mem_id])


def _name(node: Node, url: str) -> str:
    """Return the printed name of a file; where nothing is printed, its title, or the name in its address."""
    return text_of(node) or (attribute(node, "title") or "").strip() or name_in(url)


def name_in(url: str) -> str:
    """Return the name of a file that its address tells."""
    parts = urlsplit(url)
    named = (value for key, value in parse_qsl(parts.query) if key.lower() == "filename")
    return next(named, None) or unquote(parts.path.rpartition("/")[2])
