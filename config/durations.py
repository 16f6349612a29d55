"""Lengths of time and numbers of bytes as people write them: "2s", "1h", "90d", "20 MB".

Pure: text in, number out, and back again for printing.
"""

from __future__ import annotations

import re

__all__ = ["format_duration", "format_size", "parse_duration", "parse_size"]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}

# Decimal, as disks are sold and as `df -H` prints.
_BYTES = {"b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000}

_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)")

# Days and minutes only from two on: people say "24h" and "60s" of a single one.
_LONGEST_FIRST = (("d", 86_400, 2), ("h", 3_600, 1), ("m", 60, 2))


def _amount(text: str, units: dict[str, float] | dict[str, int]) -> float | None:
    """Return the number times its unit, or None where `text` is not a number followed by one of `units`."""
    match = _AMOUNT.fullmatch(text.strip())
    unit = units.get(match[2].lower()) if match else None
    return None if match is None or unit is None else float(match[1]) * unit


def parse_duration(text: str) -> float:
    """Return the seconds of a duration such as "2s", "1.5h" or "90d"; a bare "0" needs no unit.

    Raises ValueError for anything else, negative lengths included.
    """
    seconds = 0.0 if text.strip() == "0" else _amount(text, _SECONDS)
    if seconds is None:
        raise ValueError('must be a number with a unit (ms, s, m, h, d, w), as in "2s", "1h" or "90d"')
    return seconds


def format_duration(seconds: float) -> str:
    """Return `seconds` in the largest unit that leaves a whole number: "90d", "24h", "0.5s"."""
    for unit, length, least in _LONGEST_FIRST:
        count, rest = divmod(seconds, length)
        if not rest and count >= least:
            return f"{count:.0f}{unit}"
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"


def parse_size(text: str) -> int:
    """Return the bytes of a size such as "20 MB" or "500 kB" (decimal units; letter case does not matter).

    Raises ValueError for anything else.
    """
    size = _amount(text, _BYTES)
    if size is None:
        raise ValueError('must be a number with a unit (B, kB, MB, GB, TB), as in "20 MB"')
    return int(size)


def format_size(size: int) -> str:
    """Return `size` bytes in the largest decimal unit that leaves a whole number: "20 MB"."""
    unit = next(name for name in ("tb", "gb", "mb", "kb", "b") if size % _BYTES[name] == 0 and (size or name == "b"))
    return f"{size // _BYTES[unit]} {'kB' if unit == 'kb' else unit.upper()}"
