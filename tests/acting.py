"""Stories made up by chance: what may happen to the pages of an archive, as words that hypothesis puts in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from storage.records import Listed, Outcome, Reading
from tests.builders import OTHER_READER, READER, article_url, reading

if TYPE_CHECKING:
    from tests.builders import Story

__all__ = ["FEW_PAGES", "HAPPENINGS", "READERS", "TEXTS", "URLS", "Acting", "act_out"]

TEXTS = ("Zhang Bing visited the port.", "Zhang Bing toured the port.", "Another text.", "")
URLS = [article_url(1), article_url(1, column=9), article_url(2), article_url(3)]
READERS = (READER, OTHER_READER)

# What may happen, as (word, arguments): pages are named by their place in the archive, so that every story can be acted out.

PAGE = st.integers(0, 3)
AGES = st.sampled_from([None, "0", "3600", "99999999"])
HAPPENINGS = st.one_of(
    st.tuples(st.just("look"), PAGE, st.sampled_from(TEXTS), AGES),
    st.tuples(st.just("look"), PAGE, st.sampled_from(TEXTS[:2]), AGES),
    st.tuples(st.just("new_reader"), PAGE, st.sampled_from(TEXTS), st.sampled_from([*TEXTS, None]), AGES),
    st.tuples(
        st.just("fails"),
        PAGE,
        st.sampled_from([Outcome.GONE, Outcome.SOFT_GONE, Outcome.CHALLENGE, Outcome.EMPTY, Outcome.UNREADABLE]),
    ),
    st.tuples(st.just("aside"), PAGE),
    st.tuples(st.just("times_out"), PAGE),
    st.tuples(st.just("not_modified"), PAGE, AGES, st.booleans()),
    st.tuples(st.just("redirected"), PAGE, st.sampled_from(TEXTS)),
    st.tuples(st.just("sweep"), st.sets(PAGE), st.booleans(), st.sampled_from(["A", "B"])),
    st.tuples(st.just("imported"), st.sampled_from(TEXTS)),
    st.tuples(st.just("gone_for_good"), PAGE, st.booleans()),
    st.tuples(st.just("waits"), st.integers(1, 1000)),
)
_ONE = st.integers(0, 1)
FEW_PAGES = st.one_of(
    st.tuples(st.just("look"), _ONE, st.sampled_from(TEXTS[:2]), st.sampled_from([None, None, "3600"])),
    st.tuples(st.just("look"), _ONE, st.sampled_from(TEXTS[:3]), st.none()),
    st.tuples(st.just("new_reader"), _ONE, st.sampled_from(TEXTS[:3]), st.sampled_from([*TEXTS[:3], None]), AGES),
    st.tuples(st.just("fails"), _ONE, st.sampled_from([Outcome.GONE, Outcome.UNREADABLE, Outcome.CHALLENGE])),
    st.tuples(st.just("aside"), _ONE),
    st.tuples(st.just("not_modified"), _ONE, AGES, st.just(True)),
    st.tuples(st.just("gone_for_good"), _ONE, st.booleans()),
)
"""Happenings of two pages that are looked at again and again."""


def act_out(story: Story, happenings: list[tuple[object, ...]], *, forward: bool = False) -> Acting:
    """Let things happen one after the other; where time goes `forward`, a reader that was exchanged does not come back."""
    acting = Acting(story, forward=forward)
    for word, *arguments in happenings:
        getattr(acting, word)(*arguments)
    return acting


class Acting:
    """Acts out happenings; one that cannot be is left out."""

    def __init__(self, story, *, forward=False):
        self.story = story
        self.forward = forward
        self.reader = READER
        story.sweep(URLS[:3])

    def page(self, number):
        """Return the page in that place, or the first."""
        pages = self.story.column("SELECT id FROM pages WHERE kind = 'release' ORDER BY id")
        return pages[number % len(pages)]

    def headers(self, age):
        """Return an answer's headers."""
        return {"ETag": '"e"'} | ({"Age": age} if age else {})

    def look(self, number, text, age):
        """Look at a page that answers."""
        self.story.look(self.page(number), text, reader=self.reader, headers=self.headers(age))

    def new_reader(self, number, text, reread, age):
        """Look at a page after the reader changed; the old body reads as said, or cannot be read."""
        self.reader = OTHER_READER if self.forward else READER
        again = reading(reread, OTHER_READER) if reread is not None else Reading(OTHER_READER, Outcome.UNREADABLE)
        self.story.look(self.page(number), text, reader=OTHER_READER, rereading=again, headers=self.headers(age))

    def fails(self, number, outcome):
        """Look at a page that answers with none of its own."""
        self.story.fails(self.page(number), outcome)

    def aside(self, number):
        """Look at a page that comes in a form that is kept aside."""
        page = self.page(number)
        answer = self.story.answer(self.story.url(page), b"<p>another form</p>")
        self.story.append(page, [answer], Reading(f"{READER}/aside", Outcome.QUARANTINED))

    def times_out(self, number):
        """Look at a page that does not answer."""
        self.story.times_out(self.page(number))

    def not_modified(self, number, age, asked):
        """Look at a page that answers 304, `asked` for or not."""
        error = {} if asked else {"error": "not modified, but nobody asked"}
        self.story.not_modified(self.page(number), headers=self.headers(age), **error)

    def redirected(self, number, text):
        """Look at a page over a redirect."""
        page = self.page(number)
        hop = self.story.answer("http://h/", None, status=301)
        self.story.append(page, [hop, self.story.answer(self.story.url(page), b"x" + text.encode())], reading(text, self.reader))

    def sweep(self, numbers, complete, title):
        """Read a listing."""
        self.story.sweep([Listed(URLS[number], title) for number in sorted(numbers)], complete=complete)

    def imported(self, text):
        """Import a file."""
        name = f"file:{TEXTS.index(text)}"
        if not self.story.value("SELECT count(*) FROM pages WHERE url_key = ?", name):
            self.story.imported(text, name)

    def gone_for_good(self, number, softly):
        """Find a page missing twice beside a control that answers, and prove its removal if that is enough."""
        outcome = Outcome.SOFT_GONE if softly else Outcome.GONE
        self.story.proven(self.page(number), outcome, outcome)

    def waits(self, minutes):
        """Let time pass."""
        self.story.clock.skip(minutes=minutes)
