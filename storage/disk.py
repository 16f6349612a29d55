"""The room on a disk: how much is free, how much is too little, and in which units people read it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from storage.alerts import Alert

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DISK", "bytes_of", "disk_alert", "free_bytes", "in_units"]

DISK = "disk"
"""The kind of the alert, and its subject: an archive has one disk."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_KILO = 1000
_RESUMED_AT = 1.05
"""Times the limit.  A disk whose free space wavers about the limit would otherwise stop and start us with every file."""


def free_bytes(path: Path) -> int:
    """Return what is free for us on the disk of a file, or of the folder that it is to lie in; raises OSError."""
    place = path.resolve()
    return shutil.disk_usage(place if place.exists() else place.parent).free


def bytes_of(path: Path) -> int:
    """Return the room that an archive takes, with the log that SQLite keeps beside it while it is in use."""
    path = path.resolve()  # the log lies beside the file itself, not beside a link to it
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def disk_alert(free: int, limit: int, *, paused: bool) -> Alert | None:
    """Return why fetching has to pause when so much is free, or None where it may go on; a limit of 0 is none.

    `paused` says whether it does already: then a little more than the limit must be free before it resumes.
    """
    if not limit or free >= limit * (_RESUMED_AT if paused else 1):
        return None
    return Alert(
        DISK,
        DISK,
        f"Disk: {in_units(free)} free (limit {in_units(limit)}). The daemon fetches nothing meanwhile, and resumes by itself.",
        "the archive's disk",
        (
            "Free:   make room on the disk; old copies of the archive may lie there",
            "Or:     set a lower `stop_below_free` under [health] in the settings",
        ),
    )


def in_units(number: float) -> str:
    """Return a number of bytes in the unit that leaves one to three digits before the point: '3.1 GB'."""
    for unit in _UNITS:
        if abs(number) < _KILO or unit == _UNITS[-1]:
            break
        number /= _KILO
    return f"{number:.0f} {unit}" if unit == _UNITS[0] else f"{number:.1f} {unit}"
