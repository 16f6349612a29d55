"""Differences between two contents: aligned, readable, and never losing a character."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.diff import Diff, FieldChange, Op, ParagraphDiff, as_operations, compare, inline, summary
from storage.records import Attachment, Content, File

SEED = next((Path(__file__).parents[2] / "seeds").glob("000_*.txt")).read_text(encoding="utf-8").split("10:46\n\n")[1].strip("\n")
NAME = ", Chen Lizong"
HAN_BEFORE = "张兵主持会议并讲话。市领导高玲慧、陈利众参加会议。"
HAN_AFTER = "张兵主持会议并讲话。市领导高玲慧参加会议。"

PIECES = (
    "alpha",
    "Beta",
    "12",
    "1,234.5",
    " ",
    "  ",
    "\u00a0",
    ", ",
    ". ",
    "嘉",
    "兴",
    "，",
    "。",
    "-",
    "\n",
    "\n\n",
    "e\u0301",
    "\u200b",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
PARAGRAPHS = st.lists(st.sampled_from(("One two three.", "One two four.", "嘉兴日报。", "", "Alone", "x\ny")), max_size=8)


def content(text="", **fields):
    """Return a content with that text; a title is the least that it needs."""
    return Content(**{"title": "A title", **fields}, text=text)


def texts(before, after):
    """Return the diff of two texts."""
    return compare(content(before), content(after))


def told(before, after):
    """Return the paragraphs that differ, each as one marked text."""
    return [(paragraph.before, paragraph.after, inline(paragraph.ops)) for paragraph in texts(before, after).paragraphs]


def side(ops, without):
    """Return the text of one side of the operations."""
    return "".join(op.text for op in ops if op.kind != without)


def paragraphs(text):
    """Return the paragraphs of a text as the archive counts them."""
    return text.split("\n\n") if text else []


# What stays true whatever is compared


@given(TEXTS | PARAGRAPHS.map("\n\n".join), TEXTS | PARAGRAPHS.map("\n\n".join))
def test_a_diff_loses_nothing(before, after):
    """Each paragraph's operations give both its sides, and all else stands unchanged between them, in order."""
    diff = texts(before, after)
    old, new = paragraphs(before), paragraphs(after)
    for change in diff.paragraphs:
        assert side(change.ops, "insert") == (old[change.before - 1] if change.before else "")
        assert side(change.ops, "delete") == (new[change.after - 1] if change.after else "")
    gone = {change.before for change in diff.paragraphs}
    come = {change.after for change in diff.paragraphs}
    kept_before = [text for number, text in enumerate(old, 1) if number not in gone]
    kept_after = [text for number, text in enumerate(new, 1) if number not in come]
    assert kept_before == kept_after
    assert (diff.paragraphs_before, diff.paragraphs_after) == (len(old), len(new))


@given(TEXTS | PARAGRAPHS.map("\n\n".join), TEXTS | PARAGRAPHS.map("\n\n".join))
def test_a_diff_runs_forward(before, after):
    """Numbers before and after only rise, a pair stands where both sides have it, and every entry is a real difference."""
    diff = texts(before, after)
    for numbers in ([change.before for change in diff.paragraphs], [change.after for change in diff.paragraphs]):
        present = [number for number in numbers if number is not None]
        assert present == sorted(set(present))
    unchanged_before = unchanged_after = 0
    last_before = last_after = 0
    for change in diff.paragraphs:
        unchanged_before += (change.before - last_before - 1) if change.before else 0
        unchanged_after += (change.after - last_after - 1) if change.after else 0
        last_before, last_after = change.before or last_before, change.after or last_after
        if change.before and change.after:
            assert unchanged_before == unchanged_after
            assert {op.kind for op in change.ops} - {"equal"}


@given(TEXTS, TEXTS)
def test_operations_are_merged(before, after):
    """No operation is empty, no two neighbours are of one kind, and a removal stands before what replaces it."""
    for change in texts(before, after).paragraphs:
        kinds = [op.kind for op in change.ops]
        assert all(op.text for op in change.ops)
        assert all(one != other for one, other in pairwise(kinds))
        assert ("insert", "delete") not in set(pairwise(kinds))


@given(TEXTS, st.text(max_size=20))
def test_a_content_does_not_differ_from_itself(text, title):
    """The same content gives no paragraphs, no fields, no counts and an empty summary."""
    same = content(text, title=title, published="2026-01-01", attachments=(Attachment("a", "u"),))
    diff = compare(same, same)
    assert (diff.paragraphs, diff.fields, diff.removed, diff.added) == ((), (), 0, 0)
    assert summary(diff) == ""
    assert as_operations(diff) == []


