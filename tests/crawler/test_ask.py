"""Redirects, waits and ages, as pure rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.ask import Ask, next_hop, retry_after
from storage.records import Fetch, Purpose, Result

NOW = datetime(2026, 9, 20, 2, 46, tzinfo=UTC)
URL = "https://www.jiaxing.gov.cn/col/col1/index.html"


def fetched(*headers, status=302, result=Result.RESPONSE):
    """Return an answer with these headers."""
    return Fetch(Purpose.LOOK, URL, NOW, 5, result, status=status, response_headers=headers)


def target_of(location):
    """Return where a Location leads from URL, or the problem with it."""
    hop, problem = next_hop(Ask(URL, Purpose.LOOK), fetched(("location", location)), 0)
    return hop.url if hop else problem


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/art/2022/9/20/art_1_2.html", "https://www.jiaxing.gov.cn/art/2022/9/20/art_1_2.html"),
        ("../col2/", "https://www.jiaxing.gov.cn/col/col2/"),
        ("//en.jiaxing.gov.cn/a", "https://en.jiaxing.gov.cn/a"),
        ("?page=2", "https://www.jiaxing.gov.cn/col/col1/index.html?page=2"),
        (" http://www.jiaxing.gov.cn:8080/a b#part ", "http://www.jiaxing.gov.cn:8080/a%20b"),
        ("/%E5%98%89?q=%B8", "https://www.jiaxing.gov.cn/%E5%98%89?q=%B8"),
        ("/嘉".encode().decode("latin-1"), "https://www.jiaxing.gov.cn/%E5%98%89"),
        ("/\xb8", "https://www.jiaxing.gov.cn/%B8"),
    ],
)
def test_a_location_is_resolved_as_browsers_do(location, target):
    """Relative forms are resolved, bare bytes are encoded as they came, fragments are dropped."""
    assert target_of(location) == target


@pytest.mark.parametrize(
    "location",
    ["", "  ", "javascript:go()", "file:///etc/passwd", "mailto:a@b", "http://", "http://[", "http://h:0/", "http://h:99999/"],
)
def test_a_location_that_cannot_be_asked_is_a_problem(location):
    """No redirect leads out of http and https."""
    assert target_of(location) == f"redirect to no usable Location: {location!r}"


def test_a_redirect_without_a_location_is_a_problem():
    """The header may be missing altogether."""
    assert next_hop(Ask(URL, Purpose.LOOK), fetched(), 0) == (None, "redirect to no usable Location: None")


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_location_gives_a_hop_or_a_problem(location):
    """Whatever a server writes, nothing is raised."""
    hop, problem = next_hop(Ask(URL, Purpose.LOOK), fetched(("Location", location)), 0)
    assert (hop is None) != (problem is None)


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (302, "GET", "GET"),
        (303, "HEAD", "HEAD"),
        (303, "PUT", "GET"),
        (302, "PUT", "PUT"),
    ],
)
def test_methods_turn_as_in_browsers(status, method, then):
    """A POST becomes a GET without its form, except behind 307 and 308."""
    ask = Ask(URL, Purpose.LISTING, method, form=(("page", "2"),), headers=(("Content-Type", "text/x"), ("X-Kept", "1")))
    hop, _ = next_hop(ask, fetched(("Location", "/next"), status=status), 0)
    assert hop.method == then
    assert bool(hop.form) == (then == method)
    assert ("X-Kept", "1") in hop.headers
    assert (("Content-Type", "text/x") in hop.headers) == (then == method)


@pytest.mark.parametrize(
    ("location", "kept"), [("http://www.jiaxing.gov.cn/col/col1/index.html", True), (URL, True), ("/", False), ("?x=1", False)]
)
def test_validators_stay_with_their_page(location, kept):
    """Only a redirect to the same page in either scheme carries them on: the home page's 304 would hide a removal."""
    hop, _ = next_hop(Ask(URL, Purpose.LOOK, etag='"1"', last_modified="x"), fetched(("Location", location)), 0)
    assert (hop.etag, hop.last_modified) == (('"1"', "x") if kept else (None, None))


@pytest.mark.parametrize(
    "fetch",
    [
        fetched(("Location", "/a"), status=200),
        fetched(("Location", "/a"), status=300),
        fetched(("Location", "/a"), status=304, result=Result.NOT_MODIFIED),
        fetched(("Location", "/a"), result=Result.TRUNCATED),
    ],
)
def test_other_answers_lead_nowhere(fetch):
    """Only a redirect that came whole is followed."""
    assert next_hop(Ask(URL, Purpose.LOOK), fetch, 0) == (None, None)


@pytest.mark.parametrize(("followed", "problem"), [(4, None), (5, "more than 5 redirects")])
def test_the_sixth_redirect_is_not_followed(followed, problem):
    """Five redirects are followed."""
    assert next_hop(Ask(URL, Purpose.LOOK), fetched(("Location", "/a")), followed)[1] == problem


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 20 Sep 2026 02:48:00 GMT", 120.0),
        ("Sun, 20 Sep 2026 02:48:00", 120.0),
        ("Sun, 20 Sep 2026 10:48:00 +0800", 120.0),
        ("Sun, 20 Sep 2020 02:48:00 GMT", 0.0),
        ("9" * 400, 366 * 86_400.0),
        ("Sun, 20 Sep 9999 02:48:00 GMT", 366 * 86_400.0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Sun, 99 Sep 2026 99:48:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value, seconds):
    """Seconds and dates, bounded; nonsense is no wait."""
    assert retry_after(fetched(("retry-after", value), status=429), NOW) == seconds


def test_no_retry_after_is_no_wait():
    """Without the header there is nothing to keep."""
    assert retry_after(fetched(status=429), NOW) is None


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_header_is_read_without_an_error(value):
    """Whatever a server writes, the wait is a number or None."""
    fetch = fetched(("Retry-After", value))
    wait = retry_after(fetch, NOW)
    assert wait is None or wait >= 0


def test_a_location_of_a_whole_page_is_told_in_short():
    """The header is kept with the answer, so that the error need not repeat it."""
    assert target_of("mailto:" + "a" * 60_000) == f"redirect to no usable Location: 'mailto:{'a' * 293}'"
    assert len(target_of("/" + "a" * 60_000)) > 60_000
