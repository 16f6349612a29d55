"""Manners: who may be asked what, how often, and when.

Every hop of every request is put to the gate first: is the host one of the portal's, may it be asked now, does its robots.txt
allow the address, and is it our turn?  What a host asked of us (Retry-After) outlives the process, in the archive.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from crawler.http import Ask, retry_after
from crawler.judge import has_reading, judge
from crawler.robots import Rules, rules_from
from crawler.urls import host_of, in_scope
from storage.instants import instant
from storage.records import Outcome, Purpose, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.portal import Portal
    from crawler.clock import Clock
    from crawler.http import Client
    from storage.records import Fetch

__all__ = ["Gate", "Memory", "in_quiet_hours"]

_ROBOTS_FOR = timedelta(hours=24)
"""How long a robots.txt is believed (RFC 9309, 2.4)."""
_LONGEST_HOLD = timedelta(days=1)
_LONGEST_TURN = timedelta(minutes=15)
"""How long a run stands still for a host whose robots.txt wants long waits between requests."""
_REFUSED_FOR = timedelta(hours=1)
"""How long a host that will not serve us is left alone; the next look may find it in another mood."""
_TIMES_IN_A_ROW = 5
"""So many asks in a row without an answer, or refused, and a host is left alone: what is due stays due."""
_OUTSIDE = "outside the hosts of the portal's file"


@dataclass(slots=True)
class _Host:
    rules: Rules | None = None
    rules_until: datetime | None = None
    free_at: datetime | None = None
    held_until: datetime | None = None
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

    def spent_since(self, host: str, moment: datetime) -> dict[bool, int]:
        """Return how many looks a host was asked for since `moment`: first ones at a page under True, later ones under False."""
        ...


class Gate:
    """The manners of one run towards the hosts of its portals."""

    def __init__(  # noqa: PLR0913, PLR0917 - what manners need to know
        self, memory: Memory, client: Client, clock: Clock, portals: Sequence[Portal], agent: str, run_id: int
    ) -> None:
        self._memory = memory
        self._client = client
        self._clock = clock
        self._agent = agent
        self._run_id = run_id
        self._portals = {host: portal for portal in reversed(portals) for host in portal.hosts}
        self._hosts: dict[str, _Host] = {}

    def knows(self, host: str) -> bool:
        """Tell whether a host is one of those that may be asked at all."""
        return host in self._portals

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
            (host.silent >= _TIMES_IN_A_ROW, f"{name} did not answer {host.silent} times in a row"),
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
        if name not in self._hosts:
            self._hosts[name] = _Host(held_until=self._memory.held_until(name))
        return self._hosts[name]

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
            if host.rules is None or host.rules_until is None or host.rules_until <= self._clock.now():
                host.rules = await self._fetch_rules(url)
                host.rules_until = self._clock.now() + _ROBOTS_FOR
        return None if host.rules.allows(url, self._agent) else f"not allowed by {host.rules.note}"

    async def _fetch_rules(self, url: str) -> Rules:
        """Ask for the host's robots.txt and keep the answer like any other; where it redirects to is not asked for rules again."""
        parts = urlsplit(url)
        hops = await self._client.fetch(Ask(f"{parts.scheme}://{parts.netloc}/robots.txt", Purpose.ROBOTS), self._permit_robots)
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
        host, ours = self._host(name), self._portals[name].politeness.delay
        asked = min((host.rules.delay(self._agent) if host.rules else None) or 0.0, _LONGEST_HOLD.total_seconds())
        now = self._clock.now()
        turn = max(host.free_at or now, now)
        if asked > ours and turn - now > _LONGEST_TURN:
            self._hold(name, turn - now)
            return _asked_to_wait(name, host)
        host.free_at = turn + timedelta(seconds=max(ours, asked))
        await self._clock.sleep((turn - now).total_seconds())
        return None


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
    return host.held_until is not None and host.held_until > now


def _asked_to_wait(name: str, host: _Host) -> str:
    return f"{name} is not to be asked until {instant(host.held_until)}" if host.held_until else name
