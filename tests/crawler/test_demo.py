"""The demo: it finds what the portal did, touches nobody's archive, and says so within a screen."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing

import pytest

from crawler.demo import act, check, clear_way, run_demo
from crawler.render import console_on
from crawler.run import How, open_archive, recorded_run
from seeds.portal import Portal
from storage.connect import open_reader
from storage.errors import ArchiveError, NotAnArchive
from tests.world import World


@pytest.fixture(scope="module")
def acted(tmp_path_factory):
    """Act the demo out once; give its archive, its exit code and what it printed."""
    path = tmp_path_factory.mktemp("demo") / "demo" / "archive.db"
    out = io.StringIO()
    code = run_demo(path, console_on(out))
    return path, code, out.getvalue().splitlines()


def test_everything_is_found_and_nothing_invented(acted):
    """Six of six entries of the portal's diary are found, and the exit code is 0."""
    _, code, lines = acted
    assert code == 0
    assert "Checked against the portal's own diary: 6 of 6 changes found, 0 invented." in lines


def test_it_fits_a_screen_and_shows_the_struck_name(acted):
    """Under 40 lines, the silent edit named as such with the words taken out, and the page that does not answer."""
    _, _, lines = acted
    assert len(lines) < 40
    assert any("SILENT" in line and "Officials Required" in line for line in lines)
    assert any("Gao Linghui[-, Chen Lizong-]." in line for line in lines)
    assert any("not answering" in line for line in lines)
    assert any("262 were there before us" in line for line in lines)


def test_only_commands_that_exist_are_named(acted):
    """Each command that it offers is one."""
    from crawler.cli import main  # noqa: PLC0415 - its options are asked for only here

    _, _, lines = acted
    offered = [line.split("jiaxing-today ")[1].split()[0] for line in lines if "jiaxing-today " in line]
    assert len(offered) == 4
    assert set(offered) <= set(main.commands)


def test_a_demo_overwrites_a_demo(acted):
    """A second demo begins anew in the first one's place."""
    path, _, _ = acted
    clear_way(path, How(wait=0))
    assert not path.exists()
    assert run_demo(path, console_on(io.StringIO())) == 0


def test_nobody_elses_archive_is_touched(tmp_path):
    """An archive with runs that are not the demo's is refused and stays as it was, and so does any other file."""
    world_file = tmp_path / "archive.db"
    with World(tmp_path, releases=30) as world:
        settings = world.settings.model_copy(update={"archive": world_file})
    with open_archive(world_file, How(), trigger="crawl") as archive, recorded_run(archive, settings, "crawl", {}):
        pass
    before = world_file.read_bytes()
    with pytest.raises(ArchiveError, match="not the demo's"):
        run_demo(world_file, console_on(io.StringIO()))
    assert world_file.read_bytes() == before
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(NotAnArchive):
        run_demo(notes, console_on(io.StringIO()))
    assert notes.read_text() == "mine"


def test_a_real_crawl_refuses_the_demos_archive(acted):
    """Real press releases never go into a file that the next demo would overwrite."""
    path, _, _ = acted
    with pytest.raises(ArchiveError, match="the demo's archive"), open_archive(path, How(), trigger="crawl"):
        pass
    with closing(open_reader(path)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM _outbox")


def test_the_story_is_six_entries():
    """Three published, one corrected, one quietly rewritten, one withdrawn."""
    portal = Portal()
    kinds = sorted(kind for kind, _ in portal.expected_changes(act(portal)))
    assert kinds == ["edited", "new", "new", "new", "removed", "silent"]


def test_the_check_counts_what_is_missing_and_what_is_invented():
    """What the diary holds and the archive lacks is not found; what only the archive holds is invented; each counts once."""
    assert check([("new", 1), ("new", 1), ("edited", 2)], [("new", 1), ("removed", 3)]) == (1, 2)
