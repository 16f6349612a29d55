"""What kind of change an edit of a text is: cosmetic, numeric, name or substantive.  Pure.

Sentences are aligned before words are (`storage.alignment`).  From each stretch that differs, what reads the same is taken away
first (`storage.slips`), then figures and names with what belongs to them; a word that is left over makes the edit substantive.
Direction never matters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.alignment import changes, dressed, letters
from storage.gazetteer import LEVELS, ROLES, STANDING_FOR, STANDING_FOR_HAN, TITLES
from storage.hannames import PERSON
from storage.lexer import sentences
from storage.slips import keys, without_the_same
from storage.words import BELONGING, LIST_WORDS, VAGUE, VAGUE_HAN, inflected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.lexer import Token
    from storage.slips import Side, Word

    _Pair = tuple[list[Word], list[Word]]

__all__ = ["TEXT_LABELS", "text_labels"]

TEXT_LABELS = ("cosmetic", "numeric", "name", "substantive")
_MOST_CHARACTERS = 8_000
"""A stretch that differs over more than this, counted in both texts, is another text: nobody reads a name out of it, and telling
its words apart would hold up the look that brought it."""
_LONGEST_ROLE = 6  # words behind a title that go with a name: `head of the water bureau`
_MOST_INFLECTED = 10_000  # pairs of words left over by the figures of a change; beyond a hundred words aside it is no inflection
_ROLE_LINKS = frozenset(("of", "for", "at", "in"))

_HAN_BELONGING = re.compile(
    "以上|左右|超过|超|约|近|逾|余|多|总共|共|达|计"  # hedges
    "|于|在|自|至|从|到|起|止|将|以内|内|底前|之前|前"  # prepositions, and what stands in their place behind a figure
    "|第|整|的"
)
_HAN_LIST = re.compile("以及|包括|其中|和|与|及|等|的|由|、")
_APOSTROPHE, _POSSESSIVE = "'", re.compile(r"'s\b")
_SPOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")


def text_labels(before: str, after: str) -> tuple[str, ...]:
    """Return the labels of an edit of a text (paragraphs parted by empty lines) in the order of TEXT_LABELS; none if equal.

    `cosmetic` stands alone, the others in any company; texts in the other order bear the same labels.
    """
    if before == after:
        return ()
    first, second = _differing(*sorted((before, after)))
    if len(first) + len(second) > _MOST_CHARACTERS:
        return ("substantive",)
    old, new = sentences(first), sentences(second)
    start = _common(old, new)
    length = _common(old[start:][::-1], new[start:][::-1])
    gone, come = old[start : len(old) - length], new[start : len(new) - length]
    found: set[str] = set()
    if letters(gone) != letters(come):
        elsewhere = sorted((before, after))
        for change in changes(dressed(gone), dressed(come), found):
            found |= _judged(*change, elsewhere)
    return tuple(label for label in TEXT_LABELS if label in found) or ("cosmetic",)


def _differing(first: str, second: str) -> tuple[str, str]:
    """Return two texts without the lines that both begin and end with: most edits are small."""
    old, new = first.split("\n"), second.split("\n")
    shorter = min(len(old), len(new))
    start = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    length = next((n for n in range(shorter - start) if old[-n - 1] != new[-n - 1]), shorter - start)
    return "\n".join(old[start : len(old) - length]), "\n".join(new[start : len(new) - length])


def _common(old: Sequence[tuple[Token, ...]], new: Sequence[tuple[Token, ...]]) -> int:
    shorter = min(len(old), len(new))
    return next((place for place in range(shorter) if _keys(old[place]) != _keys(new[place])), shorter)


def _keys(sentence: Sequence[Token]) -> list[str]:
    return [token.key for token in sentence]


# Judging one change


def _judged(left: Side, right: Side, elsewhere: Sequence[str]) -> set[str]:
    """Return the labels of one change; the empty set for one that reads the same."""
    left, right = without_the_same(left, right)
    if not left and not right:
        return set()
    figures = _figures(left, right), _figures(right, left)
    names = (list(left), list(right)) if _persons_exchanged(left, right) else (_names(left), _names(right))
    own = {*figures[0], *figures[1], *names[0], *names[1]}
    bare = [[word for word in side if word not in own] for side in (left, right)]
    if _values(figures[0]) == _values(figures[1]):
        figures = [], []
    rest = _left_over(bare[0], bare[1], figures, names)
    labels = {"substantive"} if rest else set()
    if all(figures) or (any(figures) and not rest):
        labels.add("numeric")
    return labels | _name_label(names, elsewhere, rest=rest) or {"substantive"}


def _persons_exchanged(left: Side, right: Side) -> bool:
    """Whether Chinese persons whom no neighbour betrayed as such gave way to one another, or to a pronoun."""
    texts = [_han(list(side)) for side in (left, right)]
    alone = all(len(text) == len(side) for text, side in zip(texts, (left, right), strict=True))
    persons = [bool(PERSON.fullmatch(text)) for text in texts]
    if not alone or not any(persons):
        return False
    return max(map(len, texts)) > len("某某") if all(persons) else any(text in {"他", "她"} for text in texts)


def _names(side: Side) -> list[Word]:
    return [word for word in side if word.kind == "name"]


def _values(figures: list[Word]) -> list[str]:
    return [word.key.removesuffix("of") for word in figures]


def _figures(side: Side, other: Side) -> list[Word]:
    """Return the figures of a side; that of `one of` counts only in exchange for another."""
    exchanged = any(word.kind == "figure" for word in other)
    return [word for word in side if word.kind == "figure" and (exchanged or word.key != "1of")]


def _name_label(named: _Pair, elsewhere: Sequence[str], *, rest: bool) -> set[str]:
    if not any(named) or keys(named[0]) == keys(named[1]):
        return set()
    if all(named) or not rest:
        return {"name"}
    side = 0 if named[0] else 1
    other = _text_spoken(elsewhere[1 - side])
    return {"name"} if any(f" {name} " not in other for name in _whole(named[side])) else set()


def _spoken(text: str) -> str:
    """Return the words and characters of a text, parted by spaces, as the keys of tokens are."""
    folded = unicodedata.normalize("NFKC", text).lower().translate({ord("’"): "'"})
    return f" {' '.join(_SPOKEN.findall(re.sub(_POSSESSIVE, '', folded).replace(_APOSTROPHE, '')))} "


_text_spoken = lru_cache(maxsize=2)(_spoken)  # asked for each name of an edit


def _whole(words: list[Word]) -> list[str]:
    """Return the names that some words are of, each in one piece."""
    numbers = dict.fromkeys(word.name for word in words)
    return [_spoken(" ".join(word.token.text for word in words if word.name == number)).strip() for number in numbers]


def _left_over(left: list[Word], right: list[Word], figures: _Pair, named: _Pair) -> bool:
    """Whether a word remains once all that belongs to the figures and names of a change is taken away."""
    if any(figures):
        left, right = _without_units(left, right, figures)
        left, right = ([word for word in side if word.key not in BELONGING and word.key not in VAGUE] for side in (left, right))
    if any(figures) or any(named):
        left, right = _uninflected(left, right)
    if any(named):
        left, right = _without_titles(left, right, named)
    texts = [_han(side) for side in (left, right)]
    if any(figures):
        texts = [_HAN_BELONGING.sub("", VAGUE_HAN.sub("", text)) for text in texts]
    if any(named):
        texts = [text if own else STANDING_FOR_HAN.sub("", text) for text, own in zip(texts, named, strict=True)]
        texts = [_HAN_LIST.sub("", text) for text in _without_roles(texts)]
    return any(texts) or any(word.kind != "han" for side in (left, right) for word in side)


def _han(side: list[Word]) -> str:
    return "".join(word.key for word in side if word.kind == "han")


def _without_roles(texts: list[str]) -> list[str]:
    roles = [ROLES.findall(text) for text in texts]
    return texts if all(roles) and roles[0] != roles[1] else [ROLES.sub("", text) for text in texts]


def _without_units(left: list[Word], right: list[Word], figures: _Pair) -> tuple[list[Word], list[Word]]:
    """Take the units away; where both sides have a figure with a unit, only if these are the same."""
    units = [_units(side) for side in (left, right)]
    if all(figures) and all(units) and units[0] != units[1]:
        return left, right
    return [word for word in left if word.kind != "unit"], [word for word in right if word.kind != "unit"]


def _units(side: list[Word]) -> set[str]:
    """Return the units of a side; that of a share (`half`, 三成) counts if no other is printed: `half an hour`."""
    printed = {word.key for word in side if word.kind == "unit" and word.token.text}
    return printed or {word.key for word in side if word.kind == "unit"}


def _without_titles(left: list[Word], right: list[Word], named: _Pair) -> tuple[list[Word], list[Word]]:
    """Take away titles and roles, list words and what a name stands in for; titles that were exchanged for others stay."""
    titles = [[word.key for word in side if word.key in TITLES] for side in (left, right)]
    exchanged = all(titles) and titles[0] != titles[1]
    sides = []
    for side, own in zip((left, right), named, strict=True):
        free = LIST_WORDS | (frozenset() if exchanged else TITLES | LEVELS) | (frozenset() if own else STANDING_FOR)
        roles = set() if exchanged else _roles(side)
        sides.append([word for place, word in enumerate(side) if word.key not in free and place not in roles])
    return sides[0], sides[1]


def _roles(side: list[Word]) -> set[int]:
    """Return the places of the words around titles that say of what: `head of the water bureau`, `stage director`."""
    found: set[int] = set()
    for place, word in enumerate(side):
        if word.key in TITLES:
            found.add(place - 1)
            if place + 1 < len(side) and side[place + 1].key in _ROLE_LINKS:
                found.update(range(place + 1, place + 1 + _LONGEST_ROLE))
    return found


def _uninflected(left: list[Word], right: list[Word]) -> tuple[list[Word], list[Word]]:
    """Take away pairs that differ by the inflection that a figure asks for: `person`, `people`; `school`, `schools`."""
    if len(left) * len(right) > _MOST_INFLECTED:
        return left, right
    pairs = [(one, other) for one in left for other in right if inflected(one.key, other.key)]
    ours, theirs = {one for one, _ in pairs}, {other for _, other in pairs}
    return [word for word in left if word not in ours], [word for word in right if word not in theirs]
