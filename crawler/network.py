"""The address guard: which machines may be talked to, decided on the address that is really connected to.

To check a name and then let the library resolve it again leaves a gap that a name server can use.  So a name is resolved
once, every address is judged, and the connection goes to the literal address; TLS still names and verifies the host.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address, ip_network

import httpcore

from crawler.errors import CrawlError

__all__ = [
    "AddressRefusedError",
    "GuardedBackend",
    "HostTest",
    "NameNotKnownError",
    "Resolver",
    "address_of",
    "check_literal",
    "guard",
    "host_and_port",
    "nobody",
    "refusal_of",
    "resolve",
    "weaken",
]

HostTest = Callable[[str], bool]  # asked with 'host' or 'host:port', see `host_and_port`
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]  # host, port -> literal addresses, best first

_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_DEFAULT_PORTS = frozenset({80, 443})

# What `is_global` of the standard library lets pass on some of its versions, or gives no reason for.
_NOT_PUBLIC = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("127.0.0.0/8", "this machine itself"),
        ("::1/128", "this machine itself"),
        ("169.254.0.0/16", "link-local; cloud machines keep their credentials there"),
        ("fe80::/10", "link-local"),
        ("100.64.0.0/10", "shared inside a carrier's network, RFC 6598"),
        ("192.0.0.0/24", "kept for protocols, RFC 6890"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6 clothing, RFC 4291"),
        ("::ffff:0:0:0/96", "an IPv4 address in IPv6 clothing, RFC 2765"),
        ("::/96", "an IPv4 address in IPv6 clothing, RFC 4291"),
        ("64:ff9b::/96", "an IPv4 address behind NAT64, RFC 6052"),
        ("64:ff9b:1::/48", "an IPv4 address behind NAT64, RFC 8215"),
        ("2002::/16", "an IPv4 address behind 6to4, RFC 3056"),
        ("2001::/32", "an IPv4 address behind Teredo, RFC 4380"),
        ("192.88.99.0/24", "a 6to4 relay, RFC 7526"),
        ("fec0::/10", "site-local, RFC 3879"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("3fff::/20", "kept for documentation, RFC 9637"),
    )
)

# All that is given out of IPv6; what may be made of the rest, nobody knows yet.
_GIVEN_OUT = ip_network("2000::/3")

# OpenSSL's own setting for servers of an earlier age: old protocols and short keys pass.
_OLD_CIPHERS = "DEFAULT:@SECLEVEL=0"
_OP_LEGACY_SERVER_CONNECT = 0x4  # Python names it from 3.12 on.


class AddressRefusedError(Exception):
    """A name leads only to addresses that may not be talked to."""


class NameNotKnownError(Exception):
    """A name has no address."""


def nobody(host: str) -> bool:  # noqa: ARG001 - the shape of a HostTest
    """Be the test that no host passes."""
    return False


def host_and_port(host: str, port: int | None) -> str:
    """Return the form in which a HostTest is asked: lower case, `:port` unless it is 80, 443 or None, IPv6 in brackets."""
    name = f"[{host}]" if ":" in host else host
    return name.lower() if port is None or port in _DEFAULT_PORTS else f"{name.lower()}:{port}"


def address_of(stream: object) -> str | None:
    """Return 'ip:port' of the machine that a network stream is connected to; IPv6 in brackets."""
    info = getattr(stream, "get_extra_info", None)
    address = info("server_addr") if info else None
    if not address:
        return None
    ip, port = address[:2]
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def refusal_of(address: str) -> str | None:
    """Return why a literal address is not of the public internet, or None where it is."""
    literal = ip_address(address.partition("%")[0])
    for network, reason in _NOT_PUBLIC:
        if literal in network:
            return reason
    if literal.version == _GIVEN_OUT.version and literal not in _GIVEN_OUT:
        return "not given out as global unicast, RFC 4291"
    return None if literal.is_global else "a private or reserved address"


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, each once, in the system's order of preference; raises NameNotKnownError."""
    loop = asyncio.get_running_loop()
    try:
        rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        problem = getattr(error, "strerror", None) or str(error)
    else:
        return list(dict.fromkeys(str(row[4][0]) for row in rows))
    raise NameNotKnownError(f"{host} ({problem})")


def check_literal(host: str) -> None:
    """Refuse a host that is itself a non-public address, however it is spelt (`0x7f.1`, `2130706433`); names pass.

    All that can be done where a proxy resolves the names.  Raises AddressRefusedError.
    """
    if host.lower().rpartition(".")[2] == "localhost":  # RFC 6761, section 6.3: it, and every name under it
        raise AddressRefusedError(f"{host}: this machine itself")
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return
    _public(host, [str(row[4][0]) for row in rows])


def _public(host: str, addresses: Sequence[str]) -> list[str]:
    """Return the public ones of some addresses; raises AddressRefusedError where none is left."""
    reasons = {address: refusal_of(address) for address in addresses}
    allowed = [address for address, reason in reasons.items() if reason is None]
    if not allowed:
        told = "; ".join(f"{address}: {reason}" for address, reason in reasons.items())
        raise AddressRefusedError(f"{host} is {told}")
    return allowed


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, unless `allow_private` says otherwise of a host.

    Of a name with public and other addresses only the public ones are used.  They are tried in turn, each with its fair
    share of the time that is left, because some portals answer on IPv4 alone and others on IPv6 alone.
    """

    def __init__(self, allow_private: HostTest = nobody, resolver: Resolver = resolve) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve once, judge, connect to the literal address; raises AddressRefusedError, NameNotKnownError, httpcore's."""
        ends = None if timeout is None else _now() + timeout
        addresses = await self._addresses(host, port, timeout)
        options = None if socket_options is None else list(socket_options)
        for left in range(len(addresses), 1, -1):
            try:
                return await self._inner.connect_tcp(addresses[-left], port, _share(ends, left), local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, _share(ends, 1), local_address, options)

    async def _addresses(self, host: str, port: int, seconds: float | None) -> list[str]:
        try:
            async with asyncio.timeout(seconds):
                found = await self._resolver(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from error
        if not found:
            raise NameNotKnownError(f"{host} (no address)")
        return list(found) if self._allow_private(host_and_port(host, port)) else _public(host, found)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _share(ends: float | None, among: int) -> float | None:
    """Return an equal share of the seconds that are left."""
    return None if ends is None else max(0.0, ends - _now()) / among


def guard(transport: object, backend: httpcore.AsyncNetworkBackend) -> None:
    """Put a backend under an httpx transport.

    httpx has no public way for it, so that its private attribute is checked first: without a guard nothing may be asked.
    Raises CrawlError where the attribute is gone.
    """
    pool = getattr(transport, "_pool", None)
    if not isinstance(getattr(pool, "_network_backend", None), httpcore.AsyncNetworkBackend):
        message = "the address guard does not fit the installed httpx: nothing is asked without it"
        raise CrawlError(message, hint="install httpx 0.28 and httpcore 1.0")
    pool._network_backend = backend  # type: ignore[union-attr]  # noqa: SLF001 - checked above, there is no public way


def weaken(context: ssl.SSLContext) -> ssl.SSLContext:
    """Make a TLS context accept old protocols, short keys and unsafe renegotiation; certificates are still verified."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(_OLD_CIPHERS)
    context.options |= _OP_LEGACY_SERVER_CONNECT
    return context
