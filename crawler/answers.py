"""From an answer to a reading: judge, decode, read.  Pure, and the same for fresh answers and for stored bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.article import read_article, reader_name
from crawler.charset import decode
from crawler.errors import ReadError
from crawler.judge import has_reading, judge
from storage.records import Fetch, Outcome, Purpose, Reading, Result

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from config.portal import Select

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

    def read(self, answer: Fetch) -> Reading | None:
        """Return what this reader makes of an answer, or None where nothing came that could be read."""
        if not has_reading(answer):
            return None
        verdict = judge(answer)
        if verdict is not None:
            return self.reading(verdict.outcome, verdict.reason)
        media_type = (answer.header("content-type") or "").split(";")[0].strip().lower()
        if media_type and media_type not in _PAGES:
            return self.reading(Outcome.UNREADABLE, f"not a web page: {media_type}")
        return self._read_page(answer)

    def reading(self, outcome: Outcome, problem: str) -> Reading:
        """Return a reading that holds no content, and why."""
        return Reading(self.name, outcome, problems=(problem,))

    def _read_page(self, answer: Fetch) -> Reading:
        decoded = decode(answer.body or b"", answer.header("content-type"))
        try:
            return read_article(decoded.text, answer.url, select=self.select, zone=self.zone, decoding_problems=decoded.problems)
        except FAULTS as exc:
            what = str(exc) if isinstance(exc, ReadError) else f"the reader failed: {type(exc).__name__}: {exc}"
            return self.reading(Outcome.UNREADABLE, what)


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
