"""The texts of the embedded portal: the same for the same seed, varied, and the seed document to the letter."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from seeds.texts import compose, dice, drafts, seed_document, sentence, without_a_sentence


def test_the_same_seed_makes_the_same_drafts_and_another_makes_others():
    """Drafts depend on the seed alone."""
    first = list(islice(drafts(5), 40))
    assert first == list(islice(drafts(5), 40))
    assert {draft.title for draft in first} != {draft.title for draft in islice(drafts(6), 40)}


def test_titles_are_unique_and_texts_varied():
    """A thousand drafts have a thousand titles, 3 to 8 paragraphs or about 20, and every habit of typing."""
    made = list(islice(drafts(1), 1000))
    assert len({draft.title for draft in made}) == 1000
    sizes = {len(draft.paragraphs) for draft in made}
    assert {3, 4, 5, 6, 7, 8} < sizes
    assert max(sizes) >= 18
    assert not sizes & set(range(9, 18))
    texts = ["\n".join(draft.paragraphs) for draft in made]
    for mark in ("\u00a0", "“", "’", "Partys", "\n\u00a0\u00a0\u00a0\u00a0", " \u00a0\n", "&"):
        assert any(mark in text for text in texts), mark
    assert any(len(draft.title) > 100 for draft in made)


@given(st.integers(min_value=0, max_value=10_000))
def test_every_draft_is_clean_text(seed):
    """No slot is left open and no paragraph is empty or has white space that a page would swallow."""
    draft = compose(dice(seed))
    for text in (draft.title, *draft.paragraphs):
        assert not re.search(r"[{}<>]|  |[\t\n\r]|None", text)
        assert text.strip(" ") == text
        assert text.strip("\u00a0 ")


def test_a_sentence_ends():
    """A single sentence is one, and ends with a full stop or a quotation's."""
    assert all(sentence(dice(number)).endswith((".", "said.")) for number in range(50))


def test_without_a_sentence_takes_the_last_of_the_longest_paragraph():
    """A silent edit removes one sentence, or a word where there is only one sentence."""
    assert without_a_sentence(("One.", "A long one. 18 villages came. It ends here.")) == ("One.", "A long one. 18 villages came.")
    assert without_a_sentence(("Only these few words",)) == ("Only these few",)


def test_the_seed_document_is_read_to_the_letter():
    """Title, date and six paragraphs give the file back, its 13 no-break spaces included."""
    document = seed_document()
    text = files("seeds").joinpath("000_61406b28d74e9c75.txt").read_text(encoding="utf-8")
    head = f"Current location: Home\n> Jiaxing Today\n\n{document.title}\n\nRelease date:{document.published}\n\n"
    assert head + "\n\n".join(document.paragraphs) == text
    assert document.published == "2022-09-20 10:46"
    assert document.title.count("”") == 2
    assert len(document.paragraphs) == 6
    assert "".join(document.paragraphs).count("\u00a0") == 13
