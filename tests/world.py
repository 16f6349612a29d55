"""A small world to act stories out in: the embedded portal over real HTTP, an archive, and a clock that nobody waits for.

Rows are read back as people read them, from the file with plain `sqlite3`, and told without ids and times: a page by its path,
a version by its number, an instant by the look that it belongs to (`asked 2`: when the page's second look was asked for;
`came 2`: when its answer was here).
"""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from config.portal import parse_portal
from config.settings import Settings
from crawler.imports import Known, import_file
from crawler.pipeline import crawl, recheck
from crawler.reread import Wish, reparse
from crawler.run import How, choose_targets, open_archive, recorded_run, run_job
from crawler.session import Silent
from seeds.chrome import COLUMNS
from seeds.listing import PER_PAGE
from seeds.portal import ZONE, Platform, Portal, PortalServer, Release, portal_file
from seeds.site import Site
from storage.connect import open_reader
from storage.instants import later

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from crawler.imports import Imported
    from crawler.session import Session
    from crawler.summary import Summary

__all__ = ["START", "FakeClock", "World", "holding"]

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""When every story begins: 09:00 in the portal's zone, after everything that it holds was published."""

_TICK = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_LEDGER = ("versions", "identities", "listing_events", "retractions", "sweeps")


@dataclass(slots=True)
class FakeClock:
    """A clock that ticks a millisecond whenever it is read, so that no two instants are one, and that sleeps without waiting."""

    instant: datetime = START

    def now(self) -> datetime:
        """Return the present instant."""
        self.instant += _TICK
        return self.instant

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.pass_by(timedelta(seconds=seconds))

    def pass_by(self, span: timedelta = _DAY) -> None:
        """Let time pass: by default a day."""
        self.instant += max(span, timedelta())


@dataclass(slots=True)
class Interrupter(Silent):
    """A reporter that lets something happen between the listing and the first look."""

    before_looks: Callable[[], object]

    def begin(self, looks: int) -> None:
        """Let it happen."""
        self.before_looks()


def _table(name: str) -> str:
    return "_outbox" if name == "outbox" else name


