"""What kind of file an answer holds: by its first bytes, which cannot lie, then by its media type and its name.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.attachments import EXTENSIONS

if TYPE_CHECKING:
    from storage.records import Fetch

__all__ = ["MAGIC", "is_document", "is_file", "is_page", "kind_of", "may_be_file"]

MAGIC = (
    (b"%PDF-", "pdf", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc", "Microsoft's compound files: doc, xls, ppt, wps, et, dps"),
    (b"PK\x03\x04", "zip", "packed files: zip, docx, xlsx, pptx, ofd"),
    (b"PK\x05\x06", "zip", "an empty zip"),
    (b"Rar!\x1a\x07", "rar", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "7-Zip"),
    (b"{\\rtf", "rtf", "Rich Text Format"),
    (b"\x1f\x8b", "gz", "gzip"),
    (b"\xff\xd8\xff", "jpg", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "png", "PNG"),
    (b"GIF8", "gif", "GIF"),
    (b"ID3", "mp3", "MP3"),
    (b"RIFF", "riff", "WAV, AVI, WebP"),
    (b"\x00\x00\x00\x18ftyp", "mp4", "MP4"),
    (b"\x00\x00\x00\x1cftyp", "mp4", "MP4"),
    (b"\x00\x00\x00\x20ftyp", "mp4", "MP4"),
)
"""How files begin, an extension of theirs, and what they are."""

_PACKED = frozenset({"zip", "rar", "7z"})
_DOCUMENTS = frozenset(EXTENSIONS) - _PACKED
_MEDIA = frozenset(
    {"jpg", "jpeg", "png", "gif", "bmp", "webp", "mp3", "mp4", "wav", "avi", "flv", "wmv", "mov", "m4a", "exe", "apk"}
)
_OTHERS = _PACKED | _MEDIA
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script|meta|!--)", re.IGNORECASE)
_FILE_TYPES = re.compile(
    r"application/(?:pdf|msword|vnd\.|zip|x-zip|x-rar|octet-stream|x-7z|rtf|ofd|wps|x-download|force-download)|image/|audio/|video/",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")


def kind_of(body: bytes) -> str | None:
    """Return the extension that the first bytes of a file speak for, or None where they tell nothing (plain text, say)."""
    return next((extension for magic, extension, _ in MAGIC if body.startswith(magic)), None)


def is_page(body: bytes) -> bool:
    """Tell whether bytes are a web page, whatever their media type says: what a server sends in place of a file that is gone."""
    return _PAGE.match(body) is not None


def is_file(answer: Fetch) -> bool:
    """Tell whether an answer is a file and no web page: by its bytes, else by its media type."""
    body = answer.body or b""
    if is_page(body):
        return False
    return kind_of(body) is not None or _FILE_TYPES.match((answer.header("content-type") or "").strip()) is not None


def is_document(name: str, url: str) -> bool:
    """Tell whether an attachment is a document, by its name or its address; one that neither names a form is taken for one."""
    extensions = [found for text in (name, _path(url)) if (found := _EXTENSION.search(text))]
    known = [found[1].lower() for found in extensions]
    return not known or any(extension in _DOCUMENTS for extension in known) or not any(each in _OTHERS for each in known)


def may_be_file(url: str) -> bool:
    """Tell whether an address is a file's, by its extension: such a page may be as large as a file."""
    found = _EXTENSION.search(_path(url))
    return found is not None and found[1].lower() in _DOCUMENTS | _OTHERS


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)
