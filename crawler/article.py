"""A page of a press release, read: from decoded HTML to what it says, or to why it cannot be read.

Pure.  The parts are found by tables (`containers`, `titles`, `fields`, `attachments`); this module puts them together and
judges whether that is a press release.  It is strict: a home page, a listing or a broken layout must never read as one, because
each reading of a known page that differs is held for a change of the page.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from crawler.attachments import find_attachments
from crawler.containers import Body, find_body, without_counters
from crawler.dates import Printed, parse_date, parse_meta, read_day, unannounced_date
from crawler.errors import ReadError
from crawler.fallback import GUESSED, guess_paragraphs
from crawler.fields import (
    Surroundings,
    breadcrumb_of,
    first_meta,
    is_labelled_line,
    labelled_dates,
    labelled_values,
    squash,
    surroundings,
)
from crawler.html import base_of, blocks, find, find_all, metas, parse, text_of
from crawler.languages import language_of
from crawler.official import is_number_line, keywords_of, number_of
from crawler.parts import parts_of
from crawler.templates import template_of
from crawler.titles import Title, find_title
from crawler.urls import date_in_url, looks_like_listing
from storage.records import Content, DateCandidate, Outcome, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from config.portal import Select
    from crawler.fields import Metas
    from crawler.html import Document
    from storage.records import Attachment

__all__ = ["EXTRACTOR", "read_article", "reader_name"]

EXTRACTOR = 2
"""The number of these rules.  Add one whenever the same page would read differently: contents are compared under one reader."""

_LIBRARIES = ("selectolax", "charset-normalizer", "trafilatura")
_PUB_DATES = ("pubdate", "article:published_time")
_ORDER = {"label": 0, "meta": 1, "text": 2, "url": 3, "label:updated": 4, "label:issued": 5, "label:written": 6}
"""Where dates come from, the trusted first; the last three claim to be another date than that of publication."""
_HEAD_LINES = 5
_MOST_LINKED = 0.5
_LEAST_GUESSED = 60
_MOST_FILES = 1_000
_MOST_TEXT = 1_000_000
"""Characters of a text.  The longest press releases, with the tables of a year's budget, hold a tenth of that."""


@dataclass(frozen=True, slots=True)
class _Page:
    """One page while it is read."""

    url: str
    base: str
    text: str
    doc: Document
    metas: Metas
    select: Select
    zone: ZoneInfo
    body: Body | None
    around: Surroundings


@dataclass(frozen=True, slots=True)
class _Dated:
    """A date found on a page, and where."""

    origin: str
    printed: Printed


@dataclass(frozen=True, slots=True)
class _Found:
    """The parts of a press release, as far as they were found; `dated` has the date that is taken first."""

    title: Title | None
    dated: list[_Dated]
    head: tuple[str, ...]
    paragraphs: tuple[str, ...]
    attachments: tuple[Attachment, ...]


def reader_name(select: Select) -> str:
    """Return what tells two readers apart: extractor number, hash of the portal's rules, versions of the parsing libraries."""
    return _reader_name(select.title, select.published, select.body, tuple(sorted(set(select.drop))))


@lru_cache(maxsize=256)
def _reader_name(title: str, published: str, body: str, drop: tuple[str, ...]) -> str:
    rules = json.dumps([title, published, body, drop], ensure_ascii=False)
    digest = hashlib.sha256(rules.encode()).hexdigest()[:8]
    return f"{EXTRACTOR}/{digest}/" + ",".join(f"{library}-{version(library)}" for library in _LIBRARIES)


def read_article(  # noqa: PLR0913 - all of them are told apart by name
    text: str,
    url: str,
    *,
    select: Select,
    zone: ZoneInfo,
    decoding_problems: tuple[str, ...] = (),
    doc: Document | None = None,
) -> Reading:
    """Return what a page says: `ok` with its content, `empty` without visible text, else `unreadable` with the reason.

    `text` is the decoded page, `doc` its tree where there is one already, `url` where it was fetched, `zone` the portal's.
    `decoding_problems` are kept at the head of the problems.  Never raises for what a page holds.
    """
    failed = Reading(reader_name(select), Outcome.UNREADABLE, problems=decoding_problems)
    try:
        page = _open(text, parse(text) if doc is None else doc, url, select, zone)
        return _read(page, failed)
    except ReadError as exc:
        return replace(failed, problems=(*decoding_problems, str(exc)))


def _open(text: str, doc: Document, url: str, select: Select, zone: ZoneInfo) -> _Page:
    base = base_of(doc, url)
    body = find_body(doc, text, base, selector=select.body, drop=select.drop)
    return _Page(url, base, text, doc, metas(doc), select, zone, body, surroundings(doc, body))


