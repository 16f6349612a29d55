"""Content decoding under a cap."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.decoding import CutShortError, Decoder, EncodingError, TooLargeError, coding_of

PACKERS = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
}


def raw_deflate(data: bytes) -> bytes:
    """Pack without any header."""
    return zlib.compress(data, wbits=-15)


def decoded(coding: str, wire: bytes, *, step: int = 7, limit: int = 1_000_000) -> bytes:
    """Feed a wire in small steps."""
    decoder = Decoder(coding, limit)
    for start in range(0, len(wire), step):
        decoder.feed(wire[start : start + step])
    return decoder.finish()


@pytest.mark.parametrize(
    ("values", "coding"),
    [
        ([], ""),
        (["identity"], ""),
        (["GZip"], "gzip"),
        (["gzip, identity"], "gzip"),
        (["", "deflate"], "deflate"),
        (["x-gzip"], "x-gzip"),
    ],
)
def test_the_one_coding_is_found(values, coding):
    """Case, blanks, `identity` and repeated headers make no difference."""
    assert coding_of(values) == coding


@pytest.mark.parametrize(
    ("values", "words"), [(["br"], "not asked for: br"), (["gzip, gzip"], "several"), (["deflate", "gzip"], "several")]
)
def test_other_codings_are_refused_by_name(values, words):
    """A coding that we do not undo, and several at once, are errors."""
    with pytest.raises(EncodingError, match=words):
        coding_of(values)


@given(st.binary(max_size=4_000), st.sampled_from(sorted(PACKERS)), st.integers(1, 50))
def test_what_was_packed_comes_back(data, coding, step):
    """Every coding gives the bytes back, however the wire cuts them."""
    assert decoded(coding, PACKERS[coding](data), step=step) == data


@given(st.binary(max_size=4_000), st.integers(1, 50))
def test_deflate_without_a_header_comes_back(data, step):
    """Headerless deflate is understood under the name deflate."""
    assert decoded("deflate", raw_deflate(data), step=step) == data


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]), st.integers(1, 300))
def test_any_bytes_are_decoded_or_refused(data, coding, step):
    """Whatever comes, nothing but the three errors is raised."""
    with suppress(EncodingError, TooLargeError):
        assert len(decoded(coding, data, step=step, limit=1_000)) <= 1_000


@given(st.binary(min_size=1, max_size=2_000), st.data())
def test_a_cut_stream_is_noticed_and_its_beginning_kept(data, draw):
    """A stream without its end is an error, and what came before is a prefix of the truth."""
    wire = gzip.compress(data)
    decoder = Decoder("gzip", 10_000)
    decoder.feed(wire[: draw.draw(st.integers(1, len(wire) - 1))])
    with pytest.raises(CutShortError):
        decoder.finish()
    assert data.startswith(decoder.received)


@given(st.lists(st.binary(max_size=100), min_size=1, max_size=5), st.integers(1, 40), st.sampled_from([b"", b"\0", b"\0\0\0"]))
def test_members_in_a_row_are_one_body(parts, step, padding):
    """Several gzip members are joined, and padding behind them is ignored."""
    assert decoded("gzip", b"".join(map(gzip.compress, parts)) + padding, step=step) == b"".join(parts)


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_no_bytes_are_an_empty_body(coding):
    """An empty body has no end mark to miss."""
    assert Decoder(coding, 10).finish() == b""


@pytest.mark.parametrize("coding", sorted(PACKERS))
@pytest.mark.parametrize(("size", "fits"), [(1_000, True), (1_001, False)])
def test_the_cap_is_exact(coding, size, fits):
    """A body of the cap's size passes, one byte more does not."""
    wire = PACKERS[coding](b"a" * size)
    if fits:
        assert len(decoded(coding, wire, limit=1_000)) == size
    else:
        with pytest.raises(TooLargeError, match="larger than 1000 bytes"):
            decoded(coding, wire, limit=1_000)


def test_the_cap_holds_on_the_wire_too():
    """Bytes that unpack to nothing count as well."""
    with pytest.raises(TooLargeError):
        decoded("gzip", gzip.compress(b"") + b"\0" * 1_000, limit=500)


def test_a_bomb_stops_at_the_cap_and_takes_no_memory():
    """64 MiB in 64 KB are refused in one step, without being unpacked."""
    wire = gzip.compress(b"\0" * 2**26, compresslevel=9)
    decoder = Decoder("gzip", 2**20)
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        decoder.feed(wire)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(decoder.received) == 2**20 + 1
    assert peak < 6 * 2**20


def test_endless_members_are_refused():
    """A body of a thousand empty members would cost a quadratic time."""
    with pytest.raises(EncodingError, match="more than 100 members"):
        decoded("gzip", gzip.compress(b"") * 1_000, step=20_000)


@pytest.mark.parametrize(
    ("coding", "wire"),
    [
        ("gzip", b"<!DOCTYPE html>"),
        ("deflate", b"\xff\xff\xff\xff"),
        ("gzip", gzip.compress(b"text" * 9, mtime=0)[:-8] + b"\0" * 8),
    ],
)
def test_wrong_bytes_name_their_coding(coding, wire):
    """What is not of its coding, or fails its check sum, is bad."""
    with pytest.raises(EncodingError, match=f"bad {coding}: "):
        decoded(coding, wire, step=100)
