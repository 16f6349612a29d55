"""Three years of one daemon in simulated time: outages, restarts, clocks that jump, and another zone's changes of the clock.

Run as `python -m bench.soak [YEARS] [RELEASES]`.  The ticks are the daemon's own, over real HTTP to a portal in another process;
only the clock is made.  Printed: whether every listing was read at its times (no drift), whether every page was looked at when it
was due or what kept that from happening, and how memory grew after the first quarter.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from config.portal import parse_portal
from config.settings import Settings
from config.timetable import next_time
from crawler.maintain import maintain
from crawler.run import How
from crawler.ticks import Ticks
from seeds.portal import portal_file
from storage.connect import open_reader

ROOT = Path(__file__).parents[1]
BEGIN = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
DISCOVER = {"embedded/today": "every 4h from 07:00 to 22:00", "berlin/today": "daily 02:30"}
BUDGET = 100
LONGEST = timedelta(days=360)
GROWTH = 20_000_000
"""Bytes that memory may grow by after the warm-up."""
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(slots=True)
class SimulatedClock:
    """A clock that moves a millisecond with every look at it, and that sleeps without waiting."""

    instant: datetime = BEGIN

    def now(self) -> datetime:
        """Return the present instant."""
        self.instant += timedelta(milliseconds=1)
        return self.instant

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.instant += timedelta(seconds=max(seconds, 0))


class Log:
    """Counts events by name; runs that failed are kept."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.failed: list[str] = []

    def event(self, name: str, **fields: object) -> None:
        """Take one event."""
        self.counts[name] = self.counts.get(name, 0) + 1
        self.failed += cast("list[str]", fields.get("unread", []))


@dataclass(slots=True)
class Portal:
    """The other process, and what it said last."""

    process: subprocess.Popen[str]
    address: str = ""
    done: dict[str, int] = field(default_factory=dict)

    def tell(self, **order: object) -> None:
        """Tell it something, and wait until it is done."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self.heard()

    def heard(self) -> None:
        """Take its next answer."""
        assert self.process.stdout is not None
        answer = json.loads(self.process.stdout.readline())
        self.address = answer.get("address", self.address)
        self.done = answer.get("done", self.done)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A span in which no slot of a schedule can be kept, and why: the daemon is down, or the clock is wrong."""

    begin: datetime
    end: datetime
    why: str


