"""Which tokens of a sentence are names of persons, places and bodies, as far as spelling and neighbours tell.  Pure.

Heuristics with their reasons beside them; nobody can know every name.  In English a name is a run of capitals that is more than
the start of a sentence; Chinese has a module of its own (`storage.hannames`).
"""

# ruff: noqa: SIM905 - a list of words reads best as running text

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.gazetteer import (
    BODY_HEADS,
    EVENTS,
    GIVEN_NAMES,
    LEVELS,
    NO_NAME_HEADS,
    ORDINARY,
    PINYIN_SURNAMES,
    PLACES,
    PRODUCTS,
    TITLES,
)
from storage.hannames import han_names
from storage.spelling import american, frequency, is_english, relatives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.lexer import Token

__all__ = ["names"]

_LINKS = frozenset({"of", "for", "and", "de", "da", "van", "von", "al", "bin"})
_TITLE_LINKS = frozenset("on of for against concerning governing the and to".split())
_BEGINNING = frozenset("\"“'‘(:•*-")  # signs behind which a capital says no more than at the start of a sentence
_FREQUENT = 600  # counted as often as this, a word in small letters is no name, even if it has no other form
_SUFFIXES = tuple("ly ing ings ed tion ment ness ance ence ship age ware work fall stock ure".split())
_LEAST_FREQUENT = 1_000  # before another capital a word so rare is a given name, unless it says what somebody does for a living
_CALLINGS = tuple("er or ist ian man woman ant s ly ed ing".split())
_LEAST_WORDS = 4  # of a headline: from so many words on that all begin with a capital, capitals tell nothing
_HEADLINE_LONG = 4  # letters; shorter words are printed small even there


def names(tokens: Sequence[Token]) -> list[tuple[int, bool]]:
    """Return for each token the number of the name that it belongs to (from 1, or 0), and whether that is but a guess."""
    found = [(0, False)] * len(tokens)
    latin = ((places, False) for places in _latin(tokens))
    for number, (places, guessed) in enumerate([*latin, *han_names(tokens)], 1):
        for place in places:
            found[place] = found[place] if found[place][0] else (number, guessed)
    return found


def _latin(tokens: Sequence[Token]) -> Iterator[list[int]]:
    headline = _is_headline(tokens)
    place = 0
    while place < len(tokens):
        run = _run(tokens, place)
        kept = [each for each in run if _stands_out(tokens, each)] if headline else _kept(tokens, run)
        if kept:
            yield kept
        place = run[-1] + 1 if run else place + 1
        if run and tokens[run[-1]].key in NO_NAME_HEADS:
            place = _end_of_title(tokens, place)


