"""A portal's file as text: the lines that are needed and no others, with what they mean beside them."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.portal import Portal, parse_portal
from crawler.probe import UNTITLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.probe import Probe

__all__ = ["declared", "portal_name", "portal_text", "section_slug"]

_COMMENT_COLUMN = 39
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WORDS = re.compile(r"[a-z0-9]+")
_NO_NAMES = frozenset({"www", "english", "en", "eng", "cn", "gov", "com", "org", "net", "edu", "example"})
_LONGEST_SLUG = 30

# What a key is for, where its value does not say it by itself; `{section}` is the section's name on the command line.
_COMMENTS = {
    "hosts": "nothing outside these hosts is ever asked",
    "allow_private": "a portal on this machine, or of its network",
    "tls": "old ways to encrypt are accepted",
    "section": "becomes {section} on the command line",
    "platform": "what the page shows does not tell it",
    "unit": "which of the lists on the page",
    "pages": "how the further pages are named",
    "article_urls": "how addresses of press releases look here",
    "body": "where the text stands",
}


def declared(probe: Probe) -> Portal:
    """Return the portal that a probe found out, as it is to be declared: the listing by its address, and what `auto` lacks."""
    portal, found = probe.portal, probe.listing
    section = found.section if found else probe.target.section
    place = {"listing": found.url, "start": (), "follow": ()} if found else {}
    select = section.select
    bodies = {each.proposed_body for each in probe.releases if each.reading.outcome == "ok" or each.proposed_body}
    if len(bodies) == 1 and (body := bodies.pop()):
        select = select.model_copy(update={"body": body})
    section = section.model_copy(update={"title": probe.title, "select": select, **place})
    others = {slug: each for slug, each in portal.sections.items() if slug != probe.target.slug}
    return portal.model_copy(update={"sections": {**others, _slug_of(probe): section}})


def _slug_of(probe: Probe) -> str:
    return section_slug(probe.title) if probe.target.section.title == UNTITLED else probe.target.slug


def portal_name(url: str) -> str:
    """Return a name for the portal of an address: the part of its host that tells it from others."""
    labels = (urlsplit(url).hostname or "").split(".")
    names = [label for label in labels if label not in _NO_NAMES and re.fullmatch(r"[a-z][a-z0-9-]*", label)]
    return names[0] if names else "portal"


def section_slug(title: str) -> str:
    """Return a short name for a section: its title in small letters, or `news` for one without any that can be typed."""
    slug = "-".join(_WORDS.findall(title.lower()))[:_LONGEST_SLUG].strip("-")
    return slug or "news"


def _shown(file: str) -> str:
    """Return a file's path as it is named in the file itself: from the folder of the settings, or by its name alone."""
    path = PurePath(file)
    return path.name if path.is_absolute() or ".." in path.parts else file


def portal_text(portal: Portal, file: str) -> str:
    """Return the file of a portal; raises SettingsError if it does not read as that portal again.

    It is to be passed on: where `file` is on this machine stays out of it.
    """
    data = portal.model_dump(mode="json", exclude_defaults=True)
    if data.get("title") == portal.name:
        del data["title"]
    lines = list(_lines(data, portal.name))
    needed = sum(1 for line in lines if line)
    number = _NUMBERS[needed] if needed < len(_NUMBERS) else str(needed)
    text = "\n".join([f"# {_shown(file)}: one file a portal. Only these {number} lines are needed.", *lines]) + "\n"
    again = parse_portal(text, file)
    assert again == portal, "a portal's file that is written reads as what was written"
    return text


def _lines(data: dict[str, Any], name: str) -> Iterator[str]:
    """Yield the lines of a file: first what is no table, then each table below its name, parted by empty lines."""
    sections = data.pop("sections")
    yield from _plain(data)
    for key, table in data.items():
        if isinstance(table, dict):
            yield from ("", f"[{key}]")
            yield from _plain(table)
    for slug, section in sections.items():
        yield from ("", _beside(f"[sections.{slug}]", _COMMENTS["section"].format(section=f"{name}/{slug}")))
        yield from _plain(section)
        if "select" in section:
            yield from ("", f"[sections.{slug}.select]")
            yield from _plain(section["select"])


def _plain(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if not isinstance(value, dict):
            yield _beside(f"{key} = {json.dumps(value, ensure_ascii=False)}", _COMMENTS.get(key))


def _beside(line: str, comment: str | None) -> str:
    if comment is None:
        return line
    return f"{line:<{_COMMENT_COLUMN}}# {comment}" if len(line) < _COMMENT_COLUMN else f"{line}   # {comment}"
