"""From an answer to a reading: judge, decode, read.  Pure, and the same for fresh answers and for stored bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.article import read_article, reader_name
from crawler.charset import Decoded, decode
from crawler.doubts import doubt
from crawler.errors import ReadError
from crawler.html import parse, too_large
from crawler.judge import has_reading, is_script_alone, judge_status
from crawler.unread import judge_unread, see
from crawler.verdicts import Verdict
from crawler.ways import is_home
from storage.records import Fetch, Outcome, Purpose, Reading, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from config.portal import Select
    from crawler.html import Document

__all__ = ["FAULTS", "Reader", "stored_answer"]

_PAGES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
"""Media types that a press release may come in; servers that name none are given the benefit of the doubt."""

FAULTS = (ReadError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError)
"""What a page may make a reader stumble over.  It becomes a reading like any other: no page ends a run, and its bytes are kept."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How the pages of one section are read: its selectors and the zone of its printed dates."""

    select: Select
    zone: ZoneInfo

    @property
    def name(self) -> str:
        """Return the name under which readings are kept: it changes with extractor, rules and parsing libraries."""
        return reader_name(self.select)

    def read(self, answer: Fetch, *, asked: str | None = None, hops: Sequence[Fetch] = ()) -> Reading | None:
        """Return what this reader makes of an answer, or None where nothing came that could be read.

        `asked` is the address that was asked for and `hops` are the redirects on the way, where there were any.
        """
        if not has_reading(answer):
            return None
        verdict = judge_status(answer)
        if verdict is not None:
            return self.reading(verdict.outcome, verdict.reason)
        problem = too_large(len(answer.body or b""))
        if problem:
            return self.reading(Outcome.UNREADABLE, problem)
        media_type = (answer.header("content-type") or "").split(";")[0].strip().lower()
        if media_type and media_type not in _PAGES:
            return self.reading(Outcome.UNREADABLE, f"not a web page: {media_type}")
        return self._judged(answer, asked or answer.url, tuple(each.url for each in hops))

    def reading(self, outcome: Outcome, problem: str) -> Reading:
        """Return a reading that holds no content, and why."""
        return Reading(self.name, outcome, problems=(problem,))

    def _judged(self, answer: Fetch, asked: str, hops: tuple[str, ...]) -> Reading:
        """Read the page, then doubt what reads well, and ask of what does not what it is instead.

        What came from the home page's address is no press release, however well it reads.
        """
        decoded = decode(answer.body or b"", answer.header("content-type"))
        doc = _parsed(decoded, answer.body or b"")
        reading = self._read_page(answer, decoded, doc)
        if reading.content is not None and not is_home(answer.url, asked):
            verdict = doubt(reading.content)
        else:
            verdict = _unread(answer, decoded.text, doc, asked, hops)
        return reading if verdict is None else self._instead(reading, verdict)

    def _instead(self, reading: Reading, verdict: Verdict) -> Reading:
        return Reading(self.name, verdict.outcome, dates=reading.dates, problems=(verdict.reason, *reading.problems))

    def _read_page(self, answer: Fetch, decoded: Decoded, doc: Document | None) -> Reading:
        try:
            return read_article(
                decoded.text, answer.url, select=self.select, zone=self.zone, decoding_problems=decoded.problems, doc=doc
            )
        except FAULTS as exc:
            what = str(exc) if isinstance(exc, ReadError) else f"the reader failed: {type(exc).__name__}: {exc}"
            return self.reading(Outcome.UNREADABLE, what)


def _parsed(decoded: Decoded, body: bytes) -> Document | None:
    """Return a page's tree for all who read it, or None where it cannot be had: who needs it will say why."""
    try:
        return parse(decoded.text, body if decoded.is_plain_utf8 else None)
    except ReadError:
        return None


def _unread(answer: Fetch, text: str, doc: Document | None, asked: str, hops: tuple[str, ...]) -> Verdict | None:
    """Return what a page is that reads as no press release, or None where nothing tells."""
    try:
        verdict = judge_unread(see(text, answer.url, asked, doc=doc), answer.header, (*hops, answer.url))
    except FAULTS:
        return None
    if verdict is None and is_script_alone(answer.body or b""):
        return Verdict(Outcome.CHALLENGE, f"a script in place of the page ({answer.status})")
    return verdict


def stored_answer(url: str, headers: tuple[tuple[str, str], ...], body: bytes, requested_at: datetime) -> Fetch:
    """Return a stored body in the form of the answer that brought it, to be read again."""
    return Fetch(
        purpose=Purpose.LOOK,
        url=url,
        requested_at=requested_at,
        elapsed_ms=0,
        result=Result.RESPONSE,
        status=200,
        response_headers=headers,
        body=body,
    )
