"""What kind of change an edit is: which fields it touched, whether it was silent, and what can be said of it at once.  Pure.

Everything is judged in the comparison form, so that nothing is said of what no reader could see.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from storage.edits import text_labels
from storage.fingerprint import comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from storage.records import Content, DateCandidate

    _Form = Callable[[Content], object]

__all__ = ["changed_fields", "is_silent", "labels", "shown_fields"]

# What decides whether a page changed, in the order in which it is told.
_COMPARED: tuple[tuple[str, _Form], ...] = (
    ("title", lambda content: comparable(content.title)),
    ("published", lambda content: comparable(content.published or "")),
    ("text", lambda content: comparable(content.text)),
    ("attachments", lambda content: [comparable(attachment.name) for attachment in content.attachments]),
)
# The same of an attached file: its bytes, and what can be read of them.
_COMPARED_OF_FILES: tuple[tuple[str, _Form], ...] = (
    ("file", lambda content: content.file.sha256 if content.file else None),
    ("text", lambda content: comparable(content.text)),
)
# What is kept and shown, but makes no version.
_SHOWN: tuple[tuple[str, _Form], ...] = (
    ("source", lambda content: comparable(content.source or "")),
    ("author", lambda content: comparable(content.author or "")),
)

# Where a date stands that a reader of the page can see, up to a colon (`label:updated`); all others (meta tags, the address)
# move on every rebuild.
_VISIBLE_ORIGINS = frozenset({"label", "selector", "text"})
_FIGURES = re.compile(r"\d+")
_NAMED_MONTH = re.compile(r"[A-Za-z]{3}")
_LEAST_FIGURES = 3  # year, month and day
_FIRST_YEAR = 1000

_REST = r"[^\n。]{0,80}"
_TELLS_OF_CHANGE = r"(?:corrected|updated|amended|revised)\b"
_THIS_TEXT = r"(?:本文|本稿|此文|该文|本页|本网|原文|内容|稿件|文章|信息)"

# How a page tells its readers that it was corrected.  Each takes the rest of the sentence along: a note reworded is a new note.
_NOTES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern + _REST, re.IGNORECASE | re.MULTILINE), reason)
    for pattern, reason in (
        (r"^[^\w\n]*corrections?\b(?=\s*[:：(（\-–—]|\s*$)", "a paragraph headed 'Correction'"),
        (r"[(（\[【]\s*correct(?:ion|ed)\b", "the word in brackets, as beside a title"),
        (r"\b(?:a|this|the following) correction\b", "a sentence that announces one"),
        (r"\bcorrection\s*[:：]", "the word and a colon, wherever it stands; 'Department of Corrections' has none"),
        (r"\b(?:has|have) been corrected\b|\bcorrected (?:on|at|version)\b", "says that it was done, or when"),
        (r"\b(?:updated|amended|revised) (?:on|at)\b|\b(?:last )?updated?\s*[:：]", "says when it was done"),
        (rf"\bthis (?:article|story|release|report|page|version|text|item)\b[^.\n]{{0,60}}\b{_TELLS_OF_CHANGE}", "of itself"),
        (r"\ban? (?:earlier|previous) version of\b", "how newspapers begin such a note"),
        (r"\beditor['’]?s?['’]? note\b", "the editor speaks"),
        (r"更正(?!登记)", "'correction'; not the correction of an entry in a register, which is an office's business"),
        (r"勘误", "'erratum': has no other use"),
        (r"编者按|编者注|编后记", "the editor speaks"),
        (
            r"(?<!城市)更新(?=于|时间|日期|说明|版|\s*[:：)）\]】])",
            "'updated on'; the everyday word (urban renewal) has no such tail",
        ),
        (r"修订(?=于|时间|日期|说明|\s*[:：)）\]】])", "'revised on'; the revision of laws has no such tail"),
        (rf"{_THIS_TEXT}[^\n。；]{{0,24}}(?:更新|修订|修改|订正)", "says of itself that it was updated, revised or amended"),
    )
)


def changed_fields(before: Content, after: Content) -> tuple[str, ...]:
    """Return which of title, published, text and attachments (their names) differ in the comparison form, in this order.

    Of an attached file: the file itself, and the text that is read of it.
    """
    return _differing(_COMPARED if after.file is None else _COMPARED_OF_FILES, before, after)


def shown_fields(before: Content, after: Content) -> tuple[str, ...]:
    """Return which of source and author differ: they are kept and shown, but make no version."""
    return _differing(_SHOWN, before, after)


def is_silent(
    before: Content,
    after: Content,
    dates_before: Sequence[DateCandidate] = (),
    dates_after: Sequence[DateCandidate] = (),
) -> bool:
    """Whether title, text or attachments were altered while nothing told the reader so.

    What tells: a date in sight (the printed one, or a candidate found beside a label, by the portal's selector or in the
    text) that was not there before, or a correction note that was not there before.  A date taken away tells nothing, and
    neither does one printed more or less precisely.
    """
    if not set(changed_fields(before, after)) - {"published"}:
        return False
    return not _date_moved(_visible(before, dates_before), _visible(after, dates_after)) and not _note_added(before, after)


def labels(before: Content, after: Content, *, earlier_compare_hashes: Collection[str], compare_sha256: str) -> tuple[str, ...]:
    """Return what can be said of an edit at once, in a fixed order.

    That is: title, date, attachment, backdated, cosmetic, numeric, name, substantive, revert.  The four before the last tell
    what kind of change the text saw, where it differs in the comparison form (`storage.edits`).
    `compare_sha256` is the hash of `after`, `earlier_compare_hashes` those of the page's states so far; one that is the
    previous state itself makes no revert.  `backdated` is about days: a printed day earlier than the one before.
    """
    changed = changed_fields(before, after)
    rules = (
        ("title", "title" in changed),
        ("date", "published" in changed),
        ("attachment", not {"attachments", "file"}.isdisjoint(changed)),
        ("backdated", after.file is None and _is_backdated(before.published_on, after.published_on)),
    )
    reverted = bool(changed) and compare_sha256 in earlier_compare_hashes
    told = [label for label, holds in rules if holds]
    return (*told, *(text_labels(before.text, after.text) if "text" in changed else ()), *(["revert"] if reverted else []))


def _is_backdated(before: str | None, after: str | None) -> bool:
    return before is not None and after is not None and after < before


def _differing(fields: tuple[tuple[str, _Form], ...], before: Content, after: Content) -> tuple[str, ...]:
    return tuple(name for name, form in fields if form(before) != form(after))


# Dates in sight


def _visible(content: Content, dates: Sequence[DateCandidate]) -> list[str]:
    """Return the dates in sight; the one taken as printed is among them unless it is known to come from a machine alone."""
    seen = [date.value for date in dates if date.origin.partition(":")[0] in _VISIBLE_ORIGINS]
    if content.published is None or content.published in {date.value for date in dates}:
        return seen
    return [content.published, *seen]


def _date_moved(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a date stands there now that did not before."""
    known = [_figures(value) for value in before]
    new = [_figures(value) for value in after if comparable(value)]
    return any(not any(_same_moment(old, value) for old in known) for value in new)


def _figures(value: str) -> tuple[int, ...] | str:
    """Return year, month, day ... of a date printed in figures, whatever parts them; of any other, its comparison form."""
    figures = tuple(map(int, _FIGURES.findall(value)))
    in_figures = len(figures) >= _LEAST_FIGURES and figures[0] >= _FIRST_YEAR and not _NAMED_MONTH.search(value)
    return figures if in_figures else comparable(value)


def _same_moment(one: tuple[int, ...] | str, other: tuple[int, ...] | str) -> bool:
    """Whether two dates agree as far as both go: a day and a minute of that day do."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return all(left == right for left, right in zip(one, other, strict=False))


# Correction notes


def _note_added(before: Content, after: Content) -> bool:
    return bool(Counter(_notes(after)) - Counter(_notes(before)))


def _notes(content: Content) -> Iterator[str]:
    text = comparable(f"{content.title}\n{content.text}")
    return (found.group() for pattern, _reason in _NOTES for found in pattern.finditer(text))
