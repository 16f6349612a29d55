"""The operator's tables beside the crawl itself: who is told, where backups go, who hears that we are alive.

Models only: sending and writing are the publishers' business.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.model import Duration, Kind, Line, Lines, Location, Model, Place, PositiveCount, Size, Url
from config.schedules import check_moment

__all__ = ["Apprise", "Backup", "Email", "Health", "Receiver", "Rules", "Webhook", "Witness"]

_URL_MARKS = ("{url}", "{quoted_url}")

_LAST_PORT = 65_535


def _mail_server(text: str) -> str:
    """Check the address of a mail server; its password has a file of its own."""
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError('must be as in "smtp://user@mail.example.org:587"')
    if parts.password is not None:
        raise ValueError("must hold no password: put it into a file and name that in `password_file`")
    return text


def _loopback(text: str) -> str:
    """Check an address of this machine's own to listen at; '' stands for none."""
    host, colon, port = text.rpartition(":")
    if text and not (colon and port.isascii() and port.isdecimal() and 0 < int(port) <= _LAST_PORT):
        raise ValueError('must be as in "127.0.0.1:9108"')
    if text and host not in ("localhost", "[::1]") and not _is_loopback(host):
        raise ValueError("must be an address of this machine alone, as 127.0.0.1 or [::1]: whoever reaches it may read")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _mail_address(text: str) -> str:
    """Check the address of a mail box, without a name beside it; '' stands for none."""
    if text and not re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;]+", text):
        raise ValueError('must be a bare address, as in "desk@example.org"')
    return text


def _receiving(text: str) -> str:
    """Check an address that is sent something; a password in it would be shown with it."""
    if not text:
        raise ValueError('must be a whole address, as in "https://hooks.example.org/press"')
    if urlsplit(text).password is not None:
        raise ValueError("must hold no password: what is sent is signed, so that the receiver knows us by the secret")
    return text


def _witness(text: str) -> str:
    """Check the pattern of an address that asks an archive to save a page."""
    if sum(text.count(mark) for mark in _URL_MARKS) != 1 or "{" in urlsplit(text).netloc:
        raise ValueError('must hold {url} (or {quoted_url}, percent-encoded) once, as in "https://archive.example.org/save/{url}"')
    return text


class Backup(Model):
    """Copies of the archive."""

    folder: Location = Field(default=None, description="Where copies are written; empty: none are.")
    keep: PositiveCount = Field(default=2, description="How many copies are kept; none is written without 1.5 times its size free.")


class Health(Model):
    """How somebody notices that the daemon is dead."""

    ping_url: Url = Field(default="", description="Asked after each complete listing; silence there means that we are dead.")
    stop_below_free: Size = Field(default=500_000_000, description="Fetching pauses when less than this is free on the disk.")
    listen: Annotated[Line, AfterValidator(_loopback)] = Field(
        default="",
        description='Where the daemon tells how it does (/healthz, /metrics); empty: nowhere. Example: "127.0.0.1:9108".',
    )


Told = Literal["new", "edited", "silent", "suspect", "removed", "restored", "alert"]
Label = Literal[
    "title",
    "date",
    "attachment",
    "backdated",
    "cosmetic",
    "numeric",
    "name",
    "substantive",
    "revert",
    "inserted-late",
    "flap",
]


class Rules(Model):
    """What a receiver is told, and when: the same for every kind."""

    sections: Lines = Field(default=("*",), description='Patterns of sections. Example: ["jiaxing/*"].')
    send: tuple[Told, ...] = Field(
        default=("removed", "suspect", "silent"),
        description="What is told: new, edited, silent, suspect, removed, restored, alert; never the baseline.",
    )
    labels: tuple[Label, ...] = Field(
        default=(), description='Of what was edited, only that with one of these labels; empty: all of it. Example: ["name"].'
    )
    keywords: Lines = Field(
        default=(),
        description="Only press releases that say one of these, before or after the change; empty: all."
        ' Example: ["Zhang Bing", "张兵"].',
    )
    when: Annotated[Line, AfterValidator(check_moment)] = Field(
        default="at once", description='"at once", or as in "daily 08:00" (in the zone of the first portal): one message for a day.'
    )


class Email(Rules):
    """Somebody who is sent mails."""

    kind: Literal["email"] = Field(description="How the receiver is told.")
    to: tuple[Annotated[Line, Kind("text"), AfterValidator(_mail_address)], ...] = Field(
        min_length=1, description="Mail: addresses of the readers."
    )
    smtp: Annotated[Line, AfterValidator(_mail_server)] = Field(
        description='Mail: the server, as in "smtp://user@mail.example.org:587" (STARTTLS) or "smtps://..." (TLS at once).'
    )
    sender: Annotated[Line, AfterValidator(_mail_address)] = Field(
        default="", description="Mail: the address that it comes from; empty: the user's at the server."
    )
    password_file: Location = Field(default=None, description="Mail: file that holds the password; empty: none is needed.")


class Webhook(Rules):
    """A program that is sent signed JSON (`docs/webhook.schema.json`)."""

    kind: Literal["webhook"] = Field(description="How the receiver is told.")
    url: Annotated[Url, AfterValidator(_receiving)] = Field(description="Webhook: the address that JSON is sent to.")
    secret_file: Place = Field(description="Webhook: file that holds the secret which everything sent is signed with.")


class Apprise(Rules):
    """Any of the services that the library apprise knows."""

    kind: Literal["apprise"] = Field(description="How the receiver is told.")
    addresses_file: Place = Field(description="Apprise: file that holds the services' addresses, one a line: they are secrets.")


class Witness(Rules):
    """A public web archive that is asked to save a page which was seen new or edited."""

    kind: Literal["witness"] = Field(description="How the receiver is told.")
    endpoint: Annotated[Url, AfterValidator(_witness)] = Field(
        description='Witness: what asks a public web archive to save {url}, as in "https://archive.example.org/save/{url}".'
    )
    every: Duration = Field(default=15.0, description="Witness: least time between two such requests.")
    send: tuple[Told, ...] = Field(
        default=("new", "edited", "silent", "restored"),
        description="What is told: new, edited, silent, suspect, removed, restored, alert; never the baseline.",
    )


Receiver = Annotated[Email | Webhook | Apprise | Witness, Field(discriminator="kind")]
"""Somebody who is told of changes; `kind` tells which."""
