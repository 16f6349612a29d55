"""A story of sixty days, judged: what the archive tells beside the portal's own diary, and how narrow the bounds are.

Nothing here knows the script, and nothing is asked of the crawler: the diary says what stood at each moment and what was wrong
with the portal, so that it says, too, what each look must have met.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import timedelta
from itertools import takewhile
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from seeds.portal import TODAY, Layout
from storage.instants import instant, later, parse_instant
from storage.state import answer_age
from tests.soundness import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from seeds.portal import Portal, Release
    from tests.world import World

__all__ = ["OTHER_ALERTS", "Verdict", "judged"]

OTHER_ALERTS = frozenset({"host", "layout", "listing", "lying-304", "reworded", "shrunk"})
"""Kinds of alerts that a story may bring besides blocks, when and how often is for other tests; much never changes at once."""
_NEVER_PROVEN = timedelta(hours=24)
"""A removal that is taken back sooner cannot be proven: the checks must span so much."""


class Happened(NamedTuple):
    """One change of a page: its kind, and what the page says afterwards (nothing where it is removed)."""

    path: str
    kind: str
    content: tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Told:
    """A change as the archive tells it."""

    what: Happened
    version_id: int
    not_before: str
    observed_at: str
    unchanged_304: str | None


@dataclass(slots=True)
class Verdict:
    """How stories were told: changes by kind, widths in hours, and every fault in plain words.

    `hidden` counts the edits that the first look after them did not show.  A width is from a lower bound to `observed_at`: from
    `not_before`, or from the later of that and `unchanged_304`; `intervals` are those between two looks at a page.
    """

    changes: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    outside: int = 0
    faults: list[str] = field(default_factory=list)
    hidden: int = 0
    edits: int = 0
    widths: list[float] = field(default_factory=list)
    narrow_widths: list[float] = field(default_factory=list)
    intervals: list[float] = field(default_factory=list)

    def __add__(self, other: Verdict) -> Verdict:
        """Return the verdict on the stories of both."""
        return Verdict(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Verdict)))

    @property
    def medians(self) -> tuple[float, float, float]:
        """The medians of both widths and of the interval between looks, in hours."""
        return median(self.widths), median(self.narrow_widths), median(self.intervals)

    def told(self) -> str:
        """Return the figures as people read them."""
        wide, narrow, interval = self.medians
        kinds = ("new", "edited", "silent", "removed", "restored")
        rows = (f"{kind:10}{self.changes[kind]:10}{self.false[kind]:7}{self.missed[kind]:8}" for kind in kinds)
        return "\n".join(
            (
                f"{'':10}{'happened':>10}{'false':>7}{'missed':>8}",
                *rows,
                f"{self.outside} true instants outside their bounds; {len(self.faults)} faults in all",
                f"{self.hidden} of {self.edits} edits were not shown by the first look after them",
                f"hours between two looks at a page (median): {interval:.1f}",
                f"median width from not_before: {wide:.1f} h",
                f"median width from the later of not_before and unchanged_304: {narrow:.1f} h, {narrow / interval:.2f} times that",
            )
        )


def judged(world: World) -> Verdict:
    """Compare a world's archive with its portal's diary."""
    return _Judge(world).verdict()


def _content(release: Release | None) -> tuple[object, ...] | None:
    if release is None or release.state == "removed":
        return None
    return release.title, release.published, release.paragraphs, release.attachment_names


def _hours(earlier: str, later_: str) -> float:
    return (parse_instant(later_) - parse_instant(earlier)) / timedelta(hours=1)


def _stood_at(look: dict[str, Any]) -> datetime:
    """Return the moment that an answer speaks of: an answer, or the redirect that led to it, may have stood in a cache."""
    age = max(answer_age(json.loads(look[headers] or "[]")) for headers in ("response_headers", "headers_before"))
    return parse_instant(later(look["requested_at"], -1000 * age))


class _Truth:
    """What stood on a portal at each moment, by its diary, and what a reader knew of that who was taught it at `repairs`."""

    def __init__(self, portal: Portal, repairs: Sequence[datetime]) -> None:
        self._diary = portal.diary
        self._repairs = repairs
        self._times = [event.at for event in portal.diary]
        articles = [each for each in portal.shelf.articles.values() if each.listed_in == TODAY]
        self._past: dict[int, list[tuple[datetime | None, Release | None]]] = {}
        for article in articles:
            events = [event for event in portal.diary if event.id == article.id]
            begun = events[0].before if events else article
            self._past[article.id] = [(None, begun), *((event.at, event.after) for event in events)]
        self._numbers = {path: article.id for article in articles for path in article.paths}

    @property
    def begun(self) -> set[str]:
        """The paths that were listed before the diary begins."""
        firsts = [past[0][1] for past in self._past.values()]
        return {path for each in firsts if each is not None for path in each.paths}

    def article(self, path: str, at: datetime) -> Release | None:
        """Return the article of a path as it stood then, also one that was taken down; None before it was published."""
        past = self._past[self._numbers[path]]
        return next(release for since, release in reversed(past) if since is None or since <= at)

    def is_listed(self, path: str, at: datetime) -> bool:
        """Tell whether a row led to the path then."""
        article = self.article(path, at)
        return article is not None and article.state == "live"

    def meets(self, path: str, at: datetime, *, is_copy: bool) -> str:
        """Return what a look met that was answered with what stood there then: a `page`, `missing` or `nothing` of either.

        A copy was taken by a cache, whose way to the portal is not ours: no weather stood before it.
        """
        before = bisect_right(self._times, at)
        weather = self._diary[before - 1].weather if before else None
        if weather is not None and not is_copy:
            if weather.failing or weather.challenge or weather.blocked == 403:
                return "nothing"
            if weather.blocked:
                return "missing"
        article = self.article(path, at)
        if article is None or article.state == "removed":
            return "missing"
        return "nothing" if self._is_unread(before, at) else "page"

    def _is_unread(self, before: int, at: datetime) -> bool:
        """Tell whether our reader could make nothing of the template at a moment, before which so many things had happened."""
        spell = list(takewhile(lambda event: event.weather.layout in _UNREAD, reversed(self._diary[:before])))
        return bool(spell) and not any(spell[-1].at <= repair <= at for repair in self._repairs)

    def blocks(self) -> list[tuple[datetime, datetime]]:
        """Return from when to when our address was blocked by 404."""
        ends: list[datetime] = []
        for event in self._diary:
            if (event.weather.blocked == 404) != len(ends) % 2:
                ends.append(event.at)
        return list(zip(ends[::2], ends[1::2], strict=True))


_UNREAD = frozenset({Layout.CHANGED, Layout.MISLEADING})


class _Judge:
    def __init__(self, world: World) -> None:
        self._world = world
        repairs = world.values("SELECT started_at FROM runs WHERE trigger = 'reparse'")
        self._truth = _Truth(world.portal, [parse_instant(each) for each in repairs])
        self._verdict = Verdict()

    def verdict(self) -> Verdict:
        """Compare everything, and return what was found."""
        done, told = list(self._done()), self._told()
        self._compare(done, told)
        self._compare_listing()
        self._compare_outbox(told)
        self._compare_alerts()
        self._measure(told)
        self._check_soundness()
        return self._verdict

    def _fault(self, text: str) -> None:
        self._verdict.faults.append(text)

    # What was done, and what is told

    def _done(self) -> Iterator[tuple[Happened, datetime]]:
        """Yield what the publisher did to pages, without removals that could not be proven and their taking back."""
        diary = self._world.portal.diary
        unproven: set[int] = set()
        for place, event in enumerate(diary):
            if event.what == "remove":
                back = next((each for each in diary[place:] if each.id == event.id and each.what == "restore"), None)
                if back is not None and back.at - event.at < _NEVER_PROVEN:
                    unproven |= {id(event), id(back)}
            if id(event) not in unproven:
                yield from ((Happened(each.path, each.kind, _content(event.after)), event.at) for each in event.changes)

    def _told(self) -> list[Told]:
        rows = self._world.rows(
            "SELECT v.id, v.page_id, v.kind, c.silent, c.not_before, c.observed_at, v.unchanged_304, v.content_id FROM changes c"
            " JOIN versions v ON c.ref = v.page_id || '@' || v.number AND v.page_id = c.page ORDER BY c.observed_at, v.id"
        )
        return [self._tell(row) for row in rows]

    def _tell(self, row: dict[str, Any]) -> Told:
        kind = "silent" if row["kind"] == "edited" and row["silent"] else row["kind"]
        what = Happened(self._path(row["page_id"]), kind, self._read(row["content_id"]))
        not_before = row["not_before"] or self._appeared_after(row["page_id"])
        return Told(what, row["id"], not_before, row["observed_at"], row["unchanged_304"])

    def _read(self, content_id: int | None) -> tuple[object, ...] | None:
        if content_id is None:
            return None
        (row,) = self._world.rows("SELECT title, published, text, fields FROM contents WHERE id = ?", content_id)
        names = tuple(each["name"] for each in json.loads(row["fields"])["attachments"])
        return row["title"], row["published"], tuple(row["text"].split("\n\n")), names

    def _path(self, page_id: int) -> str:
        (url,) = self._world.values("SELECT url FROM pages WHERE id = ?", page_id)
        return self._world.path(url)

    def _appeared_after(self, page_id: int) -> str:
        sql = "SELECT not_before FROM listing_events WHERE page_id = ? AND event = 'appeared' ORDER BY id LIMIT 1"
        return self._world.values(sql, page_id)[0]

    # Changes

    def _compare(self, done: list[tuple[Happened, datetime]], told: list[Told]) -> None:
        """Pair what was done with what is told of it, page by page and in order."""
        self._verdict.changes.update(what.kind for what, _ in done)
        true, said = defaultdict(list), defaultdict(list)
        for what, at in done:
            true[what.path].append((what, at))
        for each in told:
            said[each.what.path].append(each)
        for path in sorted({*true, *said}):
            self._compare_page(path, true[path], said[path])

    def _compare_page(self, path: str, done: list[tuple[Happened, datetime]], told: list[Told]) -> None:
        if [what for what, _ in done] != [each.what for each in told]:
            happened, said = Counter(what for what, _ in done), Counter(each.what for each in told)
            self._verdict.false.update(what.kind for what in (said - happened).elements())
            self._verdict.missed.update(what.kind for what in (happened - said).elements())
            story = [f"{what.kind} {instant(at)}" for what, at in done]
            self._fault(f"{path}: {story} is told as {[f'{each.what.kind} {each.observed_at}' for each in told]}")
            return
        for (what, at), each in zip(done, told, strict=True):
            if not each.not_before < instant(at) <= each.observed_at:
                self._verdict.outside += 1
                self._fault(f"{path}: {what.kind} at {instant(at)} is not in ({each.not_before}, {each.observed_at}]")
            self._measure_hidden(what, at, each)

    def _measure_hidden(self, what: Happened, at: datetime, told: Told) -> None:
        """Count an edit, and whether a look came between it and the one that shows it."""
        if what.kind in {"edited", "silent"}:
            looks = self._world.values(_ANSWERED, self._world.page(what.path), instant(at), told.observed_at)
            self._verdict.edits += 1
            self._verdict.hidden += len(looks) > 1

    # The listing

    def _compare_listing(self) -> None:
        """See that a row comes or goes in the archive exactly where it did on the portal, within its bounds."""
        for page in self._world.rows("SELECT id, url FROM pages"):
            path = self._world.path(page["url"])
            is_old = path in self._truth.begun
            turns, told = self._turns(path, is_listed=is_old), self._world.rows(_MEMBERSHIP, page["id"])[is_old:]
            if [event for event, _ in turns] != [row["event"] for row in told]:
                self._fault(f"{path}: the listing had {turns}, and is told as {[(r['event'], r['observed_at']) for r in told]}")
            for (event, at), row in zip(turns, told, strict=False):
                if not row["not_before"] < at <= row["observed_at"]:
                    self._fault(f"{path}: {event} the listing at {at}, not in ({row['not_before']}, {row['observed_at']}]")

    def _turns(self, path: str, *, is_listed: bool) -> list[tuple[str, str]]:
        turns = []
        for event in self._world.portal.diary:
            if self._truth.is_listed(path, event.at) != is_listed:
                is_listed = not is_listed
                turns.append(("appeared" if is_listed else "left", instant(event.at)))
        return turns

    # What people are told

    def _compare_outbox(self, told: list[Told]) -> None:
        """See that each change is told once, each page that ceases to answer once, and nothing else but alerts."""
        rows = self._world.rows("SELECT * FROM _outbox ORDER BY id")
        said = Counter((row["kind"], self._standing(row["version_id"])) for row in rows if row["version_id"] is not None)
        if said != Counter((each.what.kind, each.version_id) for each in told):
            self._fault(f"changes are told as {said}")
        suspects = Counter(row["fetch_id"] for row in rows if row["kind"] == "suspect")
        expected = Counter(self._suspicious_looks())
        for fetch_id in ((suspects - expected) + (expected - suspects)).elements():
            how = "wrongly" if suspects[fetch_id] > expected[fetch_id] else "not"
            (look,) = self._world.rows("SELECT page_id, requested_at FROM fetches WHERE id = ?", fetch_id)
            self._fault(f"{self._path(look['page_id'])}: {how} told to be missing at {look['requested_at']}")
        others = {row["kind"] for row in rows if row["version_id"] is None} - {"suspect", "alert", "recovery"}
        if others:
            self._fault(f"told besides: {others}")

    def _standing(self, version_id: int) -> int:
        """Return the version that stands in the place of a retracted one: what was told of that is not told again."""
        replaced = self._world.values("SELECT replaced_by FROM retractions WHERE version_id = ?", version_id)
        return self._standing(replaced[0]) if replaced and replaced[0] is not None else version_id

    def _suspicious_looks(self) -> Iterator[int]:
        """Yield the looks that met a missing page first since it last answered, by what the portal's diary says."""
        missing: dict[int, bool] = {}
        known: dict[int, datetime] = {}
        for row in self._world.rows(_EVERY_LOOK):
            page, stood = row["page_id"], _stood_at(row)
            is_answer, is_copy = row["result"] in {"response", "not-modified"}, stood < parse_instant(row["requested_at"])
            met = self._truth.meets(self._path(page), stood, is_copy=is_copy) if is_answer else "nothing"
            is_old = page in known and stood < known[page]
            if met == "nothing" or is_old or (met == "missing" and page not in missing):
                continue
            if met == "missing" and not missing[page]:
                yield row["id"]
            missing[page], known[page] = met == "missing", stood

    def _compare_alerts(self) -> None:
        """See that there is one alert and one recovery for each block of our address, and no others."""
        alerts = self._world.rows("SELECT * FROM _alerts ORDER BY id")
        told = Counter((row["kind"], row["alert_id"]) for row in self._world.rows("SELECT * FROM _outbox WHERE alert_id > 0"))
        raised, closed = ([row["id"] for row in alerts if row[name]] for name in ("opened_at", "closed_at"))
        if told != Counter([*(("alert", each) for each in raised), *(("recovery", each) for each in closed)]):
            self._fault(f"alerts are told as {told}")
        if unexpected := {row["kind"] for row in alerts} - {"block"} - OTHER_ALERTS:
            self._fault(f"alerts of {unexpected}")
        blocks, told_blocks = self._truth.blocks(), [row for row in alerts if row["kind"] == "block"]
        if len(blocks) != len(told_blocks):
            self._fault(f"{len(told_blocks)} alerts of blocks, and there were {len(blocks)}")
        for (began, ended), row in zip(blocks, told_blocks, strict=False):
            if not (instant(began) < row["opened_at"] < instant(ended) < (row["closed_at"] or "")):
                self._fault(f"the block from {began} to {ended} is told from {row['opened_at']} to {row['closed_at']}")

    # How narrow, and how sound

    def _measure(self, told: list[Told]) -> None:
        for each in told:
            if each.what.kind != "new":
                self._verdict.widths.append(_hours(each.not_before, each.observed_at))
                self._verdict.narrow_widths.append(_hours(max(each.not_before, each.unchanged_304 or ""), each.observed_at))
        former: dict[int, str] = {}
        for row in self._world.rows(_EVERY_LOOK):
            if row["page_id"] in former:
                self._verdict.intervals.append(_hours(former[row["page_id"]], row["requested_at"]))
            former[row["page_id"]] = row["requested_at"]

    def _check_soundness(self) -> None:
        if self._world.summaries() != self._world.summaries(rebuilt=True):
            self._fault("a rebuild gives other summaries")
        with closing(sqlite3.connect(self._world.folder / "archive.db", isolation_level=None)) as connection:
            self._verdict.faults += faults_of(connection, ended=True)


_MEMBERSHIP = (
    "SELECT event, not_before, observed_at FROM listing_events WHERE page_id = ? AND event IN ('appeared', 'left') ORDER BY id"
)
_LAST_HOPS = (
    "FROM fetches f WHERE f.page_id IS NOT NULL AND f.purpose IN ('first', 'look', 'recheck', 'control')"
    " AND NOT EXISTS (SELECT 1 FROM fetches h WHERE h.hop_of = f.id)"
)
_EVERY_LOOK = (
    "SELECT id, page_id, requested_at, result, response_headers,"
    f" (SELECT h.response_headers FROM fetches h WHERE h.id = f.hop_of) AS headers_before {_LAST_HOPS} ORDER BY id"
)
_ANSWERED = (
    f"SELECT id {_LAST_HOPS} AND page_id = ? AND requested_at > ? AND requested_at < ?"
    " AND (result = 'not-modified' OR status = 200) ORDER BY id"
)
