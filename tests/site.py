"""A small scripted portal over real HTTP: a listing of press releases about a lake, and whatever a test puts in their place."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING

from config.portal import parse_portal
from config.settings import FetchOptions, Settings
from crawler.pipeline import crawl
from crawler.reread import Wish, reparse
from crawler.revisit import POLICY
from crawler.run import How, choose_targets, open_archive, run_job
from storage.derived import rebuild
from tests.misbehaviour import response
from tests.server import Server
from tests.world import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping

LAKE = "The lake was cleaned by volunteers of four towns, who will come again in spring."


def article(  # noqa: PLR0913 - what a page may differ in
    number: int,
    text: str = LAKE,
    *,
    frame: str = "old",
    dated: bool = True,
    attachment: str = "",
    files: Mapping[str, str] = MappingProxyType({}),
    published: str = "",
    more: str = "",
) -> bytes:
    """Return a press release as the JCMS prints it, in a frame, with a date beside its title, and with attachments.

    One is named by `attachment` alone; `files` are any others, name -> address; `more` stands below the text.
    """
    date = f"<p>Release date:{published or f'2026-01-{number:02} 10:00'}</p>" if dated else ""
    named = ({f"{attachment}.pdf": f"/attach/{number}.pdf"} if attachment else {}) | dict(files)
    file = "".join(f'<p><a href="{address}">{name}</a></p>' for name, address in named.items())
    page = (
        f"<html><head><title>Lake {number}</title></head><body><div class='{frame}'><h1>Lake {number}</h1>{date}"
        f'<div id="zoom"><p>{text} Number {number}.</p>{file}</div>{more}</div></body></html>'
    )
    return response("200 OK", "Content-Type: text/html; charset=utf-8", body=page.encode())


def link(number: int, title: str = "Lake {}", *, host: str = "") -> str:
    """Return one row of the listing; `{}` in its title is its number."""
    shown = title.format(number)
    return f'<li><a href="{host}/art/2026/1/{number}/art_1_{number}.html">{shown}</a><span>2026-01-{number:02}</span></li>'


def listing(*rows: str) -> bytes:
    """Return a listing of plain links."""
    page = f"<html><body><h2>News</h2><ul>{''.join(rows)}</ul></body></html>"
    return response("200 OK", "Content-Type: text/html; charset=utf-8", body=page.encode())


def pdf(words: str = "plan") -> bytes:
    """Return an answer that holds a file: it begins as a PDF does, and shows nothing."""
    return response("200 OK", "Content-Type: application/pdf", body=f"%PDF-1.4\n{words}\n".encode())


HOME = response("200 OK", "Content-Type: text/html", body=b"<html><body><h1>Portal</h1><p>Welcome to the portal.</p></body></html>")


class Site:
    """A portal with a listing of four press releases, and what tests put in their place."""

    def __init__(self, folder, **answers):
        self.answers = {"": HOME, "robots.txt": response("404 Not Found"), "list": listing(*map(link, range(1, 5)))} | answers
        self.server = Server({f"/{name}": self._answer for name in ("", "robots.txt", "list", "art", "other", "attach")})
        self.folder, self.clock, self.more = folder, FakeClock(), ""
        self.listing: str | None = None
        self.fetch = FetchOptions()
        self.select = self.section = ""

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *error):
        self.server.__exit__(*error)

    def _answer(self, request):
        name = request.path.rpartition("/")[2] if request.route in {"/art", "/attach"} else request.path.strip("/")
        answer = self.answers.get(name)
        if answer is None and request.route == "/attach":
            return pdf(request.path)
        if answer is None:
            return article(int(name.removesuffix(".html").rpartition("_")[2]))
        return answer(request) if callable(answer) else answer

    @property
    def host(self):
        """The host and port that it answers at."""
        return f"127.0.0.1:{self.server.port}"

    @property
    def asked(self):
        """What was asked for, each path with its number of times."""
        return Counter(request.path for request in self.server.seen)

    def settings(self, **politeness):
        """Return the settings as they stand."""
        rules = {"delay": "0s", "requests_per_day": 0, "requests_per_day_backfill": 0} | politeness
        where = f'listing = "http://{self.host}/list"' if self.listing is None else self.listing
        lines = "\n".join(f"{key} = {value!r}" for key, value in rules.items()).replace("'", '"')
        text = (
            f'name = "site"\nhosts = ["{self.host}"]\nallow_private = true\n{self.more}\n[politeness]\n{lines}\n'
            f'[sections.news]\ntitle = "News"\n{where}\n{self.section}\n[sections.news.select]\n{self.select}\n'
        )
        portals = (parse_portal(text, "site.toml"),)
        return Settings(archive=self.folder / "a.db", portals=portals, unconditional_share=1.0, fetch=self.fetch)

    def run(self, job, **politeness):
        """Run a job over the one section and return its summary and the rows of `captures`, without those of earlier runs."""
        settings = self.settings(**politeness)
        how = How(clock=self.clock, rng=random.Random(1))
        targets = choose_targets(settings.portals, [])
        with open_archive(settings.archive, how, trigger="crawl") as archive:
            summary = run_job(archive, settings, "crawl", lambda session: job(session, targets), how)
            sql = "SELECT purpose, result, status, error, url FROM captures WHERE run = (SELECT max(id) FROM runs) ORDER BY fetch"
            return summary, archive.connection.execute(sql).fetchall()

    def reparse(self, **wishes):
        """Read stored pages again by the rules as they stand, and return what was counted."""
        settings, how = self.settings(), How(clock=self.clock)
        targets = choose_targets(settings.portals, [])
        with open_archive(settings.archive, how, trigger="reparse") as archive:
            return reparse(archive.connection, archive, targets, Wish(**wishes))[targets[0].name]

    def crawl(self, **politeness):
        """Crawl everything."""
        return self.run(lambda session, targets: crawl(session, targets, full=True), **politeness)

    def due(self, **politeness):
        """Crawl what is due."""
        summary, _ = self.run(crawl, **politeness)
        return summary

    def rows(self, sql):
        """Return the rows of a query over the archive."""
        with closing(sqlite3.connect(self.folder / "a.db")) as connection:
            return connection.execute(sql).fetchall()

    def assert_rebuilt(self):
        """Check that what is held of pages and releases is what a rebuild from the ledger gives."""
        with closing(sqlite3.connect(self.folder / "a.db", isolation_level=None)) as connection:
            connection.execute("BEGIN")
            before = [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("_pages", "_current")]
            rebuild(connection, POLICY)
            after = [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("_pages", "_current")]
            connection.execute("ROLLBACK")
        assert before == after