@given(TEXTS | st.text(max_size=300), TEXTS | st.text(max_size=300), st.integers(0, 200))
def test_a_summary_keeps_its_limit(before, after, limit):
    """However long the change, the summary is one line within the limit, and empty only when nothing differs."""
    diff = texts(before, after)
    line = summary(diff, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert bool(summary(diff)) == any(change.ops for change in diff.paragraphs)


@given(TEXTS, TEXTS, st.integers(0, 40))
def test_context_never_cuts_a_change(before, after, context):
    """Every removed and every added text stands whole in the marked text, whatever the context."""
    for change in texts(before, after).paragraphs:
        line = inline(change.ops, context)
        for op in change.ops:
            assert op.kind == "equal" or op.text in line


# What a person reads


def test_the_seed_document_with_a_name_taken_out():
    """The example of the design: one paragraph of six, two words, told in its sentence."""
    diff = texts(SEED, SEED.replace(NAME, ""))
    (change,) = diff.paragraphs
    assert (change.before, change.after, diff.paragraphs_before) == (1, 1, 6)
    assert Op("delete", NAME) in change.ops
    assert (diff.removed, diff.added, diff.unit) == (2, 0, "words")
    assert summary(diff) == "... Other leaders attended the conference such as Li Jun, Gao Linghui[-, Chen Lizong-]."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Present: Li Jun, Li Gang, Wang Wu.", "Present: Li Gang, Wang Wu.", "Present: [-Li Jun, -]Li Gang, Wang Wu."),
        ("S one. S two. S three.", "S one. S three.", "S one. [-S two. -]S three."),
        ("S one. S three.", "S one. S two. S three.", "S one. {+S two. +}S three."),
        ("It grew by 12.5% to 1,234.", "It grew by 13.5% to 1,235.", "It grew by [-12.5-]{+13.5+}% to [-1,234-]{+1,235+}."),
        ("A high-level meeting", "A high level meeting", "A [-high-level-]{+high level+} meeting"),
        ("the Partys line", "the Party's line", "the [-Partys-]{+Party's+} line"),
        ("one two", "three four", "[-one two-]{+three four+}"),
        ("The fox jumps by a dog", "Every cat sleeps by us all", "[-The fox jumps by a dog-]{+Every cat sleeps by us all+}"),
        ("a, b, c, d", "b, d", "[-a, -]b, [-c, -]d"),
        ("cafe\u0301 open", "cafe open", "[-cafe\u0301-]{+cafe+} open"),
        ("no\u00a0break", "no break", "no[-\u00a0-]{+ +}break"),
        (HAN_BEFORE, HAN_AFTER, "张兵主持会议并讲话。市领导高玲慧[-、陈利众-]参加会议。"),
        ("李军、李刚、王五共260人", "李刚、王五共280人", "[-李军、-]李刚、王五共[-260-]{+280+}人"),
        ("同意甲的方案", "同意乙的方案", "同意[-甲-]{+乙+}的方案"),
        ("甲的丙", "乙的丁", "[-甲的丙-]{+乙的丁+}"),
    ],
)
def test_changes_read_as_a_person_would_mark_them(before, after, expected):
    """Whole words, clauses and names; equal crumbs between two replacements belong to them."""
    assert told(before, after) == [(1, 1, expected)]


def test_paragraphs_are_aligned_before_words():
    """A new paragraph leaves its neighbours alone, an edited one keeps its pair, a removed one has no number after."""
    before = "One.\n\nTwo is here today.\n\nThree.\n\nFour is about to go away."
    after = "Nothing like the others.\n\nOne.\n\nTwo was here today.\n\nThree."
    assert told(before, after) == [
        (None, 1, "{+Nothing like the others.+}"),
        (2, 3, "Two [-is-]{+was+} here today."),
        (4, None, "[-Four is about to go away.-]"),
    ]


def test_similar_paragraphs_of_a_replaced_block_find_each_other():
    """In a block of several, the most similar pair up and the rest are removals and additions in their places."""
    before = "The port handled a record cargo in May.\n\nWetlands are protected by a new plan."
    after = "Silk is made here since long ago.\n\nA new bridge opened.\n\nThe port handled a record cargo in June."
    assert told(before, after) == [
        (None, 1, "{+Silk is made here since long ago.+}"),
        (None, 2, "{+A new bridge opened.+}"),
        (1, 3, "The port handled a record cargo in [-May-]{+June+}."),
        (2, None, "[-Wetlands are protected by a new plan.-]"),
    ]


