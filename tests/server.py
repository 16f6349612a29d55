"""A real HTTP server on loopback that misbehaves on purpose, as `tests.misbehaviour` has it.

It writes to the socket by itself, because no proper server library would lie about lengths.  It runs in a thread::

    with Server() as server:
        ... server.url("/short") ... server.seen ...
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.misbehaviour import ROUTES, Handler, Pieces, Request, ResetWantedError, response

__all__ = ["CERTIFICATE", "EXPIRED", "Server"]

_MOST_HEAD = 65_536
_TLS_HANDSHAKE = b"\x16"
# asyncio loses the socket of a connection that it is accepting while its server is closed; accepting takes three steps.
_ACCEPTING_STEPS = 5
_NO_LINGER = struct.pack("ii", 1, 0)

# A key made for these tests: it guards nothing, and nobody trusts the certificate.
_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHMoTc55VRh3FvQvo
koEeE6ebpBqR18XPEhrN+8F1Zb+hRANCAASjnoCk4DDh/jdUv+Ovfgk51d8m+Ntt
YL+MeTZB3Z9W+yuqK89B0MXV5rYRTP5uqhZJKA1Md8T4t3gPK2Klgzuq
-----END PRIVATE KEY-----
"""
# For portal.test and localhost, signed by itself, good for a century.
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBpjCCAUygAwIBAgIUPFHxubPrWAOUQwkf3OMIcv1hbp8wCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLcG9ydGFsLnRlc3QwIBcNMjYxMTIzMTQwNzQ1WhgPMjEyNjEw
MzAxNDA3NDVaMBYxFDASBgNVBAMMC3BvcnRhbC50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEo56ApOAw4f43VL/jr34JOdXfJvjbbWC/jHk2Qd2fVvsrqivP
QdDF1ea2EUz+bqoWSSgNTHfE+Ld4DytipYM7qqN2MHQwHQYDVR0OBBYEFGnSZBgj
fcpBx2AjRlfQ0/UeIJhEMB8GA1UdIwQYMBaAFGnSZBgjfcpBx2AjRlfQ0/UeIJhE
MA8GA1UdEwEB/wQFMAMBAf8wIQYDVR0RBBowGIILcG9ydGFsLnRlc3SCCWxvY2Fs
aG9zdDAKBggqhkjOPQQDAgNIADBFAiBLaIT9j/mpa/lahHNPC2BbqeMPTak6RisF
dHXPlUR4WwIhAKv3LYD6r3iXQlq4oPn9w9iNK0Oscmixv0YJnrqmJXkz
-----END CERTIFICATE-----
"""

# The same, good for the year 2020 only.
EXPIRED = """-----BEGIN CERTIFICATE-----
MIIBcTCCARagAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtwb3J0YWwu
dGVzdDAeFw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBYxFDASBgNVBAMM
C3BvcnRhbC50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEo56ApOAw4f43
VL/jr34JOdXfJvjbbWC/jHk2Qd2fVvsrqivPQdDF1ea2EUz+bqoWSSgNTHfE+Ld4
DytipYM7qqNVMFMwDwYDVR0TAQH/BAUwAwEB/zAhBgNVHREEGjAYggtwb3J0YWwu
dGVzdIIJbG9jYWxob3N0MB0GA1UdDgQWBBRp0mQYI33KQcdgI0ZX0NP1HiCYRDAK
BggqhkjOPQQDAgNJADBGAiEAqlStWrOIeiPiCOr42mtD7ll91mV0RhcrY5QT0Qhx
XDcCIQDoN9E6fyYhQEbvJQzKa1B/y9EsG5Fs+bV8Pl3EBmnByQ==
-----END CERTIFICATE-----
"""


class Server:
    """The server in a thread of its own, from `with` to the end of its block.

    `seen` holds the requests in order, `connections` counts connections, `names` the host names that TLS clients asked for.
    A test may give `routes` of its own, which come before the table's; `tls` is a certificate, or True for the sound one, and
    `newest` the newest version of TLS that is spoken.
    """

    def __init__(
        self, routes: dict[str, Handler] | None = None, *, tls: bool | str = False, newest: ssl.TLSVersion | None = None
    ) -> None:
        self.routes = {**ROUTES, **(routes or {})}
        self.seen: list[Request] = []
        self.names: list[str | None] = []
        self.connections = 0
        self.port = 0
        self._scheme = "https" if tls else "http"
        self._context = self._tls_context(CERTIFICATE if tls is True else tls, newest) if tls else None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path, under another name of this machine if need be."""
        return f"{self._scheme}://{host}:{self.port}{path}"

    async def _serve(self) -> None:
        self._loop, self._stop, self._open = (
            asyncio.get_running_loop(),
            asyncio.Event(),
            dict[asyncio.Task[None], asyncio.StreamWriter](),
        )
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context, limit=_MOST_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        for _ in range(_ACCEPTING_STEPS):
            await asyncio.sleep(0)
        server.close()
        await self._hang_up()

    async def _hang_up(self) -> None:
        """Close every connection, also those that asyncio is just accepting and those whose task has not begun."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task, writer in list(self._open.items()):
                task.cancel()
                writer.transport.abort()
            await asyncio.wait(others, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)  # asyncio closes an aborted socket one step later

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._converse_to_the_end(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def _converse_to_the_end(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._converse(reader, writer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer request after request, until one has its connection closed."""
        try:
            while True:
                request = await _read_request(reader)
                if request is None:
                    writer.write(response("400 Bad Request", body=b"TLS spoken to a server that has none"))
                    return None
                self.seen.append(request)
                answer = self.routes.get(request.route, _not_found)(request)
                if not isinstance(answer, bytes):
                    return await _send_pieces(answer, writer)
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()

    def _tls_context(self, certificate: str, newest: ssl.TLSVersion | None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if newest is not None:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = newest
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with tempfile.TemporaryDirectory() as folder:
            both = Path(folder) / "server.pem"
            both.write_text(_KEY + certificate, encoding="ascii")
            context.load_cert_chain(both)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        return context


def _not_found(_request: Request) -> bytes:
    return response("404 Not Found", "Content-Type: text/html", body=b"<p>no such page</p>")


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request; None where a TLS handshake comes instead."""
    first = await reader.readexactly(1)
    if first == _TLS_HANDSHAKE:
        return None
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _version = start.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


async def _send_pieces(pieces: Pieces, writer: asyncio.StreamWriter) -> None:
    """Send what comes; a ResetWantedError of the handler becomes a reset on the wire."""
    try:
        async for piece in pieces:
            writer.write(piece)
            await writer.drain()
    except ResetWantedError:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        writer.transport.abort()
