"""The simulator of the revisit policy: worlds are drawn alike, looks count right, and small worlds show what learning is worth."""

from __future__ import annotations

import pytest

from bench.revisit.__main__ import LEARNED, OPTIMUM, figures
from bench.revisit.policies import SIMPLE
from bench.revisit.simulation import Watch
from bench.revisit.worlds import WORLDS, Page, World, make_world, shrunk

SPECS = {spec.name: spec for spec in WORLDS}


@pytest.mark.parametrize("name", SPECS)
def test_a_world_is_drawn_alike(name) -> None:
    """The same seed gives the same world, another seed another one, and every edit can be seen."""
    spec = shrunk(SPECS[name], 20.0, 5.0)
    world = make_world(spec, 1)
    assert world == make_world(spec, 1) != make_world(spec, 2)
    assert world.edits > 0
    assert all(page.found < edit < spec.days for page in world.pages for edit in page.edits)


def test_looks_count_right() -> None:
    """A look sees what came since the last, counts all but the newest as overwritten, and what nobody saw counts to the end."""
    watch = Watch(World(shrunk(SPECS["flat"], 10.0, 1.0), (Page(0, 0.0, 0.0, 1.0, [1.0, 2.0, 8.0]),)))
    assert [watch.look(0, now) for now in (0.5, 3.0, 4.0)] == [False, True, False]
    found = watch.figures()
    assert (found.mean, found.overwritten, found.requests) == (pytest.approx(24 * (2 + 1 + 2) / 3), pytest.approx(100 / 3), 3)


def test_learning_is_worth_it_in_a_small_burst_world() -> None:
    """With twelve releases and 100 looks a day the learned policy needs at most 0.8 of the best simple one's time, for no more."""
    world = make_world(shrunk(SPECS["burst"], 90.0, 12.0), 1)
    simple = [figures(world, name, 100) for name in SIMPLE]
    learned, best = figures(world, LEARNED, 100), figures(world, OPTIMUM, 100)
    assert learned.mean <= 0.8 * min(each.mean for each in simple)
    assert learned.overwritten <= min(each.overwritten for each in simple)
    assert learned.mean <= 1.9 * best.mean
    assert learned.requests <= min(each.requests for each in simple)
