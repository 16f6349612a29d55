"""Every portal that is at hand: those that the settings name, those that lie beside them, and those that are shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import SettingsError
from config.portal import is_shipped, label_of, read_portal, shipped_of, shipped_portals, wins_over_shipped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from config.portal import Portal
    from config.settings import Settings

__all__ = ["KnownPortal", "known_portals"]


@dataclass(frozen=True, slots=True)
class KnownPortal:
    """A portal's file: what it holds, or why it cannot be read, and what becomes of it.

    `watched` tells whether the settings name it; `replaced_by` is the file of the user's that wins over this shipped one, and
    `replaces` tells that this file of the user's wins over a shipped one.
    """

    path: Path
    portal: Portal | None
    problem: str | None = None
    watched: bool = False
    replaces: bool = False
    replaced_by: str | None = None

    @property
    def is_shipped(self) -> bool:
        """Tell whether the file came with the software."""
        return is_shipped(self.path)

    @property
    def file(self) -> str:
        """How messages name the file."""
        return label_of(self.path)

    @property
    def name(self) -> str:
        """The portal's name, or its file's where that cannot be read."""
        return self.portal.name if self.portal else self.path.stem

    @property
    def is_untried(self) -> bool:
        """Tell whether the file came with the software without ever having been tried against the portal itself."""
        return self.is_shipped and self.portal is not None and not self.portal.tried


def known_portals(settings: Settings) -> list[KnownPortal]:
    """Return the portals that the settings name, then files of the user's that they do not name, then the other shipped ones."""
    watched = [_known(settings.portal_files[portal.name], portal, watched=True) for portal in settings.portals]
    named = {each.path for each in watched}
    beside = [_read(path) for path in sorted((settings.folder / "portals").glob("*.toml")) if path not in named]
    shipped = [path for name in shipped_portals() if (path := shipped_of(name)) and path not in named]
    return [*watched, *beside, *(_replaced(path, (*watched, *beside)) for path in shipped)]


def _known(path: Path, portal: Portal, *, watched: bool) -> KnownPortal:
    return KnownPortal(path, portal, watched=watched, replaces=wins_over_shipped(portal, path))


def _read(path: Path) -> KnownPortal:
    """Return what a file holds that nobody named: a wrong one is told, and keeps nobody from the others."""
    try:
        return _known(path, read_portal(path), watched=False)
    except SettingsError as exc:
        return KnownPortal(path, None, problem=str(exc))


def _replaced(path: Path, others: Iterable[KnownPortal]) -> KnownPortal:
    winner = next((each.file for each in others if each.name == path.stem and each.portal), None)
    return KnownPortal(path, read_portal(path), replaced_by=winner)
