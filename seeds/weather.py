"""What goes wrong with the embedded portal when it is told to: every switch is noted in the diary, and none changes a word."""

from __future__ import annotations

from dataclasses import fields, replace
from threading import RLock
from typing import TYPE_CHECKING, Any

from seeds.records import Cache, Event, Layout, Missing, Weather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from seeds.shelf import Shelf

__all__ = ["Skies"]


class Skies:
    """The weather over a portal, and the switches that make it; `shelf` is what stands there, `now` the clock."""

    def __init__(self, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self.lock = RLock()
        self.shelf = shelf
        self.weather = Weather()
        self.diary: list[Event] = []
        self.now = now

    def recover(self) -> None:
        """Bring a fine day back: nothing fails, challenges, breaks, lies or is old; the template is the usual one."""
        self._turn("recover", **{field.name: getattr(Weather(), field.name) for field in fields(Weather)})

    # The host

    def fail_host(self, status: int | None = 503) -> None:
        """Answer everything with `status`; None is the end of it."""
        self._turn("fail_host" if status else "recover", failing=status)

    def challenge(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - reads as a switch: challenge(on=False)
        """Answer everything but the home page with 412 and a script, as the Ruishu wall does."""
        self._turn("challenge", challenge=on)

    def block(self, status: int | None = 404) -> None:
        """Answer everything but the home page and robots.txt with `status`, as firewalls do to an address; None ends it."""
        self._turn("block" if status else "recover", blocked=status)

    # The listing

    def break_listing(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - as above
        """Answer 500 for every column page and for its data, while articles are fine."""
        self._turn("break_listing", listing_broken=on)

    def break_group(self, group: int | None = 1, *, empty: bool = False) -> None:
        """Answer 500, or with the empty store, for one group of the listing's data, counted from 0; None is the end of it."""
        missing = None if group is None else Missing(group, empty)
        self._turn("break_group" if missing else "recover", missing=missing)

    def ignore_paging(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - as above
        """Answer every request for further rows with the first of them, as some portals do to visitors from abroad."""
        self._turn("ignore_paging", paging_ignored=on)

    # Articles

    def change_layout(self, on: bool = True, *, to: Layout = Layout.CHANGED) -> None:  # noqa: FBT001, FBT002 - as above
        """Generate every article from another template, or from the usual one again."""
        self._turn("change_layout", layout=to if on else Layout.USUAL)

    def lie_304(self, on: bool = True, *, only: Iterable[int] = ()) -> None:  # noqa: FBT001, FBT002 - as above
        """Answer 304 to every conditional request for an article (or for these alone), whether it has changed or not."""
        with self.lock:
            before, chosen = self.weather, frozenset(only)
            if not chosen:
                self._turn("lie_304", lies=on, lying=before.lying if on else frozenset())
            else:
                self._turn("lie_304", lying=before.lying | chosen if on else before.lying - chosen)

    # A cache before it

    def fill_cache(self, *numbers: int, one_in: int = 1) -> None:
        """Put a cache before these articles (none named: before all, and the listings) that keeps what stands there now.

        Its answers carry their age.  Of the requests for an address it answers one in `one_in`; the others see what the portal has.
        """
        with self.lock:
            cache = Cache(self.now(), self.shelf.copy(), frozenset(numbers) or None, one_in)
            self._turn("fill_cache", caches=(*self.weather.caches, cache))

    def empty_cache(self, *numbers: int) -> None:
        """Take the caches away that stand before exactly these articles; none named: every cache."""
        with self.lock:
            left = [each for each in self.weather.caches if numbers and each.only != frozenset(numbers)]
            self._turn("empty_cache", caches=tuple(left))

    def _turn(self, what: str, **switches: Any) -> None:  # noqa: ANN401 - the fields of Weather
        with self.lock:
            self.weather = replace(self.weather, **switches)
            if self.shelf.layout is not self.weather.layout:
                self.shelf.layout = self.weather.layout
                self.shelf.regenerate(self.now())
            self.diary.append(Event(self.now(), what, weather=self.weather))
