"""Keeping an archive from the command line: copies, and what is said of them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from seeds.portal import Portal, PortalServer
from tests.commands import bench, run, told
from tests.storage.test_migrations import as_the_first_version_made_it

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Crawl a portal once, and set a folder for copies."""
    folder = tmp_path_factory.mktemp("kept")
    with PortalServer(Portal(1, 20)) as server:
        town = bench(folder, server, settings='[backup]\nfolder = "copies"\nkeep = 2\n')
        town.run("crawl")
    (folder / "copies").mkdir()
    return town


def test_a_copy_is_made_and_told_of(town):
    """Where it is, how large, that it was verified and by what, and how many there are."""
    said = town.run("backup").stdout
    (copy,) = (town.folder / "copies").iterdir()
    assert said.startswith(f"{copy}  ")
    assert re.search(
        r"Verified against the archive: \d[\d ]* rows in 19 tables, log of \d[\d ]* leaves, root [0-9a-f]{16}\.\.\.\n", said
    )
    assert "1 copy there now\n" in said
    assert f"Sound: {said.partition('archive: ')[2].partition(chr(10))[0]}" in town.run("backup", "--verify", copy).stdout


def test_a_copy_for_programs(town, tmp_path):
    """A folder on the command line wins over that of the settings; the document says what the words say."""
    document = town.json("backup", tmp_path)
    (copy,) = tmp_path.iterdir()
    assert (document["copy"], document["bytes"], document["kept"], document["removed"]) == (str(copy), copy.stat().st_size, 1, [])
    verified = json.loads(run("backup", "--verify", copy, "--json").stdout)
    assert {key: document[key] for key in ("copy", "bytes", "rows", "leaves", "root")} == verified
    assert verified["leaves"] == town.json("status")["totals"]["leaves"]
    assert town.json("status", "--archive", copy)["totals"] == town.json("status")["totals"]


def test_what_is_wrong_with_the_wish(town, tmp_path):
    """No folder anywhere, two wishes at once, a folder that is not there, a copy that is none: one line, and what to do."""
    assert "name a FOLDER" in told(run("backup", "--archive", town.archive, code=2))
    assert "name no folder with it" in told(run("backup", tmp_path, "--verify", town.archive, code=2))
    missing = town.run("backup", tmp_path / "none", code=1)
    assert "cannot copy to the folder" in told(missing)
    assert "Hint: make it: mkdir -p" in missing.stderr
    (tmp_path / "notes").write_text("notes")
    assert "not a database" in told(run("backup", "--verify", tmp_path / "notes", code=2))
    assert "there is no archive" in told(run("backup", "--verify", tmp_path / "none", code=2))


def test_a_terminal_is_shown_how_far_it_is(town, tmp_path):
    """There is a bar with an expected end while it is copied, and it is gone afterwards."""
    shown, theirs = pty.openpty()
    arguments = [sys.executable, "-m", "crawler", "backup", tmp_path, "--archive", town.archive]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate()
    seen = os.read(shown, 65_536).decode()
    os.close(shown)
    assert process.returncode == 0
    assert b"Verified against the archive" in out
    assert "reading the copy" in seen
    assert "left" in seen


def test_an_archive_is_brought_up_to_date(town, tmp_path):
    """It is said what is behind and what it takes; done, there is nothing to do; a terminal and a program are told the same."""
    old = tmp_path / "old.db"
    old.write_bytes(town.archive.read_bytes())
    as_the_first_version_made_it(old)
    before = old.read_bytes()
    said = run("upgrade", "--dry-run", "--archive", old).stdout
    assert re.search(r"\d steps behind: m002_the_form_of_pages, m003_files_and_parts", said)
    assert "No table is written anew" in said
    assert old.read_bytes() == before
    document = json.loads(run("upgrade", "--archive", old, "--json").stdout)
    assert (document["rewrites"], document["copy"], document["done"]) == ([], None, True)
    assert run("upgrade", "--archive", old).stdout == f"{old} is up to date.\n"
    assert "there is no archive" in told(run("upgrade", "--archive", tmp_path / "none.db", code=2))


# The document


def _kept(archive: Path, folder: Path) -> dict[str, str]:
    """Copy an archive, and return an environment in which the document's commands bring the copy back."""
    programs, copies = folder / "programs", folder / "to"
    programs.mkdir()
    copies.mkdir()
    _program(programs / "jiaxing-today", f'cd {ROOT} && exec {sys.executable} -m crawler "$@"')
    _program(programs / "systemctl", f'echo "$@" >> {folder}/asked')
    run("backup", copies, "--archive", archive)
    (copy,) = copies.iterdir()
    return {"PATH": f"{programs}:{os.environ['PATH']}", "archive": str(archive), "copy": str(copy)}


@pytest.fixture
def kept(town, tmp_path):
    """Give an archive of the test's own, with a copy of it."""
    archive = tmp_path / "archive.db"
    archive.write_bytes(town.archive.read_bytes())
    return _kept(archive, tmp_path)


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _restore(kept) -> subprocess.CompletedProcess[str]:
    """Run the commands of docs/backup.md, but for the example's names, as a script that ends with the first that fails."""
    text = (ROOT / "docs/backup.md").read_text(encoding="utf-8").partition("## Bringing a copy back")[2]
    blocks = [textwrap.dedent(block) for block in re.findall(r"^ *```sh\n(.*?)```", text, re.DOTALL | re.MULTILINE)]
    assert blocks[0].startswith("archive=/var/lib/")
    return subprocess.run(["sh", "-eu", "-c", "\n".join(blocks[1:])], env=kept, check=False, capture_output=True, text=True)


def test_the_documented_restore(town, kept, tmp_path):
    """The commands of docs/backup.md bring a copy back over a damaged file, whose log would damage the restored one."""
    archive = Path(kept["archive"])
    before = town.json("status")["totals"]
    archive.write_bytes(archive.read_bytes()[:8192] + b"\xff" * 8192)
    for end in ("-wal", "-shm"):
        archive.with_name(archive.name + end).write_bytes(b"stale")
    run("backup", "--verify", archive, code=1)
    restored = _restore(kept)
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "asked").read_text() == "stop jiaxing-today\nstart jiaxing-today\n"
    assert "press releases" in restored.stdout
    assert town.json("status", "--archive", archive)["totals"] == before
    assert Path(kept["copy"]).exists()
    aside = sorted(path.name.partition("damaged-")[2][16:] for path in tmp_path.glob("archive.db.damaged-*"))
    assert aside == ["", "-shm", "-wal"]
    assert not archive.with_name("archive.db-wal").exists()


def test_a_restored_archive_is_written_on(tmp_path):
    """What was lost is found again by the next crawl, under the same numbers."""
    portal = Portal(1, 20)
    with PortalServer(portal) as server:
        town = bench(tmp_path, server)
        town.run("crawl")
        kept = _kept(town.archive, tmp_path)
        portal.publish()
        town.run("crawl")
        lost = _listed(town)
        town.archive.unlink()
        assert _restore(kept).returncode == 0
        assert len(_listed(town)) == len(lost) - 1
        town.run("crawl")
        assert _listed(town) == lost


def _listed(town) -> list[tuple[int, str]]:
    return [(row["release"], row["title"]) for row in town.json("list", "--limit", "0")["releases"]]


def test_a_copy_that_is_not_sound_replaces_nothing(kept):
    """The first of the documented commands fails, and nothing that follows is done."""
    archive, copy = Path(kept["archive"]), Path(kept["copy"])
    before = archive.read_bytes()
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    assert _restore(kept).returncode != 0
    assert archive.read_bytes() == before
