"""Who wants to know what, and when: the rules of receivers.  Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from config.receivers import Rules
    from storage.publish.events import Event

__all__ = ["DEAD_AFTER", "FEWEST_TRIES", "RECEIVER", "concerns", "moment", "next_try", "says"]

RECEIVER = "receiver"
"""The kind of the alert that says that a receiver cannot be told."""
_FIRST, _LONGEST, _REFUSED = 60.0, 6 * 3_600.0, 3_600.0
_JITTER = 0.25
_LONGEST_ASKED = 86_400.0
"""What a receiver asks for is honoured up to a day."""
DEAD_AFTER = timedelta(days=7)
FEWEST_TRIES = 5
"""Nothing is given up after fewer tries, whatever the clock says: it may have jumped."""
_EDITS = frozenset({"edited", "silent"})
_SPACE = re.compile(r"\s+")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·\s]+")


def concerns(event: Event, name: str, rules: Rules, said: Callable[[], str]) -> bool:
    """Tell whether a receiver wants to know of an event; `said` returns all that its page says, before and after.

    Labels narrow edits, and keywords what a press release says: neither keeps an alert away.  No receiver is told that it fails.
    """
    if event.kind not in rules.send or not _is_of(event.sections, rules.sections):
        return False
    if event.alert:
        return (event.alert["kind"], event.alert["subject"]) != (RECEIVER, name)
    if rules.labels and event.kind in _EDITS and not set(rules.labels) & set(event.labels):
        return False
    return not rules.keywords or says("\n".join((said(), event.title, event.summary or "")), rules.keywords)


def _is_of(sections: Sequence[str], patterns: Sequence[str]) -> bool:
    """Tell whether a pattern names one of some sections, or the portal of one; what concerns none of them concerns everybody."""
    names = {name for section in sections for name in (section, section.partition("/")[0])}
    return not sections or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def says(text: str, keywords: Sequence[str]) -> bool:
    """Tell whether a text says one of some words, whatever their case, width and spaces.

    Between Chinese characters spaces do not count at all: a name of two is often printed with a wide space between them.
    """
    folded = _folded(text)
    bare = _SPACE.sub("", folded)
    return any(_SPACE.sub("", word) in bare if _HAN.fullmatch(word) else word in folded for word in map(_folded, keywords) if word)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def moment(when: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when something that is known now is told, by 'at once' or 'daily HH:MM' in a zone: then, or the next such time."""
    if when == "at once":
        return now
    hour, minute = map(int, when.removeprefix("daily ").split(":"))
    local = now.astimezone(zone)
    days = (local.date() + timedelta(days=ahead) for ahead in range(3))
    times = (datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC) for day in days)
    return next(each for each in times if each > now)


def next_try(failures: int, rng: random.Random, *, is_refusal: bool = False, asked: float | None = None) -> timedelta:
    """Return how long to wait after so many failures in turn: from a minute, doubled each time, to six hours, and a little chance.

    What was refused is not asked again within the hour; what the receiver asks for is granted.
    """
    wait = min(_FIRST * 2 ** min(failures - 1, 20), _LONGEST)
    wait = max(wait, _REFUSED) if is_refusal else wait
    wait = min(wait * (1 + _JITTER * rng.random()), _LONGEST)
    return timedelta(seconds=max(wait, min(asked or 0.0, _LONGEST_ASKED)))
