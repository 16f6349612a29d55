"""A sign of life for somebody else: asked once, on the operator's own network too, and never in the way of anything."""

from __future__ import annotations

import asyncio

import pytest

from config.settings import load
from crawler.clock import WallClock
from crawler.ping import ping
from tests.misbehaviour import response
from tests.server import Server


@pytest.fixture(scope="module")
def server():
    """Start a server on this machine, which is as private as an address can be."""
    routes = {
        "/ping": lambda _: response("200 OK", body=b"OK"),
        "/down": lambda _: response("503 Service Unavailable"),
        "/away": lambda _: response("302 Found", "Location: http://169.254.169.254/"),
        "/here": lambda _: response("302 Found", "Location: /ping/token"),
    }
    with Server(routes) as server:
        yield server


@pytest.fixture
def pinged(server, tmp_path):
    """Return a function that pings an address, and returns what is noted and which paths were asked."""

    def pinged(url: str) -> tuple[list[str], list[str]]:
        server.seen.clear()
        settings = load(None, {}, tmp_path)
        settings = settings.model_copy(update={"health": settings.health.model_copy(update={"ping_url": url})})
        notes: list[str] = []
        asyncio.run(ping(settings, WallClock(), notes.append))
        return notes, [request.path for request in server.seen]

    return pinged


def test_it_is_asked_once(server, pinged):
    """No robots.txt before it, and nothing to tell when it answers; it may lead to another address of its own."""
    assert pinged(server.url("/ping/token")) == ([], ["/ping/token"])
    assert pinged(server.url("/here")) == ([], ["/here", "/ping/token"])


def test_nothing_is_asked_where_nothing_is_configured(pinged):
    """Most operators have none."""
    assert pinged("") == ([], [])


@pytest.mark.parametrize(("path", "why"), [("/down", "it answers 503"), ("/away", "it leads to another host")])
def test_a_failure_is_a_line(server, pinged, path, why):
    """It names the host and what came, not the address: that is a secret; another host is never asked in its place."""
    (note,), asked = pinged(server.url(path))
    assert note.endswith(f") was asked in vain: {why}")
    assert note.startswith("ping_url (127.0.0.1:")
    assert asked == [path]


def test_nobody_there(server, pinged):
    """Where nobody listens, or the name is not known, that is said and nothing is raised."""
    for url in ("http://127.0.0.1:1/secret", "http://no-such-host.invalid/secret"):
        (note,), asked = pinged(url)
        assert "was asked in vain: " in note
        assert "secret" not in note
        assert asked == []
