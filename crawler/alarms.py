"""What an operator is told at the end of a run: once, with the section or host, an example, and what to do; and when it is over.

An alert never changes what is recorded.  It says why less is recorded than the operator may think, or more than can well be true.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.render_times import plural
from storage.alerts import Alert
from storage.forms import usual_share
from storage.health import BULK, asides_of, edits_since, is_bulk, pages_read, shrunk_from, unheard_of, unlisted_of
from storage.instants import instant, parse_instant
from storage.records import Outcome
from storage.state import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.discover import Discovered
    from crawler.session import Session, Target
    from storage.health import Asides, Unlisted

__all__ = ["BULK", "HOST", "LAYOUT", "LISTING", "REWORDED", "SHRUNK", "watch", "watch_listing"]

LAYOUT, LISTING, SHRUNK, REWORDED, HOST = "layout", "listing", "shrunk", "reworded", "host"

_MANY_ASIDE = 3
"""So many pages of a section kept aside are a new layout; fewer may be odd pages, and are told of when they stay so."""
_ODD_FOR = timedelta(days=3)
_DAY = timedelta(days=1)
_PATIENCE = timedelta(hours=24)
"""How long a listing or a host may fail before somebody is told: most failures are over by the next day."""
_TRIED_AT_LEAST = 3
"""So many pages of a host must fail (or all, where it has fewer): one that does not answer says nothing of the others."""
_SHRUNK_TO, _SHRUNK_FROM = 0.5, 20
_USUAL_AFTER = timedelta(days=30)
"""A listing that has been short for so long has its usual length."""


def watch(session: Session, by_section: Mapping[int, Target], hosts: set[str], looked_at: set[int]) -> None:
    """Raise and close the alerts of a run's sections and hosts; `looked_at` are the sections of whose pages some were."""
    for section, target in by_section.items():
        _tell(session, LAYOUT, target.name, _of_layout(session, section, target))
        if section in looked_at:
            _tell(session, BULK, target.name, _of_bulk(session, section, target))
    for host in sorted(hosts):
        _tell(session, HOST, host, _of_host(session, host))


def watch_listing(session: Session, target: Target, sweep: Discovered | None) -> None:
    """Raise and close the alerts of a section's listing once it was read, or could not be (None).

    At once, for what a sweep shows is told by no later one: a run that breaks off afterwards must not take it along.
    """
    section = session.archive.section(target.portal.name, target.slug)
    _tell(session, LISTING, target.name, _of_listing(session, section, target))
    if sweep is not None:
        _tell(session, REWORDED, target.name, _of_rewording(sweep))
    if sweep is not None and _tells_its_length(sweep):
        _tell(session, SHRUNK, target.name, _of_shrinking(session, sweep))


def _tell(session: Session, kind: str, subject: str, alert: Alert | None) -> None:
    """Raise an alert, or close the one of this kind, and note either for whoever watches the run."""
    if alert is not None:
        if session.archive.alert(alert):
            session.report.note(alert.message)
    elif session.archive.recovered(kind, subject):
        session.report.note(f"{subject}: {_OVER[kind]}")


_OVER = {
    LAYOUT: "its pages read well again",
    LISTING: "its listing is read again",
    REWORDED: "the rows of its listing read as they did the last time",
    SHRUNK: "its listing is as long as usual again",
    HOST: "it answers again",
    BULK: "no more edits than usual",
}


def _of_layout(session: Session, section: int, target: Target) -> Alert | None:
    asides = asides_of(session.archive.connection, section)
    if asides is None:
        return None
    if asides.pages < _MANY_ASIDE and session.clock.now() - parse_instant(asides.since) < _ODD_FOR:
        return None
    return Alert(
        LAYOUT,
        target.name,
        f"{target.name}: layout changed, {plural(asides.pages, 'page')} kept aside: nothing of them is recorded as changed, and"
        f" nothing is lost. {_found(session, section, asides)}",
        f"{asides.url} (fetch {asides.fetch_id})",
        (
            f"Look:   jiaxing-today show --fetch {asides.fetch_id} --raw > page.html",
            f"Try:    jiaxing-today parse page.html --url {asides.url} --portal fixed.toml",
            "Replay: jiaxing-today reparse --quarantined --portal fixed.toml --dry-run",
        ),
    )


def _found(session: Session, section: int, asides: Asides) -> str:
    """Return in how many of the pages each part was found, against what is usual in the section."""
    names = {"title": "Title", "published": "date", "text": "text"}
    shares = {part: usual_share(session.archive.connection, section, part) for part in names}
    said = [f"{name} found in {asides.found[part]} of {asides.pages}, usually {shares[part]:.0%}" for part, name in names.items()]
    return "; ".join(said) + "."