class Soak:
    """The daemon, its clock and its portal; `troubles` are the spans that account for what did not happen."""

    def __init__(self, folder: Path, portal: Portal) -> None:
        self.clock, self.log, self.portal = SimulatedClock(), Log(), portal
        self.settings = settings_of(folder, portal.address)
        self.troubles: list[Trouble] = []
        self.memory: list[tuple[datetime, int]] = []
        self.restarted = 0
        self.begin()

    def begin(self) -> None:
        """Start the daemon, with nothing but the file."""
        how = How(clock=self.clock, rng=random.Random(1), on_wait=print)
        self.ticks = Ticks(self.settings, how, self.log)
        self.restarted += 1

    def live(self, until: datetime) -> None:
        """Do ticks until a moment: each when something is due, and at least every six hours."""
        while self.clock.instant < until:
            self.portal.tell(until=self.clock.instant.isoformat())
            asyncio.run(self._tick())
            now = self.clock.instant
            ahead = min(self.ticks.next_at or until, now + timedelta(hours=6), until)
            self.clock.instant = max(ahead, now + _MINUTE)

    async def _tick(self) -> None:
        await maintain(self.ticks, lambda _: 10**12)
        await self.ticks.discover()
        await self.ticks.revisit()

    def outage(self, days: float) -> None:
        """Let the portal answer 503 to everything for some days."""
        self.portal.tell(outage=True)
        self.live(self.clock.instant + days * _DAY)
        self.portal.tell(outage=False)

    def down(self, days: float) -> None:
        """Let the machine be off for some days, and the daemon begin anew."""
        began = self.clock.instant
        self.clock.instant += days * _DAY
        self.troubles.append(Trouble(began, self.clock.instant, "daemon down"))
        self.begin()

    def jump(self, days: float, for_days: float) -> None:
        """Set the clock wrong, let the daemon live by it for a while, and set it right again."""
        for by in (days, -days):
            before = self.clock.instant
            self.clock.instant += by * _DAY
            asyncio.run(self.ticks.clock_jumped(by * _DAY))
            self.troubles.append(Trouble(*sorted((before, self.clock.instant)), "clock wrong"))
            self.live(self.clock.instant + for_days * _DAY)

    def measure(self) -> None:
        """Note how much memory the process has."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.memory.append((self.clock.instant, pages * 4096))


def settings_of(folder: Path, address: str) -> Settings:
    """Return the settings: one portal under two names, the second in a zone that changes its clocks."""
    text = portal_file(address).replace("requests_per_day = 0", f"requests_per_day = {BUDGET}")
    schedule = '\n[schedule]\ndiscover = "{discover}"\nfull_sweep = "30 3 1 */3 *"\nlongest_unseen = "360d"\n'
    first = parse_portal(text + schedule.format(discover=DISCOVER["embedded/today"]), "embedded.toml")
    other = text.replace("127.0.0.1", "localhost").replace('"embedded"', '"berlin"').replace("Asia/Shanghai", "Europe/Berlin")
    other = other.replace("Jiaxing Today", "Reports")  # a column of a few press releases: its clock is what counts
    second = parse_portal(other + schedule.format(discover=DISCOVER["berlin/today"]), "berlin.toml")
    return Settings(archive=folder / "archive.db", portals=(first, second), vantage="bench", unconditional_share=0.05)


def act(soak: Soak, years: float) -> None:
    """Live for some years, with something happening every few weeks."""
    end = BEGIN + years * 365 * _DAY
    events = [
        lambda: soak.outage(2),
        lambda: soak.down(3),
        soak.begin,
        lambda: soak.jump(30, 0.5),
        lambda: soak.jump(-30, 0.5),
        lambda: soak.jump(1 / 24, 1),
    ]
    number = 0
    while soak.clock.instant < end:
        soak.live(min(soak.clock.instant + 36 * _DAY, end))
        soak.measure()
        print(
            f"{soak.clock.instant:%Y-%m-%d} {soak.memory[-1][1] / 1e6:6.1f} MB  {soak.log.counts.get('run', 0)} runs",
            file=sys.stderr,
        )
        if soak.clock.instant < end:
            events[number % len(events)]()
            number += 1


def drift(soak: Soak) -> list[str]:
    """Return the slots of the schedules that were not kept although the daemon was up and its clock right."""
    missed = []
    with closing(open_reader(soak.settings.archive)) as file:
        for section, schedule in DISCOVER.items():
            zone = ZoneInfo("Asia/Shanghai" if section.startswith("embedded") else "Europe/Berlin")
            sql = (
                "SELECT w.started_at FROM sweeps w JOIN sections s ON s.id = w.section_id WHERE s.portal = ? ORDER BY w.started_at"
            )
            swept = [datetime.fromisoformat(at) for (at,) in file.execute(sql, (section.partition("/")[0],))]
            slot = next_time(schedule, BEGIN + _DAY, zone)
            while slot < soak.clock.instant - _DAY:
                kept = any(slot <= at <= slot + timedelta(minutes=10) for at in _near(swept, slot))
                if not kept and not any(each.begin - _MINUTE <= slot <= each.end + _MINUTE for each in soak.troubles):
                    missed.append(f"{section}: {slot:%Y-%m-%d %H:%M}Z")
                slot = next_time(schedule, slot, zone)
    return missed


def _near(moments: list[datetime], slot: datetime) -> list[datetime]:
    at = bisect_left(moments, slot)
    return moments[at : at + 2]


def unseen(soak: Soak) -> list[str]:
    """Return the pages whose longest time without a look was longer than it may be, the troubles left out."""
    limit = LONGEST + 10 * _DAY
    sql = "SELECT page_id, requested_at FROM fetches WHERE page_id IS NOT NULL ORDER BY page_id, requested_at"
    late, last, page = [], None, None
    with closing(open_reader(soak.settings.archive)) as file:
        rows = [*file.execute(sql), (None, soak.clock.instant.isoformat())]
    for number, requested_at in rows:
        at = datetime.fromisoformat(requested_at)
        if number == page and last is not None and at - last > limit:
            late.append(f"page {page}: {last:%Y-%m-%d} to {at:%Y-%m-%d}")
        page, last = number, at
    return late


def main(arguments: list[str]) -> int:
    """Live, and print what came of it."""
    years, releases = float(arguments[0]) if arguments else 3.0, int(arguments[1]) if len(arguments) > 1 else 19_000
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.soak_portal", BEGIN.isoformat(), str(releases), "1"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as process,
    ):
        portal = Portal(process)
        portal.heard()
        soak = Soak(Path(folder), portal)
        act(soak, years)
        verdict = report(soak, time.perf_counter() - began)
        process.stdin.close()  # type: ignore[union-attr]
    return verdict


def report(soak: Soak, seconds: float) -> int:
    """Print the figures beside their targets; return 1 where one falls short."""
    with closing(open_reader(soak.settings.archive)) as file:
        counts = {
            name: file.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("releases", "changes", "fetches", "runs", "sweeps")
        }
        overdue = file.execute(
            "SELECT count(*) FROM _frontier WHERE due_at < ?", ((soak.clock.instant - 2 * _DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z"),)
        ).fetchone()[0]
        kinds = dict(file.execute("SELECT kind, count(*) FROM changes GROUP BY kind"))
    warm = [size for at, size in soak.memory if at > BEGIN + 90 * _DAY] or [soak.memory[-1][1]]
    missed, late = drift(soak), unseen(soak)
    print(f"lived from {BEGIN:%Y-%m-%d} to {soak.clock.instant:%Y-%m-%d} in {seconds:.0f} s: {counts}")
    print(f"the portal did {soak.portal.done}; told of were {kinds}")
    print(f"{len(soak.troubles)} troubles, {soak.restarted} starts, {soak.log.counts}, listings not read: {len(soak.log.failed)}")
    rows = [
        ("slots of schedules missed", len(missed), 0),
        ("pages unseen for longer than they may be", len(late), 0),
        ("pages overdue by two days at the end", overdue, 0),
        ("growth of memory after the warm-up, MB", round((warm[-1] - warm[0]) / 1e6, 1), GROWTH / 1e6),
    ]
    for name, figure, target in rows:
        print(f"{name:<45} {figure:>8} {target:>8} {'ok' if figure <= target else 'short'}")
    print(*missed[:10], *late[:10], sep="\n")
    return int(any(figure > target for _, figure, target in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
