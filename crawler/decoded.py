"""From an answer to its text: judged, and decoded where there is something to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.charset import Decoded, decode
from crawler.html import too_large
from crawler.judge import Verdict, has_reading, judge
from storage.records import Outcome

if TYPE_CHECKING:
    from storage.records import Fetch

__all__ = ["read_text", "why_unread"]


def read_text(answer: Fetch) -> Decoded | Verdict | None:
    """Return the text of an answer, else the verdict that says why it is not to be read, else None where nothing came."""
    if not has_reading(answer):
        return None
    body = answer.body or b""
    problem = too_large(len(body))
    if problem:
        return judge(answer) or Verdict(Outcome.UNREADABLE, problem)
    return judge(answer) or decode(body, answer.header("content-type"))


def why_unread(answer: Fetch, verdict: Verdict | None) -> str:
    """Return in words why an answer has no text: its verdict, else what became of the request."""
    return verdict.reason if verdict else answer.error or f"no answer ({answer.result.value})"
