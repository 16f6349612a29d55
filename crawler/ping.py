"""A sign of life for somebody else: an address of the operator's that is asked after each complete listing.

It is no page of a portal: nothing of it is recorded, no robots.txt is asked for, and it may be an address of the operator's own
network.  What stands behind its host is a secret, and is not repeated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.http import Ask, Client
from crawler.network import host_and_port
from crawler.run import http_options
from storage.records import Purpose, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings
    from crawler.clock import Clock

__all__ = ["ping"]

_PATIENCE = 10.0
_MOST_BYTES = 100_000


async def ping(settings: Settings, clock: Clock, note: Callable[[str], None]) -> None:
    """Ask `ping_url` once, if there is one; `note` is told of a failure, which is no matter of the crawl's."""
    url = settings.health.ping_url
    if not url:
        return
    own = _host(url)

    async def permit(hop: str) -> str | None:
        """Let no redirect lead elsewhere: the address holds a secret."""
        return None if _host(hop) == own else "it leads to another host"

    options = replace(
        http_options(settings),
        deadline=_PATIENCE,
        connect_timeout=_PATIENCE,
        max_bytes=_MOST_BYTES,
        allow_private=lambda host: host == own,
    )
    async with Client(options, clock) as client:
        answer = (await client.fetch(Ask(url, Purpose.CONTROL), permit))[-1]
    status = answer.status or 0
    if answer.result is not Result.RESPONSE or not 200 <= status < 300:  # noqa: PLR2004 - HTTP's own numbers
        note(f"ping_url ({own}) was asked in vain: {answer.error or f'it answers {status}'}")


def _host(url: str) -> str:
    parts = urlsplit(url)
    return host_and_port(parts.hostname or "", parts.port)
