"""TRS WCM and its kin: a plain list of links, and a pager that a script writes from the number of pages.

`createPageHTML` is called with that number, and with the name that the files of the pages have in common.  TRS counts its pages
from nought (page 2 of `index.html` is `index_1.html`), Ucap, which has a function of the same name, from one (`list_2.shtml`); each
says which page it stands on, and so how it counts.  Some sites count otherwise than they say: the other name of page 2 is tried
where the first one is not there or shows page 1 again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from crawler.html import base_of, find_all, parse, source_of
from crawler.listings.base import ListingPage, ListingRequest, cannot_read, count, prints_of, repeats, step
from crawler.listings.lists import Found, find_list
from crawler.listings.static import read_static
from crawler.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from config.portal import Section
    from crawler.html import Document

__all__ = ["Pager", "miss_trs", "pager_of", "read_trs"]

PLATFORM = "trs"

_CALL = re.compile(r"\bcreatePageHTML\s{0,9}\(([^()]{1,300})\)")
_COMMENT = re.compile(r"""(?<![:"'])//""")  # an address in a script is none
_COUNT = re.compile(r"""\bcountPage\s{0,9}=\s{0,9}["']?([0-9]+)""")
_CURRENT = re.compile(r"""\b(?:currentPage|curPage|nCurrIndex)\s{0,9}=\s{0,9}["']?([0-9]+)""")
_FILE = re.compile(r"([\w-]{1,99})\.(s?html?|jhtml|jsp|aspx?|php)$", re.IGNORECASE)
_NAME = re.compile(r"""["']([\w-]{1,99}?)_["']\s{0,9}\+""")
_EXTENSION = re.compile(r"""\+\s{0,9}["']\.(s?html?|jhtml|jsp)["']""", re.IGNORECASE)
_LITERAL_NAME = re.compile(r"""["']\s?([\w-]{1,99})\s?["']""")
_LITERAL_EXTENSION = re.compile(r"""["']\s?\.?(\w{1,9})\s?["']""")
_FEWEST = 4  # arguments of TRS's call: pages, current page, name, extension; Ucap names an element before, the rows behind


@dataclass(frozen=True, slots=True)
class Pager:
    """What a pager's script says: how many pages there are, which of them this is, and how their files are called.

    `current` counts as the site does, None where it is not said; '' stands for a name or an extension that is not said.
    """

    pages: int
    current: int | None = None
    name: str = ""
    extension: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class _Course:
    """Where a sweep stands: the page asked for, how pages are called and counted, and what page 1 showed.

    `begin` is the number that page 1 says it has, `offset` the number that its file would have.
    """

    page: int
    pages: int
    offset: int
    begin: int
    base: str
    name: str
    extension: str
    total: int | None
    prints: str
    is_second_try: bool = False

    def cursor(self) -> dict[str, str]:
        """Return the course as plain texts."""
        texts = {"base": self.base, "name": self.name, "extension": self.extension, "prints": self.prints}
        numbers = {"page": self.page, "pages": self.pages, "offset": self.offset, "begin": self.begin, "total": self.total}
        marks = {"second": "yes"} if self.is_second_try else {}
        return texts | {name: str(number) for name, number in numbers.items() if number is not None} | marks

    @property
    def url(self) -> str:
        """The address of the page."""
        return self.url_with(self.offset)

    def url_with(self, offset: int) -> str:
        """Return the address that the page has where the site counts from `offset`."""
        return canonical_url(f"{self.name}_{self.page - 1 + offset}.{self.extension}", self.base)


def read_trs(text: str, request: ListingRequest, *, section: Section, zone: ZoneInfo) -> ListingPage:
    """Return the rows of a page of the list, and what to ask for the next page.

    Where the portal's file says how the pages are called, or the page has no pager of the kind, it is read as any plain list.
    """
    doc = parse(text)
    pager = pager_of(doc)
    if "prints" in request.cursor:
        return _read_further(find_list(text, doc, request.url, section, zone), pager, request)
    if section.pages or pager is None:
        return replace(read_static(text, request, section=section, zone=zone), platform=PLATFORM)
    found = find_list(text, doc, request.url, section, zone)
    if isinstance(found, str):
        return cannot_read(PLATFORM, found)
    course = _course(pager, found, base_of(doc, request.url), request.url)
    return _page(found, course, request, course.pages)


def miss_trs(why: str, request: ListingRequest, *, section: Section) -> ListingPage:
    """Return what is made of a page that is not there: page 2 may have another name."""
    del section  # a way that the portal's file describes has no other
    course = _carried(request.cursor)
    return cannot_read(PLATFORM, why) if course is None else _missed(why, course, request)


def _page(found: Found, course: _Course, request: ListingRequest, pages: int) -> ListingPage:
    first = request.first + found.printed
    return ListingPage(
        PLATFORM,
        readable=True,
        records=found.records,
        printed=found.printed,
        total=course.total,
        pages=pages,
        next=_asking_for(replace(course, page=course.page + 1), first) if course.page < pages else None,
        problems=found.problems,
    )


def _read_further(found: Found | str, pager: Pager | None, request: ListingRequest) -> ListingPage:
    """Read a page after the first, which may be none: a stub, page 1 once more, or a page further on."""
    course = _carried(request.cursor)
    if course is None:
        return cannot_read(PLATFORM, "the request carries no course")
    if isinstance(found, str):
        return _missed(found, course, request)
    if repeats(found.records, course.prints):
        return _missed("it shows page 1 again", course, request)
    standing = pager.current - course.begin + 1 if pager and pager.current is not None else course.page
    if standing > course.page:
        return _missed(f"it says that it is page {standing}", course, request)
    return _page(found, replace(course, is_second_try=False), request, course.pages)


def _missed(why: str, course: _Course, request: ListingRequest) -> ListingPage:
    """Return the way round a page that did not come: page 2 has another name to try; anything else is said, and ends the sweep."""
    said = f"page {course.page} of {course.pages} is not at {course.url}: {why}"
    if course.page > 2:  # noqa: PLR2004 - the page that tells how a site counts
        return cannot_read(PLATFORM, f"{said}; what follows is not read")
    if course.is_second_try:
        return cannot_read(PLATFORM, f"{said}; nor at {course.url_with(1 - course.offset)}: first page only")
    other = replace(course, offset=1 - course.offset, is_second_try=True)
    return step(PLATFORM, _asking_for(other, request.first), said)


def _asking_for(course: _Course, first: int) -> ListingRequest:
    return ListingRequest(course.url, platform=PLATFORM, first=first, cursor=course.cursor())


def _course(pager: Pager, found: Found, base: str, url: str) -> _Course:
    name, extension = _file(pager, found, url)
    begin = min(pager.current or 0, 1)
    # A number of rows that does not fit the number of pages counts something else.
    total = pager.total if pager.total and ceil(pager.total / max(found.printed, 1)) == pager.pages else None
    return _Course(1, pager.pages, begin, begin, base, name, extension, total, prints_of(found.records))


def _file(pager: Pager, found: Found, url: str) -> tuple[str, str]:
    """Return what the files of the pages are called: as the pager says, else as this page or its first press release is."""
    own = _FILE.search(url.partition("?")[0])
    release = _FILE.search(found.records[0].url) if found.records else None
    extension = own[2] if own else release[2] if release else "html"
    return pager.name or (own[1] if own else "index"), pager.extension or extension


def _carried(cursor: Mapping[str, str]) -> _Course | None:
    """Return the course that a cursor carries, or None where it is not one of ours."""
    page, pages, offset, begin = (count(cursor.get(name)) for name in ("page", "pages", "offset", "begin"))
    if page is None or pages is None or offset is None or begin is None or not cursor.get("base"):
        return None
    base, name, extension, prints = (cursor.get(each, "") for each in ("base", "name", "extension", "prints"))
    total = count(cursor.get("total"))
    return _Course(page, pages, offset, begin, base, name, extension, total, prints, "second" in cursor)


# The pager.


def pager_of(doc: Document) -> Pager | None:
    """Return what the page's pager says, or None where it prints none: a call goes before a mere number of pages."""
    sources = [source_of(script) for script in find_all(doc, "script")]
    calls = (pager for source in sources for pager in _calls(source))
    return next(calls, None) or next(filter(None, map(_counted, sources)), None)


def _calls(source: str) -> Iterator[Pager]:
    """Yield the pagers that a script writes; the function's own definition and lines that are commented out write none."""
    for call in _CALL.finditer(source):
        line = source[source.rfind("\n", 0, call.start()) + 1 : call.start()][-300:]
        pager = _called([argument.strip() for argument in call[1].split(",")], source)
        if pager and not _COMMENT.search(line):
            yield pager


def _called(arguments: list[str], source: str) -> Pager | None:
    """Read a call: (pages, current, name, extension), or the same behind the name of an element and before the number of rows."""
    if not arguments[0].isdecimal() and arguments[0] != "countPage":
        arguments = arguments[1:]
    if len(arguments) < _FEWEST - 1:
        return None
    named = _COUNT.search(source)
    pages = count(named[1] if named and arguments[0] == "countPage" else arguments[0])
    if not pages:
        return None
    _, current, name, extension, total = (*arguments, "", "")[:5]
    return Pager(pages, count(current), *_names(name, extension), count(total) or None)


def _names(name: str, extension: str) -> tuple[str, str]:
    """Return the two parts of a file's name, each '' where it can be none: what a script computes is not known."""
    named, extended = _LITERAL_NAME.fullmatch(name), _LITERAL_EXTENSION.fullmatch(extension)
    return (named[1] if named else ""), (extended[1] if extended else "")


def _counted(source: str) -> Pager | None:
    """Read the older form, which sets the number of pages and puts the addresses together by itself."""
    pages = _COUNT.search(source)
    number = count(pages[1]) if pages else None
    if not number:
        return None
    current, name, extension = (pattern.search(source) for pattern in (_CURRENT, _NAME, _EXTENSION))
    return Pager(number, count(current[1]) if current else None, name[1] if name else "", extension[1] if extension else "")
