"""robots.txt: the only module that knows protego.

RFC 9309, section 2.3.1: what could not be fetched for the server's or the network's fault forbids everything, what does not
exist allows everything.  Fetching and remembering are the caller's.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from protego import Protego

__all__ = ["MAX_BYTES", "Rules", "has_rules", "rules_from"]

MAX_BYTES = 500 * 1024
"""How much of a robots.txt is read: as much as RFC 9309, section 2.5 asks for at least."""

_TOO_MANY = 429
"""A host that asks for fewer requests has not said that it has no rules: it is treated as out of reach, like a failing one."""

_AGENT_LINE = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)([^#]*)", re.IGNORECASE)
_SOMEBODY = "User-agent: somebody-else"

_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|\?xml|html|head|meta|title|script|body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host allows: parsed rules, or one answer for all its URLs; `note` says where they come from."""

    note: str
    parsed: Protego | None = None
    otherwise: bool = True

    def allows(self, url: str, agent: str) -> bool:
        """Tell whether this agent may fetch a URL of the host."""
        return self.otherwise if self.parsed is None else bool(self.parsed.can_fetch(url, agent))

    def delay(self, agent: str) -> float | None:
        """Return the seconds that the host wants between requests (Crawl-delay, Request-rate), or None."""
        if self.parsed is None:
            return None
        rate = self.parsed.request_rate(agent)
        asked = (self.parsed.crawl_delay(agent), rate.seconds / rate.requests if rate and rate.requests else None)
        wanted = [float(seconds) for seconds in asked if seconds is not None and math.isfinite(seconds) and seconds >= 0]
        return max(wanted, default=None)


def rules_from(status: int | None, body: bytes | None, agent: str) -> Rules:
    """Return the rules of a host for an agent from the final answer for its robots.txt; `status` is None where no answer came.

    A 2xx is parsed, without a whole body it counts as no answer.  An HTML page with status 200, as portals give for what they
    do not have, holds no rules.  A redirect that led nowhere and any 4xx but 429 allow everything; all else forbids everything.
    """
    if status is not None and 300 <= status < 500 and status != _TOO_MANY:  # noqa: PLR2004 - classes of HTTP status codes
        return Rules(f"no robots.txt (status {status}): everything is allowed")
    if status is None or not 200 <= status < 300 or body is None:  # noqa: PLR2004 - classes of HTTP status codes
        answer = "no whole answer" if status is None or body is None else f"status {status}"
        return Rules(f"robots.txt cannot be had ({answer}): nothing is allowed", otherwise=False)
    if _HTML.match(body):
        return Rules("an HTML page in place of robots.txt: everything is allowed")
    return Rules("robots.txt", Protego.parse(_for_us(_text(body), agent.lower())))


def has_rules(status: int | None, body: bytes | None) -> bool:
    """Tell whether an answer for a robots.txt settles what is allowed: one that could not be had settles it for the moment only."""
    if status is None or status == _TOO_MANY or not 200 <= status < 500:  # noqa: PLR2004 - classes of HTTP status codes
        return False
    return status >= 300 or body is not None  # noqa: PLR2004 - classes of HTTP status codes


def _for_us(text: str, agent: str) -> str:
    """Return rules in which all other agents bear one name: each rule is kept once for every agent of its group.

    Half a file of names before half a file of rules would otherwise make hundreds of millions of them.
    """
    return "\n".join(_SOMEBODY if _is_for_others(line, agent) else line for line in text.splitlines())


def _is_for_others(line: str, agent: str) -> bool:
    found = _AGENT_LINE.match(line)
    if found is None:
        return False
    name = found[1].strip().lower().replace("*", "")
    return not agent.startswith(name)  # as the name of `*` is empty, that is for everybody


def _text(body: bytes) -> str:
    """Return the lines that are read: UTF-8 as the RFC says, what breaks that replaced, a line cut by the limit left out."""
    kept = body if len(body) <= MAX_BYTES else body[:MAX_BYTES].rpartition(b"\n")[0]
    return kept.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "")
