"""What makes two contents the same: folded only where no reader could see a difference."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.fingerprint import comparable, compare_sha256, page_key, printed_sha256, sha256_hex
from storage.records import Attachment, Content, File, Precision
from tests.builders import content

FOLDED = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u180e", "\u00a0", "\u3000", "\u2009", "\u2028", "\r", "\n", "\t", " ")
PIECES = (
    *FOLDED,
    "\x85",
    "\x0b",
    "\x1f",
    "e",
    "\u0301",
    "\u00e9",
    "\u1100",
    "\u1161",
    "\u11a8",
    "嘉",
    "A",
    ".",
    "\ud800",
    "\u0344",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=20)


@given(TEXTS)
@example("e\u200d\u0301")
@example("e\ufeff\u0301 \u200b \n\u200b \u1100\u200c\u1161")
def test_the_comparison_form_is_final(text):
    """Folding what is folded changes nothing: else a text stored in that form would differ from itself."""
    assert comparable(comparable(text)) == comparable(text)


@given(TEXTS)
def test_the_comparison_form_is_canonical(text):
    """It is NFC, without zero-width characters, with one plain space between words and none around line ends."""
    folded = comparable(text)
    assert unicodedata.normalize("NFC", folded) == folded
    assert not set(folded) & set("\u200b\u200c\u200d\u2060\ufeff\u180e\u00a0\u3000\r\t\x0b\x0c\x85\u2028\u2029")
    assert "  " not in folded
    assert " \n" not in folded
    assert "\n " not in folded
    assert folded == folded.strip()


@given(TEXTS, st.sampled_from(["\u200b", "\u200d", "\ufeff"]), st.integers(0, 12))
@example("e\u0301", "\u200b", 1)
@example("a  b", "\u200b", 2)
@example("a \n b", "\ufeff", 2)
def test_a_zero_width_character_is_no_change(text, invisible, position):
    """Wherever it stands, between a letter and its accent too, nobody can see it."""
    assert comparable(text[:position] + invisible + text[position:]) == comparable(text)


@given(TEXTS)
def test_normal_forms_are_one(text):
    """A text composed and the same decomposed compare equal."""
    assert comparable(unicodedata.normalize("NFD", text)) == comparable(unicodedata.normalize("NFC", text)) == comparable(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b", "a\u00a0b"),
        ("a b", "a \u3000\t b"),
        ("a\nb", "a\r\nb"),
        ("a\nb", "a\rb"),
        ("a\nb", "a \u2028 b"),
        ("é", "e\u0301"),
        ("ab", "a\u200bb"),
        (" a\n", "a"),
    ],
)
def test_what_is_folded(one, other):
    """Spaces, line ends, composition and zero-width characters: the list of the design, and no more."""
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a b", "ab"),
        ("a\nb", "a b"),
        ("a\nb", "a\n\nb"),
        ("a", "A"),
        ("“a”", '"a"'),
        ("a，b", "a,b"),
        ("１", "1"),
        ("嘉興", "嘉兴"),
        ("ﬁ", "fi"),
        ("a-b", "a–b"),
        ("a.", "a"),
        ("x²", "x2"),
    ],
)
def test_what_is_not_folded(one, other):
    """What a reader can see is a change: case, quotes, width, compatibility forms, dashes, paragraphs."""
    assert comparable(one) != comparable(other)


CHANGES = {
    "title": "Another title",
    "text": "Another text.",
    "published": "2022-09-21",
    "published_at": "2022-09-20T02:47:00Z",
    "published_on": "2022-09-21",
    "precision": Precision.DAY,
    "source": "Jiaxing Daily",
    "author": "Chen",
    "language": "en",
    "breadcrumb": ("Home", "News"),
    "attachments": (Attachment("plan.pdf", "http://h/plan.pdf"),),
    "images": ("http://h/a.jpg",),
    "number": "嘉政发〔2022〕9号",
    "keywords": ("port", "cargo"),
    "file": File("0" * 64, 17, "application/pdf"),
}
COMPARED = {"title", "text", "published", "attachments", "file"}
ADDRESSES = {"images"}


def test_the_changes_name_every_field():
    """A field added to a content must say here whether it is compared."""
    assert set(CHANGES) == {field.name for field in fields(Content)}


@pytest.mark.parametrize("field", CHANGES)
def test_which_fields_are_hashed(field):
    """The comparison looks at title, printed date, text and names of attachments; the printed form at all but addresses."""
    before = content()
    after = replace(before, **{field: CHANGES[field]})
    assert (compare_sha256(before) != compare_sha256(after)) == (field in COMPARED)
    assert (printed_sha256(before) != printed_sha256(after)) == (field not in ADDRESSES)


def test_a_signed_address_is_no_change():
    """The name of an attachment is compared; an address that carries a new signature each time is in neither hash."""
    one, other = (content(attachments=(Attachment("plan.pdf", f"http://h/p?sign={n}"),)) for n in (1, 2))
    assert compare_sha256(one) == compare_sha256(other)
    assert printed_sha256(one) == printed_sha256(other)
    renamed = content(attachments=(Attachment("plan2.pdf", "http://h/p?sign=1"),))
    assert compare_sha256(one) != compare_sha256(renamed)


def test_a_file_is_its_bytes():
    """Whatever it is called and whenever its press release was published: a file changed where its bytes did."""
    file = File("0" * 64, 17, "application/pdf")
    one, other = content(file=file), content(title="Plan, revised", published=None, text="Read by another.", file=file)
    assert compare_sha256(one) == compare_sha256(other)
    assert printed_sha256(one) != printed_sha256(other)
    assert compare_sha256(one) != compare_sha256(replace(one, file=replace(file, sha256="1" * 64)))


def test_fields_do_not_run_into_each_other():
    """Moving a word from one field to the next is a change."""
    assert compare_sha256(content(title="a", text="b c")) != compare_sha256(content(title="a b", text="c"))
    two = (Attachment("a", ""), Attachment("b", ""))
    assert compare_sha256(content(attachments=two)) != compare_sha256(content(attachments=(Attachment("ab", ""),)))
    assert compare_sha256(content(published=None)) == compare_sha256(content(published=""))


def test_the_two_forms_never_share_a_hash():
    """A printed hash is no comparison hash, of any content."""
    assert printed_sha256(Content("", "")) != compare_sha256(Content("", ""))


def test_printed_keeps_what_compare_folds():
    """No-break spaces are kept as printed: two printings, one compared state."""
    one, other = content("a b"), content("a\u00a0b")
    assert printed_sha256(one) != printed_sha256(other)
    assert compare_sha256(one) == compare_sha256(other)


def test_hashes_never_change():
    """Values written down once: a hash that changed with the software would make every page of every archive an edit."""
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (
        page_key("www.jiaxing.gov.cn/art/2022/9/20/art_1229426380_1.html")
        == sha256_hex(b"www.jiaxing.gov.cn/art/2022/9/20/art_1229426380_1.html")[:16]
    )
    assert compare_sha256(content()) == "04ef68f72035a10724da9cb1f1579ac9b249fc022e6c6c9b64696f667f66ff65"
    assert printed_sha256(content()) == "fce893163cdf8003f36a2475dc81235a7cd214145dd57cb715bb8c2a612223fa"
    whole = content(number="嘉政发〔2022〕9号", keywords=("port",), file=File("0" * 64, 17))
    assert compare_sha256(whole) == "bc50d658306e01bb229f3242f0ac352939b29ad6c4a3360e7f0cb9234b911117"
    assert printed_sha256(whole) == "c7ac00ae5bb4805a5c715f4597d5391e41eee53a8df09c3b30e549d5ac6b8b82"
