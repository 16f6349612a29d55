"""How people name things: a release, a version, a key, a URL."""

from __future__ import annotations

import pytest

from storage.errors import UnknownReference
from storage.references import Reference, resolve
from tests.builders import HOST, article_url

A, B = "Zhang Bing visited the port.", "Zhang Bing toured the port."


@pytest.fixture
def pages(story):
    """Return two columns of one article, edited once, and a page that was listed but never read."""
    first, second, unread = story.sweep([article_url(1), article_url(1, column=9), article_url(2)])
    for page in (first, second):
        story.look(page, A)
    story.look(first, B)
    return first, second, unread


def key(story, page):
    """Return a page's key."""
    return story.value("SELECT key FROM pages WHERE id = ?", page)


def test_what_names_what(story, pages):
    """Numbers, versions, keys and URLs lead to a page and to the release that it belongs to."""
    first, second, _ = pages
    for name, reference in {
        f"{first}": Reference(first, first),
        f" {first} ": Reference(first, first),
        f"{first}@2": Reference(first, first, 2),
        f"{second}@1": Reference(second, first, 1),
        key(story, second): Reference(second, first),
        key(story, second).upper(): Reference(second, first),
        f"{key(story, first)}@1": Reference(first, first, 1),
        article_url(1): Reference(first, first),
        article_url(1).replace("http:", "https:"): Reference(first, first),
        article_url(1, column=9) + "#top": Reference(second, first),
        article_url(1).replace(HOST, HOST.upper()): Reference(first, first),
    }.items():
        assert resolve(story.connection, name) == reference, name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "0",
        "99",
        "1@0",
        "1@3",
        "1@",
        "@1",
        "1@2@3",
        "-1",
        "1.0",
        "1e0",
        "one",
        "0123456789abcdef",
        "0123456789abcdef@1",
        "0123456789abcdeg",
        "99999999999999999999999999",
        "1@99999999999999999999999999",
        "http://",
        "http://elsewhere.gov.cn/",
        "www.jiaxing.gov.cn",
        "١",
        "1@١",
        "http://[",
        "http://[::1",
        "1\x00",
        "%",
        "'; DROP TABLE pages; --",
    ],
)
def test_what_names_nothing(story, pages, name):
    """Whatever people type is answered in one line that says how things are named."""
    with pytest.raises(UnknownReference, match="nothing here is named") as caught:
        resolve(story.connection, name)
    assert caught.value.exit_code == 2
    assert "12@3" in caught.value.hint


def test_a_page_that_was_never_read(story, pages):
    """It has a number and no release; the message says why."""
    unread = pages[2]
    for name in (str(unread), article_url(2), key(story, unread)):
        with pytest.raises(UnknownReference, match="is listed but was never read"):
            resolve(story.connection, name)


def test_a_version_that_there_is_not(story, pages):
    """The message names the page and where its versions are listed."""
    with pytest.raises(UnknownReference, match=r"page 1 has no version 3 \(see: history 1\)"):
        resolve(story.connection, "1@3")


def test_addresses_that_differ_in_case_only(story):
    """Paths have cases: two such pages are two, and each URL names its own."""
    lower, upper = story.sweep([f"http://{HOST}/a/Page.html", f"http://{HOST}/a/page.html"])
    story.look(lower, A)
    story.look(upper, B)
    assert resolve(story.connection, f"http://{HOST}/a/Page.html").page_id == lower
    assert resolve(story.connection, f"http://{HOST}/a/page.html").page_id == upper


def test_an_address_with_a_query(story):
    """The query is part of the name."""
    one, two = story.sweep([f"http://{HOST}/a?id=1", f"http://{HOST}/a?id=2"])
    story.look(one, A)
    story.look(two, B)
    assert [resolve(story.connection, f"http://{HOST}/a?id={n}").page_id for n in (1, 2)] == [one, two]


def test_a_key_of_digits_only(story, pages):
    """A key that happens to hold only digits is a key: release numbers do not get that long."""
    story.connection.execute("DROP TRIGGER pages_no_update")
    story.connection.execute("UPDATE pages SET key = '1234567890123456' WHERE id = 1")
    assert resolve(story.connection, "1234567890123456@1") == Reference(1, 1, 1)
