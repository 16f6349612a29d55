"""Layouts that change, acted out over HTTP: what is kept aside, what is believed, and what is found when it is read again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from crawler.cli import main
from crawler.fallback import GUESSED
from storage.overview import read_with
from tests.misbehaviour import response
from tests.site import LAKE, Site, article, link, listing

PAGES = range(1, 13)
FOOTED = 'published = ".when, h1 + p"'
"""Rules that find a date beside the title, and at the foot."""
FEW = {1: "The lake was drained.", 2: "The lake was filled again by the volunteers of five towns."}


@pytest.fixture
def site(tmp_path):
    """Serve a site of twelve press releases, crawled once, some months ago."""
    with Site(tmp_path, list=listing(*map(link, PAGES)), **answers()) as serving:
        serving.crawl()
        serving.clock.pass_by(timedelta(days=80))
        yield serving


def answers(frame: str = "old", *, but: dict[int, bytes] | None = None, **how: object) -> dict[str, bytes]:
    """Return all pages in a frame, `but` some of them as given."""
    pages = {number: article(number, frame=frame, **how) for number in PAGES} | (but or {})
    return {f"art_1_{number}.html": body for number, body in pages.items()}


def told(site: Site) -> list[tuple[object, ...]]:
    """Return what the archive calls a change: kind, title, summary."""
    return site.rows("SELECT kind, title, summary, labels FROM changes ORDER BY observed_at, ref")


def outcomes(site: Site) -> dict[str, int]:
    """Return how the answers of the last run read."""
    sql = "SELECT r.outcome, count(*) FROM readings r JOIN fetches f ON f.id = r.fetch_id WHERE f.page_id IS NOT NULL"
    return dict(site.rows(f"{sql} AND f.run_id = (SELECT max(id) FROM runs) GROUP BY 1"))


def alerts(site: Site) -> list[tuple[object, ...]]:
    """Return the alerts so far: kind, subject, and whether they are over."""
    return site.rows("SELECT kind, subject, closed_at IS NOT NULL FROM _alerts ORDER BY id")


def test_a_layout_that_reads_as_before_lets_an_edit_through(site):
    """All pages come in another frame, eleven as they were and one with another text: they bear witness, and it was edited."""
    site.answers |= answers("new", but={1: article(1, FEW[1], frame="new")})
    site.crawl()
    ((kind, title, summary, _),) = told(site)
    assert (kind, title, "drained" in summary) == ("edited", "Lake 1", True)
    assert alerts(site) == []
    bounds = site.rows("SELECT not_before < observed_at, found_by FROM versions WHERE kind = 'edited'")
    assert bounds[0][0] == 1
    site.assert_rebuilt()


def test_an_edit_that_is_read_before_its_witnesses_waits_for_them(site):
    """The first page of a run has no witness yet: it is kept aside, and appended at the run's end with the time of its look."""
    ((first,),) = site.rows("SELECT page_id FROM _frontier ORDER BY due_at, page_id LIMIT 1")
    site.answers |= answers("new", but={first: article(first, FEW[1], frame="new")})
    site.crawl()
    assert site.rows("SELECT outcome FROM readings WHERE outcome = 'quarantined'") == [("quarantined",)]
    row = site.rows(
        "SELECT found_by, observed_at = (SELECT min(observed_at) FROM versions WHERE kind = 'edited') FROM versions"
        " WHERE kind = 'edited'"
    )
    assert row == [("reparse", 1)]


def test_an_edit_in_the_same_layout_needs_no_witness(site):
    """Most edits are: nobody is asked."""
    site.answers["art_1_1.html"] = article(1, FEW[1])
    site.crawl()
    assert [change[:2] for change in told(site)] == [("edited", "Lake 1")]
    assert site.rows("SELECT found_by FROM versions WHERE kind = 'edited'") == [("crawl",)]


def test_a_layout_that_loses_the_date_is_kept_aside(site):
    """Every page reads well, and otherwise than before: no edit is claimed, and one alert says what is missing, and what to do."""
    site.answers |= answers("new", dated=False)
    for _ in range(3):
        site.crawl()
        site.clock.pass_by(timedelta(hours=12))
    assert told(site) == []
    assert outcomes(site) == {"quarantined": 12}
    ((message, steps, evidence),) = site.rows("SELECT message, steps, evidence FROM _alerts")
    assert "site/news: layout changed, 12 pages kept aside" in message
    assert "date found in 0 of 12, usually 100%" in message
    assert "reparse --quarantined --portal fixed.toml --dry-run" in steps
    assert "(fetch " in evidence
    assert [kind for (kind,) in site.rows("SELECT kind FROM _outbox")] == ["alert"]


