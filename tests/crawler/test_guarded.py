"""No address but a public one is connected to, however it is reached: as it stands or by a name, at once or by a redirect."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from crawler.clock import WallClock
from crawler.http import Ask, Client, HttpOptions
from crawler.network import refusal_of, resolve
from storage.records import Purpose, Result
from tests.server import Server

CLASSES = {
    "this machine": ("127.0.0.1", "127.255.255.254", "::1"),
    "this network": ("0.0.0.0", "0.255.1.2", "::"),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1"),
    "unique local": ("fc00::1", "fdff::1"),
    "link-local": ("169.254.169.254", "fe80::1", "febf::1"),
    "site-local": ("fec0::1",),
    "inside a carrier's network": ("100.64.0.1", "100.127.255.254"),
    "mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "::127.0.0.1"),
    "behind NAT64": ("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::7f00:1", "64:ff9b:1:ffff::a00:1"),
    "behind 6to4": ("2002:7f00:1::1", "2002:a00:1::1", "192.88.99.1"),
    "behind Teredo": ("2001:0:808:808::80ff:fffe", "2001::1"),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
    "for protocols": ("192.0.0.1", "192.0.0.9", "192.0.0.170"),
    "for documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "for benchmarks": ("198.18.0.1", "198.19.255.254", "2001:2::1"),
    "for nothing yet": ("240.0.0.1", "255.255.255.254", "4000::1", "100::1"),
    "everybody": ("255.255.255.255",),
}
ADDRESSES = [address for group in CLASSES.values() for address in group]


@pytest.fixture(scope="module")
def server():
    """Start one server for all tests."""
    with Server() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_seen(server):
    """Forget what earlier tests asked."""
    server.seen.clear()


async def granted(_url):
    """Permit everything."""
    return


def literal(address):
    """Return an address as it stands in a URL."""
    return f"[{address}]" if ":" in address else address


def ask(server, url, address="192.0.2.1"):
    """Ask for a URL, where `portal.test` is the server, which may be private, and any other name leads to an address."""

    async def resolver(host, port):
        if host.endswith(".test"):
            return ["127.0.0.1"] if host == "portal.test" else [address]
        return await resolve(host, port)

    async def run():
        own = f"portal.test:{server.port}"
        settings = HttpOptions("x", deadline=5.0, allow_private=lambda host: host == own, resolver=resolver)
        async with Client(settings, WallClock()) as client:
            return await client.fetch(Ask(url, Purpose.LOOK), granted)

    return asyncio.run(run())


def assert_refused(fetch, address):
    """Check that a hop was refused for its address, with a reason, and that nobody was connected to."""
    assert (fetch.result, fetch.status, fetch.remote_address) == (Result.REFUSED, None, None)
    assert fetch.error.startswith("address refused: ")
    assert fetch.error.endswith(f": {refusal_of(address)}")


@pytest.mark.parametrize("address", ADDRESSES)
def test_at_the_first_hop(server, address):
    """The address itself, and a name that leads to it, are refused, and nothing is sent."""
    (fetch,) = ask(server, f"http://{literal(address)}:{server.port}/ok", address)
    assert_refused(fetch, address)
    (fetch,) = ask(server, f"http://inside.test:{server.port}/ok", address)
    assert_refused(fetch, address)
    assert server.seen == []


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("status", [302, 307])
def test_behind_a_redirect(server, address, status):
    """A portal that may be asked leads neither to the address nor to a name of it."""
    for host in (literal(address), "inside.test"):
        target = quote(f"http://{host}:{server.port}/ok", safe="")
        hops = ask(server, server.url(f"/redirect-to?status={status}&u={target}", host="portal.test"), address)
        assert [hop.result for hop in hops] == [Result.RESPONSE, Result.REFUSED]
        assert_refused(hops[1], address)
    assert {request.route for request in server.seen} == {"/redirect-to"}


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "localhost",
        "LOCALHOST",
        "[::ffff:7f00:1]",
        "127.0.0.1.",
    ],
)
def test_in_other_spellings(server, host):
    """However this machine is spelt, the system's own resolver says what it is, and it is refused."""

    async def run():
        async with Client(HttpOptions("x", deadline=5.0), WallClock()) as client:
            return await client.fetch(Ask(f"http://{host}:{server.port}/ok", Purpose.LOOK), granted)

    (fetch,) = asyncio.run(run())
    assert fetch.result in {Result.REFUSED, Result.NETWORK_ERROR}
    assert fetch.remote_address is None
    assert server.seen == []


@pytest.mark.parametrize("host", ["127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1", "127%2e0%2e0%2e1"])
def test_in_other_scripts(server, host):
    """Signs that some programs take for digits and dots lead nowhere."""
    (fetch,) = ask(server, f"http://{host}:{server.port}/ok", "127.0.0.1")
    assert fetch.result in {Result.REFUSED, Result.NETWORK_ERROR}
    assert server.seen == []


def test_what_the_portals_file_allows_is_asked(server):
    """The permission is for one name and one port: the same address by another name stays closed."""
    (fetch,) = ask(server, server.url("/ok", host="portal.test"))
    assert (fetch.result, fetch.remote_address) == (Result.RESPONSE, f"127.0.0.1:{server.port}")
    (fetch,) = ask(server, server.url("/ok", host="other.test"), "127.0.0.1")
    assert_refused(fetch, "127.0.0.1")