def test_pairs_never_cross():
    """Of two paragraphs that changed places and were edited, one is a pair and the other a removal and an addition."""
    port, silk = "The port handled a record cargo in {}.", "Silk {} made here since long ago by hand."
    before = "\n\n".join((port.format("May"), silk.format("is")))
    after = "\n\n".join((silk.format("was"), port.format("June")))
    rows = [(change.before, change.after) for change in texts(before, after).paragraphs]
    assert rows in ([(None, 1), (1, 2), (2, None)], [(1, None), (2, 1), (None, 2)])


def test_a_paragraph_replaced_in_place_is_one_change():
    """A single paragraph in the place of a single one is a pair, however little they share."""
    assert told("Same.\n\nHello\n\nEnd.", "Same.\n\nGoodbye\n\nEnd.") == [(2, 2, "[-Hello-]{+Goodbye+}")]
    block = "Same.\n\nHello\n\nIt opened in May this year.", "Same.\n\nGoodbye\n\nIt opened in June this year."
    assert [row[:2] for row in told(*block)] == [(2, 2), (3, 3)]


def test_chinese_is_counted_in_characters():
    """Characters without spaces are the unit where ideographs prevail; a Chinese name in an English text changes nothing."""
    diff = texts(HAN_BEFORE, HAN_AFTER)
    assert (diff.removed, diff.added, diff.unit) == (4, 0, "characters")
    assert texts("Mayor 张兵 opened the meeting today", "Mayor opened the meeting today").unit == "words"


def test_fields_are_told_as_printed():
    """Title, date, source, author and attachments are compared as printed; a date in whole parts, attachments by name."""
    before = Content("Record Cargo", "x", "2022-09-20 10:46", source="Xinhua", attachments=(Attachment("a, b.pdf", "u"),))
    after = replace(
        before,
        title="Cargo",
        published="2022-09-21 10:46",
        source=None,
        author="Li Jun",
        attachments=(Attachment("a, b.pdf", "v"), Attachment("c.xls", "w")),
    )
    fields = {field.name: (field.before, field.after, inline(field.ops)) for field in compare(before, after).fields}
    assert fields == {
        "title": ("Record Cargo", "Cargo", "[-Record -]Cargo"),
        "published": ("2022-09-20 10:46", "2022-09-21 10:46", "[-2022-09-20-]{+2022-09-21+} 10:46"),
        "source": ("Xinhua", None, "[-Xinhua-]"),
        "author": (None, "Li Jun", "{+Li Jun+}"),
        "attachments": ("a, b.pdf", "a, b.pdf; c.xls", "a, b.pdf{+; c.xls+}"),
    }
    assert list(fields) == ["title", "published", "source", "author", "attachments"]


def test_an_address_that_changed_is_no_change_of_an_attachment():
    """Signed addresses differ with every request; only names count, and an emptied list is None."""
    one = content("x", attachments=(Attachment("a.pdf", "https://h/1"),))
    assert compare(one, content("x", attachments=(Attachment("a.pdf", "https://h/2"),))).fields == ()
    assert compare(one, content("x")).fields == (FieldChange("attachments", "a.pdf", None, (Op("delete", "a.pdf"),)),)


def test_attachments_without_a_name_make_no_empty_operation():
    """A nameless attachment that comes is a change of the list with nothing to mark."""
    (field,) = compare(content("x"), content("x", attachments=(Attachment("", "u"),))).fields
    assert field.ops == ()


# inline


OPS = (
    Op("equal", "It was said before. The port handled "),
    Op("delete", "260"),
    Op("insert", "280"),
    Op("equal", " ships in the first half of the year. Then the whole delegation went on to see the new museum and "),
    Op("delete", "left"),
    Op("equal", " again for home in the evening."),
)


FIRST = "It was said before. The port handled [-260-]{+280+} ships"
SECOND = "[-left-] again for home in the evening."


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (None, f"{FIRST} in the first half of the year. Then the whole delegation went on to see the new museum and {SECOND}"),
        (45, f"{FIRST} in the first half of the year. ... delegation went on to see the new museum and {SECOND}"),
        (20, "... The port handled [-260-]{+280+} ships in the first ... the new museum and [-left-] again for home in ..."),
        (0, "... [-260-]{+280+} ... [-left-] ..."),
    ],
)
def test_context_is_cut_at_words_and_sentences(context, expected):
    """Unchanged text is cut to whole words, at a sentence's border where one is near, and an ellipsis says so."""
    assert inline(OPS, context) == expected


