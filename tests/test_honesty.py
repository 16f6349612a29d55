"""A host that answers "not modified" after a change, acted out: caught, asked for whole pages from then on, and believed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stories import LATER, PARAGRAPHS, changed

if TYPE_CHECKING:
    from seeds.portal import Release
    from tests.world import World


def caught(world: World, museum: Release) -> None:
    """Let the host lie about an edit, and catch it by asking for everything."""
    world.portal.lie_304()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    world.clock.pass_by()
    world.share = 1
    world.crawl()
    world.share = 0
    world.clock.pass_by()


def conditional(world: World, since: int) -> set[bool]:
    """Return whether the requests for articles since then sent validators."""
    return {served.conditional for served in world.server.requests[since:] if served.target.startswith("/art/")}


def test_an_edit_found_by_a_whole_look_puts_the_validators_to_the_test(world: World, museum: Release):
    """The old validators still bring 304 after the edit was seen: one request more, on record, and one alert."""
    caught(world, museum)
    probe = world.rows("SELECT result, status FROM fetches WHERE purpose = 'recheck' AND page_id IS NULL")
    assert probe == [{"result": "not-modified", "status": 304}]
    ((kind, subject, message, evidence),) = (
        row.values() for row in world.rows("SELECT kind, subject, message, evidence FROM _alerts WHERE closed_at IS NULL")
    )
    assert (kind, subject) == ("lying-304", world.server.host)
    assert "not modified" in message
    assert museum.path in evidence
    assert world.values("SELECT conditional FROM _hosts") == [0]


def test_a_liar_is_asked_for_whole_pages(world: World, museum: Release):
    """From then on no look sends a validator, so that the next edit is found by the next look."""
    caught(world, museum)
    since = len(world.server.requests)
    world.portal.silent_edit(museum.id, paragraphs=(*LATER, "It has a shop."))
    world.crawl()
    articles = [served for served in world.server.requests[since:] if served.target.startswith("/art/")]
    assert [served.conditional for served in articles if museum.path in served.target] == [False, True]  # the look, and the probe
    assert [kind for kind, _ in changed(world)] == ["edited", "edited"]


def test_what_only_its_304s_confirmed_becomes_due(world: World, museum: Release):
    """Other pages of a liar may hide edits too: they are looked at next, whole."""
    world.crawl()
    world.clock.pass_by()
    world.portal.lie_304()
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    hidden = world.portal.silent_edit(world.portal.golden.id)
    world.crawl()
    world.share = 1
    world.recheck(museum.path)
    world.share = 0
    assert world.values("SELECT reason FROM _frontier WHERE page_id = ?", world.page(hidden.path)) == ["unproven"]
    world.crawl(full=False)
    assert len(changed(world)) == 2


def test_an_honest_host_is_put_to_the_test_and_kept(world: World, museum: Release):
    """It answers old validators with the page itself: its 304s are believed as before, and nobody is told anything."""
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.share = 1
    world.crawl()
    assert world.values("SELECT result FROM fetches WHERE purpose = 'recheck' AND page_id IS NULL") == ["response"]
    assert world.values("SELECT conditional FROM _hosts") == [1]
    assert world.values("SELECT count(*) FROM _alerts") == [0]


def test_an_edit_found_by_a_conditional_look_needs_no_test(world: World, museum: Release):
    """The host has just answered a validator with the page."""
    world.portal.silent_edit(museum.id, paragraphs=LATER)
    world.crawl()
    assert world.values("SELECT count(*) FROM fetches WHERE purpose = 'recheck'") == [0]


def test_a_liar_that_keeps_its_promise_is_believed_again(world: World, museum: Release):
    """Three edits in a row whose old validators bring the page: the alert closes, and looks are conditional again."""
    caught(world, museum)
    world.portal.lie_304(on=False)
    for number in range(3):
        assert world.values("SELECT conditional FROM _hosts") == [0]
        world.portal.silent_edit(museum.id, paragraphs=(*PARAGRAPHS, f"It has {number + 2} shops."))
        world.crawl()
        world.clock.pass_by()
    assert world.values("SELECT conditional FROM _hosts") == [1]
    assert world.values("SELECT kind FROM _outbox WHERE alert_id IS NOT NULL ORDER BY id") == ["alert", "recovery"]
    since = len(world.server.requests)
    world.crawl()
    assert conditional(world, since) == {True}


def test_what_is_held_of_hosts_follows_from_the_ledger(world: World, museum: Release):
    """Dropped and rebuilt, the judgement is the same."""
    caught(world, museum)
    world.rows("UPDATE _hosts SET conditional = 1")
    world.summaries(rebuilt=True)
    assert world.values("SELECT conditional FROM _hosts") == [0]
