"""What people see of a removal on its way: not answering, how far the proof is, and what is wrong with a host."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.run import How, open_archive
from seeds.portal import Portal, PortalServer
from storage.alerts import Alert
from storage.instants import parse_instant
from tests.commands import bench


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Crawl a portal before and after it takes a press release down."""
    with PortalServer(Portal(1, 30)) as server:
        town = bench(tmp_path_factory.mktemp("removals"), server)
        town.run("crawl")
        plain = [each for each in town.portal.releases if each.id != town.portal.golden.id and not each.pinned]
        town.portal.remove(plain[3].id)
        town.run("crawl", "--full")
        yield town


def test_status_says_how_far_a_proof_is(town):
    """One check of three, and the earliest moment at which the removal may be called proven, at least a day from the first."""
    (row,) = town.json("status")["suspects"]
    assert (row["checks"], row["checks_wanted"]) == (1, 3)
    assert (parse_instant(row["earliest_proof_at"]) - parse_instant(row["failing_since"])).total_seconds() > 86_000
    assert "check 1 of 3, provable" in town.run("status").output


def test_what_does_not_answer_is_looked_at_again(town):
    """`recheck --suspect` looks at what does not answer and at its controls, and at nothing else."""
    asked_before = len(town.server.requests)
    before = town.json("status")["suspects"][0]["checks"]
    town.run("recheck", "--suspect")
    assert town.json("status")["suspects"][0]["checks"] == before + 1
    asked = {served.target for served in town.server.requests[asked_before:] if "/art/" in served.target}
    assert len(asked) == 2
    assert "Error: name press releases, or give --suspect" in town.run("recheck", code=2).stderr


def test_what_is_wrong_stands_on_top(town):
    """An open alert is a numbered problem with its evidence; after its recovery it is gone."""
    how = How()
    with open_archive(town.archive, how, trigger="crawl") as archive:
        alert = Alert("block", "h.example", "40 of 44.", "https://h.example/a", ("look at it from elsewhere",))
        assert archive.alert(alert)
        assert not archive.alert(replace(alert, message="h.example: 41 of 44 pages do not answer at once."))
    shown = town.run("status").output
    assert "1 PROBLEM" in shown
    assert "1. h.example: 41 of 44 pages do not answer at once." in shown
    assert "for example https://h.example/a" in shown
    assert "   look at it from elsewhere" in shown
    (alert,) = town.json("status")["alerts"]
    assert parse_instant(alert["opened_at"]) <= datetime.now(UTC)
    with open_archive(town.archive, how, trigger="crawl") as archive:
        assert archive.recovered("block", "h.example")
        assert not archive.recovered("block", "h.example")
        told = archive.connection.execute("SELECT kind FROM _outbox WHERE alert_id IS NOT NULL ORDER BY id").fetchall()
    assert told == [("alert",), ("recovery",)]
    assert "PROBLEM" not in town.run("status").output
