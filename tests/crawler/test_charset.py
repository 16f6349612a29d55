"""From bytes to text: labels are believed where the bytes bear them out, and what was wrong is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.charset import CODECS, Decoded, decode

SIMPLIFIED = "嘉兴市人民政府关于朱镕基同志讲话的通知，各县（市、区）人民政府。" * 3
TRADITIONAL = "中華民國政府關於實施條例的說明，臺灣地區人民與大陸地區人民關係。" * 3
ENGLISH = "China’s plan for the “ancient canal”: a first look"


def page(label, text=SIMPLIFIED):
    """Return a page that declares a charset."""
    return f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={label}"></head>{text}'


def summary(body, content_type=None):
    """Return how a body was decoded, and assert that its text is the one that was meant."""
    decoded = decode(body, content_type)
    return decoded.encoding, decoded.declared_by, decoded.problems


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "declared_by"),
    [
        (page("x").encode(), "text/html; charset=UTF-8", "utf-8", "header"),
        (page("x").encode("gb18030"), "text/html;charset='GBK'", "gb18030", "header"),
        (page("gb2312").encode("gb18030"), None, "gb18030", "meta"),
        (page("gb2312").encode("gb18030"), "text/html", "gb18030", "meta"),
        (page("utf-8").encode(), None, "utf-8", "meta"),
        (page("UTF-16").encode(), None, "utf-8", "meta"),
        (b"\xef\xbb\xbf" + page("utf8").encode(), "text/html; charset=utf-8", "utf-8", "bom"),
        (page("gbk").encode("utf-16"), None, "utf-16-le", "bom"),
        (b"\xfe\xff" + page("gbk").encode("utf-16-be"), None, "utf-16-be", "bom"),
        (page("x").encode("utf-16-be"), "text/html; charset=utf-16be", "utf-16-be", "header"),
        (page("x").encode("utf-16"), "text/html; charset=utf-16", "utf-16-le", "bom"),
        (b"\xfe\xff" + page("x").encode("utf-16-be"), "text/html; charset=utf-16", "utf-16-be", "bom"),
        (page("x").encode("utf-16-le"), None, "utf-16-le", "guess"),
        (page("x").encode("utf-16-be"), None, "utf-16-be", "guess"),
        ("<p>plain</p>".encode("utf-16-le"), None, "utf-16-le", "guess"),
        (("<!--" + "x" * 2000 + "<meta charset=big5>-->" + page("gbk")).encode("gb18030"), None, "gb18030", "meta"),
        (f'<?xml version="1.0" encoding="gb2312"?><datastore>{SIMPLIFIED}'.encode("gb18030"), None, "gb18030", "meta"),
        (SIMPLIFIED.encode(), None, "utf-8", "guess"),
        (SIMPLIFIED.encode("gb18030"), None, "gb18030", "guess"),
        (TRADITIONAL.encode("big5hkscs"), None, "big5hkscs", "guess"),
        (page("big5", TRADITIONAL).encode("big5hkscs"), None, "big5hkscs", "meta"),
        ("日本語の頁".encode("cp932"), "text/html; charset=Shift_JIS", "cp932", "header"),
        (ENGLISH.encode("cp1252"), "text/html; charset=ISO-8859-1", "cp1252", "header"),
        (b"plain", None, "utf-8", "default"),
        (b"plain", "text/plain; charset=us-ascii", "cp1252", "header"),
        (b"", None, "utf-8", "default"),
    ],
)
def test_charset_is_found_without_complaint(body, content_type, encoding, declared_by):
    """Mark, header, meta, XML declaration, guess, default: in this order, gb2312 and gbk read as gb18030."""
    assert summary(body, content_type) == (encoding, declared_by, ())


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, ENGLISH, "Привет, мир"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_text_comes_back(text, encoding):
    """The text is the one that was encoded, whatever it was encoded in, and without its mark."""
    assert decode(text.encode(encoding), f"text/html; charset={encoding}").text == text


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "problems"),
    [
        (
            page("utf-8").encode("gb18030"),
            "text/html; charset=utf-8",
            "gb18030",
            ("the header says 'utf-8', but the bytes are gb18030", "the page says 'utf-8', but the bytes are gb18030"),
        ),
        (page("gbk").encode(), None, "utf-8", ("the page says 'gbk', but the bytes are utf-8",)),
        (page("gbk").encode("gb18030"), "a/b;charset=utf-8", "gb18030", ("the header says 'utf-8', but the bytes are gb18030",)),
        (
            page("utf-8").encode("gb18030").replace(b"</head>", b"<meta charset='gb2312'>"),
            None,
            "gb18030",
            ("the page says 'utf-8', but the bytes are gb18030",),
        ),
        (
            page("gbk").encode("gb18030"),
            "a/b; charset=ISO-8859-1",
            "gb18030",
            ("the header says 'ISO-8859-1', but the bytes are gb18030",),
        ),
        (SIMPLIFIED.encode(), "a/b; charset=utf-16", "utf-8", ("the header says 'utf-16', but the bytes are utf-8",)),
        (b"\xef\xbb\xbf" + SIMPLIFIED.encode("gb18030"), "a/b; charset=gbk", "gb18030", ()),
        (
            b"\xef\xbb\xbf" + page("gbk").encode(),
            "text/html; charset=gb2312",
            "utf-8",
            ("the header says 'gb2312', but the bytes are utf-8", "the page says 'gbk', but the bytes are utf-8"),
        ),
        (
            page("gb2312").replace("</head>", "<meta charset=utf-8></head>").encode("gb18030"),
            None,
            "gb18030",
            ("the page says 'utf-8', but the bytes are gb18030",),
        ),
        (
            page("x").encode("utf-16-be"),
            "text/html; charset=utf-16",
            "utf-16-be",
            ("the header says 'utf-16', but the bytes are utf-16-be",),
        ),
        (b"plain", "a/b; charset=x-foo", "utf-8", ("the header names an unknown charset 'x-foo'; the bytes were read as utf-8",)),
    ],
)
def test_a_wrong_label_is_passed_over_and_told(body, content_type, encoding, problems):
    """Labels that the bytes contradict do not decide; each is named with what the bytes are."""
    decoded = decode(body, content_type)
    assert decoded.encoding == encoding
    if problems:
        assert decoded.problems == problems
        assert "\ufffd" not in decoded.text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("declared", [True, False])
def test_a_few_broken_characters_do_not_change_the_charset(encoding, declared):
    """A text cut between bytes is still in its charset; the loss is counted."""
    body = SIMPLIFIED.encode(encoding)[:-1] + b"\xff"
    decoded = decode(body, f"text/html; charset={encoding}" if declared else None)
    assert decoded.text.startswith(SIMPLIFIED[:-1])
    assert decoded.encoding == encoding
    assert decoded.declared_by == ("header" if declared else "guess")
    assert "U+FFFD" in decoded.problems[0]


def test_printed_replacement_characters_are_counted():
    """What the publisher's own system could not decode is a problem too."""
    assert decode("a\ufffdb\ufffd".encode(), None).problems == ("2 replacement characters (U+FFFD) in the text",)
    assert decode("a\ufffd".encode(), None).problems == ("1 replacement character (U+FFFD) in the text",)


