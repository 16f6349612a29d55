"""Manners towards hosts, over real HTTP: robots.txt, scope, waits, refusals and budgets, each on the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from config.portal import parse_portal
from crawler.hosts import in_quiet_hours
from crawler.pipeline import crawl, recheck
from crawler.run import How, open_archive
from tests.misbehaviour import CHALLENGE, response
from tests.site import LAKE, Site, article, link, listing


@pytest.fixture
def site(tmp_path):
    """Serve a well-behaved site; tests change its answers."""
    with Site(tmp_path) as serving:
        yield serving


def test_a_redirect_of_robots_is_followed_once(site):
    """A robots.txt that redirects to an ordinary page holds no rules, and that page is not asked for rules again."""
    site.answers["robots.txt"] = response("302 Found", "Location: /other")
    site.answers["other"] = response("200 OK", "Content-Type: text/html", body=b"<html><body>home</body></html>")
    summary, captures = site.crawl()
    assert summary.counts["baseline"] == 4
    assert [row[0] for row in captures].count("robots") == 2
    assert site.asked["/robots.txt"] == 1


def test_what_robots_forbids_is_not_asked(site):
    """A forbidden page is a refused row that says so, and no request."""
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nDisallow: /art/2026/1/2/\n")
    summary, captures = site.crawl()
    assert summary.counts["baseline"] == 3
    assert [row[3] for row in captures if row[1] == "refused"] == ["not allowed by robots.txt"]
    assert site.asked["/art/2026/1/2/art_1_2.html"] == 0


def test_rules_are_asked_for_once_by_many_workers(site):
    """Four connections that begin at once wait for one robots.txt."""
    site.crawl(connections=4)
    site.server.seen.clear()
    site.clock.pass_by(timedelta(hours=25))
    site.run(lambda session, targets: recheck(session, targets, [1, 2, 3, 4]), connections=4)
    assert site.asked["/robots.txt"] == 1


def test_rules_outlive_the_run(site):
    """What a robots.txt said is believed for a day, by every run; one that could not be had is asked for by the next run again."""
    answers = (
        response("503 Busy"),
        response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nDisallow: /art/2026/1/2/\n"),
    )
    for times, answer in enumerate(answers, start=1):
        site.answers["robots.txt"] = answer
        site.crawl()
        assert site.asked["/robots.txt"] == times
    site.clock.pass_by(timedelta(hours=23))
    _, captures = site.crawl()
    assert site.asked["/robots.txt"] == 2
    assert [row[3] for row in captures if row[1] == "refused"] == ["not allowed by robots.txt"]
    site.clock.pass_by(timedelta(hours=2))
    site.crawl()
    assert site.asked["/robots.txt"] == 3


def test_the_delay_holds_from_run_to_run(site):
    """A run begins as long after the last request of the run before as the delay between two requests is."""
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 40\n")
    site.crawl(delay="2s")
    for _ in range(2):
        site.run(lambda session, targets: recheck(session, targets, [1]), delay="2s")
    asked = [datetime.fromisoformat(at) for (at,) in site.rows("SELECT requested_at FROM fetches WHERE purpose <> 'robots'")]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(asked)]
    assert all(40 <= wait < 41 for wait in waits), waits


def test_a_clock_that_was_set_back(site):
    """Nobody waits for a month because the last request was made, or a wait was asked for, by a clock that ran ahead."""
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 40\n")
    site.answers["art_1_4.html"] = response("503 Busy", "Retry-After: 3600")
    site.crawl(delay="2s")
    site.clock.instant -= timedelta(days=30)
    began = site.clock.instant
    summary, _ = site.run(lambda session, targets: recheck(session, targets, [1, 2]), delay="2s")
    assert summary.counts["answered"] == 2
    assert site.clock.instant - began < timedelta(minutes=3)


def test_what_was_done_by_a_clock_that_ran_ahead_is_not_todays(site):
    """Looks and rules of a year to come use up no budget until then, and are not believed until then."""
    site.clock.pass_by(timedelta(days=365))
    for _ in range(2):
        site.crawl()
    assert site.asked["/robots.txt"] == 1
    site.clock.instant -= timedelta(days=365)
    summary, _ = site.run(lambda session, targets: recheck(session, targets, [1, 2]), requests_per_day=2)
    assert (summary.counts["looked"], summary.left) == (2, [])
    assert site.asked["/robots.txt"] == 2


def test_a_row_of_another_host_is_refused_once(site):
    """A link to another host is tracked and refused on the record, at its first look alone; the others are read."""
    site.answers["list"] = listing(*map(link, range(1, 4)), link(9, host="http://elsewhere.example"))
    summary, captures = site.crawl()
    assert (summary.counts["baseline"], summary.counts["failed"]) == (3, 1)
    refused = [row for row in captures if row[1] == "refused"]
    assert [(row[3], row[4]) for row in refused] == [
        ("outside the hosts of the portal's file", "http://elsewhere.example/art/2026/1/9/art_1_9.html")
    ]
    for _ in range(2):
        site.clock.pass_by(timedelta(days=40))
        summary, captures = site.crawl()
        assert (summary.counts["unchanged"], summary.counts["failed"]) == (3, 0)
        assert not [row for row in captures if row[1] == "refused"]


def test_a_wait_asked_for_is_kept_by_everything(site):
    """503 with Retry-After from the listing: nothing of the host is asked before that, in later runs neither."""
    site.answers["list"] = response("503 Service Unavailable", "Retry-After: 86400")
    site.crawl()
    site.server.seen.clear()
    site.clock.pass_by(timedelta(minutes=5))
    summary, captures = site.crawl()
    assert site.server.seen == []
    assert len(summary.failed) == 1
    assert "is not to be asked until" in str(summary.failed[0])
    assert {row[1] for row in captures} == {"refused"}
    site.answers["list"] = listing(*map(link, range(1, 5)))
    site.clock.pass_by(timedelta(days=1))
    summary, _ = site.crawl()
    assert summary.counts["baseline"] == 4


@pytest.mark.parametrize("status", ["412 Precondition Failed", "403 Forbidden"])
def test_a_host_that_refuses_is_left_alone(site, status):
    """After five refusals in a row the rest waits, also for the next run within the hour; none is a change."""
    site.answers["list"] = listing(*map(link, range(1, 9)))
    site.crawl()
    for number in range(1, 9):
        site.answers[f"art_1_{number}.html"] = response(status, "Content-Type: text/html", body=CHALLENGE)
    summary, _ = site.crawl()
    assert (summary.counts["looked"], summary.counts["failed"]) == (5, 5)
    assert summary.left == [f"{site.host} refused us 5 times in a row (3 pages wait)"]
    site.server.seen.clear()
    site.crawl()
    assert site.server.seen == []


def test_a_silent_host_is_left_alone(site):
    """After five looks without an answer the rest stays due."""
    site.answers["list"] = listing(*map(link, range(1, 9)))
    site.crawl()

    async def hang_up(_request):
        for piece in ():
            yield piece

    for number in range(1, 9):
        site.answers[f"art_1_{number}.html"] = hang_up
    summary, _ = site.crawl()
    assert summary.counts["looked"] == 5
    assert summary.left == [f"{site.host} did not answer 5 times in a row (3 pages wait)"]
    assert not summary.answered


def test_a_closed_host_does_not_hold_the_run_up(site):
    """A copy that is due while its host's budget is used up is left for later; the run ends."""
    twin = article(1).replace(b"Lake 1", b"Lake 1")
    site.answers |= {"art_1_2.html": twin, "art_1_1.html": twin}
    site.crawl()
    site.clock.pass_by()
    site.answers["art_1_1.html"] = article(1, LAKE + " And again in May.").replace(b"Number 1", b"Number 7")
    summary, _ = site.run(lambda session, targets: recheck(session, targets, [1]), requests_per_day=1)
    assert summary.counts["edited"] == 1
    assert len(summary.left) == 1
    assert "budget" in summary.left[0]


