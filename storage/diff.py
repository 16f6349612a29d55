"""What differs between two contents: paragraphs first, then words (or characters, in Chinese), told as a person would.  Pure.

Texts are compared as printed.  Paragraphs are aligned before words are, so that a new paragraph never makes soup of its
neighbours; within a pair, a longest common subsequence of tokens is cleaned as in N. Fraser, "Diff Strategies" (2006):
changes slide to the borders of words and clauses, and the crumbs that two changes have in common by chance are absorbed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Literal

from rapidfuzz.distance import Indel

from storage.fingerprint import comparable
from storage.tokens import ELLIPSIS, Chunk, Unit, has_more_tokens, head, sentences, tail, tidied, tokens, unit_of, units

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from storage.records import Content

    _Run = tuple[int, int, int]

__all__ = ["Diff", "FieldChange", "Op", "ParagraphDiff", "Unit", "as_operations", "compare", "inline", "summary"]

_BREAKS = r"\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_LINE_BREAKS = re.compile(rf"(?<!\s)[^\S{_BREAKS}]*[{_BREAKS}]\s*")  # from where white space begins: a long run is tried but once
_HASH_SHOWN = 12
_DATE_PART = re.compile(r"\S+|\s+")

# Aligning two runs takes a bit for each pair of their items; this is 25 MB and a tenth of a second.
_MOST_CELLS = 200_000_000
# Paragraphs that differ, and words and signs in them, counted on both sides, beyond which they are told as a whole: nobody reads
# such a diff word by word, and to make it would hold up the look that brought it.
_MOST_PARAGRAPHS = 20_000
_MOST_TOKENS = 800_000
# Paragraphs less alike than this share of their words are a removal and an addition, not an edit.
_ALIKE = 0.4
# How far from its expected place a paragraph is looked for among the replaced ones, and how many pairs are weighed at most
# on each side: keeps a document of 1 MB that was rewritten throughout within a second or two.
_REACH = 40
_MOST_WEIGHED = 10_000
_MARKS = {"delete": ("[-", "-]"), "insert": ("{+", "+}")}
# The fields that are told beside the text, and what each is cut into: a printed date changes in whole parts (day, time).
_FIELDS = (("title", tokens), ("published", _DATE_PART.findall), ("source", tokens), ("author", tokens))
# What a person wants to hear of first, after the text.
_TELLING_ORDER = ("file", "title", "published", "attachments", "source", "author")
# Which changes and how much context (in characters) a summary tries, from the most telling to the shortest.
_HOPELESS = 10  # a change so many times as long as a summary is not told in full, however much white space it holds
_SUMMARY_TRIES = (("all", 80), ("all", 40), ("first", 80), ("first", 40), ("first", 15), ("first", 0))


@dataclass(frozen=True, slots=True)
class Op:
    """A run of text that both sides have, or that only the earlier (`delete`) or the later one (`insert`) has."""

    kind: Literal["equal", "delete", "insert"]
    text: str


@dataclass(frozen=True, slots=True)
class ParagraphDiff:
    """A paragraph that differs: its number before and after, counted from 1 (None where it did not exist), and the change."""

    before: int | None
    after: int | None
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field other than the text that differs, as printed; names of attachments stand as one text, parted by "; "."""

    name: str
    before: str | None
    after: str | None
    ops: tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two contents; `removed` and `added` count units of the text (not of the fields)."""

    paragraphs: tuple[ParagraphDiff, ...]
    paragraphs_before: int
    paragraphs_after: int
    fields: tuple[FieldChange, ...]
    removed: int
    added: int
    unit: Unit


def compare(before: Content, after: Content) -> Diff:
    """Return what differs between two contents, as printed; nothing at all when they read the same to the letter."""
    unit = unit_of(before.title + before.text + after.title + after.text)
    old, new = _paragraphs(before.text), _paragraphs(after.text)
    changed = tuple(_changed_paragraphs(old, new))
    ops = [op for paragraph in changed for op in paragraph.ops]
    return Diff(
        paragraphs=changed,
        paragraphs_before=len(old),
        paragraphs_after=len(new),
        fields=tuple(_changed_fields(before, after)),
        removed=sum(units(op.text, unit) for op in ops if op.kind == "delete"),
        added=sum(units(op.text, unit) for op in ops if op.kind == "insert"),
        unit=unit,
    )


def inline(ops: Sequence[Op], context: int | None = None) -> str:
    """Return a change as one text, `kept [-old-]{+new+} kept`.

    With `context`, at most that many characters of unchanged text stand on each side of a change, in whole words and
    preferably from the border of a sentence; what was left out shows as `...`.
    """
    last = len(ops) - 1
    return "".join(
        _shortened(op.text, context, follows=place > 0, leads=place < last) if op.kind == "equal" else _marked(op)
        for place, op in enumerate(ops)
    )


def summary(diff: Diff, limit: int = 200) -> str:
    """Return one line of at most `limit` characters that tells the change, as in `... Li Jun[-, Chen Lizong-] and others`.

    The first change of the text is preferred, then the title, the printed date and the rest.  What shows only in print
    (a no-break space for a space) gives way to what the comparison form shows.  Nothing differs: an empty line.
    """
    by_name = {field.name: field.ops for field in diff.fields}
    changes = [paragraph.ops for paragraph in diff.paragraphs] + [by_name[name] for name in _TELLING_ORDER if name in by_name]
    told = [ops for ops in changes if ops]  # an empty paragraph or nameless attachment that comes or goes has none
    if not told:
        return ""
    ops = next(filter(_matters, told), told[0])
    variants = {"all": ops, "first": _first_change(ops)}
    if any(len(op.text) > _HOPELESS * limit for op in variants["first"] if op.kind != "equal"):
        return _clipped(variants["first"], limit)
    lines = (_one_line(inline(variants[which], context)) for which, context in _SUMMARY_TRIES)
    return next((line for line in lines if len(line) <= limit), None) or _clipped(variants["first"], limit)


def as_operations(diff: Diff) -> list[dict[str, str | int | None]]:
    """Return the diff as plain records `{field, paragraph, op, text}`: fields first, then the text by paragraph.

    `paragraph` is None for fields; in the text it is the number after the change, or before it for a paragraph taken out.
    """
    rows: list[dict[str, str | int | None]] = [
        {"field": field.name, "paragraph": None, "op": op.kind, "text": op.text} for field in diff.fields for op in field.ops
    ]
    rows += [
        {"field": "text", "paragraph": paragraph.after or paragraph.before, "op": op.kind, "text": op.text}
        for paragraph in diff.paragraphs
        for op in paragraph.ops
    ]
    return rows


def _paragraphs(text: str) -> list[str]:
    return text.split("\n\n") if text else []


# Fields


def _changed_fields(before: Content, after: Content) -> Iterator[FieldChange]:
    """Yield the fields that differ; attachments are told in whole names."""
    for name, cut in _FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield FieldChange(name, old, new, _ops(cut(old or ""), cut(new or "")))
    names = _attachment_tokens(before), _attachment_tokens(after)
    if names[0] != names[1]:
        yield FieldChange("attachments", "".join(names[0]) or None, "".join(names[1]) or None, _ops(*names))
    files = _file_tokens(before), _file_tokens(after)
    if files[0] != files[1]:
        yield FieldChange("file", "".join(files[0]) or None, "".join(files[1]) or None, _ops(*files))


def _attachment_tokens(content: Content) -> list[str]:
    return [token for attachment in content.attachments for token in ("; ", attachment.name)][1:]


def _file_tokens(content: Content) -> list[str]:
    """Return what a file is as people may be told it: how large, and the beginning of its hash."""
    file = content.file
    return [] if file is None else [f"{file.size:,} bytes", f" (SHA-256 {file.sha256[:_HASH_SHOWN]}...)"]


# Paragraphs


def _changed_paragraphs(old: list[str], new: list[str]) -> Iterator[ParagraphDiff]:
    blocks = list(_gaps(_runs(old, new)))
    if _is_rewritten([text for left, right in blocks for text in (*old[left], *new[right])]):
        yield from (_replaced(old, new, *block) for block in blocks)
        return
    for block in blocks:
        for here, there in _pairs(old[block[0]], new[block[1]]):
            before = None if here is None else block[0].start + here
            after = None if there is None else block[1].start + there
            yield ParagraphDiff(
                before=None if before is None else before + 1,
                after=None if after is None else after + 1,
                ops=_ops(tokens("" if before is None else old[before]), tokens("" if after is None else new[after])),
            )


def _is_rewritten(texts: list[str]) -> bool:
    """Tell whether the paragraphs that differ are too many, or hold too much, to be compared word by word."""
    if len(texts) > _MOST_PARAGRAPHS:
        return True
    return sum(map(len, texts)) > _MOST_TOKENS and has_more_tokens("\n".join(texts), _MOST_TOKENS)


def _replaced(old: list[str], new: list[str], left: slice, right: slice) -> ParagraphDiff:
    """Return a block of paragraphs as taken out, and the one in its place as put in, under the numbers of their first ones."""
    ops = (Op("delete", "\n\n".join(old[left])), Op("insert", "\n\n".join(new[right])))
    return ParagraphDiff(
        before=left.start + 1 if left.start < left.stop else None,
        after=right.start + 1 if right.start < right.stop else None,
        ops=tuple(op for op in ops if op.text),
    )


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield which paragraph of a replaced block became which, in order; a single one in place of a single one is a pair."""
    matched = [*_alike(old, new), (len(old), len(new))]
    for (left, right), (here, there) in pairwise([(-1, -1), *matched]):
        gone, come = range(left + 1, here), range(right + 1, there)
        if len(gone) == len(come) == 1:
            yield gone[0], come[0]
        else:
            yield from ((place, None) for place in gone)
            yield from ((None, place) for place in come)
        if (here, there) != matched[-1]:
            yield here, there


