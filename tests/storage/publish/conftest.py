"""An office that is told: an archive with a story, settings with receivers, and real servers here that take what comes."""

from __future__ import annotations

import json
import socket
from contextlib import nullcontext
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from config.settings import Settings, load
from storage.publish.notify import Tally, notify_round
from tests.builders import article_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from tests.builders import Story

SECRET = "a secret of two"
PAGES = [article_url(number) for number in range(1, 31)]


@dataclass
class Hook:
    """A receiver over HTTP: what it was sent, and what it answers (status and headers), until told otherwise."""

    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen, at the same port as before."""
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hook.requests.append((self.path, dict(self.headers), body))
                self.send_response(hook.status)
                for name, value in hook.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 - the base class's name

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        """Be gone."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What it was sent, as documents."""
        return [json.loads(body) for _, _, body in self.requests]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of all that it was sent, in order."""
        return [event for body in self.bodies for event in body["events"]]

    @property
    def kinds(self) -> list[str]:
        """The kinds of these events."""
        return [event["kind"] for event in self.events]


@dataclass
class Post:
    """A mail server: the mails that it took, and the addressees that it refuses, each with its reply."""

    mails: list[tuple[list[str], bytes]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    reply: str = "250 OK"
    controller: Controller | None = None
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802 - aiosmtpd's
        """Take an addressee, or not."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail, or not."""
        if self.reply.startswith("250"):
            self.mails.append((list(envelope.rcpt_tos), envelope.content))
        return self.reply

    def start(self) -> None:
        """Listen, at the same port as before."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        """Be gone."""
        if self.controller:
            self.controller.stop()
            self.controller = None

    @property
    def read(self) -> list[EmailMessage]:
        """The mails as a mail program reads them."""
        return [message_from_bytes(raw, policy=default) for _, raw in self.mails]

    @property
    def subjects(self) -> list[str]:
        """Their subjects."""
        return [mail["Subject"].strip() for mail in self.read]

    @property
    def texts(self) -> list[str]:
        """Their texts, without line breaks."""
        return [" ".join(mail.get_content().split()) for mail in self.read]


@dataclass
class Office:
    """The archive, who is told of it, and the servers."""

    story: Story
    folder: Path
    hook: Hook
    post: Post
    settings: Settings
    rng: Random = field(default_factory=lambda: Random(1))

    def configure(self, *receivers: str, more: str = "") -> Settings:
        """Write settings with receivers: lines of TOML, of which the marks {hook} and {port} stand for the servers."""
        text = more + "\n".join(receivers).replace("{hook}", self.hook.url).replace("{port}", str(self.post.port))
        (self.folder / "secret").write_text(SECRET + "\n")
        (self.folder / "jiaxing-today.toml").write_text(text)
        self.settings = load(None, {}, self.folder)
        return self.settings

    def end_run(self) -> None:
        """End the run that the story is in, and begin another."""
        self.story.archive.end_run(self.story.run, "done", {})
        self.story.clock.skip(seconds=1)
        self.story.run = self.story.archive.begin_run("crawl", vantage="Frankfurt DE", software="jiaxing-today 0", settings="{}")

    def round(self, *, end: bool = True, **later: float) -> Tally:
        """End the run, let time pass and tell everybody what is due."""
        if end:
            self.end_run()
        self.story.clock.skip(**later)
        return notify_round(lambda: nullcontext(self.story.archive), self.settings, lambda: self.story.clock.moment, self.rng)

    def states(self) -> list[tuple[str, str, str | None]]:
        """Return what became of each delivery: receiver, state and why."""
        return self.story.connection.execute("SELECT receiver, state, error FROM _deliveries ORDER BY id").fetchall()

    def known(self, number: int = 1) -> list[int]:
        """Let some pages be known from the beginning, each with a text of its own."""
        pages = self.story.sweep(PAGES[:number])
        for page in pages:
            self.story.look(page, f"Zhang Bing visited port {page}.")
        self.story.clock.skip(hours=2)
        self.end_run()
        return pages

    def edit(self, page: int, text: str = "Li Jun visited port {}.") -> None:
        """Find a page edited."""
        self.story.look(page, text.format(page))


HOOK = '[receivers.site]\nkind = "webhook"\nurl = "{hook}/in"\nsecret_file = "secret"\n'
MAIL = '[receivers.desk]\nkind = "email"\nto = ["desk@example.org"]\nsmtp = "smtp://archive%40example.org@127.0.0.1:{port}"\n'
EVERYTHING = 'send = ["new", "edited", "silent", "suspect", "removed", "restored", "alert"]\n'


@pytest.fixture
def hook() -> Iterator[Hook]:
    """Listen for webhooks."""
    hook = Hook()
    hook.start()
    yield hook
    hook.stop()


@pytest.fixture
def post() -> Iterator[Post]:
    """Listen for mails."""
    post = Post()
    post.start()
    yield post
    post.stop()


@pytest.fixture
def office(story: Story, tmp_path: Path, hook: Hook, post: Post) -> Office:
    """Return an office that a webhook and a mail tell of everything."""
    office = Office(story, tmp_path, hook, post, None)  # type: ignore[arg-type]
    office.configure(HOOK + EVERYTHING, MAIL + EVERYTHING)
    return office
