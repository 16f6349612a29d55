"""Alerts, raised by real crawls: told once with an example and what to do, brought up to date, and over with one notice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from crawler.pipeline import crawl as crawl_all
from crawler.pipeline import recheck
from seeds.portal import TODAY
from tests.misbehaviour import response
from tests.site import Site, article, link, listing

DAY = timedelta(days=1)
PAGES = range(1, 31)
FAILED = response("500 Internal Server Error")
FORBIDDEN = response("403 Forbidden", "Content-Type: text/html", body=b"<html><body>Forbidden</body></html>")
GONE = response("404 Not Found", "Content-Type: text/html", body=b"<html><body>404</body></html>")


def pages(**how) -> dict[str, bytes]:
    """Return all pages, in a frame and with a text."""
    return {f"art_1_{number}.html": article(number, **how) for number in PAGES}


def everywhere(answer: bytes) -> dict[str, bytes]:
    """Return the same answer for all pages."""
    return {f"art_1_{number}.html": answer for number in PAGES}


@pytest.fixture
def site(tmp_path):
    """Serve a site of thirty press releases, crawled once, some months ago."""
    with Site(tmp_path, list=listing(*map(link, PAGES)), **pages()) as serving:
        serving.crawl()
        serving.clock.pass_by(timedelta(days=80))
        yield serving


@dataclass(frozen=True)
class Told:
    """An alert as it stands in the archive."""

    kind: str
    subject: str
    message: str
    evidence: str
    steps: list[str]
    over: bool


def alerts(site: Site) -> list[Told]:
    """Return all alerts so far."""
    sql = "SELECT kind, subject, message, evidence, steps, closed_at IS NOT NULL FROM _alerts ORDER BY id"
    return [
        Told(kind, subject, message, evidence, json.loads(steps), bool(over))
        for kind, subject, message, evidence, steps, over in site.rows(sql)
    ]


def messages(site: Site) -> list[tuple[str, str]]:
    """Return what people were told of alerts: alert or recovery, and the kind."""
    return site.rows("SELECT o.kind, a.kind FROM _outbox o JOIN _alerts a ON a.id = o.alert_id ORDER BY o.id")


def crawl(site: Site, *, days: int = 0, hours: int = 1) -> None:
    """Let time pass and crawl everything."""
    site.clock.pass_by(timedelta(days=days, hours=hours))
    site.crawl()


def only(site: Site, kind: str) -> Told:
    """Return the one alert that there is, of a kind."""
    (told,) = alerts(site)
    assert told.kind == kind
    return told


def over(site: Site, kind: str) -> None:
    """Check that there was one alert of a kind, told once, and that it is over, told once."""
    assert only(site, kind).over
    assert messages(site) == [("alert", kind), ("recovery", kind)]


# ------------------------------------------------------------------------------------------------- layouts


def test_layout(site):
    """Three pages without a date are a new layout; more of them change the words, and pages that read well end it."""
    site.answers |= {f"art_1_{number}.html": article(number, frame="new", dated=False) for number in (1, 2)}
    crawl(site)
    assert alerts(site) == []
    site.answers["art_1_3.html"] = article(3, frame="new", dated=False)
    crawl(site)
    told = only(site, "layout")
    assert (told.subject, told.over) == ("site/news", False)
    assert told.message == (
        "site/news: layout changed, 3 pages kept aside: nothing of them is recorded as changed, and nothing is lost."
        " Title found in 3 of 3, usually 100%; date found in 0 of 3, usually 100%; text found in 3 of 3, usually 100%."
    )
    url = told.evidence.partition(" ")[0]
    fetch = site.rows(f"SELECT max(f.id) FROM fetches f WHERE f.url = '{url}'")[0][0]
    assert told.evidence == f"{url} (fetch {fetch})"
    assert told.steps == [
        f"Look:   jiaxing-today show --fetch {fetch} --raw > page.html",
        f"Try:    jiaxing-today parse page.html --url {url} --portal fixed.toml",
        "Replay: jiaxing-today reparse --quarantined --portal fixed.toml --dry-run",
    ]
    site.answers |= {f"art_1_{number}.html": article(number, frame="new", dated=False) for number in (4, 5)}
    crawl(site)
    assert "5 pages kept aside" in only(site, "layout").message
    assert messages(site) == [("alert", "layout")]
    site.answers |= pages()
    crawl(site)
    over(site, "layout")


def test_a_host_that_fails_has_not_mended_its_layout(site):
    """Pages that were kept aside and then do not answer are kept aside still: nobody is told that they read well again."""
    site.answers |= pages(frame="new", dated=False)
    crawl(site)
    site.answers |= everywhere(FAILED)
    crawl(site)
    assert not only(site, "layout").over
    assert "30 pages kept aside" in only(site, "layout").message
    site.answers |= pages()
    crawl(site)
    over(site, "layout")


# ------------------------------------------------------------------------------------------------- listings


def test_listing(site):
    """A listing that fails is told of after a day, with its newest answer; known pages are looked at meanwhile."""
    site.answers["list"] = FAILED
    crawl(site)
    crawl(site, hours=22)
    assert alerts(site) == []
    crawl(site, hours=2)
    told = only(site, "listing")
    fetch = site.rows("SELECT max(id) FROM fetches WHERE purpose = 'listing'")[0][0]
    url = f"http://{site.host}/list"
    assert told == Told(
        "listing",
        "site/news",
        "site/news: its listing cannot be read: the server failed (500). New press releases are not found meanwhile; known ones are"
        " looked at as ever.",
        f"{url} (fetch {fetch})",
        [
            f"Look:   jiaxing-today show --fetch {fetch} --raw > list.html",
            f"Try:    jiaxing-today parse list.html --listing --url {url} --portal fixed.toml",
            'Or:     write its new address into the portal\'s file: [sections.news] listing = "https://..."',
        ],
        over=False,
    )
    site.answers["list"] = FORBIDDEN
    crawl(site)
    assert "access is denied" in only(site, "listing").message
    site.answers["list"] = listing(*map(link, PAGES))
    crawl(site)
    over(site, "listing")
    assert site.rows("SELECT count(*) FROM sweeps WHERE pages_read = 0") == [(4,)]


def test_a_listing_that_cannot_be_understood_is_told_of_at_once(site):
    """A page without rows in place of the listing is no failure of the way there: waiting would not help."""
    site.answers["list"] = listing()
    crawl(site)
    assert "it is a shell without a link" in only(site, "listing").message


def test_a_listing_that_cannot_be_found_for_months(tmp_path):
    """No listing is named, and the way to it leads nowhere: a failed sweep each time, one alert after a day, and no other."""
    with Site(tmp_path, **pages()) as site:
        site.listing = f'start = ["http://{site.host}/"]'
        for days in (0, 1, 10, 30, 30):
            crawl(site, days=days)
        assert site.rows("SELECT complete, pages_read, records FROM sweeps") == [(0, 0, 0)] * 5
        told = only(site, "listing")
        assert f"no listing titled “News” was found: http://{site.host}/: " in told.message
        assert told.evidence.startswith(f"http://{site.host}/ (fetch ")
        assert messages(site) == [("alert", "listing")]
        site.answers["list"] = listing(*map(link, PAGES))
        site.listing = f'listing = "http://{site.host}/list"'
        crawl(site)
        over(site, "listing")
        assert site.rows("SELECT count(*) FROM changes") == [(0,)]


# ------------------------------------------------------------------------------------------------- listings that shrink


def test_shrunk(site):
    """A listing that shows a third of what it held: no page is removed, and it is over when it is as long again."""
    site.answers["list"] = listing(*map(link, range(1, 11)))
    crawl(site)
    told = only(site, "shrunk")
    url = f"http://{site.host}/list"
    assert told == Told(
        "shrunk",
        "site/news",
        "site/news: its listing shows 10 of the 30 press releases that it held. No removal follows from that: each page is asked"
        " for itself.",
        url,
        [f"Look at it in a browser: {url}", "See docs/blocked.md where the browser shows more than we are shown"],
        over=False,
    )
    assert site.rows("SELECT count(*) FROM listing_events WHERE event = 'left'") == [(20,)]
    site.answers["list"] = listing(*map(link, range(1, 13)))
    crawl(site)
    assert "shows 12 of the 30" in only(site, "shrunk").message
    assert messages(site) == [("alert", "shrunk")]
    site.answers["list"] = listing(*map(link, range(1, 25)))
    crawl(site)
    over(site, "shrunk")
    assert site.rows("SELECT count(*) FROM changes") == [(0,)]


def test_a_listing_that_stays_short_is_as_long_as_usual_one_day(site):
    """A publisher may show fewer rows from now on: after a month that is what is usual."""
    site.answers["list"] = listing(*map(link, range(1, 11)))
    crawl(site)
    crawl(site, days=25)
    assert not only(site, "shrunk").over
    crawl(site, days=10)
    over(site, "shrunk")


def test_a_listing_of_other_rows(site):
    """As many rows as ever, and none of those that it held: another listing stands in its place."""
    others = [link(number).replace("/art_1_", "/art_2_") for number in PAGES]
    site.answers |= {f"art_2_{number}.html": article(number) for number in PAGES}
    site.answers["list"] = listing(*others)
    crawl(site)
    assert "shows 0 of the 30" in only(site, "shrunk").message


def test_a_listing_that_shrinks_to_nothing(world):
    """It is not taken for empty: nothing has left it, no sweep is complete, and each time says so again."""
    everything = [release.id for release, _ in world.portal.rows(TODAY)]
    for number in everything:
        world.portal.unlist(number)
    for _ in range(2):
        world.crawl()
        world.clock.pass_by()
    told = world.appended()
    note = f"the listing shows no rows, and held {len(everything)} when it was last read: it is not taken for empty"
    assert [(row["complete"], row["records"], row["note"]) for row in told["sweeps"]] == [(0, 0, note)] * 2
    assert told.keys() == {"sweeps", "outbox"}
    assert told["outbox"] == [{"kind": "alert", "of": "shrunk", "subject": "embedded/today"}]
    assert f"shows 0 of the {len(everything)}" in world.values("SELECT message FROM _alerts")[0]
    for number in everything[:3]:
        world.portal.republish(number)
    world.crawl()
    assert world.values("SELECT closed_at IS NULL FROM _alerts") == [1]


def test_a_listing_that_is_read_in_part_says_nothing_of_its_length(site):
    """A head sweep that stops at known rows does not end the alert: whether the rest is there again, nobody has seen."""
    site.answers["list"] = listing(*map(link, range(1, 11)))
    crawl(site)
    site.answers["list"] = listing(*map(link, PAGES))
    site.clock.pass_by(timedelta(hours=1))
    site.run(lambda session, targets: crawl_all(session, targets, limit=5))
    assert not only(site, "shrunk").over
    crawl(site)
    over(site, "shrunk")


# ------------------------------------------------------------------------------------------------- listings in other words


def test_reworded(site):
    """Every title reads otherwise at once: none is retitled, no look is brought forward, and the next sweep ends it."""
    site.crawl()
    due = site.rows("SELECT page_id, due_at, reason FROM _frontier ORDER BY page_id")
    site.answers["list"] = listing(*(link(number, "News: Lake {} (read more)") for number in PAGES))
    assert site.due().counts["looked"] == 0
    told = only(site, "reworded")
    url = f"http://{site.host}/list"
    assert told == Told(
        "reworded",
        "site/news",
        "site/news: the titles or dates of 30 of 30 rows of its listing read otherwise at once. That is taken for another layout"
        " of the listing: none of them is recorded as retitled or redated.",
        url,
        [f"Look:   jiaxing-today parse list.html --listing --url {url}, of a copy saved in a browser"],
        over=False,
    )
    events = site.rows("SELECT event, count(*) FROM listing_events GROUP BY event")
    assert events == [("appeared", 60)]
    assert site.rows("SELECT page_id, due_at, reason FROM _frontier ORDER BY page_id") == due
    crawl(site)
    over(site, "reworded")
    assert site.rows("SELECT count(*) FROM changes") == [(0,)]


def test_a_few_titles_that_change_are_retitled(site):
    """What happens to fewer rows is the publisher's doing: each is retitled, and its page looked at."""
    rows = [link(number, "Lake {} corrected" if number < 5 else "Lake {}") for number in PAGES]
    site.answers["list"] = listing(*rows)
    crawl(site)
    assert site.rows("SELECT event, count(*) FROM listing_events GROUP BY event") == [("appeared", 30), ("retitled", 4)]
    assert alerts(site) == []