def holding(release: Release, column: int | None = None) -> dict[str, Any]:
    """Return what an archive ought to hold of an article that stands as `release` does, seen under `column`."""
    printed = datetime.strptime(release.published, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    return {
        "title": release.title,
        "published": release.published,
        "published_at": f"{printed.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "published_on": release.published[:10],
        "precision": "minute",
        "source": release.source or None,
        "author": None,
        "language": "en",
        "breadcrumb": ["Home", COLUMNS[column or release.column]],
        "paragraphs": list(release.paragraphs),
        "attachments": list(release.attachment_names),
    }


@dataclass(slots=True)
class World:
    """A portal, a clock, an archive in `folder`, and the settings that a crawl runs with; use as a context manager.

    `listing` is the path of the list that the portal's file names, instead of the way to the column's own.
    """

    folder: Path
    releases: int = 30
    share: float = 0.0
    select: Mapping[str, object] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    seed: int = 1
    per_page: int = PER_PAGE
    files: str = "none"
    platform: Platform = Platform.JCMS
    listing: str = ""
    server: PortalServer = field(init=False)
    _lent: PortalServer | None = None
    _seen: dict[str, int] = field(default_factory=dict)
    _reader: sqlite3.Connection | None = None

    def __post_init__(self) -> None:
        portal = Portal(self.seed, self.releases, self.clock.now, per_page=self.per_page, platform=self.platform)
        if self._lent is None:
            self.server = PortalServer(portal)
        else:
            self.server = self._lent
            self.server.portal, self.server.application.site = portal, Site(portal)

    def __enter__(self) -> Self:
        if self._lent is None:
            self.server.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._lent is None:
            self.server.__exit__(None, None, None)
        if self._reader is not None:
            self._reader.close()

    def again(self, folder: Path, begin: Callable[[World], object]) -> World:
        """Return a world of its own that stands as this one does, which began with `begin` and a crawl.

        The archive is copied, the portal made and told the same again; only the server is this one's, which stays at its port.
        """
        with (
            closing(sqlite3.connect(self.folder / "archive.db")) as source,
            closing(sqlite3.connect(folder / "archive.db")) as target,
        ):
            source.backup(target)
        same: dict[str, Any] = {
            "seed": self.seed,
            "per_page": self.per_page,
            "platform": self.platform,
            "listing": self.listing,
            "files": self.files,
        }
        world = World(folder, self.releases, self.share, self.select, **same, _lent=self.server, _seen=dict(self._seen))
        begin(world)
        world.clock.instant = self.clock.instant
        return world

    # What is done in it

    @property
    def portal(self) -> Portal:
        """The portal, to be told what to do."""
        return self.server.portal

    @property
    def settings(self) -> Settings:
        """The settings as they stand: selectors and the share of unconditional looks may change between two crawls."""
        rules = "".join(f"{key} = {json.dumps(value)}\n" for key, value in self.select.items())
        text = portal_file(self.server.base_url, self.listing)
        text = text.replace("[sections.today]", f'[sections.today]\nattachments = "{self.files}"')
        text += f"\n[sections.today.select]\n{rules}"
        portal = parse_portal(text, "embedded.toml")
        return Settings(archive=self.folder / "archive.db", portals=(portal,), vantage="here", unconditional_share=self.share)

    def crawl(self, *, full: bool = True, limit: int | None = None, before_looks: Callable[[], object] = lambda: None) -> Summary:
        """Crawl as the command does, over HTTP, as one run; `before_looks` happens between the listing and the first look."""
        settings, how = self.settings, How(clock=self.clock, rng=self.rng, report=Interrupter(before_looks))
        targets = choose_targets(settings.portals, [])
        with open_archive(settings.archive, how, trigger="crawl") as archive:
            return run_job(archive, settings, "crawl", lambda session: crawl(session, targets, full=full, limit=limit), how)

    def recheck(self, *paths: str) -> Summary:
        """Look at these pages alone, as the command does."""
        settings, how = self.settings, How(clock=self.clock, rng=self.rng)
        targets = choose_targets(settings.portals, [])
        only = [self.page(path) for path in paths]

        async def job(session: Session) -> Summary:
            return await recheck(session, targets, only)

        with open_archive(settings.archive, how, trigger="recheck") as archive:
            return run_job(archive, settings, "recheck", job, how)

    def reparse(self, *, dry: bool = False, **wishes: Any) -> Counter[str]:
        """Read stored bodies again with the selectors as they stand, as the command does; return what was counted."""
        settings, how = self.settings, How(clock=self.clock)
        targets = choose_targets(settings.portals, [])
        wish = Wish(**wishes)
        if dry:
            with closing(open_reader(settings.archive)) as connection:
                return reparse(connection, None, targets, wish)[targets[0].name]
        with open_archive(settings.archive, how, trigger="reparse") as archive, recorded_run(archive, settings, "reparse", {}):
            return reparse(archive.connection, archive, targets, wish)[targets[0].name]

    def take_in(self, body: bytes) -> Imported:
        """Import a file as the command does."""
        settings, how = self.settings, How(clock=self.clock)
        (target,) = choose_targets(settings.portals, [])
        with open_archive(settings.archive, how, trigger="import") as archive, recorded_run(archive, settings, "import", {}) as run:
            known = Known(archive.section(target.portal.name, target.slug), target.section.title, target.reader)
            return import_file(archive, run, body, clock=self.clock, zone=target.portal.zone, sections=[known])

    # What can be read of it

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a SELECT as dictionaries."""
        if self._reader is None:
            self._reader = sqlite3.connect(self.folder / "archive.db", isolation_level=None)
            self._reader.row_factory = sqlite3.Row
        return [dict(row) for row in self._reader.execute(sql, parameters)]

    def values(self, sql: str, *parameters: object) -> list[Any]:
        """Return the first column of a SELECT."""
        return [next(iter(row.values())) for row in self.rows(sql, *parameters)]

    def appended(self) -> dict[str, list[dict[str, Any]]]:
        """Return all rows of the tables that tell stories that came since the last call, told without ids and times.

        Tables that nothing came to are left out.
        """
        tellers = {name: getattr(self, f"_{name}") for name in (*_LEDGER, "outbox")}
        told: dict[str, list[dict[str, Any]]] = {}
        for name, tell in tellers.items():
            rows = self.rows(f"SELECT * FROM {_table(name)} WHERE id > ? ORDER BY id", self._seen.get(name, 0))
            if rows:
                self._seen[name] = rows[-1]["id"]
                told[name] = [tell(row) for row in rows]
        return told

    def settle(self, *, full: bool = True) -> None:
        """Crawl, and leave what that appended untold: what a story begins with."""
        self.crawl(full=full)
        for name in (*_LEDGER, "outbox"):
            (self._seen[name],) = self.values(f"SELECT coalesce(max(id), 0) FROM {_table(name)}")
        self.clock.pass_by()

    def summaries(self, *, rebuilt: bool = False) -> dict[str, list[dict[str, Any]]]:
        """Return what is kept at hand of pages and releases, as it stands or as it is `rebuilt` from the ledger."""
        if rebuilt:
            with open_archive(self.settings.archive, How(clock=self.clock), trigger="rebuild") as archive:
                archive.rebuild()
        return {"_pages": self.rows("SELECT * FROM _pages"), "_current": self.rows("SELECT * FROM _current")}

    def states(self, *releases: Release) -> list[str | None]:
        """Return the state of each article's first page, as the archive holds it."""
        sql = "SELECT state FROM _pages WHERE page_id = ?"
        return [self.values(sql, self.page(release.path))[0] for release in releases]

    def page(self, path: str) -> int:
        """Return the number of the page at a path of the portal's."""
        return self.values("SELECT id FROM pages WHERE url_key = ?", self.server.host + path)[0]

    def looks(self, page: int) -> list[dict[str, Any]]:
        """Return the answers that a page's looks brought, in order, with `came_at` beside `requested_at`."""
        fetches = self.rows("SELECT * FROM fetches WHERE page_id = ? ORDER BY id", page)
        return [row | {"came_at": later(row["requested_at"], row["elapsed_ms"])} for row in fetches]

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Return what each page holds now (its newest version's content), by path; a list, because nothing may be there twice."""
        found: dict[str, list[dict[str, Any]]] = {}
        sql = (
            "SELECT g.url, p.content_id FROM _pages p JOIN pages g ON g.id = p.page_id WHERE g.kind = 'release' ORDER BY p.page_id"
        )
        for row in self.rows(sql):
            found.setdefault(self.path(row["url"]), []).append(self._content(row["content_id"]))
        return found

    def path(self, url: str) -> str:
        """Return the path of one of the portal's addresses; other addresses stay as they are."""
        return url.removeprefix(self.server.base_url)

    # How rows are told

    def _page(self, page: int) -> str:
        return self.path(self.values("SELECT url FROM pages WHERE id = ?", page)[0])

    def _content(self, content: int) -> dict[str, Any]:
        (row,) = self.rows("SELECT * FROM contents WHERE id = ?", content)
        names = [item["name"] for item in json.loads(row["fields"])["attachments"]]
        told = {name: value for name, value in row.items() if name not in {"id", "sha256", "compare_sha256", "text", "fields"}}
        whole = {"breadcrumb": json.loads(row["breadcrumb"]), "paragraphs": row["text"].split("\n\n"), "attachments": names}
        return told | whole

    def _versions(self, row: dict[str, Any]) -> dict[str, Any]:
        looks = self.looks(row["page_id"])
        names: dict[str | None, str | None] = {None: None}
        for number, look in enumerate(looks, start=1):
            names |= {look["requested_at"]: f"asked {number}", look["came_at"]: f"came {number}"}
        previous = self.values("SELECT number FROM versions WHERE id = ?", row["previous_id"])
        assert row["recorded_at"] >= row["observed_at"]
        told = {
            "page": self._page(row["page_id"]),
            "look": 1 + [look["id"] for look in looks].index(row["fetch_id"]),
            "content": self._content(row["content_id"]),
            "previous": previous[0] if previous else None,
            **{name: names[row[name]] for name in ("not_before", "observed_at", "unchanged_304")},
            **{name: json.loads(row[name]) for name in ("labels", "changed")},
        }
        hidden = {"id", "page_id", "fetch_id", "content_id", "previous_id", "compared_id", "recorded_at"}
        return {name: value for name, value in row.items() if name not in hidden} | told

    def _identities(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"page": self._page(row["page_id"]), "release": self._page(row["release_id"]), "reason": row["reason"]}

    def _listing_events(self, row: dict[str, Any]) -> dict[str, Any]:
        sweeps = {sweep["started_at"]: sweep["id"] for sweep in self.rows("SELECT id, started_at FROM sweeps")}
        return {
            "page": self._page(row["page_id"]),
            "event": row["event"],
            "sweep": row["sweep_id"],
            "since_sweep": sweeps[row["not_before"]] if row["not_before"] else None,
            "from_a_row": row["fetch_id"] is not None,
            "listed_title": row["listed_title"],
            "listed_date": row["listed_date"],
        }

    def _retractions(self, row: dict[str, Any]) -> dict[str, Any]:
        return row

    def _sweeps(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in {"id", "run_id", "started_at", "ended_at"}}

    def _outbox(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["alert_id"] is not None:
            (alert,) = self.rows("SELECT kind, subject FROM _alerts WHERE id = ?", row["alert_id"])
            return {"kind": row["kind"], "of": alert["kind"], "subject": alert["subject"]}
        sql = "SELECT page_id FROM {} WHERE id = ?"
        table, key = ("versions", "version_id") if row["version_id"] is not None else ("fetches", "fetch_id")
        return {"kind": row["kind"], "page": self._page(self.values(sql.format(table), row[key])[0])}
