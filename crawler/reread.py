"""Read stored bodies again: after the rules of a portal or the reader itself were mended, and to see what was kept aside.

Reading is done by processes of their own, writing here, some pages at a time: killed anywhere, what is left is done by the next
call.  A reader that reads worse than the one before is not believed: what it cannot read stays as it stands.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.alarms import LAYOUT
from crawler.answers import Reader, stored_answer
from crawler.apart import with_care_here
from crawler.aside import ASIDE, judged
from crawler.errors import ReadError
from crawler.fields import squash
from crawler.looking import is_same_page, known_of
from storage.bodies import read_body
from storage.connect import open_reader
from storage.derived import page_state
from storage.fingerprint import compare_sha256
from storage.forms import waiting
from storage.health import asides_of
from storage.instants import parse_instant
from storage.late import Reread, pages_of_section, retold, stored_bodies
from storage.records import Outcome, Reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from crawler.session import Target
    from storage.archive import Archive
    from storage.late import Stored
    from storage.queries import Row
    from storage.timeline import Retelling

__all__ = ["COUNTED", "Again", "Wish", "believe_witnessed", "pages_wished", "read_again", "reparse", "settled"]

_PAGES_AT_ONCE = 40
"""Pages that are read by one process in one go, and written in one transaction."""
_ALONE = 500
"""So many pages are read here, unless somebody asks for processes: starting them would take longer (some seconds)."""
_LEAST_SHARE = 0.5
"""A reader that finds less than this share of a text has lost it rather than mended it."""
_LOST = "/lost"
"""What the name of a reader ends in where that was so: trusted later, its reading stands beside the one that was not believed."""
_NOT_BELIEVED = "less than half of the text that was read before is found: not believed"

COUNTED = ("bodies", "same", "otherwise", "readable", "unreadable", "aside", "new", "edited", "restored", "replaced", "withdrawn")
"""What is counted of a section: bodies read; how they read against before; what was written, or would be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be read again: all pages, those looked at `since` an instant, or those of which something is `quarantined`.

    `trust` believes the rules also where they find less than half of the text that was read before; `jobs` is how many processes
    read (None: one a core, where there is enough to read).
    """

    since: str | None = None
    quarantined: bool = False
    trust: bool = False
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """A stored body as it was read again, the hash of its content, and how it held to read until then.

    `lost` says that most of the text that was read before is not there any more.
    """

    fetch_id: int
    reading: Reading
    compared: str | None
    held: Outcome | None
    held_compared: str | None
    lost: bool


def reparse(
    connection: sqlite3.Connection,
    archive: Archive | None,
    targets: Sequence[Target],
    wish: Wish,
    on_pages: Callable[[int], None] = lambda _: None,
) -> dict[str, Counter[str]]:
    """Read again what is wished for of some sections and append what follows; return, by section, what was counted (`COUNTED`).

    Without an `archive` to write to, only what would follow is counted.  `on_pages` is told of each lot of pages that is done.
    """
    counted: dict[str, Counter[str]] = {}
    for target in targets:
        section = _section_id(connection, target)
        counts = counted.setdefault(target.name, Counter())
        pages = pages_of_section(connection, section, since=wish.since, quarantined=wish.quarantined) if section else []
        for lot in _read(connection, pages, target.reader, wish.jobs):
            with archive.transaction() if archive is not None else nullcontext():
                for page, bodies in lot:
                    read = [replace(each, lost=each.lost and not wish.trust) for each in bodies]
                    fresh = settled(connection, {"page": page, "section": section}, target.reader, read, believe=wish.quarantined)
                    counts.update(_read_as(bodies, fresh))
                    counts.update(_told(connection, archive, page, target.reader.name, fresh))
            on_pages(len(lot))
        if archive is not None and section:
            believed, told = believe_witnessed(archive, section, target.reader, pages)
            counts.update(told)
            counts.update({"readable": believed, "aside": -believed} if believed else {})
            if asides_of(connection, section) is None:
                archive.recovered(LAYOUT, target.name)
    return counted


def pages_wished(connection: sqlite3.Connection, targets: Sequence[Target], wish: Wish) -> int:
    """Return how many pages of some sections a wish is about."""
    sections = [section for target in targets if (section := _section_id(connection, target))]
    return sum(len(pages_of_section(connection, each, since=wish.since, quarantined=wish.quarantined)) for each in sections)


def _section_id(connection: sqlite3.Connection, target: Target) -> int | None:
    sql = "SELECT id FROM sections WHERE portal = ? AND slug = ?"
    row = connection.execute(sql, (target.portal.name, target.slug)).fetchone()
    return int(row[0]) if row else None


# Reading


def _read(
    connection: sqlite3.Connection, pages: Sequence[int], reader: Reader, jobs: int | None
) -> Iterator[list[tuple[int, list[Again]]]]:
    """Yield lots of pages with their bodies as they read now; several processes share the work where it is worth it."""
    lots = list(_lots(pages))
    if jobs is None:
        jobs = (os.cpu_count() or 1) if len(pages) > _ALONE else 1
    if jobs == 1:
        yield from ([(page, read_again(connection, page, reader)) for page in lot] for lot in lots)
        return
    (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
    # Spawned, because a forked process would hold the writer's lock and the database's with it.  Each lets a large block go first:
    # until then the allocator gives the memory of every page back and asks for it again, at 0.1 ms a page.
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=bytes, initargs=(16 << 20,)) as pool:
        yield from pool.map(_read_lot, [(path, reader, lot) for lot in lots])


def _lots(pages: Sequence[int]) -> Iterator[list[int]]:
    left = iter(pages)
    while lot := list(islice(left, _PAGES_AT_ONCE)):
        yield lot


def _read_lot(work: tuple[str, Reader, list[int]]) -> list[tuple[int, list[Again]]]:
    path, reader, pages = work
    connection = _twin(path)
    return [(page, read_again(connection, page, reader)) for page in pages]


@cache
def _twin(path: str) -> sqlite3.Connection:
    """Return this process's own read-only connection to the archive, opened once."""
    return open_reader(Path(path))


