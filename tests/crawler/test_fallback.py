"""The last resort for a page whose container is unknown."""

from __future__ import annotations

import sys

import pytest

from crawler.errors import ReadError
from crawler.fallback import guess_paragraphs

URL = "https://x.example/a.html"


def test_paragraphs_are_guessed():
    """The main text comes as paragraphs without the navigation."""
    sentences = [
        f"Sentence {number} says something about the lake, at some length, for the sake of a guess." for number in range(6)
    ]
    text = "".join(f"<p>{each}</p>" for each in sentences)
    page = f"<html><body><nav><a href='/'>Home</a></nav><article><h1>The lake</h1>{text}</article></body></html>"
    assert [line for line in guess_paragraphs(page, URL) if line.startswith("Sentence")] == sentences
    assert guess_paragraphs("<html></html>", URL) == ()


def test_a_library_that_cannot_be_loaded_is_said(monkeypatch):
    """A broken installation makes the page unreadable with a reason instead of stopping the crawl."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(ReadError, match="trafilatura cannot be loaded") as caught:
        guess_paragraphs("<p>x</p>", URL)
    assert caught.value.url == URL
