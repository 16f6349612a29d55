"""Manners: who may be asked what, how often, and when.

Every hop of every request is put to the gate first: is the host one of the portal's, may it be asked now, does its robots.txt
allow the address, and is it our turn?  What a host asked of us (Retry-After), when it was asked last and what its robots.txt said
outlive the run, in the archive: two processes that take turns at it are as polite as one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from crawler.http import Ask, retry_after
from crawler.judge import has_reading, judge
from crawler.robots import Rules, has_rules, rules_from
from crawler.urls import host_of, in_scope
from storage.instants import instant
from storage.records import Outcome, Purpose, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.portal import Portal
    from crawler.clock import Clock
    from crawler.http import Client
    from storage.manners import KeptRobots
    from storage.records import Fetch

__all__ = ["Gate", "Memory", "in_quiet_hours"]

_ROBOTS_FOR = timedelta(hours=24)
"""How long a robots.txt is believed (RFC 9309, 2.4)."""
_LONGEST_HOLD = timedelta(days=1)
_LONGEST_TURN = timedelta(minutes=15)
"""How long a run stands still for a host whose robots.txt wants long waits between requests."""
_REFUSED_FOR = timedelta(hours=1)
"""How long a host that will not serve us is left alone; the next look may find it in another mood."""
_SILENT_FOR = timedelta(minutes=15)
"""How long a host that does not answer is left alone."""
_TIMES_IN_A_ROW = 5
"""So many asks in a row without an answer, or refused, and a host is left alone: what is due stays due."""
_OUTSIDE = "outside the hosts of the portal's file"


@dataclass(slots=True)
class _Host:
    rules: Rules | None = None
    rules_until: datetime | None = None
    free_at: datetime | None = None
    held_until: datetime | None = None
    is_fresh: bool = False
    silent: int = 0
    refusing: int = 0
    spent: dict[bool, int] | None = None
    asking_for_rules: asyncio.Lock = field(default_factory=asyncio.Lock)


class Memory(Protocol):
    """What outlives one request in a gate's memory: an archive, or a notebook where nothing is to be kept."""

    def append_fetches(self, fetches: Sequence[Fetch], *, run_id: int) -> list[int]:
        """Record requests that belong to no page, and return their numbers."""
        ...

    def hold_host(self, host: str, until: datetime) -> None:
        """Keep that a host asked us to wait."""
        ...

    def held_until(self, host: str) -> datetime | None:
        """Return until when a host asked us to wait, if it did."""
        ...

    def last_asked(self, host: str, since: datetime, until: datetime) -> datetime | None:
        """Return when a host was asked last, by whatever run; None where it was not between two instants."""
        ...

    def robots_since(self, url: str, since: datetime) -> KeptRobots | None:
        """Return the newest answer for a robots.txt at `url`, where it was asked for since `since`."""
        ...

    def spent_since(self, host: str, moment: datetime) -> dict[bool, int]:
        """Return how many looks a host was asked for since `moment`: first ones at a page under True, later ones under False."""
        ...


