"""What kind of change an edit of a text is: cosmetic, numeric, name or substantive.  Pure.

Sentences are aligned before words are.  From each stretch that differs, what reads the same is taken away first, then figures
and names with what belongs to them; a word that is left over makes the edit substantive.  Direction never matters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from storage.figures import Token, sentences
from storage.names import ROLES, STANDING_FOR_HAN, names
from storage.sequences import common_runs, distance
from storage.words import (
    BELONGING,
    CONFUSED,
    INFLECTED,
    LIST_WORDS,
    STANDING_FOR,
    TITLES,
    VAGUE,
    VAGUE_HAN,
    american,
    is_english,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["TEXT_LABELS", "text_labels"]

TEXT_LABELS = ("cosmetic", "numeric", "name", "substantive")
# Pairs of sentences that are weighed at most; texts rewritten throughout are substantive anyway.
_MOST_PAIRS = 400
_MOST_CHARACTERS = 8_000
"""A stretch that differs over more than this, counted in both texts, is another text: nobody reads a name out of it, and telling
its words apart would hold up the look that brought it."""
_LONGEST_ROLE = 6  # words of a role that go with a name: `head of the water bureau`
_SHORT_WORD = 4  # a slip of two letters is believed in longer words only

_HAN_BELONGING = re.compile("以上|左右|超过|超|约|近|逾|余|多|共|达|计|于|在|自|至|从|到|起|第|的|以内|将")
_HAN_LIST = re.compile("以及|包括|其中|和|与|及|等|的|由|、")

_SPOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True)
class _Word:
    """A token, and the number of the name it belongs to (0: none)."""

    token: Token
    name: int

    @property
    def key(self) -> str:
        """What the token is compared by."""
        return self.token.key

    @property
    def kind(self) -> str:
        """What the token is: part of a name, or what it is by itself."""
        return "name" if self.name and self.token.kind not in {"figure", "article"} else self.token.kind


_Side = tuple[_Word, ...]
_Change = tuple[_Side, _Side]


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
    if _letters(gone) != _letters(come):
        elsewhere = sorted((before, after))
        for change in _changes(_dressed(gone), _dressed(come), found):
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


def _letters(side: Sequence[Sequence[Token]]) -> str:
    """Return what a passage says without spaces, signs and articles; figures stand apart."""
    return "".join(
        f"\0{token.key}\0" if token.kind == "figure" else token.key for line in side for token in line if token.kind != "article"
    )


def _dressed(side: Sequence[tuple[Token, ...]]) -> list[_Side]:
    return [tuple(_Word(token, name) for token, name in zip(line, names(line), strict=True)) for line in side]


# Alignment


def _changes(old: list[_Side], new: list[_Side], found: set[str]) -> Iterator[_Change]:
    """Yield the stretches that differ: those of sentences that stay, and sentences that went or came as a whole."""
    gone: list[_Side] = []
    come: list[_Side] = []
    for here, there in _paired(old, new):
        if here is None or there is None:
            (gone if there is None else come).append(here or there or ())
        elif _same(here, there):
            continue
        else:
            yield from _within(here, there, found)
    moved = {tuple(_spelt(line)) for line in gone} & {tuple(_spelt(line)) for line in come}
    if moved:
        found.add("substantive")
    yield from ((line, ()) for line in gone if tuple(_spelt(line)) not in moved)
    yield from (((), line) for line in come if tuple(_spelt(line)) not in moved)


def _spelt(side: _Side) -> list[str]:
    return [word.key for word in side]


def _same(here: _Side, there: _Side) -> bool:
    return _letters([[word.token for word in here]]) == _letters([[word.token for word in there]])


def _paired(old: list[_Side], new: list[_Side]) -> list[tuple[_Side | None, _Side | None]]:
    """Return which sentence became which; one that was split or joined by a sign alone counts as one."""
    if len(old) * len(new) > _MOST_PAIRS:
        return [*((line, None) for line in old), *((None, line) for line in new)]
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {(0, 0): (0.0, None)}
    for here in range(len(old) + 1):
        for there in range(len(new) + 1):
            best[here, there] = (
                max(
                    (best[here - i, there - j][0] + _worth(old[here - i : here], new[there - j : there]), (i, j))
                    for i, j in ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
                    if here >= i and there >= j
                )
                if here or there
                else (0.0, None)
            )
    pairs: list[tuple[_Side | None, _Side | None]] = []
    here, there = len(old), len(new)
    while step := best[here, there][1]:
        left, right = old[here - step[0] : here], new[there - step[1] : there]
        pairs.append((sum(left, ()) if step[0] else None, sum(right, ()) if step[1] else None))
        here, there = here - step[0], there - step[1]
    return pairs[::-1]


def _worth(left: list[_Side], right: list[_Side]) -> float:
    """Return how many words two passages share, 0 for one that has no partner, less than that for a pair that does not stay."""
    if not left or not right:
        return 0.0
    one, other = _words(sum(left, ())), _words(sum(right, ()))
    shared = sum(length for _here, _there, length in common_runs(one, other))
    if max(len(left), len(right)) > 1:
        return shared - 1.0 if shared >= 0.75 * max(len(one), len(other)) else -1.0
    return float(shared) + 0.1 if 2 * shared >= min(len(one), len(other)) else -1.0


def _words(side: _Side) -> list[str]:
    return [word.key for word in side if word.kind != "mark"]


def _within(here: _Side, there: _Side, found: set[str]) -> Iterator[_Change]:
    """Yield the changes within a sentence that stays, widened to whole names; what only moved is told by itself."""
    changes = _widened(here, there)
    gone = [_content(left) for left, right in changes if not _content(right)]
    come = [_content(right) for left, right in changes if not _content(left)]
    moved = [keys for keys in gone if keys and keys in come]
    if moved:
        found.add("substantive")
    for left, right in changes:
        if not (moved and ((not _content(right) and _content(left) in moved) or (not _content(left) and _content(right) in moved))):
            yield left, right


def _content(side: _Side) -> list[str]:
    return [word.key for word in side if word.kind != "article" and word.key not in {"and", "和", "与", "及"}]


def _widened(here: _Side, there: _Side) -> list[_Change]:
    runs = common_runs([word.key for word in here], [word.key for word in there])
    kept = [(a + i, b + i) for a, b, length in runs for i in range(length)]
    touched = _touched(here, there, kept)
    while True:  # a name that is touched is touched as a whole, and so is the one that stood in its place
        rest = [
            (a, b)
            for a, b in kept
            if not (here[a].name and here[a].name in touched[0]) and not (there[b].name and there[b].name in touched[1])
        ]
        if len(rest) == len(kept):
            break
        kept, touched = rest, _touched(here, there, rest)
    borders = [(-1, -1), *kept, (len(here), len(there))]
    stretches = [(here[a + 1 : c], there[b + 1 : d]) for (a, b), (c, d) in pairwise(borders)]
    return [(left, right) for left, right in stretches if left or right]


def _touched(here: _Side, there: _Side, kept: list[tuple[int, int]]) -> tuple[set[int], set[int]]:
    """Return the numbers of the names of which a letter changed; words run together are no change of a name."""
    left, right = {a for a, _ in kept}, {b for _, b in kept}
    return (
        {word.name for place, word in enumerate(here) if place not in left and word.kind == "name"},
        {word.name for place, word in enumerate(there) if place not in right and word.kind == "name"},
    )


# Judging one change


def _judged(left: _Side, right: _Side, elsewhere: Sequence[str]) -> set[str]:
    """Return the labels of one change; the empty set for one that reads the same."""
    left, right = _uncosmetic(left, right)
    if not left and not right:
        return set()
    figures = [[word for word in side if word.kind == "figure"] for side in (left, right)]
    if not all(figures) and any(map(_one_of, (left, right))):
        return {"substantive"}
    named = [[word for word in side if word.kind == "name"] for side in (left, right)]
    bare = [_without(side, "figure" if any(figures) else "", "name" if any(named) else "") for side in (left, right)]
    rest = _left_over(bare, figures, named)
    labels: set[str] = set()
    if rest:
        labels.add("substantive")
    exchanged = all(figures) and _spelt(tuple(figures[0])) != _spelt(tuple(figures[1]))
    alone = any(figures) and not all(figures) and not rest
    if exchanged or alone:
        labels.add("numeric")
    labels |= _name_label(named, elsewhere, rest=rest)
    return labels or {"substantive"}


def _one_of(side: _Side) -> bool:
    """Whether a side's figure is that of `one of`, which counts only in exchange for another."""
    return any(word.token.text.lower() == "one" and after.key == "of" for word, after in pairwise(side))


