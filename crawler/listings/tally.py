"""What a sweep has read so far, answer by answer, and what speaks against its having read every row.

"Left the listing" is said of whatever a complete sweep did not show, so a sweep is taken for complete only if nothing contradicts
it: not the portal's own count, not rows that moved while they were read, not an answer that brought nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.listings.base import ListingPage

__all__ = ["MOST_ANSWERS", "MOST_CHARACTERS", "MOST_ROWS", "Tally"]

# What is read of a listing at most.  The largest sections of real portals hold some 30,000 rows; some lists have no end at all.
MOST_ANSWERS = 5_000
MOST_ROWS = 50_000
MOST_CHARACTERS = 10_000_000  # of titles and addresses


@dataclass(slots=True)
class Tally:
    """How many answers and rows were read, of how many; `notes` say why the sweep cannot be complete."""

    answers: int = 0
    answers_expected: int | None = None
    printed: int = 0
    total: int | None = None
    notes: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _last: tuple[str, ...] = ()
    _characters: int = 0

    @property
    def note(self) -> str | None:
        """Return the notes as one text, each once; None where nothing speaks against the sweep."""
        return "; ".join(dict.fromkeys(self.notes)) or None

    def take(self, page: ListingPage, keys: Sequence[str]) -> bool:
        """Count an answer in, whose press releases have these keys; return whether there is sense in reading its rows.

        An answer without one new row means that the portal ignores what it is asked for, and sends its first rows for ever.
        """
        self.answers += 1
        if keys and self._seen.issuperset(keys):
            self.notes.append(f"paging is ignored: answer {self.answers} repeats rows of earlier ones, and what follows is unknown")
            return False
        self._characters += sum(len(listed.url) + len(listed.title) for listed in page.records)
        if self._is_endless(page):
            read = f"{self.printed} rows of {self.answers - 1} answers were"
            self.notes.append(f"answer {self.answers} is not read: no listing of press releases is as long; {read}")
            return False
        if self.answers_expected is None:
            # A first answer may hold several of the pages that a person would leaf through.
            self.answers_expected = ceil(page.total / page.printed) if page.total and page.printed else page.pages
        self._compare(page, keys)
        self.printed += page.printed
        self.total = page.total if page.total is not None else self.total
        self._seen.update(keys)
        self._last = tuple(keys)
        self.notes += page.problems
        return True

    def _is_endless(self, page: ListingPage) -> bool:
        """Tell whether an answer is one too many."""
        is_long = self.answers > MOST_ANSWERS or self.printed + page.printed > MOST_ROWS
        return is_long or self._characters > MOST_CHARACTERS

    def end(self) -> None:
        """Compare what was read to the end with what the portal counts: rows as printed, for it may list a page twice."""
        if self.total is not None and self.printed < self.total and not self.notes:
            self.notes.append(f"{self.printed} rows were read of the {self.total} that the portal counts")

    def _compare(self, page: ListingPage, keys: Sequence[str]) -> None:
        """Note signs that rows came or went between two answers: one may then have slipped from what was not yet read."""
        if page.total is not None and self.total not in {None, page.total}:
            self.notes.append(f"rows came or went while they were read: the portal counted {self.total}, then {page.total}")
        elif self._overlaps(keys):
            self.notes.append(
                f"rows came while they were read: answer {self.answers} begins with the last ones of the answer before"
            )

    def _overlaps(self, keys: Sequence[str]) -> bool:
        if not keys or keys[0] not in self._last:
            return False
        tail = self._last[self._last.index(keys[0]) :]
        return tail == tuple(keys[: len(tail)])