# ------------------------------------------------------------------------------------------------- hosts


def test_host(site):
    """Every page answers 403 for a day: one alert; it is over when one answers again."""
    site.answers |= everywhere(FORBIDDEN)
    crawl(site)
    crawl(site)
    assert alerts(site) == []
    crawl(site, days=1)
    told = only(site, "host")
    assert told.subject == site.host
    assert told.message == (
        f"{site.host}: none of its pages is served to us any more (blocked); 15 of 30 were tried. Nothing is recorded as changed."
    )
    assert told.evidence.startswith(f"http://{site.host}/art/")
    assert told.steps == ["Check from another network; see docs/blocked.md"]
    site.answers |= everywhere(FAILED)
    crawl(site, days=1)
    assert "(server-error)" in only(site, "host").message
    site.answers |= pages()
    crawl(site, days=1)
    over(site, "host")
    assert site.rows("SELECT count(*) FROM changes") == [(0,)]


def test_one_page_that_fails_is_not_its_host(site):
    """A page that brings an error for days while nobody looks at the others says nothing of the host."""
    site.answers["art_1_1.html"] = FAILED
    site.crawl()
    for _ in range(4):
        site.clock.pass_by(DAY)
        site.due()
    assert site.rows("SELECT fails > 2 FROM _pages WHERE fails") == [(1,)]
    assert alerts(site) == []


