"""What a daemon costs that has nothing to do: an archive of 20,000 press releases, a real process, a minute.

Run as `python -m bench.idle [RELEASES] [SECONDS]`.  It is quiet hours all day, so that nobody is asked anything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.bodies import HOST, Clock, fill

ROOT = Path(__file__).parents[1]
SHARE, RESIDENT = 0.5, 120.0
"""Targets: percent of one core, and megabytes."""
_PORTAL = f"""name = "bench"
hosts = ["{HOST}"]
[politeness]
quiet_hours = ["00:00-12:00", "12:00-00:00"]
[sections.news]
title = "News"
listing = "https://{HOST}/list"
"""


def used(process: int) -> tuple[float, float]:
    """Return the seconds of processor time that a process has used, and the megabytes that it has resident."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds, int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def watch(folder: Path, seconds: float) -> tuple[float, float]:
    """Run a daemon in a folder; return the percent of a core that it took over so many seconds after its start, and its memory."""
    command = [sys.executable, "-m", "crawler", "daemon"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=-1, text=True) as process:
        assert process.stderr is not None
        while (line := process.stderr.readline()) and not (line.startswith("{") and json.loads(line)["event"] == "quick-check"):
            pass  # the first ticks look after the file
        time.sleep(5)
        before, _ = used(process.pid)
        time.sleep(seconds)
        after, resident = used(process.pid)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return 100 * (after - before) / seconds, resident


def main(arguments: list[str]) -> int:
    """Print the figures beside their targets; return 1 where one falls short."""
    releases, seconds = int(arguments[0]) if arguments else 20_000, float(arguments[1]) if len(arguments) > 1 else 120.0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        fill(place / "archive.db", releases, Clock(datetime.now(UTC) - timedelta(hours=20)), looks=1, size=3_000)
        (place / "bench.toml").write_text(_PORTAL)
        (place / "jiaxing-today.toml").write_text('portals = ["bench.toml"]\n')
        share, resident = watch(place, seconds)
    print(f"{releases} press releases, {seconds:.0f} s")
    for name, figure, target in (("percent of one core", share, SHARE), ("megabytes resident", resident, RESIDENT)):
        print(f"{name:<22} {figure:>8.2f} {target:>8} {'ok' if figure < target else 'short'}")
    return int(share >= SHARE or resident >= RESIDENT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
