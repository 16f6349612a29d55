"""The further pages of an article that is spread over several.

Pure.  Systems name them after the first: `t20220920_7.shtml`, `t20220920_7_1.shtml`, or by a number in the query.  They are told by
TRS's and Ucap's script that prints the pager, or by the links of the pager; what bears another name is another article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crawler.html import attribute_of_all, find_all, source_of, text_of
from crawler.urls import canonical_url, looks_like_listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.html import Document

__all__ = ["MOST_PARTS", "parts_of"]

MOST_PARTS = 100
"""Further pages of one article; what claims more is a listing or a mistake."""

_SCRIPT = "createPageHTML"
_MOST_CALLS = 20
_LONGEST_LINE = 200  # of a script that people write
_QUOTED = r"\s{0,9}[\"']([^\"']{1,200})[\"']\s{0,9}"
_COUNT = r"\s{0,9}(\d{1,4})\s{0,9}"
_CALLS = (
    (re.compile(rf"{_SCRIPT}\s{{0,9}}\({_COUNT},{_COUNT},{_QUOTED},{_QUOTED}"), (0, 2, 3), 1, "TRS: pages, this one from 0, name"),
    (
        re.compile(rf"{_SCRIPT}\s{{0,9}}\({_QUOTED},{_COUNT},{_COUNT},{_QUOTED},{_QUOTED}"),
        (1, 3, 4),
        2,
        "Ucap: where, pages, this one from 1, name",
    ),
)
"""The pager's scripts: the call, which of its arguments are number of pages, name and extension, the number of the second page."""

