"""The event log: one line an event, and everything passed on."""

from __future__ import annotations

import io
import json

from config.portal import parse_portal
from crawler.events import EventLog
from crawler.session import Target
from storage.looks import Appended
from storage.records import Kind, State

PORTAL = parse_portal(
    'name = "p"\nhosts = ["h.example"]\n[sections.today]\ntitle = "Today"\nlisting = "https://h.example/"\n', "p.toml"
)


class Heard:
    """A reporter that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def note(self, text: str) -> None:
        """Remember a line."""
        self.told.append(("note", text))

    def listing(self, target: Target, rows: int, total: int | None, how: str) -> None:
        """Remember a listing."""
        self.told.append(("listing", target.name, rows, total, how))

    def begin(self, looks: int) -> None:
        """Remember a beginning."""
        self.told.append(("begin", looks))

    def looked(self, appended: Appended) -> None:
        """Remember a look."""
        self.told.append(("looked", appended.fetch_id))


def test_each_event_is_a_line_and_is_passed_on() -> None:
    """Every event becomes one JSON object with its fields, and the next reporter hears of it too."""
    out, heard = io.StringIO(), Heard()
    log = EventLog(heard, out)
    log.note("hello")
    log.listing(Target(PORTAL, "today", PORTAL.sections["today"]), 3, 9, "by luck")
    log.begin(2)
    log.looked(Appended(7, State.LIVE, Kind.NEW, 5, silent=True))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["note", "listing", "begin", "looked"]
    assert lines[1]["section"] == "p/today"
    assert {key: lines[3][key] for key in ("fetch", "state", "kind", "version", "silent")} == {
        "fetch": 7, "state": "live", "kind": "new", "version": 5, "silent": True,
    }  # fmt: skip
    assert heard.told == [("note", "hello"), ("listing", "p/today", 3, 9, "by luck"), ("begin", 2), ("looked", 7)]
    assert all(line["timestamp"].endswith("Z") for line in lines)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_terminal_gets_plain_lines() -> None:
    """On a terminal a person reads words, not JSON."""
    out = Terminal()
    EventLog(Heard(), out).begin(4)
    assert "begin" in out.getvalue()
    assert not out.getvalue().startswith("{")