def read_again(connection: sqlite3.Connection, page: int, reader: Reader) -> list[Again]:
    """Return the bodies of a page that a reader has not read yet, as it reads them."""
    return _read_bodies(connection, page, reader, stored_bodies(connection, page, reader.name))


def _read_bodies(connection: sqlite3.Connection, page: int, reader: Reader, bodies: Iterable[Stored]) -> list[Again]:
    return [_again(stored, _reading(connection, page, reader, stored)) for stored in bodies]


def _again(stored: Stored, reading: Reading) -> Again:
    content = reading.content
    lost = content is not None and stored.text is not None and _has_lost(stored.text, content.text)
    compared = compare_sha256(content) if content is not None else None
    return Again(stored.fetch_id, reading, compared, stored.held, stored.compared, lost)


def _has_lost(before: str, after: str) -> bool:
    """Tell whether less than half of a text, counted in characters of whole paragraphs, is found in what is read of it now."""
    paragraphs, found = [squash(each) for each in before.split("\n\n")], squash(after)
    kept = sum(len(each) for each in paragraphs if each in found)
    return kept < _LEAST_SHARE * sum(map(len, paragraphs))


def _reading(connection: sqlite3.Connection, page: int, reader: Reader, stored: Stored) -> Reading:
    answer = stored_answer(stored.url, stored.headers, read_body(connection, stored.body_id), parse_instant(stored.requested_at))
    answer = replace(answer, status=stored.status)
    hops = [replace(answer, url=url) for url in stored.hops]
    try:
        reading = with_care_here(answer.body or b"", reader.read, answer, asked=stored.asked, hops=hops)
    except ReadError as exc:
        return reader.reading(Outcome.UNREADABLE, str(exc))
    assert reading is not None  # a stored body is an answer
    if reading.content is None or stored.held is Outcome.OK:
        return reading
    if is_same_page(connection, {"page": page, "url": stored.asked}, stored.url, reading):
        return reading
    return reader.reading(Outcome.UNREADABLE, f"leads to another page: {stored.url}")


# Believing


