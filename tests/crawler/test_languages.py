"""The language of a text."""

from __future__ import annotations

import pytest

from crawler.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Reeds return to Lake 湖", "en"),
        ("芦苇归来 WTO NGO", "zh"),
        ("湖が静かになりました", "ja"),
        ("호수가 조용해졌다", "ko"),
        ("Озеро", "ru"),
        ("بحيرة", "ar"),
        ("2022 · 100%", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_its_letters(text, language):
    """The share of letters decides; a text without letters is in no language."""
    assert language_of(text) == language
