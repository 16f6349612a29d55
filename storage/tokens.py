"""Words, spaces, signs and ideographs: what a text is cut into, where a person would cut it, and how a change is tidied.  Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise, takewhile
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ELLIPSIS", "Chunk", "Unit", "has_more_tokens", "head", "sentences", "tail", "tidied", "tokens", "unit_of", "units"]

Unit = Literal["words", "characters"]
ELLIPSIS = "..."

# Scripts written without spaces: ideographs, kana and the two ideograph-like signs.  Hangul parts its words and is not here.
_CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IDEOGRAPHS = re.compile(f"[{_CJK}]+")
# The share of ideographs from which a text is read by characters.  Chinese releases full of figures still reach it; an
# English one that names a few people in Chinese does not.
_MOSTLY_CJK = 0.2

_LETTER = rf"[^\W{_CJK}]"
_ACCENT = "[\u0300-\u036f]"
_TOKEN = re.compile(
    rf"[{_CJK}]"  # an ideograph stands alone
    rf"|{_LETTER}+(?:(?:['’\-]|{_ACCENT}+|(?<=\d)[.,:/](?=\d)){_LETTER}+)*{_ACCENT}*"  # "Party's", "high-level", "1,234.5", "10:46"
    r"|\s+"
    r"|.",  # punctuation, each sign by itself
    re.DOTALL,
)
_SENTENCE_ENDS = frozenset(".!?。！？…")
_CLAUSE_ENDS = frozenset(",;:、，；：(（“‘《[【")
_SENTENCE_BORDER = re.compile(r"[.!?][”’\"')\]]*\s+(?=[^\Wa-z])|[。！？][”’」』）]*")

# Texts longer than this are cut without looking at all of them: hardly a word is longer.
_LONGEST_WORD = 100


@dataclass(slots=True)
class Chunk:
    """An equal run of tokens and the change that follows it; the last chunk of a text has no change."""

    equal: list[str]
    removed: list[str]
    added: list[str]

    def runs(self) -> tuple[tuple[Literal["equal", "delete", "insert"], list[str]], ...]:
        """Return what to keep, to delete and to insert, in this order."""
        return ("equal", self.equal), ("delete", self.removed), ("insert", self.added)

    @property
    def pure(self) -> list[str] | None:
        """The tokens of a change that only removes or only adds; None for a replacement."""
        return None if self.removed and self.added else self.removed or self.added


def tokens(text: str) -> list[str]:
    """Return the words, numbers, ideographs, runs of white space and signs of a text; joined they are the text."""
    return _TOKEN.findall(text)


def has_more_tokens(text: str, most: int) -> bool:
    """Tell whether a text has more tokens than that, without cutting it any further."""
    return next(islice(_TOKEN.finditer(text), most, None), None) is not None


def sentences(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Return tokens grouped so that a group ends with a sentence, a coarser unit for very long texts."""
    ends = [place + 1 for place, word in enumerate(words) if word in _SENTENCE_ENDS]
    return [tuple(words[start:end]) for start, end in pairwise([0, *ends, len(words)]) if start < end]


def unit_of(text: str) -> Unit:
    """Return what a text is counted in: characters when it is mostly Chinese (or Japanese), words otherwise."""
    return "characters" if len(text) - len(_IDEOGRAPHS.sub("", text)) > _MOSTLY_CJK * len(text) else "words"


def units(text: str, unit: Unit) -> int:
    """Count the words of a text (signs are none), or its characters without white space."""
    if unit == "words":
        return sum(token[0][0].isalnum() for token in _TOKEN.finditer(text))
    return sum(not character.isspace() for character in text)


def head(text: str, length: int) -> str:
    """Return the start of a text in whole words and at most `length` characters, up to the end of a sentence if there is one."""
    kept = text if len(text) <= length else _whole_words(tokens(text[: length + _LONGEST_WORD]), length)
    border = _SENTENCE_BORDER.search(kept)
    return kept[: border.end()].rstrip() if border else kept.rstrip()


