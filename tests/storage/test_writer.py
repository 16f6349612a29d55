"""How the vocabulary becomes rows, and rows the vocabulary again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Attachment, Content, DateCandidate, File, Outcome, Precision, Reading
from storage.writer import content_of, dump, load_reading, received_at
from tests.builders import OTHER_READER, READER, article_url, content, opened, reading

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MAYBE = st.none() | WORDS
CONTENTS = st.builds(
    Content,
    title=WORDS,
    text=WORDS,
    published=MAYBE,
    published_at=st.sampled_from([None, "2022-09-20T02:46:00Z"]),
    published_on=st.sampled_from([None, "2022-09-20"]),
    precision=st.sampled_from([None, *Precision]),
    source=MAYBE,
    author=MAYBE,
    language=MAYBE,
    breadcrumb=st.lists(WORDS, max_size=3).map(tuple),
    attachments=st.lists(st.builds(Attachment, WORDS, WORDS), max_size=2).map(tuple),
    images=st.lists(WORDS, max_size=2).map(tuple),
    number=st.none() | st.text(min_size=1, max_size=5),
    keywords=st.lists(WORDS, max_size=2).map(tuple),
    file=st.none()
    | st.builds(File, st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0, 99), st.none() | st.text(min_size=1)),
)
READINGS = st.builds(
    Reading,
    reader=WORDS,
    outcome=st.just(Outcome.OK),
    content=CONTENTS,
    dates=st.lists(st.builds(DateCandidate, WORDS, WORDS), max_size=2).map(tuple),
    problems=st.lists(WORDS, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return one story for properties."""
    with opened(tmp_path_factory.mktemp("writer") / "archive.db") as story:
        story.sweep([article_url(1)])
        yield story


@settings(max_examples=60, deadline=None)
@given(READINGS)
def test_a_reading_comes_back(shared, read):
    """Whatever a reader made of a page is read from the file as it was; addresses are those of the first such printing."""
    fetch_id = shared.append(1, [shared.answer(article_url(1), b"x")], read).fetch_id
    stored = load_reading(shared.connection, fetch_id)
    assert (stored.reader, stored.outcome, stored.dates) == (read.reader, read.outcome, read.dates)
    assert stored.problems[: len(read.problems)] == read.problems
    names = [attachment.name for attachment in read.content.attachments]
    assert [attachment.name for attachment in stored.content.attachments] == names
    assert replace(stored.content, attachments=(), images=()) == replace(read.content, attachments=(), images=())


def test_the_newest_reading_or_a_readers(story):
    """Without a name the newest; with one, that reader's; nothing where there is none."""
    [page] = story.sweep([article_url(1)])
    first = story.look(page, "A.").fetch_id
    story.look(page, "A, seen otherwise.", reader=OTHER_READER, rereading=reading("A, seen otherwise.", OTHER_READER))
    assert load_reading(story.connection, first).reader == OTHER_READER
    assert load_reading(story.connection, first, READER).content.text == "A."
    assert load_reading(story.connection, first, "3/x") is None
    assert load_reading(story.connection, 99) is None


def test_no_content(story):
    """A number without a content is none."""
    assert content_of(story.connection, 99) is None
    assert content_of(story.connection, None) is None


def test_a_content_is_stored_once(story):
    """The same printing at many pages is one row, whatever the addresses of its images."""
    pages = story.sweep([article_url(n) for n in range(5)])
    for page in pages:
        story.look(page, content("The same.", images=(f"http://h/{page}.jpg",)))
    assert story.value("SELECT count(*) FROM contents") == 1
    assert story.value("SELECT count(*) FROM versions") == 5


@pytest.mark.parametrize(
    ("content_type", "media_type"),
    [
        ("text/html", "text/html"),
        ("Text/HTML; charset=UTF-8", "text/html"),
        (" text/html ;charset=gbk", "text/html"),
        ("", None),
        (";charset=utf-8", None),
    ],
)
def test_media_types(story, content_type, media_type):
    """The type alone, in small letters, or nothing where none was sent."""
    fetch = story.answer("http://h/", b"body", headers={"Content-Type": content_type})
    story.archive.append_fetches([fetch], run_id=story.run)
    assert story.value("SELECT media_type FROM bodies ORDER BY id DESC LIMIT 1") == media_type


def test_validators_are_columns(story):
    """ETag and Last-Modified are found whatever the case of their names; the headers stay in the order received."""
    fetch = story.answer("http://h/", b"body", headers={"etag": '"a"', "LAST-MODIFIED": "yesterday", "Etag": '"b"'})
    story.archive.append_fetches([fetch], run_id=story.run)
    [row] = story.rows("SELECT etag, last_modified, response_headers FROM fetches")
    assert (row["etag"], row["last_modified"]) == ('"a"', "yesterday")
    assert [name for name, _ in json.loads(row["response_headers"])] == ["Content-Type", "etag", "LAST-MODIFIED", "Etag"]


def test_json_is_compact_and_readable():
    """No spaces, characters as they are."""
    assert dump({"a": ["嘉", 1, None]}) == '{"a":["嘉",1,null]}'


def test_received_at(story):
    """When the last byte had come: the request and what it took."""
    fetch = replace(story.answer("http://h/", b"x"), elapsed_ms=61_500)
    assert received_at(fetch) == story.asked[-1][:14] + "01:" + f"{int(story.asked[-1][17:19]) + 1:02d}.500Z"
