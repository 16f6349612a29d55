"""The screen: where commands print, and how.  On a terminal with colours and fitted to its width; in a pipe plain and whole.

Everything that a portal wrote may hold what drives a terminal.  It passes through `safe` on its way to people.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from crawler.render_times import at, between, zone_name, zone_offset
from crawler.urls import url_key
from storage.connect import open_reader, translated
from storage.errors import UnknownReference
from storage.references import resolve

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from typing import TextIO
    from zoneinfo import ZoneInfo

    from config.settings import Settings
    from storage.references import Reference

    Piece = str | tuple[str, str]
    """A text, or a text and its style."""

__all__ = ["Desk", "Screen", "assembled", "console_on", "named", "read_bytes", "safe"]

_PIPE_WIDTH = 1_000_000
"""Columns of a pipe: nothing is cut or wrapped there."""
_NARROWEST = 12
_PIPE_COLUMN = 60
"""To how much the flexible column is filled up in a pipe; longer ones stand out, whole."""
_GAP = "  "
_MARKED = re.compile(r"(\[-.*?-\]|\{\+.*?\+\})", re.DOTALL)
_STYLES = {"[-": "red strike", "{+": "green"}

# C0 and C1 controls drive terminals; marks of writing direction make a line read as what it is not (Unicode TR 36).
_DRIVES = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SHOWN = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _DRIVES if chr(code) not in "\n\t"}  # noqa: PLR2004


def safe(text: str) -> str:
    """Return a text in which what would drive a terminal is spelt out; spaces of all kinds stay as printed."""
    return text.translate(_SHOWN)


class _Console(Console):
    """A console that lets its caller hear that nobody reads any more, instead of leaving the process by itself."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console_on(stream: TextIO) -> Console:
    """Return a console that writes to a stream: as wide as the terminal, or without any limit where it is none."""
    console = _Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _PIPE_WIDTH
    return console


class Screen:
    """Where one command prints: results to `out`, asides to `err`, times in `zone` as seen from `now`."""

    def __init__(self, zone: ZoneInfo, now: datetime, out: Console | None = None, err: Console | None = None) -> None:
        self.zone = zone
        self.now = now
        self.out = out or console_on(sys.stdout)
        self.err = err or console_on(sys.stderr)

    @property
    def width(self) -> int | None:
        """The columns that a line may take, or None where there is no limit."""
        return self.out.width if self.out.is_terminal else None

    @property
    def zone_offset(self) -> str:
        """The zone of all times, as `+08:00`."""
        return zone_offset(self.zone, self.now)

    @property
    def zone_words(self) -> str:
        """The zone of all times, as `+08:00 (Asia/Shanghai)`."""
        return zone_name(self.zone, self.now)

    def line(self, *pieces: Piece) -> None:
        """Print one line of pieces."""
        self.out.print(assembled(*pieces))

    def aside(self, *pieces: Piece) -> None:
        """Print one line beside the results."""
        self.err.print(assembled(*pieces))

    def paragraph(self, *pieces: Piece, hang: str = "") -> None:
        """Print a text of any length, wrapped at words on a terminal; lines after the first begin with `hang`."""
        self.indented(assembled(*pieces), hang, first="")

    def json(self, document: object) -> None:
        """Print a document for machines; only what the stream's encoding cannot hold is escaped."""
        encoding = (self.out.encoding or "").replace("-", "").lower()
        self.out.file.write(json.dumps(document, ensure_ascii=encoding != "utf8", indent=2) + "\n")

    def titled(self, *pieces: Piece) -> None:
        """Print a heading, with the zone of all times at its right, or below where there is no room."""
        heading = assembled(*pieces)
        note = f"times are {self.zone_words}"
        room = (self.width or 100) - heading.cell_len - len(note)
        self.out.print(heading + Text(" " * room if room >= len(_GAP) else "\n") + Text(note, "dim"))

    def indented(self, text: Text, indent: str, *, first: str | None = None) -> None:
        """Print a text with every line of it indented (the first one by `first`); on a terminal wrapped at words."""
        for number, line in enumerate(self._lines(text, len(indent))):
            self.out.print(Text(first if number == 0 and first is not None else indent) + line)

    def _lines(self, text: Text, indent: int) -> Iterable[Text]:
        """Return a text in lines that fit a terminal; in a pipe its own, to the letter: the spaces at their ends count."""
        if self.width is None:
            return text.split("\n", allow_blank=True)
        lines = text.wrap(self.out, max(self.width - indent, _NARROWEST))
        for line in lines:
            line.rstrip()
        return lines

    def table(  # noqa: PLR0913 - what makes a table
        self,
        rows: Sequence[Sequence[Piece]],
        *,
        header: Sequence[str] = (),
        flexible: int = 0,
        right: Sequence[int] = (),
        indent: str = "",
        below: Sequence[Text | None] = (),
    ) -> None:
        """Print rows in columns; on a terminal too narrow for them, the `flexible` column gives way.

        `right` are the columns that stand flush right; `below` is, for each row, what stands under it.
        """
        head = [[(name, "bold") for name in header]] if header else []
        cells = [[assembled(cell) for cell in row] for row in [*head, *rows]]
        widths = self._widths(cells, flexible, len(indent))
        for number, row in enumerate(cells, start=-len(head)):
            fitted = (
                _fitted(cell, widths[place], flush_right=place in right, whole=self.width is None) for place, cell in enumerate(row)
            )
            line = Text(_GAP).join(fitted)
            line.rstrip()
            self.out.print(Text(indent) + line)
            under = below[number] if 0 <= number < len(below) else None
            if under is not None:
                self.indented(under, f"{indent}{' ' * widths[0]}{_GAP}")

    def _widths(self, cells: list[list[Text]], flexible: int, indent: int) -> list[int]:
        widths = [max(cell.cell_len for cell in column) for column in zip(*cells, strict=True)]
        if self.width is None and widths:
            widths[flexible] = min(widths[flexible], _PIPE_COLUMN)
        elif self.width is not None and widths:
            excess = max(indent + sum(widths) + len(_GAP) * (len(widths) - 1) - self.width, 0)
            widths[flexible] = max(min(widths[flexible], _NARROWEST), widths[flexible] - excess)
        return widths

    def marked(self, change: str) -> Text:
        """Return a change as `kept [-old-]{+new+}`: on a terminal with colours, old words struck out, in place of the signs."""
        if not self.out.is_terminal or self.out.no_color:
            return assembled(change)
        text = Text()
        for part in _MARKED.split(change):
            style = next((style for sign, style in _STYLES.items() if part.startswith(sign)), "")
            text.append(safe(part[2:-2] if style else part), style)
        return text

    def at(self, instant: str | None) -> str:
        """Return an instant for people, to the minute."""
        return at(instant, self.zone)

    def lately(self, instant: str | None) -> str:
        """Return an instant for people, with 'today' for the day of today."""
        return at(instant, self.zone, today=self.now)

    def between(self, earliest: str | None, latest: str) -> str:
        """Return the bounds of a change for people."""
        return between(earliest, latest, self.zone)


