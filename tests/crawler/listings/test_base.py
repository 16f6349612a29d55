"""What all platforms share."""

from __future__ import annotations

import pytest

from config.portal import Section
from crawler.listings.base import ListingRequest, accepts, cannot_read, count

ARTICLE = "https://www.nanhu.gov.cn/art/2024/6/3/art_1_2.html"


@pytest.mark.parametrize(
    ("globs", "url", "is_accepted"),
    [
        ((), ARTICLE, True),
        ((), "https://www.nanhu.gov.cn/news/1.html", False),
        (("/news/*.html",), "https://www.nanhu.gov.cn/news/a/1.html?x=1", True),
        (("/news/*.html",), ARTICLE, False),
        (("/other/*", "/art/*"), ARTICLE, True),
    ],
)
def test_configured_patterns_decide(globs, url, is_accepted):
    """Patterns are held against the path and decide alone; without any, known forms of article URLs do."""
    section = Section(title="x", listing="https://www.nanhu.gov.cn/", article_urls=globs)
    assert accepts(section)(url) is is_accepted


def test_requests_are_plain_values():
    """Two equal requests are equal and hash alike, whatever their cursor holds."""
    one, two = (ListingRequest("https://a.cn/", cursor={"page": "2"}) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)


def test_unreadable_is_not_empty():
    """A listing that cannot be read says so and why."""
    page = cannot_read("jpaas", "no reader")
    assert (page.readable, page.records, page.next, page.problems) == (False, (), None, ("no reader",))


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("12", 12),
        ("012", 12),
        ("9" * 9, 999_999_999),
        ("9" * 10, None),
        ("9" * 5000, None),
        ("-1", None),
        ("1a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_printed_count_is_a_number_of_reasonable_length(digits, number):
    """Digits, and not too many of them, count; anything else is no count."""
    assert count(digits) == number
