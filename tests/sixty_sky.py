"""The calendar of a story of sixty days: when the archive looks, and which days are bad.  Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

__all__ = ["DAY", "HOUR", "LAYOUTS", "Calendar", "Spell"]

HOUR = 60
"""Minutes, as all times of a story are."""
DAY = 24 * HOUR
LAYOUTS = ("changed", "misleading")
"""Templates that our reader cannot read, or reads wrongly."""

_DAYS = 60
_HALF_DAY = 12 * HOUR
_JITTER = 90
_MARGIN = 5
_LAST_QUIET = 4
"""Full crawls at the end before which nothing happens any more."""
_LEAST_BETWEEN = 3
"""Full crawls on clear days between two bad ones."""
_HEADS = 0.35
"""The share of gaps between full crawls in which the archive looks for what is due, too."""

_TROUBLES: tuple[tuple[str, int, int], ...] = (
    ("outage", 2, 3),
    ("breakdown", 1, 1),
    ("challenge", 2, 4),
    ("group-fails", 2, 3),
    ("group-empty", 2, 3),
    ("block-404", 3, 5),
    ("block-403", 2, 3),
    ("copies", 2, 3),
    ("nodes", 2, 3),
    ("lies", 3, 4),
    ("restyled", 3, 8),
)
"""What goes wrong for everything, and for how many full crawls, at least and at most."""
_UNREAD = "unread"
_NO_LISTING = frozenset({"group-fails", "group-empty"})
_CLEAR = frozenset({"", "restyled"})


@dataclass(frozen=True, slots=True)
class Spell:
    """A bad spell: full crawl `first` sees it, and `end` no more.

    That of a template that our reader cannot read has more turns: `repaired` is the first full crawl with a reader mended for it,
    `back` the first that meets the old template again, `end` the first with the reader as it was.
    """

    what: str
    first: int
    end: int
    repaired: int = 0
    back: int = 0


@dataclass(slots=True)
class Calendar:
    """The moments of the full crawls, numbered from 0, and of those between; gap `g` lies before full crawl `g`."""

    rng: random.Random
    layouts: bool
    crawls: list[int] = field(init=False)
    heads: list[int] = field(init=False)
    spells: list[Spell] = field(init=False)
    _sky: list[str] = field(init=False)
    _taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        between = range(1, 2 * _DAYS)
        self.crawls = [0, *(_HALF_DAY * slot + self.rng.randint(-_JITTER, _JITTER) for slot in between), _DAYS * DAY]
        self._taken = set(self.crawls)
        self.heads = [self.moment(gap) for gap in between if self.rng.random() < _HEADS]
        self._sky = [""] * len(self.crawls)
        self.spells = self._spells()

    @property
    def last_gap(self) -> int:
        """The last gap in which something may happen."""
        return len(self.crawls) - 1 - _LAST_QUIET

    def moment(self, gap: int, *, half: int | None = None) -> int:
        """Return a minute in a gap (in its first or second half: 0 or 1) in which nothing else happens."""
        minute = self._minute(gap, half)
        while not self.claim(minute):
            minute = self._minute(gap, half)
        return minute

    def span(self, gap: int, least: int, most: int) -> tuple[int, int]:
        """Return a minute in a gap, and one so many minutes later; neither is claimed."""
        minute = self._minute(gap, None)
        return minute, minute + self.rng.randint(least, most)

    def claim(self, *minutes: int) -> bool:
        """Take minutes for an act each; tell whether they were free."""
        if not self._taken.isdisjoint(minutes):
            return False
        self._taken.update(minutes)
        return True

    def _minute(self, gap: int, half: int | None) -> int:
        first, last = self.crawls[gap - 1] + _MARGIN, self.crawls[gap] - _MARGIN
        middle = (first + last) // 2
        bounds = {None: (first, last), 0: (first, middle - 1), 1: (middle, last)}
        return self.rng.randint(*bounds[half])

    def gap_of(self, minute: int) -> int:
        """Return the gap in which a minute lies."""
        return next(slot for slot, crawl in enumerate(self.crawls) if minute < crawl)

    def sky(self, slot: int) -> str:
        """Return what is wrong at a full crawl: the name of a spell, or nothing."""
        return self._sky[slot]

    def is_clear(self, slot: int) -> bool:
        """Tell whether a look at a page shows how it stands, as far as the weather goes."""
        return self._sky[slot] in _CLEAR | _NO_LISTING

    def is_fair(self, slot: int) -> bool:
        """Tell whether the listing can be read to its end, too."""
        return self._sky[slot] in _CLEAR

    def first_clear(self, slot: int) -> int:
        """Return the first full crawl from `slot` on that shows how pages stand."""
        return next(each for each in range(slot, len(self.crawls)) if self.is_clear(each))

    def first_fair(self, slot: int) -> int:
        """Return the first full crawl from `slot` on that shows the whole listing, too."""
        return next(each for each in range(slot, len(self.crawls)) if self.is_fair(each))

    def spell(self, what: str) -> Spell | None:
        """Return the spell of a name, if it is in this story."""
        return next((each for each in self.spells if each.what == what), None)

    def blind_windows(self) -> Iterator[tuple[int, int]]:
        """Yield the full crawls between which pages are to be left alone: blind to the template, and the first that sees again."""
        for spell in self.spells:
            if spell.what in LAYOUTS:
                yield spell.first, self.first_clear(spell.repaired)
                yield spell.back, self.first_clear(spell.end)

    def is_behind_block(self, gap: int) -> bool:
        """Tell whether pages may not have been seen since a block of our address by 404, in a gap."""
        block = self.spell("block-404")
        return block is not None and block.first <= gap <= self.first_clear(block.end)

    def _spells(self) -> list[Spell]:
        lengths = [(what, (self.rng.randint(least, most),)) for what, least, most in _TROUBLES]
        lengths += [(what, (self.rng.randint(3, 5), self.rng.randint(4, 6), 2)) for what in LAYOUTS]
        self.rng.shuffle(lengths)
        spare = self.last_gap - 2 - sum(sum(parts) + _LEAST_BETWEEN for _, parts in lengths)
        cuts = sorted(self.rng.randint(0, spare) for _ in lengths)
        spells, past = [], 2
        for (what, parts), cut in zip(lengths, cuts, strict=True):
            spells.append(_spell(what, past + cut, parts))
            past += sum(parts) + _LEAST_BETWEEN
        return [spell for spell in spells if self._paint(spell)]

    def _paint(self, spell: Spell) -> bool:
        """Put a spell into the sky, unless it is of a kind that this story leaves out."""
        if spell.what in LAYOUTS:
            for slot in (*range(spell.first, spell.repaired), *range(spell.back, spell.end)) if self.layouts else ():
                self._sky[slot] = _UNREAD
            return self.layouts
        self._sky[spell.first : spell.end] = [spell.what] * (spell.end - spell.first)
        return True


def _spell(what: str, first: int, parts: tuple[int, ...]) -> Spell:
    if len(parts) == 1:
        return Spell(what, first, first + parts[0])
    blind, mended, again = parts
    return Spell(what, first, first + blind + mended + again, first + blind, first + blind + mended)
