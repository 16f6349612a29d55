"""The files with which people run the daemon as a service: they name what there is, and give it no more rights than it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.cli import main
from crawler.daemon import EVERY, Daemon

ROOT = Path(__file__).parents[1]
UNIT = (ROOT / "deploy/jiaxing-today.service").read_text()
IMAGE = (ROOT / "deploy/Containerfile").read_text()

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")


def setting(name):
    """Return a setting of the unit."""
    return re.search(rf"^{name}=(.*)$", UNIT, re.MULTILINE)[1]


@needs_systemd
def test_the_unit_is_one(tmp_path):
    """The service manager takes the unit without a word, once its command is where it says."""
    unit = tmp_path / "jiaxing-today.service"
    unit.write_text(UNIT.replace("/opt/jiaxing-today/bin/jiaxing-today", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_the_unit_is_hardened(tmp_path):
    """Its exposure is what systemd calls OK: under 2 of 10."""
    unit = tmp_path / "jiaxing-today.service"
    unit.write_text(UNIT)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-500:]


def test_the_unit_and_the_daemon_agree():
    """It is waited for longer than it takes to end, and watched more patiently than it tells that it is well."""
    assert int(setting("TimeoutStopSec")) > Daemon.__dataclass_fields__["drain"].default
    assert setting("WatchdogSec") == "3min"
    assert EVERY["heartbeat"] * 3 < 180
    assert setting("Type") == "notify"


@pytest.mark.parametrize("words", [re.search(r"^ExecStart=\S+ (.*)$", UNIT, re.MULTILINE)[1], "daemon", "status --check"])
def test_what_is_run_is_a_command(words):
    """The commands of both files are commands that there are, with the options that they are given."""
    name, *options = words.split()
    command = main.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(options) <= known


def test_the_image_takes_what_there_is():
    """What is copied into the image exists, what it asks for is an extra, and nobody in it is root."""
    for line in re.findall(r"^COPY (?!--from)(.*)$", IMAGE, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line
    project = (ROOT / "pyproject.toml").read_text()
    (extras,) = re.findall(r"'\.\[(.*)\]'", IMAGE)
    assert all(f"\n{extra} = [" in project for extra in extras.split(","))
    assert re.search(r"^USER (\d+)$", IMAGE, re.MULTILINE)[1] != "0"
    assert IMAGE.index("\nUSER ") < IMAGE.index("\nENTRYPOINT ")
