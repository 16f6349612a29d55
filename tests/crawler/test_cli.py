"""The command line as a whole: its start, its help, its errors."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from config.errors import SettingsError
from crawler.cli import main
from crawler.errors import CrawlError, LocateError
from storage.errors import ArchiveError
from tests.commands import run, told

ROOT = Path(__file__).parents[2]
HEAVY = {"httpx", "pydantic", "rapidfuzz", "rich", "selectolax", "sqlite_utils", "starlette", "trafilatura", "zoneinfo"}


def test_starting_imports_nothing_heavy():
    """What `--help` pays for is click and the standard library."""
    code = "import sys, json, crawler.cli; print(json.dumps(sorted(name.partition('.')[0] for name in sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout)
    assert "click" in loaded
    assert not HEAVY & set(loaded)


def test_help_names_every_command():
    """Help comes with and without asking for it, and its lines are whole."""
    asked, bare = run("--help").stdout, run().stdout
    assert asked == bare
    assert all(f"\n  {name} " in asked for name in main.commands)
    assert "..." not in asked.partition("Commands:")[2]


def commands(group, *above):
    """Yield the words of every command below a group."""
    for name, each in sorted(group.commands.items()):
        yield from commands(each, *above, name) if isinstance(each, click.Group) else [(*above, name)]


ACTING = {"crawl", "daemon", "demo", "import", "recheck", "drop", "release", "retry", "run", "test"}


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_every_command_takes_the_same_options(words):
    """Each command explains itself and takes `--archive` and `--config`; those that read take `--json`."""
    text = run(*words, "--help").stdout
    assert "--archive PATH" in text
    assert "--config PATH" in text
    assert ("--json" in text) == (words[-1] not in ACTING)


def test_a_group_explains_itself():
    """A group of commands that is named alone says what it has, like the program itself."""
    asked, bare = run("portal", "--help").stdout, run("portal").stdout
    assert asked == bare
    assert "\n  list " in asked
    assert "..." not in asked.partition("Commands:")[2]


def test_version():
    """The version names the libraries that matter in a report."""
    assert run("--version").stdout.startswith("jiaxing-today ")
    assert "SQLite" in run("--version").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bogus"], "bogus"),
        (["--bogus"], "--bogus"),
        (["crawl", "--limit", "0"], "0"),
        (["crawl", "--limit", "x"], "x"),
        (["crawl", "--wait", "-1"], "-1"),
        (["show"], "--fetch ID"),
        (["show", "3", "--fetch", "4"], "--fetch ID"),
        (["show", "3", "--raw", "--json"], "--raw"),
        (["show", "--fetch", "99999999999999999999"], "99999999999999999999"),
        (["recheck"], "--oldest"),
        (["recheck", "3", "--all"], "--all"),
        (["import", "a", "b", "--url", "http://x.test/"], "--url"),
        (["import"], "FILE"),
        (["changes", "--since", "yesterday"], "yesterday"),
        (["list", "--state", "gone"], "gone"),
        (["parse", "page.html"], "--url"),
        (["status", "--config", "/nowhere/settings.toml"], "/nowhere/settings.toml"),
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(arguments, words):
    """Wrong usage and wrong settings leave with 2 and say what is wrong."""
    assert words in told(run(*arguments, code=2))


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (ArchiveError("it is broken", hint="mend it"), 1, ["Error: it is broken", "Hint: mend it"]),
        (CrawlError("two\nlines \x1b[31m"), 1, ["Error: two lines \\x1b[31m"]),
        (SettingsError("is wrong", file="a.toml", key="x"), 2, ["Error: a.toml: x: is wrong"]),
        (
            LocateError("not found", steps=("a: 404",), hint="write it"),
            1,
            ["   tried a: 404", "Error: not found", "Hint: write it"],
        ),
        (FileNotFoundError(2, "No such file or directory", "page.html"), 2, ["Error: page.html: No such file or directory"]),
        (OSError("the machine is tired"), 1, ["Error: the machine is tired"]),
    ],
)
def test_errors_become_words(error, code, lines):
    """Whatever stops a command is told in one line, with its hint and its exit code."""

    def fail():
        raise error

    result = _with_command(fail)
    assert result.exit_code == code
    assert result.stderr.splitlines() == lines


def _with_command(work):
    """Run `work` as a command of a group of the same class, leaving the real one alone."""
    group = type(main)("group")
    group.command("work")(work)
    return CliRunner().invoke(group, ["work"])


def test_a_mistake_of_ours_is_not_hidden():
    """An error of no tree of ours keeps its traceback: it is for whoever mends it."""

    def fail():
        raise ZeroDivisionError

    assert isinstance(_with_command(fail).exception, ZeroDivisionError)


def test_ctrl_c_leaves_with_130():
    """A stopped command says so; only those that write speak of what is kept."""

    def stop():
        raise KeyboardInterrupt

    result = _with_command(stop)
    assert (result.exit_code, result.stderr) == (130, "Stopped.\n")


def test_without_a_process_to_leave_the_code_is_returned():
    """A caller inside Python gets the exit code instead of a SystemExit."""
    assert main(["--version"], standalone_mode=False) == 0
    assert main(["bogus"], standalone_mode=False) == 2


def test_nobody_reading_is_no_error(tmp_path):
    """`| head` ends a command without a word on the error stream."""
    page = tmp_path / "page.html"
    page.write_text("<p>x</p>")
    command = f"{sys.executable} -m crawler config | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=True, text=True, env=_plain_environment())
    assert done.stderr == ""
    assert done.stdout.strip() in {"0", "141"}


def test_a_full_pipe_that_breaks_ends_with_141():
    """A reader that goes away while much is still to come ends the command as it ends others."""
    endless = "@main.command('x')\ndef x():\n  [print('y' * 1000) for _ in range(10**5)]\n"
    code = f"from crawler.cli import main\n{endless}main(['x'])"
    command = f'{sys.executable} -c "$CODE" | head -1 > /dev/null; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, check=True, text=True, env=_plain_environment() | {"CODE": code}
    )
    assert (done.stdout.strip(), done.stderr) == ("141", "")


def _plain_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("JIAXING_TODAY_")}


def test_signs_that_a_stream_does_not_know_are_spelt_out(tmp_path):
    """A terminal of another age shows escapes, not a traceback."""
    page = tmp_path / "page.txt"
    page.write_text("嘉兴", encoding="utf-8")
    command = [sys.executable, "-m", "crawler", "parse", str(page), "--url", "http://x.test/a"]
    environment = _plain_environment() | {"PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, "--json"], cwd=tmp_path, capture_output=True, check=False, env=environment)
    assert done.returncode == 1
    assert json.loads(done.stdout)["kind"] == "release"
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["status"], ["list"], ["show", "1"], ["history", "1"], ["diff", "1"], ["changes"]])
def test_reading_never_makes_an_archive(tmp_path, command):
    """A reading command that finds no archive says how to make one, and makes none."""
    result = run(*command, "--archive", tmp_path / "none.db", code=2)
    assert "no archive" in told(result)
    assert "crawl" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_has_an_archive_of_its_own(tmp_path):
    """The demo leaves whatever is no demo's archive as it is."""
    other = tmp_path / "other.db"
    other.write_bytes(b"precious")
    told(run("demo", "--archive", other, code=2))
    assert other.read_bytes() == b"precious"


def test_closing_is_left_to_the_commands(tmp_path):
    """Looking at an archive leaves no file beside it open or behind."""
    empty = tmp_path / "empty.db"
    empty.touch()
    told(run("list", "--archive", empty, code=2))
    with closing(empty.open("rb")) as stream:
        assert stream.read() == b""


def test_the_module_is_the_command(monkeypatch):
    """`python -m crawler` is the command under its own name."""
    monkeypatch.setattr(sys, "argv", ["crawler", "--help"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("crawler", run_name="__main__")
    assert left.value.code == 0
