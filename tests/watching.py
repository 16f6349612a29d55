"""A daemon's ticks over a world of its own, on a clock of its own: what its tests share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crawler.run import How
from crawler.ticks import Ticks
from tests.world import START

if TYPE_CHECKING:
    from config.settings import Settings
    from tests.world import World

__all__ = ["Diary", "Watch", "settings_of"]


@dataclass(slots=True)
class Diary:
    """A log that remembers its events: (name, fields)."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def event(self, name: str, **fields: object) -> None:
        """Take one event."""
        self.events.append((name, fields))

    def of(self, name: str) -> list[dict[str, Any]]:
        """Return the fields of all events of a name."""
        return [fields for each, fields in self.events if each == name]


def settings_of(world: World, *, schedule: dict[str, Any] | None = None, **politeness: Any) -> Settings:
    """Return a world's settings with another schedule and other manners."""
    settings = world.settings
    portal = settings.portals[0]
    changed = {
        "politeness": portal.politeness.model_copy(update=politeness),
        "schedule": portal.schedule.model_copy(update=schedule or {}),
    }
    return settings.model_copy(update={"portals": (portal.model_copy(update=changed),)})


class Watch:
    """The ticks of one daemon; `again` is the same daemon after a restart."""

    def __init__(self, world: World, *, schedule: dict[str, Any] | None = None, **politeness: Any) -> None:
        self.world = world
        self.settings = settings_of(world, schedule=schedule, **politeness)
        self.diary = Diary()
        self.again()

    def again(self) -> None:
        """Begin anew with nothing but the file."""
        self.ticks = Ticks(self.settings, How(clock=self.world.clock, rng=self.world.rng), self.diary)

    def tick(self, *names: str) -> None:
        """Do ticks, one after another."""

        async def all_of_them() -> None:
            for name in names or ("discover", "revisit"):
                await getattr(self.ticks, name)()

        asyncio.run(all_of_them())

    def at(self, day: int, clock: str) -> None:
        """Let time pass until a time of the day, in the portal's zone, so many days after the world's first one, a Monday."""
        zone = self.settings.portals[0].zone
        first = START.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        hours, minutes = map(int, clock.split(":"))
        wanted = first + timedelta(days=day, hours=hours, minutes=minutes)
        assert wanted > self.world.clock.instant
        self.world.clock.pass_by(wanted - self.world.clock.instant)

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.world.clock.pass_by(timedelta(**span))

    @property
    def runs(self) -> list[str]:
        """The triggers of all runs, in order."""
        return self.world.values("SELECT trigger FROM runs ORDER BY id")

    @property
    def sweeps(self) -> list[str]:
        """The kinds of all sweeps, in order."""
        return self.world.values("SELECT kind FROM sweeps ORDER BY id")

    @property
    def looks(self) -> int:
        """How many looks at pages are on record."""
        return self.world.values("SELECT count(*) FROM fetches WHERE page_id IS NOT NULL AND hop_of IS NULL")[0]