def _name_label(named: list[list[_Word]], elsewhere: Sequence[str], *, rest: bool) -> set[str]:
    keys = [_spelt(tuple(side)) for side in named]
    if not any(named) or keys[0] == keys[1]:
        return set()
    if all(named) or not rest:
        return {"name"}
    side = 0 if named[0] else 1
    return {"name"} if any(f" {name} " not in _spoken(elsewhere[1 - side]) for name in _whole(named[side])) else set()


def _spoken(text: str) -> str:
    """Return the words and characters of a text, parted by spaces, as the keys of tokens are."""
    words = _SPOKEN.findall(unicodedata.normalize("NFKC", text).lower().replace("'", "").replace("’", ""))
    return f" {' '.join(words)} "


def _whole(words: list[_Word]) -> list[str]:
    numbers = dict.fromkeys(word.name for word in words)
    return [" ".join(word.key for word in words if word.name == number) for number in numbers]


def _without(side: _Side, *kinds: str) -> list[_Word]:
    return [word for word in side if word.kind not in kinds and word.kind != "article"]


def _left_over(bare: list[list[_Word]], figures: list[list[_Word]], named: list[list[_Word]]) -> bool:
    """Whether a word remains once all that belongs to the figures and names of a change is taken away."""
    left, right = bare
    if any(figures):
        left, right = _without_units(left, right, both=all(figures))
        left, right = ([word for word in side if word.key not in BELONGING] for side in (left, right))
        if not all(figures):
            left, right = ([word for word in side if word.key not in VAGUE] for side in (left, right))
        left, right = _uninflected(left, right)
    if any(named):
        left, right = _without_titles(left, right, named)
    texts = [_han(side) for side in (left, right)]
    if any(figures):
        texts = [_HAN_BELONGING.sub("", VAGUE_HAN.sub("", text) if not all(figures) else text) for text in texts]
    if any(named):
        texts = [_HAN_LIST.sub("", text) for text in texts]
        texts = [text if own else STANDING_FOR_HAN.sub("", text) for text, own in zip(texts, named, strict=True)]
        texts = _without_roles(texts)
    return any(texts) or any(word.kind != "han" for side in (left, right) for word in side)


