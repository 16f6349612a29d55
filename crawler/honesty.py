"""Ask a host, once a whole page showed an edit, whether its old validators still bring "not modified" (`storage.honesty`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.http import Ask
from crawler.urls import host_of
from storage.alerts import Alert
from storage.records import Kind, Purpose, Result

if TYPE_CHECKING:
    from crawler.session import Session
    from storage.looks import Appended
    from storage.queries import Row

__all__ = ["LIES", "hold_to_promise"]

LIES = "lying-304"


async def hold_to_promise(session: Session, page: Row, base: Row | None, asked: Ask, appended: Appended) -> None:
    """Send the validators of a page's former state after an unconditional look found an edit; judge the host by the answer."""
    if appended.kind is not Kind.EDITED or base is None or asked.is_conditional or not (base["etag"] or base["last_modified"]):
        return
    probe = Ask(page["url"], Purpose.RECHECK, etag=base["etag"], last_modified=base["last_modified"])
    hops = await session.ask(probe)
    fetch_id = session.archive.append_fetches(hops, run_id=session.run_id, section_id=page["section"])[-1]
    if hops[-1].result not in {Result.NOT_MODIFIED, Result.RESPONSE}:
        return  # nothing came: the host said neither
    _judge(session, host_of(page["url"]), f"{page['url']} (fetch {fetch_id})")


def _judge(session: Session, host: str, evidence: str) -> None:
    if session.archive.judge_host(host):
        if session.archive.recovered(LIES, host):
            session.report.note(f'{host}: its "not modified" is believed again')
        return
    message = (
        f'{host} answers "not modified" for pages that it has modified: an edit was found only because the whole page was asked'
        " for.  From now on every look asks it for whole pages."
    )
    steps = (
        "Nothing has to be done: no bound rests on a 304. Looks cost more of the budget (requests_per_day) from now on.",
        f"Pages of {host} that only its 304s confirmed are looked at next.",
    )
    if session.archive.alert(Alert(LIES, host, message, evidence, steps)):
        session.report.note(message)
