"""Removals end to end over HTTP: proven with checks and controls, undone when the page comes back, never claimed in trouble."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from crawler.pipeline import crawl
from storage.instants import instant
from storage.records import Purpose
from tests.misbehaviour import response
from tests.site import HOME, Site, article, link, listing

if TYPE_CHECKING:
    from crawler.http import Client

HOUR = timedelta(hours=1)
GONE = response("404 Not Found", "Content-Type: text/html", body=b"<html><body>404</body></html>")


@pytest.fixture
def site(tmp_path):
    """Serve a site of eight press releases with a home page, crawled once."""
    rows = [link(number) for number in range(1, 9)]
    with Site(tmp_path, list=listing(*rows)) as serving:
        serving.crawl()
        serving.clock.pass_by(timedelta(days=80))
        yield serving


def look_again(site, *waits):
    """Let time pass and crawl what is due, so many times; return what the looks came to."""
    counts = []
    for wait in waits:
        site.clock.pass_by(wait)
        counts.append(site.due().counts)
    return counts


def test_a_removal_is_proven_after_a_day(site):
    """Checks at once, after 1, 6 and 24 hours: the fourth lies a day and a calendar day after the first, and proves it."""
    site.answers["art_1_3.html"] = GONE
    first, second, third, fourth = look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR)
    assert (first["suspected"], first["removed"]) == (1, 0)
    assert [counts["removed"] for counts in (second, third, fourth)] == [0, 0, 1]
    (row,) = site.rows(
        "SELECT title, checks, controls_ok, restored_at, last_seen_live_at, first_missing_at, proven_at FROM removals"
    )
    assert row[:4] == ("Lake 3", 4, 8, None)
    assert row[4] < row[5] < row[6]
    assert site.rows("SELECT state FROM releases WHERE title = 'Lake 3'") == [("removed",)]
    assert site.rows("SELECT kind FROM changes") == [("removed",)]
    assert [kind for (kind,) in site.rows("SELECT kind FROM _outbox ORDER BY id")] == ["suspect", "removed"]
    roles = site.rows("SELECT role, count(*) FROM proofs GROUP BY role ORDER BY role")
    assert roles == [("check", 4), ("control", 8)]
    site.assert_rebuilt()


def test_it_comes_back(site):
    """After a removal the page answers again: a version `restored`, after the last look that found it missing."""
    site.answers["art_1_3.html"] = GONE
    look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR)
    del site.answers["art_1_3.html"]
    (counts,) = look_again(site, timedelta(days=31))
    assert counts["restored"] == 1
    kinds = site.rows("SELECT kind, not_before < observed_at FROM history WHERE title = 'Lake 3' ORDER BY observed_at")
    assert kinds == [("new", None), ("removed", 1), ("restored", 1)]
    (restored_at,) = site.rows("SELECT restored_at FROM removals")[0]
    assert restored_at is not None
    assert site.rows("SELECT state FROM releases WHERE title = 'Lake 3'") == [("live",)]
    site.assert_rebuilt()


class BreakOffError(Exception):
    """What ends a run before its end."""


@dataclass
class Breaking:
    """A client at which a run breaks off, when it is about to ask for a control whose path begins so."""

    client: Client
    path: str

    async def fetch(self, ask, permit):
        """Ask, or break off."""
        if ask.purpose is Purpose.CONTROL and urlsplit(ask.url).path.startswith(self.path):
            raise BreakOffError
        return await self.client.fetch(ask, permit)


@pytest.mark.parametrize("path", ["/", "/art/"])
def test_what_a_run_that_broke_off_found_missing_is_checked_again(site, path):
    """A check proves nothing whose controls were not all asked: the next crawl makes it again, although it is not due yet."""
    site.answers["art_1_3.html"] = GONE
    look_again(site, timedelta(0), HOUR, 6 * HOUR)
    site.clock.pass_by(24 * HOUR)
    with pytest.raises(BreakOffError):
        site.run(lambda session, targets: crawl(replace(session, client=Breaking(session.client, path)), targets))
    assert [counts["removed"] for counts in look_again(site, HOUR / 2)] == [1]
    assert [counts["looked"] for counts in look_again(site, HOUR / 2)] == [0]
    assert site.rows("SELECT checks, controls_ok FROM removals") == [(4, 8)]
    site.assert_rebuilt()


def test_an_answer_in_between_begins_it_anew(site):
    """A page that answered once between the checks was not missing all the time."""
    site.answers["art_1_3.html"] = GONE
    look_again(site, timedelta(0), HOUR, 6 * HOUR)
    del site.answers["art_1_3.html"]
    look_again(site, 24 * HOUR)
    site.answers["art_1_3.html"] = GONE
    counts = look_again(site, timedelta(days=91), HOUR, 6 * HOUR)
    assert [each["removed"] for each in counts] == [0, 0, 0]


def test_no_removal_while_the_home_page_fails(site):
    """Checks whose control did not answer prove nothing, however many they are."""
    site.answers["art_1_3.html"] = GONE
    site.answers[""] = response("503 Service Unavailable")
    counts = look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR, 24 * HOUR)
    assert sum(each["removed"] for each in counts) == 0
    site.answers[""] = HOME
    counts = look_again(site, 24 * HOUR, 24 * HOUR, 24 * HOUR)
    assert [each["removed"] for each in counts] == [0, 0, 1]


def test_a_block_of_deep_pages_is_no_removal(site):
    """Every press release answers 404 while the home page is fine: that is our address being blocked, and one alert says so."""
    for number in range(1, 9):
        site.answers[f"art_1_{number}.html"] = GONE
    counts = look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR, 24 * HOUR)
    assert sum(each["removed"] for each in counts) == 0
    assert site.rows("SELECT count(*) FROM versions WHERE kind = 'removed'") == [(0,)]
    (alert,) = site.rows("SELECT kind, subject, closed_at FROM _alerts")
    assert alert == ("block", site.host, None)
    for number in range(1, 9):
        del site.answers[f"art_1_{number}.html"]
    look_again(site, timedelta(days=2))
    assert site.rows("SELECT count(*) FROM _alerts WHERE closed_at IS NULL") == [(0,)]
    assert site.rows("SELECT count(*) FROM _pages WHERE state = 'suspect'") == [(0,)]


def test_what_was_missing_behind_a_block_is_no_check(site):
    """One page stays away when a block ends: its checks begin then, and it is not proven before they span a day."""
    for number in range(1, 9):
        site.answers[f"art_1_{number}.html"] = GONE
    look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR, 24 * HOUR)
    for number in {*range(1, 9)} - {3}:
        del site.answers[f"art_1_{number}.html"]
    over = site.clock.instant
    counts = look_again(site, 24 * HOUR, 24 * HOUR, 24 * HOUR)
    assert [each["removed"] for each in counts] == [0, 0, 1]
    ((missing_since, checks),) = site.rows("SELECT first_missing_at, checks FROM removals")
    assert missing_since > instant(over)
    assert checks == 3
    site.assert_rebuilt()


def test_two_of_eight_are_proven(site):
    """A publisher takes two of eight down: both are proven, the others stay."""
    site.answers["art_1_3.html"] = site.answers["art_1_5.html"] = GONE
    counts = look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR)
    assert counts[-1]["removed"] == 2
    assert site.rows("SELECT state, count(*) FROM releases GROUP BY state ORDER BY state") == [("live", 6), ("removed", 2)]


def test_other_failures_are_no_checks(site):
    """Time-outs, blocks and errors of the server between the checks neither prove nor disprove."""
    site.answers["art_1_3.html"] = response("500 Internal Server Error")
    counts = look_again(site, timedelta(0), HOUR, 6 * HOUR, 24 * HOUR, 24 * HOUR)
    assert sum(each["removed"] + each["suspected"] for each in counts) == 0


def test_a_release_with_a_second_address_stays_live(site):
    """One of two addresses of the same text is removed: the page is closed, the release is not."""
    twin = article(1)
    site.answers |= {"art_1_9.html": twin, "list": listing(*map(link, range(1, 10)))}
    look_again(site, timedelta(0))
    site.answers["art_1_1.html"] = GONE
    counts = look_again(site, timedelta(days=91), HOUR, 6 * HOUR, 24 * HOUR)
    assert counts[-1]["removed"] == 1
    assert site.rows("SELECT state FROM releases WHERE title = 'Lake 1'") == [("live",)]
