"""What it costs to read a stored page: microseconds of CPU per body and stage on one core, and bodies a second on all cores.

Run as `python -m bench.reading [--rounds N] [--releases N] [--bodies N] [KIND ...]`.  The pages are the embedded portal's, filled
up to 46 KB with menus, boxes of links and scripts as real pages hold them; where `../shared/samples` lies beside the repository,
its pages are read too.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.portal import Select
from crawler.answers import Reader, stored_answer
from crawler.article import read_article
from crawler.charset import decode
from crawler.doubts import doubt
from crawler.html import parse
from crawler.judge import judge_status
from crawler.unread import judge_unread, see
from seeds.pages import CHANGED_SELECT
from seeds.site import Ask, Site
from seeds.state import Portal
from storage.bodies import BodyStore, read_body
from storage.connect import create, open_reader, open_writer
from storage.fingerprint import compare_sha256, printed_sha256
from storage.ledger import Ledger

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from storage.records import Fetch, Reading

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
SIZE = 46_000
HOST = "http://www.portal.example"
ZONE = ZoneInfo("Asia/Shanghai")
READ_AT = datetime(2026, 11, 22, tzinfo=UTC)
TYPE = "Content-Type"

STAGES = ("stored", "decode", "judge", "parse", "read_article", "doubt", "total", "hashes")
"""`read_article` holds `parse`, and `total` all but what stands at its sides: the body from SQLite, the hashes of the content."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Pages of one kind, as answers, and how they are read."""

    name: str
    reader: Reader
    answers: tuple[Fetch, ...]


# ----------------------------------------------------------------------------------------------------------------- pages

_NAMES = (
    "政务公开",
    "Policies",
    "通知公告",
    "Departments",
    "办事服务",
    "Statistics",
    "互动交流",
    "Investment",
    "走进嘉兴",
    "Culture",
)


def _box(number: int) -> str:
    """Return a box of links, as menus and margins of real pages are made of."""
    names = [_NAMES[(number + row) % len(_NAMES)] for row in range(8)]
    rows = "\n".join(
        f'    <li class="nav-item"><a href="/col/col{1229400000 + number * 100 + row}/index.html" target="_blank" title="{name}">'
        f'<span class="dot"></span>{name} {row}</a><span class="date">{1 + row % 12:02}-{1 + number % 28:02}</span></li>'
        for row, name in enumerate(names)
    )
    return (
        f'<div class="box box-{number % 5}" id="box{number}"><div class="box-head"><h3>{names[0]}</h3>'
        f'<a class="more" href="/col/col{1229400000 + number}/index.html">更多&gt;&gt;</a></div>\n'
        f'  <ul class="box-list">\n{rows}\n  </ul>\n</div>\n'
    )


def _script(number: int) -> str:
    """Return a script such as stands between the boxes."""
    return (
        f'<!-- box {number} -->\n<script type="text/javascript">\n$(function(){{\n  var box = $("#box{number}"), now = 0;\n'
        f'  box.find("li").hover(function(){{ $(this).addClass("on"); }}, function(){{ $(this).removeClass("on"); }});\n'
        f"  setInterval(function(){{ now = (now + 1) % 4; box.attr('data-now', now); }}, {3000 + number});\n}});\n</script>\n"
    )


def _filled(page: str, size: int = SIZE) -> str:
    """Return a page with boxes and scripts before its footer, up to a size in bytes."""
    missing = size - len(page.encode())
    blocks: list[str] = []
    for number in count():
        if missing <= 0:
            break
        blocks.append(_box(number) + (_script(number) if number % 2 else ""))
        missing -= len(blocks[-1].encode())
    menu, rest = "".join(blocks[::2]), "".join(blocks[1::2])
    begun = page.replace('<div class="menu"', f'{menu}<div class="menu"', 1)
    return begun.replace('<div class="footer"', f'{rest}<div class="footer"', 1)


