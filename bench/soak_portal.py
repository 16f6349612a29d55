"""The portal of the soak, in a process of its own: it lives by a clock that it is told, and says what it did.

Reads lines of JSON from its input and answers each with one: `{"until": INSTANT}` lives until then (publishing, editing, removing),
`{"outage": true}` begins one, `{"diary": true}` tells how many edits it made of what.  The first answer names its address.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime, timedelta
from random import Random

from seeds.portal import Portal, PortalServer

_DAY = timedelta(days=1)
_PUBLISHES, _REMOVES, _SILENTLY, _EDITS_YOUNG = 0.9, 0.05, 0.5, 0.5
"""Chances: of a press release and of a removal on a day, of an edit to be silent, and to be of one of the thirty youngest."""


class Life:
    """A portal's days: a press release now and then, edits that come soon after publication and ever more rarely, removals."""

    def __init__(self, begin: datetime, releases: int, seed: int) -> None:
        self.now = self.day = begin
        self.rng = Random(seed)
        self.portal = Portal(seed, releases, lambda: self.now)
        self.done: Counter[str] = Counter()
        self.spared = {self.portal.golden.id}

    def until(self, moment: datetime) -> None:
        """Live until a moment, by whatever clock that is told; every day is lived once."""
        while self.day + _DAY <= moment:
            self.day += _DAY
            self.now = self.day
            self._day()
        self.now = moment

    def _day(self) -> None:
        if self.rng.random() < _PUBLISHES:
            number = len(self.portal.releases)
            self.portal.publish(f"News of the day {number}", paragraphs=[f"The port handled {number} tons of goods on that day."])
            self.done["new"] += 1
        for _ in range(2):
            self._edit(self._young() if self.rng.random() < _EDITS_YOUNG else self.rng.choice(self.portal.releases).id)
        if self.rng.random() < _REMOVES:
            number = self.rng.choice(self.portal.releases).id
            if number not in self.spared:
                self.spared.add(number)
                self.portal.remove(number)
                self.done["removed"] += 1

    def _young(self) -> int:
        return self.rng.choice(sorted(self.portal.releases, key=lambda each: each.published)[-30:]).id

    def _edit(self, number: int) -> None:
        if number in self.spared:
            return
        if self.rng.random() < _SILENTLY:
            self.portal.silent_edit(number)
            self.done["silent"] += 1
        else:
            self.portal.edit(number)
            self.done["edited"] += 1


def main() -> None:
    """Serve until the input ends."""
    life = Life(datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    with PortalServer(life.portal) as server:
        _say({"address": server.base_url})
        for line in sys.stdin:
            order = json.loads(line)
            if "until" in order:
                life.until(datetime.fromisoformat(order["until"]))
            elif "outage" in order:
                life.portal.fail_host(503 if order["outage"] else None)
            _say({"done": dict(life.done)})


def _say(document: object) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
