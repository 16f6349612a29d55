"""How well edits are labelled: the confusion matrix, precision, recall and F1 of each label on the hand-labelled pairs.

Run as `python -m bench.labels [FILE]`; with `--wrong` it also lists the pairs that were labelled otherwise.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from storage.edits import TEXT_LABELS, text_labels

PAIRS = Path(__file__).parent.parent / "tests" / "data" / "edits" / "pairs.jsonl"


def main(arguments: list[str]) -> None:
    """Print the table."""
    files = [Path(each) for each in arguments if not each.startswith("-")] or [PAIRS]
    pairs = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    judged = [(pair, set(pair["labels"]), set(text_labels(pair["before"], pair["after"]))) for pair in pairs]
    print(f"{'label':12} {'both':>5} {'only we':>8} {'only hand':>10} {'neither':>8} {'precision':>10} {'recall':>7} {'F1':>6}")
    for label in TEXT_LABELS:
        print(_line(label, [(label in hand, label in ours) for _pair, hand, ours in judged]))
    print(f"{sum(hand == ours for _pair, hand, ours in judged)} of {len(judged)} pairs bear exactly the labels given by hand")
    for pair, hand, ours in judged if "--wrong" in arguments else ():
        if hand != ours:
            print(f"{pair.get('id')}: {sorted(hand)} by hand, {sorted(ours)} here\n  {pair['before']!r}\n  {pair['after']!r}")


def _line(label: str, verdicts: list[tuple[bool, bool]]) -> str:
    both, ours, hand = (verdicts.count(each) for each in ((True, True), (False, True), (True, False)))
    precision, recall = both / ((both + ours) or 1), both / ((both + hand) or 1)
    f1 = 2 * both / ((2 * both + ours + hand) or 1)
    rest = len(verdicts) - both - ours - hand
    return f"{label:12} {both:5} {ours:8} {hand:10} {rest:8} {precision:10.3f} {recall:7.3f} {f1:6.3f}"


if __name__ == "__main__":
    main(sys.argv[1:])
