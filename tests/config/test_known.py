"""Every portal at hand: the settings' own, those that lie beside them, the shipped ones, and which of two wins."""

from __future__ import annotations

import pytest

from config.known import known_portals
from config.portal import read_portal, shipped_portals
from config.settings import load

PORTAL = """name = "{name}"
hosts = ["www.{name}.example"]
[sections.news]
title = "News"
listing = "https://www.{name}.example/news/"
"""


@pytest.fixture
def known(tmp_path):
    """Return what is known with these files (path: text), by file's name."""

    def read(files: dict[str, str]) -> dict[str, object]:
        (tmp_path / "portals").mkdir()
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return {
            each.path.name if each.is_shipped else str(each.path.relative_to(tmp_path)): each
            for each in known_portals(load(None, {}, tmp_path))
        }

    return read


def test_without_settings_all_shipped_ones_are_known_and_one_is_watched(known):
    """What is shipped is offered, and only the default is watched."""
    found = known({})
    assert set(found) == {f"{name}.toml" for name in shipped_portals()}
    assert [name for name, each in found.items() if each.watched] == ["jiaxing.toml"]


def test_a_file_in_the_folder_of_portals_is_known(known):
    """A file that nobody named yet is shown, for a user who has just written it."""
    found = known({"portals/nanhu.toml": PORTAL.format(name="nanhu")})["portals/nanhu.toml"]
    assert (found.name, found.watched, found.replaces, found.is_untried) == ("nanhu", False, False, False)


def test_a_users_file_wins_over_the_shipped_one(known):
    """Both are known, each with what becomes of it."""
    found = known({"portals/jiaxing.toml": PORTAL.format(name="jiaxing")})
    mine, theirs = found["portals/jiaxing.toml"], found["jiaxing.toml"]
    assert (mine.watched, mine.replaces, mine.replaced_by) == (True, True, None)
    assert (theirs.watched, theirs.replaces, theirs.replaced_by) == (False, False, mine.file)


def test_a_file_of_another_name_wins_too(known):
    """It is the portal's name that decides, not the file's."""
    found = known({"mine.toml": PORTAL.format(name="jiaxing"), "jiaxing-today.toml": 'portals = ["mine.toml", "jiaxing"]\n'})
    assert found["jiaxing.toml"].replaced_by == found["mine.toml"].file


def test_a_wrong_file_is_told_and_hides_no_other(known):
    """A file that cannot be read is shown with the reason."""
    found = known({"portals/a.toml": "nme = 1", "portals/b.toml": PORTAL.format(name="b")})
    assert (found["portals/a.toml"].portal, found["portals/a.toml"].name) == (None, "a")
    assert "nme" in found["portals/a.toml"].problem
    assert found["portals/b.toml"].portal.name == "b"


@pytest.mark.parametrize("name", shipped_portals())
def test_a_shipped_file_is_named_as_its_portal(name):
    """A name is looked for as a file's: both must be the same."""
    assert read_portal(name).name == name


def test_the_mark_of_what_was_never_tried(known, tmp_path):
    """A day in a file's `tried` takes the mark away, and a user's own file never bears it."""
    found = known({"portals/nanhu.toml": PORTAL.format(name="nanhu")})
    assert found["jiaxing.toml"].is_untried
    assert not found["portals/nanhu.toml"].is_untried
    assert read_portal("jiaxing").tried == ""
