"""An archive of many stored pages of 46 KB, with one edit that its reader missed and one that was none, for re-reading."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from config.portal import Portal, parse_portal
from crawler.answers import Reader
from crawler.revisit import POLICY
from crawler.urls import article_id, url_key
from storage.archive import Archive
from storage.looks import Look
from storage.records import Fetch, Listed, Outcome, Purpose, Reading, Result, SweepKind
from storage.sweeps import Row, SweepRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HOST", "LOOKS", "MISSED", "SPURIOUS", "Clock", "fill", "opened", "page_html", "portal_of"]

HOST = "www.example.gov.cn"
LOOKS = 5
"""Bodies of each page: all of them distinct, for every one bears the time at which it was made."""
MISSED, SPURIOUS = 7, 11
"""The page whose second paragraph was rewritten before its fourth look, and the one whose tally alone moved then."""
BYTES = 46_000
_BEGUN = datetime(2026, 1, 1, 8, tzinfo=UTC)
_WORDS = (
    "the", "city", "will", "build", "a", "new", "line", "along", "canal", "between", "lakes", "so", "that", "goods", "from", "port",
    "reach", "markets", "of", "province", "within", "day", "as", "bureau", "commerce", "said", "on", "Monday", "in", "Jiaxing",
)  # fmt: skip

BEFORE = {"body": "#zoom", "drop": ["p.second"]}
AFTER = {"body": "#zoom", "drop": ["p.tally"]}
"""Selectors: the first leave out the second paragraph and take the tally for text, the others do it right."""


@dataclass(slots=True)
class Clock:
    """A clock that moves a second with every look at it."""

    moment: datetime = _BEGUN

    def __call__(self) -> datetime:
        """Return the time, a second after the last."""
        self.moment += timedelta(seconds=1)
        return self.moment


def portal_of(select: dict[str, object]) -> Portal:
    """Return the portal of the benchmark, with selectors."""
    rules = "".join(f"{key} = {value!r}\n".replace("'", '"') for key, value in select.items())
    text = f'name = "bench"\nhosts = ["{HOST}"]\n[sections.news]\ntitle = "News"\nlisting = "https://{HOST}/list"\n'
    return parse_portal(f"{text}[sections.news.select]\n{rules}", "bench.toml")


def page_html(number: int, look: int, *, menu: str) -> bytes:
    """Return a page as it stood at a look (from 0): 46 KB with its menu, in the markup of the JCMS."""
    rng = Random(number)
    first, second = (" ".join(rng.choices(_WORDS, k=60)) for _ in range(2))
    if number == MISSED and look >= LOOKS - 2:
        second = f"{second} This sentence was put in later."
    tally = 512 + (number == SPURIOUS and look >= LOOKS - 2)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Release {number}</title>'
        f'<meta name="ArticleTitle" content="Release {number}"><meta name="PubDate" content="2025-12-01 10:00">'
        f'<meta name="Maketime" content="2026-01-{look + 1:02} 00:00:{number % 60:02}"></head><body>{menu}'
        f'<h1>Release {number}</h1><p>Release date:2025-12-01 10:00</p><div id="zoom"><p>{first}</p><p class="second">{second}</p>'
        f'<p class="tally">{tally} people took part in the survey.</p></div></body></html>'
    ).encode()


def menu_of(size: int = BYTES) -> str:
    """Return what stands around the text of every page of a portal: lists of links, until a page has its size."""
    rng = Random(1)
    entries = ['<div class="nav"><ul>']
    while sum(map(len, entries)) < size - 1_800:
        number = rng.getrandbits(40)
        entries.append(f'<li class="item"><a href="/col/col{number}/index.html" title="Column {number}">Column {number}</a></li>')
    return "\n".join([*entries, "</ul></div>"])


@contextmanager
def opened(path: Path, clock: Clock) -> Iterator[Archive]:
    """Open the archive for writing, by the benchmark's clock."""
    with Archive.open(path, schedule=POLICY, now=clock) as archive:
        yield archive


def fill(path: Path, pages: int, clock: Clock, looks: int = LOOKS, size: int = BYTES) -> None:
    """Make an archive of so many pages of a size, each looked at so many times a day apart, read by the selectors `BEFORE`."""
    portal = portal_of(BEFORE)
    reader = Reader(portal.sections["news"].select, portal.zone)
    menu = menu_of(size)
    with opened(path, clock) as archive:
        section = archive.section("bench", "news")
        ids = _listed(archive, section, pages, clock)
        for look in range(looks):
            run = archive.begin_run("crawl", vantage="bench", software="bench", settings="{}")
            for begin in range(0, pages, 100):
                with archive.transaction():
                    for number in range(begin, min(begin + 100, pages)):
                        _look(archive, run, section, ids[number], number, page_html(number, look, menu=menu), reader, clock)
            archive.end_run(run, "done", {})
            clock.moment += timedelta(days=1)


def _url(number: int) -> str:
    return f"https://{HOST}/art/2025/12/1/art_1_{number + 1}.html"


def _fetch(url: str, body: bytes, purpose: Purpose, clock: Clock) -> Fetch:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return Fetch(purpose, url, clock(), 5, Result.RESPONSE, status=200, response_headers=headers, body=body)


def _listed(archive: Archive, section: int, pages: int, clock: Clock) -> list[int]:
    run = archive.begin_run("crawl", vantage="bench", software="bench", settings="{}")
    fetch = _fetch(f"https://{HOST}/list", b"<html>a listing</html>", Purpose.LISTING, clock)
    reading = Reading("listing-1", Outcome.OK)
    [fetch_id] = archive.append_fetches([fetch], run_id=run, section_id=section, reading=reading)
    urls = [_url(number) for number in range(pages)]
    rows = [
        Row(Listed(url, f"Release {number}", "2025-12-01"), url_key(url), article_id(url), fetch_id)
        for number, url in enumerate(urls)
    ]
    parts = {"day": "2026-01-01", "started_at": fetch.requested_at, "complete": True, "pages_read": 1}
    return list(archive.append_sweep(SweepRecord(run, section, SweepKind.FULL, rows=rows, **parts)).new_pages)  # type: ignore[arg-type]


def _look(  # noqa: PLR0913, PLR0917 - a look's parts
    archive: Archive, run: int, section: int, page: int, number: int, body: bytes, reader: Reader, clock: Clock
) -> None:
    fetch = _fetch(_url(number), body, Purpose.LOOK, clock)
    archive.append_look(Look(run, page, [fetch], reader.read(fetch), section_id=section))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]), Clock())
