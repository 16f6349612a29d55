"""`portal`: the portals at hand, and trying a new one."""

from __future__ import annotations

import json

import pytest

from config.portal import shipped_portals
from tests.commands import run

PORTAL = """name = "jiaxing"
title = "Ours"
hosts = ["www.ours.example"]
tried = "2026-11-02"
[sections.news]
title = "News"
platform = "trs"
listing = "https://www.ours.example/news/"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder with a portal of the user's that has a shipped one's name, and a broken one."""
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals" / "jiaxing.toml").write_text(PORTAL)
    (tmp_path / "portals" / "wrong.toml").write_text("nme = 1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_says_which_file_wins(folder):
    """The user's file is watched, the shipped one of its name is not used, and a wrong file is told."""
    text = run("portal", "list").stdout
    mine = "portals/jiaxing.toml"
    assert f"jiaxing  Ours  ({mine}; watched; wins over the shipped one of that name; tried on 2026-11-02)\n" in text
    assert "   jiaxing/news  News  trs  https://www.ours.example/news/\n" in text
    assert f"(shipped jiaxing.toml; not used: {mine} wins; not tried live)\n" in text
    assert (
        "   jiaxing/today  Jiaxing Today  platform found by itself  by the links English, Jiaxing Today from 8 start pages\n"
        in text
    )
    assert "wrong  (portals/wrong.toml)\n   cannot be read: portals/wrong.toml: nme: " in text
    assert not (folder / "archive.db").exists()


def test_list_as_a_document(folder):
    """Programs are told the same."""
    document = json.loads(run("portal", "list", "--json").stdout)
    rows = {row["file"]: row for row in document["portals"]}
    assert {row["portal"] for row in document["portals"]} == {*shipped_portals(), "wrong"}
    mine, theirs, wrong = rows["portals/jiaxing.toml"], rows["shipped jiaxing.toml"], rows["portals/wrong.toml"]
    assert (mine["watched"], mine["wins_over_shipped"], mine["tried_on"], mine["shipped"]) == (True, True, "2026-11-02", False)
    assert (theirs["watched"], theirs["replaced_by"], theirs["tried_on"]) == (False, "portals/jiaxing.toml", None)
    assert theirs["sections"][0]["follow"] == ["English", "Jiaxing Today"]
    assert (wrong["title"], wrong["sections"]) == (None, [])
    assert "nme" in wrong["problem"]
