"""Daemons as processes of their own, in a folder with settings: what their tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from seeds.portal import portal_file

__all__ = ["ROOT", "command", "daemon", "until", "write_portal", "write_settings"]

ROOT = Path(__file__).parents[1]


def write_settings(folder, more=""):
    """Write settings that watch the portal of `write_portal`."""
    (folder / "jiaxing-today.toml").write_text(f'portals = ["embedded.toml"]\nvantage = "here"\n{more}')


def write_portal(folder, portal, delay="0s"):
    """Write the portal's file."""
    text = portal_file(portal.base_url).replace('delay = "0s"', f'delay = "{delay}"')
    (folder / "embedded.toml").write_text(f'{text}\n[schedule]\ndiscover = "every 1m"\n')


@contextmanager
def daemon(folder, **environment):
    """Run a daemon in a folder; what it logs comes as lines of JSON."""
    with command(folder, "daemon", **environment) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def until(process, event):
    """Read what a daemon logs up to an event, and return that one."""
    for line in process.stderr:
        if line.startswith("{"):
            told = json.loads(line)
            if told["event"] == event:
                return told
    raise AssertionError(f"the daemon ended before {event}")


def command(folder, *words, **environment):
    """Begin a command of the command line in a folder."""
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.Popen([sys.executable, "-m", "crawler", *words], cwd=folder, env=variables, stdout=-1, stderr=-1, text=True)
