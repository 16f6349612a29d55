"""Hanweb's JPaaS: a shell whose parts, "units", a script fetches one by one as JSON that holds a piece of HTML.

The shell says what to ask for each unit, not which of them is the list.  The configured unit is taken, else the one that was read
before; else those with likely names are asked, and the one with most press releases is taken.  A list that stands in the shell's
own HTML competes with them.

How further pages are asked for differs from site to site, and a site that knows none of the ways sends page 1 for every number.
So the ways are tried in turn on page 2, and where each brings page 1 again, what was read is said to be the first page only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crawler.html import attribute, base_of, find, find_all, parse, source_of
from crawler.listings.base import ListingPage, ListingRequest, cannot_read, count, prints_of, repeats, step
from crawler.listings.lists import Found, find_list
from crawler.listings.paging import stated_size
from crawler.listings.static import read_static
from crawler.listings.trs import pager_of, read_trs
from crawler.listings.units import FURNITURE, LIST, Unit, asking, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from config.portal import Section
    from crawler.html import Document

__all__ = ["IN_PAGE", "is_answer", "miss_jpaas", "read_jpaas"]

PLATFORM = "jpaas"

IN_PAGE = "html"
"""The name of the unit that the shell's own HTML is, for `unit` in a portal's file and for what is remembered."""

_SECOND = 2
_MOST_ASKED = 12  # units, to find the list among them
_FEWEST_DATED = 3  # rows that make a list in the shell's own HTML
_LONGEST_REASON = 200

_SIZES = re.compile(r"""\b(rows|count|pageSize|limit)["']?\s{0,9}[:=]\s{0,9}["']?([0-9]{1,9})(?![0-9])""")
_PAGER = re.compile(r"lay_?page|page_?no\b|page_?size\b|pag(?:er|ing|ination)\b|下一?页|下一頁|>\s{0,9}next\b", re.IGNORECASE)
_SIZE_NAMES = ("rows", "pagesize", "limit")


def _as_json(number: int, size: int) -> dict[str, str]:
    return {"paramJson": json.dumps({"pageNo": number, "pageSize": size, "search": ""}, separators=(",", ":"))}


# How a page is asked for: what is added to the unit's own address, and what it is called.
_WAYS: tuple[tuple[Callable[[int, int], dict[str, str]], str], ...] = (
    (_as_json, "paramJson"),
    (lambda number, size: {"pageNo": str(number), "pageSize": str(size)}, "pageNo"),
    (lambda number, size: {"pageNo": str(number), "rows": str(size)}, "pageNo and rows"),
    (lambda number, size: {"page": str(number), "limit": str(size)}, "page and limit"),
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A unit's HTML as a listing: what was found, how many rows the whole list and a page have, and whether it prints a pager."""

    found: Found | str
    total: int | None
    size: int | None
    is_paged: bool


def is_answer(text: str) -> bool:
    """Tell whether a text is JPaaS's answer for one unit of a page."""
    answer = _loaded(text)
    return isinstance(answer, dict) and "success" in answer and isinstance(answer.get("data"), dict)


def read_jpaas(text: str, request: ListingRequest, *, section: Section, zone: ZoneInfo) -> ListingPage:
    """Return what a shell leads to, or the rows of a unit's answer and how to ask for those after them."""
    if not request.cursor and not text.lstrip().startswith("{"):
        return _read_shell(text, request, section, zone)
    if "html" in request.cursor:
        return _read_html(text, request, section, zone)
    listing = request.cursor.get("listing", request.url)
    html = _html_of(text)
    if isinstance(html, _Refusal):
        return _refused(html.reason, request)
    answer = _answer(html, listing, section, zone)
    if "left" in request.cursor:
        return _weigh(answer, request)
    return _read_further(answer, request) if "page" in request.cursor else _first_page(answer, request)


def miss_jpaas(why: str, request: ListingRequest, *, section: Section) -> ListingPage:
    """Return what is made of an answer that is not there: another unit, or another way of asking for page 2."""
    del section  # the course is carried by the request
    return cannot_read(PLATFORM, why) if "html" in request.cursor else _refused(why, request)


# The shell.


def _read_shell(text: str, request: ListingRequest, section: Section, zone: ZoneInfo) -> ListingPage:
    doc = parse(text)
    units = units_of(doc, base_of(doc, request.url))
    found = find_list(text, doc, request.url, section, zone)
    configured = section.unit not in {"", "auto"}
    wanted = section.unit if configured else request.unit
    if wanted == IN_PAGE or not units:
        return _read_html(text, request, section, zone)
    if wanted is not None:
        named = [unit for unit in units if unit.name == wanted]
        return _choose_among(named, request, None) if named else cannot_read(PLATFORM, _no_such_unit(wanted, units))
    printed = len(found.records) if isinstance(found, Found) and _is_list(found, section) else 0
    others = [unit for unit in units if unit.rank != FURNITURE]
    if printed and not others:
        return _read_html(text, request, section, zone)
    return _choose_among((others or units)[:_MOST_ASKED], request, printed or None)


def _read_html(text: str, request: ListingRequest, section: Section, zone: ZoneInfo) -> ListingPage:
    """Read the list that stands in the shell's own HTML, which may have a pager of its own."""
    read = read_static if pager_of(parse(text)) is None else read_trs
    page = read(text, replace(request, cursor={}), section=section, zone=zone)
    return replace(page, platform=PLATFORM, unit=IN_PAGE if page.readable else None)


def _is_list(found: Found, section: Section) -> bool:
    return bool(section.article_urls) or sum(1 for listed in found.records if listed.date) >= _FEWEST_DATED


def _no_such_unit(wanted: str, units: Sequence[Unit]) -> str:
    names = ", ".join(f"'{unit.name}'" for unit in units)
    return f"the page holds no unit '{wanted}', but {names}; `unit` in the portal's file says which is the listing"


# Which unit is the list.


def _choose_among(units: Sequence[Unit], request: ListingRequest, printed: int | None) -> ListingPage:
    """Ask the first of some units; where there are others, or a list of so many rows in the shell, they are to be compared."""
    carried = {"listing": request.url}
    first, *others = units
    if not others and printed is None:
        return step(PLATFORM, _asking_unit(first, carried))
    best = [[IN_PAGE, request.url, LIST, printed]] if printed is not None else []
    carried |= {"left": json.dumps([[unit.name, unit.url, unit.rank] for unit in others]), "best": json.dumps(best)}
    return step(PLATFORM, _asking_unit(first, carried))


def _asking_unit(unit: Unit, carried: Mapping[str, str]) -> ListingRequest:
    cursor = {**carried, "unit": unit.name, "ask": unit.url, "rank": str(unit.rank)}
    return ListingRequest(unit.url, platform=PLATFORM, cursor=cursor)


def _weigh(answer: _Answer, request: ListingRequest) -> ListingPage:
    """Compare a unit with those asked before, and ask the next one, or take the best where none is as likely."""
    cursor = request.cursor
    links = len(answer.found.records) if isinstance(answer.found, Found) else 0
    own = [cursor.get("unit", ""), cursor.get("ask", ""), count(cursor.get("rank")) or LIST, links]
    return _next_unit([*_listed(cursor.get("best")), own], request, answer)


def _next_unit(asked: list[list[Any]], request: ListingRequest, answer: _Answer | None) -> ListingPage:
    left = [Unit(*each) for each in _listed(request.cursor.get("left"))]
    best = max(asked, key=lambda each: int(each[3]), default=None)
    rank = count(request.cursor.get("rank")) or LIST
    if left and (not best or not best[3] or left[0].rank == rank):
        carried = {"listing": request.cursor["listing"], "best": json.dumps([best] if best else [])}
        carried["left"] = json.dumps([[unit.name, unit.url, unit.rank] for unit in left[1:]])
        return step(PLATFORM, _asking_unit(left[0], carried))
    if not best or not best[3]:
        return cannot_read(
            PLATFORM, "none of its units holds a link to a press release; `unit` in the portal's file says which is the listing"
        )
    name, url, *_ = best
    if answer is not None and url == request.cursor.get("ask"):
        return _first_page(answer, request)
    carried = {"listing": request.cursor["listing"]}
    if url == carried["listing"]:
        return step(PLATFORM, ListingRequest(url, platform=PLATFORM, cursor={**carried, "html": "yes"}))
    return step(PLATFORM, _asking_unit(Unit(name, url, LIST), carried))


def _listed(text: str | None) -> list[list[Any]]:
    return list(json.loads(text or "[]"))


# The rows of a unit.


def _answer(html: str, listing: str, section: Section, zone: ZoneInfo) -> _Answer:
    doc = parse(html)
    total, size = _sizes(doc)
    is_paged = total is not None or size is not None or _PAGER.search(html) is not None
    return _Answer(find_list(html, doc, listing, section, zone), total, size, is_paged)


def _sizes(doc: Document) -> tuple[int | None, int | None]:
    """Return how many rows the list has, and a page of it, as the pager's script or its element says."""
    scripts = (source_of(node) for node in find_all(doc, "script"))
    called = next((source for source in scripts if "oLayPageRender" in source), "")
    said = {name.lower(): number for name, number in _SIZES.findall(called.partition("oLayPageRender")[2])}
    node = find(doc, "[count]")
    if not said and node is not None:
        said = {name: attribute(node, name) or "" for name in ("count", *_SIZE_NAMES)}
    total, size = count(said.get("count")), next(filter(None, (count(said.get(name)) for name in _SIZE_NAMES)), None)
    return (total if total is not None else stated_size(doc)[0]), size


def _first_page(answer: _Answer, request: ListingRequest) -> ListingPage:
    cursor = request.cursor
    unit = cursor.get("unit")
    if isinstance(answer.found, str):
        if answer.total == 0:
            return ListingPage(PLATFORM, readable=True, total=0, unit=unit)
        return cannot_read(PLATFORM, f"unit {unit!r}: {answer.found}" if unit else answer.found)
    found = answer.found
    size = answer.size or found.printed
    carried = {
        "listing": cursor.get("listing", request.url),
        "unit": unit or "",
        "ask": cursor.get("ask") or (request.url if "?" in request.url else ""),
        "size": str(size),
        "prints": prints_of(found.records),
    }
    carried |= {"total": str(answer.total)} if answer.total is not None else {}
    carried |= {} if answer.is_paged else {"unpaged": "yes"}
    is_all = answer.total is not None and found.printed >= answer.total
    following = None if is_all or not carried["ask"] else _asking_page(carried, _SECOND, 0, request.first + found.printed)
    problems = (
        () if is_all or following or answer.total is None else (f"{found.printed} of {answer.total} rows, and nothing leads on",)
    )
    return _page(answer, found, unit, following, problems)


def _page(
    answer: _Answer, found: Found, unit: str | None, following: ListingRequest | None, problems: tuple[str, ...]
) -> ListingPage:
    return ListingPage(
        PLATFORM,
        readable=True,
        records=found.records,
        printed=found.printed,
        total=answer.total,
        unit=unit,
        next=following,
        problems=(*found.problems, *problems),
    )


# Further pages.


def _asking_page(carried: Mapping[str, str], number: int, way: int, first: int) -> ListingRequest:
    parameters = _WAYS[way][0](number, count(carried.get("size")) or 1)
    cursor = {**carried, "page": str(number), "way": str(way)}
    return ListingRequest(asking(carried["ask"], parameters), platform=PLATFORM, first=first, cursor=cursor)


def _read_further(answer: _Answer, request: ListingRequest) -> ListingPage:
    cursor = request.cursor
    number, total = count(cursor.get("page")) or _SECOND, count(cursor.get("total"))
    if isinstance(answer.found, str):
        if total is None:
            return ListingPage(
                PLATFORM, readable=True, remarks=(f"the listing ends before page {number}: it lists nothing",), is_step=True
            )
        return _in_vain(f"page {number} lists nothing, and {total} rows are counted", request)
    if repeats(answer.found.records, cursor.get("prints")):
        return _in_vain(f"page {number} shows page 1 again", request)
    after = request.first + answer.found.printed
    is_last = after > total if total is not None else answer.found.printed < (count(cursor.get("size")) or 1)
    following = None if is_last else _asking_page(cursor, number + 1, count(cursor.get("way")) or 0, after)
    return _page(replace(answer, total=answer.total or total), answer.found, cursor.get("unit"), following, ())


def _in_vain(why: str, request: ListingRequest) -> ListingPage:
    """Return what follows a page that did not come: another way of asking, if it is page 2, or the end, with a problem."""
    cursor = request.cursor
    number, way = count(cursor.get("page")) or _SECOND, (count(cursor.get("way")) or 0) + 1
    if number > _SECOND:
        return cannot_read(PLATFORM, f"{why}; what follows is not read")
    if way < len(_WAYS):
        return step(PLATFORM, _asking_page(cursor, _SECOND, way, request.first), f"{why}, asked for by {_WAYS[way - 1][1]}")
    if "unpaged" in cursor:  # what a visitor sees is all there is to see
        said = f"no pager is printed, and {why}: the list is taken for whole"
        return ListingPage(PLATFORM, readable=True, remarks=(said,), is_step=True)
    ways = ", ".join(name for _, name in _WAYS)
    return ListingPage(
        PLATFORM, readable=True, problems=(f"paging is ignored: {why}, however it is asked for ({ways}): first page only",)
    )


# Answers that hold no HTML.


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why an answer holds no HTML."""

    reason: str


def _refused(why: str, request: ListingRequest) -> ListingPage:
    """Return what follows an answer without HTML.

    A unit that may be the list and cannot be asked leaves open which is: another one is never taken in its place.
    """
    if "page" in request.cursor:
        carried = {name: text for name, text in request.cursor.items() if name != "unpaged"}  # a refusal shows no end
        return _in_vain(f"page {carried['page']} did not come ({why})", replace(request, cursor=carried))
    if "left" in request.cursor and request.cursor.get("rank") == str(FURNITURE):
        return _next_unit(_listed(request.cursor.get("best")), request, None)
    unit = request.cursor.get("unit")
    return cannot_read(PLATFORM, f"unit '{unit}': {why}" if unit else why)


def _loaded(text: str) -> Any:  # noqa: ANN401 - whatever a portal sends
    """Return what a JSON text holds, None where it is none or nests beyond all reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _html_of(text: str) -> str | _Refusal:
    """Return the HTML that an answer holds, or why it holds none."""
    answer = _loaded(text)
    if not isinstance(answer, dict):
        return _Refusal("no JSON came, but a page of another kind")
    data = answer.get("data")
    html = data.get("html") if isinstance(data, dict) else data
    if answer.get("success") is not False and isinstance(html, str):
        return html
    said = "; ".join(
        f"{name} {answer[name]!s:.{_LONGEST_REASON}}" for name in ("success", "code", "message", "msg") if name in answer
    )
    return _Refusal(f"the platform sends no HTML for it ({said})" if said else "the answer holds no HTML")