def _read(page: _Page, failed: Reading) -> Reading:
    """Return the reading of an opened page; `failed` is the reading to fill in."""
    title = find_title(page.doc, page.text, page.metas, _above(page), selector=page.select.title)
    head, paragraphs = _parted(page.body.paragraphs, title) if page.body else ((), ())
    dated, problems = _dates(page, title, head)
    if page.body is None and _may_be_guessed(page, title, dated):
        paragraphs, said = _guessed(page, title)
        problems += said
    found = _Found(title, dated, head, paragraphs, find_attachments(page.doc, page.body, page.base, page.around.all))
    reading = replace(
        failed,
        dates=tuple(DateCandidate(each.printed.value, each.origin) for each in dated),
        problems=(*failed.problems, *problems),
        template=template_of(page.body, title.origin if title else None, dated[0].origin if dated else None),
    )
    return _judged(page, found, reading)


def _judged(page: _Page, found: _Found, reading: Reading) -> Reading:
    """Return a reading with its outcome: with content only where everything is there that makes a press release."""
    missing = _missing(page, found)
    if found.title is not None and not missing:
        parts, odd = parts_of(page.doc, page.text, page.url, page.base)
        content, problems = _content(page, found, found.title), (*reading.problems, *odd)
        return replace(reading, outcome=Outcome.OK, content=content, parts=parts, problems=problems)
    if not page.around.all and not blocks(page.doc):
        return replace(reading, outcome=Outcome.EMPTY, problems=(*reading.problems, "the document holds no visible text"))
    return replace(reading, problems=(*reading.problems, *missing))


def _content(page: _Page, found: _Found, title: Title) -> Content:
    printed = found.dated[0].printed if found.dated else None
    values = labelled_values((*page.around.before, *found.head, *page.around.after))
    text = "\n\n".join(found.paragraphs)
    return Content(
        title=title.text,
        text=text,
        published=printed.value if printed else None,
        published_at=printed.published_at if printed else None,
        published_on=printed.published_on if printed else None,
        precision=printed.precision if printed else None,
        source=values.get("source") or first_meta(page.metas, "contentsource", "source"),
        author=values.get("author") or first_meta(page.metas, "author"),
        language=language_of(f"{title.text}\n{text}"),
        breadcrumb=breadcrumb_of(page.doc, page.around.before, title.text),
        attachments=found.attachments,
        images=page.body.images if page.body else (),
        number=number_of(page.metas, title.text, page.around.before, _below(page, title), _first_lines(page)),
        keywords=keywords_of(page.doc, page.metas),
    )


def _above(page: _Page) -> tuple[str, ...]:
    """Return where a title may stand: outside the body, or in its first lines, where a body holds its own head."""
    return page.around.before + _first_lines(page)


def _first_lines(page: _Page) -> tuple[str, ...]:
    return page.body.paragraphs[:_HEAD_LINES] if page.body else ()


def _below(page: _Page, title: Title | None) -> tuple[str, ...]:
    """Return what is printed between title and text, nothing where either was not found outside the other."""
    if title is None or page.body is None:
        return ()
    pieces, form = page.around.before, squash(title.text)
    places = range(len(pieces) - 1, -1, -1)  # the title stands just above the text: hundreds of pieces may stand above the title
    last = next((at for at in places if len(pieces[at]) > 1 and squash(pieces[at]) in form), len(pieces))
    return pieces[last + 1 :]


# ----------------------------------------------------------------------------------------------------------------- dates


def _dates(page: _Page, title: Title | None, head: tuple[str, ...]) -> tuple[list[_Dated], list[str]]:
    """Return the dates of publication that a page names, the trusted first, and what is odd about them."""
    selected = _selected_date(page)
    problems = [] if selected or not page.select.published else [f"published: nothing to read at {page.select.published!r}"]
    visible = _labelled(page.around.before + head, page.zone)
    if not visible:
        visible = [each for each in _labelled(page.around.after, page.zone) if each.origin == "label"]
    if not any(map(_claims, visible)):
        visible = [*_date_below_title(page, title), *visible]
    found = [*selected, *_ranked([*visible, *_machine_dates(page), *_date_of_url(page)])]
    return found, problems + _disagreement(found) + _stand_in(found)


def _machine_dates(page: _Page) -> list[_Dated]:
    """Return the date of each meta that names one; of several contents the first that is a date."""
    found = ((name, (parse_meta(each, page.zone) for each in page.metas.get(name, ()))) for name in _PUB_DATES)
    return [_Dated(f"meta:{name}", printed) for name, dates in found if (printed := next(filter(None, dates), None))]


def _claims(dated: _Dated) -> bool:
    """Tell whether a label says that a date is that of publication, rather than of the document, or of a change."""
    return dated.origin == "label"


def _labelled(pieces: Sequence[str], zone: ZoneInfo) -> list[_Dated]:
    return [_Dated(origin, printed) for origin, printed in labelled_dates(pieces, zone)]


def _ranked(found: Sequence[_Dated]) -> list[_Dated]:
    """Return labelled dates, then machine dates, what stands below the title, the address; last what claims to be another date."""
    return sorted(found, key=lambda each: _ORDER[each.origin if each.origin.startswith("label") else each.origin.partition(":")[0]])


def _selected_date(page: _Page) -> list[_Dated]:
    node = find(page.doc, page.select.published) if page.select.published else None
    printed = parse_date(text_of(node), page.zone) if node is not None else None
    return [_Dated("selector", printed)] if printed else []


