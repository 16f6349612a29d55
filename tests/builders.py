"""Builders: an archive with a clock of its own, and short words for what happens to the pages that it watches."""

from __future__ import annotations

import html
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zlib import crc32
from zoneinfo import ZoneInfo

from storage.archive import Archive
from storage.instants import instant
from storage.looks import Appended, Look
from storage.records import (
    Content,
    DateCandidate,
    Fetch,
    FoundBy,
    Listed,
    Outcome,
    Precision,
    Purpose,
    Reading,
    Result,
    SweepKind,
)
from storage.removal import RemovalRule
from storage.sweeps import Row, SweepRecord

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from storage.hazard import Known
    from storage.state import PageState

HOST = "www.jiaxing.gov.cn"
READER = "1/0a1b2c3d/selectolax-1.0.2"
OTHER_READER = "2/4e5f6a7b/selectolax-1.0.2"
DAY = "2026-01-01"
RULE = RemovalRule(checks=2, spread=0, days=1, zone=ZoneInfo("Asia/Shanghai"))
"""Two checks prove a removal here, so that a short story holds some."""
_NUMBERS = Random(1229426380)
_CHROME = "".join(f"<a href='/col/col{_NUMBERS.getrandbits(48)}/index.html'>Column {n} of the portal</a>" for n in range(120))


class Clock:
    """A clock that moves one second with every look at it, and otherwise only when it is told to."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, 8, tzinfo=UTC)) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        """Return the time, one second after the last."""
        self.moment += timedelta(seconds=1)
        return self.moment

    def skip(self, **time: float) -> None:
        """Let time pass: `skip(hours=6)`."""
        self.moment += timedelta(**time)


class _Telling:
    """A policy that learns nothing and says that a page is due at once: its reason tells all that a policy may go by."""

    def due(self, state: PageState, recorded_at: str, published_on: str | None, _: Known) -> tuple[str, str]:
        """Say when a page is due, and why in words that show a wrong state."""
        return state.last_look_at or recorded_at, f"{state.state} {state.looks} {state.fails} {published_on}"

    def taught(self, *_: object) -> None:
        """Learn nothing."""


schedule = _Telling()


def open_archive(path: Path, clock: Clock, **options: Any) -> Archive:
    """Open an archive for writing with the builders' schedule and a clock of the test's."""
    return Archive.open(path, schedule=schedule, now=clock, **options)


def article_url(number: int | str, column: int = 1229426380) -> str:
    """Return the address of an article in a column, as the portal's platform writes it."""
    return f"http://{HOST}/art/2022/9/20/art_{column}_{number}.html"


def url_key(url: str) -> str:
    """Return an address without its scheme."""
    return url.split("://", 1)[1]


def article_number(url: str) -> str | None:
    """Return `host/number` of an article's address, or None."""
    name = url.rsplit("/", 1)[1]
    return f"{HOST}/{name.rsplit('_', 1)[1].removesuffix('.html')}" if name.startswith("art_") else None


def content(text: str = "Zhang Bing visited the port.", title: str = "A visit to the port", **fields: Any) -> Content:
    """Return what a press release says, with a printed date of day and minute."""
    printed = {
        "published": "2022-09-20 10:46",
        "published_at": "2022-09-20T02:46:00Z",
        "published_on": "2022-09-20",
        "precision": Precision.MINUTE,
    }
    return Content(**{"title": title, "text": text, **printed, **fields})


def reading(said: Content | str = "Zhang Bing visited the port.", reader: str = READER, **more: Any) -> Reading:
    """Return what a reader made of a page that it could read."""
    dates = (DateCandidate("2022-09-20 10:46", "label"),)
    return Reading(reader, Outcome.OK, said if isinstance(said, Content) else content(said), **{"dates": dates, **more})


