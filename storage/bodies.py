"""Raw bodies: content-addressed by SHA-256, compressed with a page of the same host as dictionary.

Pages of one host share nearly all of their markup, so another page is a better dictionary than a trained one and costs no
training.  A dictionary is itself a body without one (one level, never a chain), so that any body can be read from two rows.
It is some page's own body, and the guards keep it while others need it (`storage.guards`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from storage.errors import ArchiveDamaged, UnknownReference
from storage.fingerprint import sha256_hex

if TYPE_CHECKING:
    import sqlite3

    from storage.ledger import Ledger

__all__ = ["BodyStore", "decompress", "read_body"]

_LEVEL = 10
_SMALLEST_DICTIONARY = 4096
"""A body shorter than this (bytes) teaches a compressor too little to be a dictionary."""
_LARGEST_DICTIONARY = 524_288
"""A larger one is kept by itself, neither made with a dictionary nor one: that takes many times its size of memory."""
_RENEW_AT = 0.5
"""A page that a dictionary leaves at more than this share of its size was made from another template: it becomes the next one."""


class BodyStore:
    """Writes bodies into the ledger: each distinct one once, with the host's present dictionary where that helps."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._dictionaries: dict[str, tuple[int, zstandard.ZstdCompressor] | None] = {}

    def put(self, body: bytes, *, host: str, media_type: str | None) -> int:
        """Return the id of a body, storing it if it is new."""
        digest = sha256_hex(body)
        known = self._ledger.connection.execute("SELECT id FROM bodies WHERE sha256 = ?", (digest,)).fetchone()
        if known:
            return int(known[0])
        dictionary_id, data = self._compress(body, host, media_type)
        row = {"sha256": digest, "size": len(body), "media_type": media_type, "dictionary_id": dictionary_id, "data": data}
        return self._remember(self._ledger.insert("bodies", row), row, body, host)

    def forget(self) -> None:
        """Drop what is remembered of dictionaries: after a rollback the newest may not exist."""
        self._dictionaries.clear()

    def _compress(self, body: bytes, host: str, media_type: str | None) -> tuple[int | None, bytes]:
        plain = zstandard.ZstdCompressor(level=_LEVEL)
        chosen = self._dictionary(host) if _is_text(media_type) and len(body) <= _LARGEST_DICTIONARY else None
        if chosen is None:
            return None, plain.compress(body)
        dictionary_id, compressor = chosen
        data = compressor.compress(body)
        if len(body) >= _SMALLEST_DICTIONARY and len(data) > _RENEW_AT * len(alone := plain.compress(body)):
            return None, alone
        return dictionary_id, data

    def _remember(self, body_id: int, row: dict[str, object], body: bytes, host: str) -> int:
        media_type = row["media_type"]
        fits = _SMALLEST_DICTIONARY <= len(body) <= _LARGEST_DICTIONARY
        if row["dictionary_id"] is None and _is_text(str(media_type)) and fits:
            self._dictionaries[host] = (body_id, _compressor(body))
        return body_id

    def _dictionary(self, host: str) -> tuple[int, zstandard.ZstdCompressor] | None:
        if host not in self._dictionaries:
            self._dictionaries[host] = self._newest_dictionary(host)
        known = self._dictionaries[host]
        return known if known is not None and self._is_there(known[0]) else None

    def _is_there(self, body_id: int) -> bool:
        """Tell whether a body is still there: another program may have withheld it since, and the next one must be readable."""
        row = self._ledger.connection.execute("SELECT data IS NOT NULL FROM bodies WHERE id = ?", (body_id,)).fetchone()
        return row is not None and bool(row[0])

    def _newest_dictionary(self, host: str) -> tuple[int, zstandard.ZstdCompressor] | None:
        """Find the dictionary that the host's newest stored body was written with (or is)."""
        row = self._ledger.connection.execute(
            "SELECT coalesce(b.dictionary_id, b.id) FROM fetches f JOIN bodies b ON b.id = f.body_id JOIN _pages p USING (page_id)"
            " WHERE p.host = ? AND b.size BETWEEN ? AND ? AND b.media_type LIKE 'text/%' ORDER BY f.id DESC LIMIT 1",
            (host, _SMALLEST_DICTIONARY, _LARGEST_DICTIONARY),
        ).fetchone()
        if row is None:
            return None
        try:
            return int(row[0]), _compressor(read_body(self._ledger.connection, row[0]))
        except UnknownReference:  # withheld by order: it can no longer serve as a dictionary
            return None


def read_body(connection: sqlite3.Connection, body_id: int) -> bytes:
    """Return the bytes of a body.

    Raises UnknownReference where there is none or it was redacted, and ArchiveDamaged where the bytes do not fit their hash.
    """
    row = connection.execute("SELECT sha256, size, dictionary_id, data FROM bodies WHERE id = ?", (body_id,)).fetchone()
    if row is None or row[3] is None:
        raise UnknownReference(f"body {body_id} " + ("does not exist" if row is None else "was withheld by order (see redactions)"))
    digest, size, dictionary_id, data = row
    decompressor = _decompressor_with(connection, dictionary_id) if dictionary_id else zstandard.ZstdDecompressor()
    try:
        # A damaged header may claim terabytes, for which room would be asked before anything is read.
        body = decompressor.decompress(data) if zstandard.frame_content_size(data) == size else b""
    except zstandard.ZstdError as exc:
        raise ArchiveDamaged(
            f"body {body_id} cannot be decompressed: {exc}", hint="restore a backup; verify names every such row"
        ) from exc
    if sha256_hex(body) != digest:
        raise ArchiveDamaged(f"body {body_id} does not fit its SHA-256", hint="restore a backup; verify names every such row")
    return body


def decompress(data: bytes, dictionary: bytes | None) -> bytes:
    """Return the bytes of a zstd frame that may have been written with a page as raw-content dictionary (RFC 8878)."""
    return _decompressor(dictionary).decompress(data)


def _raw(dictionary: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    prepared = _raw(dictionary)
    prepared.precompute_compress(level=_LEVEL)
    return zstandard.ZstdCompressor(level=_LEVEL, dict_data=prepared)


def _decompressor(dictionary: bytes | None) -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor() if dictionary is None else zstandard.ZstdDecompressor(dict_data=_raw(dictionary))


_MOST_PREPARED = 16
_prepared: dict[str, zstandard.ZstdDecompressor] = {}
"""Decompressors by the SHA-256 of their dictionaries: to read and prove a dictionary anew for each body would double the cost.

No archive can be given what is another's: the digest is that of the bytes, and what comes out is held against the body's own.
"""


def _decompressor_with(connection: sqlite3.Connection, dictionary_id: int) -> zstandard.ZstdDecompressor:
    """Return what reads bodies that were written with a dictionary; raises as `read_body` does where that cannot be had."""
    row = connection.execute("SELECT sha256 FROM bodies WHERE id = ? AND data IS NOT NULL", (dictionary_id,)).fetchone()
    known = _prepared.get(row[0]) if row else None
    return known or _prepare(read_body(connection, dictionary_id))


def _prepare(dictionary: bytes) -> zstandard.ZstdDecompressor:
    while len(_prepared) >= _MOST_PREPARED:
        del _prepared[next(iter(_prepared))]
    return _prepared.setdefault(sha256_hex(dictionary), _decompressor(dictionary))


def _is_text(media_type: str | None) -> bool:
    return bool(media_type) and str(media_type).startswith(("text/", "application/xhtml", "application/xml", "application/json"))