def test_witnesses_speak_for_the_fields_that_they_have(site):
    """Pages without attachments say nothing about how attachments are read: the one that had some is kept aside."""
    site.answers["art_1_1.html"] = article(1, attachment="Plan of the shore")
    site.crawl()
    assert len(told(site)) == 1
    site.clock.pass_by(timedelta(days=1))
    site.answers |= answers("new")
    site.crawl()
    assert len(told(site)) == 1
    assert outcomes(site) == {"ok": 11, "quarantined": 1}


def test_a_single_odd_page_is_no_new_layout(site):
    """One page that cannot be read is kept aside without an alarm, for three days; then somebody is told."""
    site.answers["art_1_1.html"] = response(
        "200 OK", "Content-Type: text/html", body=b"<html><body><p>Odd thing.</p></body></html>"
    )
    site.crawl()
    assert (outcomes(site), alerts(site)) == ({"ok": 11, "quarantined": 1}, [])
    site.clock.pass_by(timedelta(days=4))
    site.crawl()
    assert alerts(site) == [("layout", "site/news", 0)]
    del site.answers["art_1_1.html"]
    site.answers |= answers()
    site.crawl()
    assert alerts(site) == [("layout", "site/news", 1)]
    assert [kind for (kind,) in site.rows("SELECT kind FROM _outbox")] == ["alert", "recovery"]


def test_a_first_sight_in_an_unknown_layout_is_believed_when_the_listing_agrees(site):
    """A new press release is the first page in a new frame: its title and its day are those of the listing."""
    site.answers |= {"art_1_13.html": article(13, frame="new"), "list": listing(*map(link, range(1, 14)))}
    site.crawl()
    assert [change[:2] for change in told(site)] == [("new", "Lake 13")]


@pytest.mark.parametrize("wrong", [{"title": "Something else altogether"}, {"dated": False}])
def test_a_first_sight_in_an_unknown_layout_that_nothing_bears_out_waits(site, wrong):
    """The listing has another title, or the page lost the day that the listing prints: it is kept aside."""
    title = wrong.pop("title", "")
    rows = [*map(link, PAGES), link(13, title)]
    site.answers |= {"art_1_13.html": article(13, frame="new", **wrong), "list": listing(*rows)}
    site.crawl()
    assert told(site) == []
    assert outcomes(site)["quarantined"] == 1


def split(number: int, text: str = LAKE) -> bytes:
    """Return a press release in a layout of which a reader finds the lead alone: the rest of its text stands elsewhere."""
    body = (
        f"<html><head><title>Lake {number}</title></head><body><div class='split'><h1>Lake {number}</h1>"
        f"<p>Release date:2026-01-{number:02} 10:00</p><div id='zoom'><p>All about lakes.</p></div>"
        f"<div class='rest'><p>{text} Number {number}.</p></div></div></body></html>"
    )
    return response("200 OK", "Content-Type: text/html; charset=utf-8", body=body.encode())


@pytest.mark.parametrize("select", ["", FOOTED])
def test_first_sights_bear_no_witness_of_what_nobody_saw_before(site, select):
    """New pages in a new layout are believed as listed, and show nothing of how older texts are read in it, by old or new rules."""
    fresh = range(13, 17)
    site.answers |= {f"art_1_{number}.html": split(number) for number in fresh} | {"list": listing(*map(link, range(1, 17)))}
    site.crawl()
    assert [change[:2] for change in told(site)] == [("new", f"Lake {number}") for number in fresh]
    site.clock.pass_by(timedelta(days=80))
    site.answers |= {f"art_1_{number}.html": split(number) for number in PAGES}
    site.select = select
    site.crawl()
    assert outcomes(site) == {"ok": 4, "quarantined": 12}
    assert len(told(site)) == 4
    assert alerts(site) == [("layout", "site/news", 0)]


def test_a_young_section_has_no_usual_layout(tmp_path):
    """While a section is read for the first time, pages of several layouts are all believed."""
    pages = answers("old") | {f"art_1_{number}.html": article(number, frame=f"frame-{number}") for number in range(5, 9)}
    with Site(tmp_path, list=listing(*map(link, range(1, 10))), **pages) as serving:
        serving.crawl()
        assert outcomes(serving) == {"ok": 9}


def test_a_page_kept_aside_keeps_its_validators_and_its_bounds(site):
    """What is kept aside moves nothing: the edit that is found later begins at the last body that read well."""
    (before,) = site.rows("SELECT base_fetch_id, base_at, etag, last_confirmed_at, state FROM _pages WHERE page_id = 1")
    site.answers |= answers("new", dated=False)
    site.crawl()
    (after,) = site.rows("SELECT base_fetch_id, base_at, etag, last_confirmed_at, state FROM _pages WHERE page_id = 1")
    assert before == after
    assert site.rows("SELECT fails, outcome FROM _pages WHERE page_id = 1") == [(0, "quarantined")]
    site.assert_rebuilt()


