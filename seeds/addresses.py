"""Where things stand on a portal of each platform: columns, articles and their files.  Pure.

Four platforms, four ways to name the same thing.  A column is an id here; TRS and static portals give it a folder with a short
name instead, and only what this module knows leads from the one to the other.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ADDRESSES",
    "HOME",
    "HOST_MARK",
    "PHOTOS",
    "REPORTS",
    "SECOND",
    "TICKET",
    "TODAY",
    "Addresses",
    "FileNames",
    "Platform",
    "column_named",
    "digest_of",
    "name_of_column",
    "part_of",
    "unsigned",
]

HOME = 1591180
"""Column id of the English home page."""
TODAY = 1591185
"""Column id of "Jiaxing Today"."""
REPORTS = 1591186
"""Column id of the government's yearly reports; the real portal's known English pages stand here."""
PHOTOS = 1591187
"""A column whose articles are listed under "Jiaxing Today" with URLs that carry this id."""
SECOND = 1591199
"""A column under which some articles of "Jiaxing Today" answer a second time, with the same article id."""

HOST_MARK = "host.invalid"
"""Stands in rows for the host that the asker used; the site puts that in its place."""
TICKET = "ticket-to-be-signed"
"""Stands in the addresses of files for what the portal signs anew whenever it prints them."""
NEW_SINCE = "2024-01-01"
"""From this day on JPaaS gives articles its own addresses; the older ones keep those of JCMS."""
_NAMES = {HOME: "", TODAY: "jxtd", REPORTS: "gzbg", PHOTOS: "tpxw", SECOND: "csxw"}
_PART = re.compile(r"(/en/[a-z0-9]+/[0-9]{6}/t[0-9]{8}_[0-9]+)_([1-9][0-9]{0,2})\.html")
_NUMBERS = {name: number for number, name in _NAMES.items()}


class Platform(StrEnum):
    """The systems that the embedded portal can look like."""

    JCMS = "jcms"
    """Hanweb's older one: lists are data inside the page and behind an endpoint (jpage)."""
    JPAAS = "jpaas"
    """Hanweb's newer one: lists, menus and footers are units that scripts fetch as JSON."""
    TRS = "trs"
    """TRS WCM: static lists, whose pager is a script."""
    STATIC = "static"
    """VSB and its like: static lists with links from page to page, and a feed of each."""


def name_of_column(column: int) -> str:
    """Return the name that stands for a column in paths; that of the English home page is empty."""
    return _NAMES.get(column, f"c{column}")


def column_named(name: str) -> int:
    """Return the column with a name, 0 where there is none."""
    if name in _NUMBERS:
        return _NUMBERS[name]
    return int(name[1:]) if re.fullmatch(r"c[0-9]{1,12}", name) else 0


def digest_of(*parts: object) -> str:
    """Return 32 hex digits that stand for something, the same on every machine."""
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()[:32]


def part_of(path: str) -> tuple[str, int]:
    """Return the path of the article that a page belongs to, and which of its pages it is, from 0: TRS numbers the further ones."""
    found = _PART.fullmatch(path)
    return (f"{found[1]}.html", int(found[2])) if found else (path, 0)


def unsigned(target: str) -> str:
    """Return the path and query of a file as the portal keeps it, whatever ticket came with it."""
    return re.sub(r"(fileUrl=[0-9a-f]{32})[0-9a-f]{1,32}%3D", rf"\1{TICKET}%3D", target)


@dataclass(frozen=True, slots=True)
class FileNames:
    """The paths (with query) of a PDF file, of a Word file and of a picture, each by its name."""

    pdf: Callable[[str], str]
    doc: Callable[[str], str]
    picture: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Addresses:
    """How a platform names things: an article by column, id and day (`YYYY-MM-DD`), a column by its id, and files."""

    article: Callable[[int, int, str], str]
    column: Callable[[int], str]
    files: FileNames


def _hanweb_article(column: int, number: int, day: str) -> str:
    """JCMS pads neither month nor day."""
    year, month, date = day.split("-")
    return f"/art/{year}/{int(month)}/{int(date)}/art_{column}_{number}.html"


def _jpaas_article(column: int, number: int, day: str) -> str:
    """Name the year alone, and the same 32 hex digits in every column; what was imported keeps its old address."""
    if day < NEW_SINCE:
        return _hanweb_article(column, number, day)
    return f"/col/col{column}/art/{day[:4]}/art_{digest_of('article', number)}.html"


def _trs_article(column: int, number: int, day: str) -> str:
    return f"/en/{name_of_column(column)}/{day[:7].replace('-', '')}/t{day.replace('-', '')}_{number}.html"


def _digits(name: str, length: int) -> str:
    return str(int(digest_of(name), 16))[:length]


def _vsb_picture(name: str) -> str:
    digest = digest_of(name).upper()
    return f"/__local/{digest[0]}/{digest[1:3]}/{digest[3:6]}/{digest}_{digest[:8]}_1A2B.jpg"


def _vsb_file(name: str) -> str:
    return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1391&wbfileid={_digits(name, 9)}"


ADDRESSES: dict[Platform, Addresses] = {
    Platform.JCMS: Addresses(
        _hanweb_article,
        lambda column: f"/col/col{column}/index.html",
        FileNames(
            lambda name: f"/module/download/downfile.jsp?classid=0&filename={digest_of(name)}.pdf",
            lambda name: f"/attach/0/{digest_of(name)}.doc",
            lambda name: f"/picture/0/{digest_of(name)}.jpg",
        ),
    ),
    Platform.JPAAS: Addresses(
        _jpaas_article,
        lambda column: f"/col/col{column}/index.html",
        FileNames(
            lambda name: (
                f"/api-gateway/jpaas-web-server/front/document/download?fileUrl={digest_of(name)}{TICKET}%3D&fileName={quote(name)}"
            ),
            lambda name: f"/cms_files/filemanager/3364/attach/20243/{digest_of(name)}.doc?fileName={quote(name)}",
            lambda name: f"/cms_files/filemanager/3364/picture/20243/{digest_of(name)}.jpg",
        ),
    ),
    Platform.TRS: Addresses(
        _trs_article,
        lambda column: f"/en/{name_of_column(column)}/" if column != HOME else "/en/",
        FileNames(
            lambda name: f"/en/files/P0202404{_digits(name, 13)}.pdf",
            lambda name: f"/en/files/P0202404{_digits(name, 13)}.doc",
            lambda name: f"/en/images/W0202404{_digits(name, 13)}.jpg",
        ),
    ),
    Platform.STATIC: Addresses(
        lambda column, number, _day: f"/info/{column}/{number}.htm",
        lambda column: f"/en/{name_of_column(column) or 'index'}.htm",
        FileNames(_vsb_file, _vsb_file, _vsb_picture),
    ),
}