@cache
def _portal_pages(releases: int, *, new_layout: bool) -> tuple[tuple[str, str], ...]:
    """Return the addresses of the embedded portal's articles with their filled pages."""
    portal = Portal(1, releases, lambda: READ_AT)
    if new_layout:
        portal.change_layout()
    site = Site(portal)
    paths = chain.from_iterable(release.paths for release in portal.releases)
    return tuple((HOST + path, _filled(site.answer(Ask(path)).body.decode())) for path in paths)


def _answers(pages: Sequence[tuple[str, str]], charset: str = "utf-8", codec: str = "utf-8") -> tuple[Fetch, ...]:
    headers = ((TYPE, f"text/html;charset={charset}"),)
    return tuple(stored_answer(url, headers, page.encode(codec, "replace"), READ_AT) for url, page in pages)


def _relabelled(page: str) -> str:
    return re.sub(r"charset=utf-8", "charset=gb2312", page, count=1)


def kinds(releases: int) -> Iterator[Kind]:
    """Yield the kinds of pages that are measured."""
    usual, changed = _portal_pages(releases, new_layout=False), _portal_pages(releases, new_layout=True)
    plain = Reader(Select(), ZONE)
    yield Kind("portal", plain, _answers(usual))
    yield Kind("portal, GBK", plain, _answers([(url, _relabelled(page)) for url, page in usual], "gbk", "gb18030"))
    yield Kind("portal, new layout, selectors", Reader(Select.model_validate(CHANGED_SELECT), ZONE), _answers(changed))
    yield Kind("portal, new layout, none", plain, _answers(changed))
    site = Site(Portal(1, releases, lambda: READ_AT))
    column = _filled(site.answer(Ask("/col/col1591199/index.html")).body.decode())
    yield Kind("portal, a column's page", plain, _answers([(url, column) for url, _ in usual[:20]]))
    for path in sorted(SAMPLES.glob("*.html")):
        answer = stored_answer(f"{HOST}/art/2022/9/20/art_1_2.html", ((TYPE, "text/html"),), path.read_bytes(), READ_AT)
        yield Kind(path.name, plain, (answer,))


# ---------------------------------------------------------------------------------------------------------------- stages


def _stages(kind: Kind, connection: sqlite3.Connection, ids: Sequence[int]) -> dict[str, list[Callable[[], object]]]:
    """Return what each stage does for every page of a kind, ready to be called."""
    reader, steps = kind.reader, {stage: [] for stage in STAGES}
    for answer, body_id in zip(kind.answers, ids, strict=True):
        body, said = answer.body or b"", answer.header(TYPE)
        text, reading = decode(body, said).text, reader.read(answer)
        content = reading.content if reading is not None else None
        steps["stored"].append(lambda body_id=body_id: read_body(connection, body_id))
        steps["decode"].append(lambda body=body, said=said: decode(body, said))
        steps["judge"].append(lambda answer=answer: judge_status(answer))
        steps["parse"].append(lambda text=text: parse(text))
        steps["read_article"].append(
            lambda text=text, url=answer.url: read_article(text, url, select=reader.select, zone=reader.zone)
        )
        steps["total"].append(lambda answer=answer: reader.read(answer))
        if content is None:
            steps["doubt"].append(
                lambda text=text, answer=answer: judge_unread(see(text, answer.url, answer.url), answer.header, (answer.url,))
            )
        else:
            steps["doubt"].append(lambda content=content: doubt(content))
            steps["hashes"].append(lambda content=content: (compare_sha256(content), printed_sha256(content)))
    return steps


def _microseconds(calls: Sequence[Callable[[], object]], rounds: int) -> float:
    """Return the CPU time of one call: for each page the least of some rounds, since others may use the machine."""
    least = [float("inf")] * len(calls)
    for _ in range(rounds):
        for place, call in enumerate(calls):
            begun = time.process_time()
            call()
            least[place] = min(least[place], time.process_time() - begun)
    return sum(least) / len(least) * 1e6 if least else 0.0


