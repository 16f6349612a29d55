"""Prove removals: ask the control pages of hosts on which pages were missing in this run, and write what is then proven.

A control is the host's home page (or what the portal's file names) and one press release of the host that answered lately: a
block of our address often leaves the home page alone.  Controls are requests like any other: on the record, with the run's manners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.http import Ask
from crawler.judge import has_reading, judge
from crawler.looking import look_at
from crawler.revisit import rule_of
from crawler.urls import host_of
from storage.alerts import Alert
from storage.queries import due_pages
from storage.records import Outcome, Purpose, Reading
from storage.removal import control_pages, health_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.portal import Portal
    from crawler.session import Session, Target
    from storage.queries import Row
    from storage.records import Fetch

__all__ = ["BLOCK", "end_trouble", "prove_removals"]

_CONTROL_READER = "control-1"
BLOCK = "block"
_BLOCKED = (
    "{host}: {missing} of {tracked} pages do not answer at once. This looks like a block of our address, or a host in trouble, and "
    "not like a removal: no removal is being recorded."
)

_STEPS = ("Check from another network; see docs/blocked.md", "Look again: jiaxing-today recheck --suspect")


async def prove_removals(session: Session, by_section: Mapping[int, Target], missing: Sequence[Row]) -> None:
    """Ask the controls of each host with pages that were `missing` in this run, and append every removal that is now proven.

    The controls of a host in trouble are not asked: without them no look of this run is a check, and when the trouble is over
    nothing counts as missing for as long as it lasted.
    """
    for host in dict.fromkeys(page["host"] for page in missing):
        pages = [page for page in missing if page["host"] == host]
        if _is_in_trouble(session, host, pages[0]["url"]):
            continue
        await _ask_controls(session, by_section, host, by_section[pages[0]["section"]].portal)
        if _is_in_trouble(session, host, pages[0]["url"]):
            continue
        for page in pages:
            rule = rule_of(by_section[page["section"]].portal)
            if session.archive.prove_removal(page["page"], rule) is not None:
                session.summary.counts["removed"] += 1


def _is_in_trouble(session: Session, host: str, url: str) -> bool:
    """Tell whether so much of a host is missing that it is no removal, and raise the alert that says so."""
    health = health_of(session.archive.connection, host)
    if not health.in_trouble:
        return False
    message = _BLOCKED.format(host=host, missing=health.missing, tracked=health.tracked)
    if session.archive.alert(Alert(BLOCK, host, message, url, _STEPS)):
        session.report.note(message)
    return True


def end_trouble(session: Session, hosts: Sequence[str]) -> None:
    """Close the alert of each host whose pages answer again."""
    for host in hosts:
        if not health_of(session.archive.connection, host).in_trouble and session.archive.recovered(BLOCK, host):
            session.report.note(f"{host}: its pages answer again")


async def _ask_controls(session: Session, by_section: Mapping[int, Target], host: str, portal: Portal) -> None:
    for url in portal.controls:
        if host_of(url) == host:
            async with session.work(url):
                hops = await session.ask(Ask(url, Purpose.CONTROL))
                session.archive.append_fetches(hops, run_id=session.run_id, reading=_reading(hops[-1]))
    connection = session.archive.connection
    candidates = due_pages(connection, section_ids=list(by_section), now=None, only=control_pages(connection, host))
    if candidates:
        page = candidates[0]
        look = await look_at(session, by_section[page["section"]], page, purpose=Purpose.CONTROL)
        session.report.looked(look.appended)


def _reading(answer: Fetch) -> Reading | None:
    """Judge a control: it answered normally where nothing speaks against reading it."""
    if not has_reading(answer):
        return None
    verdict = judge(answer)
    if verdict is not None:
        return Reading(_CONTROL_READER, verdict.outcome, problems=(verdict.reason,))
    return Reading(_CONTROL_READER, Outcome.OK)
