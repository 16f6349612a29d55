"""Webhooks: every body is as the published schema says, and every signature is checked by the verifier that the document prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from storage.alerts import Alert
from storage.publish import notify
from tests.storage.publish.conftest import EVERYTHING, HOOK, MAIL, PAGES, SECRET

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs/webhook.schema.json").read_text(encoding="utf-8"))


def is_genuine(*arguments) -> bool:
    """Run the verifier that docs/notify.md prints."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/notify.md").read_text(encoding="utf-8"), re.DOTALL)
    space: dict[str, object] = {}
    exec(code, space)
    return space["is_genuine"](*arguments)


def everything_happens(office) -> None:
    """Let something of every kind be told."""
    pages = office.known(4)
    fresh = office.story.sweep(PAGES[:5])[4]
    office.story.look(fresh, "新闻。")
    office.edit(pages[0])
    office.story.fails(pages[1])
    office.story.archive.alert(Alert("layout", "jiaxing/today", "jiaxing/today: layout changed.", "http://h/", ("Look: there",)))
    office.round()
    office.story.not_modified(pages[1])
    office.story.proven(pages[2])
    office.story.archive.recovered("layout", "jiaxing/today")
    office.round()
    office.story.look(pages[2], "Back again.")
    office.round(hours=1)


def test_every_body_is_as_the_schema_says(office):
    """Events of all kinds, digests and tests hold to it, and it describes every name that they hold."""
    Draft202012Validator.check_schema(SCHEMA)
    office.configure(HOOK + EVERYTHING, HOOK.replace("site", "daily") + EVERYTHING + 'when = "daily 08:00"\n')
    everything_happens(office)
    notify.send_test("site", office.settings, office.story.clock())
    office.round(hours=24)
    validator = Draft202012Validator(closed(SCHEMA))
    for body in office.hook.bodies:
        validator.validate(body)
    kinds = {"alert", "answers", "new", "recovery", "removed", "restored", "silent", "suspect"}
    assert {event["kind"] for event in office.hook.events} == kinds
    assert {body["type"] for body in office.hook.bodies} == {"event", "digest", "test"}


def closed(schema):
    """Return the schema without room for names that it does not describe."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {name: closed(each) for name, each in schema.items()}
    return {**shut, "unevaluatedProperties": False} if "properties" in schema and "key" not in schema["properties"] else shut


def test_a_body_that_lacks_something_is_found_out(office):
    """The schema would not let just anything pass."""
    [page] = office.known()
    office.edit(page)
    office.round()
    (body,) = office.hook.bodies
    validator = Draft202012Validator(closed(SCHEMA))
    assert validator.is_valid(body)
    assert not validator.is_valid({**body, "more": 1})
    (event,) = body["events"]
    assert not validator.is_valid({**body, "events": [{**event, "kind": "rumour"}]})
    assert not validator.is_valid({**body, "events": [{**event, "observed_at": "yesterday"}]})
    del event["cite"]
    assert not validator.is_valid(body)


def test_every_signature_is_genuine(office):
    """The verifier takes what came as it came, and nothing that was altered, replayed late, or signed with another secret."""
    [page] = office.known()
    office.edit(page, "张兵 visited port {}.")
    office.round()
    ((_, headers, body),) = office.hook.requests
    now = int(headers["X-Jiaxing-Today-Timestamp"])
    assert now == int(office.story.clock.moment.timestamp())
    assert is_genuine(headers, body, SECRET, now)
    assert not is_genuine(headers, body + b" ", SECRET, now)
    assert not is_genuine(headers, body, "another", now)
    assert not is_genuine(headers, body, SECRET, now + 301)
    assert not is_genuine({**headers, "X-Jiaxing-Today-Timestamp": str(now + 1)}, body, SECRET, now)


def test_keys_tell_messages_apart(office):
    """Two messages, or one to two receivers, never share a key; the body names its own."""
    office.configure(HOOK + EVERYTHING, HOOK.replace("site", "other") + EVERYTHING, MAIL + EVERYTHING)
    for page in office.known(3):
        office.edit(page)
    office.round()
    keys = [headers["Idempotency-Key"] for _, headers, _ in office.hook.requests]
    assert len(set(keys)) == len(keys) == 6
    assert keys == [body["id"] for body in office.hook.bodies]


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 418, 429, 500, 503])
def test_what_is_no_success_is_sent_again(office, status):
    """Whatever the answer is, nothing is lost within a week."""
    office.configure(HOOK + EVERYTHING)
    [page] = office.known()
    office.hook.status = status
    office.edit(page)
    assert office.round().failed == 1
    office.hook.status = 204
    assert office.round(hours=2).delivered == 1
