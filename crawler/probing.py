"""Probing: look at a portal as a crawl would, through the same gate and by the same readers, and keep nothing.

First the way to the listing, from a home page, a press release or the listing itself; then the page after its first rows, so that
paging is seen to work; then a press release.  One request at a time, each at its turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from crawler.answers import FAULTS
from crawler.apart import with_care
from crawler.charset import Decoded
from crawler.decoded import read_text, why_unread
from crawler.discover import LONGEST_WALK, read_answer, read_step
from crawler.errors import ReadError
from crawler.fallback import guess_paragraphs
from crawler.hosts import Gate
from crawler.http import Ask, Client
from crawler.listings import ListingRequest
from crawler.listings.tally import Tally
from crawler.locate import Hop
from crawler.probe import UNTITLED, Manners, Paging, Probe, ProbedListing, ProbedRelease
from crawler.probe_guess import (
    Origins,
    body_of,
    is_front_page,
    origins_of,
    section_links,
    section_of,
    section_title,
)
from crawler.robots import rules_from
from crawler.run import http_options
from crawler.session import Target
from crawler.urls import host_of, in_scope, looks_like_article, looks_like_listing, url_key
from storage.records import Outcome, Purpose, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from config.portal import Section
    from config.settings import Settings
    from crawler.clock import Clock
    from crawler.listings import ListingPage
    from crawler.probe import Wish
    from storage.manners import KeptRobots
    from storage.records import Fetch, Listed, Reading

__all__ = ["probe"]

P = ParamSpec("P")
T = TypeVar("T")

_MOST_STEPS = 12
"""Answers that are no part of a list and lead on to it: a page that a script fills, a unit that is not the list."""
_SPARE_LOOKS = 2
"""Press releases that are asked for besides, where one cannot be read: a single odd page says nothing of a portal."""
_NO_RUN = 0
_NO_TITLE = {
    True: "it is a press release that names no section, and no title of a link is given",
    False: "it is a home page, and no title of a link is given",
}


class _Notebook:
    """What a gate remembers during a probe (a `crawler.hosts.Memory`): nothing of it is kept."""

    def __init__(self, held: Mapping[str, datetime]) -> None:
        self.robots: dict[str, Fetch] = {}
        self._held = dict(held)

    def append_fetches(self, fetches: Sequence[Fetch], *, run_id: int) -> list[int]:  # noqa: ARG002 - a memory's signature
        """Keep the answer for a host's robots.txt."""
        self.robots[host_of(fetches[0].url)] = fetches[-1]
        return []

    def hold_host(self, host: str, until: datetime) -> None:
        """Keep that a host asked us to wait."""
        self._held[host] = until

    def held_until(self, host: str) -> datetime | None:
        """Return until when a host asked us to wait, if it did."""
        return self._held.get(host)

    def last_asked(self, host: str, since: datetime, until: datetime) -> datetime | None:  # noqa: ARG002 - a memory's signature
        """Return that nobody asked the host before: a probe knows of nothing but itself."""
        return None

    def robots_since(self, url: str, since: datetime) -> KeptRobots | None:  # noqa: ARG002 - a memory's signature
        """Return that no robots.txt was kept."""
        return None

    def spent_since(self, host: str, moment: datetime) -> dict[bool, int]:  # noqa: ARG002 - a memory's signature
        """Return that nothing was spent: a probe asks for less than any budget."""
        return {}


async def probe(wish: Wish, settings: Settings, clock: Clock) -> Probe:
    """Look at a listing, at the page after its first rows and at a press release, and return what was found out."""
    notebook = _Notebook(wish.held)
    settings = settings.model_copy(update={"portals": (wish.target.portal,)})
    async with Client(http_options(settings), clock) as client:
        run = _Run(wish, client, Gate(notebook, client, clock, settings.portals, settings.user_agent, _NO_RUN))
        await run.look()
    robots = [_manners(host, answer, run, settings.user_agent) for host, answer in notebook.robots.items()]
    return Probe(
        target=wish.target,
        title=run.title or wish.target.section.title,
        listing=run.listing,
        paging=run.paging,
        releases=tuple(run.releases),
        manners=tuple(robots),
        steps=tuple(run.steps),
        offered=run.offered,
        requests=run.requests + len(robots),
        failed=run.failed,
    )


def _manners(host: str, answer: Fetch, run: _Run, agent: str) -> Manners:
    rules = rules_from(answer.status, answer.body, agent)
    wanted = rules.delay(agent)
    came = answer.result is Result.RESPONSE and answer.status == 200  # noqa: PLR2004 - HTTP: OK
    return Manners(
        host=host,
        rules=rules,
        body=answer.body if came else None,
        allowed=all(rules.allows(url, agent) for url in run.wanted if host_of(url) == host),
        asked_delay=wanted,
        delay=max(run.wish.target.portal.politeness.delay, wanted or 0.0),
    )


