"""Alerts in the file: told once, brought up to date, closed once."""

from __future__ import annotations

from dataclasses import replace

from storage.alerts import Alert, open_alerts

LAYOUT = Alert("layout", "jiaxing/today", "layout changed, 3 pages", "http://h/ (fetch 1)", ("Look: 看", "Try: there"))
HOST = Alert("host", "www.jiaxing.gov.cn", "not served", "http://h/")


def told(story) -> list[tuple[str, str]]:
    """Return what people were told: alert or recovery, and of which kind."""
    return story.connection.execute(
        "SELECT o.kind, a.kind FROM _outbox o JOIN _alerts a ON a.id = o.alert_id ORDER BY o.id"
    ).fetchall()


def test_an_alert_is_told_once(story):
    """While it is open only its words change; the first instant stays."""
    assert story.archive.alert(LAYOUT)
    (first,) = open_alerts(story.connection)
    assert first == {
        "kind": "layout",
        "subject": "jiaxing/today",
        "message": "layout changed, 3 pages",
        "evidence": "http://h/ (fetch 1)",
        "steps": ["Look: 看", "Try: there"],
        "opened_at": first["opened_at"],
    }
    assert not story.archive.alert(replace(LAYOUT, message="5 pages", evidence="http://h/2", steps=()))
    assert open_alerts(story.connection) == [first | {"message": "5 pages", "evidence": "http://h/2", "steps": []}]
    assert told(story) == [("alert", "layout")]


def test_an_alert_is_closed_once(story):
    """Its recovery is told once; what is not open cannot be closed, and the next one is told anew."""
    assert not story.archive.recovered("layout", "jiaxing/today")
    story.archive.alert(LAYOUT)
    assert not story.archive.recovered("layout", "jiaxing/other")
    assert not story.archive.recovered("host", "jiaxing/today")
    assert story.archive.recovered("layout", "jiaxing/today")
    assert not story.archive.recovered("layout", "jiaxing/today")
    assert open_alerts(story.connection) == []
    assert story.archive.alert(LAYOUT)
    assert told(story) == [("alert", "layout"), ("recovery", "layout"), ("alert", "layout")]
    assert story.column("SELECT closed_at IS NULL FROM _alerts") == [0, 1]


def test_open_alerts_stand_in_the_order_of_their_beginning(story):
    """The oldest first, of all kinds and subjects."""
    story.archive.alert(HOST)
    story.archive.alert(LAYOUT)
    story.archive.alert(replace(HOST, message="not served at all"))
    assert [(alert["kind"], alert["message"]) for alert in open_alerts(story.connection)] == [
        ("host", "not served at all"),
        ("layout", "layout changed, 3 pages"),
    ]
