"""What reads the same: spacing, slips of the pen, other spellings, doubled words and articles.  Pure.

The two sides of a change are aligned word by word; what finds a partner that reads the same is taken away, and so are articles.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from storage.sequences import distance
from storage.spelling import american, derived, is_english
from storage.words import CONFUSED, REDUPLICATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.lexer import Kind, Token

__all__ = ["Change", "Side", "Word", "doubled", "keys", "slipped", "without_the_same"]

_SHORT_WORD = 4  # a slip of two letters is believed in longer words only
_LONGEST_DOUBLED = 6  # characters of a Chinese phrase that was set twice
_MOST_RUN_TOGETHER = 4  # words of one side that may be one word of the other
_MOST_CELLS = 4_000  # a change that takes more steps is a passage rewritten, where slips are no matter


@dataclass(frozen=True, slots=True)
class Word:
    """A token, and the number of the name it belongs to (0: none)."""

    token: Token
    name: int = 0
    guessed: bool = False
    """Whether only what the name ends with tells that it is one."""
    lettered: bool = False
    """Whether it is a number word that is a letter of its name: 五福堂."""
    again: int = 0
    """How many words before it stands already; 0 if it was not set twice."""

    @property
    def key(self) -> str:
        """What the token is compared by."""
        return self.token.key

    @property
    def kind(self) -> Kind | str:
        """What the token is: part of a name, or what it is by itself."""
        figure = self.token.kind == "figure" and not self.lettered
        return "name" if self.name and self.token.kind != "article" and not figure else self.token.kind


Side = tuple[Word, ...]
Change = tuple[Side, Side]


def keys(side: Sequence[Word]) -> list[str]:
    """Return what the words of a passage are compared by."""
    return [word.key for word in side]


# Doubled


def doubled(sentence: Sequence[Token]) -> dict[int, int]:
    """Return where a word, character or phrase of a sentence was set twice, and how many words before the first of it stands."""
    found: dict[int, int] = {}
    for end in range(2, len(sentence) + 1):
        office = sentence[end - 1].key in _OFFICES and end < len(sentence) and sentence[end].key == "长"
        if not office:  # 海盐县县长 is no slip
            length = next((length for length in range(1, _LONGEST_DOUBLED + 1) if _twice(sentence, end, length)), 0)
            found.update(dict.fromkeys(range(end - length, end), length))
    return found


_OFFICES = frozenset("省市区县镇乡村局部厅院校馆所")


def _twice(sentence: Sequence[Token], end: int, length: int) -> bool:
    """Whether the words before a place are those before them once more, with no sign between."""
    if end < 2 * length or sentence[end - 1].text.lower() != sentence[end - 1 - length].text.lower():
        return False
    first, second = sentence[end - 2 * length : end - length], sentence[end - length : end]
    if [token.text.lower() for token in first] != [token.text.lower() for token in second]:
        return False
    kinds = {token.kind for token in second}
    alike = kinds <= {"han", "article"} or kinds <= {"word", "article"} or (kinds == {"figure"} and _of_letters(second[0].text))
    if any(token.gap.strip(" ") for token in second) or not alike:
        return False
    return length > 1 or first[0].kind == "unit" or second[0].key not in REDUPLICATED


# The same


def without_the_same(left: Side, right: Side) -> Change:
    """Return what is left of a change once the words that read the same, and articles, are taken away."""
    if not left or not right or len(left) * len(right) > _MOST_CELLS:
        return _bare(left), _bare(right)
    steps = _Steps(left, right)
    ahead: dict[tuple[int, int], tuple[int, int, int]] = {}
    for a in range(len(left), -1, -1):
        for b in range(len(right), -1, -1):
            ahead[a, b] = min(
                ((cost + ahead[a + i, b + j][0], -i, -j) for cost, i, j in steps.at(a, b)),
                default=(0, 0, 0),
            )
    kept: tuple[list[Word], list[Word]] = [], []
    a = b = 0
    while step := -ahead[a, b][1] - ahead[a, b][2]:
        i, j = -ahead[a, b][1], -ahead[a, b][2]
        if step == 1:
            kept[j].append(left[a] if i else right[b])
        a, b = a + i, b + j
    return _bare(kept[0]), _bare(kept[1])


def _bare(side: Sequence[Word]) -> Side:
    return tuple(word for word in side if not _free(word))


def _free(word: Word) -> bool:
    return bool(word.again) or word.kind == "article"


class _Steps:
    """The steps that an alignment of two passages may take: how many words of either, and what they cost."""

    def __init__(self, left: Side, right: Side) -> None:
        self._sides = left, right
        self._names = [_named(side) for side in (left, right)]

    def at(self, a: int, b: int) -> Iterator[tuple[int, int, int]]:
        """Yield the steps from a place on: words that read the same cost nothing, articles neither, others one."""
        left, right = self._sides
        if a < len(left):
            yield int(not _free(left[a])), 1, 0
        if b < len(right):
            yield int(not _free(right[b])), 0, 1
        if a < len(left) and b < len(right):
            if self._same(left[a], right[b]):
                yield 0, 1, 1
            yield from ((0, i, j) for i, j in _run_together(left[a : a + _MOST_RUN_TOGETHER], right[b : b + _MOST_RUN_TOGETHER]))

    def _same(self, one: Word, other: Word) -> bool:
        """Whether two words read the same; a word of a name does if all of the name does.

        What is only guessed to be a name may be words, one of which slipped; and in English a name that stands on one side alone
        may be a word that slipped, behind the capital that begins a sentence.
        """
        known = [word for word in (one, other) if word.kind == "name" and not word.guessed]
        if one.kind == other.kind == "name" and known:
            return one.key == other.key and self._names[0][one.name] == self._names[1][other.name]
        if known and known[0].token.kind == "han":
            return False
        return one.key == other.key or one.token.text == other.token.text != "" or _slip(one, other)


def _named(side: Side) -> dict[int, str]:
    """Return the letters of each name, without words that were set twice."""
    once = [word for word in side if word.name and not (word.again and word.token.kind == "word")]
    return {word.name: "".join(each.key for each in once if each.name == word.name) for word in once}


def _run_together(left: Side, right: Side) -> Iterator[tuple[int, int]]:
    """Yield how many words of two passages are the same but for the spaces."""
    ours, theirs = _printed_letters(left), _printed_letters(right)
    if not ours or not theirs or ours[0][0] != theirs[0][0]:
        return
    lengths = {length: place for place, length in enumerate(accumulate(map(len, ours)), 1)}
    text, other = "".join(ours), "".join(theirs)
    for there, length in enumerate(accumulate(map(len, theirs)), 1):
        if length in lengths and lengths[length] + there > 2 and text[:length] == other[:length]:  # noqa: PLR2004
            yield lengths[length], there


def _printed_letters(side: Side) -> list[str]:
    """Return the words of a passage as printed, up to the first that is not of letters: a number word may be run together too."""
    words = [_printed(word) for word in side]
    return list(takewhile(_of_letters, words))


def _of_letters(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _slip(one: Word, other: Word) -> bool:
    """Whether one word is the other, slipped; no figure is, and no character that is not of a group of the closed list."""
    if frozenset((one.key, other.key)) in CONFUSED:
        return "figure" not in {one.kind, other.kind}
    left, right = (_printed(word) if word.name else _unaccented(_printed(word)) for word in (one, other))
    return not {one.kind, other.kind} - {"word", "article", "name", "unit"} and slipped(left, right)


def slipped(one: str, other: str) -> bool:
    """Whether one English word is the other: spelt as across the ocean, or slipped so that one of them is no word."""
    left, right = american(one), american(other)
    allowed = 1 if min(len(left), len(right)) <= _SHORT_WORD else 2
    if left == right or abs(len(left) - len(right)) > allowed or not (left + right).isascii():
        return left == right
    return not (is_english(left) and is_english(right)) and distance(left, right) <= allowed and not derived(left, right)


def _unaccented(word: str) -> str:
    signs = word if word.isascii() else unicodedata.normalize("NFD", word)
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _printed(word: Word) -> str:
    return word.token.text.lower() if word.token.kind in {"unit", "figure"} else word.key