def test_a_budget_ends_a_days_looks(site):
    """Two first looks a day: the other pages follow on the next day."""
    summary, _ = site.crawl(requests_per_day_backfill=2)
    assert (summary.counts["baseline"], len(summary.left)) == (2, 1)
    assert summary.left[0].endswith("used up; the rest stays due (2 pages wait)")
    site.clock.pass_by()
    summary, _ = site.crawl(requests_per_day_backfill=2)
    assert summary.counts["baseline"] == 2


def test_the_delay_is_kept_and_robots_makes_it_longer(site):
    """Between two requests to a host lie the file's two seconds, and robots' five as soon as its rules are known."""
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 5\n")
    before = site.clock.instant
    site.crawl(delay="2s")
    assert timedelta(seconds=2 + 4 * 5) <= site.clock.instant - before < timedelta(seconds=2 + 4 * 5 + 2)


def test_a_page_that_leads_to_another_is_no_edit(site):
    """A redirect to another article brings that one's text: it is no version of this page, and says where it leads."""
    site.crawl()
    site.answers["art_1_1.html"] = response("302 Found", "Location: /art/2026/1/2/art_1_2.html")
    summary, captures = site.crawl()
    assert summary.counts["edited"] == 0
    assert summary.counts["failed"] == 1
    assert [row[2] for row in captures if "art_1_1" in row[4]] == [302]


def test_a_first_look_that_leads_to_a_tracked_page_founds_nothing(site):
    """A new row whose page is only a way to another tracked page makes no press release of its own."""
    site.answers["art_1_4.html"] = response("302 Found", "Location: /art/2026/1/2/art_1_2.html")
    summary, _ = site.crawl()
    assert (summary.counts["baseline"], summary.counts["failed"]) == (3, 1)


