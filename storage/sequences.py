"""What two short sequences have in common, and how far two words are apart.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["common_runs", "distance"]

# Aligning two runs takes a step for each pair of their items; two sentences never come near it.
_MOST_CELLS = 250_000


def common_runs(old: Sequence[str], new: Sequence[str], weights: Sequence[int] = ()) -> list[tuple[int, int, int]]:
    """Return the runs of a longest common subsequence; what both begin and end with is set aside first.

    With weights (one for each item of `old`) it is the heaviest one: what stays in its place is then told from what moved.
    """
    shorter = min(len(old), len(new))
    start = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    length = next((n for n in range(shorter - start) if old[-n - 1] != new[-n - 1]), shorter - start)
    left, right = old[start : len(old) - length], new[start : len(new) - length]
    weighed = weights[start : len(old) - length] if weights else [1] * len(left)
    within = len(left) * len(right) <= _MOST_CELLS
    middle = [(start + a, start + b, 1) for a, b in _heaviest(left, right, weighed)] if within else []
    return [run for run in ((0, 0, start), *middle, (len(old) - length, len(new) - length, length)) if run[2]]


def _heaviest(old: Sequence[str], new: Sequence[str], weights: Sequence[int]) -> Iterator[tuple[int, int]]:
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in range(len(old) - 1, -1, -1):
        row, below, weight = table[a], table[a + 1], weights[a]
        for b in range(len(new) - 1, -1, -1):
            best = max(below[b], row[b + 1])
            row[b] = max(best, below[b + 1] + weight) if old[a] == new[b] else best
    a = b = 0
    while a < len(old) and b < len(new):
        if old[a] == new[b] and table[a][b] == table[a + 1][b + 1] + weights[a]:
            yield a, b
            a, b = a + 1, b + 1
        elif table[a + 1][b] >= table[a][b + 1]:
            a += 1
        else:
            b += 1


def distance(one: str, other: str) -> int:
    """Return the Damerau-Levenshtein distance (optimal string alignment) of two words."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for a, letter in enumerate(one):
        before, above, row = row, before, [a + 1]
        for b, sign in enumerate(other):
            best = min(before[b] + (letter != sign), before[b + 1] + 1, row[b] + 1)
            swapped = a and b and letter == other[b - 1] and one[a - 1] == sign
            row.append(min(best, above[b - 1] + 1) if swapped else best)
    return row[-1]
