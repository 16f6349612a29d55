"""Files and folders of other users: what is said, and that nothing is made there."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.connect import open_reader
from storage.errors import ArchiveReadOnly
from tests.builders import Clock, open_archive, opened

NOBODY = 65534


def left_beside(path):
    """Return the names of all files in the folder of a path."""
    return sorted(each.name for each in path.parent.iterdir())


@contextmanager
def unprivileged():
    """Act as a user without rights: root may do anything, so root steps down for a while."""
    if os.getuid() != 0:
        yield
        return
    groups, group = os.getgroups(), os.getgid()
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, group)
        os.setresuid(NOBODY, NOBODY, 0)
    except PermissionError:
        pytest.skip("root without the right to step down")
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(group, group, group)
        os.setgroups(groups)


@pytest.fixture
def public():
    """Return a folder that every user can enter and nobody but its owner can write to."""
    folder = Path(tempfile.mkdtemp(prefix="archive-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_an_unreadable_file(public):
    """A file of another user says whose it is and which command to use."""
    path = public / "archive.db"
    open_archive(path, Clock()).close()
    path.chmod(0)
    with unprivileged():
        for opening in (lambda: open_archive(path, Clock()), lambda: open_reader(path)):
            with pytest.raises(ArchiveReadOnly, match="cannot be read by you") as caught:
                opening()
            assert "sudo -u" in caught.value.hint


def test_a_file_of_nobody_known(public):
    """An owner without a name is told by number."""
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    path = public / "archive.db"
    open_archive(path, Clock()).close()
    os.chown(path, 54321, 54321)
    path.chmod(0)
    with unprivileged(), pytest.raises(ArchiveReadOnly, match="belongs to user 54321"):
        open_reader(path)


def test_a_read_only_folder(public):
    """Nothing can be made there: the writer says so and leaves nothing; an archive that lies there can be read."""
    path = public / "archive.db"
    public.chmod(0o555)
    with unprivileged(), pytest.raises(ArchiveReadOnly, match="cannot write beside") as caught:
        open_archive(path, Clock())
    assert "--archive" in caught.value.hint
    public.chmod(0o755)
    assert left_beside(path) == []
    with opened(path):
        pass
    path.with_name("archive.db.lock").unlink()
    public.chmod(0o555)
    with unprivileged():
        with closing(open_reader(path)) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        with pytest.raises(ArchiveReadOnly):
            open_archive(path, Clock())


def test_a_read_only_file(public):
    """An archive that may be read but not written is refused to the writer, and read by the reader."""
    path = public / "archive.db"
    open_archive(path, Clock()).close()
    path.chmod(0o444)
    public.chmod(0o777)
    for name in ("archive.db.lock", "archive.db.turn"):
        path.with_name(name).chmod(0o666)
    with unprivileged():
        with pytest.raises(ArchiveReadOnly) as caught:
            open_archive(path, Clock())
        assert caught.value.hint
        with closing(open_reader(path)) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
