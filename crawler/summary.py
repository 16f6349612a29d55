"""What a run did, counted while it goes on, so that an interrupted run is counted too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.records import Kind

if TYPE_CHECKING:
    from crawler.discover import Discovered
    from crawler.errors import CrawlError
    from storage.looks import Appended

__all__ = ["Summary"]

_OF_FILES = frozenset({"edited", "silent", "removed", "restored", "suspected", "failed"})


@dataclass(slots=True)
class Summary:
    """Sweeps, sections that failed and why, looks counted by what they turned out to be, and what was left for later."""

    sweeps: list[Discovered] = field(default_factory=list)
    failed: list[CrawlError] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Tell whether at least half of what was asked answered."""
        return 2 * self.counts["answered"] >= self.counts["looked"]

    def add(self, appended: Appended, *, is_file: bool = False) -> None:
        """Count one look; of files that press releases offer only how many, and what is news of them."""
        names = _names(appended)
        self.counts.update(["files", *_OF_FILES.intersection(names)] if is_file else names)


def _names(appended: Appended) -> list[str]:
    """Return under which names a look counts."""
    kind = _kind(appended)
    flags = {
        "answered": appended.answered or appended.missing,  # "no such page" is an answer, too
        "silent": appended.silent,
        "not_modified": appended.not_modified,
        "suspected": appended.suspected,
    }
    return ["looked", kind, *(name for name, holds in flags.items() if holds)]


def _kind(appended: Appended) -> str:
    if appended.kind is None:
        return "aside" if appended.aside else "unchanged" if appended.answered else "failed"
    if appended.kind is not Kind.NEW:
        return appended.kind.value
    return "baseline" if appended.baseline else "second_address" if appended.second_address else "new"
