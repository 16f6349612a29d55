"""Every portal that is shipped, probed and crawled at a twin on this machine that answers at its file's own addresses."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import config
from config.portal import parse_portal, read_portal, shipped_portals
from config.settings import Settings
from crawler.pipeline import crawl
from crawler.probe_jobs import Choice, wish_for
from crawler.probe_problems import problems_of
from crawler.probing import probe
from crawler.run import How, choose_targets, open_archive, run_job
from tests.twins import TWINS, serve
from tests.world import FakeClock

FOLDER = Path(config.__file__).parent / "portals"
GENTLE = '\n[politeness]\ndelay = "0s"\nrequests_per_day = 0\nrequests_per_day_backfill = 0\n'


def here(name: str, port: int):
    """Return a shipped portal whose host is mapped to this machine; nothing else of its file is another."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    (host,) = read_portal(name).hosts
    mapped = re.sub(rf"https?://{re.escape(host)}", f"http://127.0.0.1:{port}", text).replace(f'"{host}"', f'"127.0.0.1:{port}"')
    assert mapped.count(f"127.0.0.1:{port}") == text.count(host)
    return parse_portal(mapped.replace("\nhosts = ", "\nallow_private = true\nhosts = ") + GENTLE, name)


@pytest.fixture(params=shipped_portals())
def twin(request):
    """Serve the twin of a shipped portal; give its name, the portal as mapped to it, and the server."""
    with serve(TWINS[request.param]) as server:
        yield request.param, here(request.param, server.port), server


def test_a_probe_finds_everything_there(twin):
    """Each section's list is found from the file alone, its platform recognised, its second page another, a press release read."""
    name, portal, server = twin
    for slug, wanted in TWINS[name].sections.items():
        settings = Settings(portals=(portal,))
        found = asyncio.run(probe(wish_for(Choice(f"{name}/{slug}"), [portal]), settings, FakeClock()))
        assert problems_of(found) == ()
        assert (found.is_sound, found.listing.page.platform) == (True, wanted.platform)
        assert found.paging.state == ("none" if len(found.listing.page.records) == wanted.releases else "works")
        assert found.release.reading.content.source == "水利报"
    assert {request.headers["host"] for request in server.seen} == {f"127.0.0.1:{server.port}"}


def test_a_crawl_reads_everything_there(twin, tmp_path):
    """A first crawl by the shipped file reads each list to its end and every press release on it."""
    name, portal, _ = twin
    settings = Settings(archive=tmp_path / "a.db", portals=(portal,), unconditional_share=1.0)
    targets = choose_targets(settings.portals, [])
    how = How(clock=FakeClock())
    with open_archive(settings.archive, how, trigger="crawl") as archive:
        summary = run_job(archive, settings, "crawl", lambda session: crawl(session, targets, full=True), how)
    assert summary.failed == []
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        sections = connection.execute("SELECT section, count(*) FROM releases WHERE state = 'live' GROUP BY 1").fetchall()
        sweeps = connection.execute("SELECT complete, note FROM sweeps").fetchall()
    assert dict(sections) == {f"{name}/{slug}": wanted.releases for slug, wanted in TWINS[name].sections.items()}
    assert sweeps == [(1, None)] * len(sections)


def test_every_platform_is_shipped():
    """Among the twins of what is shipped is one of each platform."""
    shipped = {wanted.platform for name in shipped_portals() for wanted in TWINS[name].sections.values()}
    assert shipped == {"jpage", "jpaas", "trs", "static"}
    assert "statistics" in shipped_portals()  # whose twin serves a feed


@pytest.mark.parametrize("name", shipped_portals())
def test_what_was_not_tried_says_so(name):
    """A shipped file without a day in `tried` says in a comment that it was not tried live."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert ("# Not tried live: " in text) == (not read_portal(name).tried)
    assert list(read_portal(name).sections) == list(TWINS[name].sections)
