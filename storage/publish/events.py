"""What a row of the outbox tells, gathered from the file as it stands: one frozen value that mails and programs are told from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.addresses import host_of
from storage.queries import rows
from storage.removal import RemovalRule, progress_of
from storage.sayings import came_instead

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from config.portal import Portal
    from config.settings import Settings
    from storage.queries import Row

__all__ = ["FOLLOWING", "Event", "Facts", "texts_of"]

FOLLOWING = {
    "answers": ("fetch_id", "= 'suspect'"),
    "recovery": ("alert_id", "= 'alert'"),
    "withdrawn": ("version_id", "<> 'withdrawn'"),
}
"""Kinds that are told, as a reply, to whoever was told of what they end: by which column of the outbox and kind that is found."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to be told: a version, a page that does not answer, or an alert, or the end of either of the latter.

    `kind` is new, edited, silent, removed, restored or withdrawn; suspect or answers; alert or recovery.  Of a version `number` and
    `before` are its own and that of the one before it.  Times are instants.  `progress` says how far the proof of a removal is,
    `alert` is the alert's row, `held` how many edits nobody is told of for its sake.
    """

    id: int
    kind: str
    told_at: str
    sections: tuple[str, ...]
    zone: str
    vantage: str = ""
    title: str = ""
    title_before: str | None = None
    release_title: str | None = None
    page_kind: str = "release"
    url: str = ""
    key: str = ""
    ref: str = ""
    number: int = 0
    before: int | None = None
    not_before: str | None = None
    observed_at: str | None = None
    recorded_at: str | None = None
    published: str | None = None
    published_before: str | None = None
    labels: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    summary: str | None = None
    sha256: str | None = None
    reason: str | None = None
    instead: str | None = None
    last_confirmed_at: str | None = None
    failing_since: str | None = None
    progress: Row = field(default_factory=dict)
    alert: Row = field(default_factory=dict)
    held: int = 0
    is_public: bool = True

    @property
    def cite(self) -> str:
        """The version as it is cited: the page's key and its number."""
        return f"{self.key}@{self.number}"


_PAGE = (
    " g.key, g.url, g.kind AS page_kind, u.vantage, w.title AS release_title FROM {} JOIN pages g ON g.id = {}.page_id"
    " JOIN _pages p ON p.page_id = g.id JOIN runs u ON u.id = f.run_id LEFT JOIN _current c ON c.release_id = p.release_id"
    " LEFT JOIN contents w ON w.id = c.content_id"
)
_VERSION = (
    "SELECT CASE WHEN v.kind = 'edited' AND v.silent THEN 'silent' ELSE v.kind END AS kind, v.page_id AS page,"  # noqa: S608 - our names
    " v.page_id || '@' || v.number AS ref, v.number, v.not_before, v.observed_at, v.recorded_at, v.labels,"
    " v.changed, v.summary, coalesce(t.title, b.title, '') AS title, b.title AS title_before, coalesce(t.published, b.published)"
    " AS published, b.published AS published_before, coalesce(t.sha256, b.sha256) AS sha256, o.number AS before,"
    " (SELECT r.reason FROM retractions r WHERE r.version_id = v.id) AS reason,"
    + _PAGE.format("versions v JOIN fetches f ON f.id = v.fetch_id", "v")
    + " LEFT JOIN contents t ON t.id = v.content_id LEFT JOIN versions o ON o.id = v.previous_id"
    " LEFT JOIN contents b ON b.id = coalesce(v.compared_id, o.content_id) WHERE v.id = ?"
)
_LOOK = (
    "SELECT g.id AS page, g.id || '@' || v.number AS ref, v.number, coalesce(t.title, '') AS title, t.published, t.sha256,"
    " p.outcome, p.error, p.last_confirmed_at, p.failing_since, f.requested_at AS observed_at, p.host,"
    + _PAGE.format("fetches f", "f")
    + " LEFT JOIN versions v ON v.id = p.version_id LEFT JOIN contents t ON t.id = p.content_id WHERE f.id = ?"
)
_SECTIONS = (
    "SELECT DISTINCT s.portal || '/' || s.slug FROM sections s WHERE s.id IN (SELECT e.section_id FROM listing_events e"
    " JOIN pages g ON e.page_id IN (g.id, g.parent_id) WHERE g.id = ?1 UNION SELECT section_id FROM pages WHERE id = ?1) ORDER BY 1"
)
_TEXTS = (
    "SELECT t.title, t.text, t.author, t.source FROM contents t WHERE t.id IN (SELECT v.content_id FROM versions v WHERE v.id = ?1"
    " UNION SELECT v.compared_id FROM versions v WHERE v.id = ?1 UNION SELECT o.content_id FROM versions v"
    " JOIN versions o ON o.id = v.previous_id WHERE v.id = ?1)"
)
_TEXTS_OF_LOOK = (
    "SELECT t.title, t.text, t.author, t.source FROM fetches f JOIN _pages p ON p.page_id = f.page_id"
    " JOIN contents t ON t.id = p.content_id WHERE f.id = ?"
)
_ALERT = "SELECT id, kind, subject, message, evidence, steps, opened_at, closed_at FROM _alerts WHERE id = ?"
_HELD = "SELECT count(DISTINCT outbox_id) FROM _deliveries WHERE state = 'held' AND section = ?"