# ------------------------------------------------------------------------------------------------- too many edits


def test_bulk(site):
    """Twenty of thirty texts change at once, in the same form: recorded, and told of as what it likely is."""
    site.answers |= {f"art_1_{number}.html": article(number, "The lake was drained.") for number in range(1, 21)}
    crawl(site)
    told = only(site, "bulk")
    run = site.rows("SELECT max(id) FROM runs")[0][0]
    assert told == Told(
        "bulk",
        "site/news",
        "site/news: 20 of 30 press releases were found edited within a day: a rebuild of the site, or a change of layout that reads"
        " well, is likelier than so many edits.",
        f"run {run}",
        [
            "Look:   jiaxing-today changes --since 1d",
            "If it is the layout: adapt the portal's file, then jiaxing-today reparse --dry-run",
            "Nobody is told of them one by one until: jiaxing-today notify release site/news (or: notify drop site/news)",
        ],
        over=False,
    )
    assert site.rows("SELECT count(*) FROM changes") == [(20,)]
    site.due()
    assert not only(site, "bulk").over
    site.clock.pass_by(DAY)
    crawl(site)
    over(site, "bulk")


def test_bulk_a_few_pages_at_a_time(site):
    """A daemon that spreads its looks meets a rebuild page by page, and tells of it as soon as it can be told from news."""
    site.answers |= {f"art_1_{number}.html": article(number, "The lake was drained.") for number in range(1, 31)}
    told = []
    for first in range(1, 31, 3):
        pages = site.rows(f"SELECT page_id FROM _pages ORDER BY page_id LIMIT 3 OFFSET {first - 1}")
        site.run(lambda session, targets, pages=pages: recheck(session, targets, [page for (page,) in pages]))
        told.append(len(site.rows("SELECT 1 FROM _alerts WHERE kind = 'bulk'")))
        site.clock.pass_by(DAY / 20)
    assert told == [0] * 6 + [1] * 4