def believe_witnessed(
    archive: Archive, section: int, reader: Reader, only: Collection[int] | None = None
) -> tuple[int, Counter[str]]:
    """Append what was kept aside of a section (or of some of its pages) and is borne out by other pages by now.

    Return how many bodies are believed, and what was told of them.
    """
    bodies, counts = 0, Counter[str]()
    for page in waiting(archive.connection, section, reader.name, reader.name + ASIDE):
        if only is None or page in only:
            fresh, believed = _borne_out(archive.connection, {"page": page, "section": section}, reader)
            bodies += believed
            counts.update(_told(archive.connection, archive, page, reader.name, fresh) if believed else {})
    return bodies, counts


def _borne_out(connection: sqlite3.Connection, page: Row, reader: Reader) -> tuple[dict[int, Reread], int]:
    """Return how the bodies of a page read, and how many of them are kept aside no more.

    They are judged beside the page's base as the same reader reads it.  Once something is believed all other bodies are read too:
    what comes of it hangs on what came before.
    """
    stored = stored_bodies(connection, page["page"], reader.name)
    base = page_state(connection, page["page"]).base_fetch_id
    asides = {each.fetch_id for each in stored if each.held is Outcome.QUARANTINED}
    first = [each for each in stored if each.fetch_id in asides or each.fetch_id == base]
    bodies = _read_bodies(connection, page["page"], reader, first)
    believed = asides & _believed(settled(connection, page, reader, bodies, believe=False)).keys()
    if believed:
        others = [each for each in stored if each not in first]
        bodies = sorted(bodies + _read_bodies(connection, page["page"], reader, others), key=attrgetter("fetch_id"))
    return _believed(settled(connection, page, reader, bodies, believe=False)), len(believed)


def _believed(fresh: Mapping[int, Reread]) -> dict[int, Reread]:
    return {fetch_id: each for fetch_id, each in fresh.items() if not each.reading.reader.endswith(ASIDE)}


def settled(
    connection: sqlite3.Connection, page: Row, reader: Reader, bodies: Iterable[Again], *, believe: bool
) -> dict[int, Reread]:
    """Return how bodies of a page are held to read from now on, by fetch.

    What is kept aside stays so unless other pages bear witness by now, or whoever asks says to `believe` it.
    """
    fresh: dict[int, Reread] = {}
    bodies = list(bodies)
    read = {each.fetch_id: each.reading for each in bodies}
    for each in bodies:
        reading = each.reading
        if each.lost:
            reading = Reading(reader.name + _LOST, Outcome.UNREADABLE, problems=(_NOT_BELIEVED,))
        elif each.held in {Outcome.QUARANTINED, Outcome.UNREADABLE} and not (believe and reading.content is not None):
            reading = judged(reading, known_of(connection, page, reading, read))
        fresh[each.fetch_id] = Reread(each.fetch_id, reading, each.compared if reading.content is not None else None)
    return fresh


# Counting


def _read_as(bodies: Sequence[Again], fresh: dict[int, Reread]) -> Counter[str]:
    counts = Counter(bodies=len(bodies))
    for each in bodies:
        counts[_comparison(each, fresh[each.fetch_id])] += 1
    return counts


def _comparison(again: Again, now: Reread) -> str:
    if now.reading.reader.endswith(ASIDE):
        return "aside"
    if now.compared is None:
        return "unreadable" if again.held_compared is not None else "same"
    if again.held_compared is None:
        return "readable"
    return "same" if again.held_compared == now.compared else "otherwise"


def _told(
    connection: sqlite3.Connection, archive: Archive | None, page: int, reader: str, fresh: dict[int, Reread]
) -> Counter[str]:
    """Append what follows for a page, or only count it."""
    if archive is None:
        return _would_tell(retold(connection, page, reader, fresh))
    late = archive.append_late(page, reader, fresh)
    kinds = Counter("edited" if kind == "silent" else kind for kind in late.appended)
    return kinds + Counter(replaced=late.replaced, withdrawn=late.withdrawn)


def _would_tell(retelling: Retelling) -> Counter[str]:
    kinds = Counter(step.draft.kind.value for step in retelling.writes if step.replaces is None)
    replaced = sum(step.replaces is not None for step in retelling.writes)
    return kinds + Counter(replaced=replaced, withdrawn=len(retelling.withdrawn))
