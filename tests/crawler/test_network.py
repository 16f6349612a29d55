"""The address guard."""

from __future__ import annotations

import asyncio
import ssl

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import CrawlError
from crawler.network import (
    AddressRefusedError,
    GuardedBackend,
    NameNotKnownError,
    address_of,
    check_literal,
    guard,
    host_and_port,
    nobody,
    refusal_of,
    resolve,
    weaken,
)
from tests.server import CERTIFICATE, Server

REFUSED = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.255",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "::1:2:3",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:1::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "60.190.1.1", "2400:3200::1", "2606:4700:4700::1111"]


def answering(*addresses):
    """Return a resolver that knows only these addresses, and a list of what it was asked."""
    asked = []

    async def resolver(host, port):
        asked.append((host, port))
        return list(addresses)

    return resolver, asked


async def connect(backend, host, port, timeout=5.0):  # noqa: ASYNC109 - passed on to httpcore
    """Connect, close, and return the address connected to."""
    stream = await backend.connect_tcp(host, port, timeout=timeout)
    address = stream.get_extra_info("server_addr")
    await stream.aclose()
    return address


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_public_have_a_reason(address):
    """Private, special and translated addresses are refused, with words."""
    assert refusal_of(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address):
    """Addresses next to refused ranges, and ordinary ones, are public."""
    assert refusal_of(address) is None


@given(st.ip_addresses(v=4))
def test_no_spelling_in_ipv6_frees_an_ipv4_address(address):
    """Mapped, translated and tunnelled forms of every IPv4 address are refused."""
    number = int(address)
    halves = f"{number >> 16:x}:{number & 0xFFFF:x}"
    forms = [f"::ffff:{address}", f"::ffff:0:{address}", f"64:ff9b::{address}", f"64:ff9b:1::{address}", f"::{address}"]
    veiled = number ^ 0xFFFFFFFF
    forms += [f"2002:{halves}::1", f"2001:0:808:808::{veiled >> 16:x}:{veiled & 0xFFFF:x}"]
    assert all(refusal_of(form) for form in forms)


@pytest.mark.parametrize(
    ("host", "port", "told"),
    [
        ("WWW.Jiaxing.gov.cn", 443, "www.jiaxing.gov.cn"),
        ("www.jiaxing.gov.cn", 80, "www.jiaxing.gov.cn"),
        ("www.jiaxing.gov.cn", None, "www.jiaxing.gov.cn"),
        ("127.0.0.1", 8000, "127.0.0.1:8000"),
        ("::1", 8000, "[::1]:8000"),
        ("::1", 443, "[::1]"),
    ],
)
def test_hosts_are_asked_about_with_their_port(host, port, told):
    """A test of hosts sees the port unless it is a usual one."""
    assert host_and_port(host, port) == told


def test_the_address_of_a_connection_is_told_with_its_port():
    """An address in IPv6 stands in brackets; what has no address has none."""

    class Stream:
        def __init__(self, *address):
            self.address = address

        def get_extra_info(self, _name):
            return self.address

    assert address_of(Stream("60.190.1.1", 443)) == "60.190.1.1:443"
    assert address_of(Stream("2400:3200::1", 443, 0, 0)) == "[2400:3200::1]:443"
    assert address_of(Stream()) is None
    assert address_of(None) is None


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST", "a.localhost", "0x7f.1", "2130706433", "127.1", "::1", "10.0.0.1"]
)
def test_literal_addresses_are_seen_through_however_spelt(host):
    """Without resolving a name, a literal private address is refused."""
    with pytest.raises(AddressRefusedError):
        check_literal(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "www.jiaxing.gov.cn", "2400:3200::1", "a" * 300])