def texts_of(connection: sqlite3.Connection, row: Row) -> str:
    """Return all that the page of a row of the outbox says, before and after, for keywords to be looked for in."""
    sql, subject = (_TEXTS, row["version_id"]) if row["version_id"] else (_TEXTS_OF_LOOK, row["fetch_id"])
    found = connection.execute(sql, (subject,)).fetchall()
    return "\n".join(part for each in found for part in each if part)


class Facts:
    """What rows of the outbox tell, as the file and the settings have it."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self._connection = connection
        self._portals = settings.portals

    def event(self, row: Row, version_id: int | None = None) -> Event:
        """Return what a row of the outbox tells; `version_id` stands in for its version where that was written anew."""
        if row["alert_id"]:
            return self._of_alert(row)
        if row["version_id"]:
            return self._of_version(row, version_id or row["version_id"])
        return self._of_look(row)

    def _of_version(self, row: Row, version_id: int) -> Event:
        (found,) = rows(self._connection, _VERSION, (version_id,))
        found |= {name: tuple(json.loads(found[name])) for name in ("labels", "changed")}
        kind = found.pop("kind")
        kind = row["kind"] if row["kind"] in FOLLOWING else kind
        sections = self._sections(found.pop("page"))
        return Event(row["id"], kind, row["created_at"], sections, **self._place(sections, found["url"]), **found)

    def _of_look(self, row: Row) -> Event:
        (found,) = rows(self._connection, _LOOK, (row["fetch_id"],))
        page, host = found.pop("page"), found.pop("host")
        sections = self._sections(page)
        instead = came_instead({"outcome": found.pop("outcome"), "error": found.pop("error")})
        portal = self._portal(sections, found["url"])
        rule = RemovalRule(portal.removal.checks, portal.removal.spread, portal.removal.days, portal.zone) if portal else None
        progress = progress_of(self._connection, page, host, rule) if row["kind"] == "suspect" else {}
        place = self._place(sections, found["url"])
        return Event(row["id"], row["kind"], row["created_at"], sections, instead=instead, progress=progress, **place, **found)

    def _of_alert(self, row: Row) -> Event:
        (found,) = rows(self._connection, _ALERT, (row["alert_id"],))
        alert = {**found, "steps": json.loads(found["steps"] or "[]")}
        subject = alert["subject"]
        if "/" in subject:
            sections: tuple[str, ...] = (subject,)
        else:
            hosts = [portal for portal in self._portals if subject in portal.hosts]
            sections = tuple(f"{portal.name}/{slug}" for portal in hosts for slug in portal.sections)
        (held,) = self._connection.execute(_HELD, (subject,)).fetchone()
        zone = self._place(sections, "")["zone"]
        return Event(row["id"], row["kind"], row["created_at"], sections, zone=zone, alert=alert, held=held)

    def _sections(self, page_id: int) -> tuple[str, ...]:
        return tuple(name for (name,) in self._connection.execute(_SECTIONS, (page_id,)))

    def _portal(self, sections: Sequence[str], url: str) -> Portal | None:
        names = {section.partition("/")[0] for section in sections}
        return next((each for each in self._portals if each.name in names or host_of(url) in each.hosts), None)

    def _place(self, sections: Sequence[str], url: str) -> Row:
        """Return the zone in which something is told, that of its portal, and whether its address is one of the public network."""
        portal = self._portal(sections, url)
        return {"zone": (portal or self._portals[0]).timezone, "is_public": portal is None or not portal.allow_private}
