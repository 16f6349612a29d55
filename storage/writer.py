"""How the vocabulary becomes rows: fetches, bodies, readings and contents, each deduplicated by SELECT then INSERT."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypedDict, Unpack

from storage.addresses import host_of
from storage.bodies import BodyStore
from storage.fingerprint import compare_sha256, printed_sha256
from storage.instants import instant, later
from storage.ledger import Ledger
from storage.records import Attachment, Content, DateCandidate, File, Outcome, Precision, Reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from storage.records import Fetch, FoundBy
    from storage.versions import Draft

__all__ = ["VersionRow", "Writer", "content_of", "dump", "load_reading", "received_at"]


class VersionRow(TypedDict):
    """Where a version stands: its page, the fetch and content it rests on, what came before it, and whether it is no news."""

    page_id: int
    fetch_id: int
    content_id: int | None
    previous_id: int | None
    observed_at: str
    baseline: bool


class Writer:
    """The ledger's vocabulary: everything here happens inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.ledger = Ledger(connection)
        self.bodies = BodyStore(self.ledger)

    def reload(self) -> None:
        """Forget what a rollback undid."""
        self.ledger.reload()
        self.bodies.forget()

    def fetch(self, fetch: Fetch, *, run_id: int, page_id: int | None, section_id: int | None, hop_of: int | None) -> int:
        """Write one request, with its body, and return its id."""
        return self.ledger.insert(
            "fetches",
            {
                "run_id": run_id,
                "page_id": page_id,
                "section_id": section_id,
                "purpose": fetch.purpose.value,
                "hop_of": hop_of,
                "method": fetch.method,
                "url": fetch.url,
                "request_headers": dump(fetch.request_headers),
                "request_body": fetch.request_body,
                "remote_address": fetch.remote_address,
                "requested_at": instant(fetch.requested_at),
                "elapsed_ms": fetch.elapsed_ms,
                "result": fetch.result.value,
                "status": fetch.status,
                "response_headers": dump(fetch.response_headers),
                "etag": fetch.header("etag"),
                "last_modified": fetch.header("last-modified"),
                "body_id": self._body(fetch),
                "error": fetch.error,
            },
        )

    def hops(
        self, fetches: Sequence[Fetch], *, run_id: int, page_id: int | None = None, section_id: int | None = None
    ) -> list[int]:
        """Write the hops of one ask in order, each naming the one before it; return their ids."""
        ids: list[int] = []
        for fetch in fetches:
            hop_of = ids[-1] if ids else None
            ids.append(self.fetch(fetch, run_id=run_id, page_id=page_id, section_id=section_id, hop_of=hop_of))
        return ids

    def reading(self, fetch_id: int, reading: Reading, recorded_at: datetime, compared: str | None = None) -> int | None:
        """Write what a reader made of a fetch and return the content's id; nothing new where this reader has read it before.

        `compared` is the content's compare_sha256, where that is known already.
        """
        known = self.connection.execute(
            "SELECT content_id FROM readings WHERE fetch_id = ? AND reader = ?", (fetch_id, reading.reader)
        ).fetchone()
        if known:
            return known[0] if known[0] is None else int(known[0])
        content_id = self.content(reading.content, compared) if reading.content is not None else None
        self.ledger.insert(
            "readings",
            {
                "fetch_id": fetch_id,
                "reader": reading.reader,
                "outcome": reading.outcome.value,
                "content_id": content_id,
                "dates": dump([[date.value, date.origin] for date in reading.dates]),
                "problems": dump(reading.problems),
                "recorded_at": instant(recorded_at),
                "template": reading.template,
            },
        )
        return content_id

    def content(self, content: Content, compared: str | None = None) -> int:
        """Write a content, unless the same was printed before, and return its id."""
        digest = printed_sha256(content)
        known = self.connection.execute("SELECT id FROM contents WHERE sha256 = ?", (digest,)).fetchone()
        if known:
            return int(known[0])
        return self.ledger.insert(
            "contents",
            {
                "sha256": digest,
                "compare_sha256": compared or compare_sha256(content),
                "title": content.title,
                "published": content.published,
                "published_at": content.published_at,
                "published_on": content.published_on,
                "precision": content.precision.value if content.precision else None,
                "source": content.source,
                "author": content.author,
                "language": content.language,
                "breadcrumb": dump(content.breadcrumb),
                "text": content.text,
                "fields": dump(_fields(content)),
            },
        )

    def version(self, draft: Draft, *, found_by: FoundBy, recorded_at: datetime, **row: Unpack[VersionRow]) -> int:
        """Write a version under the next number of its page and return its id."""
        (last,) = self.connection.execute(
            "SELECT coalesce(max(number), 0) FROM versions WHERE page_id = ?", (row["page_id"],)
        ).fetchone()
        return self.ledger.insert(
            "versions",
            {
                **row,
                "number": last + 1,
                "kind": draft.kind.value,
                "compared_id": draft.compared_id,
                "not_before": draft.not_before,
                "recorded_at": instant(recorded_at),
                "unchanged_304": draft.unchanged_304,
                "found_by": found_by.value,
                "baseline": int(row["baseline"]),
                "silent": int(draft.silent),
                "labels": dump(draft.labels),
                "changed": dump(draft.changed),
                "summary": draft.summary,
            },
        )

    def _body(self, fetch: Fetch) -> int | None:
        if fetch.body is None:
            return None
        media_type = (fetch.header("content-type") or "").split(";")[0].strip().lower() or None
        return self.bodies.put(fetch.body, host=host_of(fetch.url), media_type=media_type)


