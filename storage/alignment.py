"""Which stretches of two texts differ: sentences are aligned first, then the words of those that stay.  Pure."""

from __future__ import annotations

from collections import Counter
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from storage.names import names
from storage.sequences import common_runs
from storage.slips import Word, doubled, keys, slipped
from storage.spelling import american
from storage.words import BELONGING, LIGHT_HAN, LIST_WORDS, inflected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.lexer import Token
    from storage.slips import Change, Side

__all__ = ["changes", "dressed", "letters"]

# Pairs of sentences that are weighed at most; texts rewritten throughout are substantive anyway.
_MOST_PAIRS = 400
# How much it tells that a word is on both sides: names and figures may have swapped places around the words that stay, so
# that they weigh less than one of them; list words and prepositions stand everywhere.
_WORD, _HAN, _FIGURE, _NAME, _UNIT, _LIGHT = 60, 48, 36, 36, 24, 12
_STEPS = ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (1, 4), (4, 1))  # sentences that may become sentences
_MOST_OF_BOTH = 0.75  # the words that two sentences share with one, if that one was split or joined by a sign
_HEDGES = frozenset("共计总约近超过逾")
_NEAR = 4  # words between a figure and what belongs to it: 共接待游客12万人; `two shops, which sell`


def dressed(sentences: Sequence[tuple[Token, ...]]) -> list[Side]:
    """Return the words of sentences with the names that they belong to."""
    return [_dressed(line, names(line), doubled(line)) for line in sentences]


def _dressed(line: Sequence[Token], found: Sequence[tuple[int, bool]], twice: dict[int, int]) -> Side:
    """Return the words of a sentence; in a name only digits, and what a sign marks as a number, are figures."""
    words = []
    for place, (token, (name, guessed)) in enumerate(zip(line, found, strict=True)):
        after = line[place + 1].text if place + 1 < len(line) else ""
        plain = token.text[:1] in {"第", "首"} or after in {"号", "路"} or any(map(str.isdigit, token.text))
        lettered = bool(name) and token.kind == "figure" and not plain
        words.append(Word(token, name, guessed=guessed, lettered=lettered, again=twice.get(place, 0)))
    return tuple(words)


def letters(sentences: Sequence[Sequence[Token]]) -> str:
    """Return what a passage says without spaces, signs and articles; figures stand apart."""
    return "".join(
        f"\0{token.key}\0" if token.kind == "figure" else token.key
        for line in sentences
        for token in line
        if token.kind != "article"
    )


def changes(old: list[Side], new: list[Side], found: set[str]) -> Iterator[Change]:
    """Yield the stretches that differ: those of sentences that stay, and sentences that went or came as a whole.

    What only moved is no such stretch; it makes the edit substantive, which is added to the labels `found`.
    """
    gone: list[Side] = []
    come: list[Side] = []
    for here, there in _paired(old, new):
        if here is None or there is None:
            (gone if there is None else come).append(here or there or ())
        elif not _same(here, there):
            yield from _within(here, there, found)
    moved = {tuple(keys(line)) for line in gone} & {tuple(keys(line)) for line in come}
    if moved:
        found.add("substantive")
    yield from ((line, ()) for line in gone if tuple(keys(line)) not in moved)
    yield from (((), line) for line in come if tuple(keys(line)) not in moved)


def _same(here: Side, there: Side) -> bool:
    return letters([[word.token for word in here]]) == letters([[word.token for word in there]])


# Sentences


def _paired(old: list[Side], new: list[Side]) -> list[tuple[Side | None, Side | None]]:
    """Return which sentence became which; one that was split or joined by a sign alone counts as one."""
    if len(old) * len(new) > _MOST_PAIRS:
        return [*((line, None) for line in old), *((None, line) for line in new)]
    words = [_words(side) for side in old], [_words(side) for side in new]
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for here in range(len(old) + 1):
        for there in range(len(new) + 1):
            steps = [(i, j) for i, j in _STEPS if here >= i and there >= j]
            worths = (_worth(words[0][here - i : here], words[1][there - j : there]) for i, j in steps)
            ends = [(best[here - i, there - j][0] + worth, (i, j)) for (i, j), worth in zip(steps, worths, strict=True)]
            best[here, there] = max(ends, default=(0.0, (0, 0)))
    pairs: list[tuple[Side | None, Side | None]] = []
    here, there = len(old), len(new)
    while here or there:
        i, j = best[here, there][1]
        pairs.append((sum(old[here - i : here], ()) if i else None, sum(new[there - j : there], ()) if j else None))
        here, there = here - i, there - j
    return pairs[::-1]


