"""Two versions side by side: which are meant, what differs, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from crawler.errors import CrawlError
from crawler.render import named, safe
from crawler.render_times import plural
from storage import overview, queries
from storage.diff import Op, as_operations, compare, inline
from storage.fingerprint import compare_sha256, printed_sha256
from storage.tokens import ELLIPSIS, head, tail
from storage.writer import content_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from crawler.render import Screen
    from storage.diff import Diff
    from storage.queries import Row
    from storage.records import Content

__all__ = ["diff_of", "latest_pair", "say_diff"]

_CONTEXT = 100
"""Characters of unchanged text that stand on each side of a change."""
_STYLES = {"equal": "", "delete": "red strike", "insert": "green"}
_CHILDREN = frozenset({"attachment", "part"})
_FIELDS = {
    "file": "file",
    "title": "title",
    "published": "printed date",
    "source": "source",
    "author": "author",
    "attachments": "attachments",
}
_HASH_SHOWN = 12


# Which versions are meant


def latest_pair(versions: Sequence[Row]) -> tuple[str, str] | None:
    """Return the newest version that has a text and an earlier one of the same page, with that one; None where none has."""
    texts = [row for row in versions if row["kind"] != "removed"]
    for place in range(len(texts) - 1, 0, -1):
        earlier = [row["ref"] for row in texts[:place] if row["page"] == texts[place]["page"]]
        if earlier:
            return earlier[-1], texts[place]["ref"]
    return None


def _before(connection: sqlite3.Connection, name: str, notes: list[str]) -> tuple[str, str]:
    """Return the pair that one name alone means: of a release its last two texts, of a version that and the one before it.

    Where there is only one, that stands on both sides, and a note says so.
    """
    reference = named(connection, name)
    versions = overview.standing(connection, reference.release_id)
    row, _, _ = queries.version(connection, reference)
    if reference.number is None:
        alike = _of_one_kind(versions, reference.page_id)
        pair = latest_pair(alike)
        texts = [version["ref"] for version in alike if version["kind"] != "removed"]
        only = texts[-1] if texts else row["ref"]
    else:
        known = {version["id"]: version["ref"] for version in versions}
        pair = (known[row["previous_id"]], row["ref"]) if row["previous_id"] in known else None
        only = row["ref"]
    if pair is None:
        notes.append(f"There is no text before {only} to compare it with. See history {reference.release_id}.")
    return pair or (only, only)


def _of_one_kind(versions: Sequence[Row], page_id: int) -> list[Row]:
    """Return the versions of a file or a further page where that is meant, else those of the press release without them."""
    own = [row for row in versions if row["page"] == page_id]
    if any(row["page_kind"] in _CHILDREN for row in own):
        return own
    return [row for row in versions if row["page_kind"] not in _CHILDREN]


def _side(connection: sqlite3.Connection, name: str, notes: list[str]) -> tuple[Row, Content]:
    """Return one side's version and content; of a removal the last text, and a note that says so."""
    row, content, _ = queries.version(connection, named(connection, name))
    if row["kind"] == "removed":
        versions = {version["id"]: version for version in overview.standing(connection, row["release"])}
        last = versions[row["previous_id"]]["ref"]
        notes.append(f"{row['ref']} is a removal; showing {last} (last text). See history {row['release']}.")
        row, content, _ = queries.version(connection, named(connection, last))
    if content is None:
        raise CrawlError(f"the text of {row['ref']} is withheld by order", hint="see the table redactions")
    return row, content


def diff_of(connection: sqlite3.Connection, one: str, other: str | None) -> tuple[dict[str, Any], Diff]:
    """Return what differs between two versions, as one document and as it was computed.

    Raises UnknownReference for what is none, and CrawlError for a text that is withheld.
    """
    notes: list[str] = []
    names = (one, other) if other is not None else _before(connection, one, notes)
    (before, old), (after, new) = (_side(connection, name, notes) for name in names)
    old, new = _as_compared(connection, (before, old), (after, new), notes)
    diff = compare(old, new)
    document = {
        "before": _header(before),
        "after": _header(after),
        "notes": notes,
        "same": not (diff.paragraphs or diff.fields),
        "same_when_compared": compare_sha256(old) == compare_sha256(new),
        "unit": diff.unit,
        "removed": diff.removed,
        "added": diff.added,
        "paragraphs_before": diff.paragraphs_before,
        "paragraphs_after": diff.paragraphs_after,
        **_told(connection, before, after),
        "operations": as_operations(diff),
    }
    return document, diff


def _as_compared(
    connection: sqlite3.Connection, one: tuple[Row, Content], other: tuple[Row, Content], notes: list[str]
) -> tuple[Content, Content]:
    """Return both contents, and where one version is of the text right after the other's, the earlier as it was compared.

    A reader that changed in between read the earlier page again: what differs then is what the publisher changed.
    """
    for (earlier, stored), (later, _) in ((one, other), (other, one)):
        if later["compared_id"] is None or not _follows(connection, earlier, later):
            continue
        compared = content_of(connection, later["compared_id"])
        if compared is not None and printed_sha256(compared) != printed_sha256(stored):
            notes.append(f"{earlier['ref']} is shown as the reader of {later['ref']} reads it: the reader changed in between.")
            earlier.update(title=compared.title, content_sha256=printed_sha256(compared))
            return (compared, other[1]) if earlier is one[0] else (one[1], compared)
    return one[1], other[1]