def _alike(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the pairs of similar paragraphs, the most similar chosen first and none crossing another."""
    chosen: list[tuple[int, int]] = []
    for _unlikeness, _distance, here, there in sorted(_candidates(old, new)):
        place = bisect_left(chosen, (here, there))
        neighbours = chosen[max(place - 1, 0) : place + 1]
        if all((here - left) * (there - right) > 0 for left, right in neighbours):
            chosen.insert(place, (here, there))
    return chosen


def _candidates(old: list[str], new: list[str]) -> Iterator[tuple[float, int, int, int]]:
    """Yield (unlikeness, distance, place before, place after) of paragraphs that may be one another's successors."""
    if min(len(old), len(new)) == 0 or len(old) == len(new) == 1:
        return
    numbers: dict[Hashable, int] = {}
    here, there = (
        [_numbered([word for word in tokens(text) if not word.isspace()], numbers) for text in side] for side in (old, new)
    )
    reach = min(_REACH, _MOST_WEIGHED // len(here))
    for place, words in enumerate(here):
        expected = place * len(there) // len(here)
        for other in range(max(expected - reach, 0), min(expected + reach + 1, len(there))):
            score = Indel.normalized_similarity(words, there[other], score_cutoff=_ALIKE)
            if score:
                yield -score, abs(place - other), place, other


# Runs that two sequences have in common: (place before, place after, length) in order, closed by an empty one at the ends


def _runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[_Run]:
    """Return the common runs of two sequences; a stretch too large to align counts as replaced.

    What both begin and end with is set aside first: most edits are small.
    """
    start = _common(old, new)
    length = _common(old[start:][::-1], new[start:][::-1])
    ends = len(old) - length, len(new) - length
    runs = [(0, 0, start)]
    if (ends[0] - start) * (ends[1] - start) <= _MOST_CELLS:
        runs += [(start + here, start + there, size) for here, there, size in _aligned(old[start : ends[0]], new[start : ends[1]])]
    return [*(run for run in [*runs, (*ends, length)] if run[2]), (len(old), len(new), 0)]


def _aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[_Run]:
    numbers: dict[Hashable, int] = {}
    for code in Indel.opcodes(_numbered(old, numbers), _numbered(new, numbers)):
        if code.tag == "equal":
            yield code.src_start, code.dest_start, code.src_end - code.src_start


def _numbered(items: Iterable[Hashable], numbers: dict[Hashable, int]) -> list[int]:
    """Return a number for each item, equal for equal items: rapidfuzz compares hashes, and a small number is its own hash."""
    return [numbers.setdefault(item, len(numbers)) for item in items]


def _common(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """Return how many items two sequences begin with alike."""
    shorter = min(len(old), len(new))
    return next((place for place in range(shorter) if old[place] != new[place]), shorter)


def _gaps(runs: Iterable[_Run]) -> Iterator[tuple[slice, slice]]:
    """Yield the stretches between common runs: what was replaced by what."""
    for (here, there, length), (next_here, next_there, _) in pairwise([(0, 0, 0), *runs]):
        if here + length < next_here or there + length < next_there:
            yield slice(here + length, next_here), slice(there + length, next_there)


def _token_gaps(old: list[str], new: list[str]) -> Iterator[tuple[slice, slice]]:
    """Yield the stretches of tokens that were replaced.  Very long texts are aligned by sentences before they are by words."""
    if len(old) * len(new) <= _MOST_CELLS:
        yield from _gaps(_runs(old, new))
        return
    groups = sentences(old), sentences(new)
    here, there = ([0, *accumulate(map(len, side))] for side in groups)
    for block in _gaps(_runs(*groups)):
        left = slice(here[block[0].start], here[block[0].stop])
        right = slice(there[block[1].start], there[block[1].stop])
        for inner in _gaps(_runs(old[left], new[right])):
            yield _moved(inner[0], left.start), _moved(inner[1], right.start)


def _moved(stretch: slice, by: int) -> slice:
    return slice(stretch.start + by, stretch.stop + by)


# Operations within one pair


def _ops(old: list[str], new: list[str]) -> tuple[Op, ...]:
    """Return the operations that lead from one run of tokens to another, readable and without empty ones."""
    chunks, here = [], 0
    for left, right in _token_gaps(old, new):
        chunks.append(Chunk(old[here : left.start], old[left], new[right]))
        here = left.stop
    chunks.append(Chunk(old[here:], [], []))
    return tuple(Op(kind, "".join(words)) for chunk in tidied(chunks) for kind, words in chunk.runs() if any(words))


# Telling a change in a line


def _marked(op: Op) -> str:
    opening, closing = _MARKS[op.kind]
    return opening + op.text + closing


def _shortened(text: str, context: int | None, *, follows: bool, leads: bool) -> str:
    """Return unchanged text that follows a change, leads up to one, or both, with what is far from either left out."""
    if context is None or len(text) <= context * (follows + leads):
        return text
    before = f"{head(text, context)} " if follows else ""
    after = f" {tail(text, context)}" if leads else ""
    return before + ELLIPSIS + after


def _matters(ops: Iterable[Op]) -> bool:
    """Whether a change shows in the comparison form."""
    return comparable(_side(ops, "insert")) != comparable(_side(ops, "delete"))


def _side(ops: Iterable[Op], without: str) -> str:
    return "".join(op.text for op in ops if op.kind != without)


def _first_change(ops: Sequence[Op]) -> tuple[Op, ...]:
    """Return the first change that matters, a removal and what replaced it; the rest counts as context, as it reads now."""
    spans = [list(span) for equal, span in groupby(range(len(ops)), lambda place: ops[place].kind == "equal") if not equal]
    span = next((span for span in spans if _matters([ops[place] for place in span])), spans[0])
    around = Op("equal", _side(ops[: span[0]], "delete")), Op("equal", _side(ops[span[-1] + 1 :], "delete"))
    return tuple(op for op in (around[0], *(ops[place] for place in span), around[1]) if op.text)


def _one_line(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text)


def _clipped(ops: Sequence[Op], limit: int) -> str:
    """Return one change in at most `limit` characters, its own words cut short: `... [-old ...-]{+new ...+} ...`."""
    changes = [(op.kind, _one_line(op.text[: _HOPELESS * limit])) for op in ops if op.kind != "equal"]
    edges = [f"{ELLIPSIS} " if ops[0].kind == "equal" else "", f" {ELLIPSIS}" if ops[-1].kind == "equal" else ""]
    room = limit - sum(map(len, edges)) - sum(len("".join(_MARKS[kind])) for kind, _ in changes)
    shortest = min(len(text) for _, text in changes)
    share = max(room // len(changes), room - shortest if len(changes) > 1 else 0)
    told = "".join(_marked(Op(kind, _cut(text, share))) for kind, text in changes)
    return (edges[0] + told + edges[1])[:limit]


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    room = max(length - len(ELLIPSIS) - 1, 0)
    return f"{head(text, room) or text[:room]} {ELLIPSIS}"
