"""What a hostile answer costs: seconds and memory of a crawl that meets it, page by page, beside the limits.

Run as `python -m bench.hostile [WORD ...]` for all pages, or those whose names hold a word.  Each page is crawled alone, in a
process of its own; the seconds are those of the whole crawl, the transmission included.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.hostile import PAGES, HostileSite, crawl_apart

MOST_SECONDS = 15.0  # ten of reading; the rest is for the transmission and for starting a process
MOST_MEGABYTES = 200.0
_OF_THE_PAGE = """
    SELECT coalesce(r.outcome, f.result), coalesce(f.error, json_extract(r.problems, '$[0]'), '') FROM fetches f
    LEFT JOIN readings r ON r.fetch_id = f.id WHERE f.purpose = 'first' AND f.url NOT LIKE '%art_1_0.html'
    ORDER BY f.id DESC LIMIT 1
"""
_HEAD = ("answer", "outcome", "seconds", "MB", "reader MB", "", "why")


def main(words: list[str]) -> None:
    """Print the table."""
    print("{:42} {:14} {:>8} {:>6} {:>9}  {:5} {}".format(*_HEAD))
    print("{:42} {:14} {:8.1f} {:6.0f} {:9.0f}".format("(limits)", "", MOST_SECONDS, MOST_MEGABYTES, MOST_MEGABYTES))
    for name in PAGES:
        if not words or any(word in name for word in words):
            print(_line(name), flush=True)


def _line(name: str) -> str:
    with tempfile.TemporaryDirectory() as folder, HostileSite({name: PAGES[name]}) as site:
        archive = Path(folder) / "archive.db"
        told = crawl_apart(site, archive, "crawl")
        with closing(sqlite3.connect(archive)) as connection:
            outcome, why = connection.execute(_OF_THE_PAGE).fetchone()
    seconds, peak, reader = told["steps"][0]["seconds"], told["peak"], told["readers"]
    holds = seconds <= MOST_SECONDS and max(peak, reader) <= MOST_MEGABYTES
    return f"{name:42} {outcome:14} {seconds:8.1f} {peak:6.0f} {reader:9.0f}  {'ok' if holds else 'short':5} {why[:60]}"


if __name__ == "__main__":
    main(sys.argv[1:])
