"""A folder of pages that a probe kept, and what they read as: a test for whoever changes a reader.

`expected.json` names each file with the address that it came from, and says what it is to read as.  A probe writes there what it
did read; a person corrects that by what a browser shows.  `read_fixture` reads the same files again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from config.portal import Section
from config.settings import SOFTWARE
from crawler.answers import Reader, stored_answer
from crawler.charset import decode
from crawler.errors import ReadError
from crawler.listings import ListingRequest, read_listing
from crawler.listings.base import cannot_read
from crawler.portal_text import declared
from crawler.render_parse import content_of
from crawler.robots import rules_from
from storage.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from crawler.listings import ListingPage
    from crawler.probe import Probe
    from storage.records import Fetch

    Row = dict[str, Any]

__all__ = ["EXPECTED", "read_fixture", "save_fixture"]

EXPECTED = "expected.json"
_ROBOTS = "robots.txt"
_ANY_TIME = parse_instant("2000-01-01T00:00:00.000Z")  # when a page came does not change what it says
_ABOUT = (
    "Pages of {host}, kept on {day} by `portal probe --save`, and what they are to read as. That is what they did read as: "
    "correct it by what a browser shows. What is taken out here is not compared."
)
_XML = (b"<?xml", b"<datastore", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")


# Saving


def save_fixture(probe: Probe, folder: Path, now: datetime) -> None:
    """Write the pages of a probe into a folder, with what they read as in `expected.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    listing = [_saved(folder, f"listing-{number}", answer) for number, answer in enumerate(_answers(probe), start=1)]
    releases = [_saved(folder, f"release-{number}", each.answer) for number, each in enumerate(probe.releases, start=1)]
    portal = declared(probe)
    _, section = list(portal.sections.items())[-1]
    plan: Row = {
        "about": _ABOUT.format(host=portal.hosts[0], day=now.date().isoformat()),
        "timezone": portal.timezone,
        "section": section.model_dump(mode="json", exclude_defaults=True),
        "listing": listing,
        "releases": releases,
    }
    robots = next((each for each in probe.manners if each.host == portal.hosts[0]), None)
    if robots is not None and robots.body is not None:
        (folder / _ROBOTS).write_bytes(robots.body)
        plan["robots"] = {"file": _ROBOTS}
    _write(folder, plan)
    _write(folder, read_fixture(folder))


def _answers(probe: Probe) -> Iterator[Fetch]:
    """Yield the answers of the listing in order, that of the second page last."""
    yield from probe.listing.answers if probe.listing else ()
    yield from (answer for answer in (probe.paging.answers if probe.paging else ()) if answer.body is not None)


def _saved(folder: Path, name: str, answer: Fetch) -> Row:
    body = answer.body or b""
    start = body.lstrip()[:20].removeprefix(b"\xef\xbb\xbf").lower()
    kind = "json" if start.startswith((b"{", b"[")) else "xml" if start.startswith(_XML) else "html"
    (folder / f"{name}.{kind}").write_bytes(body)
    return {"file": f"{name}.{kind}", "url": answer.url, "content_type": answer.header("content-type")}


def _write(folder: Path, plan: Row) -> None:
    (folder / EXPECTED).write_text(json.dumps(plan, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# Reading again


def read_fixture(folder: Path) -> Row:
    """Return what the files of a folder read as now, in the form of its `expected.json`."""
    plan: Row = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    section, zone = Section.model_validate(plan["section"]), ZoneInfo(plan["timezone"])
    read = {
        **plan,
        "listing": list(_listing(folder, plan["listing"], section, zone)),
        "releases": [_release(folder, each, section, zone) for each in plan["releases"]],
    }
    if "robots" in plan:
        urls = [each["url"] for each in (*plan["listing"], *plan["releases"])]
        read["robots"] = _rules(folder, plan["robots"], urls)
    return read


def _listing(folder: Path, files: list[Row], section: Section, zone: ZoneInfo) -> Iterator[Row]:
    """Yield what each answer of a listing reads as, in order: each is the answer to what the one before it asks for next."""
    request: ListingRequest | None = ListingRequest(files[0]["url"], platform=section.platform) if files else None
    for each in files:
        asked = request
        if asked is None:
            yield {**_source(each), "asked": None}
            continue
        page = _page(folder, each, asked, section, zone)
        request = page.next
        yield {**_source(each), "asked": asked.url, "form": dict(asked.form), **_rows(page)}


def _page(folder: Path, each: Row, request: ListingRequest, section: Section, zone: ZoneInfo) -> ListingPage:
    text = decode((folder / each["file"]).read_bytes(), each.get("content_type")).text
    try:
        return read_listing(text, request, section=section, zone=zone)
    except ReadError as exc:
        return cannot_read(section.platform, str(exc))


def _rows(page: ListingPage) -> Row:
    return {
        "platform": page.platform,
        "unit": page.unit,
        "readable": page.readable,
        "total": page.total,
        "pages": page.pages,
        "next": page.next.url if page.next else None,
        "problems": list(page.problems),
        "records": [{"url": row.url, "title": row.title, "date": row.date} for row in page.records],
    }


def _release(folder: Path, each: Row, section: Section, zone: ZoneInfo) -> Row:
    body = (folder / each["file"]).read_bytes()
    headers = (("Content-Type", each["content_type"]),) if each.get("content_type") else ()
    reading = Reader(section.select, zone).read(stored_answer(each["url"], headers, body, _ANY_TIME))
    assert reading is not None  # a stored answer always has something to read
    said = content_of(reading)
    del said["text"]  # its paragraphs say the same, and can be corrected line by line
    return {**_source(each), **said}


def _rules(folder: Path, each: Row, urls: list[str]) -> Row:
    rules = rules_from(200, (folder / each["file"]).read_bytes(), SOFTWARE)
    return {
        "file": each["file"],
        "delay": rules.delay(SOFTWARE),
        "forbidden": [url for url in urls if not rules.allows(url, SOFTWARE)],
    }


def _source(each: Mapping[str, Any]) -> Row:
    return {name: each.get(name) for name in ("file", "url", "content_type")}
