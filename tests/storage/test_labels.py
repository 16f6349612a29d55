"""Which fields changed, whether a change was silent, and the labels that need no classifier."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.fingerprint import compare_sha256
from storage.labels import changed_fields, is_silent, labels, shown_fields
from storage.records import Attachment, Content, DateCandidate, File

BEFORE = Content(
    title="Port Handles Record Cargo",
    text="The port handled 260 ships.\n\nLi Jun, Gao Linghui, Chen Lizong attended.",
    published="2022-09-20 10:46",
    published_on="2022-09-20",
    source="Xinhua",
    author="Li",
    attachments=(Attachment("plan.pdf", "https://h/1"),),
)
EDITED = replace(BEFORE, text=BEFORE.text.replace(", Chen Lizong", ""))


def added(note):
    """Return the edited content with a paragraph more."""
    return replace(EDITED, text=f"{EDITED.text}\n\n{note}")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ()),
        ({"title": "Port  Handles\u00a0Record Cargo\u200b"}, ()),
        ({"text": BEFORE.text.replace("\n", "\r\n")}, ()),
        ({"attachments": (Attachment("plan.pdf", "https://h/2"),)}, ()),
        ({"source": "CNS", "language": "en", "published_on": "2022-09-21"}, ()),
        ({"title": "Port"}, ("title",)),
        ({"published": None}, ("published",)),
        ({"attachments": ()}, ("attachments",)),
        ({"text": "x", "title": "y", "published": "z", "attachments": ()}, ("title", "published", "text", "attachments")),
    ],
)
def test_changed_fields_agree_with_the_comparison_hash(change, expected):
    """Fields change in the comparison form only, and some do exactly when the hash that makes versions does."""
    after = replace(BEFORE, **change)
    assert changed_fields(BEFORE, after) == expected
    assert bool(expected) == (compare_sha256(BEFORE) != compare_sha256(after))


def test_shown_fields():
    """Source and author are told apart from what makes a version, in the comparison form too."""
    assert shown_fields(BEFORE, replace(BEFORE, source=" Xinhua\u3000")) == ()
    assert shown_fields(BEFORE, replace(BEFORE, source=None, author="Gao")) == ("source", "author")


# is_silent


@pytest.mark.parametrize(
    "after",
    [
        EDITED,
        replace(BEFORE, title="Port Handles Cargo"),
        replace(BEFORE, attachments=()),
        replace(EDITED, published=None, published_on=None),
        replace(EDITED, published="2022-09-20 10:46:00"),
        replace(EDITED, published="2022-09-20"),
        replace(EDITED, published="2022年9月20日 10:46"),
    ],
)
def test_an_edit_without_a_sign_is_silent(after):
    """Text, title or attachments altered: a date taken away, or written otherwise, tells a reader nothing."""
    assert is_silent(BEFORE, after)


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        replace(BEFORE, text=BEFORE.text.replace(" ", "\u00a0")),
        replace(BEFORE, published="2022-09-21 10:46"),
        replace(BEFORE, source="CNS"),
        replace(EDITED, published="2022-09-21"),
        replace(EDITED, published="2022-09-20 10:50"),
    ],
)
def test_no_edit_or_a_moved_date_is_not_silent(after):
    """Nothing altered, or only the date, or the date along with the text: nothing was hidden."""
    assert not is_silent(BEFORE, after)


@pytest.mark.parametrize(
    ("origin", "silent"),
    [
        ("label", False),
        ("label:updated", False),
        ("selector", False),
        ("text", False),
        ("meta:pubdate", True),
        ("meta:maketime", True),
        ("url", True),
    ],
)
def test_only_dates_in_sight_tell_of_an_edit(origin, silent):
    """Machine dates move on every rebuild; only what stands on the page counts."""
    dates = [DateCandidate("2022-09-20 10:46", origin)]
    assert is_silent(BEFORE, EDITED, dates, dates)
    assert is_silent(BEFORE, EDITED, dates, [*dates, DateCandidate("2022-09-25", origin)]) is silent


def test_a_machine_date_taken_for_want_of_another_tells_nothing():
    """Where no date is in sight, the one in a meta tag stands as published, and moves on every rebuild."""
    after = replace(EDITED, published="2022-09-25 03:00", published_on="2022-09-25")
    old, new = ([DateCandidate(content.published, "meta:pubdate")] for content in (BEFORE, after))
    assert is_silent(BEFORE, after, old, new)
    assert not is_silent(BEFORE, after, old, [*new, DateCandidate(after.published, "text")])


@pytest.mark.parametrize(
    ("old", "new", "silent"),
    [
        ("20 September 2022", "20 October 2022", False),
        ("20 September 2022", "20\u00a0September 2022", True),
        ("2022 Sep 20, 10", "2022 Oct 20, 10", False),
        ("2022/09/20", "2022-09-20 10:46", True),
        ("10:46", "", True),
    ],
)
def test_dates_are_compared_as_moments(old, new, silent):
    """Figures count, not what parts them; dates with named months are compared as text; an empty one is none."""
    before, after = ([DateCandidate(value, "label")] for value in (old, new))
    assert is_silent(BEFORE, EDITED, before, after) is silent


@pytest.mark.parametrize(
    "note",
    [
        "Correction: an earlier version named another speaker.",
        "CORRECTION",
        "(Corrected)",
        "This article was corrected on 2 May.",
        "The list has been corrected.",
        "Updated on September 25, 2022",
        "Last updated: Sept 25",
        "This release has since been amended.",
        "Editor's note: a name was taken out.",
        "Editor’s Note",
        "An earlier version of this text said otherwise.",
        "更正：出席名单有误。",
        "更新：名单已调整。",
        "更新时间：2022-09-25",
        "（本文已于9月25日更新）",
        "本文修订于9月25日",
        "修订说明：删去一人。",
        "勘误",
        "编者按：名单有误。",
    ],
)
def test_a_correction_note_tells_of_an_edit(note):
    """An edit with a note is not silent; a note that was there before tells nothing of this edit; one reworded does."""
    assert not is_silent(BEFORE, added(note))
    noted = replace(BEFORE, text=f"{BEFORE.text}\n\n{note}")
    assert is_silent(noted, added(note))
    assert is_silent(noted, EDITED)


def test_another_note_is_a_new_one():
    """A second correction under the same heading tells of the second edit."""
    assert not is_silent(added("Correction: the name was wrong."), added("Correction: the number was wrong, too."))


@pytest.mark.parametrize(
    "words",
    [
        "The city will step up the correction of misconduct.",
        "The Department of Corrections opened an office.",
        "Officials were urged to update their plans.",
        "推进城市更新和设备更新。",
        "会议审议了条例修订草案。",
        "办理更正登记手续。",
    ],
)
def test_everyday_words_are_no_correction_note(words):
    """Government texts speak of corrections, renewal and revision every day; that tells nobody of an edit."""
    assert is_silent(BEFORE, added(words))


# labels


def labelled(after, earlier=(), before=BEFORE):
    """Return the labels of a change to `after`, after some earlier contents."""
    return labels(
        before,
        after,
        earlier_compare_hashes={compare_sha256(content) for content in earlier},
        compare_sha256=compare_sha256(after),
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"text": "other"}, ("name", "substantive")),
        ({"title": "Port"}, ("title",)),
        ({"published": "2022-09-20 11:00"}, ("date",)),
        ({"published": "2022-09-21", "published_on": "2022-09-21"}, ("date",)),
        ({"published": "2022-09-19", "published_on": "2022-09-19"}, ("date", "backdated")),
        ({"published": None, "published_on": None}, ("date",)),
        ({"attachments": ()}, ("attachment",)),
        (
            {"title": "P", "published": "2021-01-01", "published_on": "2021-01-01", "attachments": ()},
            ("title", "date", "attachment", "backdated"),
        ),
    ],
)
def test_labels(change, expected):
    """Labels come in one order; backdated is a matter of days."""
    assert labelled(replace(BEFORE, **change)) == expected


def test_a_replaced_file():
    """It is an attachment's change, silent unless its press release bears another date; its name and that date are none."""
    before = Content("plan.pdf", "The port plans 260 ships.", "2022-09-20", file=File("0" * 64, 17))
    replaced = replace(before, text="The port plans 280 ships.", file=File("1" * 64, 18))
    assert changed_fields(before, replaced) == ("file", "text")
    assert labelled(replaced, before=before) == ("attachment", "numeric")
    assert labelled(replace(before, file=File("1" * 64, 18)), before=before) == ("attachment",)
    assert is_silent(before, replaced)
    assert not is_silent(before, replace(replaced, published="2022-09-21"))
    assert changed_fields(before, replace(before, title="Plan", published="2022-09-21")) == ()


def test_a_return_to_an_earlier_state_is_a_revert():
    """A -> B -> A is a revert; the previous state itself, restored, is none, and neither is a new state."""
    assert labelled(BEFORE, earlier=[BEFORE, EDITED], before=EDITED) == ("name", "revert")
    assert labelled(BEFORE, earlier=[BEFORE]) == ()
    assert labelled(added("More."), earlier=[BEFORE, EDITED], before=EDITED) == ("substantive",)


def test_lines_of_signs_without_end_are_no_correction():
    """A correction may stand behind signs on its line, and a hundred thousand lines of signs before it cost nothing."""
    signs = "!!!\n" * 100_000
    assert is_silent(replace(BEFORE, text=f"{signs}Old."), replace(BEFORE, text=f"{signs}New."))
    assert not is_silent(BEFORE, added("*** Correction: New."))