def test_chinese_context_is_cut_at_sentences_and_characters():
    """Without spaces, a character is a word; the sentence of the change is preferred all the same."""
    (change,) = texts(HAN_BEFORE, HAN_AFTER).paragraphs
    assert inline(change.ops, 14) == "... 市领导高玲慧[-、陈利众-]参加会议。"
    assert inline(change.ops, 3) == "... 高玲慧[-、陈利众-]参加会 ..."


# summary


def test_the_text_is_told_before_title_and_date():
    """The order is text, title, printed date, attachments, source."""
    before = Content("Old", "Old text", "2026-01-01", source="S", attachments=(Attachment("a", "u"),))
    states = [replace(before, source="T")]
    for field in ({"attachments": ()}, {"published": "2026-01-02"}, {"title": "New"}, {"text": "New text"}):
        states.append(replace(states[-1], **field))
    assert [summary(compare(before, state)) for state in states] == [
        "[-S-]{+T+}",
        "[-a-]",
        "[-2026-01-01-]{+2026-01-02+}",
        "[-Old-]{+New+}",
        "[-Old-]{+New+} text",
    ]


def test_what_a_reader_cannot_see_gives_way():
    """A no-break space that became a space is told only when there is nothing else to tell, within a paragraph as between them."""
    assert summary(texts("a\u00a0b.\n\nIt was May.", "a b.\n\nIt was June.")) == "It was [-May-]{+June+}."
    long = " and so on" * 30
    line = summary(texts(f"a\u00a0b{long} May.", f"a b{long} June."))
    assert line.endswith("and so on [-May-]{+June+}.")
    assert summary(compare(content("a\u00a0b"), content("a b", title="B title"))) == "[-A-]{+B+} title"
    assert summary(texts("a\u00a0b", "a b")) == "a[-\u00a0-]{+ +}b"


def test_long_changes_are_cut_short_on_both_sides():
    """A replaced passage shows the beginnings of both texts; a short side leaves its room to the long one."""
    both = summary(texts("Stays. " + "old " * 90, "Stays. " + "new " * 90))
    assert both.startswith(("Stays. [-old", "... [-old"))
    assert "...-]{+new" in both
    assert both.endswith(("...+}", "...+} ..."))
    assert 150 < len(both) <= 200
    uneven = summary(texts("old " + "same " * 60, "new and long " * 40 + "same " * 60))
    assert "[-old-]" in uneven
    assert 150 < len(uneven) <= 200


def test_a_word_longer_than_the_summary_is_cut_anyway():
    """One endless word cannot be kept whole."""
    line = summary(texts("", "x" * 900))
    assert line.startswith("{+xxx")
    assert line.endswith("x ...+}")
    assert len(line) == 200


def test_many_changes_tell_the_first_with_its_context():
    """Where not all changes fit, the first is told in its sentence and the later ones count as context, as they read now."""
    before = ". ".join(f"Sentence number {number} says that the port grew by a lot this year" for number in range(9))
    line = summary(texts(before, before.replace("port", "airport")))
    assert line == "Sentence number 0 says that the [-port-]{+airport+} grew by a lot this year. ..."


def test_line_breaks_become_spaces():
    """A summary is one line even where the text has lines."""
    assert summary(texts("one\r\n  two three", "one\r\n  two four")) == "one two [-three-]{+four+}"


# as_operations


def test_operations_as_plain_records():
    """Fields first, then paragraphs by the number after, or before for one taken out."""
    before = Content("Old", "Gone for good.\n\nIt was May.")
    rows = as_operations(compare(before, Content("New", "It was June.")))
    assert rows == [
        {"field": "title", "paragraph": None, "op": "delete", "text": "Old"},
        {"field": "title", "paragraph": None, "op": "insert", "text": "New"},
        {"field": "text", "paragraph": 1, "op": "delete", "text": "Gone for good."},
        {"field": "text", "paragraph": 1, "op": "equal", "text": "It was "},
        {"field": "text", "paragraph": 1, "op": "delete", "text": "May"},
        {"field": "text", "paragraph": 1, "op": "insert", "text": "June"},
        {"field": "text", "paragraph": 1, "op": "equal", "text": "."},
    ]


def test_the_types_are_plain_values():
    """A diff is a frozen value that can be compared and built by hand."""
    assert texts("", "x") == Diff((ParagraphDiff(None, 1, (Op("insert", "x"),)),), 0, 1, (), 0, 1, "words")


