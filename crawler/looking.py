"""Look at one page: fetch, judge, read, and append; conditional where a saved validator may be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from crawler.answers import stored_answer
from crawler.apart import Allowance, apart, with_care
from crawler.aside import Known, judged
from crawler.attachments import name_in
from crawler.errors import ReadError
from crawler.filereader import file_reader, read_file
from crawler.filetypes import is_file, is_page, may_be_file
from crawler.honesty import hold_to_promise
from crawler.http import Ask
from crawler.offers import offered_by
from crawler.pdf import may_have_text, text_of_pdf
from crawler.urls import article_id, url_key
from storage.bodies import read_body
from storage.derived import page_state
from storage.errors import UnknownReference
from storage.fingerprint import compare_sha256
from storage.forms import is_common, is_established, listed_as, witnesses
from storage.honesty import is_trusted
from storage.instants import parse_instant
from storage.looks import Appended, Look
from storage.queries import base_of
from storage.records import Content, Outcome, PageKind, Precision, Purpose, Reading
from storage.writer import load_reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from crawler.answers import Reader
    from crawler.filereader import Text
    from crawler.session import Session, Target
    from storage.children import Offered
    from storage.queries import Row
    from storage.records import Fetch

__all__ = ["Looked", "is_same_page", "known_of", "look_at"]

_WHOLE_AT_LEAST = timedelta(days=30)
"""However often a server says "not modified", so often the page is asked for whole: a lying 304 must come to light."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A look that was made: what it turned out to be, how the page reads, and what it offers besides."""

    appended: Appended
    reading: Reading | None
    offered: tuple[Offered, ...] | None = None


async def look_at(
    session: Session, target: Target, page: Row, *, purpose: Purpose | None = None, like: Content | None = None
) -> Looked:
    """Look at one page (a row of `due_pages`) and return what it turned out to be.

    Of a file that a press release offers, `like` is what is known of it beside its bytes (`crawler.filereader`).
    """
    async with session.work(page["url"]):
        return await _look(session, target, page, purpose, like)


async def _look(session: Session, target: Target, page: Row, purpose: Purpose | None, like: Content | None) -> Looked:
    base = base_of(session.archive.connection, page["page"])
    why = purpose or (Purpose.LOOK if base else Purpose.FIRST)
    ask = _ask(session, page, why, base)
    if like is not None or may_be_file(page["url"]):
        ask = replace(ask, max_bytes=session.settings.fetch.max_file)
    hops = await session.ask(ask)
    reading = await _own(session, target.reader, page, hops, like)
    has_content = reading is not None and reading.content is not None
    rereading = await _rereading(session, target.reader, page, base, like) if has_content else None
    reading = _judged(session, page, reading, {base["fetch"]: rereading} if base and rereading else {})
    offered = offered_by(reading, target.section, session.gate.knows) if page["kind"] == PageKind.RELEASE else None
    look = Look(
        run_id=session.run_id,
        page_id=page["page"],
        fetches=hops,
        reading=reading,
        rereading=rereading,
        section_id=page["section"],
        offered=offered,
    )
    appended = session.archive.append_look(look)
    await hold_to_promise(session, page, base, ask, appended)
    return Looked(appended, reading, offered)


def _judged(session: Session, page: Row, reading: Reading | None, reread: Mapping[int, Reading]) -> Reading | None:
    return None if reading is None else judged(reading, known_of(session.archive.connection, page, reading, reread))


def known_of(connection: sqlite3.Connection, page: Row, reading: Reading, reread: Mapping[int, Reading]) -> Known:
    """Return what is known of a page (a row with `page` and `section`) that a reading of it is judged by.

    `reread` holds what the same reader makes of the page's stored bodies (by fetch) where that has not been written yet.
    """
    state = page_state(connection, page["page"])
    base = reread.get(state.base_fetch_id or 0)
    if base is None and state.base_fetch_id is not None:
        base = load_reading(connection, state.base_fetch_id, reading.reader)
    title, day = listed_as(connection, page["page"])
    return Known(
        base=base,
        was_read=state.version_id is not None,
        established=is_established(connection, page["section"]),
        listed_title=title,
        listed_date=day,
        witnesses=partial(witnesses, connection, reading.template or "", reading.reader, but=page["page"]),
        is_common=partial(is_common, connection, reading.template or "", reading.reader, but=page["page"]),
    )


def _ask(session: Session, page: Row, purpose: Purpose, base: Row | None) -> Ask:
    if base is None or purpose is Purpose.CONTROL or page.get("files_due") or not _may_trust(session, page, base):
        # A control is asked for whole: what a removal rests on must not rest on a 304.  So is a page some of whose files are due:
        # it tells their addresses, which may be signed anew on every load.
        return Ask(page["url"], purpose)
    return Ask(page["url"], purpose, etag=base["etag"], last_modified=base["last_modified"])