def assembled(*pieces: Piece) -> Text:
    """Return pieces as one text, safe to be shown."""
    text = Text()
    for piece in pieces:
        words, style = (piece, "") if isinstance(piece, str) else piece
        text.append(safe(words), style)
    return text


def _fitted(cell: Text, width: int, *, flush_right: bool, whole: bool) -> Text:
    if not whole:
        cell.truncate(width, overflow="ellipsis")
    room = max(width - cell.cell_len, 0)
    return Text(" " * room) + cell if flush_right else cell + Text(" " * room)


def named(connection: sqlite3.Connection, name: str) -> Reference:
    """Return what people mean by a name: a number, a version, a key, or a URL in whatever spelling, with or without its scheme.

    Raises UnknownReference.
    """
    wanted = name.strip()
    try:
        wanted = f"http://{url_key(wanted if '://' in wanted else f'http://{wanted}')}" if "/" in wanted else wanted
    except ValueError as exc:
        raise UnknownReference(f"nothing here is named {name}: {exc}") from exc
    return resolve(connection, wanted)


def read_bytes(file: Path) -> bytes:
    """Return the bytes of a file, or of the standard input for `-`; raises OSError."""
    return sys.stdin.buffer.read() if file == Path("-") else file.read_bytes()


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with: the settings that hold, the archive it is about, the screen, and whether to write every event.

    `reload` reads the settings anew, as the command line named them; it raises SettingsError.
    """

    settings: Settings
    screen: Screen
    verbose: bool = False
    reload: Callable[[], Settings] = field(kw_only=True)

    @property
    def path(self) -> Path:
        """The archive's file."""
        return self.settings.archive

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read the archive as it stands at one moment, whoever writes to it meanwhile; never makes one.

        Raises ArchiveError where there is none or it cannot be read.
        """
        with translated(self.path), closing(open_reader(self.path)) as connection:
            connection.execute("BEGIN")
            yield connection