def _stands_out(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word of a headline is part of a name, which its capital does not tell."""
    person = tokens[place].key in PINYIN_SURNAMES | GIVEN_NAMES and place + 1 < len(tokens) and _stands_out(tokens, place + 1)
    return person or (_capital(tokens[place]) and not _ordinary(tokens[place].key))


def _end_of_title(tokens: Sequence[Token], place: int) -> int:
    """Return where the title of a law or document ends that began before: the Law on the Protection of Wetlands."""
    end = place
    while place < len(tokens) and (tokens[place].key in _TITLE_LINKS or _capital(tokens[place])) and not tokens[place].gap.strip():
        place += 1
        end = place if _capital(tokens[place - 1]) else end
    return end


def _is_headline(tokens: Sequence[Token]) -> bool:
    """Whether capitals tell nothing in a sentence: it is printed in them, or nearly all of its words begin with one."""
    words = (token for token in tokens if token.kind == "word" and token.key not in _FUNCTION)
    long = [token.text for token in words if len(token.key) >= _HEADLINE_LONG]
    return len(long) > 1 and all(text.isupper() or (len(long) >= _LEAST_WORDS and text[0].isupper()) for text in long)


def _capital(token: Token) -> bool:
    return token.kind == "word" and token.text[:1].isupper() and token.key not in ORDINARY


def _run(tokens: Sequence[Token], start: int) -> list[int]:
    """Return the capitalised words from a place on, with `of`, `for` and `and` inside the name of a body."""
    numbered = _number_of_a_name(tokens, start)
    if not (_capital(tokens[start]) or numbered) or tokens[start].key in TITLES:
        return []
    run = [start]
    for place in range(start + 1, len(tokens)):
        token = tokens[place]
        if token.gap.strip(" -'.") or token.key in TITLES or not (_capital(token) or _links(tokens, run, place)):
            break
        if "." in token.gap and len(tokens[place - 1].text) > 1:  # only initials have a dot within a name
            break
        run.append(place)
    return run


def _number_of_a_name(tokens: Sequence[Token], place: int) -> bool:
    """Whether a number word is a letter of the name that follows: the Three Gorges."""
    token = tokens[place]
    return (
        bool(place)
        and token.kind == "figure"
        and token.text.istitle()
        and token.text.isalpha()
        and token.key[0] in "o0123456789"
        and place + 1 < len(tokens)
        and _capital(tokens[place + 1])
        and not tokens[place + 1].gap.strip()
    )


def _links(tokens: Sequence[Token], run: list[int], place: int) -> bool:
    token = tokens[place]
    if token.key not in _LINKS or place + 1 >= len(tokens) or not _capital(tokens[place + 1]) or tokens[place + 1].gap.strip(" -"):
        return False
    if token.key not in {"of", "for", "and"}:
        return True
    rest = range(place + 1, min(place + 4, len(tokens)))
    in_body = any(tokens[each].key in BODY_HEADS and _capital(tokens[each]) for each in (*run, *rest))
    return in_body and (token.key != "and" or not any(tokens[each].key in BODY_HEADS for each in run))


def _kept(tokens: Sequence[Token], run: list[int]) -> list[int]:
    """Return what of a run is a name: without an ordinary word that only begins the sentence; nothing for laws and events."""
    while run and _begins(tokens, run[0]) and _only_begins(tokens, run):
        run = run[1:]
        if run and not _capital(tokens[run[0]]):
            run = []
    if not run or any(tokens[place].key in EVENTS for place in run) or tokens[run[-1]].key in NO_NAME_HEADS:
        return []
    if all(tokens[place].key in LEVELS or len(tokens[place].key) == 1 for place in run):
        return []
    following = tokens[run[-1] + 1].key if run[-1] + 1 < len(tokens) else ""
    if following in PRODUCTS or (following in NO_NAME_HEADS and all(_ordinary(tokens[place].key) for place in run)):
        return []
    return run


def _begins(tokens: Sequence[Token], place: int) -> bool:
    return place == 0 or bool(set(tokens[place].gap) & _BEGINNING - {"-"})


def _only_begins(tokens: Sequence[Token], run: list[int]) -> bool:
    """Whether the first word of a run has its capital from the start of the sentence alone."""
    first = tokens[run[0]].key
    if len(run) > 1 and (first in PINYIN_SURNAMES or first in GIVEN_NAMES):
        return False
    if len(run) > 1 and tokens[run[-1]].key in BODY_HEADS and first not in _FUNCTION:
        return False
    if tokens[run[0]].text.isupper() and len(first) > 1:
        return False
    if len(run) > 1 and frequency(american(first)) < _LEAST_FREQUENT and not first.endswith(_CALLINGS) and first not in _FUNCTION:
        return False
    following = tokens[run[-1] + 1].key if run[-1] + 1 < len(tokens) else ""
    if len(run) == 1 and following in _SAYS and not first.endswith("s") and first not in _FUNCTION | _CROWDS:
        return False
    return _ordinary(first) and not (len(run) == 1 and first in GIVEN_NAMES and not relatives(first))


# What a person does; one noun alone before it, without an article, is a name: `Brown praised the swimmers`.
_SAYS = frozenset(
    "said says told added explained praised thanked visited met chaired attended promised stressed noted urged welcomed announced"
    " warned spoke resigned retired denied admitted apologised apologized".split()
)
_CROWDS = frozenset(
    "police staff management everyone everybody nobody somebody anyone someone one people government i you we".split()
)
_FUNCTION = frozenset(
    "the a an in on at from of for to by with and but as according further this that these those our it he she they we i you his"
    " her their its my your some any all no not if when while where who what how why both each every after before since until"
    " during although though because despite under over between among about against within without amid besides moreover"
    " furthermore meanwhile however therefore thus hence also then here there now today nevertheless nonetheless elsewhere"
    " thereafter whereas"
    " another other such only just even still yet already perhaps instead once more most many few several including".split()
)


def _ordinary(word: str) -> bool:
    """Whether a word is one that a sentence may begin with, and no name."""
    if word in PLACES:
        return False
    spelt = american(word)
    common = relatives(spelt) or word.endswith(_SUFFIXES) or frequency(spelt) >= _FREQUENT
    return word in _FUNCTION or (is_english(word) and common and word not in GIVEN_NAMES)
