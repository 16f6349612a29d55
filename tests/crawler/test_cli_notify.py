"""`notify`, as people run it: against a real archive, and a real receiver on this machine."""

from __future__ import annotations

import json

import pytest

from seeds.portal import Portal, PortalServer
from tests.commands import bench, run, told
from tests.storage.publish.conftest import EVERYTHING, HOOK, Hook


@pytest.fixture
def hook():
    """Listen for webhooks."""
    hook = Hook()
    hook.start()
    yield hook
    hook.stop()


@pytest.fixture
def desk(tmp_path, hook):
    """Watch an embedded portal that a first crawl has seen, and tell a webhook of everything."""
    with PortalServer(Portal(1, 12)) as server:
        (tmp_path / "secret").write_text("hush")
        made = bench(tmp_path, server, settings=HOOK.replace("{hook}", hook.url) + EVERYTHING)
        made.run("crawl")
        yield made


def edit(desk) -> None:
    """Let a press release be edited, and crawl."""
    desk.portal.silent_edit(desk.portal.golden.id)
    desk.run("crawl --full")


def test_a_crawl_is_told_by_the_next_round(desk, hook):
    """The first crawl is no news; what a later one finds is told once, and the list says how that went."""
    assert desk.run("notify run").stdout == "Nothing is due.\n"
    edit(desk)
    assert desk.run("notify run").stdout == "1 message delivered\n"
    assert [body["type"] for body in hook.bodies] == ["event"]
    assert desk.run("notify run").stdout == "Nothing is due.\n"
    (row,) = desk.json("notify list")["receivers"]
    assert (row["receiver"], row["kind"], row["delivered"], row["waiting"], row["answer"]) == ("site", "webhook", 1, 0, "200")
    assert "site: last delivered today" in desk.run("notify list").stdout


def test_a_receiver_that_fails(desk, hook):
    """The round says so by its exit code, and the list why."""
    hook.status = 503
    edit(desk)
    assert desk.run("notify run", code=1).stdout == "0 messages delivered, 1 failed and tried again later\n"
    said = desk.run("notify list").stdout
    assert "site: fails since today" in said
    assert ": 503" in said
    assert desk.run("notify run").stdout == "Nothing is due.\n"
    assert desk.run("notify retry site").stdout == "Nothing was given up.\n"


def test_a_test_needs_no_archive(tmp_path, hook):
    """It says what the receiver answered, and leaves by 1 where it could not be told."""
    (tmp_path / "secret").write_text("hush")
    settings = tmp_path / "jiaxing-today.toml"
    settings.write_text(HOOK.replace("{hook}", hook.url))
    assert run("notify", "test", "site", "--config", settings).stdout == "site was told: 200\n"
    assert hook.bodies[0]["type"] == "test"
    hook.status = 404
    assert run("notify", "test", "site", "--config", settings, code=1).stdout == "site could not be told: 404\n"
    assert not (tmp_path / "archive.db").exists()


def test_what_is_not_there(desk, tmp_path):
    """A receiver that is none is named with those that there are; an archive that is none is not made."""
    refused = desk.run("notify test", "desk", code=2)
    assert told(refused) == "Error: there is no receiver desk"
    assert "receivers: site" in refused.stderr
    for command in ("run", "list", "release", "drop", "retry"):
        assert "there is no archive" in told(run("notify", command, "--archive", tmp_path / "none.db", code=2))
    assert not (tmp_path / "none.db").exists()


def test_a_rebuild_that_a_crawl_finds(tmp_path, hook):
    """The crawl's own alert is told, and its edits are held until they are let go by hand."""
    with PortalServer(Portal(1, 30)) as server:
        (tmp_path / "secret").write_text("hush")
        desk = bench(tmp_path, server, settings=HOOK.replace("{hook}", hook.url) + EVERYTHING)
        desk.run("crawl")
        for release in desk.portal.releases[:25]:
            desk.portal.silent_edit(release.id, paragraphs=("The portal was rebuilt.", f"Number {release.id}."))
        desk.run("crawl --full")
    assert desk.run("notify run").stdout == "1 message delivered\n"
    assert [event["alert"]["kind"] for event in hook.events] == ["bulk"]
    (held,) = desk.json("notify list")["held"]
    assert held["section"] == "embedded/today"
    assert f"Held back: {held['edits']} edits of embedded/today, found at once" in desk.run("notify list").stdout
    assert desk.run("notify release").stdout == f"{held['edits']} messages let go: the next round sends them.\n"
    assert desk.run("notify run").stdout == f"{held['edits']} messages delivered\n"
    assert hook.kinds.count("silent") == held["edits"] >= 20


def test_nothing_is_held(desk):
    """Release and drop say so, with the section that was named."""
    assert desk.run("notify release").stdout == "Nothing is held back.\n"
    assert desk.run("notify drop", "embedded/today").stdout == "Nothing is held back for embedded/today.\n"
    assert json.loads(desk.run("notify list", "--json").stdout)["held"] == []


def test_nobody_to_tell(tmp_path):
    """Settings without receivers are said to be that."""
    with PortalServer(Portal(1, 12)) as server:
        made = bench(tmp_path, server)
        made.run("crawl --limit 1")
        assert made.run("notify list").stdout.startswith("Nobody is told of anything")
        assert made.run("notify run").stdout == "Nothing is due.\n"
    assert "Tell people" in run("notify").stdout
