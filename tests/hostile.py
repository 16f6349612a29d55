"""A portal that means harm: what it answers, and what must stand in the archive of each answer.

`python -m tests.hostile` crawls such a portal in a process of its own, for `test_hostile.py` and `bench/hostile.py`, and tells as
JSON what it took: the process that crawls must stay small, whatever comes.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import resource
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from config.portal import parse_portal
from config.settings import FetchOptions, Settings
from crawler.pipeline import crawl, recheck
from crawler.run import How, choose_targets, open_archive, run_job
from tests.misbehaviour import Pieces, Request, headers_flood, response
from tests.server import Server
from tests.world import START, FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crawler.session import Session, Target
    from crawler.summary import Summary

__all__ = ["PAGES", "RECORDS", "Hostile", "HostileSite", "crawl_apart"]

ROOT = Path(__file__).parents[1]
SIZE = 4_900_000  # bytes of a large page: nearly as much as is taken at all


@dataclass(frozen=True)
class Hostile:
    """One answer, and what is kept of it: what became of the request, what the page counts as, and words that say why."""

    answer: Callable[[Request], bytes | Pieces]
    result: str
    outcome: str | None
    said: str


# ------------------------------------------------------------------------------------------------------------------ pages

HEAD = (
    '<html><head><meta name=ArticleTitle content="Lake cleaned"></head><body><h1>Lake cleaned</h1>'
    "<p>Release date:2026-01-01 10:00</p><div id=zoom><p>By volunteers.</p>"
)


def built(make: Callable[[], str], said: str, outcome: str = "unreadable") -> Hostile:
    """Return a press release that goes on with what is made when it is asked for."""

    def answer(_request: Request) -> bytes:
        return response("200 OK", "Content-Type: text/html; charset=utf-8", body=(HEAD + make()).encode())

    return Hostile(answer, "response", outcome, said)


def filled(unit: str, said: str, outcome: str = "unreadable", size: int = SIZE) -> Hostile:
    """Return a press release that is filled up with one thing, over and over."""
    return built(lambda: unit * (size // len(unit.encode())), said, outcome)


def numbered(form: str, number: int, said: str, outcome: str = "unreadable") -> Hostile:
    """Return a press release that holds one thing in ever new forms."""
    return built(lambda: "".join(map(form.format, range(number))), said, outcome)


def _noise(_request: Request) -> bytes:
    return response("200 OK", "Content-Type: text/html", body=random.Random(1).randbytes(SIZE))


def _rewritten(request: Request) -> bytes:
    """Return a text of 900,000 characters, not one word of which is that of the time before."""
    seed = "lake" if request.query("again") else "town"
    words = random.Random(seed).choices([f"{seed}{number}" for number in range(9_000)], k=110_000)
    return response("200 OK", "Content-Type: text/html", body=(HEAD + " ".join(words)).encode())


# ---------------------------------------------------------------------------------------------------------- transmissions


def packed(pack: Callable[[bytes], bytes], coding: str, result: str, said: str, size: int = 2**26) -> Hostile:
    """Return an answer that unpacks to more than it seems."""

    def answer(_request: Request) -> bytes:
        return response("200 OK", "Content-Type: text/html", f"Content-Encoding: {coding}", body=pack(bytes(size)))

    return Hostile(answer, result, None, said)


def _raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


def _in_members(data: bytes) -> bytes:
    return gzip.compress(data) * 10_000


def _twice(data: bytes) -> bytes:
    return gzip.compress(gzip.compress(data))


def endless(head: bytes, piece: bytes, result: str, said: str, pause: float = 0.0) -> Hostile:
    """Return an answer that begins with a head, and then is one piece for ever."""

    async def answer(_request: Request) -> Pieces:
        yield head
        while True:
            yield piece
            await asyncio.sleep(pause)

    return Hostile(answer, result, None, said)


def _longer_and_longer(request: Request) -> bytes:
    """Redirect to an address that grows with every hop, and set a thousand cookies each time."""
    hop = len(request.target) // 10_000 + 1
    cookies = [f"Set-Cookie: hop{hop}-{number}=1" for number in range(1_000)]
    return response("302 Moved", f"Location: {request.path}?{'a' * 10_000 * hop}", *cookies)


def _to_credentials(_request: Request) -> bytes:
    return response("302 Moved", "Location: http://169.254.169.254/latest/meta-data/")


OK = "HTTP/1.1 200 OK\r\n"
CHUNKED = f"{OK}Transfer-Encoding: chunked\r\n\r\n".encode()
DRIPPING = f"{OK}Content-Length: 100000\r\n\r\n".encode()
HUGE = "larger than 5000000 bytes"
TOO_MUCH = "to read it took more than 160 MB of memory|the parser has not the memory"
TOO_LONG = "to read it took more than 10 s"
NO_TEXT = "the text is longer than 1000000 characters"
ROW = '<li><a href="/art/2026/1/1/art_1_9{}.html">Lake</a> 2026-01-01'

PAGES: dict[str, Hostile] = {
    "a million nested <div>": Hostile(filled("<div>", "", size=5_000_000).answer, "too-large", None, HUGE),
    "980,000 nested <div>": filled("<div>", "nests more than 2000 elements"),
    "nested <div>, closed in comments": filled("<div><!--</div>-->", f"{TOO_MUCH}|{TOO_LONG}"),
    "nested <span>": filled("<span>", TOO_MUCH),
    "nested <b>": filled("<b>", TOO_MUCH),
    "nested <a>": filled("<a>", TOO_MUCH),
    "nested <font>": filled("<font>", TOO_MUCH),
    "nested <table>": filled("<table><td>", TOO_MUCH),
    "<p> without end": filled("<p>", TOO_MUCH),
    "<li> without end": filled("<li>x", TOO_MUCH),
    "100 KB that would be 25 million elements": numbered("<b id={}><p>", 7_000, TOO_MUCH),
    "a tag of 600,000 attributes": built(lambda: f"<p {' '.join(f'a{n}' for n in range(600_000))}>x", TOO_LONG),
    "a million attributes of a million tags": filled("<p a b c>x", TOO_MUCH),
    "one text of 5 MB": filled("a", NO_TEXT),
    "words without end": filled("The lake was cleaned by volunteers. ", NO_TEXT),
    "5 MB of <": filled("<", NO_TEXT),
    "5 MB of &": filled("&", NO_TEXT),
    "5 MB of spaces": filled("\u00a0", "", "ok"),
    "a comment of 5 MB": built(lambda: f"<!--{'x' * SIZE}-->", "", "ok"),
    "comments that are never closed": filled("<!--", "", "ok"),
    "a script of 5 MB": built(lambda: f"<script>{'var a=1;' * (SIZE // 8)}</script>", "", "ok"),
    "scripts without end": filled("<script>a</script>", "", "ok"),
    "50,000 dated links": numbered(ROW, 50_000, "", "ok"),
    "50,000 files": numbered('<a href="/{}.pdf">a</a>', 50_000, "names more than 1000 files"),
    "5 MB of noise": Hostile(_noise, "response", "unreadable", ""),
    "a text that is rewritten": Hostile(_rewritten, "response", "ok", ""),
    "a gzip bomb": packed(gzip.compress, "gzip", "too-large", HUGE),
    "a deflate bomb": packed(zlib.compress, "deflate", "too-large", HUGE),
    "a deflate bomb without a header": packed(_raw_deflate, "deflate", "too-large", HUGE),
    "a bomb in a bomb": packed(_twice, "gzip, gzip", "network-error", "several content encodings at once"),
    "gzip of 10,000 members": packed(_in_members, "gzip", "network-error", "more than 100 members", 0),
    "a body without end": endless(f"{OK}\r\n".encode(), b"x" * 65_536, "too-large", HUGE),
    "chunks of one byte": endless(CHUNKED, b"1\r\nx\r\n" * 4_000, "network-error", "no answer within 3 s"),
    "a chunk with an endless name": endless(CHUNKED + b"1;a=", b"x" * 65_536, "truncated", "broken answer"),
    "a body that drips": endless(
        f"{OK}Content-Length: 100000\r\n\r\n".encode(), b"x", "network-error", "no answer within 3 s", 0.05
    ),
    "headers without end": Hostile(headers_flood, "network-error", None, "broken answer"),
    "early hints without end": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 99, "network-error", "no answer within 3 s"),
    "redirects that grow": Hostile(_longer_and_longer, "refused", None, "longer than any address"),
    "a redirect to a cloud's credentials": Hostile(_to_credentials, "refused", None, "outside the hosts of the portal's file"),
}

# ------------------------------------------------------------------------------------------------------------------ site

WELL = f"{HEAD}Many came.</div></body></html>"
RECORD = '<record><![CDATA[<a href="/art/2026/1/1/art_1_8{}.html">Lake</a>2026-01-01]]></record>'
RECORDS = 55_000
ROBOTS = "".join(f"User-agent: agent{n}\nDisallow: /{n}\n" for n in range(15_000)) + "User-agent: *\nAllow: /\n"


class HostileSite:
    """The portal in a thread of this process: a listing of one well page and of hostile ones, and listings that mean harm too."""

    def __init__(self, pages: Mapping[str, Hostile]) -> None:
        self.pages = list(pages.values())
        self.again = False
        answers = {
            "list": self._list,
            "records": self._records,
            "nested": self._nested,
            "art": self._art,
            "robots.txt": self._robots,
        }
        self.server = Server({f"/{name}": answer for name, answer in answers.items()})

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)

    @property
    def host(self) -> str:
        """The host and port that it answers at."""
        return f"127.0.0.1:{self.server.port}"

    def _art(self, request: Request) -> bytes | Pieces:
        number = int(re.findall(r"_(\d+)\.html", request.path)[0])
        if not 0 < number <= len(self.pages):
            return response("200 OK", "Content-Type: text/html; charset=utf-8", body=WELL.encode())
        request = Request(request.method, f"{request.target}{'?again=1' * self.again}", request.headers)
        return self.pages[number - 1].answer(request)

    def _list(self, _request: Request) -> bytes:
        rows = (f'<li><a href="/art/2026/1/1/art_1_{n}.html">Lake</a> 2026-01-01' for n in range(len(self.pages) + 1))
        return response("200 OK", "Content-Type: text/html", body=f"<ul>{''.join(rows)}</ul>".encode())

    @staticmethod
    def _records(_request: Request) -> bytes:
        store = f"<datastore><totalrecord>9</totalrecord>{''.join(map(RECORD.format, range(RECORDS)))}</datastore>"
        return response("200 OK", "Content-Type: text/xml", body=store.encode())

    @staticmethod
    def _nested(_request: Request) -> bytes:
        return response("200 OK", "Content-Type: application/json", body=b'{"data":' + b"[" * SIZE)

    @staticmethod
    def _robots(_request: Request) -> bytes:
        return response("200 OK", "Content-Type: text/plain", body=ROBOTS.encode())


# ----------------------------------------------------------------------------------------------------- the process that crawls


def crawl_apart(
    site: HostileSite, archive: Path, *steps: str, sections: Sequence[str] = ("list",), days: int = 0
) -> dict[str, Any]:
    """Take these steps (`crawl`, `due`, `recheck N`) in one process of its own, days after the start; return what it told."""
    order = {"archive": str(archive), "host": site.host, "steps": steps, "sections": sections, "days": days}
    command = [sys.executable, "-m", "tests.hostile", json.dumps(order)]
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def _settings(archive: str, host: str, sections: Sequence[str]) -> Settings:
    listed = "".join(f'[sections.{name}]\ntitle = "News"\nlisting = "http://{host}/{name}"\n' for name in sections)
    politeness = '[politeness]\ndelay = "0s"\nrequests_per_day = 0\nrequests_per_day_backfill = 0\n'
    portal = parse_portal(f'name = "site"\nhosts = ["{host}"]\nallow_private = true\n{politeness}{listed}', "site.toml")
    return Settings(archive=Path(archive), portals=(portal,), unconditional_share=1.0, fetch=FetchOptions(timeout="3s"))


def _job(step: str) -> Callable[[Session, Sequence[Target]], Any]:
    name, _, page = step.partition(" ")
    return partial(recheck, pages=[int(page)]) if page else partial(crawl, full=name == "crawl")


def _take_steps(order: dict[str, Any]) -> dict[str, Any]:
    settings = _settings(order["archive"], order["host"], order["sections"])
    how = How(clock=FakeClock(START + timedelta(days=order["days"])), rng=random.Random(1))
    targets = choose_targets(settings.portals, [])
    told: list[dict[str, Any]] = []
    for step in order["steps"]:
        job, began = _job(step), time.perf_counter()
        with open_archive(settings.archive, how, trigger="crawl") as archive:
            summary: Summary = run_job(archive, settings, "crawl", lambda session, job=job: job(session, targets), how)
        seconds = time.perf_counter() - began
        told.append({"seconds": seconds, "failed": [str(error) for error in summary.failed], "left": summary.left})
    return {"steps": told, "peak": _peak(), "readers": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


def _peak() -> float:
    """Return the most memory (MB) that this process has held; `ru_maxrss` would count what its parent held before it began."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_take_steps(json.loads(sys.argv[1]))))
