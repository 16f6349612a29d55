"""What the stories share: a world after its first crawl, and for each story one of its own that stands like it."""

from __future__ import annotations

import pytest

from tests.stories import day_after, day_before, the_museum


@pytest.fixture(scope="module")
def first_day(tmp_path_factory):
    """Give the world as it stands after a first crawl."""
    with day_before(tmp_path_factory.mktemp("first-day")) as world:
        yield world


@pytest.fixture
def world(first_day, tmp_path):
    """Give a world that is the story's own, and stands as on the first day."""
    with day_after(first_day, tmp_path) as world:
        yield world


@pytest.fixture
def museum(world):
    """Give the press release that most stories are about."""
    return the_museum(world)
