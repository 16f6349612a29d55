"""The documents say what is there: schema, dependencies and the README's commands are held to the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from config.describe import describe_settings
from config.portal import parse_portal
from config.settings import load
from crawler.cli import main
from storage.log import CURRENT_FORMAT, FORMATS
from storage.schema import LEDGER
from storage.views import VIEWS

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("table", LEDGER)
def test_schema_names_every_column(table: str) -> None:
    """docs/schema.md has a row for each ledger table that names each of its columns."""
    text = (ROOT / "docs/schema.md").read_text()
    (row,) = re.findall(rf"^\| `{table}` \|.*$", text, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", row))
    columns = {column.split()[0] for column in LEDGER[table] if column.split()[0].islower()}
    assert columns <= named


def test_schema_names_every_view() -> None:
    """docs/schema.md and the README name each view."""
    for document in ("docs/schema.md", "README.md"):
        text = (ROOT / document).read_text()
        assert [view for view in VIEWS if f"`{view}`" not in text] == [], document


def test_the_newest_formats_are_as_documented() -> None:
    """A leaf of a table's newest format holds every column in the order documented, but for the bytes and the text."""
    for table, number in CURRENT_FORMAT.items():
        declared = [column.split()[0] for column in LEDGER[table] if column.split()[0].islower()]
        withheld = {("bodies", "data"), ("contents", "text")}
        assert list(FORMATS[table, number]) == [name for name in declared if (table, name) not in withheld]


def test_older_formats_are_beginnings_of_newer_ones() -> None:
    """A table gains columns at its end, so that an older format is the beginning of the next."""
    for table, number in FORMATS:
        if number > 1:
            assert FORMATS[table, number - 1] == FORMATS[table, number][: len(FORMATS[table, number - 1])]


def test_the_example_of_a_portal_names_every_key():
    """docs/portals.md shows a portal's file with every key there is, and with its default where it says no example."""
    text = (ROOT / "docs/portals.md").read_text(encoding="utf-8")
    (example,) = (part for part in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[removal]" in part)
    portal = parse_portal(example, "docs/portals.md")
    assert portal.model_dump(mode="json") == tomllib.loads(example)
    told = portal.model_dump(exclude_defaults=True)
    assert (set(told), set(told["sections"]["news"])) == ({"name", "title", "hosts", "sections"}, {"title", "listing"})


def test_the_example_of_receivers_is_read(tmp_path):
    """docs/notify.md shows every key of every kind of receiver, each as it may stand in the settings."""
    text = (ROOT / "docs/notify.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "jiaxing-today.toml").write_text(example, encoding="utf-8")
    receivers = load(None, {}, tmp_path).receivers
    assert [each.kind for each in receivers.values()] == ["email", "webhook", "apprise", "witness"]
    named = {row.name.removeprefix("receivers.NAME.") for row in describe_settings() if row.name.startswith("receivers.")}
    assert [name for name in sorted(named) if not re.search(rf"^{name} = |`{name}`", text, re.MULTILINE)] == []


def test_every_command_is_documented():
    """The README or a document that it names shows each command of the program, groups by their own commands."""
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    names = [
        f"{name} {below}".strip()
        for name, command in main.commands.items()
        for below in (command.commands if isinstance(command, click.Group) else [""])
    ]
    assert [name for name in names if not re.search(rf"(jiaxing-today|make|`) ?{name}\b", text)] == []


def test_dependencies_are_explained() -> None:
    """docs/dependencies.md has a row for each library that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    names = {re.match(r"[\w-]+", requirement)[0].lower() for requirement in wanted}
    explained = (ROOT / "docs/dependencies.md").read_text().lower()
    assert sorted(name for name in names if name not in explained) == []
