"""How well responses are judged: precision and recall of each outcome on the table in `tests/data/responses/`.

Run as `python -m bench.responses`; with `--wrong` it also names the cases that came out otherwise.  Leaves with 1 where one did.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.crawler.test_responses import READER, RESPONSES, Response

_NONE = "no reading"


def main(arguments: list[str]) -> int:
    """Print the table and return the exit code."""
    judged = [(case, _name(case.expected), _name(_outcome(case))) for case in RESPONSES]
    wanted, got = Counter(wanted for _, wanted, _ in judged), Counter(got for _, _, got in judged)
    right = Counter(wanted for _, wanted, got in judged if wanted == got)
    print(f"{'outcome':14} {'cases':>6} {'right':>6} {'precision':>10} {'recall':>7}")
    for name in sorted(wanted | got, key=lambda each: (-wanted[each], each)):
        precision, recall = right[name] / (got[name] or 1), right[name] / (wanted[name] or 1)
        print(f"{name:14} {wanted[name]:6} {right[name]:6} {precision:10.3f} {recall:7.3f}")
    total = right.total()
    print(f"{total} of {len(judged)} responses come out right   target: all   {'ok' if total == len(judged) else 'short'}")
    for case, wanted_as, got_as in judged if "--wrong" in arguments else ():
        if wanted_as != got_as:
            print(f"{case.name}: {wanted_as} by hand, {got_as} here ({case.why})")
    return 0 if total == len(judged) else 1


def _outcome(case: Response) -> object:
    reading = READER.read(case.answer, asked=case.url, hops=case.hops)
    return reading.outcome if reading is not None else None


def _name(outcome: object) -> str:
    return str(outcome) if outcome is not None else _NONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
