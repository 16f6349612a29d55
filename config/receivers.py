"""The operator's tables beside the crawl itself: who is told, where backups go, who hears that we are alive.

Models only: sending and writing are the publishers' business.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.model import Line, Lines, Location, Model, PositiveCount, Size, Url
from config.schedules import check_moment

__all__ = ["Backup", "Health", "Receiver"]

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


class Receiver(Model):
    """Somebody who is told of changes."""

    kind: Literal["email"] = Field(description="How the receiver is told: email.")
    to: Lines = Field(min_length=1, description="Addresses of the readers.")
    smtp: Annotated[Line, AfterValidator(_mail_server)] = Field(
        description='Mail server, as in "smtp://user@mail.example.org:587".'
    )
    password_file: Location = Field(default=None, description="File that holds the password; empty: none is needed.")
    sections: Lines = Field(default=("*",), description='Patterns of sections. Example: ["jiaxing/*"].')
    send: tuple[Literal["new", "edited", "silent", "suspect", "removed", "restored", "alert"], ...] = Field(
        default=("removed", "suspect", "silent"),
        description="What is told: new, edited, silent, suspect, removed, restored, alert; never the baseline.",
    )
    keywords: Lines = Field(
        default=(), description='Only what says one of these; empty: everything. Example: ["Zhang Bing", "张兵"].'
    )
    when: Annotated[Line, AfterValidator(check_moment)] = Field(default="at once", description='"at once", or as in "daily 08:00".')
