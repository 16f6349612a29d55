"""The daemon beside other commands, and killed again and again: one writer at a time, one pace, and the same archive in the end."""

from __future__ import annotations

import random
import signal
import time
from contextlib import closing
from datetime import datetime
from itertools import pairwise

import pytest

from seeds.portal import Portal, PortalServer
from storage.connect import open_reader
from tests.daemons import command, daemon, until, write_portal, write_settings
from tests.soundness import faults_of

pytestmark = pytest.mark.slow

RELEASES = 40
DELAY = 0.2


@pytest.fixture
def portal():
    """Serve a portal of forty press releases."""
    with PortalServer(Portal(1, RELEASES)) as server:
        yield server


@pytest.fixture
def folder(tmp_path, portal):
    """Give a folder with the settings of a daemon that watches the portal."""
    write_portal(tmp_path, portal, delay=f"{DELAY}s")
    write_settings(tmp_path)
    return tmp_path


def rows(folder, sql):
    """Return the rows of a query over the archive in a folder."""
    with closing(open_reader(folder / "archive.db")) as reader:
        return reader.execute(sql).fetchall()


def held(folder):
    """Return what an archive holds, without its times: releases, pages, listing events, and that nothing was changed."""
    return {
        "releases": rows(folder, "SELECT url, title, text, published_on, state FROM releases ORDER BY url"),
        "pages": rows(folder, "SELECT url, kind FROM pages ORDER BY url"),
        "events": rows(folder, "SELECT g.url, e.event FROM listing_events e JOIN pages g ON g.id = e.page_id ORDER BY g.url, e.id"),
        "versions": rows(folder, "SELECT g.url, v.number, v.kind FROM versions v JOIN pages g ON g.id = v.page_id ORDER BY g.url"),
    }


def faults(folder):
    """Return what is wrong with the archive in a folder."""
    with closing(open_reader(folder / "archive.db")) as reader:
        return faults_of(reader, ended=False)


def test_a_crawl_beside_the_daemon(folder):
    """Both finish, taking turns; no request of the one comes sooner after one of the other than the delay, and nothing is twice."""
    with daemon(folder) as watching:
        until(watching, "begin")
        with command(folder, "crawl", "--full") as crawling:
            out, err = crawling.communicate(timeout=120)
            assert crawling.returncode == 0, err
        assert "waiting for another process" in err
        assert f"{RELEASES} press releases now" in out
        until(watching, "run")
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(30) == 0
    assert faults(folder) == []
    assert rows(folder, "SELECT trigger, outcome FROM runs u JOIN run_ends e ON e.run_id = u.id ORDER BY u.id") == [
        ("discover", "done"),
        ("crawl", "done"),
    ]
    assert rows(folder, "SELECT count(*), max(number) FROM versions") == [(len(held(folder)["pages"]), 1)]
    turns = [run for (run,) in rows(folder, "SELECT run_id FROM fetches ORDER BY id")]
    assert sum(earlier != later for earlier, later in pairwise(turns)) >= 2
    asked = sorted(
        datetime.fromisoformat(at) for (at,) in rows(folder, "SELECT requested_at FROM fetches WHERE result <> 'refused'")
    )
    assert min((later - earlier).total_seconds() for earlier, later in pairwise(asked)) >= DELAY - 0.002


def test_fifty_kills(folder, portal, tmp_path_factory):
    """A daemon that is killed fifty times at any moment, and begun again, comes to what one that is left alone comes to."""
    rng = random.Random(1)
    for _ in range(50):
        with daemon(folder) as process:
            until(process, "daemon-started")
            time.sleep(rng.uniform(0.0, 0.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert faults(folder) == []
    with daemon(folder) as process:
        until(process, "daemon-started")
        while len(held(folder)["releases"]) < RELEASES:
            until(process, "run")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    quiet = tmp_path_factory.mktemp("quiet")
    write_portal(quiet, portal)
    write_settings(quiet)
    with daemon(quiet) as process:
        until(process, "run")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert held(folder) == held(quiet)
    assert rows(folder, "SELECT count(*) FROM runs")[0][0] > 10
    assert faults(folder) == []
