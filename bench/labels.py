"""How well edits are labelled: the confusion matrix, precision, recall and F1 of each label on the hand-labelled pairs.

Run as `python -m bench.labels [FILE]...`, by default on the pairs that the labeller was made with and on each set that was written
from the stated rule alone; with `--wrong` it also lists the pairs labelled otherwise.  Leaves with 1 where a label falls short.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from storage.edits import TEXT_LABELS, text_labels

FOLDER = Path(__file__).parent.parent / "tests" / "data" / "edits"
TARGETS = {"cosmetic": 0.95, "numeric": 0.95}


def main(arguments: list[str]) -> int:
    """Print a table for each file and return the exit code."""
    named = [Path(each) for each in arguments if not each.startswith("-")]
    files = named or [FOLDER / "pairs.jsonl", *sorted(FOLDER.glob("held_out*.jsonl"))]
    return max([_table(file, wrong="--wrong" in arguments) for file in files])


def _table(file: Path, *, wrong: bool) -> int:
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    judged = [(pair, set(pair["labels"]), set(text_labels(pair["before"], pair["after"]))) for pair in pairs]
    exact = sum(hand == ours for _pair, hand, ours in judged)
    print(f"{file.name}: {exact} of {len(judged)} pairs bear exactly the labels given by hand")
    names = f"{'both':>5} {'only we':>8} {'only hand':>10} {'neither':>8} {'precision':>10} {'recall':>7} {'F1':>6} {'target':>7}"
    print(f"{'label':12} {names}")
    short = 0
    for label in TEXT_LABELS:
        line, f1 = _line(label, [(label in hand, label in ours) for _pair, hand, ours in judged])
        target = TARGETS.get(label)
        short |= target is not None and f1 < target
        print(line if target is None else f"{line} {target:7} {'ok' if f1 >= target else 'short'}")
    for pair, hand, ours in judged if wrong else ():
        if hand != ours:
            print(f"{pair.get('id')}: {sorted(hand)} by hand, {sorted(ours)} here\n  {pair['before']!r}\n  {pair['after']!r}")
    return int(short)


def _line(label: str, verdicts: list[tuple[bool, bool]]) -> tuple[str, float]:
    both, ours, hand = (verdicts.count(each) for each in ((True, True), (False, True), (True, False)))
    precision, recall = both / ((both + ours) or 1), both / ((both + hand) or 1)
    f1 = 2 * both / ((2 * both + ours + hand) or 1)
    rest = len(verdicts) - both - ours - hand
    return f"{label:12} {both:5} {ours:8} {hand:10} {rest:8} {precision:10.3f} {recall:7.3f} {f1:6.3f}", f1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
