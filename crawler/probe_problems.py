"""What stands in the way of a crawl, as a probe found it: each in plain words, with what to do about it.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.ask import MAX_REDIRECTS
from crawler.judge import has_reading, judge
from crawler.render_times import length, plural
from crawler.urls import host_of, in_scope
from storage.records import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.probe import Paging, Probe, ProbedListing, ProbedRelease
    from storage.records import Fetch

__all__ = ["Problem", "problems_of"]

_LONG_DELAY = 60.0  # seconds between two requests, beyond which a crawl takes its time
_SAVE = "jiaxing-today portal probe URL --save DIR keeps the pages; jiaxing-today parse FILE --url URL shows how one reads"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong or odd, and what to do; `is_fatal` where nothing can be crawled for it."""

    what: str
    do: str
    is_fatal: bool = False


def problems_of(probe: Probe) -> tuple[Problem, ...]:
    """Return the problems that a probe met, those that end it first."""
    found = [*_of_the_way(probe), *_of_manners(probe)]
    if probe.listing is not None:
        found += _of_listing(probe.listing, probe)
    if probe.paging is not None and probe.has_rows:
        found += _of_paging(probe.paging)
    if probe.has_rows:
        found += _of_releases(probe)
    return tuple(sorted(dict.fromkeys(found), key=lambda each: not each.is_fatal))


# The way to the listing.

_WHY_NO_ANSWER = {
    Outcome.BLOCKED: "the host refuses us; see docs/blocked.md, and ask the administrator, or try from another network",
    Outcome.CHALLENGE: "the host wants a browser; no challenge is ever solved: see docs/blocked.md, or try from another network",
    Outcome.GONE: "check the address in a browser",
    Outcome.SOFT_GONE: "check the address in a browser",
    Outcome.SERVER_ERROR: "the server fails; try again later",
}
_WHY_REFUSED = (
    ("outside the hosts", "it leads to another host: probe that address, or name the host with --host"),
    ("address refused", "the address is not public: give --allow-private if this is a portal of your own network"),
    ("cannot be had", "as long as robots.txt does not answer, nothing is asked: check address and network, or try --legacy-tls"),
    ("robots.txt", "the portal does not want it; what it forbids is not asked. Choose another section"),
    ("is not to be asked until", "the host asked us to wait: try again then"),
    ("quiet hours", "try again after them"),
)


def _of_the_way(probe: Probe) -> Iterator[Problem]:
    if probe.listing is not None:
        return
    if probe.failed is not None:
        yield Problem(_what_came(probe.failed), _what_to_do(probe.failed), is_fatal=True)
        return
    last = probe.steps[-1] if probe.steps else "there is nowhere to start"
    choose = f" Links that may be sections: {', '.join(probe.offered)}." if probe.offered else ""
    yield Problem(
        f"no listing was found: {last}",
        f"open the section in a browser and probe its address, or name its link: --section TITLE.{choose}",
        is_fatal=True,
    )


def _what_came(answer: Fetch) -> str:
    verdict = judge(answer) if has_reading(answer) else None
    return f"{answer.url}: {verdict.reason if verdict else answer.error or answer.result.value}"


def _what_to_do(answer: Fetch) -> str:
    verdict = judge(answer) if has_reading(answer) else None
    why = answer.error or ""
    if "redirects" in why:
        return f"more than {MAX_REDIRECTS} redirects lead nowhere: probe the address that a browser ends at"
    if verdict is not None:
        return _WHY_NO_ANSWER.get(verdict.outcome, "look at it in a browser")
    told = next((do for words, do in _WHY_REFUSED if words in why), None)
    if told is None and answer.result is Result.REFUSED:
        told = "it is not asked"
    return told or "check the address and the network; an old server may need --legacy-tls"


# What the hosts ask of us.