def test_last_resorts():
    """Western text is guessed, a broken mark keeps its say, noise is read as UTF-8 with what it loses counted."""
    assert decode(ENGLISH.encode("cp1252"), None) == Decoded(ENGLISH, "cp1252", "guess")
    french = "Été à la façade, où l'être naît"
    assert decode(french.encode("cp1252"), "text/html; charset=latin1") == Decoded(french, "cp1252", "header")
    russian = "Привет, мир. Как дела сегодня? Город на канале. " * 5
    assert decode(russian.encode("cp1251"), None) == Decoded(russian, "cp1251", "guess")
    assert decode(b"\xff\xfea\x00\xd8", None) == Decoded(
        "a\ufffd", "utf-16-le", "bom", ("1 replacement character (U+FFFD) in the text",)
    )
    noise = decode(bytes(range(256)), None)
    assert (noise.encoding, noise.declared_by) == ("utf-8", "default")
    assert "128" in noise.problems[0]


def test_every_label_names_a_codec():
    """The table of labels names codecs that exist, in lower case."""
    for label, codec in CODECS.items():
        assert label == label.lower()
        assert "a".encode(codec).decode(codec) == "a"


@given(
    st.binary(max_size=120),
    st.sampled_from([None, "", "text/html; charset=", *(f"a/b;charset={label}" for label in [*CODECS, "utf-7", "idna"])]),
)
def test_any_bytes_become_text(body, content_type):
    """Nothing raises, and the text can be stored: no lone surrogates."""
    decoded = decode(body, content_type)
    assert decoded.text.encode("utf-8") is not None
    assert decoded.problems == tuple(dict.fromkeys(decoded.problems))
    assert not decoded.is_plain_utf8 or decoded.text.encode() == body


@pytest.mark.parametrize(
    ("body", "is_plain"),
    [
        ("嘉兴".encode(), True),
        (b"Jiaxing", True),
        (b"", True),
        ("\ufeff嘉兴".encode(), False),
        (page("gbk").encode("gb18030"), False),
        ("嘉兴\ufffd".encode(), False),
        ("嘉兴".encode()[:-1], False),
    ],
)
def test_a_body_that_needs_no_encoding_is_known(body, is_plain):
    """Sound UTF-8 without a mark before it is the text as the parser takes it; all else is encoded anew."""
    assert decode(body, None).is_plain_utf8 is is_plain


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_utf8_with_its_label_is_kept_whole(text):
    """Labelled UTF-8 comes back as it was, but for a leading mark."""
    assert decode(text.encode(), "text/html; charset=utf-8").text == text.removeprefix("\ufeff").removeprefix("\ufeff")[: len(text)]
