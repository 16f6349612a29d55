"""How a run is told: the bar, the summary, the failures."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from config.portal import Portal, Section
from crawler.discover import Discovered
from crawler.errors import ListingError, LocateError
from crawler.render import Screen, console_on
from crawler.render_crawl import Reports, say_failures, say_plan, say_summary
from crawler.session import Target
from crawler.summary import Summary

SECTION = Section(title="News", start=("http://a.test/", "http://a.test/b"))
PORTAL = Portal(name="a", hosts=("a.test",), sections={"news": SECTION})
TARGET = Target(PORTAL, "news", SECTION)


def screen(*, terminal=False):
    """Return a screen, and its two streams."""
    out, err = io.StringIO(), io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, legacy_windows=False) if terminal else console_on(out)
    return Screen(ZoneInfo("Asia/Shanghai"), datetime(2026, 1, 1, tzinfo=UTC), console, console_on(err)), out, err


def found(way):
    """Return where a listing was found, as the archive says it."""
    return lambda _: {"title": "News", "found_by": way, "platform": "static"}


@pytest.mark.parametrize(
    ("rows", "total", "words"),
    [
        (1, 1, "1 row on its listing"),
        (30, None, "30 rows on its listing"),
        (30, 262, "262 rows on its listing, the first 30 read"),
    ],
)
def test_a_pipe_gets_a_line_a_section(rows, total, words):
    """Where the listing was found and how much of it was read is one line."""
    target, out, err = screen()
    with Reports(target) as reports:
        reports.listing(TARGET, rows, total, "by the portal's file (platform: static")
        reports.begin(3)
        reports.looked(None)
    assert out.getvalue() == f'found "News" by the portal\'s file (platform: static, {words})\n'
    assert err.getvalue() == "looking at 3 pages; Ctrl-C is safe\n"


@pytest.mark.parametrize(
    ("delay", "words"),
    [(2.0, "looking at 300 pages, about 10 minutes; Ctrl-C is safe\n"), (0.01, "looking at 300 pages; Ctrl-C is safe\n")],
)
def test_an_expected_end(delay, words):
    """A long wait is foretold from the delay between two requests."""
    target, _, err = screen()
    Reports(target, delay=delay).begin(300)
    assert err.getvalue() == words


def test_a_terminal_gets_a_bar():
    """On a terminal a bar moves, also beyond what was expected, and long waits are foretold above it."""
    target, out, err = screen(terminal=True)
    with Reports(target, delay=30) as reports:
        reports.listing(TARGET, 2, 9, "by luck (platform: static")
        reports.begin(2)
        for _ in range(3):
            reports.looked(None)
    text = out.getvalue()
    assert "3/3" in text
    assert "looking at 2 pages, about 60 seconds; Ctrl-C is safe" in text
    assert err.getvalue() == ""


def summed(**counts):
    """Return the summary of a run with some counts, as said on a pipe."""
    target, out, _ = screen()
    say_summary(target, Summary(counts=Counter(counts)))
    return out.getvalue()


def test_the_summary_of_a_run():
    """Everything that was counted is said, in an order that people expect, and nothing that was not."""
    line = summed(looked=263, answered=262, unchanged=257, not_modified=257, new=3, edited=2, suspected=1, failed=1)
    assert line == "263 looked at · 257 unchanged (no bodies sent again) · 3 new · 2 edited · 1 not answering (unproven)\n"
    assert summed(looked=3, unchanged=2, not_modified=1, failed=1) == (
        "3 looked at · 2 unchanged (1 body not sent again) · 1 without a usable answer\n"
    )
    assert summed(looked=2, unchanged=1, restored=1) == "2 looked at · 1 unchanged · 1 restored\n"
    assert summed() == "No page was due.\n"


def test_the_baseline_is_no_news():
    """What was there before us is said to be so, all of it or a part."""
    assert "All 30 were there before us: recorded as the baseline" in summed(looked=30, baseline=30)
    assert "30 of them were there before us" in summed(looked=31, baseline=30, new=1)


def test_what_was_left():
    """A listing read in part and pages that wait are said."""
    target, out, _ = screen()
    sweep = Discovered(TARGET, 1, "static", 3, 9, complete=False, new_pages=(), note="page 2 did not answer")
    say_summary(
        target, Summary(sweeps=[sweep, Discovered(TARGET, 1, "static", 9, 9, complete=True, new_pages=())], left=["quiet hours"])
    )
    assert out.getvalue().splitlines()[1:] == [
        "a/news: the listing was read in part only: page 2 did not answer",
        "Left for later: quiet hours",
    ]


def test_failures_are_told_once_with_what_to_do():
    """A failed section has its steps and its hint; a note that says the same is left out."""
    target, _, err = screen()
    errors = [LocateError("a/news: not found", steps=("x: 404", "y: 404"), hint="write it"), ListingError("a/b: not readable")]
    say_failures(target, errors, notes=["a/news: not found", "something else"])
    assert err.getvalue().splitlines() == [
        "something else",
        "a/news: not found",
        "   tried x: 404",
        "   tried y: 404",
        "Hint: write it",
        "a/b: not readable",
    ]


def test_the_plan_of_a_first_crawl():
    """Before anything is known, the plan says where the walk begins, and how gently it goes."""
    target, out, _ = screen()
    say_plan(target, TARGET, {"known": None, "reading": "whole", "pages": "none"})
    text = out.getvalue()
    assert 'not known yet: walk there from http://a.test/ (or 1 page more) by the links "News"' in text
    assert "300 requests a day to a host, 3 000 for first looks; 2 s between two" in text


def test_notes_are_kept_for_the_end():
    """What a run notes on its way is told beside its failures."""
    reports = Reports(screen()[0])
    reports.note("careful")
    assert reports.notes == ["careful"]
