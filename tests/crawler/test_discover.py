"""Finding a listing: what the file names, where it was last, or the end of a walk; and what is said where none is found."""

from __future__ import annotations

import random

import pytest

from config.portal import parse_portal
from crawler.errors import ListingError, LocateError
from crawler.pipeline import crawl
from crawler.run import How, choose_targets, open_archive, run_job
from crawler.session import Silent
from crawler.summary import Summary
from seeds.portal import Portal, PortalServer, portal_file
from tests.world import FakeClock


@pytest.fixture(scope="module")
def server():
    """Serve one small portal for all of these."""
    with PortalServer(Portal(releases=30)) as serving:
        yield serving


def found(server, folder, *edits, portal_file=portal_file):
    """Crawl with the embedded portal's file, changed by (old, new) pairs; return the summary and the archive's states."""
    text = portal_file(server.base_url)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    portal = parse_portal(text, "embedded.toml")
    how = How(clock=FakeClock(), rng=random.Random(1), report=Silent())
    from config.settings import Settings  # noqa: PLC0415 - the one test helper that builds settings by hand

    settings = Settings(archive=folder / "archive.db", portals=(portal,), vantage="here")
    targets = choose_targets(settings.portals, [])
    with open_archive(settings.archive, how, trigger="crawl") as archive:
        summary = run_job(archive, settings, "crawl", lambda session: crawl(session, targets, limit=1), how)
        states = archive.connection.execute("SELECT listing_url, found_by FROM section_states ORDER BY id").fetchall()
    return summary, states


def test_the_files_listing_wins(server, tmp_path):
    """A listing that the portal's file names is asked at once, and said to come from there."""
    address = f"{server.base_url}/col/col1591185/index.html"
    _, states = found(server, tmp_path, ("start = [", f'listing = "{address}"\nstart = ['))
    assert states == [(address, "by the portal's file")]
    assert not any(served.target == "/" for served in server.requests[-5:])


def test_a_walk_says_how_it_went(server, tmp_path):
    """From the home page by the links named, each step told."""
    _, states = found(server, tmp_path)
    assert states == [(f"{server.base_url}/col/col1591185/index.html", 'by the link "English", then by the link "Jiaxing Today"')]


def test_an_article_leads_to_the_listing(server, tmp_path):
    """From an article of another column: its page leads to the section, as on the real portal."""
    article = next(served for served in ("/art/2022/7/6/art_1591186_59540939.html",))
    _, states = found(server, tmp_path, (f'start = ["http://{server.host}/"]', f'start = ["{server.base_url}{article}"]'))
    assert [url for url, _ in states] == [f"{server.base_url}/col/col1591185/index.html"]


def test_a_start_that_fails_is_passed_over(server, tmp_path):
    """The first start page that answers leads on."""
    starts = f'start = ["{server.base_url}/nothing.html", "{server.base_url}/"]'
    _, states = found(server, tmp_path, (f'start = ["http://{server.host}/"]', starts))
    assert len(states) == 1


def test_what_failed_at_which_step_is_said(server, tmp_path):
    """Each start page that led nowhere is a step, and the hint says what to write."""
    starts = f'start = ["{server.base_url}/nothing.html", "{server.base_url}/"]'
    summary, states = found(
        server, tmp_path, (f'start = ["http://{server.host}/"]', starts), ('"English", "Jiaxing Today"', '"Deutsch", "Heute"')
    )
    (error,) = summary.failed
    assert isinstance(error, LocateError)
    assert "/nothing.html: the server says that there is no such page (404)" in error.steps[0]
    assert "Heute" in error.steps[1]
    assert 'listing = "https://' in error.hint
    assert states == []


def test_a_listing_that_moved_is_searched_for_anew(server, tmp_path):
    """Where the listing last was answers 404: the walk begins again, and the new address is kept."""
    found(server, tmp_path)
    how = How(clock=FakeClock(), rng=random.Random(1))
    with open_archive(tmp_path / "archive.db", how, trigger="crawl") as archive:
        run = archive.begin_run("crawl", vantage="", software="test", settings="{}")
        archive.section_state(
            1, run, title="Jiaxing Today", listing_url=f"{server.base_url}/col/col404/index.html", platform="jpage", found_by="luck"
        )
    _, states = found(server, tmp_path)
    assert states[-1][0] == f"{server.base_url}/col/col1591185/index.html"


def test_a_listing_that_cannot_be_read_is_an_error_and_a_sweep(server, tmp_path):
    """A named listing that is no listing: the section fails with a hint, and the sweep says that nothing was read."""
    address = f"{server.base_url}/col/col404/index.html"
    summary, states = found(server, tmp_path, ("start = [", f'listing = "{address}"\nstart = ['))
    (error,) = summary.failed
    assert isinstance(error, ListingError)
    assert "--listing --url" in error.hint
    assert states == []


def test_a_walk_in_circles_ends(server, tmp_path):
    """Titles that lead back to pages seen before end the walk with a step that says so."""
    summary, _ = found(server, tmp_path, ('"English", "Jiaxing Today"', '"English", "No Such Title"'))
    (error,) = summary.failed
    assert error.steps
    assert isinstance(summary, Summary)
