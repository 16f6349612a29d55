"""Archives that cannot be used: one clear line, what to do, the right code, and nothing half-written."""

from __future__ import annotations

import os
import pwd
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from seeds.portal import Portal, PortalServer
from tests.commands import bench, told

ROOT = Path(__file__).parents[2]
READING = (["status"], ["list"], ["show", "1"], ["history", "1"], ["diff", "1"], ["changes"])
is_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write and read everywhere")


@pytest.fixture(scope="module")
def server():
    """Serve a small portal."""
    with PortalServer(Portal(1, 30)) as serving:
        yield serving


@pytest.fixture
def town(tmp_path, server):
    """Write settings for the portal."""
    return bench(tmp_path, server)


@pytest.mark.parametrize("command", [*READING, ["crawl"], ["recheck", "--all"]])
@pytest.mark.parametrize("what", ["text", "database", "folder"])
def test_not_an_archive(town, command, what):
    """A file that is something else is left as it is."""
    if what == "folder":
        town.archive.mkdir()
    elif what == "text":
        town.archive.write_text("a shopping list")
    else:
        with closing(sqlite3.connect(town.archive)) as connection:
            connection.execute("CREATE TABLE other (x)")
    before = None if what == "folder" else town.archive.read_bytes()
    result = town.run(*command, code=2)
    assert str(town.archive) in told(result)
    assert "--archive PATH" in result.stderr
    assert before is None or town.archive.read_bytes() == before


@pytest.mark.parametrize("command", [*READING, ["crawl"]])
def test_an_archive_of_a_newer_version(town, command):
    """An archive that a newer version wrote is neither read nor written."""
    town.run("crawl", "--limit", "1")
    with closing(sqlite3.connect(town.archive)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('jiaxing-today', 'm999_x', '2099-01-01')"
        )
        connection.commit()
    result = town.run(*command, code=2)
    assert "newer version" in told(result)
    assert "Hint: " in result.stderr


def test_a_locked_archive(town):
    """Another that writes is named, and waited for only as long as was said; reading goes on."""
    town.run("crawl", "--limit", "1")
    lock = town.archive.with_name("archive.db.lock")
    holder = [
        sys.executable,
        "-c",
        "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(1, flush=True); sys.stdin.read()",
    ]
    with subprocess.Popen([*holder, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        for command in (["crawl"], ["recheck", "--all"], ["import", ROOT / "seeds" / "000_61406b28d74e9c75.txt"]):
            result = town.run(*command, "--wait", "0", code=1)
            assert "is being written by another process" in told(result)
            assert "--wait SECONDS" in result.stderr
        assert "waiting for another process" in town.run("crawl", "--wait", "0.3", code=1).stderr
        assert town.json("list")["releases"]
        process.stdin.close()


def test_a_full_disk(town):
    """When no more can be written, that is said, what was kept is sound, and the next crawl goes on from there."""
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000)); import signal;"
    code = f"{limit} signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from crawler.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "crawl", "--config", str(town.folder / "jiaxing-today.toml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert str(town.archive) in next(line for line in done.stderr.splitlines() if line.startswith("Error: "))
    assert "Hint: " in done.stderr
    with closing(sqlite3.connect(town.archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (orphans,) = connection.execute(
            "SELECT count(*) FROM versions v LEFT JOIN fetches f ON f.id = v.fetch_id WHERE f.id IS NULL"
        ).fetchone()
        assert orphans == 0
    town.run("crawl")
    assert len(town.json("list", "--limit", "0")["releases"]) == 30


@is_root
@pytest.mark.parametrize("command", [["crawl"], ["import", ROOT / "seeds" / "000_61406b28d74e9c75.txt"]])
def test_a_folder_that_cannot_be_written(town, command):
    """A folder that only others may write to is said to be so."""
    folder = town.folder / "others"
    folder.mkdir(mode=0o555)
    result = town.run(*command, "--archive", folder / "archive.db", code=1)
    assert "cannot write beside" in told(result)
    assert "--archive PATH" in result.stderr
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_even_by_root(town):
    """A file system that takes no files from anybody is said to do so."""
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc here")
    result = town.run("crawl", "--archive", "/proc/self/archive.db", code=1)
    assert "cannot write beside" in told(result)


def test_a_folder_that_does_not_exist(town):
    """A folder that is not there is not made by itself."""
    result = town.run("crawl", "--archive", town.folder / "none" / "archive.db", code=1)
    assert "cannot write beside" in told(result)
    assert not (town.folder / "none").exists()


@is_root
def test_an_archive_of_another_user(town):
    """An archive that its owner keeps private is named with the command that its owner would use."""
    town.run("crawl", "--limit", "1")
    town.archive.chmod(0)
    for command in (["status"], ["crawl"]):
        result = town.run(*command, code=1)
        assert f"sudo -u {pwd.getpwuid(os.geteuid()).pw_name}" in result.stderr


def test_an_archive_that_lost_its_summaries(town):
    """What only a program could have done to the file is told in a line, too."""
    town.run("crawl", "--limit", "1")
    with closing(sqlite3.connect(town.archive)) as connection:
        connection.execute("DROP TABLE _current")
    assert "_current" in told(town.run("list", code=1))


def test_an_archive_that_lost_a_guard(town):
    """An archive whose rows could have been rewritten is not read as if nothing had happened."""
    town.run("crawl", "--limit", "1")
    with closing(sqlite3.connect(town.archive)) as connection:
        (name,) = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'versions' LIMIT 1"
        ).fetchone()
        connection.execute(f'DROP TRIGGER "{name}"')
    result = town.run("list", code=1)
    assert "lost its guards" in told(result)
    assert "backup" in result.stderr
