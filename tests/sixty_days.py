"""A story of sixty days, as a script: what a publisher does, what goes wrong meanwhile, and when the archive looks.  Pure.

`script(seed)` returns the acts in order of time.  Chance decides what happens to which page and when; what is spaced, and why:

* Between two acts on a page lies a full crawl on a clear day, with no lie and no cache before the page: each of its states is
  seen by a fresh body.  What was never served to anybody cannot be found by anybody.
* A removal that stands is left standing until a fourth full crawl on clear days has found the page missing, a day or more after
  the first: three checks, a day apart, on two days are what proves it.  One that is taken back is so within 23 hours of being
  made: it cannot be proven, however often somebody looks, and a complete sweep of the listing falls into it.
* No page is put back behind a block of our address by 404, nor before each page was seen again after it: a page that was removed
  and answers 404 for that reason answers like one that is still removed, and the archive holds it for missing until then.
* At most two articles are missing and not yet proven at a time: more missing pages at once are held for a block.
* Before a change of the template, and before its end, all pages are settled; what is edited while our reader is blind is seen
  before and after in the new template, for no reader can compare a text across two templates that it cannot both read.
* A row comes or goes, and comes back, with a complete sweep between.

Most edits happen behind a lying 304 or a stale copy, so that the first looks after them do not show them; some behind one node of
two that lags, so that looks show them now and then.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.sixty_sky import DAY, HOUR, LAYOUTS, Calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["BLIND", "EDITS", "RELEASES", "Act", "hidden_edits", "kinds", "promised", "script"]

BLIND = True
"""Whether templates come that our reader cannot read, or reads wrongly; needs `World.reparse(quarantined=True)`."""
RELEASES = 12
"""Press releases on the portal at the beginning."""
EDITS = ("edit", "silent_edit", "retitle", "backdate", "revert")

_TRIES = 2000
_MOST_MISSING = 2
_CHECKS = 4
_FOR_EVER = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One thing that happens, `at` so many minutes after the beginning.

    `page` is the place of an article in the cast: those that stood there at the beginning, the newest first, then those published
    later.  `how` says more of what happens, `behind` what hides an edit from the looks that follow.
    """

    at: int
    what: str
    page: int = -1
    how: str = ""
    behind: str = ""

    @property
    def after(self) -> timedelta:
        """How long after the beginning it happens."""
        return timedelta(minutes=self.at)


def script(seed: int, *, blind: bool = BLIND) -> tuple[Act, ...]:
    """Return the story of a seed."""
    rng = random.Random(seed)
    director = _Director(rng, Calendar(rng, layouts=blind))
    return director.story()


_PROMISED: dict[str, Callable[[Act], bool]] = {
    "edits": lambda act: act.what in EDITS,
    "removals": lambda act: act.what == "remove" and act.how != "taken back",
    "removals that are taken back": lambda act: act.what == "remove" and act.how == "taken back",
    "restorations": lambda act: act.what == "restore" and act.how != "taken back",
    "outages": lambda act: act.how in {"outage", "breakdown"},
    "challenges": lambda act: act.how == "challenge",
    "layout changes": lambda act: act.what == "begin" and act.how in {"restyled", *LAYOUTS},
    "lying 304s": lambda act: act.what == "begin" and act.how in {"lies", "304"},
    "stale copies": lambda act: act.what == "begin" and act.how in {"copies", "copy"},
    "nodes that lag": lambda act: act.what == "begin" and act.how in {"nodes", "node"},
    "partial listings": lambda act: act.what == "begin" and act.how in {"group-fails", "group-empty"},
    "address blocks": lambda act: act.what == "begin" and act.how in {"block-404", "block-403"},
}
_PROMISED_BLIND: dict[str, Callable[[Act], bool]] = {
    "layout fixes": lambda act: act.what == "repair" and act.how in LAYOUTS,
    "edits while the reader is blind": lambda act: act.what in EDITS and act.behind == "layout",
}


def promised(*, blind: bool = BLIND) -> set[str]:
    """Return what every story holds, in the words of the promise."""
    return {*_PROMISED, *(_PROMISED_BLIND if blind else ())}


def kinds(acts: Iterable[Act]) -> set[str]:
    """Return what of that happens in a story."""
    acts = list(acts)
    return {kind for kind, happens in (_PROMISED | _PROMISED_BLIND).items() if any(map(happens, acts))}


def hidden_edits(acts: Iterable[Act]) -> tuple[int, int]:
    """Return how many edits of a story happen behind a lying 304 or a stale copy, and how many edits there are."""
    behind = [act.behind for act in acts if act.what in EDITS]
    return sum(each in {"304", "copy"} for each in behind), len(behind)