def _of_listing(session: Session, section: int, target: Target) -> Alert | None:
    unlisted = unlisted_of(session.archive.connection, section)
    if unlisted is None:
        return None
    at_once = unlisted.outcome in {Outcome.UNREADABLE, Outcome.QUARANTINED}
    if not at_once and session.clock.now() - parse_instant(unlisted.since) < _PATIENCE:
        return None
    return Alert(
        LISTING,
        target.name,
        f"{target.name}: its listing cannot be read: {unlisted.note}. New press releases are not found meanwhile; known ones are"
        " looked at as ever.",
        "nothing could be asked" if unlisted.fetch_id is None else f"{unlisted.url} (fetch {unlisted.fetch_id})",
        _listing_steps(unlisted, target),
    )


def _listing_steps(unlisted: Unlisted, target: Target) -> tuple[str, ...]:
    if unlisted.fetch_id is None:
        return (f'Write:  [sections.{target.slug}] listing = "https://..." in the portal\'s file',)
    return (
        f"Look:   jiaxing-today show --fetch {unlisted.fetch_id} --raw > list.html",
        f"Try:    jiaxing-today parse list.html --listing --url {unlisted.url} --portal fixed.toml",
        f'Or:     write its new address into the portal\'s file: [sections.{target.slug}] listing = "https://..."',
    )


def _tells_its_length(sweep: Discovered) -> bool:
    """Tell whether a sweep says how long its listing is: it was read to its end, or shows nothing any more."""
    return sweep.complete or not sweep.rows


def _of_shrinking(session: Session, sweep: Discovered) -> Alert | None:
    """Tell of a listing that lost most of its rows, until it is as long again as it was, or has been so short for long.

    That proves nothing about the pages behind the rows.
    """
    shown, held = sweep.shown, sweep.held  # as many rows as ever may be shown, and none of those that it held
    longer = shrunk_from(session.archive.connection, sweep.section_id, sweep.rows, _SHRUNK_TO) if sweep.complete else None
    if longer is not None and session.clock.now() - parse_instant(longer[1]) < _USUAL_AFTER:
        shown, held = sweep.rows, longer[0]
    if not held or (held < _SHRUNK_FROM and sweep.rows) or shown > _SHRUNK_TO * held:
        return None
    name = sweep.target.name
    return Alert(
        SHRUNK,
        name,
        f"{name}: its listing shows {shown} of the {held} press releases that it held. No removal follows from that:"
        " each page is asked for itself.",
        sweep.url,
        (f"Look at it in a browser: {sweep.url}", "See docs/blocked.md where the browser shows more than we are shown"),
    )


def _of_rewording(sweep: Discovered) -> Alert | None:
    """Tell of a listing most of whose rows read otherwise at once: of a new layout, which is no change of what it lists."""
    if not sweep.reworded:
        return None
    name = sweep.target.name
    return Alert(
        REWORDED,
        name,
        f"{name}: the titles or dates of {sweep.reworded} of {sweep.rows} rows of its listing read otherwise at once. That is taken"
        " for another layout of the listing: none of them is recorded as retitled or redated.",
        sweep.url,
        (f"Look:   jiaxing-today parse list.html --listing --url {sweep.url}, of a copy saved in a browser",),
    )


def _of_host(session: Session, host: str) -> Alert | None:
    unheard = unheard_of(session.archive.connection, host)
    if unheard is None or unheard.failing < min(_TRIED_AT_LEAST, unheard.pages):
        return None
    if session.clock.now() - parse_instant(unheard.since) < _PATIENCE:
        return None
    if unheard.outcome in MISSING:
        return None  # `crawler.proving` tells of that
    return Alert(
        HOST,
        host,
        f"{host}: none of its pages is served to us any more ({unheard.outcome}); {unheard.failing} of {unheard.pages}"
        " were tried. Nothing is recorded as changed.",
        unheard.url,
        ("Check from another network; see docs/blocked.md",),
    )


def _of_bulk(session: Session, section: int, target: Target) -> Alert | None:
    pages = pages_read(session.archive.connection, section)
    found = edits_since(session.archive.connection, section, instant(session.clock.now() - _DAY))
    if not is_bulk(found.edited, pages, found.looked_at):
        return None
    return Alert(
        BULK,
        target.name,
        f"{target.name}: {found.edited} of {pages} press releases were found edited within a day: a rebuild of the site, or a"
        " change of layout that reads well, is likelier than so many edits.",
        f"run {session.run_id}",
        (
            "Look:   jiaxing-today changes --since 1d",
            "If it is the layout: adapt the portal's file, then jiaxing-today reparse --dry-run",
            f"Nobody is told of them one by one until: jiaxing-today notify release {target.name} (or: notify drop {target.name})",
        ),
    )
