"""From bytes to text: the only module that knows charset-normalizer.

The order is the browsers' (byte order mark, header, meta), but a label is believed only where the bytes bear it out: portals
move from GBK to UTF-8 and forget their templates, servers and page disagree.  What was wrong is said, nothing is raised.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CODECS", "DeclaredBy", "Decoded", "decode"]

DeclaredBy: TypeAlias = Literal["bom", "header", "meta", "guess", "default"]

_ALIASES = {
    # GB 18030 contains GBK, which contains GB 2312, and pages labelled with the smaller print 镕, which only the larger has.
    "gb18030": "gb18030 gbk gb2312 gb_2312 gb_2312-80 csgb2312 iso-ir-58 chinese x-gbk cp936 ms936 windows-936 gb-18030",
    "utf-8": "utf-8 utf8 utf_8 unicode-1-1-utf-8 x-unicode20utf8 utf-8-sig",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    # A page whose label can be read byte by byte is not in UTF-16, but a header's word is possible.
    "utf-16-le": "utf-16 utf-16le unicode ucs-2",
    "utf-16-be": "utf-16be",
    # Portals' Japanese, Korean and Russian editions.
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j ms932",
    "euc_jp": "euc-jp x-euc-jp",
    "cp949": "euc-kr ks_c_5601-1987 windows-949 cp949 korean",
    "cp1251": "windows-1251 cp1251",
    "koi8_r": "koi8-r koi8",
    "cp1252": "iso-8859-1 iso8859-1 latin1 latin-1 l1 windows-1252 cp1252 us-ascii ascii",
}

CODECS = {label: codec for codec, labels in _ALIASES.items() for label in labels.split()}
"""Label as printed, in lower case -> Python codec; any other label is reported and not believed."""

# Java servers send `ISO-8859-1` where nobody chose anything, and these decode nearly all bytes: believed after all others.
_WEAK = frozenset({"cp1252", "cp1251", "koi8_r"})

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# HTML asks for a declaration within 1,024 bytes; templates with a long opening comment need more.
_PRESCAN = 4096

_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"',]+)", re.IGNORECASE)
_COMMENTS = re.compile(rb"<!--.*?-->", re.DOTALL)
_META = re.compile(
    rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)|<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE
)

# Two-byte characters as they stand in running text: what a text really in the charset is mostly made of.
_PAIRS = re.compile(rb"[\x80-\xff][\x00-\xff]?")
_TYPICAL = {
    "gb18030": re.compile(rb"[\xa1-\xf7][\xa1-\xfe]"),  # GB 2312: common hanzi and punctuation
    "big5hkscs": re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]"),  # punctuation and the 5,401 frequent hanzi
    "cp1252": re.compile(rb"[\x80\x82-\x85\x91-\x97\x99\xa0\xa3\xa9\xb0\xb7][\x00-\x7f]?"),  # signs beside English words
}
_TYPICAL_SHARE = 0.8  # measured: a page in the charset 0.97 and more, one in another Chinese charset or UTF-8 at most 0.62

# Of all characters beyond ASCII, those that may be broken before a charset is disbelieved: servers cut texts between bytes.
# Measured: GBK read as UTF-8 breaks 0.78 and more of them.
_BROKEN_SHARE = 0.1

# Where a page in UTF-16 begins there is mark-up: half of these bytes are NUL, but for a title in Chinese.
_WIDE_SAMPLE = 128
_TYPICAL_WIDE = 0.6
_EITHER_ORDER = frozenset({"utf-16", "unicode", "ucs-2"})

_SAMPLE = 65_536  # as much as charset-normalizer is shown

# UTF-7 reads any ASCII, and can make lone surrogates; in the others (EBCDIC) `<` is another byte, and no page is sent in them.
_NEVER_GUESSED = ["utf_7", "cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"]

_BEYOND_TWO_BYTES = re.compile(r"[\u0800-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as text: the codec that read it, who named it, and what was wrong, in sentences for people."""

    text: str
    encoding: str
    declared_by: DeclaredBy
    problems: tuple[str, ...] = ()

    @property
    def is_plain_utf8(self) -> bool:
        """Tell whether the body itself is the text in UTF-8: nothing was replaced, and no mark stood before it."""
        return self.encoding == "utf-8" and self.declared_by != "bom" and not self.problems


@dataclass(frozen=True, slots=True)
class _Label:
    """A charset as somebody declared it; `codec` is None where no such charset is known."""

    printed: str
    codec: str | None
    declared_by: DeclaredBy


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Return a body as text, given its Content-Type header; never raises, and the text has no lone surrogates.

    Declarations are tried in the browsers' order; one that the bytes contradict is passed over.  Then UTF-8, GB 18030 and Big5
    are tried, then the same allowing for a few broken characters, and last of all charset-normalizer is asked.
    """
    rejected: list[_Label] = []
    labels = _declarations(body, content_type)
    for label in labels:
        text = _as_declared(body, label)
        if text is not None:
            others = [each for each in labels if not _agrees(each, label)] if label.declared_by != "header" else []
            return _decoded(text, label.codec or "", label.declared_by, rejected + others)
        rejected.append(label)
    if not rejected and body.isascii() and b"\0" not in body[:_WIDE_SAMPLE]:
        return Decoded(body.decode("ascii"), "utf-8", "default")
    return _guessed(body, rejected)


def _declarations(body: bytes, content_type: str | None) -> Iterator[_Label]:
    """Yield the charsets declared for a body, strongest first; the page itself is looked at only when asked that far."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            yield _Label(codec, codec, "bom")
    for printed in _HEADER.findall(content_type or "")[:1]:
        yield _Label(printed, CODECS.get(printed.lower()), "header")
    for groups in _META.findall(_COMMENTS.sub(b"", body[:_PRESCAN])):
        printed = b"".join(groups).decode("ascii", "replace").strip()
        named = CODECS.get(printed.lower())
        yield _Label(printed, "utf-8" if named and named.startswith("utf-16") else named, "meta")


