"""Who is told, and how that goes, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.errors import CrawlError
from crawler.render_times import plural
from storage import deliveries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from config.receivers import Receiver
    from crawler.render import Piece, Screen
    from storage.queries import Row

__all__ = ["known", "receivers_of", "say_freed", "say_receivers", "say_retried", "say_round", "say_test"]

_STATES = (deliveries.WAITING, deliveries.HELD, deliveries.DEAD, deliveries.DELIVERED, deliveries.DROPPED)
_FARES = ("since_at", "failing_since", "not_before", "tried_at", "delivered_at", "error", "answer")


def known(receivers: Mapping[str, Receiver], name: str) -> Receiver:
    """Return the receiver of a name; raises CrawlError, with those that there are, where there is none."""
    if name not in receivers:
        listed = ", ".join(receivers) or "none: write [receivers.NAME] into jiaxing-today.toml (docs/notify.md)"
        error = CrawlError(f"there is no receiver {name}", hint=f"receivers: {listed}")
        error.exit_code = 2
        raise error
    return receivers[name]


def receivers_of(connection: sqlite3.Connection, receivers: Mapping[str, Receiver]) -> dict[str, Any]:
    """Return the receivers as one document: what `notify list --json` prints."""
    counted, fares = deliveries.overview(connection), deliveries.receivers(connection)
    return {
        "receivers": [_receiver(name, each, counted.get(name, {}), fares.get(name, {})) for name, each in receivers.items()],
        "held": deliveries.held_by_section(connection),
        "unsettled": deliveries.unsettled(connection),
    }


def _receiver(name: str, receiver: Receiver, counted: Mapping[str, int], fares: Row) -> Row:
    rules = {"kind": receiver.kind, "when": receiver.when, "send": list(receiver.send), "sections": list(receiver.sections)}
    return {
        "receiver": name,
        **rules,
        **{state: counted.get(state, 0) for state in _STATES},
        **{column: fares.get(column) for column in _FARES},
    }


def say_receivers(screen: Screen, document: Row) -> None:
    """Print the receivers, a line each, with what the last try came to below."""
    rows = document["receivers"]
    if not rows:
        screen.line("Nobody is told of anything: the settings name no receivers (docs/notify.md).")
        return
    header = ("Receiver", "Kind", "Is told", "When", "Waiting", "Held", "Given up", "Delivered")
    screen.titled(("Receivers", "bold"))
    screen.table([_cells(row) for row in rows], header=header, flexible=2, right=(4, 5, 6, 7))
    for row in rows:
        _say_last(screen, row)
    for each in document["held"]:
        screen.line("")
        screen.line((f"Held back: {plural(each['edits'], 'edit')} of {each['section']}, found at once", "yellow"))
        screen.line((f"   jiaxing-today notify release {each['section']}   or: notify drop {each['section']}", "dim"))


def _cells(row: Row) -> list[Piece]:
    numbers = [str(row[state]) for state in (deliveries.WAITING, deliveries.HELD, deliveries.DEAD, deliveries.DELIVERED)]
    return [row["receiver"], row["kind"], ", ".join(row["send"]), row["when"], *numbers]


def _say_last(screen: Screen, row: Row) -> None:
    """Say what the last try came to, where there was one."""
    if row["error"]:
        since = f" since {screen.lately(row['failing_since'])}" if row["failing_since"] else ""
        again = f", tried again {screen.lately(row['not_before'])}" if row["failing_since"] and row["not_before"] else ""
        screen.paragraph((f"{row['receiver']}: fails{since}{again}: {row['error']}", "yellow"), hang="   ")
    elif row["delivered_at"]:
        screen.paragraph(f"{row['receiver']}: last delivered {screen.lately(row['delivered_at'])}: {row['answer']}", hang="   ")


def say_test(screen: Screen, name: str, answer: str, error: str | None) -> None:
    """Say what became of a test."""
    if error:
        screen.paragraph((f"{name} could not be told: {error}", "red"), hang="   ")
    else:
        screen.paragraph(f"{name} was told: {answer}", hang="   ")


def say_round(screen: Screen, delivered: int, failed: int, dead: int) -> None:
    """Say what came of a round."""
    if not delivered and not failed:
        screen.line("Nothing is due.")
        return
    screen.line(f"{plural(delivered, 'message')} delivered" + (f", {failed} failed and tried again later" if failed else ""))
    if dead:
        screen.line((f"{plural(dead, 'message')} given up after a week: see notify list", "red"))


def say_freed(screen: Screen, number: int, section: str | None, what: str) -> None:
    """Say how many held messages were let go or dropped."""
    whose = f" for {section}" if section else ""
    screen.line(f"{plural(number, 'message')}{whose} {what}." if number else f"Nothing is held back{whose}.")


def say_retried(screen: Screen, number: int) -> None:
    """Say how many messages are tried once more."""
    screen.line(f"{plural(number, 'message')} sent once more, with the next round." if number else "Nothing was given up.")
