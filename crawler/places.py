"""The words before a breadcrumb: "Current location:", "您现在的位置：" and what else templates print there.

One table for whoever looks for them: the walk to a listing, the reader of pages and the reader of imported texts.
"""

from __future__ import annotations

import re

from crawler.labels import Label

__all__ = ["PLACE", "PLACE_IN_TEXT", "PLACE_LABEL"]

# The words, and whether they announce a breadcrumb by themselves; the others do so before a colon only, else they are prose.
_WORDS = (
    (r"(?:your\s*)?(?:current|present)\s*(?:location|position)", True),
    (r"your\s*(?:location|position)", True),
    (r"you\s*are\s*here", True),
    (r"[您你]?的?(?:现在|当前|目前|所在)(?:的|现在|当前|目前|所在){0,3}位置(?:是|为)?", True),
    (r"[您你]的位置(?:是|为)?", True),
    (r"[您你](?:现在)?所在(?:栏目)?", True),
    (r"you\s*are\s*in", False),
    (r"\blocation", False),
    (r"位置(?:是|为)?", False),
    (r"当前栏目", False),
)
_COLON = r"\s*[:：]"

PLACE_LABEL = re.compile(f"(?:{'|'.join(words for words, _ in _WORDS)}){_COLON}", re.IGNORECASE)
"""The words with the colon behind them: what stands before the first level where all is one text."""

PLACE_IN_TEXT = Label(re.compile("you|current|present|location|您|你|的|现|当|目|所|位"), PLACE_LABEL)
"""The same, to be sought in all that a page prints."""

PLACE = re.compile("|".join(words if alone else words + _COLON for words, alone in _WORDS), re.IGNORECASE)
"""The words alone where they are plain enough: where levels are elements of their own, the colon may be one too."""
