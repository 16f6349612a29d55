"""Import: files that somebody kept become releases of their own kind, named by their bytes.

Two forms are known: saved HTML with the address that it came from, and plain text as a reader copies it from a press release's
page: `Current location:` and its breadcrumb, the title, the line with the date, and the paragraphs, parted by blank lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.answers import Reader, stored_answer
from crawler.apart import with_care_here
from crawler.charset import decode
from crawler.dates import parse_date
from crawler.errors import ImportFormatError, ReadError
from crawler.languages import language_of
from crawler.places import PLACE_LABEL
from storage.fingerprint import sha256_hex
from storage.looks import Look
from storage.records import Content, DateCandidate, Fetch, FoundBy, Outcome, Precision, Purpose, Reading, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from crawler.clock import Clock
    from storage.archive import Archive

__all__ = ["Imported", "Known", "import_file", "read_file", "read_text"]

TEXT_READER = "text-1"
_HTML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|!--|\?xml|meta|div|table)", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"(?:release date|published(?: on)?|date|发布日期|发布时间|发布|日期|时间)\s*[:：]\s*(?P<date>\d.*)", re.IGNORECASE
)
_LEVELS = re.compile(r"\s*[>＞»›]\s*")


@dataclass(frozen=True, slots=True)
class Known:
    """A configured section: its row in the archive, its title, and how its pages are read."""

    section_id: int
    title: str
    reader: Reader


@dataclass(frozen=True, slots=True)
class Imported:
    """Where an imported file stands now; `new` is False for bytes that were imported before."""

    page_id: int
    title: str
    new: bool


def import_file(  # noqa: PLR0913 - the file, what is known of it, and where it goes
    archive: Archive, run_id: int, body: bytes, *, clock: Clock, zone: ZoneInfo, sections: Sequence[Known], url: str | None = None
) -> Imported:
    """Append a file to the archive as a page of kind `import`; a crawled page of the same content joins it as one release.

    Raises ImportFormatError where the bytes are of no known form, or are a page without its address.
    """
    reading = read_file(body, clock.now(), zone, sections[0].reader, url)
    assert reading.content is not None
    digest = sha256_hex(body)
    trail = reading.content.breadcrumb
    section = next((known.section_id for known in sections if trail and known.title == trail[-1]), None)
    with archive.transaction():
        page_id, new = archive.import_page(f"import:{digest}", url or f"urn:sha256:{digest}", section_id=section)
        if new:
            fetch = _as_fetch(body, url or f"urn:sha256:{digest}", clock.now(), is_html=bool(_HTML.match(body)))
            archive.append_look(Look(run_id, page_id, [fetch], reading, section_id=section, found_by=FoundBy.IMPORT))
    return Imported(page_id, reading.content.title, new)


def read_file(body: bytes, now: datetime, zone: ZoneInfo, reader: Reader, url: str | None = None) -> Reading:
    """Read a file of either form; the reading always holds a content.

    Raises ImportFormatError, as `import_file` does, which needs no archive: a wrong file is found before one is opened.
    """
    if not _HTML.match(body):
        return read_text(decode(body, None).text, zone)
    if url is None:
        raise ImportFormatError("this is a web page, and a page needs the address that it was saved from", hint="add --url URL")
    try:
        reading = with_care_here(body, reader.read, stored_answer(url, (), body, now))
    except ReadError as exc:
        raise ImportFormatError(f"this page cannot be read: {exc}", url=url, hint="save it anew from a browser") from exc
    if reading is None or reading.content is None:
        why = "; ".join(reading.problems) if reading else "nothing in it"
        raise ImportFormatError(
            f"this page cannot be read as a press release: {why}", url=url, hint="try: jiaxing-today parse FILE --url URL"
        )
    return reading


def _as_fetch(body: bytes, url: str, now: datetime, *, is_html: bool) -> Fetch:
    """Give a file the form of an answer: no request was made, and the method says so."""
    media_type = "text/html" if is_html else "text/plain; charset=utf-8"
    return Fetch(
        purpose=Purpose.IMPORT,
        method="FILE",
        url=url,
        requested_at=now,
        elapsed_ms=0,
        result=Result.RESPONSE,
        response_headers=(("Content-Type", media_type),),
        body=body,
    )


def read_text(text: str, zone: ZoneInfo) -> Reading:
    """Read the plain-text form of a press release.

    Raises ImportFormatError naming what is missing: the title, or the line with the date.
    """
    blocks = [block for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n")) if block.strip()]
    trail, rest = _breadcrumb(blocks)
    if len(rest) < 3:  # noqa: PLR2004 - title, date, and at least one paragraph
        raise ImportFormatError(
            "a press release as text needs a title, a line with its date, and its paragraphs, parted by blank lines"
        )
    title, date_line, *paragraphs = rest
    dated = _DATE_LINE.fullmatch(date_line.strip())
    printed = parse_date(dated["date"], zone) if dated else None
    if printed is None:
        raise ImportFormatError(
            f"the line after the title holds no date: “{date_line[:60]}”", hint="as in: Release date:2022-09-20 10:46"
        )
    body = "\n\n".join(paragraphs)
    content = Content(
        title=title.strip(),
        text=body,
        published=printed.value,
        published_at=printed.published_at,
        published_on=printed.published_on,
        precision=Precision(printed.precision),
        language=language_of(body),
        breadcrumb=trail,
    )
    return Reading(TEXT_READER, Outcome.OK, content, dates=(DateCandidate(printed.value, "label"),))


def _breadcrumb(blocks: list[str]) -> tuple[tuple[str, ...], list[str]]:
    if not blocks or not PLACE_LABEL.match(blocks[0]):
        return (), blocks
    line = " ".join(PLACE_LABEL.sub("", blocks[0], count=1).split("\n"))
    return tuple(level.strip() for level in _LEVELS.split(line) if level.strip()), blocks[1:]