@dataclass(slots=True)
class _Run:
    """A probe on its way: what it has found so far."""

    wish: Wish
    client: Client
    gate: Gate
    title: str | None = None
    listing: ProbedListing | None = None
    paging: Paging | None = None
    releases: list[ProbedRelease] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    offered: tuple[str, ...] = ()
    requests: int = 0
    failed: Fetch | None = None

    async def look(self) -> None:
        """Walk to the listing from the first page that leads there, then read the rows after its first and a press release."""
        for entry in self.wish.entries:
            await self._walk(entry)
            if self.listing is not None:
                break
        if self.listing is not None and self.listing.page.readable:
            self.failed = None
            self.paging = await self._turn_page(self.listing)
            await self._look_at_releases(self.listing.page.records)

    async def _ask(self, ask: Ask) -> list[Fetch]:
        self.wish.say(f"asking {ask.url}")
        self.wanted.append(ask.url)
        hops = await self.client.fetch(ask, self._permit)
        self.gate.heard(hops[-1])
        self.requests += sum(1 for hop in hops if hop.result is not Result.REFUSED)
        return hops

    async def _permit(self, url: str) -> str | None:
        """Permit a request as the gate does; in quiet hours, and where a host will have no more, nothing is asked either."""
        try:
            closed = self.gate.closed(host_of(url), backfill=True)
        except ValueError:
            closed = None  # the gate says why it is no address
        return closed or await self.gate.permit(url)

    # The way to the listing.

    async def _walk(self, entry: str) -> None:
        url, follow = entry, self.wish.follow
        ways: list[str] = []
        seen: set[str] = set()
        while url not in seen and len(seen) < LONGEST_WALK:
            seen.add(url)
            hops = await self._ask(Ask(url, Purpose.LOCATE))
            came = read_text(hops[-1])
            if not isinstance(came, Decoded):
                self.steps.append(f"{hops[-1].url}: {why_unread(hops[-1], came)}")
                self.failed = hops[-1]
                return
            hop = await self._step(hops, came.text, follow, ways)
            if hop is None:
                return
            ways.append(hop.how)
            self.steps.append(f"{hops[-1].url}: {hop.how}")
            url, follow = hop.url, hop.follow
        self.steps.append(f"{entry}: the way leads in a circle or beyond {LONGEST_WALK} pages")

    async def _step(self, hops: list[Fetch], text: str, follow: tuple[str, ...], ways: list[str]) -> Hop | None:
        """Return where a page leads on to; None where the walk is over, for the listing was found, or there is no way on."""
        answer, is_first = hops[-1], not ways
        if self.wish.is_listing or not (follow or is_first):
            await self._arrive(answer, text, ", then ".join(ways) or "named")
            return None
        is_article = is_first and await self._is_article(hops)
        if is_article and not follow:
            follow = await _careful(answer, (), section_of, text, self._crumbs())
        step = await read_step(answer, follow) if follow else _NO_TITLE[is_article]
        if isinstance(step, Hop) and len(step.follow) < len(follow):
            return step
        if is_first and not is_article and not is_front_page(answer.url) and len(follow) <= 1:
            await self._arrive(answer, text, "named", needs_rows=bool(follow))
            if self.listing is not None:
                self.title = follow[-1] if follow else self.title
                return None
        if isinstance(step, Hop):
            return step
        self.steps.append(f"{answer.url}: {step}")
        self.offered = await _careful(answer, (), section_links, text, answer.url)
        return None

    async def _is_article(self, hops: list[Fetch]) -> bool:
        """Tell whether the page that a probe begins with is a press release; one that reads well is kept as an example."""
        answer = hops[-1]
        if is_front_page(answer.url) or (looks_like_listing(answer.url) and not looks_like_article(answer.url)):
            return False
        release = await self._read_release(hops, None)
        if release is not None and release.reading.content is not None:
            self.releases.append(release)
            return True
        return looks_like_article(answer.url)

    def _crumbs(self) -> tuple[str, ...]:
        """Return the breadcrumb of the press release that the probe began with."""
        contents = [each.reading.content for each in self.releases if each.reading.content is not None]
        return contents[0].breadcrumb if contents else ()

    async def _arrive(self, answer: Fetch, text: str, how: str, *, needs_rows: bool = False) -> None:
        """Take a page for the listing; where rows are needed for that, only if it shows some."""
        listing = await self._read_listing(answer, how)
        if needs_rows and not listing.page.records:
            return
        self.listing = listing
        titled = self.wish.target.section.title
        if self.wish.follow:
            self.title = self.wish.follow[-1]
        elif titled == UNTITLED:
            self.title = await _careful(answer, None, section_title, text, listing.url)

    # The listing.

    async def _read_listing(self, answer: Fetch, how: str) -> ProbedListing:
        section = self.wish.target.section
        page, answers, requests = await self._first_rows(answer, ListingRequest(answer.url, platform=section.platform), section)
        return ProbedListing(answer.url, how, section, page, tuple(answers), tuple(requests))

    async def _first_rows(
        self, answer: Fetch, request: ListingRequest, section: Section
    ) -> tuple[ListingPage, list[Fetch], list[ListingRequest]]:
        """Read an answer, and go on from a page that holds no rows to where it asks for them."""
        page, _ = await read_answer(answer, request, self._target(section))
        answers, requests = [answer], [request]
        if page.readable and (page.is_step or not page.records) and page.next is not None:
            page, more, asked = await self._next_rows(page.next, section)
            answers, requests = [*answers, *more], [*requests, *asked]
        return page, answers, requests

    async def _next_rows(self, request: ListingRequest, section: Section) -> tuple[ListingPage, list[Fetch], list[ListingRequest]]:
        """Ask for further rows, over answers that only lead on to them."""
        answers: list[Fetch] = []
        requests: list[ListingRequest] = []
        following: ListingRequest | None = request
        while following is not None and len(answers) < _MOST_STEPS:
            hops = await self._ask(_asking(following))
            answers.append(hops[-1])
            requests.append(following)
            page, _ = await read_answer(hops[-1], following, self._target(section))
            following = page.next if page.readable and page.is_step else None
        return page, answers, requests

    def _target(self, section: Section) -> Target:
        return Target(self.wish.target.portal, self.wish.target.slug, section)

    async def _turn_page(self, listing: ProbedListing) -> Paging:
        """Ask for the page after the first rows, and say whether it is another one."""
        page, tally = listing.page, Tally()
        tally.take(page, [url_key(row.url) for row in page.records])
        if page.next is None:
            more = page.problems or (page.total or 0) > page.printed or (page.pages or 1) > 1
            return Paging("nowhere" if more else "none")
        second, answers, requests = await self._next_rows(page.next, listing.section)
        keys = [url_key(row.url) for row in second.records]
        known = {url_key(row.url) for row in page.records}
        state = "empty" if second.readable else "unread"
        if second.records:
            state = "works" if tally.take(second, keys) else "ignored"
        notes = (*tally.notes, *(() if second.readable else second.problems))
        return Paging(state, second, tuple(answers), tuple(requests), len(set(keys) - known), tuple(dict.fromkeys(notes)))

    # Press releases.

    async def _look_at_releases(self, rows: Sequence[Listed]) -> None:
        """Ask for press releases in the order of the listing until as many as wished read well, or too many did not."""
        seen = {url_key(each.url) for each in self.releases}
        ours = [row for row in rows if in_scope(row.url, self.wish.target.portal.hosts) and url_key(row.url) not in seen]
        for row in ours[: self.wish.releases + _SPARE_LOOKS]:
            if sum(1 for each in self.releases if each.reading.content is not None) >= self.wish.releases:
                return
            hops = await self._ask(Ask(row.url, Purpose.FIRST))
            release = await self._read_release(hops, row)
            if release is not None:
                self.releases.append(release)
            else:
                self.steps.append(f"{hops[-1].url}: {why_unread(hops[-1], None)}")

    async def _read_release(self, hops: list[Fetch], listed: Listed | None) -> ProbedRelease | None:
        """Return a page as read, and where its parts stood; None where nothing came."""
        answer, reader = hops[-1], self.wish.target.reader
        try:
            reading = await with_care(answer.body, reader.read, answer, asked=hops[0].url, hops=hops[:-1])
        except ReadError as exc:  # it costs too much: nothing else is tried on it
            return ProbedRelease(answer.url, answer, reader.reading(Outcome.UNREADABLE, str(exc)), Origins(), listed)
        came = read_text(answer)
        if reading is None or not isinstance(came, Decoded):
            return None if reading is None else ProbedRelease(answer.url, answer, reading, Origins(), listed)
        origins = await _careful(answer, Origins(), origins_of, came.text, answer.url, reader.select)
        proposal = None if origins.container else await self._proposed_body(answer, came.text, reading)
        return ProbedRelease(answer.url, answer, reading, origins, listed, proposal)

    async def _proposed_body(self, answer: Fetch, text: str, reading: Reading) -> str | None:
        """Return a selector of the text that stands in no known container, if the page reads well by it."""
        said = tuple(reading.content.text.split("\n\n")) if reading.content else ()
        lines = said or await _careful(answer, (), guess_paragraphs, text, answer.url)
        css = await _careful(answer, None, body_of, text, lines) if lines else None
        if css is None:
            return None
        reader = self.wish.target.reader
        select = reader.select.model_copy(update={"body": css})
        again = await _careful(answer, None, replace(reader, select=select).read, answer)
        return css if again is not None and again.content is not None else None


async def _careful(answer: Fetch, otherwise: T, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` makes of an answer, apart where that may cost much; where it stumbles, `otherwise`."""
    try:
        return await with_care(answer.body, work, *args, **kwargs)
    except FAULTS:
        return otherwise


def _asking(request: ListingRequest) -> Ask:
    return Ask(request.url, Purpose.LISTING, request.method, request.form, request.headers)
