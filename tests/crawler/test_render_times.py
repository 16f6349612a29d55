"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.render_times import at, between, length, midnight, moment_of, plural, zone_name

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (11480, "11 480 pages"), (1234567, "1 234 567 pages")]
)
def test_numbers_of_things(number, words):
    """One thing is one, large numbers stand in groups."""
    assert plural(number, "page") == words


def test_a_plural_of_its_own():
    """A word that forms its plural otherwise brings it along."""
    assert plural(2, "body", "bodies") == "2 bodies"
    assert plural(1, "body", "bodies") == "1 body"


def test_zones_have_offset_and_name():
    """A zone is told by what it is at that time and by its name."""
    assert zone_name(SHANGHAI, NOW) == "+08:00 (Asia/Shanghai)"
    assert zone_name(ZoneInfo("America/St_Johns"), NOW) == "-03:30 (America/St_Johns)"


@pytest.mark.parametrize(
    ("instant", "today", "words"),
    [
        (None, None, "never"),
        ("2026-11-22T16:00:00.000Z", None, "2026-11-23 00:00"),
        ("2026-11-22T16:00:00.000Z", NOW, "today 00:00"),
        ("2026-11-22T15:59:59.999Z", NOW, "2026-11-22 23:59"),
    ],
)
def test_instants_in_the_zone(instant, today, words):
    """Today is the day of the zone."""
    assert at(instant, SHANGHAI, today=today) == words


@pytest.mark.parametrize(
    ("earliest", "latest", "words"),
    [
        (None, "2026-01-20T00:00:00.000Z", "by 2026-01-20 08:00"),
        ("2026-01-20T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "between 2026-01-20 08:00 and 2026-02-01 08:00 (12 days)"),
        ("2026-02-03T00:00:00.000Z", "2026-02-03T06:00:00.000Z", "between 2026-02-03 08:00 and 14:00 (6 hours)"),
        ("2026-11-23T02:12:04.100Z", "2026-11-23T02:12:09.000Z", "between 2026-11-23 10:12:04 and 10:12:09 (5 seconds)"),
        ("2026-11-23T02:12:04.100Z", "2026-11-23T02:12:04.900Z", "between 2026-11-23 10:12:04 and 10:12:04 (less than a second)"),
    ],
)
def test_bounds_of_a_change(earliest, latest, words):
    """Bounds are told as coarsely as they can be, never more so."""
    assert between(earliest, latest, SHANGHAI) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "less than a second"),
        (0.9, "less than a second"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "120 minutes"),
        (7200, "2 hours"),
        (129600, "36 hours"),
        (172800, "2 days"),
        (15 * 86400, "15 days"),
    ],
)
def test_lengths(seconds, words):
    """A length is told in the largest unit of which there are two."""
    assert length(seconds) == words


def test_midnight_is_the_zones():
    """A day begins where the portal is."""
    assert midnight(SHANGHAI, NOW) == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", datetime(2026, 11, 16, 1, 14, tzinfo=UTC)),
        ("24h", datetime(2026, 11, 22, 1, 14, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 10, 31, 16, tzinfo=UTC)),
        ("2026-11-01T08:00", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:00:00Z", datetime(2026, 11, 1, 8, tzinfo=UTC)),
    ],
)
def test_since_when(text, moment):
    """A length counts back from now, a day is the portal's, an instant brings its own zone."""
    assert moment_of(text, SHANGHAI, NOW) == moment


@pytest.mark.parametrize("text", ["yesterday", "", "7", "-7d", "2026-13-01", "99999999999d", "0001-01-01"])
def test_no_time(text):
    """What is no time is refused with an example."""
    with pytest.raises(ValueError, match="write 2026-11-01"):
        moment_of(text, SHANGHAI, NOW)
