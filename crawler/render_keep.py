"""Copies of the archive, and bringing it up to date, as people do both: what it takes, how it goes, and what came of it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from crawler.render_times import length, plural
from storage.backup import back_up, going_on, sound_contents
from storage.disk import in_units
from storage.errors import WorkStopped
from storage.lock import WriterLock
from storage.upgrade import plan_of, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.render import Desk, Screen
    from storage.backup import Contents
    from storage.backup import Progress as Told

__all__ = [
    "backed_up",
    "planned",
    "say_backed_up",
    "say_planned",
    "say_upgraded",
    "say_verified",
    "upgraded",
    "verified",
]


def backed_up(desk: Desk, folder: Path, keep: int) -> dict[str, Any]:
    """Copy the archive and return what came of it: what `backup --json` prints; raises ArchiveError."""
    began = time.monotonic()
    with _watched(desk.screen) as told:
        backup = back_up(desk.path, folder, keep=keep, now=desk.screen.now, progress=told)
    return {
        "archive": str(desk.path),
        "copy": str(backup.path),
        "bytes": backup.bytes,
        **_contents(backup.contents),
        "kept": backup.kept,
        "removed": [str(path) for path in backup.removed],
        "seconds": round(time.monotonic() - began, 3),
    }


def verified(desk: Desk, path: Path) -> dict[str, Any]:
    """Read all of a copy and return what it holds: what `backup --verify --json` prints; raises ArchiveError for an unsound one."""
    with _watched(desk.screen) as told:
        return {"copy": str(path), "bytes": path.stat().st_size if path.exists() else 0, **_contents(sound_contents(path, told))}


def planned(desk: Desk) -> dict[str, Any]:
    """Return what bringing the archive up to date takes: what `upgrade --dry-run --json` prints; raises ArchiveError."""
    plan = plan_of(desk.path)
    return {
        "archive": str(desk.path),
        "pending": list(plan.pending),
        "rewrites": list(plan.rewrites),
        "bytes_needed": plan.room,
        "seconds_expected": round(plan.seconds, 1),
        "copy": None,
        "done": not plan.pending,
    }


def upgraded(desk: Desk, folder: Path | None, wait: float) -> dict[str, Any]:
    """Bring the archive up to date and return what came of it; raises ArchiveError."""
    lock = WriterLock(desk.path)
    lock.acquire(wait=wait, pause=time.sleep, on_wait=desk.screen.aside)
    try:
        with _watched(desk.screen) as told:
            backup = upgrade(desk.path, folder, keep=desk.settings.backup.keep, now=desk.screen.now, progress=told)
    finally:
        lock.release()
    return {"copy": str(backup.path) if backup else None, "done": True}


def _contents(contents: Contents) -> dict[str, Any]:
    return {"rows": contents.rows, "leaves": contents.leaves, "root": contents.root}


def say_backed_up(screen: Screen, backup: dict[str, Any]) -> None:
    """Print what a copy holds and where it is."""
    screen.line((backup["copy"], "bold"), f"  {in_units(backup['bytes'])}, in {length(backup['seconds'])}")
    screen.line(f"Verified against the archive: {_words(backup)}")
    screen.line(
        f"{plural(backup['kept'], 'copy', 'copies')} there now" + "".join(f", {path} made room" for path in backup["removed"])
    )


def say_verified(screen: Screen, copy: dict[str, Any]) -> None:
    """Print that a copy is sound, and what it holds."""
    screen.line((copy["copy"], "bold"), f"  {in_units(copy['bytes'])}")
    screen.line(f"Sound: {_words(copy)}")


def say_planned(screen: Screen, plan: dict[str, Any]) -> None:
    """Print what bringing an archive up to date takes."""
    if plan["done"]:
        screen.line(f"{plan['archive']} is up to date.")
        return
    screen.line((plan["archive"], "bold"), f"  {plural(len(plan['pending']), 'step')} behind: {', '.join(plan['pending'])}")
    if plan["rewrites"]:
        took, room = length(plan["seconds_expected"]), in_units(plan["bytes_needed"])
        screen.line(
            f"Tables are written anew ({', '.join(plan['rewrites'])}): about {took}, {room} beside a copy that is made first."
        )
    else:
        screen.line("No table is written anew: it is done in a moment, also by the next command that writes.")


def say_upgraded(screen: Screen, upgraded: dict[str, Any]) -> None:
    """Print that an archive was brought up to date, and where the copy of what it was lies."""
    screen.line("Up to date now." + (f" As it was before: {upgraded['copy']}" if upgraded["copy"] else ""))


def _words(copy: dict[str, Any]) -> str:
    rows = plural(sum(copy["rows"].values()), "row")
    return f"{rows} in {len(copy['rows'])} tables, log of {plural(copy['leaves'], 'leaf', 'leaves')}, root {copy['root'][:16]}..."


@contextmanager
def _watched(screen: Screen) -> Iterator[Told]:
    """Yield whom to tell how far a copy is: a bar with its expected end on a terminal, nobody in a pipe; Ctrl-C stops it."""
    try:
        if not screen.err.is_terminal:
            yield going_on
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("left"), TimeRemainingColumn())
        with Progress(*columns, console=screen.err, transient=True) as bar:
            task = bar.add_task("copying", total=1.0)

            def told(stage: str, share: float) -> bool:
                bar.update(task, description=stage, completed=share)
                return True

            yield told
    except WorkStopped:
        raise KeyboardInterrupt from None
