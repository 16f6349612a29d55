"""The embedded portal on a real HTTP server: an ASGI application, and uvicorn in a thread on this machine's loopback."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Self

from uvicorn import Config, Server

from seeds.site import Answer, Ask, Site
from seeds.state import Portal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from types import TracebackType

__all__ = ["Application", "PortalServer", "Served"]

LOOPBACK = "127.0.0.1"
BACKLOG = 128
WAIT = 0.005
"""Seconds between two looks whether the server is up."""


@dataclass(frozen=True, slots=True)
class Served:
    """One line of the request log; `target` is path and query, `sent` the bytes of the body on the wire."""

    method: str
    target: str
    status: int
    sent: int
    conditional: bool


class Application:
    """The portal as an ASGI application; `log` is its request log, a line of which is there before the answer is."""

    def __init__(self, portal: Portal) -> None:
        self.site = Site(portal)
        self._log: list[Served] = []
        self._lock = Lock()

    @property
    def log(self) -> list[Served]:
        """A copy of the request log."""
        with self._lock:
            return list(self._log)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request as ASGI wants it."""
        ask = await _asked(scope, receive)
        answer = self.site.answer(ask)
        body = b"" if ask.method == "HEAD" else answer.body
        with self._lock:
            self._log.append(Served(ask.method, ask.target, answer.status, len(body), ask.conditional))
        await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer)})
        await send({"type": "http.response.body", "body": body})


async def _asked(scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> Ask:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Ask(scope["path"], scope["query_string"].decode("latin-1"), scope["method"], headers, body)


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    named = [("Server", "nginx"), *answer.headers]
    if answer.status != 304:  # noqa: PLR2004 - HTTP: Not Modified has no body and no length of one
        named.append(("Content-Length", str(len(answer.body))))
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named]


def _listening(port: int) -> socket.socket:
    """Return a socket that listens on `port` of the loopback.

    It names TCP as its protocol, because only then does asyncio send small pieces at once: without it, every answer of two
    pieces waits 40 ms for the other side's acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


class PortalServer:
    """A portal that answers over HTTP between `with` and its end.

    `port` 0 takes a free one; `portal` may be made by the caller.  Raises OSError where the port is taken.
    """

    def __init__(self, portal: Portal | None = None, port: int = 0) -> None:
        self.portal = portal or Portal()
        self.application = Application(self.portal)
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        config = Config(
            self.application,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = Server(config)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="embedded portal", daemon=True)

    @property
    def base_url(self) -> str:
        """The portal's address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def host(self) -> str:
        """Host and port, as a portal file names them."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def requests(self) -> list[Served]:
        """A copy of the request log, in order of answering."""
        return self.application.log

    def url(self, path: str) -> str:
        """Return the whole address of a path on this portal."""
        return f"{self.base_url}{path}"

    def wait(self) -> None:
        """Wait until the server stops, which it does only when it is told to: for a portal in the foreground."""
        self._thread.join()

    def __enter__(self) -> Self:
        self._thread.start()
        while self._thread.is_alive() and not self._server.started:
            self._thread.join(WAIT)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