def test_names_and_public_literals_pass_unresolved(host):
    """Names are not looked up by the check of literals."""
    check_literal(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433"])
def test_this_machine_is_refused_by_default(host):
    """The guard refuses loopback in all its spellings, by the real resolver, and nothing is connected."""
    with Server() as server:
        with pytest.raises(AddressRefusedError, match=f"{host} is .*this machine itself"):
            asyncio.run(connect(GuardedBackend(), host, server.port))
        assert server.connections == 0


def test_a_permitted_host_may_be_private():
    """The permission names a host with its port, and the literal address is connected to."""
    resolver, asked = answering("127.0.0.1")
    with Server() as server:
        backend = GuardedBackend(lambda host: host == f"portal.test:{server.port}", resolver)
        assert asyncio.run(connect(backend, "portal.test", server.port)) == ("127.0.0.1", server.port)
        assert asked == [("portal.test", server.port)]
        with pytest.raises(AddressRefusedError):
            asyncio.run(connect(backend, "other.test", server.port))


def test_a_name_is_resolved_once_and_only_its_public_addresses_are_used():
    """A private address beside a public one is passed over, so that a name server cannot lead us there."""
    resolver, asked = answering("127.0.0.1", "192.0.2.1")
    with pytest.raises(AddressRefusedError, match=r"127\.0\.0\.1: this machine itself; 192\.0\.2\.1: a private"):
        asyncio.run(connect(GuardedBackend(resolver=resolver), "portal.test", 80))
    assert asked == [("portal.test", 80)]


def test_of_a_public_and_a_private_address_only_the_public_one_is_left():
    """A name server that mixes them leads nowhere but to the public ones, in its order."""
    resolver, asked = answering("10.0.0.1", "8.8.8.8", "::1", "2400:3200::1", "::ffff:1.1.1.1")
    backend = GuardedBackend(resolver=resolver)
    assert asyncio.run(backend._addresses("portal.test", 80, None)) == ["8.8.8.8", "2400:3200::1"]
    assert len(asked) == 1


def test_a_name_that_changes_after_it_was_judged_changes_nothing():
    """A name server that answers with a public address first, and then with ours, is asked but once, and we are not reached."""
    answers = iter((["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]))

    async def resolver(_host, _port):
        return next(answers)

    async def connect(server):
        backend = GuardedBackend(resolver=resolver)
        with pytest.raises(httpcore.ConnectError):  # from the address of loopback no packet goes to a public one
            await backend.connect_tcp("portal.test", server.port, timeout=5.0, local_address="127.0.0.1")

    with Server() as server:
        asyncio.run(connect(server))
        assert server.connections == 0
    assert next(answers) == ["127.0.0.1"]
    assert len(list(answers)) == 1


def test_the_next_address_is_tried_when_one_does_not_answer():
    """A host whose first address is dead is reached at its second."""
    resolver, _ = answering("127.0.0.2", "127.0.0.1")
    with Server() as server:
        backend = GuardedBackend(lambda _host: True, resolver)
        assert asyncio.run(connect(backend, "portal.test", server.port)) == ("127.0.0.1", server.port)
        assert asyncio.run(connect(backend, "portal.test", server.port, timeout=None)) == ("127.0.0.1", server.port)


def test_when_no_address_answers_the_last_error_is_told():
    """All addresses dead is httpcore's connection error."""
    resolver, _ = answering("127.0.0.2", "127.0.0.3")
    with Server() as server, pytest.raises(httpcore.ConnectError):
        asyncio.run(connect(GuardedBackend(lambda _host: True, resolver), "portal.test", server.port))


def test_a_name_without_an_address_is_not_known():
    """An empty answer and one of the system's errors are the same to us."""
    resolver, _ = answering()
    with pytest.raises(NameNotKnownError, match=r"portal\.test"):
        asyncio.run(connect(GuardedBackend(resolver=resolver), "portal.test", 80))
    with pytest.raises(NameNotKnownError, match=r"no\.such\.invalid"):
        asyncio.run(resolve("no.such.invalid", 80))
    with pytest.raises(NameNotKnownError, match="aaa"):
        asyncio.run(resolve("a" * 70 + ".test", 80))


def test_a_slow_name_server_runs_into_the_connect_timeout():
    """Resolving counts as connecting."""

    async def never(_host, _port):
        await asyncio.Event().wait()

    with pytest.raises(httpcore.ConnectTimeout, match=r"portal\.test"):
        asyncio.run(connect(GuardedBackend(resolver=never), "portal.test", 80, timeout=0.02))


def test_tls_names_and_verifies_the_host_though_the_address_is_literal():
    """The server name and the certificate's name stay those of the host."""
    resolver, _ = answering("127.0.0.1")
    context = ssl.create_default_context(cadata=CERTIFICATE)

    async def handshake(server, host):
        stream = await GuardedBackend(lambda _host: True, resolver).connect_tcp(host, server.port, timeout=5.0)
        secured = await stream.start_tls(context, server_hostname=host, timeout=5.0)
        await secured.aclose()

    with Server(tls=True) as server:
        asyncio.run(handshake(server, "portal.test"))
        with pytest.raises(httpcore.ConnectError, match="Hostname mismatch"):
            asyncio.run(handshake(server, "other.test"))
        assert server.names == ["portal.test", "other.test"]


def test_the_guard_is_put_under_the_transport():
    """The private attribute is there in the installed httpx, and holds our backend afterwards."""
    transport, backend = httpx.AsyncHTTPTransport(), GuardedBackend()
    guard(transport, backend)
    assert transport._pool._network_backend is backend


@pytest.mark.parametrize("transport", [object(), httpx.MockTransport(lambda _request: httpx.Response(200))])
def test_a_transport_without_a_place_for_the_guard_is_an_error(transport):
    """Nothing may be asked unguarded: a changed httpx stops us with a hint."""
    with pytest.raises(CrawlError, match="guard does not fit") as caught:
        guard(transport, GuardedBackend())
    assert "httpx 0.28" in caught.value.hint


def test_weaker_tls_still_verifies():
    """Old protocols pass, unknown certificates and other names do not."""
    context = weaken(ssl.create_default_context())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.MINIMUM_SUPPORTED
    assert context.options & 0x4


def test_nobody_passes_the_default_test():
    """By default no host may be private."""
    assert not nobody("127.0.0.1")
