"""From an answer to its text, or to the reason why it has none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.charset import Decoded
from crawler.decoded import read_text, why_unread
from crawler.html import MOST_PARSED, too_large
from crawler.judge import Verdict
from storage.records import Fetch, Outcome, Purpose, Result


def answer(status=200, result=Result.RESPONSE, body=b"<p>Words</p>", error=None):
    """Return an answer to a look."""
    return Fetch(
        purpose=Purpose.LOOK,
        url="https://www.nanhu.gov.cn/",
        requested_at=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed_ms=1,
        result=result,
        status=status,
        response_headers=(("Content-Type", "text/html; charset=gbk"),),
        body=body,
        error=error,
    )


def test_a_page_has_a_text():
    """A page that nothing speaks against is decoded as its headers say."""
    came = read_text(answer(body="嘉兴今天的新闻".encode("gbk")))
    assert isinstance(came, Decoded)
    assert came.text == "嘉兴今天的新闻"


def test_a_judged_answer_has_a_verdict():
    """An answer that is no page is not decoded: the verdict says why, and says so in words."""
    came = read_text(answer(404))
    assert isinstance(came, Verdict)
    assert came.outcome is Outcome.GONE
    assert why_unread(answer(404), came) == came.reason


@pytest.mark.parametrize(("error", "said"), [("timed out", "timed out"), (None, "no answer (network-error)")])
def test_no_answer_has_neither(error, said):
    """Where nothing came there is nothing to judge; what became of the request is said."""
    nothing = answer(None, Result.NETWORK_ERROR, None, error)
    assert read_text(nothing) is None
    assert why_unread(nothing, None) == said


def test_a_body_larger_than_is_parsed_has_a_verdict():
    """It is unreadable, for the reason that it is too large; a status that tells more goes first."""
    body = b"x" * (MOST_PARSED + 1)
    came = read_text(answer(body=body))
    assert (came.outcome, came.reason) == (Outcome.UNREADABLE, too_large(len(body)))
    assert read_text(answer(404, body=body)).outcome is Outcome.GONE
    assert isinstance(read_text(answer(body=body[1:])), Decoded)
