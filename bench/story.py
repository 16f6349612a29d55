"""How the archive tells sixty days of a portal that misbehaves on purpose: stories by chance, each beside the portal's own diary.

Run as `python -m bench.story [SEEDS] [--platform PLATFORM]` (200 stories of a JCMS portal by default), on all cores; it leaves with
1 where anything is told that did not happen, or not told that did.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial, reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from seeds.portal import Platform
from tests.sixty_acted import acted_out
from tests.sixty_days import script
from tests.sixty_judged import judged

if TYPE_CHECKING:
    from tests.sixty_judged import Verdict

SEEDS = 200


def told(seed: int, platform: Platform) -> tuple[int, float, Verdict]:
    """Act out the story of a seed, and return it with the processor's seconds that it took and its verdict."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder, acted_out(script(seed), seed, Path(folder), platform) as world:
        return seed, time.process_time() - began, judged(world)


def main(arguments: list[str]) -> int:
    """Act out the stories, print every fault as it comes and the figures at the end, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.story", description="Act out stories of sixty days, and judge them.")
    parser.add_argument("seeds", type=int, nargs="?", default=SEEDS, help=f"how many stories (default {SEEDS})")
    parser.add_argument(
        "--platform", type=Platform, default=Platform.JCMS, choices=list(Platform), help="what the portal looks like"
    )
    chosen = parser.parse_args(arguments)
    seeds: int = chosen.seeds
    verdicts, seconds = [], 0.0
    with ProcessPoolExecutor() as cores:
        for seed, spent, verdict in cores.map(partial(told, platform=chosen.platform), range(1, seeds + 1)):
            verdicts.append(verdict)
            seconds += spent
            for fault in verdict.faults:
                print(f"seed {seed}: {fault}", flush=True)
    whole = reduce(add, verdicts)
    print(f"{seeds} stories of 60 days ({chosen.platform}), {seconds / seeds:.1f} s of processor time each")
    print(whole.told())
    return int(bool(whole.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