class Gate:
    """The manners of one run towards the hosts of its portals."""

    def __init__(  # noqa: PLR0913, PLR0917 - what manners need to know
        self,
        memory: Memory,
        client: Client,
        clock: Clock,
        portals: Sequence[Portal],
        agent: str,
        run_id: int,
        resting: dict[str, datetime] | None = None,
    ) -> None:
        """Make the gate of a run; `resting` says until when silent hosts are left alone, and is shared by the runs of a daemon."""
        self._memory = memory
        self._client = client
        self._clock = clock
        self._agent = agent
        self._run_id = run_id
        self._portals = {host: portal for portal in reversed(portals) for host in portal.hosts}
        self._hosts: dict[str, _Host] = {}
        self._resting = {} if resting is None else resting

    def knows(self, host: str) -> bool:
        """Tell whether a host is one of those that may be asked at all."""
        return host in self._portals

    def refresh(self) -> None:
        """Forget what another process may have changed meanwhile: when hosts were asked, what they asked of us, what was spent."""
        for host in self._hosts.values():
            host.is_fresh = False
            host.spent = None

    async def wait_for_turn(self, url: str) -> None:
        """Wait until it would be our turn with the host of `url`, without taking it; not for one that is not asked at all."""
        if in_scope(url, tuple(self._portals)):
            self._recall_rules(url, self._hosts.setdefault(host_of(url), _Host()))
            now = self._clock.now()
            turn = self._turn_at(host_of(url), now)
            if turn - now <= _LONGEST_TURN:
                await self._clock.sleep((turn - now).total_seconds())

    async def permit(self, url: str) -> str | None:
        """Wait for our turn with the host of `url` and return None, or return why it is not to be asked."""
        return self._not_now(url) or await self._forbidden(url) or await self._turn(host_of(url))

    def heard(self, fetch: Fetch) -> None:
        """Note what an answer asks of us: to wait (Retry-After), to stay away (a block), or that there was none."""
        if fetch.result is Result.REFUSED or not in_scope(fetch.url, tuple(self._portals)):
            return
        name = host_of(fetch.url)
        host = self._host(name)
        host.silent = 0 if fetch.status is not None else host.silent + 1
        if host.silent >= _TIMES_IN_A_ROW:
            self._resting[name] = self._clock.now() + _SILENT_FOR
        host.refusing = host.refusing + 1 if _refuses(fetch) else 0
        wait = retry_after(fetch, self._clock.now())
        if wait is not None:
            self._hold(name, min(timedelta(seconds=wait), _LONGEST_HOLD))
        elif host.refusing == _TIMES_IN_A_ROW:
            self._hold(name, _REFUSED_FOR)

    def closed(self, name: str, *, backfill: bool) -> str | None:
        """Return why a host is not to be asked for more now, or None.

        A host that no portal's file names is not closed: each of its pages is refused once, on the record.
        """
        if name not in self._portals:
            return None
        host, now = self._host(name), self._clock.now()
        forbidding = host.rules is not None and host.rules.parsed is None and not host.rules.otherwise
        quiet = in_quiet_hours(self._portals[name], now)
        reasons = (
            (quiet is not None, f"{name}: the quiet hours are {quiet} (its own time)"),
            (host.refusing >= _TIMES_IN_A_ROW, f"{name} refused us {host.refusing} times in a row"),
            (_is_held(host, now), _asked_to_wait(name, host)),
            (forbidding, f"{name}: {host.rules.note if host.rules else ''}"),
            (_is_resting(self._resting.get(name), now), f"{name} did not answer {_TIMES_IN_A_ROW} times in a row"),
            (self._left(name, backfill=backfill) <= 0, f"today's budget of requests to {name} is used up; the rest stays due"),
        )
        return next((why for holds, why in reasons if holds), None)

    def spend(self, name: str, *, backfill: bool) -> None:
        """Count one look against the host's budget of the day."""
        if name in self._portals:
            spent = self._spent(name)
            spent[backfill] = spent.get(backfill, 0) + 1

    def _left(self, name: str, *, backfill: bool) -> int:
        politeness = self._portals[name].politeness
        budget = politeness.requests_per_day_backfill if backfill else politeness.requests_per_day
        return budget - self._spent(name).get(backfill, 0) if budget else 1

    def _spent(self, name: str) -> dict[bool, int]:
        host = self._host(name)
        if host.spent is None:
            zone = self._portals[name].zone
            midnight = datetime.combine(self._clock.now().astimezone(zone).date(), time(), zone)
            host.spent = self._memory.spent_since(name, midnight)
        return host.spent

    def _host(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        if not host.is_fresh:
            host.is_fresh = True
            host.held_until = self._memory.held_until(name)
            host.free_at = self._free_at(name, host)
        return host

    def _free_at(self, name: str, host: _Host) -> datetime | None:
        """Return when a host that somebody asked lately may be asked again."""
        if name not in self._portals:
            return host.free_at
        delay, now = self._delay(name, host), self._clock.now()
        asked = self._memory.last_asked(name, now - delay, now)
        return asked + delay if asked and (host.free_at is None or asked + delay > host.free_at) else host.free_at

    def _delay(self, name: str, host: _Host) -> timedelta:
        """Return the time between two requests to a host: ours, or what its robots.txt asks for, if that is longer."""
        asked = min((host.rules.delay(self._agent) if host.rules else None) or 0.0, _LONGEST_HOLD.total_seconds())
        return timedelta(seconds=max(self._portals[name].politeness.delay, asked))

    def _turn_at(self, name: str, now: datetime) -> datetime:
        """Return when a host may be asked again, from `now` on."""
        host = self._host(name)
        delay, turn = self._delay(name, host), max(host.free_at or now, now)
        # Nobody can have reserved more than a turn for each connection: our clock was set back meanwhile.
        return now + delay if turn - now > delay * (self._portals[name].politeness.connections + 1) else turn

    def _hold(self, name: str, wait: timedelta) -> None:
        until = self._clock.now() + wait
        self._host(name).held_until = until
        self._memory.hold_host(name, until)

    def _not_now(self, url: str) -> str | None:
        if not in_scope(url, tuple(self._portals)):
            return _why_outside(url)
        name = host_of(url)
        return _asked_to_wait(name, self._host(name)) if _is_held(self._host(name), self._clock.now()) else None

    async def _forbidden(self, url: str) -> str | None:
        host = self._host(host_of(url))
        async with host.asking_for_rules:
            self._recall_rules(url, host)
            if host.rules is None or host.rules_until is None or host.rules_until <= self._clock.now():
                host.rules = await self._fetch_rules(url)
                host.rules_until = self._clock.now() + _ROBOTS_FOR
        return None if host.rules.allows(url, self._agent) else f"not allowed by {host.rules.note}"

    def _recall_rules(self, url: str, host: _Host) -> None:
        """Go by the rules that a host gave an earlier run, where none are known that hold."""
        if host.rules is not None and host.rules_until is not None and host.rules_until > self._clock.now():
            return
        kept = self._kept_rules(url)
        if kept is not None:
            host.rules, host.rules_until = kept[0], kept[1] + _ROBOTS_FOR
            host.is_fresh = False  # these rules may ask for a longer delay since the last request

    def _kept_rules(self, url: str) -> tuple[Rules, datetime] | None:
        """Return the rules that a host gave an earlier run, and when; an answer that failed is no rules, and is asked for again."""
        kept = self._memory.robots_since(_robots_url(url), self._clock.now() - _ROBOTS_FOR)
        if kept is None or not has_rules(kept.status, kept.body):
            return None
        return rules_from(kept.status, kept.body, self._agent), kept.requested_at

    async def _fetch_rules(self, url: str) -> Rules:
        """Ask for the host's robots.txt and keep the answer like any other; where it redirects to is not asked for rules again."""
        hops = await self._client.fetch(Ask(_robots_url(url), Purpose.ROBOTS), self._permit_robots)
        self._memory.append_fetches(hops, run_id=self._run_id)
        last = hops[-1]
        self.heard(last)
        rules = rules_from(last.status, last.body, self._agent)
        return Rules(f"{rules.note}: {last.error}", rules.parsed, rules.otherwise) if last.error else rules

    async def _permit_robots(self, url: str) -> str | None:
        """Permit a hop on the way to rules: everything holds but the rules themselves."""
        return self._not_now(url) or await self._turn(host_of(url))

    async def _turn(self, name: str) -> str | None:
        """Wait until the host's delay since the last request has passed; robots.txt can only make it longer.

        Where it makes it so long that the run would stand still, the host is left to a later run, and why is returned.
        """
        host, now = self._host(name), self._clock.now()
        delay, turn = self._delay(name, host), self._turn_at(name, now)
        if delay.total_seconds() > self._portals[name].politeness.delay and turn - now > _LONGEST_TURN:
            self._hold(name, turn - now)
            return _asked_to_wait(name, host)
        host.free_at = turn + delay
        await self._clock.sleep((turn - now).total_seconds())
        return None


def _robots_url(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def _why_outside(url: str) -> str:
    """Return why an address is outside: it is another host's, or none that can be asked at all."""
    try:
        host_of(url)
    except ValueError as exc:
        return f"no address that can be asked: {exc}"
    return _OUTSIDE


def in_quiet_hours(portal: Portal, now: datetime) -> str | None:
    """Return the quiet hours (portal's time) that `now` falls into, or None."""
    local = now.astimezone(portal.zone).strftime("%H:%M")
    for span in portal.politeness.quiet_hours:
        begin, end = span.split("-")
        if begin <= local < end if begin <= end else local >= begin or local < end:
            return span
    return None


def _refuses(fetch: Fetch) -> bool:
    """Tell whether an answer will not serve us: a block or a test for browsers."""
    verdict = judge(fetch) if has_reading(fetch) else None
    return verdict is not None and verdict.outcome in {Outcome.BLOCKED, Outcome.CHALLENGE}


def _is_held(host: _Host, now: datetime) -> bool:
    """Tell whether a host is on hold; for longer than it ever can be, it is since our clock was set back, and is not."""
    return host.held_until is not None and now < host.held_until <= now + _LONGEST_HOLD


def _is_resting(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until <= now + _SILENT_FOR


def _asked_to_wait(name: str, host: _Host) -> str:
    return f"{name} is not to be asked until {instant(host.held_until)}" if host.held_until else name
