"""Durations and sizes, as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.durations import format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2s", 2.0),
        ("0", 0.0),
        ("0s", 0.0),
        ("250ms", 0.25),
        ("1.5h", 5400.0),
        ("30 min", 1800.0),
        (" 5m ", 300.0),
        ("24H", 86_400.0),
        ("90d", 7_776_000.0),
        ("1w", 604_800.0),
    ],
)
def test_durations_are_read_in_every_unit(text, seconds):
    """A number with a unit is so many seconds."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "-2s", "s", "2 parsecs", "1h30m", "1e3s", "2s!", "١s"])
def test_what_is_no_duration_is_refused(text):
    """Anything that somebody could misread is refused with an example."""
    with pytest.raises(ValueError, match='"90d"'):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.001, "0.001s"),
        (0.5, "0.5s"),
        (60, "60s"),
        (90, "90s"),
        (120, "2m"),
        (3600, "1h"),
        (86_400, "24h"),
        (7_776_000, "90d"),
    ],
)
def test_durations_are_written_as_people_say_them(seconds, text):
    """The largest unit that leaves a whole number is used, and one day is 24h."""
    assert format_duration(seconds) == text


@given(st.integers(min_value=0, max_value=10**12))
def test_a_written_duration_reads_back(milliseconds):
    """Writing and reading a duration loses nothing down to the millisecond."""
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "size"), [("20 MB", 20_000_000), ("500kB", 500_000), ("0 B", 0), ("1.5 gb", 1_500_000_000), ("2TB", 2 * 10**12)]
)
def test_sizes_are_read_in_decimal_units(text, size):
    """A megabyte is a million bytes."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "20", "-1 MB", "MB", "20 MiB", "20 M"])
def test_what_is_no_size_is_refused(text):
    """A size without a known unit is refused with an example."""
    with pytest.raises(ValueError, match='"20 MB"'):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (20_000_000, "20 MB"), (5 * 10**12, "5 TB")]
)
def test_sizes_are_written_in_the_largest_whole_unit(size, text):
    """A written size needs no fraction."""
    assert format_size(size) == text


@given(st.integers(min_value=0, max_value=10**12))
def test_a_written_size_reads_back(size):
    """Writing and reading a size loses nothing."""
    assert parse_size(format_size(size)) == size
