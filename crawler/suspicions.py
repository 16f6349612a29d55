"""What can be said of a page that does not answer before anything is proven: what else fails, and when a proof is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.revisit import rule_of
from storage.instants import instant
from storage.removal import checks_of, controls_asked, earliest_proof, health_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from config.portal import Portal
    from storage.queries import Row

__all__ = ["suspicion", "words_of_suspicion"]


def suspicion(connection: sqlite3.Connection, row: Row, portals: Sequence[Portal]) -> Row:
    """Add to a page that does not answer (a row of `overview.not_answering`) how far the proof of its removal is.

    `checks` so far of `checks_wanted`, `earliest_proof_at`; `controls_asked` and `controls_ok` in the run of the newest check;
    and `others`: how many other pages of the host do not answer either.
    """
    portal = next((portal for portal in portals if row["host"] in portal.hosts), None)
    checks = checks_of(connection, row["page"])
    rule = rule_of(portal) if portal else None
    earliest = earliest_proof(checks[0].stood_at, rule) if rule and checks else None
    asked, answered = controls_asked(connection, checks[-1].run_id, row["host"]) if checks else (0, 0)
    told = {key: value for key, value in row.items() if key != "host"}
    return told | {
        "checks": len(checks),
        "checks_wanted": rule.checks if rule else None,
        "earliest_proof_at": instant(earliest) if earliest else None,
        "controls_asked": asked,
        "controls_ok": answered,
        "others": max(health_of(connection, row["host"]).missing - 1, 0),
    }


def words_of_suspicion(row: Row, provable: str | None) -> str:
    """Return in words what a row of `suspicion` says beside what came instead; `provable` is the earliest proof, for people."""
    said = []
    if row["controls_asked"]:
        fine = row["controls_ok"] == row["controls_asked"]
        said.append("control pages fine" if fine else f"{row['controls_ok']} of {row['controls_asked']} control pages answered")
    said.append(f"{row['others']} other pages of the host do not answer" if row["others"] else "no other page of the host fails")
    if provable:
        said.append(f"check {row['checks']} of {row['checks_wanted']}, provable {provable} at the earliest")
    return "; ".join(said)
