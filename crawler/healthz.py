"""`/healthz` and `/metrics` on loopback, for programs that watch this machine: the same judgement as `status --check`.

Served by the standard library from threads of their own, on connections that only read: however long an answer takes, the daemon
does not wait for it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import threading
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING

from crawler.errors import CrawlError
from crawler.metrics import INSTALL, exposition, figures_of
from crawler.vitals import problems_of, vitals_of
from storage.connect import open_reader, translated
from storage.errors import ArchiveError
from storage.instants import instant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from config.settings import Settings
    from crawler.clock import Clock

__all__ = ["Answer", "answer", "serving"]

_JSON, _TEXT, _PROMETHEUS = "application/json", "text/plain; charset=utf-8", "text/plain; version=0.0.4; charset=utf-8"
_PATIENCE = 5.0
"""Seconds that a client may take with its request, or with reading its answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: status, media type and body."""

    status: HTTPStatus
    media_type: str
    body: bytes


def answer(path: str, settings: Settings, clock: Clock) -> Answer:
    """Return what is answered at a path."""
    try:
        if path == "/healthz":
            return _healthz(settings, clock)
        if path == "/metrics":
            return _metrics(settings, clock)
    except (ArchiveError, sqlite3.Error) as exc:
        return Answer(HTTPStatus.SERVICE_UNAVAILABLE, _JSON, _as_json({"healthy": False, "problems": [str(exc)]}))
    return Answer(HTTPStatus.NOT_FOUND, _TEXT, b"here are /healthz and /metrics\n")


def _healthz(settings: Settings, clock: Clock) -> Answer:
    now = clock.now()
    with translated(settings.archive), closing(open_reader(settings.archive)) as connection:
        problems = [problem.message for problem in problems_of(vitals_of(connection, settings, now))]
    status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
    return Answer(status, _JSON, _as_json({"healthy": not problems, "now": instant(now), "problems": problems}))


def _metrics(settings: Settings, clock: Clock) -> Answer:
    with translated(settings.archive), closing(open_reader(settings.archive)) as connection:
        figures = figures_of(connection, vitals_of(connection, settings, clock.now()), settings.portals[0].zone)
    try:
        return Answer(HTTPStatus.OK, _PROMETHEUS, exposition(figures))
    except ImportError:
        return Answer(HTTPStatus.NOT_IMPLEMENTED, _TEXT, f"not installed: {INSTALL}\n".encode())


def _as_json(document: dict[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


@asynccontextmanager
async def serving(settings_now: Callable[[], Settings], clock: Clock) -> AsyncIterator[tuple[str, int] | None]:
    """Serve at `listen` of [health] while inside; yield the address, or None where nothing is to be served.

    What is answered goes by the settings as they are then; where is settled at the beginning.

    Raises CrawlError where that address is taken.
    """
    listen = settings_now().health.listen
    if not listen:
        yield None
        return
    host, _, port = listen.rpartition(":")
    server = _server(host.strip("[]"), int(port), lambda path: answer(path, settings_now(), clock))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.5}, name="healthz", daemon=True)
    thread.start()
    try:
        yield str(server.server_address[0]), int(server.server_address[1])
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a client that dawdles keeps nobody from ending

    def __init__(self, host: str, port: int, answers: Callable[[str], Answer]) -> None:
        self.address_family = AF_INET6 if ":" in host else AF_INET
        self.answers = answers
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hangs up; a mistake of ours is shown as ever."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE
    server_version, sys_version = "jiaxing-today", ""

    def do_GET(self) -> None:
        """Answer; not, though, to a page in a browser that leads here under a name of its own."""
        if not _is_this_machine(self.headers.get("Host", "")):
            given = Answer(HTTPStatus.FORBIDDEN, _TEXT, b"ask by the address that is listened at\n")
        else:
            given = self.server.answers(self.path.partition("?")[0])
        self.send_response(given.status)
        self.send_header("Content-Type", given.media_type)
        self.send_header("Content-Length", str(len(given.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(given.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the library's
        """Say nothing: a monitor asks every few seconds."""


def _is_this_machine(host: str) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return name.lower() == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _server(host: str, port: int, answers: Callable[[str], Answer]) -> _Server:
    try:
        return _Server(host, port, answers)
    except OSError as exc:
        error = CrawlError(
            f"cannot listen at {host}:{port}: {exc.strerror}", hint="choose another `listen` under [health] in the settings"
        )
        raise error from exc
