"""The words before a breadcrumb."""

from __future__ import annotations

import pytest

from crawler.places import PLACE, PLACE_LABEL

LABELS = [
    "Current location:",
    "Your current position：",
    "Present Location :",
    "Your location:",
    "You are here:",
    "当前位置：",
    "您的位置：",
    "您的当前位置：",
    "您现在的位置是：",
    "您现在所在的位置:",
    "所在位置：",
    "你的位置：",
    "您所在：",
    "您所在栏目：",
]


@pytest.mark.parametrize("text", LABELS)
def test_the_words_announce_a_breadcrumb(text):
    """With their colon the words are taken whole, and they are plain enough to be told without it."""
    assert PLACE_LABEL.fullmatch(text)
    assert PLACE.search(text.rstrip(" :："))


@pytest.mark.parametrize("text", ["Location:", "You are in:", "位置：", "位置是：", "当前栏目："])
def test_some_words_need_their_colon(text):
    """Words that prose has too announce a breadcrumb before a colon only."""
    assert PLACE_LABEL.fullmatch(text)
    assert PLACE.fullmatch(text)
    assert PLACE.search(text.rstrip(" :：")) is None


@pytest.mark.parametrize("text", ["Allocation: 3", "博物馆的位置", "Locations", "Positions: two", ""])
def test_other_words_are_prose(text):
    """Words that merely hold the words are none."""
    assert PLACE.search(text) is None
    assert PLACE_LABEL.search(text) is None
