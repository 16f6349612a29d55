"""What an answer is worth before anybody reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judge import RULES, has_reading, judge
from storage.records import Fetch, Outcome, Purpose, Result

ARTICLE = (
    "<!DOCTYPE html><title>嘉兴今日</title><div id=zoom><p>嘉兴市人民政府今天上午举行新闻发布会。</p></div><script>var a</script>"
).encode()
RUISHU = b'<html><head><meta content="x" r="m"><script>$_ts=window["$_ts"];</script></head><body></body></html>'
JIASULE = b"\xef\xbb\xbf <script>document.cookie=('_')+('_jsl=1')</script>"
SHELL = b"<html><body><script src='/script/AuthorizedRead/unitbuild.js' webId='1' url='/api'></script></body></html>"
PAGER = b'<html><body><p>No more.</p><script>createPageHTML(40, 39, "index", "html");</script></body></html>'
DATASTORE = b"<div id=1><script type='text/xml'><datastore><recordset></recordset></datastore></script></div>"


def fetch(status=200, body=ARTICLE, result=Result.RESPONSE):
    """Return a fetch with that answer."""
    return Fetch(Purpose.LOOK, "https://h.cn/a", datetime(2022, 9, 20, tzinfo=UTC), 5, result, status=status, body=body)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, ARTICLE, Outcome.GONE),
        (410, b"", Outcome.GONE),
        (412, RUISHU, Outcome.CHALLENGE),
        (521, JIASULE, Outcome.CHALLENGE),
        (202, RUISHU, Outcome.CHALLENGE),
        (202, b"later", Outcome.SERVER_ERROR),
        (200, RUISHU, Outcome.CHALLENGE),
        (200, JIASULE, Outcome.CHALLENGE),
        (200, b"<script>never closed", Outcome.CHALLENGE),
        (
            200,
            b"<noscript>Please enable JavaScript and cookies to see this page, then load it again</noscript><script src=x>",
            Outcome.CHALLENGE,
        ),
        (200, "<script>x</script>&nbsp;\u3000正在跳转".encode(), Outcome.CHALLENGE),
        (401, b"", Outcome.BLOCKED),
        (403, ARTICLE, Outcome.BLOCKED),
        (429, b"", Outcome.BLOCKED),
        (451, b"", Outcome.BLOCKED),
        (400, b"", Outcome.SERVER_ERROR),
        (500, ARTICLE, Outcome.SERVER_ERROR),
        (503, b"", Outcome.SERVER_ERROR),
        (550, b"", Outcome.SERVER_ERROR),
        (302, b"", Outcome.SERVER_ERROR),
        (101, b"", Outcome.SERVER_ERROR),
        (206, ARTICLE, Outcome.UNREADABLE),
        (200, b"", Outcome.EMPTY),
        (200, None, Outcome.EMPTY),
        (200, b"\xef\xbb\xbf \r\n", Outcome.EMPTY),
        (204, None, Outcome.EMPTY),
        (201, ARTICLE, Outcome.SERVER_ERROR),
    ],
)
def test_verdicts(status, body, expected):
    """Each kind of useless answer has its outcome and a reason without placeholders."""
    verdict = judge(fetch(status, body))
    assert verdict is not None
    assert verdict.outcome is expected
    assert verdict.reason
    assert "{" not in verdict.reason


@pytest.mark.parametrize(
    "body",
    [
        ARTICLE,
        ARTICLE.replace(b"<script>", b"<script>$_ts=window['$_ts'];"),
        SHELL,
        DATASTORE,
        PAGER,
        b'{"code":"200","data":{"html":"<script></script>"}}',
        b"<html><body><img src=a.jpg></body></html>",
        b"plain",
        RUISHU + b" " * 262_144,
    ],
)
@pytest.mark.parametrize("status", [200, 203])
def test_pages_to_be_read(status, body):
    """A page with text, a shell that says where its data is, JSON and pictures are for a reader to judge."""
    assert judge(fetch(status, body)) is None


@pytest.mark.parametrize("result", [each for each in Result if each is not Result.RESPONSE])
def test_what_brought_no_answer_has_no_reading(result):
    """No error, refusal, cut body or 304 is judged: it cannot look like a change."""
    failed = fetch(200, ARTICLE, result)
    assert not has_reading(failed)
    with pytest.raises(ValueError, match=result.value):
        judge(failed)


def test_a_firewall_behind_another_status_is_no_proof():
    """A firewall that borrows 404 says nothing about the page; a challenge is one whatever its status, data is neither."""
    refused = "<title>x</title><p>您的请求已被拦截</p>".encode()
    assert judge(fetch(404, refused)).outcome is Outcome.BLOCKED
    assert judge(fetch(200, refused)).outcome is Outcome.BLOCKED
    assert judge(fetch(503, "<p>请拖动滑块完成验证</p>".encode())).outcome is Outcome.CHALLENGE
    assert judge(fetch(404, '{"message": "您的请求已被拦截"}'.encode())).outcome is Outcome.GONE
    assert judge(fetch(404, b"<div>" * 3000)).outcome is Outcome.GONE


def test_a_listing_with_a_login_box_is_no_challenge():
    """A page of many links is a listing or a home page, whatever its boxes ask for."""
    assert judge(fetch(200, b"<a href=/a>a</a>" * 30 + "<p>请输入验证码</p>".encode())) is None


def test_an_answer_without_a_status_is_none():
    """A response has a status; without one there is nothing to judge."""
    assert not has_reading(fetch(None))
    assert has_reading(fetch())


def test_rules_have_reasons_and_never_say_ok():
    """The table is data: every line says why, and none lets a page make content."""
    assert all(len(rule.reason) > 10 and rule.outcome is not Outcome.OK for rule in RULES)


@given(st.integers(100, 999), st.binary(max_size=80))
def test_every_answer_is_judged(status, body):
    """Only a 200 or 203 with something in it is read; whatever else a server says has an outcome."""
    verdict = judge(fetch(status, body))
    assert verdict is not None or (status in (200, 203) and body.strip())