def _worth(left: list[list[str]], right: list[list[str]]) -> float:
    """Return how many words two passages share, 0 for one that has no partner, less than that for a pair that does not stay."""
    if not left or not right:
        return 0.0
    one, other = list(chain.from_iterable(left)), list(chain.from_iterable(right))
    fewer, more = sorted((len(one), len(other)))
    if len(left) == len(right):
        shared = _shared(one, other, fewer / 2) or (fewer if _misspelt(one, other) else 0)
        return shared + 0.1 if shared else -1.0
    shared = _shared(one, other, _MOST_OF_BOTH * more) if fewer >= _MOST_OF_BOTH * more else 0
    return shared - 1.0 if shared else -1.0


def _shared(one: list[str], other: list[str], least: float) -> int:
    """Return how many words two passages share in one order, or 0 if these are fewer than that."""
    if (Counter(one) & Counter(other)).total() < least:  # no order helps where there are not enough of them
        return 0
    shared = sum(length for _here, _there, length in common_runs(one, other))
    return shared if shared >= least else 0


def _misspelt(one: list[str], other: list[str]) -> bool:
    """Whether an English sentence shares so few words with another because it is full of slips."""
    return len(one) == len(other) and all(map(slipped, one, other))


def _words(side: Side) -> list[str]:
    return [american(word.key) if word.kind == "word" else word.key for word in side if word.kind != "mark"]


# Within a sentence that stays


def _within(here: Side, there: Side, found: set[str]) -> Iterator[Change]:
    """Yield the changes within a sentence that stays, widened to whole names; what only moved is told by itself."""
    pairs = _widened(here, there)
    gone = [_content(left) for left, right in pairs if not _content(right)]
    come = [_content(right) for left, right in pairs if not _content(left)]
    moved = [content for content in gone if content and content in come]
    if moved:
        found.add("substantive")
    for left, right in pairs:
        if not (moved and ((not _content(right) and _content(left) in moved) or (not _content(left) and _content(right) in moved))):
            yield left, right


def _content(side: Side) -> list[str]:
    return [word.key for word in side if word.kind != "article" and word.key not in {"and", "和", "与", "及"}]


def _widened(here: Side, there: Side) -> list[Change]:
    runs = common_runs(keys(here), keys(there), _weights(here))
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
    return _stretches(here, there, _slid(here, there, kept))


def _slid(here: Side, there: Side, kept: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs of words so that of what was set twice the first is kept."""
    left, right = {a for a, _ in kept}, {b for _, b in kept}
    return [(_first(here, a, left), _first(there, b, right)) for a, b in kept]


def _first(side: Side, place: int, kept: set[int]) -> int:
    before = place - side[place].again
    return place if before in kept or side[before].key != side[place].key else before


def _stretches(here: Side, there: Side, kept: list[tuple[int, int]]) -> list[Change]:
    """Return what stands between the words that are kept; what belongs to a figure or name close by is part of its change."""
    found: list[Change] = []
    last = -_NEAR
    for (a, b), (c, d) in pairwise([(-1, -1), *kept, (len(here), len(there))]):
        left, right = here[a + 1 : c], there[b + 1 : d]
        if not left and not right:
            continue
        if found and a - last < _NEAR and (_counts(found[-1], (left, right)) or _agrees(found[-1], (left, right))):
            before = found.pop()
            left, right = before[0] + left, before[1] + right
        found.append((left, right))
        last = c - 1
    return found


def _holds(change: Change, *kinds: str) -> bool:
    return any(word.kind in kinds for side in change for word in side)


def _counts(before: Change, change: Change) -> bool:
    """Whether a change is but a hedge of the figure that follows: 共接待游客12万人."""
    return {word.key for side in before for word in side} <= _HEDGES and _holds(change, "figure")


def _agrees(before: Change, change: Change) -> bool:
    """Whether a change is but the inflection that follows a figure or a name: `two shops, which sell`, `one shop, which sells`."""
    left, right = change
    one_word = len(left) == len(right) == 1 and left[0].kind == right[0].kind == "word"
    return one_word and inflected(left[0].key, right[0].key) and _holds(before, "figure", "name")


def _weights(side: Side) -> list[int]:
    lengths: dict[int, int] = {}
    for word in side:
        lengths[word.name] = lengths.get(word.name, 0) + 1
    return [_weight(word, lengths[word.name]) for word in side]


def _weight(word: Word, length: int) -> int:
    if word.kind == "name":
        return _NAME // length
    if word.key in BELONGING or word.key in LIST_WORDS or word.key in LIGHT_HAN or word.kind in {"article", "mark"}:
        return _LIGHT
    return {"figure": _FIGURE, "unit": _UNIT, "han": _HAN}.get(word.kind, _WORD)


def _touched(here: Side, there: Side, kept: list[tuple[int, int]]) -> tuple[set[int], set[int]]:
    """Return the numbers of the names of which a letter changed; words run together are no change of a name."""
    left, right = {a for a, _ in kept}, {b for _, b in kept}
    return (
        {word.name for place, word in enumerate(here) if place not in left and word.kind == "name"},
        {word.name for place, word in enumerate(there) if place not in right and word.kind == "name"},
    )
