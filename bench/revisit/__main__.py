"""Compare the ways of choosing what to look at again, at equal budget; `python -m bench.revisit [WORLD]... [--budget N]`.

Prints, per world and budget, hours until an edit was seen (mean, median, 90th percentile; edits that nobody saw count to the end),
edits overwritten unseen, and requests; then each target beside its figure, `ok` or `short`.  Leaves with 1 where one falls short.
"""

from __future__ import annotations

import sys
from multiprocessing import Pool
from statistics import fmean
from typing import NamedTuple

from bench.revisit.optimum import has_optimum, optimum
from bench.revisit.policies import SIMPLE, Learner, Planned, Pressing
from bench.revisit.simulation import Figures, run
from bench.revisit.worlds import HELD_OUT, SEEDS, WORLDS, World, WorldSpec, make_world

BUDGETS = (100, 300, 1000)
TARGET_BUDGET = 300
LEARNED, UNPLANNED, OPTIMUM = "learned", "unplanned", "optimum"
OF_SIMPLE = {"burst": 0.5, "slow": 0.65, "flat": 0.8}
OF_SIMPLE_ELSEWHERE = 1.1
OF_OPTIMUM = {"burst": 1.55, "slow": 1.6, "flat": 1.75}
OVERWRITTEN = 0.87


class Job(NamedTuple):
    """One run: a world's number, a policy, a budget and a seed."""

    world: int
    policy: str
    budget: int
    seed: int


def figures(world: World, policy: str, budget: float) -> Figures:
    """Run a world under a policy by its name."""
    if policy == OPTIMUM:
        return optimum(world, budget)
    share = budget / (world.spec.hosts if world.spec.by_host else 1)
    if policy == LEARNED:
        learner = Learner(world)
        return run(world, budget, lambda _: Planned(learner, share))
    chosen = Learner(world) if policy == UNPLANNED else SIMPLE[policy](world)
    return run(world, budget, lambda _: Pressing(chosen, share))


def main(arguments: list[str]) -> int:
    """Run what is asked for and print it."""
    budgets = BUDGETS
    if "--budget" in arguments:
        place = arguments.index("--budget")
        budgets = (int(arguments[place + 1]),)
        arguments = arguments[:place] + arguments[place + 2 :]
    worlds = [place for place, spec in enumerate(WORLDS) if not arguments or spec.name in arguments]
    jobs = [job for budget in budgets for place in worlds for job in _jobs(place, budget)]
    with Pool() as pool:
        found = dict(zip(jobs, pool.map(_work, jobs, chunksize=1), strict=True))
    short = 0
    for budget in budgets:
        for place in worlds:
            rows = _rows({job: each for job, each in found.items() if job.world == place and job.budget == budget})
            _print_rows(WORLDS[place], budget, rows)
            if budget == TARGET_BUDGET:
                short += _print_targets(WORLDS[place], rows)
    if TARGET_BUDGET in budgets:
        print(f"\n{short} targets short" if short else "\nevery target ok")
    return int(bool(short))


def _jobs(place: int, budget: int) -> list[Job]:
    policies = [*SIMPLE, LEARNED, UNPLANNED, *([OPTIMUM] if has_optimum(WORLDS[place]) else [])]
    seeds = SEEDS if budget == TARGET_BUDGET else SEEDS[:1]
    return [Job(place, policy, budget, seed) for policy in policies for seed in seeds]


def _work(job: Job) -> Figures:
    return figures(make_world(WORLDS[job.world], job.seed), job.policy, job.budget)


def _rows(found: dict[Job, Figures]) -> dict[str, Figures]:
    """Return each policy's figures, averaged over seeds."""
    policies = dict.fromkeys(job.policy for job in found)
    runs = {policy: [each for job, each in found.items() if job.policy == policy] for policy in policies}
    names = Figures.__slots__
    return {policy: Figures(*(fmean(getattr(each, name) for each in some) for name in names)) for policy, some in runs.items()}


def _print_rows(spec: WorldSpec, budget: int, rows: dict[str, Figures]) -> None:
    held_out = " (held out)" if spec.name in HELD_OUT else ""
    print(f"\n{spec.name}{held_out}, {budget} looks a day")
    print(f"{'':10} {'mean h':>8} {'median h':>9} {'p90 h':>8} {'overwritten %':>14} {'requests':>9}")
    for policy, row in rows.items():
        print(f"{policy:10} {row.mean:8.1f} {row.median:9.1f} {row.p90:8.1f} {row.overwritten:14.1f} {row.requests:9.0f}")


def _print_targets(spec: WorldSpec, rows: dict[str, Figures]) -> int:
    """Print a world's targets and return how many fall short."""
    learned = rows[LEARNED]
    best = min((rows[policy] for policy in SIMPLE), key=lambda row: row.mean)
    least = min(rows[policy].overwritten for policy in SIMPLE)
    targets = [("mean / the best simple policy's", learned.mean / best.mean, OF_SIMPLE.get(spec.name, OF_SIMPLE_ELSEWHERE))]
    if spec.name in OF_OPTIMUM:
        targets.append(("mean / the optimum's", learned.mean / rows[OPTIMUM].mean, OF_OPTIMUM[spec.name]))
        targets.append(("overwritten / the best simple policy's", learned.overwritten / best.overwritten, OVERWRITTEN))
        print(f"  {'overwritten / the least of any simple':40} {learned.overwritten / least:6.2f}")
    print(f"  {'mean / the same without a plan':40} {learned.mean / rows[UNPLANNED].mean:6.2f}")
    for name, value, target in targets:
        print(f"  {name:40} {value:6.2f} {target:6.2f} {'ok' if value <= target else 'short'}")
    return sum(value > target for _, value, target in targets)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
