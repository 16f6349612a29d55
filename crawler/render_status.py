"""The overview of an archive: its sections, what does not answer, what was asked today, and its size."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from config.portal import wins_over_shipped
from crawler.fallback import GUESSED
from crawler.render import safe
from crawler.render_health import health_of, say_first_line, say_keeping, say_problems
from crawler.render_lists import came_instead, not_answering
from crawler.render_schedule import say_schedule, schedule_of
from crawler.render_times import midnight, plural
from crawler.suspicions import suspicion, words_of_suspicion
from crawler.vitals import vitals_of
from storage import overview, queries
from storage.alerts import open_alerts
from storage.disk import bytes_of
from storage.health import asides_of, passed_over
from storage.instants import instant

if TYPE_CHECKING:
    from config.portal import Portal
    from crawler.render import Desk, Piece, Screen
    from storage.queries import Row

__all__ = ["say_status", "status_of"]

_WEEK = timedelta(days=7)
_MOST_LISTED = 10


def status_of(desk: Desk) -> dict[str, Any]:
    """Return the state of an archive as one document: what `status --json` prints."""
    now = desk.screen.now
    with desk.reading() as connection:
        return {
            "archive": str(desk.path),
            "bytes": bytes_of(desk.path),
            "sqlite": sqlite3.sqlite_version,
            "now": instant(now),
            **health_of(vitals_of(connection, desk.settings, now)),
            "totals": queries.totals(connection),
            "last_run": overview.newest_run(connection),
            "next_due_at": overview.next_due(connection),
            "sections": _sections(desk, connection),
            "alerts": open_alerts(connection),
            "suspects": [suspicion(connection, row, desk.settings.portals) for row in overview.not_answering(connection)],
            "aside": _asides(connection),
            "unreplayed": _unreplayed(connection),
            "guessed": overview.read_with(connection, GUESSED),
            "unread": overview.unread(connection),
            "today": overview.asked_since(connection, instant(midnight(desk.screen.zone, now))),
            "portals": [_portal(portal, connection, desk) for portal in desk.settings.portals],
            "schedule": schedule_of(connection, desk.settings.portals, desk.screen.zone, now),
        }


def _sections(desk: Desk, connection: sqlite3.Connection) -> list[Row]:
    """Return the sections of the archive, then those configured that were never crawled."""
    due = overview.due_by_section(connection, instant(desk.screen.now))
    week = overview.changed_since(connection, instant(desk.screen.now - _WEEK))
    known = [
        {
            **row,
            "tracked": due.get(row["section"], {}).get("tracked", 0),
            "due": due.get(row["section"], {}).get("due", 0),
            "week": week.get(row["section"], {}),
        }
        for row in queries.sections(connection)
    ]
    names = {row["section"] for row in known}
    never = {
        "id": None,
        "listing_url": None,
        "platform": None,
        "found_by": None,
        "last_complete_at": None,
        "last_sweep_at": None,
        "note": None,
    }
    configured = [
        (f"{portal.name}/{slug}", section.title) for portal in desk.settings.portals for slug, section in portal.sections.items()
    ]
    counts: Row = {"releases": 0, "unread": 0, "tracked": 0, "due": 0, "week": {}}
    return known + [{"section": name, "title": title, **never, **counts} for name, title in configured if name not in names]


def _asides(connection: sqlite3.Connection) -> list[Row]:
    """Return, by section, the pages that are kept aside because they came in another layout."""
    found = [(row["section"], asides_of(connection, row["id"])) for row in queries.sections(connection)]
    return [
        {"section": section, "pages": asides.pages, "since": asides.since, "fetch": asides.fetch_id, "url": asides.url}
        for section, asides in found
        if asides is not None
    ]


def _unreplayed(connection: sqlite3.Connection) -> list[Row]:
    """Return, by section, how many pages read well by now of which earlier bodies are kept aside: nobody has read them again."""
    found = ((row["section"], len(passed_over(connection, row["id"]))) for row in queries.sections(connection))
    return [{"section": section, "pages": pages} for section, pages in found if pages]


def _portal(portal: Portal, connection: sqlite3.Connection, desk: Desk) -> Row:
    path = desk.settings.portal_files.get(portal.name)
    spent = overview.spent_since(
        connection, portal.hosts, instant(midnight(portal.zone, desk.screen.now)), instant(desk.screen.now)
    )
    return {
        "portal": portal.name,
        "file": desk.settings.origins.get(f"portals.{portal.name}"),
        "wins_over_shipped": path is not None and wins_over_shipped(portal, path),
        "tls": portal.tls,
        "looks_today": spent["later"],
        "looks_a_day": portal.politeness.requests_per_day or None,
        "first_looks_today": spent["first"],
        "first_looks_a_day": portal.politeness.requests_per_day_backfill or None,
    }


def say_status(screen: Screen, status: dict[str, Any], *, schedule: bool = False) -> None:
    """Print the state of an archive for people, with what is due when if that is wished."""
    totals = status["totals"]
    say_first_line(screen, status)
    if status["problems"]:
        screen.line("")
        say_problems(screen, status["problems"])
    screen.line("")
    header = ("Section", "Whole listing", "Releases", "This week", "Due now")
    screen.table([_section(screen, row) for row in status["sections"]], header=header, flexible=3, right=(2, 4))
    if schedule:
        say_schedule(screen, status["schedule"], status["portals"])
    _say_notes(screen, status["sections"])
    _say_suspects(screen, status["suspects"])
    _say_asides(screen, status["aside"])
    _say_unreplayed(screen, status["unreplayed"])
    _say_guessed(screen, status["guessed"])
    _say_unread(screen, status["unread"])
    screen.line("")
    _say_today(screen, status)
    last, due = screen.lately(totals["last_request_at"]), screen.lately(status["next_due_at"])
    screen.line((status["archive"], "bold"), f"  {plural(totals['releases'], 'press release')}")
    screen.line(f"last request {last}, next page due {due}")
    say_keeping(screen, status)
    vantage = totals["vantage"] or "not said (set `vantage` in the settings)"
    leaves = plural(totals["leaves"] or 0, "leaf", "leaves")
    screen.line(f"Log of {leaves} · SQLite {status['sqlite']} · watching from: {vantage}")


def _section(screen: Screen, row: Row) -> list[Piece]:
    week = row["week"]
    edited, removed = week.get("edited", 0), week.get("removed", 0)
    return [
        row["section"],
        screen.lately(row["last_complete_at"]),
        f"{row['releases']:,}".replace(",", " "),
        f"+{week.get('new', 0)} new {edited} edited {removed} removed",
        str(row["due"]),
    ]


def _say_notes(screen: Screen, sections: list[Row]) -> None:
    """Say of which sections the listing was not read to its end when it was last read, and why."""
    for row in sections:
        if row["note"]:
            screen.line("")
            when = screen.lately(row["last_sweep_at"])
            screen.line((f"{row['section']}: its listing was read in part only ({when}): {row['note']}", "yellow"))


def _say_suspects(screen: Screen, suspects: list[Row]) -> None:
    if suspects:
        screen.line("")
        screen.line((f"Not answering (unproven): {plural(len(suspects), 'page')}", "magenta"))
        shown = suspects[:_MOST_LISTED]
        said = [_said(screen, row) for row in shown]
        rows = [[str(row["release"]), row["title"], f"since {screen.lately(row['failing_since'])}"] for row in shown]
        screen.table(rows, flexible=1, indent="   ", below=said)
        _say_more(screen, len(suspects), "jiaxing-today list --state suspect")


def _said(screen: Screen, row: Row) -> Text:
    provable = screen.lately(row["earliest_proof_at"]) if row["earliest_proof_at"] else None
    return Text(safe(f"{not_answering(row)}; {words_of_suspicion(row, provable)}"))


def _say_asides(screen: Screen, asides: list[Row]) -> None:
    """Say of which sections pages are kept aside; from three pages on an alert says what to do."""
    for row in asides:
        screen.line("")
        since = screen.lately(row["since"])
        screen.line((f"Kept aside, in another layout: {plural(row['pages'], 'page')} of {row['section']} since {since}", "yellow"))
        screen.line(f"   for example {row['url']} (fetch {row['fetch']})")


def _say_unreplayed(screen: Screen, unreplayed: list[Row]) -> None:
    """Say of which sections something kept aside waits still, though their pages read well: an edit may hide there."""
    for row in unreplayed:
        screen.line("")
        screen.line(
            f"Kept aside still: earlier answers of {plural(row['pages'], 'page')} of {row['section']}, which read well again"
        )
        screen.line((f"   jiaxing-today reparse --quarantined --section {row['section']}, by rules that read them", "dim"))


def _say_guessed(screen: Screen, guessed: list[Row]) -> None:
    """Say of which sections texts are guessed, because nothing tells where they stand on the page."""
    for row in guessed:
        screen.line("")
        screen.line(f"Read by a guess: {plural(row['pages'], 'page')} of {row['section']}, {GUESSED}")
        screen.line(f"   for example {row['url']}")
        screen.line(('   name the container in the portal\'s file, under select: body = "CSS selector"', "dim"))


def _say_unread(screen: Screen, unread: list[Row]) -> None:
    if unread:
        waiting = sum(not row["looks"] for row in unread)
        asked = [row for row in unread if row["looks"]]
        screen.line("")
        screen.line(f"Listed but never read: {plural(len(unread), 'page')}, {waiting} of them not asked for yet")
        for row in asked[:_MOST_LISTED]:
            screen.paragraph(f"   {row['title'] or 'untitled'}: {came_instead(row)}", hang="   ")
            screen.line(f"      {row['url']}")
        _say_more(screen, len(asked), "jiaxing-today status --json")


def _say_more(screen: Screen, number: int, command: str) -> None:
    if number > _MOST_LISTED:
        screen.line((f"   and {number - _MOST_LISTED} more: {command}", "dim"))


def _say_today(screen: Screen, status: dict[str, Any]) -> None:
    today = status["today"]
    screen.line(
        f"Requests today {today['requests']} · blocked {today['blocked']} · without an answer {today['unanswered']}"
        + (f" · not asked, for scope or robots.txt {today['refused']}" if today["refused"] else "")
    )
    for portal in status["portals"]:
        screen.line(
            f"   {portal['portal']}: {_spent(portal, 'first_looks', 'first looks')}, {_spent(portal, 'looks', 'later ones')}"
        )
        if portal["wins_over_shipped"]:
            screen.paragraph(f"   {portal['portal']}: {portal['file']}", hang="   ")
        if portal["tls"] == "legacy":
            screen.line((f'   {portal["portal"]}: old TLS is accepted (tls = "legacy")', "yellow"))


def _spent(portal: Row, what: str, words: str) -> str:
    most = portal[f"{what}_a_day"]
    return f"{portal[f'{what}_today']}{f' of {most}' if most else ''} {words}{'' if most else ' (no budget)'}"
