"""An archive for each test: made once, copied for each."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.builders import Clock, act_out_everything, article_url, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.builders import Story


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an archive is to be; there is none yet."""
    return tmp_path / "archive.db"


@pytest.fixture
def clock() -> Clock:
    """Return a clock that only the test moves."""
    return Clock()


@pytest.fixture
def story(path: Path, clock: Clock) -> Iterator[Story]:
    """Begin a story in a new archive."""
    with opened(path, clock) as begun:
        yield begun


@pytest.fixture(scope="session")
def _busy_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("busy") / "archive.db"
    with opened(template) as begun:
        act_out_everything(begun)
    return template


@pytest.fixture
def busy(_busy_template: Path, path: Path) -> Path:
    """Return the path of a closed archive with a row in every ledger table."""
    shutil.copy(_busy_template, path)
    return path


@pytest.fixture
def plain(busy: Path) -> Iterator[sqlite3.Connection]:
    """Open the busy archive as any other program would: nothing set, `recursive_triggers` off."""
    with closing(sqlite3.connect(busy, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        yield connection


@pytest.fixture
def page(story):
    """Return a page that the first complete sweep listed and that was not looked at yet."""
    return story.sweep([article_url(1)])[0]
