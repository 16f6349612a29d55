"""The language of a text by its letters.  Pure.  `lang` attributes of portals are often wrong."""

from __future__ import annotations

import re

__all__ = ["language_of"]

_ASCII = re.compile(r"[\x00-\x7f]+")
_LETTERS = (
    ("ja", re.compile(r"[\u3041-\u30ff]+"), 0.15),
    ("ko", re.compile(r"[\uac00-\ud7a3]+"), 0.15),
    ("zh", re.compile(r"[\u4e00-\u9fff]+"), 0.15),
    ("ru", re.compile(r"[\u0400-\u04ff]+"), 0.5),
    ("ar", re.compile(r"[\u0600-\u06ff]+"), 0.5),
    ("en", re.compile(r"[A-Za-z]+"), 0.5),
)
"""Languages by their letters, the more telling first, and the share of all letters that decides.

One Chinese character says as much as four or five Latin letters, and Japanese is written with both kana and characters.
"""


def language_of(text: str, sample: int = 500) -> str | None:
    """Return the language of a text by the share of its letters, or None where it has none."""
    letters = text[:sample]
    beyond = _ASCII.sub("", letters)  # of an English text next to nothing: five searches of six are for nothing there
    counts = [
        (name, len("".join(pattern.findall(letters if name == "en" else beyond))), share) for name, pattern, share in _LETTERS
    ]
    total = sum(count for _, count, _ in counts)
    return next((name for name, count, share in counts if total and count >= share * total), None)
