"""Sixty days of a portal that misbehaves on purpose: what the archive tells is what the portal's own diary says, and when."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from crawler.run import How, open_archive
from seeds.portal import CHANGED_SELECT, Layout, Platform
from storage.alerts import Alert
from tests.sixty_acted import acted_out
from tests.sixty_days import EDITS, hidden_edits, kinds, promised, script
from tests.sixty_judged import judged
from tests.sixty_sky import DAY, HOUR
from tests.world import World

STORIES = [
    *((Platform.JCMS, seed) for seed in range(1, 21)),
    *((platform, seed) for platform in Platform if platform is not Platform.JCMS for seed in (1, 2)),
]
WIDEST = 1.5


# ----------------------------------------------------------------------------------------------------------- the stories


@pytest.mark.parametrize(("platform", "seed"), STORIES)
def test_a_story_is_told_as_it_happened(platform, seed, tmp_path):
    """No false change, no false or missed removal, every true instant within its bounds, and the bounds are narrow."""
    with acted_out(script(seed), seed, tmp_path, platform) as world:
        verdict = judged(world)
    assert verdict.faults == []
    assert (verdict.false, verdict.missed, verdict.outside) == (Counter(), Counter(), 0)
    _, narrow, interval = verdict.medians
    assert narrow <= WIDEST * interval, verdict.told()


# ----------------------------------------------------------------------------------------------------------- the scripts


@pytest.mark.parametrize("blind", [False, True])
def test_everything_that_is_promised_happens_in_every_story(blind):
    """Each kind of act occurs for every seed, and half of the edits or more happen behind a lying 304 or a stale copy."""
    for seed in range(1, 201):
        acts = script(seed, blind=blind)
        assert kinds(acts) == promised(blind=blind)
        hidden, edits = hidden_edits(acts)
        assert 2 * hidden >= edits > 30
        assert list(acts) == sorted(acts)
        assert len({act.at for act in acts}) == len(acts)
        assert acts[0] == replace(acts[0], at=0, what="crawl", how="full")
        assert 59 * DAY < acts[-1].at <= 60 * DAY


def test_a_script_depends_on_the_seed_alone():
    """The same seed tells the same story, another one another."""
    assert script(1) == script(1) != script(2)


def test_acts_are_spaced_as_promised():
    """No page sees two acts without a full crawl between, none sees one while it is away, and what comes back does so in time."""
    for seed in range(1, 201):
        acts = script(seed)
        crawls = [act.at for act in acts if act.what == "crawl" and act.how == "full"]
        done = [act for act in acts if act.page >= 0 and act.what not in {"begin", "end"}]
        for page in {act.page for act in done}:
            own = [act for act in done if act.page == page]
            assert {act.what for act in own} <= {*EDITS, "publish", "remove", "restore", "unlist", "relist"}
            for former, act in pairwise(own):
                assert any(former.at < crawl < act.at for crawl in crawls)
                assert (former.what == "remove") == (act.what == "restore")
                assert act.what != "relist" or former.what == "unlist"
                if act.how == "taken back" and act.what == "restore":
                    assert act.at - former.at < 24 * HOUR
                elif act.what == "restore":
                    assert act.at - former.at > 36 * HOUR


# ------------------------------------------------------------------------------------------------------------- the judge


@pytest.fixture
def world(tmp_path):
    """Give a small world with one edit that was found a day after it, and told."""
    with World(tmp_path, 12) as world:
        world.settle()
        world.portal.edit(world.portal.golden.id)
        world.clock.pass_by()
        world.crawl()
        yield world


def unseen_edit(world):
    """Edit a page, and do not look."""
    world.portal.silent_edit(world.portal.releases[0].id)


def forgotten_edit(world):
    """Let the diary say nothing of the edit."""
    del world.portal.diary[-1]


def late_edit(world):
    """Let the diary say that the edit was made after it was seen."""
    world.portal.diary[-1] = replace(world.portal.diary[-1], at=world.portal.diary[-1].at + timedelta(days=2))


def forgotten_word(world):
    """Take a row out of what people are told."""
    with closing(sqlite3.connect(world.folder / "archive.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM _outbox")


def secret_block(world):
    """Let a block of our address happen that the diary does not know."""
    world.portal.block()
    world.crawl()
    world.portal.block(None)
    del world.portal.diary[1:]
    world.crawl()


def strange_alert(world):
    """Raise an alert of a kind that nobody knows."""
    with open_archive(world.settings.archive, How(clock=world.clock), trigger="test") as archive:
        archive.alert(Alert("weather", "sky", "It rains.", "http://sky/"))


def secret_unlisting(world):
    """Let a row go that the diary has standing."""
    world.portal.unlist(world.portal.releases[0].id)
    del world.portal.diary[-1]
    world.crawl()


def broken_summary(world):
    """Change what is kept at hand of a page."""
    with closing(sqlite3.connect(world.folder / "archive.db", isolation_level=None)) as connection:
        connection.execute("UPDATE _pages SET looks = looks + 1 WHERE page_id = 1")


def test_a_sound_world_has_no_faults(world):
    """The world that the next test spoils is told as it happened."""
    verdict = judged(world)
    assert verdict.faults == []
    assert verdict.changes == Counter(edited=1)
    assert (verdict.edits, verdict.hidden) == (1, 0)
    assert "edited             1      0       0" in verdict.told()
    assert (verdict + verdict).changes == Counter(edited=2)


def test_a_page_that_came_in_a_layout_that_was_learnt_is_seen_to_be_missing(world):
    """What our reader can make of a template is not the template's doing alone: rules that were mended read it."""
    world.portal.change_layout(Layout.CHANGED)
    world.clock.pass_by()
    world.crawl()
    world.select = CHANGED_SELECT
    world.reparse(quarantined=True)
    release = world.portal.publish()
    world.clock.pass_by()
    world.crawl()
    world.portal.remove(release.id)
    world.clock.pass_by(timedelta(hours=11))
    world.crawl(full=False)
    world.recheck(release.path)
    world.portal.restore(release.id)
    world.clock.pass_by()
    world.crawl()
    verdict = judged(world)
    assert world.values("SELECT kind FROM _outbox WHERE fetch_id IS NOT NULL AND version_id IS NULL") == ["suspect"]
    assert verdict.faults == []


@pytest.mark.parametrize(
    ("spoil", "false", "missed", "words"),
    [
        (unseen_edit, {}, {"silent": 1}, "is told as"),
        (forgotten_edit, {"edited": 1}, {}, "is told as"),
        (late_edit, {}, {}, "is not in"),
        (forgotten_word, {}, {}, "changes are told as"),
        (secret_block, {}, {}, "wrongly told to be missing"),
        (secret_block, {}, {}, "1 alerts of blocks, and there were 0"),
        (strange_alert, {}, {}, "alerts of {'weather'}"),
        (secret_unlisting, {}, {}, "the listing had"),
        (broken_summary, {}, {}, "a rebuild gives other summaries"),
    ],
)
def test_the_judge_finds_what_is_wrong(world, spoil, false, missed, words):
    """Each kind of fault is found and counted where a world is spoilt by it."""
    spoil(world)
    verdict = judged(world)
    assert (verdict.false, verdict.missed) == (Counter(false), Counter(missed))
    assert verdict.outside == (spoil is late_edit)
    assert any(words in fault for fault in verdict.faults), verdict.faults