@dataclass(slots=True)
class _Director:
    """Places acts by chance where the rules of spacing allow them."""

    rng: random.Random
    calendar: Calendar
    acts: list[Act] = field(default_factory=list)
    cast: int = RELEASES
    _busy: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _missing: list[tuple[int, int]] = field(default_factory=list)

    def story(self) -> tuple[Act, ...]:
        """Place everything, the rarer and the longer first, and return it in order of time."""
        self._weather()
        self._publish(3)
        self._blind_edits()
        self._place(self._removal, "404", behind="node")
        self._place(self._removal, "404", back_behind="copy")
        self._place(self._removal, "notice", behind="copy", back_behind="")
        self._place(self._removal, "home", back_behind="node")
        for _ in range(3):
            self._place(self._taken_back)
        for relisted in (True, False):
            self._place(self._unlisting, is_relisted=relisted)
        for what, behind, times in (("copies", "copy", 3), ("lies", "304", 4), ("nodes", "node", 2)):
            for _ in range(times):
                self._place(self._edit_in_spell, what, behind)
        for behind, times in (("copy", 7), ("304", 13), ("node", 2), ("", 10)):
            for _ in range(times):
                self._place(self._edit, behind)
        self._add("rebuild", self._any_gap())
        return tuple(self._named(sorted(self.acts)))

    # Where there is room

    def _any_gap(self) -> int:
        return self.rng.randint(3, self.calendar.last_gap)

    def _any_page(self) -> int:
        return self.rng.randrange(self.cast)

    def _place(self, place: Callable[..., bool], *how: object, **more: object) -> None:
        """Try until a way to place something is found: there is always room somewhere."""
        if not any(place(*how, **more) for _ in range(_TRIES)):
            raise AssertionError(f"no room for {place.__name__} {how} {more}")

    def _is_idle(self, page: int, first: int, last: int) -> bool:
        """Tell whether nothing else happens to a page from gap `first` to full crawl `last`."""
        return all(first > end or last < begin for begin, end in self._busy.get(page, ()))

    def _is_free(self, page: int, first: int, last: int) -> bool:
        """Tell whether nothing else happens to a page meanwhile, and our reader is not blind."""
        return self._is_idle(page, first, last) and all(first > end or last < begin for begin, end in self.calendar.blind_windows())

    def _take(self, page: int, first: int, last: int) -> None:
        self._busy.setdefault(page, []).append((first, last))

    def _may_miss(self, first: int, last: int) -> bool:
        """Tell whether one more article may be missing and not yet proven from gap `first` to full crawl `last`."""
        return sum(first <= end and last >= begin for begin, end in self._missing) < _MOST_MISSING

    def _add(self, what: str, gap: int, page: int = -1, *, half: int | None = None, **more: str) -> None:
        self.acts.append(Act(self.calendar.moment(gap, half=half), what, page, **more))

    # What happens

    def _weather(self) -> None:
        calendar = self.calendar
        bad = {spell.first: spell.what for spell in calendar.spells if spell.what == "breakdown"}
        self.acts += [Act(at, "crawl", how=bad.get(slot, "full")) for slot, at in enumerate(calendar.crawls)]
        self.acts += [Act(at, "crawl", how="head") for at in calendar.heads]
        for spell in calendar.spells:
            if spell.what != "breakdown":
                self._add("begin", spell.first, how=spell.what, half=0)
            self._add("end", spell.back or spell.end, how=spell.what, half=0)
            if spell.what in LAYOUTS:
                self._add("repair", spell.repaired, how=spell.what)
                self._add("repair", spell.end, how="usual")

    def _publish(self, times: int) -> None:
        gaps = sorted(self.rng.sample([gap for gap in range(3, self.calendar.last_gap - 20) if self._may_publish(gap)], times))
        for gap in gaps:
            self._add("publish", gap, self.cast)
            self._take(self.cast, 0, self.calendar.first_fair(gap))
            self.cast += 1

    def _may_publish(self, gap: int) -> bool:
        return self._is_free(self.cast, gap, self.calendar.first_fair(gap))

    def _blind_edits(self) -> None:
        """Let pages be edited between two looks of a blind reader, each once."""
        for spell in self.calendar.spells:
            if spell.what in LAYOUTS:
                for page in self.rng.sample(range(RELEASES), 3):
                    self._take(page, spell.first, self.calendar.first_clear(spell.repaired))
                    gap = self.rng.randint(spell.first + 1, spell.repaired - 1)
                    self._add("edit", gap, page, behind="layout")

    def _removal(self, how: str, *, behind: str = "", back_behind: str | None = None) -> bool:
        """Take a page down until that is proven, `behind` a copy or openly, and put it back likewise (None: not at all)."""
        page, first = self._any_page(), self._any_gap()
        gone = self._hidden_span(first) if behind else (first, first, first)
        proven = self._proven(gone[2])
        again = proven + self.rng.randint(2, 8)
        back = self._hidden_span(again) if back_behind else (again, again, again)
        if max(gone[2], back[2]) > self.calendar.last_gap or self.calendar.is_behind_block(back[1]):
            return False
        settled = _FOR_EVER if back_behind is None else self.calendar.first_fair(back[2])
        spans = [(first, proven), (again, settled)][: 1 + (back_behind is not None)]
        if not self._is_idle(page, first, settled) or not all(self._is_free(page, *span) for span in spans):
            return False
        if not self._may_miss(gone[1], proven) or self._is_all_hidden(first, gone[2]) or self._is_all_hidden(again, back[2]):
            return False
        self._take(page, first, settled)
        self._missing.append((gone[1], proven))
        self._act(page, "remove", gone, how=how, behind=behind)
        if back_behind is not None:
            self._act(page, "restore", back, behind=back_behind)
        return True

    def _hidden_span(self, first: int) -> tuple[int, int, int]:
        """Return the gaps in which a hiding begins, something happens behind it, and the hiding ends."""
        gap = first + self.rng.randint(0, 1)
        return first, gap, gap + self.rng.randint(1, 3)

    def _is_all_hidden(self, first: int, last: int) -> bool:
        """Tell whether everything is behind caches or lies meanwhile: pages have no hiding of their own then."""
        return any(self.calendar.sky(slot) in {"copies", "nodes", "lies"} for slot in range(first, last + 1))

    def _act(self, page: int, what: str, gaps: tuple[int, int, int], *, how: str = "", behind: str = "") -> None:
        """Let something happen to a page, openly or `behind` a copy or a lie that comes before it and goes after it."""
        first, gap, shown = gaps
        if not behind:
            self._add(what, gap, page, how=how)
            return
        self._add("begin", first, page, half=0, how=behind)
        self._add(what, gap, page, half=1, how=how, behind=behind)
        self._add("end", shown, page, how=behind)

    def _proven(self, shown: int) -> int:
        """Return the full crawl by which a removal that shows from gap `shown` on is surely proven, and off the listing."""
        calendar, found = self.calendar, []
        for slot in range(shown, len(calendar.crawls)):
            if calendar.is_clear(slot):
                found.append(slot)
            if len(found) >= _CHECKS and calendar.crawls[slot] - calendar.crawls[found[0]] >= DAY + HOUR:
                return calendar.first_fair(slot)
        return _FOR_EVER

    def _taken_back(self) -> bool:
        """Take a page down and put it back before anybody could prove it, in fair weather."""
        page, gap = self._any_page(), self._any_gap()
        began, ended = self.calendar.span(gap, 17 * HOUR, 23 * HOUR)
        last = self.calendar.gap_of(ended)
        fair = all(self.calendar.is_fair(slot) for slot in range(gap, last + 1))
        free = self._is_free(page, gap, last) and self._may_miss(gap, last)
        if not (fair and free and self.calendar.claim(began, ended)):
            return False
        self._take(page, gap, last)
        self._missing.append((gap, last))
        how = "taken back"
        self.acts += [Act(began, "remove", page, how), Act(ended, "restore", page, how)]
        return True

    def _unlisting(self, *, is_relisted: bool) -> bool:
        """Take a page's row off the listing, and put it back after a complete sweep, if at all."""
        page, gap = self._any_page(), self._any_gap()
        off = self.calendar.first_fair(gap)
        back = off + self.rng.randint(1, 8)
        if back > self.calendar.last_gap:
            return False
        on = self.calendar.first_fair(back) if is_relisted else _FOR_EVER
        if not self._is_idle(page, gap, on):
            return False
        if not all(self._is_free(page, *span) for span in [(gap, off), (back, on)][: 1 + is_relisted]):
            return False
        self._take(page, gap, on)
        self._add("unlist", gap, page)
        if is_relisted:
            self._add("relist", back, page)
        return True

    def _edit_in_spell(self, what: str, behind: str) -> bool:
        """Edit a page while everything is behind a cache, or lies."""
        spell, page = self.calendar.spell(what), self._any_page()
        assert spell is not None
        settled = self.calendar.first_clear(spell.end)
        if not self._is_free(page, spell.first, settled):
            return False
        self._take(page, spell.first, settled)
        self._add("edit", self.rng.randint(spell.first, spell.end - 1), page, half=1, behind=behind)
        return True

    def _edit(self, behind: str) -> bool:
        page, first = self._any_page(), self._any_gap()
        gaps = self._hidden_span(first) if behind else (first, first, first)
        if gaps[2] > self.calendar.last_gap:
            return False
        settled = self.calendar.first_clear(gaps[2])
        misleads = not behind or any(self.calendar.is_clear(slot) for slot in range(*gaps[1:]))
        if not misleads or not self._is_free(page, first, settled) or self._is_all_hidden(first, gaps[2]):
            return False
        self._take(page, first, settled)
        self._act(page, "edit", gaps, behind=behind)
        return True

    def _named(self, acts: list[Act]) -> Iterator[Act]:
        """Say of each edit what is done, now that they are in order: only what was edited before can be put back."""
        edited: set[int] = set()
        for act in acts:
            if act.what == "edit":
                chosen = self.rng.choices(EDITS, (4, 5, 2, 1, 3))[0]
                chosen = "silent_edit" if chosen == "revert" and act.page not in edited else chosen
                edited.add(act.page)
                yield replace(act, what=chosen)
            else:
                yield act
