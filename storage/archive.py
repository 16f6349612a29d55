"""The archive: the one write connection, and every way in which something is appended to it.

All rows of a page commit in one transaction: raw body, fetch, reading, content, version, identities, log leaves, outbox and
next look.  A process that is killed anywhere leaves no orphan, gap or duplicate; what it was doing is done again.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from storage.alerts import close_alert, is_open, raise_alert
from storage.connect import assert_unmoved, create, file_at, is_fresh, open_writer, translated
from storage.derived import page_state, plan, rebuild, track
from storage.fingerprint import page_key
from storage.honesty import is_trusted, judge_host, look_at_unproven, rebuild_trust
from storage.instants import instant, parse_instant
from storage.late import append_late
from storage.lock import STEP, WriterLock
from storage.looks import Appended, Look, append_look
from storage.manners import KeptRobots, last_asked, robots_since
from storage.overview import spent_since
from storage.records import PageKind, State
from storage.removal import RemovalRule, append_removal, checks_of, controls_of, proven
from storage.schema import check
from storage.sweeps import SweepRecord, Swept, append_sweep, members_of_listing
from storage.writer import Writer, dump

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from storage.alerts import Alert
    from storage.hazard import Schedule
    from storage.late import Late, Reread
    from storage.records import Fetch, Reading

__all__ = ["Archive"]


class Archive:
    """An archive open for writing; use as a context manager.

    `schedule` says when a page in a given state is due next; `now` is the clock that stamps `recorded_at`.
    """

    def __init__(self, db: Database, path: Path, lock: WriterLock, *, schedule: Schedule, now: Callable[[], datetime]) -> None:
        self.path = path
        self.connection: sqlite3.Connection = db.conn
        self._db = db
        self._lock = lock
        self._schedule = schedule
        self._now = now
        self._writer = Writer(db.conn)
        self._file = file_at(path)
        self._depth = 0

    @classmethod
    def open(  # noqa: PLR0913 - each is a choice of the caller's
        cls,
        path: Path,
        *,
        schedule: Schedule,
        now: Callable[[], datetime],
        wait: float = 0,
        pause: Callable[[float], None] = time.sleep,
        on_wait: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Open the archive at `path` for writing, making it if there is none.

        Raises ArchiveError (see its tree) where that cannot be; nothing is left behind then.
        """
        lock = cls.lock_for(path)
        lock.acquire(wait=wait, pause=pause, on_wait=on_wait)
        return cls.under(lock, path, schedule=schedule, now=now)

    @staticmethod
    def lock_for(path: Path) -> WriterLock:
        """Return the lock of the archive at `path`, not taken yet; a foreign file is refused before a lock is laid beside it."""
        path = Path(os.path.realpath(path))  # a link is another name for the same archive, and for the same lock
        is_fresh(path)
        return WriterLock(path)

    @classmethod
    def under(cls, lock: WriterLock, path: Path, *, schedule: Schedule, now: Callable[[], datetime]) -> Self:
        """Open the archive at `path` for writing under its lock, which is held, and let go where that cannot be."""
        path = Path(os.path.realpath(path))
        with ExitStack() as stack:
            stack.callback(lock.release)
            if is_fresh(path):
                create(path)
            archive = cls(open_writer(path), path, lock, schedule=schedule, now=now)
            stack.pop_all()
            return archive

    def close(self) -> None:
        """Let the file and the lock go."""
        self._db.close()
        self._lock.release()

    @property
    def is_ours(self) -> bool:
        """Tell whether the right to write is ours: it is not while another writer was let in."""
        return self._lock.is_held

    def is_wanted(self) -> bool:
        """Tell whether another writer waits for this one to let go."""
        return self._lock.is_wanted()

    def let_go(self) -> None:
        """Let another writer in, outside of any transaction; nothing can be written until `is_ours_again`."""
        self._lock.release()

    def is_ours_again(self) -> bool:
        """Queue for the file once it was let go, and tell whether it is ours again; what was remembered of it is read anew.

        Raises ArchiveMissing, NewerArchive or ArchiveDamaged where the other left something that we cannot go on with.
        """
        if not self._lock.try_once():
            return False
        with ExitStack() as stack:
            stack.callback(self._lock.release)  # what we cannot go on with is not ours: nobody may write to it
            with translated(self.path):
                assert_unmoved(self.path, self._file)
                check(self._db, str(self.path))
                self._writer.reload()
            stack.pop_all()
        return True

    def take_back(self, wait: float, pause: Callable[[float], None] = time.sleep) -> bool:
        """Have the file again after it was let go, waiting at most `wait` seconds; tell whether that was so."""
        left = wait
        while not (self.is_ours or self.is_ours_again()):
            if left <= 0:
                self._lock.leave_queue()
                return False
            pause(STEP)
            left -= STEP
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything inside together, or nothing of it; one inside another joins it, or fails alone if that is caught."""
        if self._depth:
            with self._part():
                yield
            return
        assert self.is_ours, "nothing may be written to an archive that was let go"
        with translated(self.path), ExitStack() as stack:
            assert_unmoved(self.path, self._file)
            self.connection.execute("BEGIN IMMEDIATE")
            stack.callback(self._roll_back)
            self._depth = 1
            yield
            self._writer.ledger.flush()
            self.connection.execute("COMMIT")
            stack.pop_all()
        self._depth = 0

    @contextmanager
    def _part(self) -> Iterator[None]:
        with ExitStack() as stack:
            self.connection.execute("SAVEPOINT part")
            stack.callback(self._undo_part)
            yield
            stack.pop_all()
        self.connection.execute("RELEASE part")

    def _undo_part(self) -> None:
        """Undo a part that failed: a transaction that goes on must not commit half a page."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK TO part")
            self.connection.execute("RELEASE part")
            self._writer.reload()

    def _roll_back(self) -> None:
        """Undo an open transaction, and forget what was remembered of it."""
        self._depth = 0
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self._writer.reload()

    def begin_run(self, trigger: str, *, vantage: str, software: str, settings: str) -> int:
        """Record that a run begins: what set it off, where it watches from, which software, and its settings (JSON text)."""
        with self.transaction():
            settings_id = self._writer.bodies.put(settings.encode(), host="", media_type="application/json")
            row = {
                "trigger": trigger,
                "vantage": vantage,
                "software": software,
                "settings_id": settings_id,
                "started_at": self._stamp(),
            }
            return self._writer.ledger.insert("runs", row)

    def end_run(self, run_id: int, outcome: str, counts: Mapping[str, int]) -> None:
        """Record that a run ended: `done`, `interrupted` or `failed`, and what it counted."""
        with self.transaction():
            row = {"run_id": run_id, "ended_at": self._stamp(), "outcome": outcome, "counts": dump(dict(counts))}
            self._writer.ledger.insert("run_ends", row)

    def section(self, portal: str, slug: str) -> int:
        """Return the id of a section, recording it if it is new."""
        known = self.connection.execute("SELECT id FROM sections WHERE portal = ? AND slug = ?", (portal, slug)).fetchone()
        if known:
            return int(known[0])
        with self.transaction():
            return self._writer.ledger.insert("sections", {"portal": portal, "slug": slug, "recorded_at": self._stamp()})

    def section_state(  # noqa: PLR0913 - a row's parts
        self,
        section_id: int,
        run_id: int,
        *,
        title: str,
        listing_url: str,
        platform: str | None,
        unit: str | None = None,
        found_by: str,
    ) -> None:
        """Record what a section is from now on, unless that is what it was; `unit` names its list where a page holds several."""
        state = {"title": title, "listing_url": listing_url, "platform": platform, "unit": unit, "found_by": found_by}
        newest = self.connection.execute(
            "SELECT title, listing_url, platform, unit, found_by FROM section_states WHERE section_id = ? ORDER BY id DESC LIMIT 1",
            (section_id,),
        ).fetchone()
        if newest is None or tuple(newest) != tuple(state.values()):
            with self.transaction():
                row = {"section_id": section_id, "run_id": run_id, **state, "recorded_at": self._stamp()}
                self._writer.ledger.insert("section_states", row)

    def append_fetches(
        self, fetches: Sequence[Fetch], *, run_id: int, section_id: int | None = None, reading: Reading | None = None
    ) -> list[int]:
        """Record requests that belong to no page (robots, the way to a listing, listings), and the last one's reading."""
        with self.transaction():
            ids = self._writer.hops(fetches, run_id=run_id, section_id=section_id)
            if reading is not None:
                self._writer.reading(ids[-1], reading, self._now())
            return ids

    def append_sweep(self, sweep: SweepRecord) -> Swept:
        """Append one pass over a listing and return what became of it."""
        with self.transaction():
            return append_sweep(self._writer, sweep, now=self._now(), schedule=self._schedule)

    def append_look(self, look: Look) -> Appended:
        """Append one look at a page, with all that follows from it."""
        with self.transaction():
            return append_look(self._writer, look, now=self._now(), schedule=self._schedule)

    def append_late(self, page_id: int, reader: str, fresh: Mapping[int, Reread]) -> Late:
        """Append what a reader made of stored bodies of a page (fetch -> reading), with all that follows for its past."""
        with self.transaction():
            return append_late(self._writer, page_id, reader, fresh, now=self._now(), schedule=self._schedule)

    def judge_host(self, host: str) -> bool:
        """Judge by what a host answered to old validators whether its 304s are believed, and return that.

        Where they are no more, what only they confirmed becomes due.
        """
        with self.transaction():
            believed = is_trusted(self.connection, host)
            trusted = judge_host(self.connection, host)
            if believed and not trusted:
                look_at_unproven(self.connection, host, self._now())
            return trusted

    def prove_removal(self, page_id: int, rule: RemovalRule) -> int | None:
        """Append the removal of a page that does not answer, if its checks and controls prove it; return the version's id."""
        if page_state(self.connection, page_id).state is not State.SUSPECT:
            return None
        checks = checks_of(self.connection, page_id)
        (host,) = self.connection.execute("SELECT host FROM _pages WHERE page_id = ?", (page_id,)).fetchone()
        controls = controls_of(self.connection, [check.run_id for check in checks], host)
        sound = proven(checks, controls, rule)
        if not sound:
            return None
        with self.transaction():
            return append_removal(self._writer, page_id, sound, controls, self._now(), self._schedule)

    def alert(self, alert: Alert) -> bool:
        """Raise an alert, once: where it is open already, only its words are brought up to date."""
        with self.transaction():
            return raise_alert(self.connection, alert, self._now())

    def recovered(self, kind: str, subject: str) -> bool:
        """Close an alert, if it is open, with a notice of recovery; where none is, nothing is written."""
        if not is_open(self.connection, kind, subject):
            return False
        with self.transaction():
            return close_alert(self.connection, kind, subject, self._now())

    def import_page(self, url_key: str, url: str, *, section_id: int | None = None) -> tuple[int, bool]:
        """Return the page of an imported file and whether it is new: not read yet, though it may have been written before."""
        known = self.connection.execute(
            "SELECT id, NOT EXISTS (SELECT 1 FROM versions v WHERE v.page_id = g.id) FROM pages g WHERE g.url_key = ?", (url_key,)
        ).fetchone()
        if known:
            return int(known[0]), bool(known[1])
        with self.transaction():
            row = {
                "url_key": url_key,
                "key": page_key(url_key),
                "url": url,
                "kind": PageKind.IMPORT.value,
                "section_id": section_id,
            }
            page_id = self._writer.ledger.insert("pages", {**row, "recorded_at": self._stamp()})
            track(self.connection, page_id)
            plan(self.connection, page_id, self._schedule)
            return page_id, True

    def has_complete_sweep(self, section_id: int) -> bool:
        """Tell whether a section's listing was ever read to its end."""
        row = self.connection.execute(
            "SELECT 1 FROM sweeps WHERE section_id = ? AND complete = 1 LIMIT 1", (section_id,)
        ).fetchone()
        return row is not None

    def was_cut(self, section_id: int) -> bool:
        """Tell whether the newest sweep of a section that brought rows broke off: what stands behind them was not seen."""
        row = self.connection.execute(
            "SELECT note FROM sweeps WHERE section_id = ? AND records > 0 ORDER BY id DESC LIMIT 1", (section_id,)
        ).fetchone()
        return row is not None and row[0] is not None

    def members(self, section_id: int) -> int:
        """Return how many press releases a section's listing held when it was last read."""
        return len(members_of_listing(self.connection, section_id))

    def is_listed(self, section_id: int, url_key: str, url: str | None = None) -> bool:
        """Tell whether a section's listing was seen to hold a page; with `url`, whether that is the address it named last."""
        row = self.connection.execute(
            "SELECT coalesce(e.listed_url, g.url) FROM pages g JOIN listing_events e ON e.page_id = g.id AND e.section_id = ?"
            " WHERE g.url_key = ? AND e.event <> 'left' ORDER BY e.id DESC LIMIT 1",
            (section_id, url_key),
        ).fetchone()
        return row is not None and url in {None, row[0]}

    def hold_host(self, host: str, until: datetime) -> None:
        """Keep that a host asked us to wait, beyond the end of this run."""
        with self.transaction():
            self.connection.execute(
                "INSERT INTO _hosts (host, not_before) VALUES (?, ?)"
                " ON CONFLICT (host) DO UPDATE SET not_before = excluded.not_before",
                (host, instant(until)),
            )

    def held_until(self, host: str) -> datetime | None:
        """Return until when a host asked us to wait, if it did."""
        row = self.connection.execute("SELECT not_before FROM _hosts WHERE host = ?", (host,)).fetchone()
        return parse_instant(row[0]) if row and row[0] else None

    def last_asked(self, host: str, since: datetime, until: datetime) -> datetime | None:
        """Return when a host was asked last, for whatever; None where it was not between two instants."""
        return last_asked(self.connection, host, since, until)

    def robots_since(self, url: str, since: datetime) -> KeptRobots | None:
        """Return the newest answer for a robots.txt at `url`, where it was asked for since `since`."""
        return robots_since(self.connection, url, since, self._now())

    def spent_since(self, host: str, moment: datetime) -> dict[bool, int]:
        """Return how many looks a host was asked for since `moment`: first ones at a page under True, later ones under False."""
        spent = spent_since(self.connection, [host], instant(moment), self._stamp())
        return {True: spent["first"], False: spent["later"]}

    def rebuild(self) -> None:
        """Make the operational summaries anew from the ledger."""
        with self.transaction():
            rebuild(self.connection, self._schedule)
            rebuild_trust(self.connection)

    def log_head(self) -> tuple[int, bytes]:
        """Return the log's size and root hash."""
        return self._writer.ledger.root()

    def _stamp(self) -> str:
        return instant(self._now())