def page_html(said: Content) -> bytes:
    """Return a page that says it, under the portal's chrome."""
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in said.text.split("\n\n"))
    head = f"<h1>{html.escape(said.title)}</h1><i>{html.escape(said.published or '')}</i>"
    return f"<html><body>{_CHROME}{head}<div id='zoom'>{paragraphs}</div></body></html>".encode("utf-8", "surrogatepass")


class Story:
    """An archive, a run and a section, and what happens to them: each word is one append."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self.archive = archive
        self.clock = clock
        self.run = archive.begin_run("crawl", vantage="test bench", software="jiaxing-today 0", settings="{}")
        self.section = archive.section("jiaxing", "today")
        self.asked: list[str] = []

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the writer's connection."""
        return self.archive.connection

    # What the portal answers

    def answer(self, url: str, body: bytes | None = None, **more: Any) -> Fetch:
        """Return one request now and its answer; `headers` go beside a Content-Type."""
        headers = {"Content-Type": "text/html; charset=utf-8", **more.pop("headers", {})}
        requested_at = self.clock()
        self.asked.append(instant(requested_at))
        known = {"purpose": Purpose.LOOK, "result": Result.RESPONSE, "status": 200 if body is not None else None}
        response = tuple(headers.items()) if more.get("result", Result.RESPONSE) is not Result.NETWORK_ERROR else ()
        parts = {**known, "body": body, "response_headers": response, **more}
        return Fetch(url=url, requested_at=requested_at, elapsed_ms=5, **parts)

    # What the crawler appends

    def sweep(self, urls: Iterable[str | Listed], *, complete: bool = True, section: int | None = None, **more: Any) -> list[int]:
        """Read a listing that names these; return the ids of all pages that it names, in order."""
        section_id = section or self.section
        fetch = self.answer(f"http://{HOST}/col/col{section_id}/index.html", b"<html>a listing</html>", purpose=Purpose.LISTING)
        [fetch_id] = self.archive.append_fetches([fetch], run_id=self.run, section_id=section_id)
        listed = [url if isinstance(url, Listed) else Listed(url, "A visit to the port", "2022-09-20") for url in urls]
        rows = [Row(row, url_key(row.url), article_number(row.url), fetch_id) for row in listed]
        parts = {"kind": SweepKind.FULL, "day": DAY, "pages_read": 1, "pages_expected": 1, **more}
        record = SweepRecord(self.run, section_id, started_at=fetch.requested_at, rows=rows, complete=complete, **parts)
        self.archive.append_sweep(record)
        return [self.page(row.url) for row in listed]

    def look(self, page: int, said: Content | str = "Zhang Bing visited the port.", **more: Any) -> Appended:
        """Look at a page that says this; `reader`, `rereading`, `headers`, `found_by` and `purpose` as wanted."""
        read = reading(said, more.pop("reader", READER), problems=more.pop("problems", ()))
        assert read.content is not None
        headers = more.pop("headers", {"ETag": f'"{crc32(read.content.text.encode("utf-8", "surrogatepass")):x}"'})
        fetch = self.answer(self.url(page), page_html(read.content), headers=headers, purpose=more.pop("purpose", Purpose.LOOK))
        return self.append(page, [fetch], read, **more)

    def not_modified(self, page: int, **more: Any) -> Appended:
        """Look at a page that answers 304."""
        return self.append(page, [self.answer(self.url(page), result=Result.NOT_MODIFIED, status=304, **more)], None)

    def fails(self, page: int, outcome: Outcome = Outcome.GONE, status: int = 404) -> Appended:
        """Look at a page whose answer is none of its own: 404, challenge, error, and so on."""
        fetch = self.answer(self.url(page), f"<h1>{status}</h1>".encode(), status=status, headers={"ETag": '"of the error"'})
        return self.append(page, [fetch], Reading(READER, outcome))

    def times_out(self, page: int) -> Appended:
        """Look at a page that does not answer at all."""
        return self.append(page, [self.answer(self.url(page), result=Result.NETWORK_ERROR, error="timed out")], None)

    def append(self, page: int, fetches: list[Fetch], read: Reading | None, **more: Any) -> Appended:
        """Append a look as it is."""
        return self.archive.append_look(Look(self.run, page, fetches, read, section_id=self.section, **more))

    def imported(self, said: Content | str, name: str = "file:000.txt") -> int:
        """Import a file that says this; return its page."""
        page, _ = self.archive.import_page(name, name, section_id=self.section)
        read = reading(said, "import/1")
        fetch = self.answer(name, b"as in the file", purpose=Purpose.IMPORT)
        self.append(page, [fetch], read, found_by=FoundBy.IMPORT)
        return page

    def removed(self, page: int) -> int:
        """Write a removal as its proof would, and fold it; return the version's id."""
        appended = self.fails(page)
        previous, number, base_at = self.connection.execute(
            "SELECT v.id, v.number, p.base_at FROM _pages p JOIN versions v ON v.id = p.version_id WHERE p.page_id = ?", (page,)
        ).fetchone()
        observed_at = instant(self.clock.moment)
        row = {"page_id": page, "number": number + 1, "kind": "removed", "fetch_id": appended.fetch_id, "previous_id": previous}
        times = {"not_before": base_at, "observed_at": observed_at, "recorded_at": observed_at, "found_by": "crawl"}
        flags = {"baseline": 0, "silent": 0, "labels": "[]", "changed": "[]"}
        version_id = self.insert("versions", {**row, **times, **flags})
        self.insert("proofs", {"version_id": version_id, "fetch_id": appended.fetch_id, "role": "check"})
        self.archive.rebuild()
        return version_id

    def proven(self, page: int, *outcomes: Outcome) -> int | None:
        """Find a page missing (twice, or as given) beside a control that answers, and prove it removed; return the version."""
        for outcome in outcomes or (Outcome.GONE, Outcome.GONE):
            self.fails(page, outcome)
        control = self.answer(f"http://{HOST}/", b"<html>home</html>", purpose=Purpose.CONTROL)
        self.archive.append_fetches([control], run_id=self.run, reading=Reading("control-1", Outcome.OK))
        return self.archive.prove_removal(page, RULE)

    def insert(self, table: str, row: dict[str, object]) -> int:
        """Write one ledger row and its leaf."""
        with self.archive.transaction():
            return self.archive._writer.ledger.insert(table, row)

    # What stands in the file

    def url(self, page: int) -> str:
        """Return the address of a page."""
        return str(self.value("SELECT url FROM pages WHERE id = ?", page))

    def page(self, url: str) -> int:
        """Return the page of an address."""
        return int(self.value("SELECT id FROM pages WHERE url_key = ?", url_key(url)))

    def value(self, sql: str, *parameters: object) -> Any:
        """Return the first column of the first row of a query, or None."""
        row = self.connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a query as dictionaries."""
        return rows_of(self.connection, sql, *parameters)

    def column(self, sql: str, *parameters: object) -> list[Any]:
        """Return the first column of a query."""
        return [row[0] for row in self.connection.execute(sql, parameters)]

    def versions(self, page: int) -> list[dict[str, Any]]:
        """Return a page's versions as whole rows without ids and times, each with its title, text and predecessor's number."""
        return self.rows(
            "SELECT v.number, v.kind, o.number AS after, v.found_by, v.baseline, v.silent, v.labels, v.changed, v.summary,"
            " c.title, c.text FROM versions v LEFT JOIN versions o ON o.id = v.previous_id"
            " LEFT JOIN contents c ON c.id = v.content_id WHERE v.page_id = ? ORDER BY v.number",
            page,
        )

    def bounds(self, page: int) -> list[tuple[str | None, str, str | None]]:
        """Return not_before, observed_at and unchanged_304 of a page's versions."""
        return self.connection.execute(
            "SELECT not_before, observed_at, unchanged_304 FROM versions WHERE page_id = ? ORDER BY number", (page,)
        ).fetchall()

    def state(self, page: int) -> dict[str, Any]:
        """Return what is held of a page now."""
        return self.rows("SELECT * FROM _pages WHERE page_id = ?", page)[0]

    def identities(self) -> list[tuple[int, int, str]]:
        """Return the opinions on which page belongs to which release, in order."""
        return self.connection.execute("SELECT page_id, release_id, reason FROM identities ORDER BY id").fetchall()

    def outbox(self) -> list[tuple[str, str | None]]:
        """Return what people are to be told: the kind, and the version as `page@number`."""
        return self.connection.execute(
            "SELECT o.kind, v.page_id || '@' || v.number FROM _outbox o LEFT JOIN versions v ON v.id = o.version_id ORDER BY o.id"
        ).fetchall()


