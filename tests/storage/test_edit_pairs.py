"""The hand-labelled edits are sound as data, and the labeller finds what hands found.

`pairs.jsonl` is what the labeller was made with; a `held_out*.jsonl` beside it was written from RULE.md alone, and stays as its
writer left it.  Figures that were altered must be found, and nothing but noise may be hidden: these two labels have a floor.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from storage.edits import text_labels
from storage.fingerprint import comparable

FOLDER = Path(__file__).parents[1] / "data" / "edits"
FILES = {path.stem: path for path in (FOLDER / "pairs.jsonl", *sorted(FOLDER.glob("held_out*.jsonl")))}
SETS = {name: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for name, path in FILES.items()}
PAIRS = SETS["pairs"]
ALL = [pair for pairs in SETS.values() for pair in pairs]
LABELS = ("cosmetic", "numeric", "name", "substantive")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
# Fewer of a label would make its score a matter of luck.
LEAST = {"cosmetic": 100, "numeric": 100, "name": 80, "substantive": 100}
# What a filter is used for must not slip through it; names cannot all be known, and what is left over depends on them.
FLOORS = {"cosmetic": 0.95, "numeric": 0.95}

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=[pair["id"] for pair in PAIRS])
each_of_all = pytest.mark.parametrize("pair", ALL, ids=[pair["id"] for pair in ALL])


def test_no_pair_stands_twice() -> None:
    """Ids are unique and numbered in order, and so are the texts: a pair told twice would count twice."""
    numbers = {language: iter(range(1, len(PAIRS) + 1)) for language in ("en", "zh")}
    assert [pair["id"] for pair in PAIRS] == [f"{pair['language']}-{next(numbers[pair['language']]):03}" for pair in PAIRS]
    assert len({frozenset((pair["before"], pair["after"])) for pair in ALL}) == len(ALL)
    assert len({pair["id"] for pair in ALL}) == len(ALL)


def test_there_are_enough_of_each_kind() -> None:
    """At least 400 pairs, half of them Chinese or nearly, and enough of each label in all and in either language."""
    assert len(PAIRS) >= 400
    assert sum(pair["language"] == "zh" for pair in PAIRS) >= 180
    counts = Counter(label for pair in PAIRS for label in pair["labels"])
    assert [label for label in LABELS if counts[label] < LEAST[label]] == []
    by_language = Counter((pair["language"], label) for pair in PAIRS for label in pair["labels"])
    assert min(by_language[language, label] for language in ("en", "zh") for label in LABELS) >= 40


@each_of_all
def test_fields_are_the_agreed_ones(pair: dict[str, object]) -> None:
    """Each line holds the six fields, in their order, all of them filled."""
    assert list(pair) == ["id", "language", "before", "after", "labels", "why"]
    assert all(pair.values())


@each_of_all
def test_labels_are_known(pair: dict[str, list[str]]) -> None:
    """Labels are known, in their order and none twice; `cosmetic` stands alone."""
    assert pair["labels"] == [label for label in LABELS if label in pair["labels"]]
    assert "cosmetic" not in pair["labels"] or pair["labels"] == ["cosmetic"]


@each_pair
def test_pair_differs_in_the_comparison_form(pair: dict[str, str]) -> None:
    """What differs only in what is folded never reaches a labeller."""
    assert comparable(pair["before"]) != comparable(pair["after"])


@each_pair
def test_texts_are_texts_of_a_content(pair: dict[str, str]) -> None:
    """Texts are stripped, their paragraphs parted by one blank line, and in the language that they claim."""
    for text in (pair["before"], pair["after"]):
        assert text == text.strip()
        assert re.search(r"(?<!\n)\n(?!\n)|\n{3}", text) is None
        assert bool(IDEOGRAPH.search(text)) == (pair["language"] == "zh")


def test_the_rule_names_every_label() -> None:
    """RULE.md has a section for each label."""
    rule = (FOLDER / "RULE.md").read_text(encoding="utf-8")
    assert [label for label in LABELS if not re.search(rf"^## \d\. `{label}`", rule, re.MULTILINE)] == []


def f1(label: str, pairs: list[dict[str, str]]) -> float:
    """Return the F1 of a label on some pairs: 1 if the labeller gives it where hands did and nowhere else."""
    verdicts = [(label in pair["labels"], label in text_labels(pair["before"], pair["after"])) for pair in pairs]
    both, either = verdicts.count((True, True)), sum(hand + ours for hand, ours in verdicts)
    return 2 * both / either if either else 1.0


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("label", FLOORS)
def test_labels_are_found(name: str, label: str) -> None:
    """Figures altered and noise are told as hands told them, in the pairs of development and in those held out."""
    assert f1(label, SETS[name]) >= FLOORS[label]


@each_pair
def test_pairs_of_development_are_labelled_exactly(pair: dict[str, str]) -> None:
    """What the rule settles is settled: each pair that the labeller was made with bears the labels given by hand."""
    assert list(text_labels(pair["before"], pair["after"])) == pair["labels"]