def _agrees(label: _Label, believed: _Label) -> bool:
    """Tell whether a weaker label names the charset that a stronger one named; `utf-16` alone names no order of bytes."""
    is_wide = label.printed.lower() in _EITHER_ORDER and (believed.codec or "").startswith("utf-16")
    return label.codec == believed.codec or is_wide


def _as_declared(body: bytes, label: _Label) -> str | None:
    """Return the body as a declaration wants it read, or None where the bytes contradict the declaration."""
    if label.codec is None or (label.codec in _WEAK and not body.isascii()):
        return None
    if label.declared_by == "header" and label.codec.startswith("utf-16") and _wide_order(body) != label.codec:
        return None  # any bytes are valid UTF-16, but mark-up in it is half NUL
    text = _strictly(body, label.codec)
    if text is None or label.codec.startswith("utf"):
        return text
    return None if _is_utf8_after_all(body) else text


def _wide_order(body: bytes) -> str | None:
    """Return which UTF-16 a body without a mark is in: mark-up has NUL in every second place, and nowhere else."""
    first, second = body[:_WIDE_SAMPLE:2].count(0), body[1:_WIDE_SAMPLE:2].count(0)
    least = _TYPICAL_WIDE * (len(body[:_WIDE_SAMPLE]) // 2)
    if max(first, second) == 0 or max(first, second) < least or min(first, second) > least / 10:
        return None
    return "utf-16-le" if second > first else "utf-16-be"


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _is_utf8_after_all(body: bytes) -> bool:
    """Tell whether bytes labelled otherwise are UTF-8: valid throughout, with a character of three bytes or more.

    A whole page in GBK is never so by chance; a few words of two-byte sequences can be.
    """
    text = None if body.isascii() else _strictly(body, "utf-8")
    return text is not None and _BEYOND_TWO_BYTES.search(text) is not None


def _guessed(body: bytes, rejected: list[_Label]) -> Decoded:
    """Return the body by what its bytes look like, once no declaration held."""
    wide = _wide_order(body)
    if wide is not None:
        return _decoded(_leniently(body, wide), wide, _who_named(wide, rejected), rejected)
    plausible = [codec for codec in ("utf-8", *_TYPICAL) if _is_typical(body, codec)]
    for codec in plausible:
        text = _strictly(body, codec)
        if text is not None:
            return _decoded(text, codec, _who_named(codec, rejected), rejected)
    for codec in plausible:
        patched = _leniently(body, codec)
        if patched.count("\ufffd") <= _BROKEN_SHARE * (len(patched) - len(patched.encode("ascii", "ignore"))):
            return _decoded(patched, codec, _who_named(codec, rejected), rejected)
    return _last_resort(body, rejected)


def _is_typical(body: bytes, codec: str) -> bool:
    """Tell whether the bytes beyond ASCII are mostly pairs that a charset uses in running text."""
    if codec not in _TYPICAL:
        return True
    pairs = typical = 0
    for pair in _PAIRS.finditer(body):
        pairs += 1
        typical += _TYPICAL[codec].fullmatch(pair[0]) is not None
    return typical >= _TYPICAL_SHARE * pairs


def _who_named(codec: str, labels: list[_Label]) -> DeclaredBy:
    return next((label.declared_by for label in labels if label.codec == codec), "guess")


def _last_resort(body: bytes, rejected: list[_Label]) -> Decoded:
    """Return the body as a weak or wrong declaration, or charset-normalizer, or nobody, would have it."""
    for label in rejected:
        if label.codec is not None and (label.codec in _WEAK or label.declared_by == "bom"):
            return _decoded(_leniently(body, label.codec), label.codec, label.declared_by, rejected)
    codec = _statistical_guess(body)
    if codec is not None:
        return _decoded(_leniently(body, codec), codec, "guess", rejected)
    return _decoded(_leniently(body, "utf-8"), "utf-8", "default", rejected)


def _statistical_guess(body: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to import, and hardly ever wanted

    best = from_bytes(body[:_SAMPLE], cp_exclusion=_NEVER_GUESSED).best()
    return None if best is None else best.encoding


def _leniently(body: bytes, codec: str) -> str:
    return body.decode(codec, "replace")


def _decoded(text: str, codec: str, declared_by: DeclaredBy, rejected: list[_Label]) -> Decoded:
    problems = [_complaint(label, codec) for label in rejected if label.codec != codec]
    if "\ufffd" in text:
        broken = text.count("\ufffd")
        problems.append(f"{broken} replacement character{'s' if broken > 1 else ''} (U+FFFD) in the text")
    return Decoded(text.removeprefix("\ufeff"), codec, declared_by, tuple(dict.fromkeys(problems)))


def _complaint(label: _Label, codec: str) -> str:
    by = {"bom": "byte order mark", "header": "header", "meta": "page"}[label.declared_by]
    if label.codec is None:
        return f"the {by} names an unknown charset {label.printed!r}; the bytes were read as {codec}"
    return f"the {by} says {label.printed!r}, but the bytes are {codec}"
