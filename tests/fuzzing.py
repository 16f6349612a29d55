"""Pages broken in every way that networks, editors and attackers break them: drawn from a seed, read in a process of their own.

Run as `python -m tests.fuzzing SEED COUNT FOLDER ...`: each page of the folders is broken COUNT times and read.  What came of it is
printed as JSON: how many readings, their outcomes, the slowest with its name, and by how much memory grew.
"""

from __future__ import annotations

import json
import random
import re
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.portal import Select
from crawler.article import read_article
from crawler.charset import decode
from storage.records import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["broken", "main"]

URL = "https://www.hupan.example/zt/202209/t20220920_7.html"
ZONE = ZoneInfo("Asia/Shanghai")
TAG = re.compile(rb"<[^<>]{1,200}>")
HOSTILE = (
    *(
        b"<div>",
        b"<table><tr><td>",
        b"<a href=x>",
        b"<b><p>",
        b"</div>",
        b"<!--",
        b"-->",
        b"<script>",
        b"&nbsp;",
        b"&#x110000;",
        b"\0",
        b"\xff",
    ),
    *(
        text.encode()
        for text in (
            "文号：",
            "时间：",
            "来源：",
            "发布日期：2022-",
            "〔2022〕",
            "第",
            "上一页 ",
            "[1]",
            "> ",
            "附件：",
            " \n",
            "\u3000",
            "浏览：",
        )
    ),
    *(
        b"2022-09-20 ",
        b"createPageHTML(",
        b"<a href='t20220920_7_2.html'>2</a>",
        b"<meta name=keywords content='a,b'>",
        b"<!--<$[\xe6\xa0\x87\xe9\xa2\x98]>begin-->",
    ),
)


def _slice(draw: random.Random, page: bytes) -> tuple[int, int]:
    start, end = sorted((draw.randrange(len(page) + 1), draw.randrange(len(page) + 1)))
    return start, end


def cut(draw: random.Random, page: bytes) -> bytes:
    """Leave out a piece: a connection that broke, a block that an editor deleted."""
    start, end = _slice(draw, page)
    return page[:start] + (page[end:] if draw.random() < 0.5 else b"")


def doubled(draw: random.Random, page: bytes) -> bytes:
    """Repeat a piece a few times."""
    start, end = _slice(draw, page)
    return page[:end] + page[start:end] * draw.randint(1, 6) + page[end:]


def swapped(draw: random.Random, page: bytes) -> bytes:
    """Let two tags change places."""
    tags = list(TAG.finditer(page))
    if len(tags) < 2:
        return page
    one, other = sorted(draw.sample(range(len(tags)), 2))
    a, b = tags[one], tags[other]
    return page[: a.start()] + b[0] + page[a.end() : b.start()] + a[0] + page[b.end() :]


def unclosed(draw: random.Random, page: bytes) -> bytes:
    """Drop one tag in five."""
    return TAG.sub(lambda tag: b"" if draw.random() < 0.2 else tag[0], page)


def flipped(draw: random.Random, page: bytes) -> bytes:
    """Flip bits of a few bytes."""
    body = bytearray(page)
    for _ in range(draw.randint(1, 20) if body else 0):
        body[draw.randrange(len(body))] ^= 1 << draw.randrange(8)
    return bytes(body)


def misspelt(draw: random.Random, page: bytes) -> bytes:
    """Break entities, quotes and brackets."""
    sign = draw.choice([b";", b"&", b'"', b"'", b">", b"<", b"/", b"="])
    return page.replace(sign, draw.choice([b"", sign * 2, b" ", b"&#0;"]), draw.randint(1, 9))


def flooded(draw: random.Random, page: bytes) -> bytes:
    """Put a long run of one piece somewhere."""
    piece = draw.choice(HOSTILE)
    place = draw.randrange(len(page) + 1)
    return page[:place] + piece * draw.choice([3, 300, 1_500, 300_000 // len(piece)]) + page[place:]


BREAKS: tuple[Callable[[random.Random, bytes], bytes], ...] = (cut, doubled, swapped, unclosed, flipped, misspelt, flooded)


def broken(page: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Yield a page broken in `count` ways, one to three of them at once, the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(count):
        body = page
        for each in draw.choices(BREAKS, k=draw.randint(1, 3)):
            body = each(draw, body)[:400_000]
        yield body


def read(body: bytes) -> Outcome:
    """Read a body as an article; only what is ok has content."""
    decoded = decode(body, None)
    reading = read_article(decoded.text, URL, select=Select(), zone=ZONE, decoding_problems=decoded.problems)
    assert (reading.content is not None) == (reading.outcome is Outcome.OK)
    assert reading.template is not None or reading.problems
    return reading.outcome


def main(seed: int, count: int, pages: list[Path]) -> dict[str, object]:
    """Read each page broken `count` times and return what came of it."""
    outcomes: Counter[str] = Counter()
    slowest, name = 0.0, ""
    for page in pages:
        read(page.read_bytes())  # the fallback is loaded before memory is measured
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, page in enumerate(pages):
        for body in broken(page.read_bytes(), seed + number, count):
            began = time.process_time()
            outcomes[read(body)] += 1
            taken = time.process_time() - began
            slowest, name = max((slowest, name), (taken, page.stem))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"outcomes": outcomes, "slowest": slowest, "page": name, "grown_mb": grown}


if __name__ == "__main__":
    found = sorted(page for folder in sys.argv[3:] for page in Path(folder).glob("*.html"))
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), found)))