def rows_of(connection: sqlite3.Connection, sql: str, *parameters: object) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    cursor = connection.execute(sql, parameters)
    names = [name for name, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


@contextmanager
def opened(path: Path, clock: Clock | None = None) -> Iterator[Story]:
    """Open (or make) an archive and begin a story in it.

    The disk is not waited for: what survives a loss of power is no matter of these tests.
    """
    clock = clock or Clock()
    with open_archive(path, clock) as archive:
        archive.connection.execute("PRAGMA synchronous = OFF")
        yield Story(archive, clock)


def act_out_everything(story: Story) -> None:
    """Put at least one row into every ledger table, and pages into every state."""
    first, second, third = story.sweep([article_url(n) for n in (1, 2, 3)])
    run = story.run
    story.archive.section_state(
        story.section, run, title="Jiaxing Today", listing_url=f"http://{HOST}/col/", platform="jpage", found_by="configured"
    )
    for text in ("Zhang Bing visited the port.", "Zhang Bing toured the port.", "Zhang Bing visited the port."):
        story.look(first, text)
    story.look(second, "嘉兴今日。\u00a0Typos and all.")
    story.fails(second)
    story.not_modified(first)
    story.look(third, "Another text.", reader=READER)
    story.removed(third)
    story.imported("Zhang Bing visited the port.")
    copy, _ = story.sweep([article_url(1, column=77), article_url(1)])
    story.look(copy, "Zhang Bing visited the port.")
    _write_what_comes_later(story)
    story.archive.end_run(run, "done", {"looks": 9})


def _write_what_comes_later(story: Story) -> None:
    """Rows that no command writes yet: a retraction, redactions, a checkpoint and its stamp."""
    now = instant(story.clock())
    version = story.value("SELECT max(id) FROM versions WHERE kind = 'edited'")
    story.insert("retractions", {"version_id": version, "reason": "a test's", "recorded_at": now})
    by_order = {"reason": "a court's order", "authority": "a court", "recorded_at": now}
    story.insert("redactions", {"body_id": story.value("SELECT max(id) FROM bodies"), **by_order})
    story.insert("redactions", {"content_id": story.value("SELECT max(id) FROM contents"), **by_order})
    size, root = story.archive.log_head()
    with story.archive.transaction():
        story.connection.execute(
            "INSERT INTO checkpoints (size, root, note, recorded_at) VALUES (?, ?, 'note', ?)", (size, root, now)
        )
        story.connection.execute(
            "INSERT INTO stamps (checkpoint_id, authority, token, recorded_at) VALUES (1, 'tsa', x'00', ?)", (now,)
        )
    story.archive.rebuild()


def version(number, kind, text, **more):
    """Return a version's whole row without ids and times, by what it has besides a crawl's usual."""
    known = {
        "number": number,
        "kind": kind,
        "after": number - 1 or None,
        "found_by": "crawl",
        "baseline": 0,
        "silent": 0,
        "labels": "[]",
        "changed": "[]",
        "summary": None,
        "title": "A visit to the port",
        "text": text,
    }
    return {**known, **more}


def counts(story):
    """Return how many rows each table of the ledger has that a version touches."""
    tables = ("versions", "contents", "identities", "retractions", "proofs", "listing_events")
    return {table: story.value(f"SELECT count(*) FROM {table}") for table in tables}
