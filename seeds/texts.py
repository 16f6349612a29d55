"""Titles and texts for the embedded portal: a grammar of sentences, and the same words for the same seed, always."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import count
from typing import NamedTuple

from seeds.words import CLOSINGS, GENERAL, TAILS, TOPICS, WORDS, Topic

__all__ = ["Draft", "compose", "dice", "drafts", "seed_document", "sentence", "without_a_sentence"]

NBSP = "\u00a0"
SEED_FILE = "000_61406b28d74e9c75.txt"
SHORT = (3, 8)
LONG = (18, 26)


class Draft(NamedTuple):
    """A title and its paragraphs, before they are published."""

    title: str
    paragraphs: tuple[str, ...]


class SeedDocument(NamedTuple):
    """The seed press release: its title, printed date and paragraphs, exactly as the file has them."""

    title: str
    published: str
    paragraphs: tuple[str, ...]


def dice(*parts: object) -> random.Random:
    """Return a generator that depends on `parts` alone, on every machine and in every run."""
    return random.Random(":".join(map(str, parts)))  # noqa: S311 - texts that can be repeated, not secrets


def _figures(rng: random.Random) -> dict[str, str]:
    return {
        "n": str(rng.randint(3, 29)),
        "m": str(rng.randint(30, 96)),
        "day": str(rng.randint(1, 28)),
        "hundreds": str(rng.randint(103, 989)),
        "thousand": str(rng.randint(2, 94)),
        "pct": f"{rng.randint(1, 38)}.{rng.randint(1, 9)}",
    }


class _Slots(Mapping[str, str]):
    """The words for the slots of one template: a draw for each time that a slot is named."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def __getitem__(self, key: str) -> str:
        if key == "person":
            return f"{self['surname']} {self['given']}"
        return self.rng.choice(WORDS[key]) if key in WORDS else _figures(self.rng)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(WORDS)

    def __len__(self) -> int:
        return len(WORDS)


class _Formatter(string.Formatter):
    """Adds `!t` (as in a title, without its article) and `!c` (first letter large) to the conversions."""

    def convert_field(self, value: object, conversion: str | None) -> object:
        word = str(value)
        if conversion == "t":
            bare = word.removeprefix("the ")
            return " ".join(part if part == "of" else part[:1].upper() + part[1:] for part in bare.split(" "))
        return word[:1].upper() + word[1:] if conversion == "c" else word


def _fill(template: str, rng: random.Random) -> str:
    return _Formatter().vformat(template, (), _Slots(rng))


def sentence(rng: random.Random) -> str:
    """Return one sentence that could stand in any press release."""
    return _fill(rng.choice(GENERAL), rng)


def _paragraph(topic: Topic, rng: random.Random) -> str:
    own = rng.sample(topic.sentences, rng.randint(1, 3))
    return " ".join(_fill(template, rng) for template in [*own, *rng.sample(GENERAL, rng.randint(1, 3))])


def _no_breaks(paragraph: str, rng: random.Random) -> str:
    """Put a no-break space where an editor's program left one: for a space, beside one, or at the end."""
    spaces = [match.start() for match in re.finditer(" ", paragraph)]
    place = rng.choice(spaces)
    return rng.choice(
        (
            f"{paragraph[:place]}{NBSP}{paragraph[place + 1 :]}",
            f"{paragraph[:place]} {NBSP}{paragraph[place + 1 :]}",
            f"{paragraph} {NBSP}",
        )
    )


def _as_typed(paragraphs: list[str], rng: random.Random) -> tuple[str, ...]:
    """Give a text the marks of the people who typed it: lost apostrophes, no-break spaces, indents."""
    habit = rng.random()
    if habit < 0.12:  # noqa: PLR2004 - shares of habits, seen nowhere else
        return tuple(text.replace("’", "") for text in paragraphs)
    if habit < 0.34:  # noqa: PLR2004 - as above
        return tuple(_no_breaks(text, rng) if rng.random() < 0.6 else text for text in paragraphs)  # noqa: PLR2004 - as above
    if habit < 0.44:  # noqa: PLR2004 - as above
        return tuple(NBSP * 4 + text for text in paragraphs)
    return tuple(paragraphs)


def compose(rng: random.Random) -> Draft:
    """Return a title and 3 to 8 paragraphs on one subject; one text in twenty runs to about 20."""
    topic = rng.choice(TOPICS)
    title = _fill(rng.choice(topic.titles), rng)
    if rng.random() < 0.08:  # noqa: PLR2004 - the share of titles that no meta tag holds
        title = f"{title} {_fill(rng.choice(TAILS), rng)}"
    shortest, longest = LONG if rng.random() < 0.05 else SHORT  # noqa: PLR2004 - as the docstring says
    paragraphs = [_paragraph(topic, rng) for _ in range(rng.randint(shortest, longest) - 1)]
    return Draft(title, _as_typed([*paragraphs, _fill(rng.choice(CLOSINGS), rng)], rng))


def drafts(seed: int) -> Iterator[Draft]:
    """Yield drafts without end; no two have the same title."""
    taken: set[str] = set()
    for number in count():
        draft = compose(dice(seed, "draft", number))
        if draft.title not in taken:
            taken.add(draft.title)
            yield draft


def without_a_sentence(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paragraphs with the last sentence of the longest of them gone, or its last word if it has but one sentence."""
    longest = max(range(len(paragraphs)), key=lambda place: len(paragraphs[place]))
    text = paragraphs[longest].rstrip()
    sentences = re.split(r"(?<=[.!?”]) +(?=[A-Z“0-9])", text)
    shorter = " ".join(sentences[:-1]) if len(sentences) > 1 else text.rpartition(" ")[0]
    return (*paragraphs[:longest], shorter, *paragraphs[longest + 1 :])


def seed_document() -> SeedDocument:
    """Read the seed press release: location, title, `Release date:` and paragraphs, parted by blank lines."""
    text = files("seeds").joinpath(SEED_FILE).read_text(encoding="utf-8")
    _location, title, date, *paragraphs = text.split("\n\n")
    return SeedDocument(title, date.removeprefix("Release date:"), tuple(paragraphs))