def _follows(connection: sqlite3.Connection, earlier: Row, later: Row) -> bool:
    """Tell whether a version's text is the next of its page after another's; a removal between them has no text."""
    versions = {version["id"]: version for version in overview.standing(connection, later["release"])}
    previous = versions.get(later["previous_id"])
    while previous is not None and previous["kind"] == "removed":
        previous = versions.get(previous["previous_id"])
    return previous is not None and previous["ref"] == earlier["ref"]


def _header(row: Row) -> Row:
    names = ("ref", "page", "release", "title", "observed_at", "last_confirmed_at", "content_sha256", "url")
    return {name: row[name] for name in names}


def _told(connection: sqlite3.Connection, before: Row, after: Row) -> Row:
    """Return the labels of an edit, where the later version is the one that followed the earlier; else none are known."""
    known = {version["id"]: version["ref"] for version in overview.standing(connection, after["release"])}
    follows = known.get(after["previous_id"]) == before["ref"]
    return {"silent": bool(after["silent"]) if follows else None, "labels": _labels(connection, after) if follows else []}


def _labels(connection: sqlite3.Connection, row: Row) -> list[str]:
    return next((each["labels"] for each in queries.history(connection, row["release"]) if each["ref"] == row["ref"]), [])


# How it is shown


def say_diff(screen: Screen, document: dict[str, Any], diff: Diff) -> None:
    """Print what differs between two versions: heads, fields, then the paragraphs that changed."""
    before, after = document["before"], document["after"]
    for note in document["notes"]:
        screen.line((note, "yellow"))
    if document["same"]:
        if before["ref"] != after["ref"]:
            screen.line(f"{before['ref']} and {after['ref']} are the same text.")
        return
    width = max(len(side["ref"]) for side in (before, after))
    for sign, side, style in (("---", before, "red"), ("+++", after, "green")):
        span = f"seen {screen.at(side['observed_at'])} .. {screen.at(side['last_confirmed_at'])} {screen.zone_offset}"
        screen.line((f"{sign} {side['ref']:<{width}}", style), f"  {span}  sha256 {side['content_sha256'][:_HASH_SHOWN]}")
    _say_fields(screen, diff)
    for paragraph in diff.paragraphs:
        screen.line((_place(paragraph.before, paragraph.after, diff), "cyan"))
        screen.indented(_changed(screen, paragraph.ops), " ")
    screen.line(_tally(document, len(diff.paragraphs)))


def _say_fields(screen: Screen, diff: Diff) -> None:
    changed = {field.name: field for field in diff.fields}
    for name, field in changed.items():
        screen.indented(Text(f"{_FIELDS[name]}: ") + _changed(screen, field.ops), "")
    unchanged = [words for name, words in _FIELDS.items() if name not in changed]
    if unchanged:
        screen.line((f"{', '.join(unchanged)}: unchanged", "dim"))


def _place(before: int | None, after: int | None, diff: Diff) -> str:
    if before is None:
        return f"@@ paragraph {after} of {diff.paragraphs_after} is new @@"
    if after is None:
        return f"@@ paragraph {before} of {diff.paragraphs_before} was taken out @@"
    now = f", now paragraph {after} of {diff.paragraphs_after}" if before != after else ""
    return f"@@ paragraph {before} of {diff.paragraphs_before}{now} @@"


def _changed(screen: Screen, ops: Sequence[Op]) -> Text:
    """Return operations for the screen: red and green on a terminal with colours, `[-old-]{+new+}` elsewhere."""
    if not screen.out.is_terminal or screen.out.no_color:
        return Text(safe(inline(ops, _CONTEXT)))
    text = Text()
    for place, op in enumerate(ops):
        words = _shortened(op.text, follows=place > 0, leads=place < len(ops) - 1) if op.kind == "equal" else op.text
        text.append(safe(words), _STYLES[op.kind])
    return text


def _shortened(text: str, *, follows: bool, leads: bool) -> str:
    """Return what stands unchanged beside a change, without what is far from it, as `storage.diff.inline` does."""
    if len(text) <= _CONTEXT * (follows + leads):
        return text
    return (f"{head(text, _CONTEXT)} " if follows else "") + ELLIPSIS + (f" {tail(text, _CONTEXT)}" if leads else "")


def _tally(document: dict[str, Any], paragraphs: int) -> str:
    unit = document["unit"]
    counted = f"{plural(document['removed'], unit.removesuffix('s'))} removed, {document['added']} added."
    words = f"{plural(paragraphs, 'paragraph')} changed, {counted}"
    labels = [*(["silent"] if document["silent"] else []), *document["labels"]]
    if document["same_when_compared"]:
        words += "  Only spaces or signs without width differ: no edit."
    return words + (f"  Labels: {', '.join(labels)}" if labels else "")
