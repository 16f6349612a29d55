"""A portal: one shareable file that says which sections of which hosts are watched, and how politely.

Nothing private belongs into it, so that people can pass it on.  `docs` and `jiaxing-today config` are made from the
descriptions here (see `config.describe`).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, ValidationError, model_validator

from config.errors import SettingsError
from config.model import Count, Duration, Flag, KeyedError, Kind, Line, Lines, Model, PositiveCount, Slug, Text, Url, Urls
from config.reading import parse_toml, read_text, settings_error, suggestion
from config.schedules import check_hours, check_recheck, check_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Politeness",
    "Portal",
    "Removal",
    "Schedule",
    "Section",
    "Select",
    "find_portal",
    "is_shipped",
    "label_of",
    "origin_of",
    "parse_portal",
    "portal_from",
    "read_portal",
    "shipped_of",
    "shipped_portals",
    "wins_over_shipped",
]

_SHIPPED = Path(__file__).with_name("portals")
_DEFAULT_PORTS = (":80", ":443")
_PAGE_MARKS = ("{page}", "{page0}")
_PAGED = ("auto", "trs", "static")  # platforms that do not know a surer way to their further pages


def _host(text: str) -> str:
    """Return a host as URLs are compared with it: small letters, no port of http's or https's own."""
    host = text.strip().lower()
    if not host or any(mark in host for mark in "/@?#*\\ "):
        raise ValueError('must be a bare host name, as in "www.example.gov.cn", without "https://" or a path')
    return next((host.removesuffix(port) for port in _DEFAULT_PORTS if host.endswith(port)), host)


def _zone_name(text: str) -> str:
    """Check that the name of a time zone is known."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = suggestion(text, available_timezones()) or ', as in "Asia/Shanghai"'
        raise ValueError(f"is no time zone that is known here{near}") from None
    return text


