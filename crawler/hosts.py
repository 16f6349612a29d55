"""Manners: who may be asked what, how often, and when.

Every hop of every request is put to the gate first: is the host one of the portal's, does its robots.txt allow the address,
and is it our turn?  What a host asked of us (Retry-After) outlives the process, in the archive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.http import Ask, retry_after
from crawler.robots import Rules, rules_from
from crawler.urls import host_of, in_scope
from storage.instants import instant
from storage.records import Purpose, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.portal import Portal
    from crawler.clock import Clock
    from crawler.http import Client
    from storage.archive import Archive
    from storage.records import Fetch

__all__ = ["Gate", "in_quiet_hours"]

_ROBOTS_FOR = timedelta(hours=24)
"""How long a robots.txt is believed (RFC 9309, 2.4)."""
_DAY_SECONDS = 86_400
_UNREACHABLE_AFTER = 5
"""So many asks in a row without an answer, and a host is left alone for the rest of the run: what is due stays due."""


@dataclass(slots=True)
class _Host:
    rules: Rules | None = None
    rules_until: datetime | None = None
    free_at: datetime | None = None
    held_until: datetime | None = None
    silent: int = 0
    spent: dict[bool, int] | None = None


class Gate:
    """The manners of one run towards the hosts of its portals."""

    def __init__(  # noqa: PLR0913, PLR0917 - what manners need to know
        self, archive: Archive, client: Client, clock: Clock, portals: Sequence[Portal], agent: str, run_id: int
    ) -> None:
        self._archive = archive
        self._client = client
        self._clock = clock
        self._agent = agent
        self._run_id = run_id
        self._portals = {host: portal for portal in reversed(portals) for host in portal.hosts}
        self._hosts: dict[str, _Host] = {}

    async def permit(self, url: str) -> str | None:
        """Wait for our turn with the host of `url` and return None, or return why it is not to be asked."""
        reason = self._out_of_scope(url) or await self._forbidden(url)
        if reason is None:
            await self._turn(host_of(url))
        return reason

    def heard(self, fetch: Fetch) -> None:
        """Note what an answer asks of us: to wait (Retry-After), or, where none came, that the host is silent."""
        if not self._out_of_scope(fetch.url):
            host = self._host(host_of(fetch.url))
            if fetch.result is not Result.REFUSED:
                host.silent = 0 if fetch.status is not None else host.silent + 1
            wait = retry_after(fetch, self._clock.now())
            if wait is not None:
                host.held_until = self._clock.now() + timedelta(seconds=min(wait, _DAY_SECONDS))
                self._archive.hold_host(host_of(fetch.url), host.held_until)

    def closed(self, host: str, *, backfill: bool) -> str | None:
        """Return why a host is not to be asked for more in this run, or None: it asked to wait, is silent, or had its budget."""
        known = self._host(host)
        if known.held_until is not None and known.held_until > self._clock.now():
            return f"{host} asked us to wait until {instant(known.held_until)}"
        if known.rules is not None and known.rules.parsed is None and not known.rules.otherwise:
            return f"{host}: {known.rules.note}"
        if known.silent >= _UNREACHABLE_AFTER:
            return f"{host} did not answer {known.silent} times in a row"
        if self._left(host, backfill=backfill) <= 0:
            return f"today's budget of requests to {host} is used up; the rest stays due"
        return None

    def spend(self, host: str, *, backfill: bool) -> None:
        """Count one look against the host's budget of the day."""
        spent = self._spent(host)
        spent[backfill] = spent.get(backfill, 0) + 1

    def _left(self, host: str, *, backfill: bool) -> int:
        politeness = self._portals[host].politeness
        budget = politeness.requests_per_day_backfill if backfill else politeness.requests_per_day
        return budget - self._spent(host).get(backfill, 0) if budget else 1

    def _spent(self, host: str) -> dict[bool, int]:
        known = self._host(host)
        if known.spent is None:
            zone = self._portals[host].zone
            midnight = datetime.combine(self._clock.now().astimezone(zone).date(), time(), zone)
            known.spent = self._archive.spent_since(host, midnight)
        return known.spent

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            held = self._archive.held_until(host)
            self._hosts[host] = _Host(held_until=held)
        return self._hosts[host]

    def _out_of_scope(self, url: str) -> str | None:
        return None if in_scope(url, tuple(self._portals)) else "outside the hosts of the portal's file"

    async def _forbidden(self, url: str) -> str | None:
        if urlsplit(url).path == "/robots.txt":
            return None
        host = self._host(host_of(url))
        if host.rules is None or host.rules_until is None or host.rules_until <= self._clock.now():
            host.rules = await self._fetch_rules(url)
            host.rules_until = self._clock.now() + _ROBOTS_FOR
        if host.rules.allows(url, self._agent):
            return None
        return f"not allowed by {host.rules.note}"

    async def _fetch_rules(self, url: str) -> Rules:
        """Ask for the host's robots.txt and keep the answer like any other."""
        parts = urlsplit(url)
        hops = await self._client.fetch(Ask(f"{parts.scheme}://{parts.netloc}/robots.txt", Purpose.ROBOTS), self.permit)
        self._archive.append_fetches(hops, run_id=self._run_id)
        last = hops[-1]
        self.heard(last)
        rules = rules_from(last.status, last.body)
        return Rules(f"{rules.note}: {last.error}", rules.parsed, rules.otherwise) if last.error else rules

    async def _turn(self, name: str) -> None:
        """Wait until the host's delay since the last request has passed; robots.txt can only make it longer."""
        host = self._host(name)
        asked = (host.rules.delay(self._agent) if host.rules else None) or 0.0
        delay = timedelta(seconds=max(self._portals[name].politeness.delay, asked))
        now = self._clock.now()
        turn = max(host.free_at or now, now)
        host.free_at = turn + delay
        await self._clock.sleep((turn - now).total_seconds())


def in_quiet_hours(portal: Portal, now: datetime) -> str | None:
    """Return the quiet hours (portal's time) that `now` falls into, or None."""
    local = now.astimezone(portal.zone).strftime("%H:%M")
    for span in portal.politeness.quiet_hours:
        begin, end = span.split("-")
        if begin <= local < end if begin <= end else local >= begin or local < end:
            return span
    return None
