"""One row of a listing: the press release that it links to, its whole title, and the date printed nearest to the link.

Rows differ from portal to portal (list items, table rows, paragraphs; the date before, after or inside the link; the text cut
short and the whole title in an attribute), but a person finds title and date in each without a manual.  So do these functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING

from crawler.dates import find_dates
from crawler.html import Document, Node, Skip, attribute, blocks, find_all, is_among, text_of
from crawler.urls import canonical_url, date_in_url, url_key
from storage.records import Listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

__all__ = ["Row", "complete", "date_within", "link_of", "links_in", "read_row"]

# What may stand between a date and the rest of its line.
_BEFORE = " \u00a0\u3000[(（【〔<:：|·•-—"
_AFTER = " \u00a0\u3000])）】〕>:：|·•-—"
_EDGES = _BEFORE + _AFTER
_ELLIPSIS = re.compile(r"(?:(?<!\.)\.{2,}|(?<!…)…+)$")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SPACES_HTML = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r"\s+")
_MONTH_DAY = re.compile(r"(1[0-2]|0?[1-9])[-/.月](3[01]|[12][0-9]|0?[1-9])日?")
_DAY_FIRST, _DAY_LAST = (
    re.compile(
        template.format(
            year=r"(?P<year>(?:19|20)[0-9]{2})", month=r"(?P<month>1[0-2]|0?[1-9])", day=r"(?P<day>3[01]|[12][0-9]|0?[1-9])"
        )
    )
    for template in (r"{day}[ 日/]{{0,3}}{year} ?[-./年] ?{month} ?月?", r"{year} ?[-./年] ?{month} ?月?[ /]{{1,3}}{day}日?")
)
_BRACKETED_MONTH_DAY = re.compile(r"[\[(（【]\s*" + _MONTH_DAY.pattern + r"\s*[\])）】]$")
_YEAR_IN_PATH = re.compile(r"/((?:19|20)[0-9]{2})(?=/)")

# What a link calls: literals that name a page or a file; one that is joined to anything is no address.
_LONGEST_CALL = 2000
_LITERAL = re.compile(r"""'([^'\n]*)'|"([^"\n]*)\"""")
_JOINED = re.compile(r"""["']\s?\+|\+\s?["']""")
_ADDRESS = re.compile(
    r"[\w./%:~-]*[\w%~-]\.(?:s?html?|jhtml|jspx?|aspx?|php|psp|pdf|docx?|xlsx?|wps|ofd|zip|rar)(?:\?[^\s{}<>]*)?", re.IGNORECASE
)

# What a word before a date says of it; the first rule that fits decides, and the lowest rank wins.  None: no date of publication.
_LABELS: tuple[tuple[re.Pattern[str], int | None, str], ...] = (
    (re.compile(r"(截止|截至|结束|有效期|deadline|expir\w*|until)\D{0,10}$", re.IGNORECASE), None, "a consultation ends on it"),
    (re.compile(r"(成文|生成|施行|实施|生效)\D{0,6}$"), None, "the document was signed or comes into force on it"),
    (re.compile(r"(发布|公布|发文|release|publish|posted)\D{0,12}$", re.IGNORECASE), 0, "it says that it is what we look for"),
)
_ALONE, _IN_A_TEXT = 1, 2
_LABEL_REACH = 60  # characters before a date in which its label stands


@dataclass(frozen=True, slots=True)
class Row:
    """A row as read by itself: `date` is `YYYY-MM-DD`; `month_day` stands in for it where the year is not printed."""

    url: str
    title: str
    date: str | None = None
    month_day: tuple[int, int] | None = None


def link_of(anchor: Node, base: str) -> str | None:
    """Return the absolute canonical URL of a link, or None for what is no http(s) link (mailto:, javascript: ...).

    Where its `href` leads nowhere, an address that its script names is the link's.
    """
    href = (attribute(anchor, "href") or "").strip()
    if href and not href.startswith("#") and (url := _canonical_or_none(href, base)):
        return url
    called = _called_address(attribute(anchor, "onclick") or (href if href.lower().startswith("javascript:") else ""))
    return _canonical_or_none(called, base) if called else None


def links_in(node: Document | Node, base: str) -> list[tuple[str, Node]]:
    """Return the links in an element, each with its URL: also innermost elements that call a script with an address."""
    holders = _around_all(find_all(node, "a[href], [onclick]"))
    elements = [each for each in find_all(node, "a, [onclick]") if each.tag == "a" or each.mem_id not in holders]
    return [(url, each) for each in elements if (url := link_of(each, base))]


def _around_all(nodes: Iterable[Node]) -> set[int]:
    """Return the elements around some others, each visited once, however deep they nest."""
    holders: set[int] = set()
    for node in nodes:
        at = node.parent
        while at is not None and at.mem_id not in holders:
            holders.add(at.mem_id)
            at = at.parent
    return holders