# Size


@pytest.mark.parametrize("parting", ["\n\n", " "])
def test_a_megabyte_with_few_edits_is_quick(parting):
    """1 MB with three words changed takes far below a second, as thousands of paragraphs and as a single one."""
    text = "\n\n".join([SEED] * 216).replace("\n\n", parting)
    assert len(text) > 950_000
    middle = text.index(NAME, len(text) // 2)
    edited = "Early" + text[9:middle] + text[middle + len(NAME) :] + " End."
    started = time.process_time()
    diff = texts(text, edited)
    assert time.process_time() - started < 0.9
    marked = [inline(change.ops, 20) for change in diff.paragraphs]
    assert "[-, Chen Lizong-]" in "".join(marked)
    assert (diff.removed, diff.added) == (3, 2)


def test_one_edit_in_a_megabyte_is_told():
    """The summary of a very long text is as good as that of a short one."""
    text = "\n\n".join([SEED] * 216)
    middle = text.index(NAME, len(text) // 2)
    line = summary(texts(text, text[:middle] + text[middle + len(NAME) :]))
    assert line == "... Other leaders attended the conference such as Li Jun, Gao Linghui[-, Chen Lizong-]."


def test_what_is_too_large_to_align_counts_as_replaced():
    """Without sentences to go by, an alignment beyond 25 MB is not tried: coarse, but complete."""
    words = "word " * 15_000
    (change,) = texts(f"a {words}b", f"c {words}d").paragraphs
    assert change.ops == (Op("delete", f"a {words}b"), Op("insert", f"c {words}d"))


def test_a_document_rewritten_throughout_stays_affordable():
    """Two thousand edited paragraphs still find their pairs, in a few seconds at worst."""
    before = "\n\n".join(f"Paragraph {number} tells of the port and its cargo." for number in range(2000))
    started = time.process_time()
    diff = texts(before, before.replace("port", "airport"))
    assert time.process_time() - started < 3
    assert all(change.before == change.after for change in diff.paragraphs)
    assert len(diff.paragraphs) == 2000


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("One " + "ab " * 210_000, "Two " + "cd " * 210_000, "[-One ab ab"),
        ("\n\n".join(["one"] * 10_001), "\n\n".join(["two"] * 10_001), "[-one one one"),
        ("\n\n".join("a.b." * 50_000 for _ in range(4)), "\n\n".join("c.d." * 50_000 for _ in range(4)), "[-a.b.a.b."),
    ],
)
def test_a_text_without_end_is_replaced_as_a_whole(before, after, told):
    """Millions of words, or ten thousand paragraphs, that differ everywhere are one change: all that was, and all that is."""
    diff = texts(f"Same.\n\n{before}\n\nEnd.", f"Same.\n\n{after}\n\nEnd.")
    (change,) = diff.paragraphs
    assert (change.before, change.after) == (2, 2)
    assert change.ops == (Op("delete", before), Op("insert", after))
    assert summary(diff).startswith(told)
    assert len(summary(diff)) <= 200


def test_what_only_comes_to_a_text_without_end_has_no_number_before():
    """Ten thousand new paragraphs at the end of a text are one addition behind what was there."""
    added = "\n\n".join(map(str, range(30_000)))
    (change,) = texts("Same.", f"Same.\n\n{added}").paragraphs
    assert (change.before, change.after, change.ops) == (None, 2, (Op("insert", added),))


def test_a_summary_passes_over_white_space_without_end():
    """A hundred thousand spaces are told in a line, and not tried from each of them."""
    assert summary(texts("x" + " " * 100_000 + "y", "x y z")).endswith(" ...-]{+ y z+}")
    assert summary(texts("a\u2003\n \x85 b", "c")) == "[-a b-]{+c+}"


def test_a_replaced_file_is_told_by_its_size_and_hash():
    """What a person can look up: the bytes before and after; a text that was read of it goes before them."""
    before = Content("plan.pdf", "", file=File("a" * 64, 34_112))
    after = replace(before, file=File("b" * 64, 35_020))
    assert summary(compare(before, after)) == (
        "[-34,112 bytes (SHA-256 aaaaaaaaaaaa...)-]{+35,020 bytes (SHA-256 bbbbbbbbbbbb...)+}"
    )
    read = compare(replace(before, text="260 ships."), replace(after, text="280 ships."))
    assert summary(read) == "[-260-]{+280+} ships."
    assert compare(before, before).fields == ()
