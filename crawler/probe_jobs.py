"""`portal probe` as a job: what is wished for, from words to a declared portal, and what is left on disk."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from config.known import known_portals
from config.portal import Section, portal_from, read_portal, shipped_of
from crawler.clock import WallClock
from crawler.errors import CrawlError
from crawler.portal_text import declared, portal_name, portal_text
from crawler.probe import UNTITLED, Wish
from crawler.probe_fixture import save_fixture
from crawler.probing import probe
from crawler.render_probe import probe_of
from crawler.session import Target
from crawler.urls import canonical_url, host_of
from storage.errors import ArchiveError
from storage.instants import parse_instant
from storage.queries import rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from config.portal import Portal
    from crawler.probe import Probe
    from crawler.render import Desk

__all__ = ["Choice", "carry_out", "wish_for"]

_SLUG = "news"
_SLUG_FORM = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SAVED_RELEASES = 2
_MANNERS = {"timezone", "tls", "allow_private", "politeness"}
"""What a portal's file says of a host that holds for whatever is asked of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on the command line (see the command's help)."""

    where: str
    titles: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    unit: str | None = None
    write: Path | None = None
    save: Path | None = None
    is_listing: bool = False
    force: bool = False
    allow_private: bool = False
    legacy_tls: bool = False


def carry_out(desk: Desk, choice: Choice) -> dict[str, Any]:
    """Probe, write and save as chosen, and return what came of it as one document.

    Raises CrawlError for what cannot be asked, and where a file would be overwritten: before anything is asked.
    """
    _spare_files(choice)
    known = [each.portal for each in known_portals(desk.settings) if each.portal is not None and each.replaced_by is None]
    wish = replace(wish_for(choice, known), held=_held(desk), say=lambda text: desk.screen.aside((text, "dim")))
    found = asyncio.run(probe(wish, desk.settings, WallClock()))
    document = probe_of(found)
    if found.has_rows:
        document |= _written(found, choice, desk.screen.now.astimezone(found.portal.zone).date().isoformat())
        document["problems"] += _name_is_taken(found, choice)
    elif choice.write is not None:
        what = f"{choice.write} was not written: no listing was found that can be read"
        document["problems"].append({"what": what, "do": "see above", "fatal": True})
    if choice.save is not None and found.listing is not None:
        save_fixture(found, choice.save, desk.screen.now)
        document["saved"] = str(choice.save)
    return document


def _spare_files(choice: Choice) -> None:
    """Refuse to overwrite what is there, unless that is wanted."""
    full = choice.save is not None and choice.save.is_dir() and any(choice.save.iterdir())
    taken = choice.write if choice.write is not None and choice.write.exists() else choice.save if full else None
    if taken is not None and not choice.force:
        raise _usage(f"{taken} is there already", "name another, or give --force to overwrite it")


def _written(found: Probe, choice: Choice, day: str) -> dict[str, Any]:
    """Return the text of the portal's file, and where it was written, if anywhere.

    The file of a known portal that was found to be sound says on which day it was tried.
    """
    portal = declared(found)
    if found.is_sound and "//" not in choice.where:
        portal = portal.model_copy(update={"tried": day})
    text = portal_text(portal, str(choice.write or f"portals/{portal.name}.toml"))
    if choice.write is None:
        return {"portal_file": text}
    choice.write.parent.mkdir(parents=True, exist_ok=True)
    choice.write.write_text(text, encoding="utf-8")
    assert read_portal(choice.write) == portal
    return {"portal_file": text, "written": str(choice.write)}


def _name_is_taken(found: Probe, choice: Choice) -> list[dict[str, Any]]:
    """Return the problem that a shipped portal has the name already, unless it is that portal which is probed."""
    name = found.portal.name
    if shipped_of(name) is None or choice.where.startswith(f"{name}/"):
        return []
    what = f'a portal named "{name}" is shipped, and a file of yours with this name wins over it'
    return [{"what": what, "do": "give another name, in the file or by --write, unless that is meant", "fatal": False}]


def _held(desk: Desk) -> dict[str, datetime]:
    """Return which hosts asked us to wait, until when, as far as an archive knows; whoever probes may have none."""
    if not desk.path.exists():
        return {}
    try:
        with desk.reading() as connection:
            found = rows(connection, "SELECT host, not_before FROM _hosts WHERE not_before IS NOT NULL")
    except ArchiveError:
        return {}
    return {row["host"]: parse_instant(row["not_before"]) for row in found}


# From words to a wish.


def wish_for(choice: Choice, known: Iterable[Portal]) -> Wish:
    """Return what is to be probed: a known section by its name, else what stands at an address.

    The manners towards a host are those of the known portal that it belongs to.
    """
    known = tuple(known)
    sections = {f"{portal.name}/{slug}": Target(portal, slug, each) for portal in known for slug, each in portal.sections.items()}
    named = sections.get(choice.where)
    if named is not None:
        section = named.section
        portal = _declared(named.portal.model_dump(mode="json"), choice)
        entries = (section.listing,) if section.listing else section.start
        follow = () if section.listing else section.trail
    else:
        url = _address(choice.where, sections)
        base = next((portal for portal in known if host_of(url) in portal.hosts), None)
        section = Section(title=UNTITLED, start=(url,))
        portal = _declared(_undeclared(url, base, section, choice), choice)
        entries, follow = (url,), choice.titles
    return Wish(
        target=Target(portal, named.slug if named else _SLUG, _in_unit(section, choice)),
        entries=entries,
        follow=follow,
        is_listing=choice.is_listing or bool(section.listing),
        releases=_SAVED_RELEASES if choice.save else 1,
    )


def _in_unit(section: Section, choice: Choice) -> Section:
    return section.model_copy(update={"unit": choice.unit}) if choice.unit else section


def _address(where: str, sections: Iterable[str]) -> str:
    try:
        return canonical_url(where)
    except ValueError as exc:
        known = f"; sections that are known: {', '.join(sections)}" if "//" not in where else ""
        raise _usage(f"{where} is no address: {exc}", f"write it whole, as in https://www.example.gov.cn/news/{known}") from exc


def _undeclared(url: str, base: Portal | None, section: Section, choice: Choice) -> dict[str, Any]:
    """Return the portal of an address as its file would say it, with the manners of the known one that has its host."""
    name = choice.write.stem if choice.write is not None and _SLUG_FORM.fullmatch(choice.write.stem) else portal_name(url)
    manners = base.model_dump(mode="json", include=_MANNERS) if base else {}
    host = host_of(url)
    return {**manners, "name": name, "hosts": [host], "sections": {_SLUG: section.model_dump(mode="json")}}


def _declared(data: dict[str, Any], choice: Choice) -> Portal:
    """Return a portal with what the command line adds to it."""
    hosts = list(dict.fromkeys((*data["hosts"], *choice.hosts)))
    private = data.get("allow_private", False) or choice.allow_private
    tls = "legacy" if choice.legacy_tls else data.get("tls", "verify")
    return portal_from({**data, "hosts": hosts, "allow_private": private, "tls": tls}, "--host")


def _usage(message: str, hint: str) -> CrawlError:
    error = CrawlError(message, hint=hint)
    error.exit_code = 2
    return error