def _canonical_or_none(url: str, base: str) -> str | None:
    try:
        return canonical_url(url, base)
    except ValueError:
        return None


def _called_address(script: str) -> str | None:
    """Return the only address among a call's literals, as in `jumpToDetail('./202605/t1.html')`; what is put together is none."""
    if not script or len(script) > _LONGEST_CALL or _JOINED.search(script):
        return None
    literals = (single or double for single, double in _LITERAL.findall(script))
    addresses = {literal for literal in literals if _ADDRESS.fullmatch(literal)}
    return addresses.pop() if len(addresses) == 1 else None


def read_row(url: str, anchors: Sequence[Node], scopes: Iterable[Node], leave_out: Skip, zone: ZoneInfo) -> Row:
    """Return the row of a press release.

    `anchors` are the links to `url` in the row (an image and a title, say); `scopes` the elements in which its date may stand,
    the nearest first; `leave_out` marks what in them is not the row's own: its links, and lists nested in it.
    """
    around = list(scopes)
    inside = [_split(anchor, zone) for anchor in anchors]
    title = max((_title(text, anchor) for (text, _), anchor in zip(inside, anchors, strict=True)), key=len)
    printed = next((found for scope in around if (found := date_within(scope, leave_out, zone))), None)
    printed = printed or next((found for _, found in inside if found), None)
    printed = printed or next((found for scope in around if (found := _torn_apart(text_of(scope, leave_out)))), None)
    month_day = None if printed else _month_day(around, leave_out, anchors)
    return Row(url, title, printed, month_day)


# The date around a link.


def date_within(scope: Node, leave_out: Skip, zone: ZoneInfo) -> str | None:
    """Return the likeliest date of publication printed in an element, as `YYYY-MM-DD`; a deadline is none.

    A labelled date goes before a date that stands alone, that before a date in a text.
    """
    for texts in _sources(scope, leave_out):
        if found := _ranked(texts, zone):
            ranked = [(rank, on) for rank, on in found if rank is not None]
            return min(ranked, key=itemgetter(0))[1] if ranked else None
    return None


def _sources(scope: Node, leave_out: Skip) -> Iterator[list[str]]:
    """Yield the texts to look for dates in, the first that hold any decide.

    Line by line; then all in one, for dates torn over several lines; then each innermost element, for dates that only a style
    sheet parts from the word before them; then what screen readers are given where a script prints the date.
    """
    yield blocks(scope, leave_out)
    yield [text_of(scope, leave_out)]
    if scope.is_element_node:
        yield [text_of(leaf) for leaf in _leaves(scope) if not _is_left_out(leaf, scope, leave_out)]
        spoken = [node for node in find_all(scope, "[readlabel]") if not _is_left_out(node, scope, leave_out)]
        yield [attribute(node, "readlabel") or "" for node in spoken]


def _leaves(scope: Node) -> list[Node]:
    return [node for node in find_all(scope, "*") if not any(child.is_element_node for child in node.iter())]


def _is_left_out(node: Node, scope: Node, leave_out: Skip) -> bool:
    """Tell whether an element of a scope is, or stands in, what is to be left out of it."""
    at: Node | None = node
    while at is not None and at.mem_id != scope.mem_id:
        if leave_out(at):
            return True
        at = at.parent
    return False


def _ranked(texts: Iterable[str], zone: ZoneInfo) -> list[tuple[int | None, str]]:
    """Return the dates in texts, each with its rank: 0 labelled, then alone, then in a text; None for a day of another kind."""
    ranked = []
    for text in texts:
        end = 0
        for printed in find_dates(text, zone):
            begin, start = end, _place(text, printed.value, end)[0]
            end = _place(text, printed.value, end)[1]
            is_alone = not text[:start].strip(_EDGES) and not text[end:].strip(_EDGES)
            ranked.append((_rank(text[max(begin, start - _LABEL_REACH) : start], is_alone=is_alone), printed.published_on))
    return ranked


def _rank(before: str, *, is_alone: bool) -> int | None:
    for label, rank, _ in _LABELS:
        if label.search(before):
            return rank
    return _ALONE if is_alone else _IN_A_TEXT


def _place(text: str, value: str, start: int) -> tuple[int, int]:
    """Return where a date as read stands in its text, in which white space may tear it."""
    torn = re.compile(r"\s*".join(map(re.escape, _SPACES.sub("", value))))
    found = torn.search(text, start)
    return found.span() if found else (start, start)


def _torn_apart(text: str) -> str | None:
    """Return the date of a row that prints the day large, and year and month beside it, and nothing else."""
    found = _DAY_FIRST.fullmatch(text.strip(_EDGES)) or _DAY_LAST.fullmatch(text.strip(_EDGES))
    return _day(int(found["year"]), (int(found["month"]), int(found["day"]))) if found else None


# The text of a link.


