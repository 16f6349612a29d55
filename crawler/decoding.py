"""Content decoding (RFC 9110, section 8.4) that stops as soon as a body grows over its cap.

Bytes go in as they come from the wire, and every step says beforehand how much it may produce: 64 KB of a gzip bomb would
otherwise become 64 MB in one piece, before anybody can count it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ACCEPT_ENCODING", "CutShortError", "Decoder", "EncodingError", "TooLargeError", "coding_of"]

# Only what this module undoes: another coding would have no cap of ours.
ACCEPT_ENCODING = "gzip, deflate"

# x-gzip is the old name of gzip (RFC 9110, section 8.4.1.3).
_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})

# zlib's window sizes: 32 + 15 finds out by itself whether a gzip or a zlib header comes; -15 is deflate without a header,
# which some servers send under the name "deflate" although RFC 9110, section 8.4.1.2 asks for the zlib header.
_ANY_HEADER = 47
_NO_HEADER = -15
_GZIP_MAGIC = b"\x1f\x8b"
_HEADER_BYTES = 2

# RFC 1952 allows a file of several members.  Real bodies have one; each further one copies what follows it, so that a body
# of a million empty members would cost a quadratic time.
_MOST_MEMBERS = 100


class EncodingError(ValueError):
    """The bytes are not what their `Content-Encoding` says, or that is one that we did not ask for."""


class CutShortError(EncodingError):
    """A compressed body ends before its own end mark."""


class TooLargeError(ValueError):
    """The body is larger than the cap, on the wire or decoded."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"larger than {limit} bytes")


class _Stream(Protocol):
    """What zlib's decompression objects offer (they have no public type)."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def coding_of(values: Iterable[str]) -> str:
    """Return the one coding named by all `Content-Encoding` headers together, in lower case; '' for none.

    Raises EncodingError on a coding that we do not undo, and on several: nobody needs them, and each would multiply a bomb.
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    codings = [name for name in names if name not in {"", "identity"}]
    if len(codings) > 1:
        raise EncodingError(f"several content encodings at once: {', '.join(codings)}")
    if codings and codings[0] not in _CODINGS:
        raise EncodingError(f"a content encoding that was not asked for: {codings[0]}")
    return codings[0] if codings else ""


class Decoder:
    """Collects one body: `feed` it what comes from the wire, then take `finish()`.

    `coding` is '' or one of gzip, x-gzip, deflate (see `coding_of`); `limit` is the cap in bytes, which holds on the wire and
    decoded alike.  `received` is what has been decoded so far, of use where a body was cut off.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self._inflater = _Inflater(coding) if coding else None
        self._limit = limit
        self._wire = 0
        self._decoded = bytearray()

    @property
    def received(self) -> bytes:
        """What has been decoded so far."""
        return bytes(self._decoded)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the wire; raises TooLargeError over the cap and EncodingError on what cannot be undone."""
        self._wire += len(chunk)
        if self._wire > self._limit:
            raise TooLargeError(self._limit)
        room = self._limit - len(self._decoded) + 1
        self._decoded += self._inflater.inflate(chunk, room) if self._inflater else chunk
        if len(self._decoded) > self._limit:
            raise TooLargeError(self._limit)

    def finish(self) -> bytes:
        """Return the whole body; raises CutShortError where its compressed form has no end."""
        if self._wire and self._inflater and not self._inflater.complete:
            raise CutShortError("the compressed body ends before its end mark")
        return self.received


class _Inflater:
    """Undoes gzip (also several members in a row), zlib and headerless deflate."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream: _Stream | None = None
        self._held = b""
        self._members = 0
        self._over = False

    @property
    def complete(self) -> bool:
        """Whether a member has ended and none is open."""
        return self._members > 0 and self._stream is None

    def inflate(self, chunk: bytes, most: int) -> bytes:
        """Return what `chunk` adds, at most `most` bytes (at least 1); more is pending where that many are returned."""
        data, self._held = self._held + chunk, b""
        parts = []
        while data and most and not self._over:
            if self._stream is None and not self._begin(data):
                break
            part, data = self._step(data, most)
            parts.append(part)
            most -= len(part)
        return b"".join(parts)

    def _begin(self, data: bytes) -> bool:
        """Open the member that begins with `data`, unless that is too little to tell or no member at all."""
        if len(data) < _HEADER_BYTES:
            self._held = data
            return False
        if self._members and not data.startswith(_GZIP_MAGIC):
            self._over = True  # Padding behind the end: every browser ignores it.
            return False
        if self._members >= _MOST_MEMBERS:
            raise EncodingError(f"bad {self._coding}: more than {_MOST_MEMBERS} members")
        headerless = self._coding == "deflate" and not _has_header(data)
        self._stream = zlib.decompressobj(_NO_HEADER if headerless else _ANY_HEADER)
        return True

    def _step(self, data: bytes, most: int) -> tuple[bytes, bytes]:
        """Return what the open member makes of `data`, and what stands behind its end."""
        assert self._stream is not None
        try:
            part = self._stream.decompress(data, most)
        except zlib.error as error:
            raise EncodingError(f"bad {self._coding}: {error}") from error
        if not self._stream.eof:
            return part, b""
        rest = self._stream.unused_data
        self._stream = None
        self._members += 1
        return part, rest


def _has_header(data: bytes) -> bool:
    """Tell whether bytes begin a gzip or a zlib stream (RFC 1950: method 8, and a check sum of the first two bytes)."""
    if data.startswith(_GZIP_MAGIC):
        return True
    method = data[0] & 0x0F
    return method == zlib.DEFLATED and int.from_bytes(data[:_HEADER_BYTES], "big") % 31 == 0