def test_a_page_that_moved_with_its_text_is_the_same(site):
    """A redirect to a new address of the same text is the same page, unchanged."""
    site.crawl()
    site.answers["art_1_1.html"] = response("301 Moved", "Location: /art/2026/1/1/art_9_77.html")
    site.answers["art_9_77.html"] = article(1)
    summary, _ = site.crawl()
    assert (summary.counts["unchanged"], summary.counts["failed"]) == (4, 0)


def test_an_interrupted_run_says_what_it_did(site):
    """Whatever ends a run early, its end holds the counts so far."""

    async def broken(session, targets):
        await crawl(session, targets, full=True)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        site.run(broken)
    _, _ = site.run(lambda session, targets: recheck(session, targets, []))
    with open_archive(site.folder / "a.db", How(), trigger="crawl") as archive:
        ends = archive.connection.execute("SELECT outcome, counts FROM run_ends ORDER BY id").fetchall()
    assert ends[0][0] == "interrupted"
    assert '"baseline":4' in ends[0][1]


@pytest.mark.parametrize(
    ("spans", "hour", "quiet"),
    [
        ('["23:00-06:00"]', 21, "23:00-06:00"),
        ('["23:00-06:00"]', 22, None),
        ('["23:00-06:00"]', 15, "23:00-06:00"),
        ('["01:00-02:00", "12:00-13:30"]', 4, "12:00-13:30"),
        ('["01:00-02:00", "12:00-13:30"]', 6, None),
        ("[]", 4, None),
    ],
)
def test_quiet_hours_are_the_portals_own(spans, hour, quiet):
    """Spans are meant in the portal's zone and may run past midnight; `hour` is in UTC."""
    text = (
        f'name = "p"\nhosts = ["h.example"]\n[politeness]\nquiet_hours = {spans}\n'
        '[sections.news]\ntitle = "N"\nlisting = "https://h.example/"\n'
    )
    assert in_quiet_hours(parse_portal(text, "p.toml"), datetime(2026, 11, 23, hour, tzinfo=UTC)) == quiet


def test_nothing_is_asked_in_quiet_hours(site):
    """In its quiet hours everything of a portal stays due, and the summary says so."""
    summary, captures = site.crawl(quiet_hours=["00:00-23:59"])
    assert captures == []
    assert "quiet hours" in summary.left[0]


def test_an_address_that_nobody_takes_is_refused_for_that(site):
    """A redirect to an address longer than any is refused as such, not as another host's, and its row repeats only its start."""
    site.answers["art_1_1.html"] = response("302 Moved", f"Location: http://{site.host}/art/{'a' * 9_000}")
    _, captures = site.crawl()
    (error,) = [row[3] for row in captures if row[1] == "refused"]
    assert error.startswith(f"no address that can be asked: longer than any address: 'http://{site.host}/art/aaa")
    assert len(error) < 200


@pytest.mark.parametrize("delay", ["86400", "1e300", "1000"])
def test_a_host_that_wants_waits_without_end_is_left_to_later_runs(site, delay):
    """A run does not stand still for what robots.txt asks: what follows its first request waits, on the record."""
    rules = f"User-agent: *\nCrawl-delay: {delay}\n".encode()
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=rules)
    began = site.clock.instant
    summary, captures = site.crawl()
    assert [row[:2] for row in captures] == [("robots", "response"), ("listing", "response"), ("first", "refused")]
    assert captures[-1][3].startswith(f"{site.host} is not to be asked until ")
    (left,) = summary.left
    assert left == f"{captures[-1][3]} (3 pages wait)"
    assert site.clock.instant - began < timedelta(seconds=5)
    site.clock.pass_by(timedelta(days=2))
    _, captures = site.run(lambda session, targets: recheck(session, targets, [1]))
    assert [row[:2] for row in captures] == [("robots", "response"), ("recheck", "response")]


def test_a_wait_of_minutes_is_waited_for(site):
    """What robots.txt asks in earnest is kept, by waiting."""
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 120\n")
    began = site.clock.instant
    summary, _ = site.crawl()
    assert summary.counts["baseline"] == 4
    assert site.clock.instant - began > timedelta(minutes=8) - timedelta(seconds=1)


def test_nobody_is_kept_out_by_a_wait_of_minutes(site):
    """What an earlier run was told by robots.txt is waited for before a piece of work begins, while another may write."""
    site.answers["robots.txt"] = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 600\n")
    site.crawl()
    at_work = []

    async def job(session, targets):
        async with session.work(f"http://{site.host}/art/2026/1/1/art_1_1.html"):
            at_work.append(site.clock.instant)
        return await recheck(session, targets, [1])

    began = site.clock.instant
    summary, _ = site.run(job)
    assert at_work[0] - began > timedelta(minutes=9)
    assert summary.counts["answered"] == 1
    assert site.clock.instant - at_work[0] < timedelta(minutes=1)
