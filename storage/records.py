"""The vocabulary: what one request, one reading, one content and one version are.

Frozen values without behaviour.  Everything else in the project speaks in these words, so that the crawler and the archive
need to know nothing of each other but this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "Attachment",
    "Content",
    "DateCandidate",
    "Event",
    "Fetch",
    "File",
    "FoundBy",
    "Kind",
    "Listed",
    "Outcome",
    "PageKind",
    "Precision",
    "Purpose",
    "Reading",
    "Reason",
    "Result",
    "Role",
    "State",
    "SweepKind",
]


class Result(StrEnum):
    """What the transport made of one request; the judgement of the page is `Outcome`."""

    RESPONSE = "response"
    NOT_MODIFIED = "not-modified"
    NETWORK_ERROR = "network-error"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    REFUSED = "refused"


class Outcome(StrEnum):
    """What a reader made of one response.  Only `OK` may make content."""

    OK = "ok"
    GONE = "gone"
    SOFT_GONE = "soft-gone"
    CHALLENGE = "challenge"
    BLOCKED = "blocked"
    SERVER_ERROR = "server-error"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    QUARANTINED = "quarantined"


class Kind(StrEnum):
    """What a version says about its page."""

    NEW = "new"
    EDITED = "edited"
    REMOVED = "removed"
    RESTORED = "restored"


class PageKind(StrEnum):
    """What a tracked URL holds."""

    RELEASE = "release"
    ATTACHMENT = "attachment"
    PART = "part"
    IMPORT = "import"


class Purpose(StrEnum):
    """Why a request was made."""

    ROBOTS = "robots"
    LOCATE = "locate"
    LISTING = "listing"
    FIRST = "first"
    LOOK = "look"
    RECHECK = "recheck"
    CONTROL = "control"
    IMPORT = "import"


class FoundBy(StrEnum):
    """How a version came to be known."""

    CRAWL = "crawl"
    REPARSE = "reparse"
    IMPORT = "import"


class Reason(StrEnum):
    """Why a page is held to belong to a release."""

    FIRST = "first"
    SAME_ARTICLE_ID = "same-article-id"
    SAME_CONTENT = "same-content"
    MOVED = "moved"
    DIVERGED = "diverged"
    MANUAL = "manual"


class State(StrEnum):
    """What we hold of a page or a release now.

    `SUSPECT` is "not answering (unproven)"; `IMPORTED` is known from a file only: nobody here ever saw it answer.
    """

    LIVE = "live"
    SUSPECT = "suspect"
    REMOVED = "removed"
    IMPORTED = "imported"


class Precision(StrEnum):
    """The finest unit that a printed date names."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class SweepKind(StrEnum):
    """How much of a listing a pass meant to read."""

    HEAD = "head"
    FULL = "full"


class Event(StrEnum):
    """A change of membership or of a row in a listing."""

    APPEARED = "appeared"
    LEFT = "left"
    RETITLED = "retitled"
    REDATED = "redated"


class Role(StrEnum):
    """What a fetch is to the removal that it proves."""

    CHECK = "check"
    CONTROL = "control"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a press release offers: its printed name and its absolute URL."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of an attached file: their SHA-256 (64 hex digits), how many they are, and the media type that they have."""

    sha256: str
    size: int
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date found on a page, as printed, and where it stood: `label`, `meta:pubdate`, `url`, `text`, `selector` ..."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a press release says, as printed: typos, no-break spaces and all.

    `published` is the printed date; `published_at` the instant it names (UTC, `YYYY-MM-DDTHH:MM:SSZ`, None for a day);
    `published_on` the calendar day in the portal's zone (`YYYY-MM-DD`).  Paragraphs of `text` are parted by one blank line.
    `number` is the document number (文号) as printed.  Of an attached file (`file`) the title is its printed name, the dates are
    those of its press release, and the text is what can be read of it, if anything.
    """

    title: str
    text: str
    published: str | None = None
    published_at: str | None = None
    published_on: str | None = None
    precision: Precision | None = None
    source: str | None = None
    author: str | None = None
    language: str | None = None
    breadcrumb: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    images: tuple[str, ...] = ()
    number: str | None = None
    keywords: tuple[str, ...] = ()
    file: File | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of one body.  `reader` names extractor, rules and parsing libraries; `content` is None unless ok.

    `template` names the form in which the page came: where its parts were found.  None where no reader looked for them.
    `parts` are the absolute URLs of an article's further pages, in order, where it is spread over several; they are not kept.
    """

    reader: str
    outcome: Outcome
    content: Content | None = None
    dates: tuple[DateCandidate, ...] = ()
    problems: tuple[str, ...] = ()
    template: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request and what came of it; each redirect hop is one of its own, and hops of one ask stand in order.

    `requested_at` is aware and in UTC; `elapsed_ms` runs until the last byte was received; `body` is the decoded entity
    (None where nothing came: errors, refusals, 304).  Headers are (name, value) pairs in the order sent or received.
    """

    purpose: Purpose
    url: str
    requested_at: datetime
    elapsed_ms: int
    result: Result
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str | None = None
    remote_address: str | None = None
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    error: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first response header of that name, whatever its case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.response_headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a listing: an absolute URL, the printed title and date."""

    url: str
    title: str
    date: str | None = None
