"""robots.txt: what a host allows, for every kind of answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.robots import MAX_BYTES, rules_from

AGENT = "jiaxing-today/0.1"
URL = "https://h.cn/private/a"


def allows(status, body, url=URL):
    """Tell whether the answer for robots.txt lets us fetch a URL."""
    return rules_from(status, body, AGENT).allows(url, AGENT)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"User-agent: *\nDisallow: /private/\n", False),
        (200, b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /private/", False),
        (200, b"User-agent: *\nDisallow: /private/\nAllow: /private/a", True),
        (200, b"User-agent: jiaxing-today\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        (200, b"User-agent: other\nDisallow: /", True),
        (200, "# 注释\nUser-agent: *\nDisallow: /private".encode("gb18030"), False),
        (200, b"", True),
        (206, b"User-agent: *\nDisallow: /", False),
        (200, b"\n<!DOCTYPE html>\nUser-agent: *\nDisallow: /", True),
        (200, b"\xef\xbb\xbf<html>User-agent: *\nDisallow: /", True),
        (200, None, False),
        (404, b"User-agent: *\nDisallow: /", True),
        (403, None, True),
        (301, None, True),
        (500, b"User-agent: *\nAllow: /", False),
        (503, None, False),
        (None, None, False),
        (100, None, False),
    ],
)
def test_answers(status, body, expected):
    """RFC 9309: parsed where it came, all allowed where there is none, nothing where it could not be had."""
    assert allows(status, body) is expected


def test_notes_say_why():
    """The reason for a blanket answer can be printed."""
    assert "status 404" in rules_from(404, None, AGENT).note
    assert "status 503" in rules_from(503, b"", AGENT).note
    assert "no whole answer" in rules_from(200, None, AGENT).note
    assert "no whole answer" in rules_from(None, None, AGENT).note
    assert "HTML" in rules_from(200, b"<html>", AGENT).note
    assert rules_from(200, b"", AGENT).note == "robots.txt"


def test_only_the_first_500_kib_are_read():
    """Rules beyond the limit do not count, and a line cut by it does not become a wider rule."""
    head = b"User-agent: *\nDisallow: /b\n"
    body = head + b"#" * (MAX_BYTES - len(head) - 12) + b"\nDisallow: /private/elsewhere\nDisallow: /"
    assert body[:MAX_BYTES].endswith(b"\nDisallow: /")
    assert allows(200, body)
    assert not allows(200, body, "https://h.cn/b")
    assert not allows(200, head + b"Disallow: /private")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Crawl-delay: 5", 5.0),
        ("Crawl-delay: 0.5", 0.5),
        ("Request-rate: 1/10", 10.0),
        ("Request-rate: 1/10\nCrawl-delay: 30", 30.0),
        ("Crawl-delay: -1", None),
        ("Crawl-delay: inf", None),
        ("Crawl-delay: nan", None),
        ("Crawl-delay: soon", None),
        ("Request-rate: 0/5", None),
        ("Disallow: /", None),
    ],
)
def test_delay(lines, expected):
    """The longer of both wishes, where it is a number of seconds that can be waited."""
    assert rules_from(200, f"User-agent: *\n{lines}".encode(), AGENT).delay(AGENT) == expected


def test_no_rules_no_delay():
    """A blanket answer, or another agent's rules, ask for no delay."""
    assert rules_from(404, None, AGENT).delay(AGENT) is None
    assert rules_from(200, b"User-agent: other\nCrawl-delay: 5", AGENT).delay(AGENT) is None


@given(
    st.one_of(
        st.binary(max_size=200), st.text(st.sampled_from("User-agent: *\nDiallow/%$\0\ufffdé<"), max_size=200).map(str.encode)
    )
)
def test_any_bytes_are_rules(body):
    """Nothing that a server sends as robots.txt makes us fail."""
    rules = rules_from(200, body, AGENT)
    assert rules.allows(URL, AGENT) in (True, False)
    assert rules.delay(AGENT) is None or rules.delay(AGENT) >= 0


def test_names_without_end_are_one_name():
    """Thousands of agents before thousands of rules are not each given all of them; ours, and everybody's, keep their own."""
    others = "".join(f"User-agent: agent{number}\n" for number in range(7_000))
    rules = "".join(f"Disallow: /{number}/\n" for number in range(7_000))
    told = rules_from(200, f"{others}{rules}User-agent: Jiaxing-Today*\n{others}Disallow: /private/\n".encode(), AGENT)
    assert not told.allows(URL, AGENT)
    assert told.allows("https://h.cn/7/", AGENT)
    assert not rules_from(200, f"{others}user agent *\n{others}{rules}".encode(), AGENT).allows("https://h.cn/7/", AGENT)