def _split(anchor: Node, zone: ZoneInfo) -> tuple[str, str | None]:
    """Part a link into title and date: a date in an element of its own, or at an edge, since one within belongs to the title."""
    headings = find_all(anchor, "h1, h2, h3, h4, h5, h6")
    if len(headings) == 1 and text_of(headings[0]):  # a card: picture, title, summary and date in one link
        return text_of(headings[0]), _split_all(anchor, zone)[1]
    return _split_all(anchor, zone)


def _split_all(anchor: Node, zone: ZoneInfo) -> tuple[str, str | None]:
    for leaf in _leaves(anchor):
        text = text_of(leaf)
        if dates := _ranked([text], zone):
            rank, on = dates[0]
            if rank is not _IN_A_TEXT:
                return text_of(anchor, is_among([leaf])), None if rank is None else on
    return _split_text(text_of(anchor), zone)


def _split_text(text: str, zone: ZoneInfo) -> tuple[str, str | None]:
    for printed in find_dates(text, zone):
        start, end = _place(text, printed.value, 0)
        head, tail = text[:start], text[end:]
        is_part_of_a_sentence = "年" in printed.value and head[-1:] not in _EDGES
        if is_part_of_a_sentence:
            continue
        if not tail.strip(_EDGES):
            return head.rstrip(_BEFORE), printed.published_on
        if not head.strip(_EDGES):
            return tail.lstrip(_AFTER), printed.published_on
    return text, None


def _title(text: str, anchor: Node) -> str:
    """Return a link's whole title: its `title` attribute where that tells of the same as its text, which may be cut short."""
    attributed = _SPACES_HTML.sub(" ", _LINE_BREAK.sub(" ", attribute(anchor, "title") or "")).strip()
    text = _BRACKETED_MONTH_DAY.sub("", text).rstrip()
    if not text:
        return attributed or _alternative(anchor)
    shown, whole = _bare(text), _bare(attributed)
    is_the_same = bool(whole) and (shown in whole or whole in shown)
    is_cut = bool(_ELLIPSIS.search(attributed)) and len(whole) < len(shown)
    return attributed if is_the_same and not is_cut else text


def _alternative(anchor: Node) -> str:
    """Return what an image that stands for a link's text says it is."""
    return next((alt for image in find_all(anchor, "img[alt]") if (alt := (attribute(image, "alt") or "").strip())), "")


def _bare(text: str) -> str:
    return _SPACES.sub("", _ELLIPSIS.sub("", text))


# Days without a year.


def _month_day(scopes: Iterable[Node], leave_out: Skip, anchors: Iterable[Node]) -> tuple[int, int] | None:
    """Return month and day where they are all that is printed: alone on a line, or in brackets at the end of the link."""
    lines = (text.strip(_EDGES) for scope in scopes for text in blocks(scope, leave_out))
    endings = (_BRACKETED_MONTH_DAY.search(text_of(anchor)) for anchor in anchors)
    found = next(filter(None, map(_MONTH_DAY.fullmatch, lines)), None) or next(filter(None, endings), None)
    return (int(found[1]), int(found[2])) if found else None


def complete(rows: Sequence[Row]) -> tuple[Listed, ...]:
    """Return the records of a page's rows: years added where they are not printed, every URL once, in order.

    The year comes from the press release's own URL, else from the nearest row that is dated: lists run in order of time.
    """
    dated = [_with_own_year(row) for row in rows]
    records = (
        Listed(row.url, row.title, on or _with_neighbours_year(row, index, dated))
        for index, (row, on) in enumerate(zip(rows, dated, strict=True))
    )
    once: dict[str, Listed] = {}
    for record in records:
        once.setdefault(url_key(record.url), record)
    return tuple(once.values())


def _with_own_year(row: Row) -> str | None:
    if row.date or row.month_day is None:
        return row.date
    if on := date_in_url(row.url):
        return _nearest(row.month_day, on)
    years = _YEAR_IN_PATH.findall(row.url)
    return _day(int(years[-1]), row.month_day) if years else None


def _with_neighbours_year(row: Row, index: int, dated: Sequence[str | None]) -> str | None:
    if row.month_day is None:
        return None
    known = [(abs(other - index), on) for other, on in enumerate(dated) if on]
    return _nearest(row.month_day, min(known)[1]) if known else None


def _nearest(month_day: tuple[int, int], on: str) -> str | None:
    """Return the day of that month and day that lies nearest to another day, so that a list may cross New Year."""
    centre = date.fromisoformat(on)
    days = [day for year in (centre.year - 1, centre.year, centre.year + 1) if (day := _day(year, month_day))]
    return min(days, key=lambda day: abs(date.fromisoformat(day) - centre)) if days else None


def _day(year: int, month_day: tuple[int, int]) -> str | None:
    try:
        return date(year, *month_day).isoformat()
    except ValueError:
        return None