def _han(side: list[_Word]) -> str:
    return "".join(word.key for word in side if word.kind == "han")


def _without_roles(texts: list[str]) -> list[str]:
    roles = [ROLES.findall(text) for text in texts]
    return texts if all(roles) and roles[0] != roles[1] else [ROLES.sub("", text) for text in texts]


def _without_units(left: list[_Word], right: list[_Word], *, both: bool) -> tuple[list[_Word], list[_Word]]:
    """Take the units away; where both sides have a figure, only those that are the same."""
    units = [sorted(word.key for word in side if word.kind == "unit") for side in (left, right)]
    if both and units[0] != units[1] and all(units):
        return left, right
    return [word for word in left if word.kind != "unit"], [word for word in right if word.kind != "unit"]


def _without_titles(left: list[_Word], right: list[_Word], named: list[list[_Word]]) -> tuple[list[_Word], list[_Word]]:
    titles = [[word.key for word in side if word.key in TITLES] for side in (left, right)]
    exchanged = all(titles) and titles[0] != titles[1]
    sides = []
    for side, own in zip((left, right), named, strict=True):
        free = LIST_WORDS | (frozenset() if exchanged else TITLES) | (frozenset() if own else STANDING_FOR)
        of_role = not exchanged and any(word.key in TITLES for word in side) and len(side) <= _LONGEST_ROLE
        sides.append([word for word in side if word.kind == "han" or not (word.key in free or of_role)])
    return sides[0], sides[1]


def _uninflected(left: list[_Word], right: list[_Word]) -> tuple[list[_Word], list[_Word]]:
    """Take away pairs that differ by the inflection that a figure asks for: `person`, `people`; `school`, `schools`."""
    pairs = [(one, other) for one in left for other in right if _inflected(one.key, other.key)]
    return [word for word in left if word not in {one for one, _ in pairs}], [
        word for word in right if word not in {other for _, other in pairs}
    ]


def _inflected(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return frozenset((one, other)) in INFLECTED or long in {short, short + "s", short + "es", short[:-1] + "ies"}


# What reads the same


def _uncosmetic(left: _Side, right: _Side) -> _Change:
    """Take away what reads the same: words run together, slips, doubled words, articles."""
    if _printed(left) == _printed(right):
        return (), ()
    for dropped in (frozenset(), frozenset({"article"})):
        left, right = (tuple(word for word in side if word.kind not in dropped) for side in (left, right))
        if len(left) == len(right):
            pairs = [(one, other) for one, other in zip(left, right, strict=True) if not _slip(one, other)]
            left, right = tuple(one for one, _ in pairs), tuple(other for _, other in pairs)
    if "".join(_spelt(left)) == "".join(_spelt(right)):
        return (), ()
    return tuple(word for word in left if word.kind != "article"), tuple(word for word in right if word.kind != "article")


def _printed(side: _Side) -> str:
    """Return what a side says as printed, without spaces; a figure other than a word by its value."""
    return "".join(word.token.text.lower() if word.token.text.isalpha() else word.key for word in side)


def _slip(one: _Word, other: _Word) -> bool:
    """Whether one word is the other, slipped: of the closed list, spelt as across the ocean, or no English word."""
    if one.key == other.key:
        return True
    if one.kind == other.kind == "name" or "figure" in {one.kind, other.kind}:
        return False
    if frozenset((one.key, other.key)) in CONFUSED:
        return True
    if {one.kind, other.kind} - {"word", "article", "name"} or not other.key.isascii() or not one.key.isascii():
        return False
    if american(one.key) == american(other.key):
        return True
    allowed = 1 if min(len(one.key), len(other.key)) <= _SHORT_WORD else 2
    return is_english(one.key) != is_english(other.key) and distance(one.key, other.key) <= allowed