def _date_below_title(page: _Page, title: Title | None) -> list[_Dated]:
    """Return the first date printed between title and text without a label: older templates print no word beside it."""
    printed = unannounced_date("\n".join(_below(page, title)), page.zone)
    return [_Dated("text", printed)] if printed else []


def _date_of_url(page: _Page) -> list[_Dated]:
    day = date_in_url(page.url)
    printed = read_day(day) if day else None
    return [_Dated("url", printed)] if printed else []


def _disagreement(found: Sequence[_Dated]) -> list[str]:
    """Return a problem when a date of publication is more than one day from the one that is taken."""
    named = [each for each in found if not each.origin.startswith("label:")] or list(found)
    days = [date.fromisoformat(each.printed.published_on) for each in named]
    if all(abs((day - days[0]).days) <= 1 for day in days):
        return []
    return ["dates disagree: " + ", ".join(f"{each.origin} {each.printed.value}" for each in named)]


def _stand_in(found: Sequence[_Dated]) -> list[str]:
    """Return a problem when no date claims to be that of publication, and another one is taken for it."""
    if not found or not found[0].origin.startswith("label:"):
        return []
    return [f"no date of publication: {found[0].origin} {found[0].printed.value} stands for it"]


# ------------------------------------------------------------------------------------------------------------------ text


def _parted(lines: tuple[str, ...], title: Title | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the head that a container holds besides the text (title, date, source), and the paragraphs below it.

    Without a line of date or source there is no head: many a document repeats its title as its first paragraph.
    """
    first = lines[:_HEAD_LINES]
    end = max((place for place, line in enumerate(first, start=1) if is_labelled_line(line)), default=0)
    form = squash(title.text) if title else ""
    is_head = all(is_labelled_line(line) or squash(line) in form or is_number_line(line) for line in first[:end])
    return (lines[:end], lines[end:]) if is_head else ((), lines)


def _may_be_guessed(page: _Page, title: Title | None, dated: Sequence[_Dated]) -> bool:
    """Tell whether a page without a known container is surely a press release: titled, dated, and no listing."""
    has_title = title is not None and (title.is_certain or title.origin == "heading")
    has_date = any(each.origin.partition(":")[0] in {"selector", "label", "meta"} for each in dated)
    return has_title and has_date and not page.select.body and not looks_like_listing(page.url) and not _is_mostly_links(page)


def _guessed(page: _Page, title: Title | None) -> tuple[tuple[str, ...], list[str]]:
    """Return the paragraphs that the fallback finds, without the heading that it takes for the first of them, and a problem.

    A few words are no text: they are what is left of a page whose text is drawn by a script.
    """
    try:
        _, lines = _parted(without_counters(guess_paragraphs(page.text, page.url)), title)
    except ReadError as exc:
        return (), [str(exc)]
    is_titled = title is not None and bool(lines) and squash(lines[0]) == squash(title.text)
    kept = lines[1:] if is_titled else lines
    is_text = sum(map(len, kept)) >= _LEAST_GUESSED
    return (kept, [GUESSED]) if is_text else ((), [])


def _is_mostly_links(page: _Page) -> bool:
    printed = sum(map(len, page.around.before))
    return sum(len(text_of(link)) for link in find_all(page.doc, "a")) > _MOST_LINKED * printed


# --------------------------------------------------------------------------------------------------------------- judging


def _missing(page: _Page, found: _Found) -> list[str]:
    """Return what a press release needs and this page lacks: sentences for whoever repairs the portal's file."""
    missing = [_untitled(page.select.title)] if found.title is None else []
    has_pictures = page.body is not None and (bool(page.body.images) or page.body.has_media)
    if page.body is None and not found.paragraphs:
        missing.append(f"body not found at {page.select.body!r}" if page.select.body else "body not found: no known container")
    elif page.body is not None and not (found.paragraphs or has_pictures or found.attachments):
        missing.append(f"body empty: {page.body.container} holds neither text nor pictures")
    if len(found.attachments) > _MOST_FILES:
        missing.append(f"it names more than {_MOST_FILES} files, as no press release does")
    if sum(map(len, found.paragraphs)) > _MOST_TEXT:
        missing.append(f"the text is longer than {_MOST_TEXT} characters, as that of no press release is")
    if found.title is not None and not found.title.is_certain:
        missing += [reason for is_doubtful, reason in _doubts(page, found) if is_doubtful]
    return missing


def _untitled(selector: str) -> str:
    return f"title not found at {selector!r}" if selector else "title not found: no heading, no ArticleTitle, no <title> of its own"


def _doubts(page: _Page, found: _Found) -> tuple[tuple[bool, str], ...]:
    """Return what speaks against a page whose title is only a heading, such as listings and home pages have."""
    return (
        (not found.dated, "no date, and no title that is marked as one: not a press release"),
        (looks_like_listing(page.url), "the address of a listing, and no title that is marked as one: not a press release"),
    )
