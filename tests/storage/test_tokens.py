"""Tokens, cuts and units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tokens import Chunk, head, sentences, tail, tidied, tokens, unit_of, units

WORDS = st.lists(st.sampled_from(("a", "b", " ", ",", ".", "嘉")), max_size=5)


@given(st.text())
def test_tokens_lose_nothing(text):
    """Joined, the tokens are the text."""
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Party's high-level 20th", ["Party's", " ", "high-level", " ", "20th"]),
        ("1,234.5 at 10:46.", ["1,234.5", " ", "at", " ", "10:46", "."]),
        ("End.Next, 3.Then", ["End", ".", "Next", ",", " ", "3", ".", "Then"]),
        ("嘉兴2022年GDP增长3.5%", ["嘉", "兴", "2022", "年", "GDP", "增", "长", "3.5", "%"]),
        ("a\u00a0 b\u3000c", ["a", "\u00a0 ", "b", "\u3000", "c"]),
        ("cafe\u0301s ...", ["cafe\u0301s", " ", ".", ".", "."]),
        ("서울 시", ["서울", " ", "시"]),
        ("\U00020000々", ["\U00020000", "々"]),
    ],
)
def test_what_stands_together(text, expected):
    """Words with their hyphens, apostrophes and accents and numbers with their points are one; ideographs and signs are single."""
    assert tokens(text) == expected


@given(st.text(alphabet="ab .。"))
def test_sentences_lose_nothing(text):
    """The groups are the tokens, in order, and none is empty."""
    words = tokens(text)
    groups = sentences(words)
    assert [word for group in groups for word in group] == words
    assert all(groups)


def test_sentences_end_with_their_sign():
    """A group ends with the sign that ends the sentence."""
    assert sentences(tokens("Hi. 好。x")) == [("Hi", "."), (" ", "好", "。"), ("x",)]


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("", "words", 0),
        ("Two, words!", "words", 2),
        ("嘉兴 2022 年。", "characters", 8),
        ("Mayor 张兵 opened it", "words", 5),
    ],
)
def test_units(text, unit, count):
    """English counts words without signs, Chinese characters without spaces."""
    assert (unit_of(text), units(text, unit)) == (unit, count)


@given(st.text(alphabet="ab1, .。嘉\n", max_size=60), st.integers(0, 70))
def test_cuts_keep_their_length_and_whole_words(text, length):
    """A head begins the text, a tail ends it, neither is longer than asked, and neither cuts a word."""
    first, last = head(text, length), tail(text, length)
    assert text.startswith(first)
    assert text.endswith(last)
    assert max(len(first), len(last)) <= length
    assert not (first and first[-1].isalnum() and first[-1].isascii() and text[len(first) : len(first) + 1] in {"a", "b", "1"})
    assert not (last and last[0].isalnum() and last[0].isascii() and text[: len(text) - len(last)][-1:] in {"a", "b", "1"})


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("The port grew. Then it shrank.", 100, "The port grew."),
        ("The port grew by 3.5 percent", 18, "The port grew by"),
        ("No sentence ends here", 11, "No sentence"),
        ("增长百分之三。市长说", 20, "增长百分之三。"),
        ("x" * 300, 20, ""),
    ],
)
def test_head(text, length, expected):
    """A head runs to the end of its first sentence, or as far as whole words go; a number is never cut."""
    assert head(text, length) == expected


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("The port grew. Then it shrank by ", 40, "Then it shrank by "),
        ("The port grew. Then ", 80, "The port grew. Then "),
        ("It grew by 1,234 tons", 9, "tons"),
        ("他说。增长百分之三", 8, "增长百分之三"),
        ("x" * 300, 20, ""),
    ],
)
def test_tail(text, length, expected):
    """A tail begins with its last sentence unless that has hardly begun; a number is never cut."""
    assert tail(text, length) == expected


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=6), WORDS)
def test_tidying_keeps_both_texts(parts, end):
    """Whatever is moved or absorbed, what was there before and after reads the same."""
    chunks = [
        Chunk(equal or (["x"] if place else []), removed or ["y"], added) for place, (equal, removed, added) in enumerate(parts)
    ]
    chunks.append(Chunk(end, [], []))
    before = "".join(word for chunk in chunks for word in chunk.equal + chunk.removed)
    after = "".join(word for chunk in chunks for word in chunk.equal + chunk.added)
    result = tidied(chunks)
    assert "".join(word for chunk in result for word in chunk.equal + chunk.removed) == before
    assert "".join(word for chunk in result for word in chunk.equal + chunk.added) == after
    assert all(chunk.equal for chunk in result[1:-1])


def test_two_removals_are_not_made_one():
    """Words between two mere removals were not touched, and nothing may say so."""
    chunks = [Chunk(["x"], ["long", "part"], []), Chunk([","], ["another"], []), Chunk(["."], [], [])]
    assert len(tidied(chunks)) == 3


def test_a_change_grows_backwards_over_what_it_has_outgrown():
    """A crumb that was too long for its small neighbour is absorbed once that has grown by its own crumbs."""
    chunks = [
        Chunk([], ["aaaaaa"], ["bbbbbb"]),
        Chunk(["four"], ["cc"], ["dd"]),
        Chunk([" "], ["ee"], ["ff"]),
        Chunk([], [], []),
    ]
    assert [chunk.removed for chunk in tidied(chunks)] == [["aaaaaa", "four", "cc", " ", "ee"], []]