def _of_manners(probe: Probe) -> Iterator[Problem]:
    for each in probe.manners:
        if not each.allowed and probe.listing is not None:
            yield Problem(
                f"{each.host}: {each.rules.note} forbids part of what was to be asked",
                "what it forbids is not asked: those press releases, or the pages behind the first, will be missing",
            )
        if each.asked_delay is not None and each.delay > _LONG_DELAY:
            yield Problem(
                f"{each.host}: robots.txt wants {length(each.delay)} between two requests",
                "that is obeyed: a first crawl takes long, and a run that would stand still leaves the rest to the next",
            )


# The listing.


def _of_listing(listing: ProbedListing, probe: Probe) -> Iterator[Problem]:
    page = listing.page
    if not page.readable:
        why = "; ".join(page.problems)
        yield Problem(
            f"the listing cannot be read: {why}",
            f"probe another address of the section, a feed or a sitemap. {_SAVE}",
            is_fatal=True,
        )
        return
    if not page.records:
        yield Problem(
            "the listing shows no press release" + "".join(f": {why}" for why in page.problems[:1]),
            "is it the right address? `article_urls` in a portal's file says which links are press releases",
            is_fatal=True,
        )
        return
    for what in (*page.problems, *page.remarks):
        yield Problem(what, "look at the first records below: are they what a browser shows? If so, leave it")
    yield from _of_rows(listing, probe)


def _of_rows(listing: ProbedListing, probe: Probe) -> Iterator[Problem]:
    rows = listing.page.records
    foreign = [row.url for row in rows if not in_scope(row.url, probe.portal.hosts)]
    if foreign:
        hosts = ", ".join(f'"{host}"' for host in dict.fromkeys(map(host_of, foreign)))
        yield Problem(
            f"{len(foreign)} of {plural(len(rows), 'row')} lead to hosts that are not named: {hosts}",
            "each is recorded once and never asked; add the hosts to `hosts` (--host) if they are the portal's own",
        )
    undated = sum(1 for row in rows if not row.date)
    if undated:
        yield Problem(
            f"{undated} of {plural(len(rows), 'row')} show no date", "the date is then taken from the page of the press release"
        )


# Paging.

_OF_PAGING = {
    "ignored": (
        "paging is ignored: the second page holds the first rows again",
        "only the first rows can be watched; older press releases come by `import`, or by another address of the list",
    ),
    "empty": ("the second page came without a row", "later pages may be closed to us: the listing will be marked as read in part"),
    "unread": ("the second page cannot be read", "the listing will be marked as read in part"),
    "nowhere": (
        "there are more rows, and nothing leads to them",
        "if a browser leafs on to numbered addresses, `pages` in the portal's file names them; else a feed may hold more",
    ),
}


def _of_paging(paging: Paging) -> Iterator[Problem]:
    if paging.state in _OF_PAGING:
        what, do = _OF_PAGING[paging.state]
        yield Problem(f"{what}: {'; '.join(paging.notes)}" if paging.notes and paging.state == "unread" else what, do)


# Press releases.


def _of_releases(probe: Probe) -> Iterator[Problem]:
    if not probe.releases:
        yield Problem("no press release could be asked for", "see above; nothing is known of how they read", is_fatal=True)
    for each in probe.releases:
        yield from _of_release(each, is_only=not probe.is_sound)


def _of_release(release: ProbedRelease, *, is_only: bool) -> Iterator[Problem]:
    reading = release.reading
    select = f"write selectors into [sections.NAME.select]. {_SAVE}"
    if reading.content is None:
        why = "; ".join(reading.problems) or reading.outcome.value
        do = f"the file that is written says body = {release.proposed_body!r}" if release.proposed_body else select
        yield Problem(f"{release.url} cannot be read: {why}", do, is_fatal=is_only)
        return
    for what in reading.problems:
        do = "the archive keeps both, and takes the first" if what.startswith("dates disagree") else select
        do = f"the file that is written says body = {release.proposed_body!r}" if release.proposed_body else do
        yield Problem(f"{release.url}: {what}", do)
    if reading.content.published is None:
        yield Problem(f"{release.url}: no date was found on the page", select)
