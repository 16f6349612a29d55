"""The rules of receivers: words, moments and waits.  Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from storage.publish.rules import moment, next_try, says

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("Zhang Bing visited.", "zhang bing", True),
        ("Zhang\u00a0Bing visited.", "Zhang Bing", True),
        ("Zhang\nBing visited.", "Zhang Bing", True),
        ("Zhangbing visited.", "Zhang Bing", False),
        ("ＧＤＰ grew.", "gdp", True),
        ("张兵出席会议。", "张兵", True),
        ("张　兵出席会议。", "张兵", True),
        ("张\n兵", "张　兵", True),
        ("张三、王兵出席会议。", "张兵", False),
        ("阿不都·热合曼", "阿不都·热合曼", True),
        ("anything", "", False),
    ],
)
def test_words(text, word, found):
    """Case, width and spaces do not matter; between Chinese characters spaces are none."""
    assert says(text, [word]) is found


@pytest.mark.parametrize(
    ("when", "zone", "now", "then"),
    [
        ("at once", SHANGHAI, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("daily 08:00", SHANGHAI, "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
        ("daily 08:00", SHANGHAI, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("daily 08:00", BERLIN, "2026-03-28T08:00:00Z", "2026-03-29T06:00:00Z"),
        ("daily 08:00", BERLIN, "2026-10-24T08:00:00Z", "2026-10-25T07:00:00Z"),
        ("daily 02:30", BERLIN, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
        ("daily 02:30", BERLIN, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
    ],
)
def test_moments(when, zone, now, then):
    """A digest has one hour a day in its zone, also on the days on which clocks change."""
    assert moment(when, datetime.fromisoformat(now), zone) == datetime.fromisoformat(then)


def test_waits_grow():
    """From a minute to six hours, a little longer by chance, and never more than that."""
    waits = [next_try(failures, Random(failures)).total_seconds() for failures in range(1, 30)]
    assert 60 <= waits[0] <= 75
    assert 120 <= waits[1] <= 150
    assert all(earlier < later for earlier, later in pairwise(waits[:8]))
    assert set(waits[9:]) == {21_600.0}


def test_refusals_and_wishes():
    """What was refused is not asked again within the hour, and a wish is granted up to a day."""
    rng = Random(1)
    assert next_try(1, rng, is_refusal=True) >= timedelta(hours=1)
    assert next_try(1, rng, asked=7_200) == timedelta(hours=2)
    assert next_try(1, rng, asked=10**9) == timedelta(days=1)
    assert moment("daily 23:59", datetime(2026, 1, 1, tzinfo=UTC), SHANGHAI) > datetime(2026, 1, 1, tzinfo=UTC)
