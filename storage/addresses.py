"""The host of an address, in one spelling: what politeness, budgets and dictionaries go by."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["host_of"]

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, with `:port` unless that is the scheme's own; "" for what has none: a file."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ":")).removesuffix(":")