def test_edits_over_many_days_are_no_bulk(site):
    """As many edits, a few a day, are news."""
    for number in range(1, 31):
        site.answers[f"art_1_{number}.html"] = article(number, "The lake was drained.")
        site.clock.pass_by(DAY / 4)
        crawl(site)
    assert site.rows("SELECT count(*) FROM changes") == [(30,)]
    assert alerts(site) == []


# ------------------------------------------------------------------------------------------------- blocks


def test_block(site):
    """Many pages are missing at once while the home page answers: no removal, one alert, over when they answer again."""
    site.answers |= {f"art_1_{number}.html": GONE for number in range(1, 11)}
    crawl(site)
    told = only(site, "block")
    assert told.subject == site.host
    assert told.message == (
        f"{site.host}: 10 of 30 pages do not answer at once. This looks like a block of our address, or a host in trouble, and not"
        " like a removal: no removal is being recorded."
    )
    assert told.evidence.startswith(f"http://{site.host}/art/")
    assert told.steps == ["Check from another network; see docs/blocked.md", "Look again: jiaxing-today recheck --suspect"]
    site.answers |= {f"art_1_{number}.html": GONE for number in range(11, 16)}
    crawl(site, days=2)
    assert "15 of 30 pages" in only(site, "block").message
    site.answers |= pages()
    crawl(site)
    over(site, "block")
    assert site.rows("SELECT count(*) FROM changes") == [(0,)]