_WORDS = (
    ("next", re.compile(r"下一?[页頁]|后一[页頁]|next(?:\s?page)?", re.IGNORECASE), "leads on by one"),
    ("last", re.compile(r"[末尾][页頁]|最后一?[页頁]|last(?:\s?page)?", re.IGNORECASE), "leads to the end"),
    (
        "back",
        re.compile(r"首[页頁]|第一[页頁]|上一?[页頁]|前一[页頁]|(?:first|prev(?:ious)?)(?:\s?page)?", re.IGNORECASE),
        "leads back",
    ),
    ("number", re.compile(r"第?\s?(\d{1,3})\s?[页頁]?"), "names a page"),
)
"""What the links of a pager say, brackets and arrows aside: kind, pattern and meaning."""
_FRAME = "[]【】()（）<>《》〈〉«»‹›{}|·.… \t\n\xa0\u3000"
_TAIL = re.compile(r"(?P<sign>[_/-]?)(?P<number>\d{1,3})\.(?:s?html?|jhtml|psp|jsp|aspx?)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[a-z]{2,5}", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"[_-]\d{1,3}$|(?<=[^/\d_-])\d{1,3}$|(?<=[^/])/\d{1,3}$")
_GOING_ON = frozenset("_-/123456789\"'")
"""What follows the name of an article in the addresses of its further pages, or in the script of its pager."""
_ENDS_IN_A_FEW = re.compile(r"[_-]\d{1,2}$")
_PARAMETER = re.compile(r"[?&](?:page|page_?no|page_?num|page_?index|cur(?:rent)?_?page)=(?P<number>\d{1,3})(?=&|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Link:
    """A link of a pager: what it says, the number that it prints, where it leads."""

    says: str
    printed: int | None
    url: str


@dataclass(frozen=True, slots=True)
class _Numbered:
    """An address that holds the number of a page, and what stands around it."""

    before: str
    number: int
    behind: str


def parts_of(doc: Document, text: str, url: str, base: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the absolute URLs of an article's further pages in order, and what is odd about them.

    `text` is the page's source, `url` its own address and `base` what its links are relative to.  A further page itself names
    none, but where each page knows only the next.
    """
    own = _resolved(url, None) if _may_be_spread(text, url) else None
    if own is None or looks_like_listing(own):
        return (), ()
    told = _told(doc, own, base) if _SCRIPT in text else None
    if told is None:
        told = _linked(doc, own, base)
    if len(told) > MOST_PARTS:
        return (), (f"it claims more than {MOST_PARTS} further pages, as no press release has",)
    return told, ()


def _may_be_spread(text: str, url: str) -> bool:
    """Tell whether a page may name further pages of its own: hardly any does, and to ask this costs next to nothing."""
    if "?" in url:
        return True
    name = _name_in(_stem_of(url))
    at = text.find(name) if name else -1
    while at >= 0 and text[at + len(name) : at + len(name) + 1] not in _GOING_ON:
        at = text.find(name, at + 1)
    return at >= 0 or _ENDS_IN_A_FEW.search(name) is not None


def _resolved(href: str, base: str | None) -> str | None:
    try:
        return canonical_url(href, base)
    except ValueError:
        return None


# -------------------------------------------------------------------------------------------------------------- by script


def _told(doc: Document, own: str, base: str) -> tuple[str, ...] | None:
    """Return what the pager's script says; None where none speaks of this article."""
    for count, name, extension, second in islice(_calls(doc), _MOST_CALLS):
        numbers = range(second, min(second + count - 1, second + MOST_PARTS + 1))
        urls = tuple(_resolved(f"{name}_{number}.{extension}", base) or "" for number in numbers)
        if _resolved(f"{name}.{extension}", base) == own:
            return urls
        if own in urls:
            return ()
    return None


def _calls(doc: Document) -> Iterator[tuple[int, str, str, int]]:
    """Yield the calls of pagers in a page's scripts: number of pages, name, extension, the number in the second page's name."""
    for source in map(source_of, find_all(doc, "script")):
        for pattern, places, second, _ in _CALLS if _SCRIPT in source else ():
            for call in pattern.finditer(source):
                count, name, extension = (call.groups()[place] for place in places)
                if not _is_commented(source, call.start()):
                    yield int(count), name, extension, second


def _is_commented(source: str, at: int) -> bool:
    """Tell whether a place in a script stands behind `//` on its line; `://` belongs to an address."""
    start = max(source.rfind("\n", max(0, at - _LONGEST_LINE), at) + 1, at - _LONGEST_LINE, 0)
    return "//" in source[start:at].replace("://", "")


# --------------------------------------------------------------------------------------------------------------- by links


def _linked(doc: Document, own: str, base: str) -> tuple[str, ...]:
    """Return what the links of a pager say: all pages up to the last that is named, for long pagers leave some out."""
    whole, links = _stem_of(own), list(_pager(doc, own, base))
    part = _part_of(own, links)
    if part is not None:
        return _onward(part, own, links)
    places = [(link, place) for link in links if (place := _place(link.url, whole, own)) is not None]
    first = max((place.number for link, place in places if link.printed == 1 or link.says == "back"), default=0)
    further = [place for _, place in places if place.number > first]
    if not further:
        return ()
    numbers = [place.number for place in further]
    return tuple(f"{further[0].before}{each}{further[0].behind}" for each in range(min(numbers), max(numbers) + 1))


def _pager(doc: Document, own: str, base: str) -> Iterator[_Link]:
    """Yield the links that say what a pager's do and may lead to another page of this article."""
    anchors = find_all(doc, "a[href]")
    name = _name_in(_whole_of(own))
    for node, href in zip(anchors, attribute_of_all(anchors, "href"), strict=True):
        if name in href or _PARAMETER.search(href):
            says, printed = _said(text_of(node))
            url = _resolved(href, base) if says else None
            if url is not None:
                yield _Link(says, printed, url)


def _said(printed: str) -> tuple[str, int | None]:
    """Return what kind of link of a pager this is ('' for none), and the number that it prints."""
    words = printed.strip(_FRAME)
    for kind, pattern, _ in _WORDS:
        found = pattern.fullmatch(words) if words else None
        if found:
            return kind, int(found[1]) if kind == "number" else None
    return "", None


def _place(url: str, whole: str, own: str) -> _Numbered | None:
    """Return the number that an address has in the article of which `whole` is the stem of the first page."""
    tail = _TAIL.fullmatch(url, len(whole)) if url.startswith(whole) else None
    if tail is not None and (tail["sign"] or not whole[-1].isdigit()):
        return _Numbered(url[: tail.start("number")], int(tail["number"]), url[tail.end("number") :])
    asked = _PARAMETER.search(url)
    if asked is None or _unasked(url) != _unasked(own):
        return None
    return _Numbered(url[: asked.start("number")], int(asked["number"]), url[asked.end("number") :])


def _part_of(own: str, links: Sequence[_Link]) -> _Numbered | None:
    """Return the place of this page, if it is a further page: its pager leads back to an article without its number."""
    whole = _whole_of(own)
    is_linked = any(_stem_of(_unasked(link.url)) == whole and link.url != own for link in links)
    place = _place(own, whole, own) if is_linked else None
    first = 1 if place is not None and "?" in place.before else 0
    return place if place is not None and place.number > first else None


def _onward(part: _Numbered, own: str, links: Sequence[_Link]) -> tuple[str, ...]:
    """Return the next page, unless the pager names all pages: then the first page has told of them."""
    if any(link.says in {"number", "last"} for link in links):
        return ()
    places = (_place(link.url, _whole_of(own), own) for link in links if link.says == "next")
    further = (f"{each.before}{each.number}{each.behind}" for each in places if each is not None and each.number > part.number)
    return tuple(further)[:1]


def _stem_of(url: str) -> str:
    """Return an address up to the extension of the file that it names."""
    path = url.partition("?")[0]
    stem, _, extension = path.rpartition(".")
    return stem if _EXTENSION.fullmatch(f".{extension}") else path


def _whole_of(own: str) -> str:
    """Return the stem that the first page would have, if this were a further page, else that of the page itself."""
    return _LAST_NUMBER.sub("", _stem_of(own))


def _name_in(stem: str) -> str:
    return stem.rpartition("/")[2]


def _unasked(url: str) -> str:
    """Return an address without the parameter that counts pages."""
    rest = _PARAMETER.sub("", url)
    return rest if "?" in rest else rest.replace("&", "?", 1)
