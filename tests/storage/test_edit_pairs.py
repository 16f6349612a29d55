"""The hand-labelled edits are sound as data; what a labeller makes of them is tested elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from storage.fingerprint import comparable

FOLDER = Path(__file__).parents[1] / "data" / "edits"
PAIRS = [json.loads(line) for line in (FOLDER / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
LABELS = ("cosmetic", "numeric", "name", "substantive")
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
# Fewer of a label would make its score a matter of luck.
LEAST = {"cosmetic": 40, "numeric": 40, "name": 35, "substantive": 45}

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=[pair["id"] for pair in PAIRS])


def test_no_pair_stands_twice() -> None:
    """Ids are unique and numbered in order, and so are the texts: a pair told twice would count twice."""
    numbers = {language: iter(range(1, len(PAIRS) + 1)) for language in ("en", "zh")}
    assert [pair["id"] for pair in PAIRS] == [f"{pair['language']}-{next(numbers[pair['language']]):03}" for pair in PAIRS]
    assert len({frozenset((pair["before"], pair["after"])) for pair in PAIRS}) == len(PAIRS)


def test_there_are_enough_of_each_kind() -> None:
    """At least 160 pairs, 70 of them Chinese, and enough of each label in all and in either language."""
    assert len(PAIRS) >= 160
    assert sum(pair["language"] == "zh" for pair in PAIRS) >= 70
    counts = Counter(label for pair in PAIRS for label in pair["labels"])
    assert [label for label in LABELS if counts[label] < LEAST[label]] == []
    by_language = Counter((pair["language"], label) for pair in PAIRS for label in pair["labels"])
    assert min(by_language[language, label] for language in ("en", "zh") for label in LABELS) >= 20


@each_pair
def test_fields_are_the_agreed_ones(pair: dict[str, object]) -> None:
    """Each line holds the six fields, in their order, all of them filled."""
    assert list(pair) == ["id", "language", "before", "after", "labels", "why"]
    assert all(pair.values())


@each_pair
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