def footed(number: int, text: str = FEW[2]) -> bytes:
    """Return a press release with its date at the foot, where only rules of its own find it."""
    body = (
        f"<html><head><title>Lake {number}</title></head><body><h1>Lake {number}</h1>"
        f'<div id="zoom"><p>{text} Number {number}.</p></div><p class="when">2026-01-{number:02} 10:00</p></body></html>'
    )
    return response("200 OK", "Content-Type: text/html; charset=utf-8", body=body.encode())


def test_what_moved_to_another_address_in_a_new_layout_is_replayed(tmp_path):
    """A redesign that leads every old address to a new one: once the layout is read, what says the same is the same page."""
    old = {f"art_1_{number}.html": article(number, FEW[2]) for number in PAGES}
    with Site(tmp_path, list=listing(*map(link, PAGES)), **old) as site:
        site.crawl()
        for number in PAGES:
            address = f"Location: /other/{number}.html"
            site.answers |= {f"art_1_{number}.html": response("301 Moved", address), f"other/{number}.html": footed(number)}
        site.clock.pass_by(timedelta(days=80))
        site.crawl()
        assert outcomes(site) == {"quarantined": 12}
        site.clock.pass_by(timedelta(hours=1))
        site.select = FOOTED
        counts = site.reparse(quarantined=True)
        assert (counts["readable"], counts["same"], counts["unreadable"], counts["edited"]) == (12, 12, 0, 0)
        assert (told(site), alerts(site)) == ([], [("layout", "site/news", 1)])
        site.assert_rebuilt()


def test_what_leads_to_another_page_is_no_version_of_this_one(site):
    """An old address that leads to another press release: read again by other rules it is still another one."""
    site.answers |= {
        "art_1_1.html": response("301 Moved", "Location: /other/1.html"),
        "other/1.html": article(28, FEW[2]),
    }
    site.crawl()
    assert outcomes(site) == {"ok": 11, "unreadable": 1}
    site.select = 'body = "#zoom"'
    counts = site.reparse()
    assert (counts["bodies"], counts["same"]) == (24, 24)
    assert told(site) == []
    problems = site.rows("SELECT problems FROM readings WHERE outcome = 'unreadable'")
    assert len(problems) == 2
    assert all("leads to another page" in each for (each,) in problems)


def test_rules_that_are_mended_before_the_replay_lose_nothing(site):
    """The crawler goes on with mended rules: each edit that lay in the quarantine is told once, at the first look that saw it."""
    order = [number for (number,) in site.rows("SELECT page_id FROM _frontier ORDER BY due_at, page_id")]
    edited = {order[0], order[-1]}  # one is read before its witnesses, one after them
    site.answers |= {f"art_1_{number}.html": footed(number, FEW[1] if number in edited else LAKE) for number in PAGES}
    site.crawl()
    assert outcomes(site) == {"quarantined": 12}
    (seen,) = site.rows("SELECT max(started_at) FROM runs")[0]
    site.clock.pass_by(timedelta(days=1))
    site.select = FOOTED
    site.crawl()
    assert [change[0] for change in told(site)] == ["edited", "edited"]
    site.clock.pass_by(timedelta(days=1))
    site.reparse(quarantined=True)
    assert [change[0] for change in told(site)] == ["edited", "edited"]
    assert {title for _, title, *_ in told(site)} == {f"Lake {number}" for number in edited}
    looks = site.rows("SELECT observed_at, not_before FROM changes ORDER BY observed_at")
    mended = site.rows("SELECT started_at FROM runs ORDER BY id DESC LIMIT 1")[0][0]
    assert all(not_before < seen < observed_at < mended for observed_at, not_before in looks)
    assert site.rows("SELECT kind FROM _outbox WHERE alert_id IS NULL") == [("silent",), ("silent",)]
    site.assert_rebuilt()


def test_pages_that_are_read_by_a_guess_are_counted(tmp_path):
    """Where no known container holds the text, the fallback finds it; the overview says so until a selector is written."""
    text = "The lake was cleaned by volunteers of four towns, who came with forty boats and stayed for two days."
    page = (
        '<html><head><meta name="ArticleTitle" content="Lake 1"><meta name="PubDate" content="2026-01-01 10:00"></head>'
        f"<body><h1>Lake 1</h1><p>Release date:2026-01-01 10:00</p><section><p>{text}</p><p>{text}</p></section></body></html>"
    )
    odd = response("200 OK", "Content-Type: text/html; charset=utf-8", body=page.encode())
    with Site(tmp_path, **{"art_1_1.html": odd}) as site:
        site.crawl()
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            assert read_with(connection, GUESSED) == [
                {"section": "site/news", "pages": 1, "url": f"http://{site.host}/art/2026/1/1/art_1_1.html"}
            ]
            assert read_with(connection, "no such problem") == []
        said = CliRunner().invoke(main, ["status", "--archive", str(tmp_path / "a.db")]).output
    assert f"Read by a guess: 1 page of site/news, {GUESSED}" in said