def _path_pattern(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError('must begin with "/": it is matched against the path of a URL, as in "/art/*/*/*/art_*_*.html"')
    return text


def _day(text: str) -> str:
    if text:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError('must be a day, as in "2026-11-25"') from None
    return text


def _page_pattern(text: str) -> str:
    """Check an address with the number of a page in it: `{page}` counts from 1, `{page0}` from 0."""
    if not text:
        return text
    if len({mark for mark in _PAGE_MARKS if mark in text}) != 1:
        raise ValueError('must hold {page} (2 on the second page) or {page0} (1 there), as in "https://host/x/index_{page}.html"')
    if any(mark in urlsplit(text).netloc for mark in "{}") or re.search(r"[{}]", _filled(text, 2)):
        raise ValueError("may hold {page} or {page0} behind the host, and no other braces")
    return text


def _filled(pattern: str, number: int) -> str:
    """Return the address of a page, counted from 1."""
    return pattern.replace("{page}", str(number)).replace("{page0}", str(number - 1))


class Select(Model):
    """CSS selectors for a press release's parts; an empty one means that the part is found by itself."""

    title: Text = Field(default="", description='CSS of the title; empty: found by itself. Example: "h1.bt-title".')
    published: Text = Field(default="", description='CSS of the printed date; empty: found by itself. Example: "span.time".')
    body: Text = Field(default="", description='CSS of the container of the text; empty: found by itself. Example: "#zoom".')
    drop: Lines = Field(default=(), description='CSS of what is no part of the text. Example: [".visit-count", ".related"].')


class Section(Model):
    """One column of a portal."""

    title: Line = Field(min_length=1, description="What the portal calls the section, as its breadcrumb prints it.")
    listing: Url = Field(default="", description="Address of the section's list of press releases; empty: walk there from `start`.")
    start: Urls = Field(
        default=(), description="Pages that surely exist, to walk to the listing from; the first that answers is used."
    )
    follow: Lines = Field(
        default=(), description="Titles of the links to follow from `start`, in order; empty: the section's title."
    )
    platform: Literal["auto", "jpage", "jpaas", "trs", "static"] = Field(
        default="auto",
        description="How the listing is built: jpage, jpaas, trs, static (feeds too); auto finds out.",
    )
    unit: Line = Field(default="auto", description="Which list on the page, when there are several; auto takes the likeliest.")
    pages: Annotated[Url, AfterValidator(_page_pattern)] = Field(
        default="",
        description="Address of the list's further pages: {page} stands for 2, 3 ..., {page0} for 1, 2 ...; empty: found by itself."
        ' Example: "https://www.example.gov.cn/news/index_{page0}.html".',
    )
    article_urls: tuple[Annotated[Line, AfterValidator(_path_pattern)], ...] = Field(
        default=(),
        description='Patterns of paths of press releases; empty: found by itself. Example: ["/art/*/*/*/art_*_*.html"].',
    )
    attachments: Literal["all", "documents", "none"] = Field(
        default="documents",
        description="Which attached files are kept: all, documents, none.",
    )
    requisites: Flag = Field(default=False, description="Keep style sheets and pictures once, so that replays look right.")
    select: Select = Field(default=Select(), description="CSS selectors; leave out what works by itself.")

    @property
    def trail(self) -> tuple[str, ...]:
        """The link titles to follow from a start page, in order; the section's own title where none are given."""
        return self.follow or (self.title,)

    def page_url(self, number: int) -> str:
        """Return the address of a further page of the list, counted from 1, as `pages` names it."""
        return _filled(self.pages, number)

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.pages and self.platform not in _PAGED:
            raise KeyedError("pages", f"is of no use: platform {self.platform} has a way of its own to its further pages")
        if not self.listing and not self.start:
            raise KeyedError("listing", "is missing: give the address of the section's list, or `start` pages to walk there from")
        return self


class Politeness(Model):
    """How gently a host is asked."""

    delay: Duration = Field(default=2.0, description="Time between two requests to one host; robots.txt can only make it longer.")
    connections: PositiveCount = Field(default=1, description="Requests to one host at a time.")
    requests_per_day: Count = Field(default=300, description="Most requests to one host in a day; 0: no budget.")
    requests_per_day_backfill: Count = Field(default=3000, description="The same while a first crawl catches up; 0: no budget.")
    quiet_hours: tuple[Annotated[Line, AfterValidator(check_hours)], ...] = Field(
        default=(),
        description='Times in which nothing is asked, in the portal\'s zone. Example: ["23:00-06:00"].',
    )


class Schedule(Model):
    """When a portal is looked at."""

    discover: Annotated[str, Kind("schedule"), AfterValidator(check_schedule)] = Field(
        default="every 1h from 07:00 to 22:00",
        description='When the head of each listing is read. Also cron with weekday names: "0 8 * * mon-fri".',
    )
    full_sweep: Annotated[str, Kind("schedule"), AfterValidator(check_schedule)] = Field(
        default="sun 03:30",
        description="When each listing is read to its end.",
    )
    recheck: Annotated[str, Kind("schedule"), AfterValidator(check_recheck)] = Field(
        default="learned",
        description='When known pages are looked at again: learned from how often they change, or as in "every 7d".',
    )
    longest_unseen: Duration = Field(default=90 * 86_400.0, description="No page stays without a look for longer.")


class Removal(Model):
    """When a page may be called removed."""

    checks: PositiveCount = Field(default=3, description="How many direct looks must have failed.")
    spread: Duration = Field(default=86_400.0, description="Least time between the first and the last of them.")
    days: PositiveCount = Field(default=2, description="On how many calendar days, at least, they must have fallen.")
    control: Urls = Field(default=(), description="Pages that must answer in the same run; empty: the home page of the first host.")


class Portal(Model):
    """One portal, as its file declares it."""

    name: Slug = Field(description="Short name; people type it: nanhu/news.")
    title: Line = Field(default="", description="What people read; empty: the name.")
    tried: Annotated[Line, AfterValidator(_day)] = Field(
        default="",
        description='Day on which the file was last tried at the portal itself; empty: never, or unknown. Example: "2026-11-25".',
    )
    hosts: tuple[Annotated[str, Kind("text"), AfterValidator(_host)], ...] = Field(
        min_length=1,
        description="Nothing outside these hosts is ever asked. A port other than 80 and 443 is part of the name.",
    )
    timezone: Annotated[str, Kind("time zone"), AfterValidator(_zone_name)] = Field(
        default="Asia/Shanghai",
        description="The zone of the dates that the portal prints.",
    )
    tls: Literal["verify", "legacy"] = Field(default="verify", description='"legacy" for old servers: shown in `status`.')
    allow_private: Flag = Field(default=False, description="Allow private addresses: only for a portal on this machine.")
    politeness: Politeness = Field(default=Politeness(), description="How gently a host is asked.")
    schedule: Schedule = Field(default=Schedule(), description="When the portal is looked at.")
    removal: Removal = Field(default=Removal(), description="When a page may be called removed.")
    sections: dict[Slug, Section] = Field(min_length=1, description="The columns that are watched, by short name.")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the dates that the portal prints."""
        return ZoneInfo(self.timezone)

    @property
    def controls(self) -> tuple[str, ...]:
        """The pages that must answer before anything is called removed: those configured, or the first host's home page."""
        schemes = (urlsplit(url).scheme for _, url in _urls(self) if _host_of(url) == self.hosts[0])
        return self.removal.control or (f"{next(schemes, 'https')}://{self.hosts[0]}/",)

    @model_validator(mode="before")
    @classmethod
    def _titled(cls, data: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever the file held
        titled = isinstance(data, dict) and (data.get("title") or "name" not in data)
        return data if titled or not isinstance(data, dict) else {**data, "title": data["name"]}

    @model_validator(mode="after")
    def _stays_in_scope(self) -> Self:
        for key, url in _urls(self):
            if _host_of(url) not in self.hosts:
                raise KeyedError(key, f"is outside `hosts` ({', '.join(self.hosts)}): {url}")
        return self


def _host_of(url: str) -> str:
    """Return the host of an http(s) URL as `hosts` names it."""
    return _host(urlsplit(url).netloc.rpartition("@")[2])


def _urls(portal: Portal) -> list[tuple[str, str]]:
    """Return (dotted key, URL) of every address that a portal's file holds."""
    found = [(f"removal.control[{number}]", url) for number, url in enumerate(portal.removal.control)]
    for name, section in portal.sections.items():
        found += [(f"sections.{name}.listing", section.listing)] if section.listing else []
        found += [(f"sections.{name}.pages", section.pages)] if section.pages else []
        found += [(f"sections.{name}.start[{number}]", url) for number, url in enumerate(section.start)]
    return [(key, url) for key, url in found if url]


def parse_portal(toml_text: str, name_of_file: str) -> Portal:
    """Return the portal that `toml_text` declares; raises SettingsError naming `name_of_file` and the key."""
    return portal_from(parse_toml(toml_text, name_of_file), name_of_file)


def portal_from(data: Mapping[str, Any], name_of_file: str) -> Portal:
    """Return the portal that the values of a file declare; raises SettingsError naming `name_of_file` and the key."""
    try:
        return Portal.model_validate(data)
    except ValidationError as error:
        raise settings_error(error, Portal, lambda _: name_of_file) from None


def shipped_portals() -> list[str]:
    """Return the names of the portals that come with the software, in alphabetical order."""
    return sorted(path.stem for path in _SHIPPED.glob("*.toml"))


def is_shipped(path: Path) -> bool:
    """Tell whether a portal's file came with the software."""
    return path.parent == _SHIPPED


def shipped_of(name: str) -> Path | None:
    """Return the file of a portal that comes with the software, or None where none of that name does."""
    path = _SHIPPED / f"{name}.toml"
    return path if path.is_file() else None


def find_portal(name: str, folder: Path, file: str | None = None) -> Path:
    """Return the file of a portal that is named as in `portals = [...]` of a settings file in `folder`.

    A name that ends in .toml or holds a slash is a file, relative to `folder`.  Any other is looked for beside the settings
    file (`NAME.toml`, `portals/NAME.toml`) and then among the shipped ones.  Raises SettingsError, naming the settings `file`,
    where there is none.
    """
    if name.endswith(".toml") or "/" in name:
        return folder / Path(name).expanduser()
    places = (folder / f"{name}.toml", folder / "portals" / f"{name}.toml", _SHIPPED / f"{name}.toml")
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        shipped = shipped_portals()
        why = f'no portal of the name "{name}" is shipped or lies beside the settings{suggestion(name, shipped)}'
        raise SettingsError(
            why, file=file, key="portals", hint=f"Shipped: {', '.join(shipped)}. For a file of yours, write its path."
        )
    return found


def label_of(path: Path) -> str:
    """Return how messages name a portal's file: shipped ones without the folder that the software is installed in."""
    return f"shipped {path.name}" if is_shipped(path) else str(path)


def origin_of(portal: Portal, path: Path) -> str:
    """Return where a portal came from, for people: also that a file of theirs stands in for a shipped one of its name."""
    return f"{label_of(path)} (wins over the shipped one of that name)" if wins_over_shipped(portal, path) else label_of(path)


def wins_over_shipped(portal: Portal, path: Path) -> bool:
    """Tell whether a file is the user's own and declares a portal that is shipped too."""
    return not is_shipped(path) and shipped_of(portal.name) is not None


def read_portal(path_or_name: Path | str) -> Portal:
    """Return the portal of a file, or of a name looked for in the current folder and among the shipped ones.

    Raises SettingsError where there is none or where the file is wrong.
    """
    path = path_or_name if isinstance(path_or_name, Path) else find_portal(path_or_name, Path())
    return parse_portal(read_text(path), label_of(path))