def _may_trust(session: Session, page: Row, base: Row) -> bool:
    """Tell whether a 304 would be believed.

    A share of looks, and one a month at least, ask for the whole page; so do all looks at a host that was caught lying, and the
    one that is to bear out what may be a copy that lags.
    """
    if page["kind"] == PageKind.ATTACHMENT and base["url"] != page["url"]:
        return False  # what one address said of its file says nothing of another's
    by_chance = session.rng.random() >= session.settings.unconditional_share
    fresh = session.clock.now() - parse_instant(base["requested_at"]) < _WHOLE_AT_LEAST
    return by_chance and fresh and not base["unconfirmed"] and is_trusted(session.archive.connection, page["host"])


async def _own(session: Session, reader: Reader, page: Row, hops: Sequence[Fetch], like: Content | None) -> Reading | None:
    """Read the answer, unless a redirect led to what is not this page: another page's text is no version of this one.

    A listing may lead to a file directly: that is read as one, by the name that the listing gives it.
    """
    if like is not None or is_file(hops[-1]):
        known = like or _as_listed(session.archive.connection, page)
        return await _read_file(reader, hops[-1], known, asked=page["url"], hops=hops[:-1])
    reading = await _read(reader, hops[-1], asked=page["url"], hops=hops[:-1])
    if reading is None or reading.content is None or is_same_page(session.archive.connection, page, hops[-1].url, reading):
        return reading
    return reader.reading(Outcome.UNREADABLE, f"leads to another page: {hops[-1].url}")


def is_same_page(connection: sqlite3.Connection, page: Row, url: str, reading: Reading) -> bool:
    """Tell whether what answered at `url` is the page: at its own address, by its article number, or by what it says.

    A page that was never read may lead to a new address of its own, but not to one that is tracked as another page.
    """
    if url_key(url) == url_key(page["url"]):
        return True
    if article_id(url) is not None and article_id(url) == article_id(page["url"]):
        return True
    said = page_state(connection, page["page"]).compare_sha256
    if said is not None:
        return reading.content is not None and said == compare_sha256(reading.content)
    return connection.execute("SELECT 1 FROM pages WHERE url_key = ?", (url_key(url),)).fetchone() is None


async def _rereading(session: Session, reader: Reader, page: Row, base: Row | None, like: Content | None) -> Reading | None:
    """Read the page's previous body with today's reader, where another reader read it: only then may the two be compared.

    None where there is nothing to read again, also where the body was withheld by order since.
    """
    if base is None or not {reader.name, file_reader()}.isdisjoint(base["readers"]):
        return None
    try:
        body = read_body(session.archive.connection, base["body_id"])
    except UnknownReference:
        return None
    headers = tuple((name, value) for name, value in base["response_headers"])
    answer = stored_answer(base["url"], headers, body, parse_instant(base["requested_at"]))
    if like is None and not is_file(answer):
        return await _read(reader, answer)
    return await _read_file(reader, answer, like or _as_listed(session.archive.connection, page))


async def _read(reader: Reader, answer: Fetch, *, asked: str | None = None, hops: Sequence[Fetch] = ()) -> Reading | None:
    """Read an answer, apart where it may cost much; one that costs too much is unreadable, and says so."""
    try:
        return await with_care(answer.body, reader.read, answer, asked=asked, hops=hops)
    except ReadError as exc:
        return reader.reading(Outcome.UNREADABLE, str(exc))


async def _read_file(
    reader: Reader, answer: Fetch, like: Content, *, asked: str | None = None, hops: Sequence[Fetch] = ()
) -> Reading | None:
    """Read an answer as a file; what text it has is had apart, and one that costs too much has none, and says so."""
    body = answer.body or b""
    text: Text = ("", ())
    if may_have_text(body):
        try:
            text = await apart(Allowance(), text_of_pdf, body)
        except ReadError as exc:
            text = ("", (f"the text of the PDF was not read: {exc}",))
    read = partial(read_file, like=like, pages=reader, text=text, asked=asked, hops=hops)
    try:
        return await with_care(body if is_page(body) else None, read, answer)
    except ReadError as exc:
        return Reading(file_reader(), Outcome.UNREADABLE, problems=(str(exc),))


def _as_listed(connection: sqlite3.Connection, page: Row) -> Content:
    """Return what is known of a file that a listing leads to: its listed title and day."""
    title, day = listed_as(connection, page["page"])
    return Content(title or name_in(page["url"]), "", published_on=day, precision=Precision.DAY if day else None)
