"""What an answer is worth before anybody reads it: a table of rules with a reason each, asked in order.

The judgement rests on the status, the headers and the look of a small body alone.  It may be wrong, so it is kept as a reading that
a later one can replace; the fetch stays as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.charset import decode
from crawler.errors import ReadError
from crawler.html import is_plain
from crawler.unread import who_refused
from crawler.verdicts import Verdict
from storage.records import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.records import Fetch

__all__ = ["RULES", "Rule", "Verdict", "has_reading", "is_script_alone", "judge", "judge_status"]

# Challenge pages are small; a page of real text is recognised by its text, so this only spares looking through large ones.
_CHALLENGE_BYTES = 262_144
# A message is smaller than this; larger pages are not searched for one.
_MESSAGE_BYTES = 32_768
_FIRST_FAILURE = 400
# "Please wait", or the same in Chinese: what a challenge page prints beside its script at most.
_CHALLENGE_TEXT = 60

_MARK = b"\xef\xbb\xbf"
_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
# Scripts that carry a listing's data, or name where it is to be had: such a page is a shell, not a challenge.
_DATA_SCRIPT = re.compile(
    rb"<datastore|text/xml|application/(?:ld\+)?json|text/x-handlebars|unitbuild|jpage|createPageHTML|countPage", re.IGNORECASE
)
_UNPRINTED = re.compile(rb"<!--.*?(?:-->|\Z)|<(script|style|noscript)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_SPACES = re.compile(rb"(?:\s|&nbsp;|\xc2\xa0|\xe3\x80\x80)+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: whether it applies to a status and a body, what the answer then counts as, and why.

    `{status}` in the reason stands for the status.
    """

    applies: Callable[[int, bytes], bool]
    outcome: Outcome
    reason: str


def has_reading(fetch: Fetch) -> bool:
    """Tell whether anything came that can be judged and read.

    A 304 says nothing new, and errors, truncated or too large bodies and refusals say nothing about the page: they stand in the
    archive as fetches alone, so that no failure can look like a change.
    """
    return fetch.result is Result.RESPONSE and fetch.status is not None


def judge(fetch: Fetch) -> Verdict | None:
    """Return what an answer counts as by its status and its look, or None for a page to be read.

    Raises `ValueError` for a fetch that brought no answer (see `has_reading`).
    """
    return judge_status(fetch) or _refusal(fetch) or _by_script(fetch)


def judge_status(fetch: Fetch) -> Verdict | None:
    """Return what an answer counts as by its status, by the first rule that applies, or None where the page itself decides.

    A firewall that borrows another status, and says that it stopped the request, says nothing about the page.
    Raises `ValueError` for a fetch that brought no answer (see `has_reading`).
    """
    if fetch.status is None or not has_reading(fetch):
        raise ValueError(f"nothing to judge: {fetch.url} brought no answer ({fetch.result.value})")
    body = fetch.body or b""
    if (fetch.header("cf-mitigated") or "").lower() == "challenge":
        return Verdict(Outcome.CHALLENGE, f"a check to be passed before the page is shown ({fetch.status}, as Cloudflare says)")
    for rule in RULES:
        if rule.applies(fetch.status, body):
            found = _refusal(fetch) if fetch.status >= _FIRST_FAILURE and rule.outcome is not Outcome.CHALLENGE else None
            return found or Verdict(rule.outcome, rule.reason.format(status=fetch.status))
    return None


def _refusal(fetch: Fetch) -> Verdict | None:
    """Return whether a small HTML page says that we are refused, or must pass a check; data and shells are none."""
    body = fetch.body or b""
    is_small = 0 < len(body) <= _MESSAGE_BYTES and is_plain(body)
    if not is_small or body.lstrip(_MARK + b" \r\n\t")[:1] in b"{[" or _DATA_SCRIPT.search(body):
        return None
    try:
        return who_refused(decode(body, fetch.header("content-type")).text, fetch.url)
    except ReadError:
        return None


def _by_script(fetch: Fetch) -> Verdict | None:
    return (
        Verdict(Outcome.CHALLENGE, f"a script in place of the page ({fetch.status})")
        if is_script_alone(fetch.body or b"")
        else None
    )


def _status(*codes: int) -> Callable[[int, bytes], bool]:
    return lambda status, _: status in codes


def _between(first: int, last: int) -> Callable[[int, bytes], bool]:
    return lambda status, _: first <= status <= last


def _is_empty(_: int, body: bytes) -> bool:
    printed = body.removeprefix(_MARK)
    return not printed or printed.isspace()


def is_script_alone(body: bytes) -> bool:
    """Tell whether a small HTML page prints next to nothing and leaves the rest to a script that carries no data."""
    if len(body) > _CHALLENGE_BYTES or not body.removeprefix(_MARK).lstrip().startswith(b"<"):
        return False
    if not _SCRIPT.search(body) or _DATA_SCRIPT.search(body):
        return False
    tags, end, rest = _UNPRINTED.sub(b" ", body).rpartition(b">")  # behind the last `>` no tag is closed, and none looked for
    printed = _SPACES.sub(b" ", _TAG.sub(b" ", tags + end) + rest)
    return len(printed.strip()) <= _CHALLENGE_TEXT


def _is_script_with(code: int) -> Callable[[int, bytes], bool]:
    return lambda status, body: status == code and _SCRIPT.search(body) is not None


RULES = (
    Rule(_status(404, 410), Outcome.GONE, "the server says that there is no such page ({status})"),
    Rule(_status(412), Outcome.CHALLENGE, "a script to be run before the page is shown (412, as Ruishu answers)"),
    Rule(_status(521), Outcome.CHALLENGE, "a script to be run before the page is shown (521, as Jiasule answers)"),
    Rule(_is_script_with(202), Outcome.CHALLENGE, "a script in place of the page (202, as Ruishu answers)"),
    Rule(_status(401, 403, 407, 418), Outcome.BLOCKED, "the server will not serve us ({status})"),
    Rule(_status(493), Outcome.BLOCKED, "stopped by a firewall (493, as that of 360 answers)"),
    Rule(_status(566, 567), Outcome.BLOCKED, "stopped by a firewall ({status}, as Tencent EdgeOne answers)"),
    Rule(_status(429), Outcome.BLOCKED, "the server asks for fewer requests (429)"),
    Rule(_status(451), Outcome.BLOCKED, "withheld for legal reasons (451): the page may be there for others"),
    Rule(_between(500, 999), Outcome.SERVER_ERROR, "the server failed ({status})"),
    Rule(
        _between(400, 499), Outcome.SERVER_ERROR, "the server did not take the request ({status}); nothing is said about the page"
    ),
    Rule(_between(300, 399), Outcome.SERVER_ERROR, "redirected without an end ({status})"),
    Rule(_between(100, 199), Outcome.SERVER_ERROR, "no final answer ({status})"),
    Rule(_status(206), Outcome.UNREADABLE, "a part of the page where the whole was asked for (206)"),
    Rule(_is_empty, Outcome.EMPTY, "nothing in it ({status})"),
    Rule(_status(201, 202, 204, 205, *range(207, 300)), Outcome.SERVER_ERROR, "no page yet, by the server's own word ({status})"),
)
"""Asked in order; the first that applies decides, and where none does the page is to be read."""