def _line(kind: Kind, connection: sqlite3.Connection, ids: Sequence[int], rounds: int) -> str:
    steps = _stages(kind, connection, ids)
    costs = [_microseconds(steps[stage], rounds) for stage in STAGES]
    size = sum(len(answer.body or b"") for answer in kind.answers) / len(kind.answers) / 1000
    outcome = getattr(kind.reader.read(kind.answers[0]), "outcome", None)
    rate = 1e6 / costs[STAGES.index("total")]
    return f"{kind.name:32.32} {size:5.0f} " + " ".join(f"{cost:12.0f}" for cost in costs) + f" {rate:8.0f}  {outcome}"


# ------------------------------------------------------------------------------------------------------------- all cores


class _Worker:
    """One process of the pool: its own connection, and the reader."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self.connection = open_reader(path)
        self.reader = kind.reader
        self.like = replace(kind.answers[0], body=None)

    def read(self, asked: tuple[int, str]) -> Reading | None:
        """Return the reading of a stored body that came from an address."""
        body_id, url = asked
        return self.reader.read(replace(self.like, url=url, body=read_body(self.connection, body_id)))


def _settle() -> None:
    """Let one large block go: thereafter the allocator keeps what it has, as it does in real runs once any large page was read.

    Until then it gives the memory of every page back and asks for it again, at 0.1 ms a page.
    """
    bytes(16 << 20)


_workers: list[_Worker] = []


def _begin(path: Path, kind: Kind) -> None:
    _settle()
    _workers.append(_Worker(path, kind))


def _read(asked: tuple[int, str]) -> Reading | None:
    return _workers[0].read(asked)


def _pool(path: Path, kind: Kind, ids: Sequence[int], bodies: int) -> str:
    """Return how many stored bodies a second a pool of processes reads, results sent back."""
    cores = os.cpu_count() or 1
    asked = list(zip(ids, (answer.url for answer in kind.answers), strict=True))
    asked = (asked * (bodies // len(asked) + 1))[:bodies]
    with ProcessPoolExecutor(cores, initializer=_begin, initargs=(path, replace(kind, answers=kind.answers[:1]))) as pool:
        list(pool.map(_read, asked[: 20 * cores]))  # processes begun, modules loaded
        begun = time.perf_counter()
        readings = list(pool.map(_read, asked, chunksize=50))
        seconds = time.perf_counter() - begun
    return f"{kind.name}: {len(readings) / seconds:.0f} stored bodies/s on {cores} cores ({len(readings)} in {seconds:.2f} s)"


def _store(path: Path, measured: Sequence[Kind]) -> list[list[int]]:
    """Make an archive of all bodies and return their ids, kind by kind."""
    create(path)
    with closing(open_writer(path)) as db, db.conn:
        store = BodyStore(Ledger(db.conn))
        return [
            [store.put(answer.body or b"", host=kind.name, media_type="text/html") for answer in kind.answers] for kind in measured
        ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is read; the least counts (default 5)")
    parser.add_argument("--releases", type=int, default=60, help="press releases of the embedded portal (default 60)")
    parser.add_argument("--bodies", type=int, default=4000, help="bodies that the pool reads (default 4000)")
    parser.add_argument("kinds", nargs="*", help="kinds to measure, by the beginning of their names (default: all)")
    chosen = parser.parse_args()
    _settle()
    measured = [kind for kind in kinds(chosen.releases) if not chosen.kinds or kind.name.startswith(tuple(chosen.kinds))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        stored = _store(path, measured)
        print(f"microseconds of CPU per body\n{'':32} {'KB':>5} " + " ".join(f"{each:>12}" for each in STAGES) + " bodies/s")
        with closing(open_reader(path)) as connection:
            for kind, ids in zip(measured, stored, strict=True):
                print(_line(kind, connection, ids, chosen.rounds), flush=True)
        print(_pool(path, measured[0], stored[0], chosen.bodies))


if __name__ == "__main__":
    main()
