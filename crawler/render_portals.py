"""The portals at hand, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.known import known_portals
from crawler.render_times import plural

if TYPE_CHECKING:
    from config.known import KnownPortal
    from config.settings import Section, Settings
    from crawler.render import Screen

    Row = dict[str, Any]

__all__ = ["portals_of", "say_portals"]


def portals_of(settings: Settings) -> Row:
    """Return the portals at hand as one document."""
    return {"portals": [_portal(known) for known in known_portals(settings)]}


def _portal(known: KnownPortal) -> Row:
    portal = known.portal
    return {
        "portal": known.name,
        "title": portal.title if portal else None,
        "file": known.file,
        "shipped": known.is_shipped,
        "watched": known.watched,
        "wins_over_shipped": known.replaces,
        "replaced_by": known.replaced_by,
        "tried_on": (portal.tried or None) if portal else None,
        "tls": portal.tls if portal else None,
        "hosts": list(portal.hosts) if portal else [],
        "sections": [_section(known.name, slug, section) for slug, section in portal.sections.items()] if portal else [],
        "problem": known.problem,
    }


def _section(name: str, slug: str, section: Section) -> Row:
    return {
        "section": f"{name}/{slug}",
        "title": section.title,
        "platform": section.platform,
        "listing": section.listing or None,
        "start": list(section.start),
        "follow": list(section.trail) if not section.listing else [],
    }


def say_portals(screen: Screen, document: Row) -> None:
    """Print the portals at hand: each with its file and what becomes of it, its hosts and its sections."""
    for portal in document["portals"]:
        style = "bold" if portal["replaced_by"] is None else "dim"
        title = f"  {portal['title']}" if portal["title"] not in {None, portal["portal"]} else ""
        screen.line((portal["portal"], style), title, (f"  ({'; '.join(_marks(portal))})", "dim"))
        if portal["problem"]:
            screen.paragraph((f"   cannot be read: {portal['problem']}", "bold red"), hang="   ")
            continue
        screen.paragraph(f"   hosts  {', '.join(portal['hosts'])}", hang="          ")
        rows = [[each["section"], each["title"], _platform(each["platform"]), _way(each)] for each in portal["sections"]]
        screen.table(rows, flexible=3, indent="   ")
    screen.line("")
    screen.paragraph(
        'Watch one: write its name, or its file, into `portals = [...]` of jiaxing-today.toml. Try one: "portal probe".'
    )


def _marks(portal: Row) -> list[str]:
    """Return what is to be said of a portal's file, in a few words each."""
    rules = (
        (True, portal["file"]),
        (portal["watched"], "watched"),
        (portal["wins_over_shipped"], "wins over the shipped one of that name"),
        (portal["replaced_by"], f"not used: {portal['replaced_by']} wins"),
        (portal["tried_on"], f"tried on {portal['tried_on']}"),
        (portal["shipped"] and not portal["tried_on"], "not tried live"),
    )
    return [words for holds, words in rules if holds]


def _platform(name: str) -> str:
    return "platform found by itself" if name == "auto" else name


def _way(section: Row) -> str:
    if section["listing"]:
        return str(section["listing"])
    links = "link" if len(section["follow"]) == 1 else "links"
    return f"by the {links} {', '.join(section['follow'])} from {plural(len(section['start']), 'start page')}"