def _fields(content: Content) -> dict[str, object]:
    """Return what a content holds beside its columns; what came into the vocabulary later is left out where it is not there."""
    file = content.file
    later_ones = {
        "number": content.number,
        "keywords": list(content.keywords),
        "file": {"sha256": file.sha256, "size": file.size, "media_type": file.media_type} if file else None,
    }
    return {
        "attachments": [{"name": item.name, "url": item.url} for item in content.attachments],
        "images": list(content.images),
        **{name: value for name, value in later_ones.items() if value},
    }


def dump(value: object) -> str:
    """Return `value` as compact JSON with its characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def received_at(fetch: Fetch) -> str:
    """Return the instant at which the last byte of a fetch had come."""
    return later(instant(fetch.requested_at), fetch.elapsed_ms)


_CONTENT_COLUMNS = "title, text, published, published_at, published_on, precision, source, author, language, breadcrumb, fields"


def content_of(connection: sqlite3.Connection, content_id: int) -> Content | None:
    """Return a stored content, or None where its text was withheld by order."""
    row = connection.execute(f"SELECT {_CONTENT_COLUMNS} FROM contents WHERE id = ?", (content_id,)).fetchone()  # noqa: S608 - a constant
    if row is None or row[1] is None:
        return None
    title, text, published, published_at, published_on, precision, source, author, language, breadcrumb, fields = row
    extra = json.loads(fields)
    return Content(
        title=title,
        text=text,
        published=published,
        published_at=published_at,
        published_on=published_on,
        precision=Precision(precision) if precision else None,
        source=source,
        author=author,
        language=language,
        breadcrumb=tuple(json.loads(breadcrumb)),
        attachments=tuple(Attachment(item["name"], item["url"]) for item in extra["attachments"]),
        images=tuple(extra["images"]),
        number=extra.get("number"),
        keywords=tuple(extra.get("keywords", ())),
        file=File(**extra["file"]) if "file" in extra else None,
    )


def load_reading(connection: sqlite3.Connection, fetch_id: int, reader: str | None = None) -> Reading | None:
    """Return the newest reading of a fetch, or the one by `reader`; None where there is none."""
    row = connection.execute(
        "SELECT reader, outcome, content_id, dates, problems, template FROM readings"
        " WHERE fetch_id = ? AND (? IS NULL OR reader = ?) ORDER BY id DESC LIMIT 1",
        (fetch_id, reader, reader),
    ).fetchone()
    if row is None:
        return None
    name, outcome, content_id, dates, problems, template = row
    return Reading(
        reader=name,
        outcome=Outcome(outcome),
        content=content_of(connection, content_id) if content_id else None,
        dates=tuple(DateCandidate(value, origin) for value, origin in json.loads(dates)),
        problems=tuple(json.loads(problems)),
        template=template,
    )