def tail(text: str, length: int) -> str:
    """Return the end of a text in whole words and at most `length` characters, from the start of its last sentence.

    A sentence that has hardly begun (less than a quarter of `length`) says too little: then the one before is kept as well.
    """
    backwards = [token[::-1] for token in reversed(tokens(text[-length - _LONGEST_WORD :]))]
    kept = text if len(text) <= length else _whole_words(backwards, length)[::-1]
    starts = [border.end() for border in _SENTENCE_BORDER.finditer(kept) if len(kept) - border.end() >= length / 4]
    return kept[starts[-1] :].lstrip() if starts else kept.lstrip()


def _whole_words(words: Sequence[str], length: int) -> str:
    return max(takewhile(lambda kept: len(kept) <= length, accumulate(words)), key=len, default="")


def tidied(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks as a person would mark them: changes at the borders of words and clauses, and no crumbs between them.

    The steps are the "semantic" clean-ups of N. Fraser's diff-match-patch (2006).  The texts on both sides stay the same.
    """
    for place in range(len(chunks) - 1):
        _slide(chunks, place)
    return _absorbed(chunks)


def _slide(chunks: list[Chunk], place: int) -> None:
    """Move a pure removal or addition sideways to where its ends look best: `Li [-Jun, Li -]Gang` is `[-Li Jun, -]Li Gang`."""
    chunk, following = chunks[place], chunks[place + 1]
    change = chunk.pure
    if change is None:
        return
    line = chunk.equal + change + following.equal
    least = min(place, 1)  # what stands between two changes may shrink, not vanish
    most = len(line) - len(change) - (place < len(chunks) - 2)
    low = high = len(chunk.equal)
    while low > least and line[low - 1] == line[low + len(change) - 1]:
        low -= 1
    while high < most and line[high] == line[high + len(change)]:
        high += 1
    best = max(range(low, high + 1), key=lambda start: (_border(line, start) + _border(line, start + len(change)), start))
    end = best + len(change)
    chunk.equal, change[:], following.equal = line[:best], line[best:end], line[end:]


def _border(line: Sequence[str], place: int) -> int:
    """Return how good it looks to cut before `line[place]`, from 0 (inside a phrase) to 5 (the edge of the text)."""
    if place in (0, len(line)):
        return 5
    before, after = line[place - 1], line[place]
    sign = line[place - 2] if before.isspace() and place > 1 else before
    rules = (
        (4, sign in _SENTENCE_ENDS),
        (3, sign in _CLAUSE_ENDS),
        (2, before.isspace()),
        (1, not after[:1].isalnum()),
    )
    return next((score for score, holds in rules if holds), 0)


def _absorbed(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks with those equal runs made part of the changes around them that are there by chance."""
    kept, breadths = [chunks[0]], [_breadth(chunks[0])]
    for chunk in chunks[1:-1]:
        kept.append(chunk)
        breadths.append(_breadth(chunk))
        while len(kept) > 1 and _by_chance(kept[-2], kept[-1], min(breadths[-2:])):
            swallowed = kept.pop()
            kept[-1].removed += swallowed.equal + swallowed.removed
            kept[-1].added += swallowed.equal + swallowed.added
            breadths[-2:] = [sum(breadths[-2:]) + _length(swallowed.equal)]
    return kept + chunks[1:][-1:]


def _by_chance(first: Chunk, second: Chunk, breadth: int) -> bool:
    """Whether what stands between two changes is white space, or no longer than either of them (`breadth`).

    Two mere removals, or two mere additions, stay apart: together they would claim that the words between were touched.
    """
    if not (first.removed or second.removed) or not (first.added or second.added):
        return False
    return all(token.isspace() for token in second.equal) or _length(second.equal) <= breadth


def _breadth(chunk: Chunk) -> int:
    return max(_length(chunk.removed), _length(chunk.added))


def _length(words: Sequence[str]) -> int:
    return sum(map(len, words))
