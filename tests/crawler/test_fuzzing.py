"""Broken pages: whatever comes, a reading is made of it, in time and in bounded memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing import BREAKS, broken

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "data" / "articles"
SAMPLES = ROOT.parent / "shared" / "samples"
COUNT = 8  # ways in which each page is broken; 12,000 of them have been tried by hand
MOST_SECONDS = 2.0
MOST_MEGABYTES = 200


def fuzzed(folder: Path, count: int) -> dict:
    """Break the pages of a folder and read them in a process of their own: its memory is measured, and a crash would be its."""
    command = [sys.executable, "-m", "tests.fuzzing", "20220920", str(count), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_broken_golden_pages_are_read_in_time_and_memory():
    """No page that is cut, doubled, misspelt or flooded raises, takes over two seconds, or makes memory grow over 200 MB."""
    told = fuzzed(GOLDEN, COUNT)
    assert sum(told["outcomes"].values()) == COUNT * len(list(GOLDEN.glob("*.html")))
    assert set(told["outcomes"]) == {"ok", "empty", "unreadable"}
    assert told["slowest"] < MOST_SECONDS, told["page"]
    assert told["grown_mb"] < MOST_MEGABYTES


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the captured pages are not beside this repository")
def test_broken_captured_pages_are_read_in_time_and_memory():
    """The same holds for real pages."""
    told = fuzzed(SAMPLES, COUNT)
    assert told["slowest"] < MOST_SECONDS, told["page"]
    assert told["grown_mb"] < MOST_MEGABYTES


@pytest.mark.parametrize("way", BREAKS, ids=lambda way: way.__name__)
def test_every_way_breaks_something(way):
    """A way to break pages that leaves them whole would test nothing."""
    page = (GOLDEN / "jcms-chinese.html").read_bytes()
    assert any(way(random.Random(seed), page) != page for seed in range(5))


def test_the_same_seed_breaks_alike():
    """What a seed found can be found again."""
    page = (GOLDEN / "trs.html").read_bytes()
    assert list(broken(page, 7, 5)) == list(broken(page, 7, 5)) != list(broken(page, 8, 5))
