"""What makes two contents the same: the hash of the printed form, and the hash of the form that is compared.  Pure.

The printed form is kept as published, typos and no-break spaces included.  The comparison form folds only what no reader
could see as a change: Unicode normalisation (NFC), the kind and number of spaces, zero-width characters and line ends.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.records import Content

__all__ = ["comparable", "compare_sha256", "page_key", "printed_sha256", "sha256_hex"]

_PRINTED_FORMAT = "content/1"
_COMPARED_FORMAT = "compare/1"
_FILE_FORMAT = "file/1"
# Each of these begins with the signs that it may begin with, and matches nothing that may stay as it is: most of a text is passed
# at once, which makes the whole form four times as cheap.
_LINE_ENDS = re.compile(r"[\r\x0b\x0c\x85\u2028\u2029](?:(?<=\r)\n)?")
# Zero-width: space, non-joiner, joiner, word joiner, byte-order mark, Mongolian vowel separator.
_ZERO_WIDTH = re.compile(r"[\u200b\u200c\u200d\u2060\ufeff\u180e]+")
# White space on a line, but for a single space.
_SPACES = re.compile(r"[^\S\n](?:(?<! )|[^\S\n])[^\S\n]*")
_KEY_LENGTH = 16


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def page_key(url_key: str) -> str:
    """Return the short name of a page in citations, imports and shards: the first 16 hex digits of its key's SHA-256."""
    return sha256_hex(url_key.encode())[:_KEY_LENGTH]


def comparable(text: str) -> str:
    """Return `text` in the form that is compared: what differs only there is not a change of the page."""
    seen = _ZERO_WIDTH.sub("", _LINE_ENDS.sub("\n", text))
    folded = unicodedata.normalize("NFC", seen)  # last, because an invisible character may part a letter from its accent
    return _SPACES.sub(" ", folded).replace(" \n", "\n").replace("\n ", "\n").strip()


def printed_sha256(content: Content) -> str:
    """Return the hash of a content as printed.

    It covers what a reader is shown and what we make of the printed date; addresses of attachments and images are left out,
    because signed ones change with every request.  What came into the vocabulary later is named, and counts where it is there:
    the hashes of contents without it stay as they are.
    """
    return _hash(
        _PRINTED_FORMAT,
        content.title,
        content.published,
        content.published_at,
        content.published_on,
        content.precision,
        content.source,
        content.author,
        content.language,
        list(content.breadcrumb),
        content.text,
        [attachment.name for attachment in content.attachments],
        *(part for name, part in _later(content) if part for part in (name, part)),
    )


def _later(content: Content) -> tuple[tuple[str, str | list[str] | None], ...]:
    file = content.file
    return (
        ("number", content.number),
        ("keywords", list(content.keywords)),
        ("file", [file.sha256, str(file.size), file.media_type or ""] if file else None),
    )


def compare_sha256(content: Content) -> str:
    """Return the hash that decides whether a page changed: title, printed date, text and names of attachments, folded.

    A file changed where its bytes did, and only there: its name belongs to the page that offers it.
    """
    if content.file is not None:
        return _hash(_FILE_FORMAT, content.file.sha256)
    return _hash(
        _COMPARED_FORMAT,
        comparable(content.title),
        comparable(content.published or ""),
        comparable(content.text),
        [comparable(attachment.name) for attachment in content.attachments],
    )


def _hash(*fields: str | list[str] | None) -> str:
    return sha256_hex(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
