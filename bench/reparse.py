"""How fast stored pages are read again: bodies a second under a changed reader, by one process and by two.

Run as `python -m bench.reparse [PAGES]`; each page has five bodies of 46 KB, all distinct.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from bench.bodies import AFTER, LOOKS, Clock, fill, opened, portal_of
from crawler.reread import Wish, reparse
from crawler.run import choose_targets

TARGET = 1_500
"""Bodies a second on two cores."""


def main(arguments: list[str]) -> None:
    """Print the table."""
    pages = int(arguments[0]) if arguments else 1_000
    targets = choose_targets([portal_of(AFTER)], [])
    with tempfile.TemporaryDirectory() as folder:
        path, clock = Path(folder) / "archive.db", Clock()
        began = time.perf_counter()
        fill(path, pages, clock)
        print(f"{pages * LOOKS} looks appended in {time.perf_counter() - began:.1f} s; {os.cpu_count()} cores")
        print(f"{'processes':>9} {'bodies':>7} {'seconds':>8} {'bodies/s':>9} {'target':>7}")
        for jobs in (1, 2):
            copy = shutil.copy(path, Path(folder) / f"{jobs}.db")
            with opened(Path(copy), clock) as archive:
                began = time.perf_counter()
                counts = reparse(archive.connection, archive, targets, Wish(jobs=jobs))["bench/news"]
                seconds = time.perf_counter() - began
            rate = counts["bodies"] / seconds
            verdict = ("ok" if rate >= TARGET else "short") if jobs > 1 else ""
            print(f"{jobs:>9} {counts['bodies']:>7} {seconds:>8.2f} {rate:>9.0f} {TARGET if jobs > 1 else '':>7} {verdict}")


if __name__ == "__main__":
    main(sys.argv[1:])
