"""Telling people, from real crawls to a real receiver: what they hear of files, rebuilds, blocks and new rules."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import pytest

from config.receivers import Webhook
from crawler.run import How, open_archive
from storage.publish.notify import notify_round
from tests.misbehaviour import response
from tests.site import Site, article, link, listing, pdf
from tests.storage.publish.conftest import Hook

DAY = timedelta(days=1)
PAGES = range(1, 31)
GONE = response("404 Not Found", "Content-Type: text/html", body=b"<html><body>404</body></html>")
EVERYTHING = ("new", "edited", "silent", "suspect", "removed", "restored", "alert")


@pytest.fixture
def hook():
    """Listen for webhooks."""
    hook = Hook()
    hook.start()
    yield hook
    hook.stop()


@pytest.fixture
def site(tmp_path):
    """Serve thirty press releases, the first of which offers a file; all were read, and a day has passed."""
    pages = {f"art_1_{number}.html": article(number) for number in PAGES}
    pages["art_1_1.html"] = article(1, files={"Plan.pdf": "/attach/plan.pdf"})
    (tmp_path / "secret").write_text("hush")
    with Site(tmp_path, list=listing(*map(link, PAGES)), **pages) as serving:
        serving.crawl()
        serving.clock.pass_by(DAY)
        yield serving


def told(site: Site, hook: Hook) -> list[str]:
    """Tell a webhook of everything that is due, an hour later, and return the kinds of what it heard by then."""
    site.clock.pass_by(timedelta(hours=1))
    receiver = Webhook(kind="webhook", url=hook.url, secret_file=site.folder / "secret", send=EVERYTHING)
    settings = site.settings().model_copy(update={"receivers": {"site": receiver}})
    opened = partial(open_archive, settings.archive, How(clock=site.clock), trigger="notify")
    notify_round(opened, settings, site.clock.now, random.Random(1))
    return hook.kinds


def test_a_first_crawl_is_no_news(site, hook):
    """Nor is the next one, where nothing changed."""
    assert told(site, hook) == []
    site.crawl()
    assert told(site, hook) == []


def test_a_replaced_file_is_told_at_its_press_release(site, hook):
    """It is of the section that lists the page which offers it."""
    site.answers["plan.pdf"] = pdf("another plan")
    site.crawl()
    assert told(site, hook) == ["silent"]
    (event,) = hook.events
    assert (event["page_kind"], event["title"], event["release_title"]) == ("attachment", "Plan.pdf", "Lake 1")
    assert event["sections"] == ["site/news"]
    assert hook.bodies[0]["subject"] == '[Jiaxing Today] SILENT EDIT: attachment changed in file "Plan.pdf" of "Lake 1"'


def test_a_rebuild_is_the_crawls_one_alert(site, hook):
    """Twenty of thirty edits are held; a quiet day ends the alert, and what is found then is told."""
    site.answers |= {f"art_1_{number}.html": article(number, "The lake was drained.") for number in range(1, 21)}
    site.crawl()
    assert told(site, hook) == ["alert"]
    assert hook.events[0]["alert"]["held"] == 20
    site.clock.pass_by(DAY)
    site.answers["art_1_30.html"] = article(30, "The lake was filled.")
    site.crawl()
    assert told(site, hook) == ["alert", "silent", "recovery"]


def test_a_block_is_one_alert(site, hook):
    """Thirty pages that do not answer at once are told as one thing; pages that answer again leave nothing else to tell."""
    good = dict(site.answers)
    site.answers |= {f"art_1_{number}.html": GONE for number in PAGES}
    site.crawl()
    assert told(site, hook) == ["alert"]
    assert hook.events[0]["alert"]["kind"] == "block"
    site.answers |= good
    site.clock.pass_by(DAY)
    site.crawl()
    assert told(site, hook) == ["alert", "recovery"]
    assert told(site, hook) == ["alert", "recovery"]


def test_rules_that_read_otherwise_are_never_told(site, hook):
    """A change of our reader is no change of the page, whether stored pages are read again or looked at anew."""
    site.select = 'drop = ["h1"]\n'
    site.reparse()
    assert told(site, hook) == []
    site.crawl()
    assert told(site, hook) == []


def test_a_crawl_is_told_at_once_when_it_is_over(site, hook):
    """New press releases, an edit, and a page that is gone: each once."""
    site.answers["list"] = listing(*map(link, range(1, 32)))
    site.answers["art_1_2.html"] = article(2, "The lake was drained.")
    site.answers["art_1_3.html"] = GONE
    site.crawl()
    assert sorted(told(site, hook)) == ["new", "silent", "suspect"]
    assert {event["vantage"] for event in hook.events} == {""}
    assert len(told(site, hook)) == 3
