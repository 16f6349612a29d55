"""Whether a page that came in another form than before is believed, or kept aside.

Pure.  A site that is redesigned reads otherwise, or not at all, without a word having been changed; an edit comes in the form in
which the page came before.  So what differs in a new form is believed only when other pages bear witness that the form is read
rightly: they came in it and read as they did before.  A first sight in a form that nobody knows is believed when the listing says
the same of it, but bears no such witness.  What is kept aside makes no version; its bytes are kept, and `reparse --quarantined`
reads them again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from crawler.fields import squash
from storage.forms import WITNESSES
from storage.labels import changed_fields
from storage.records import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.records import Content, Reading

__all__ = ["ASIDE", "Known", "aside", "judged"]

ASIDE = "/aside"
"""What the name of a reader ends in where its reading was kept aside: read again and believed, it stands beside that one."""
_CUT = ".…·。 "
_SHORTEST_BEGINNING = 8
_NO_WITNESS = "another layout, and nothing shows that it is read rightly: {fields} would differ from what was read before"
_NOT_AS_LISTED = "first seen in a layout that no other page came in, and the listing does not say the same of it"
_UNREAD = "the layout is not understood"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page when a reading of it is judged.

    `base` is its previous state as the same reader reads it, None where it was never read or cannot be; `witnesses` returns how
    many other pages read alike in the form at hand and in another one, and have a field; `is_common` tells whether others came in
    it at all (`storage.forms`).
    """

    base: Reading | None
    was_read: bool
    established: bool
    listed_title: str | None
    listed_date: str | None
    witnesses: Callable[[str], int]
    is_common: Callable[[], bool]


def judged(reading: Reading, known: Known) -> Reading:
    """Return a reading as it is to be kept: as it is, or as one that is kept aside, with the reason first among its problems."""
    reason = aside(reading, known)
    if reason is None:
        return reading
    problems = (reason, *reading.problems)
    return replace(reading, reader=reading.reader + ASIDE, outcome=Outcome.QUARANTINED, content=None, problems=problems)


def aside(reading: Reading, known: Known) -> str | None:
    """Return why a reading is kept aside, or None where it is believed."""
    if reading.template is None:
        return None  # no reader looked for a press release there: it was judged by other rules
    if reading.outcome is Outcome.UNREADABLE:
        return _UNREAD if known.was_read or known.established else None
    if reading.content is None:
        return None
    if known.base is not None and known.base.content is not None:
        return _unlike_before(reading, reading.content, known.base, known.base.content, known)
    if known.was_read or not known.established or known.is_common():
        return None
    return None if _as_listed(reading, reading.content, known) else _NOT_AS_LISTED


def _unlike_before(reading: Reading, content: Content, base: Reading, before: Content, known: Known) -> str | None:
    """Judge a page that reads otherwise than before: in the form that it had, or in one that is read rightly, it was edited."""
    if base.template is None or base.template == reading.template:
        return None
    doubtful = [field for field in changed_fields(before, content) if not _is_witnessed(known, field)]
    return _NO_WITNESS.format(fields=" and ".join(doubtful)) if doubtful else None


def _is_witnessed(known: Known, field: str) -> bool:
    return known.witnesses(field) >= WITNESSES


def _as_listed(reading: Reading, content: Content, known: Known) -> bool:
    """Tell whether the listing, which is read by other rules, has the same title and, where it prints one, the same day.

    A day that only the page's address names is not one that was read in the layout.
    """
    if not known.listed_title or not _same_title(known.listed_title, content.title):
        return False
    is_read = bool(reading.dates) and reading.dates[0].origin != "url"
    listed, printed = _day(known.listed_date), _day(content.published_on) if is_read else None
    return listed is None or (printed is not None and abs((listed - printed).days) <= 1)


def _same_title(listed: str, title: str) -> bool:
    """Tell whether a listed title, which may be cut, is that of the page."""
    beginning, whole = squash(listed.rstrip(_CUT)), squash(title)
    return beginning == squash(title.rstrip(_CUT)) or (len(beginning) >= _SHORTEST_BEGINNING and whole.startswith(beginning))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
