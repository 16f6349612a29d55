"""What the stories share: the press release that most are about, and whole rows as `World.appended` tells them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from seeds.listing import GROUP, PER_PAGE
from seeds.portal import Platform
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seeds.portal import Release

__all__ = [
    "BOTH_LAYOUTS",
    "LATER",
    "PARAGRAPHS",
    "SHORTER",
    "TITLE",
    "changed",
    "day_after",
    "day_before",
    "first_sight",
    "listed",
    "off_listing",
    "open_museum",
    "sweep",
    "the_museum",
    "version_row",
]

BOTH_LAYOUTS = {"title": ".n-ttl, h1.article-title", "published": ".n-dt, .article-info span", "body": ".n-bd, #zoom"}
"""Selectors that read the portal's usual layout and the changed one."""
TITLE = "Canal Museum Opens in Nanhu District"
PARAGRAPHS = ("The museum opened on Monday.", "It shows 300 boats from five centuries.", "Admission is free of charge.")
LATER = ("The museum opened on Tuesday.", *PARAGRAPHS[1:])
SHORTER = PARAGRAPHS[:2]


def open_museum(world: World) -> Release:
    """Publish the press release that most stories are about."""
    return world.portal.publish(TITLE, paragraphs=PARAGRAPHS, published="2026-11-20 09:00")


def the_museum(world: World) -> Release:
    """Return that press release as it stands."""
    return next(release for release in world.portal.releases if release.title == TITLE)


@contextmanager
def day_before(folder: Path, platform: Platform = Platform.JCMS) -> Iterator[World]:
    """Give the world as it stands after a first crawl, on the day before the stories; one answer holds the whole listing."""
    per_page = PER_PAGE if platform is Platform.JCMS else GROUP
    with World(folder, platform=platform, per_page=per_page) as world:
        open_museum(world)
        world.settle()
        yield world


@contextmanager
def day_after(first_day: World, folder: Path) -> Iterator[World]:
    """Give a world for one story; at its end, what is kept at hand of pages and releases must follow from the ledger alone."""
    with first_day.again(folder, open_museum) as world:
        yield world
        assert world.summaries() == world.summaries(rebuilt=True)


def version_row(**differing: object) -> dict[str, Any]:
    """Return a whole row of `versions` as `World.appended` tells it: an open edit found by a crawl, but for what differs."""
    row: dict[str, Any] = {
        "page": None,
        "number": 2,
        "kind": "edited",
        "look": 2,
        "content": None,
        "previous": 1,
        "not_before": "asked 1",
        "observed_at": "came 2",
        "unchanged_304": None,
        "found_by": "crawl",
        "baseline": 0,
        "silent": 0,
        "labels": [],
        "changed": ["text"],
        "summary": None,
    }
    unknown = differing.keys() - row.keys()
    assert not unknown, unknown
    return row | differing


def first_sight(path: str, content: dict[str, object], **differing: object) -> dict[str, object]:
    """Return the whole row of a page that was first seen after the first complete sweep."""
    first = {"number": 1, "kind": "new", "look": 1, "previous": None, "not_before": None, "observed_at": "came 1", "changed": []}
    return version_row(page=path, content=content, **(first | differing))


def sweep(**differing):
    """Return a whole row of `sweeps`: a complete one of the listing as it stood at the beginning, but for what differs."""
    row = {"section_id": 1, "kind": "full", "day": "2026-11-24", "complete": 1, "pages_expected": 1, "pages_read": 1}
    return row | {"records": 33, "note": None} | differing


def listed(path: str, event: str, **differing: object) -> dict[str, object]:
    """Return a whole row of `listing_events`: of the second sweep, for the museum, but for what differs."""
    row = {"page": path, "event": event, "sweep": 2, "since_sweep": 1, "from_a_row": True, "listed_title": TITLE}
    return row | {"listed_date": "2026-11-20"} | differing


def off_listing(path: str, **differing: object) -> dict[str, object]:
    """Return a whole row of `listing_events` for a page that is off the listing: no row says so, and no title or date."""
    return listed(path, "left", from_a_row=False, listed_title=None, listed_date=None, **differing)


def changed(world: World) -> list[tuple[str, str]]:
    """Return (kind, title) of everything that the archive calls a change, in order of seeing."""
    return [(row["kind"], row["title"]) for row in world.rows("SELECT kind, title FROM changes ORDER BY observed_at")]
