"""Dates in every form that portals print, and numbers that are none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import (
    _CHINESE,
    _MONTH_FIRST,
    FIRST_YEAR,
    LAST_YEAR,
    Printed,
    date_after,
    find_dates,
    parse_date,
    parse_meta,
    read_day,
    unannounced_date,
)
from storage.records import Precision

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
MONTHS = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]


@pytest.mark.parametrize(
    ("text", "value", "at", "precision"),
    [
        ("Release date:2022-09-20 10:46", "2022-09-20 10:46", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2015-01-30 11:09:40", "2015-01-30 11:09:40", "2015-01-30T03:09:40Z", Precision.SECOND),
        ("2022/9/20 8:05", "2022/9/20 8:05", "2022-09-20T00:05:00Z", Precision.MINUTE),
        ("2022.09.20  07:59", "2022.09.20 07:59", "2022-09-19T23:59:00Z", Precision.MINUTE),
        ("2022年9月20日 10:46", "2022年9月20日 10:46", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2022年09月20日10时46分", "2022年09月20日10时46分", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2022年9月20日下午3时20分05秒", "2022年9月20日下午3时20分05秒", "2022-09-20T07:20:05Z", Precision.SECOND),
        ("2022-09-20\u00a010：46", "2022-09-20\u00a010：46", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2022-09-20T10:46:05.250+08:00", "2022-09-20T10:46:05.250+08:00", "2022-09-20T02:46:05Z", Precision.SECOND),
        ("2022-09-20T02:46:05Z", "2022-09-20T02:46:05Z", "2022-09-20T02:46:05Z", Precision.SECOND),
        ("2022-09-19T22:46-0400", "2022-09-19T22:46-0400", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("Tue, 20 Sep 2022 02:46:00 GMT", "20 Sep 2022 02:46:00 GMT", "2022-09-20T02:46:00Z", Precision.SECOND),
        ("Sept. 20th, 2022, 10:46 AM", "Sept. 20th, 2022, 10:46 AM", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("September 20, 2022 at 12:46 p.m.", "September 20, 2022 at 12:46 p.m.", "2022-09-20T04:46:00Z", Precision.MINUTE),
        ("Sep 20, 2022 12:30 am", "Sep 20, 2022 12:30 am", "2022-09-19T16:30:00Z", Precision.MINUTE),
        ("Sep 20, 2022 8:30pm", "Sep 20, 2022 8:30pm", "2022-09-20T12:30:00Z", Precision.MINUTE),
        ("2022-09-20 星期二 10:46", "2022-09-20 星期二 10:46", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2022年9月20日（周二）10:46", "2022年9月20日（周二）10:46", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2022-09-20 晚上8:30", "2022-09-20 晚上8:30", "2022-09-20T12:30:00Z", Precision.MINUTE),
        ("2022-09-20 中午12:30", "2022-09-20 中午12:30", "2022-09-20T04:30:00Z", Precision.MINUTE),
        ("2022-09-20 中午1:30", "2022-09-20 中午1:30", "2022-09-20T05:30:00Z", Precision.MINUTE),
        ("2022-09-20 凌晨12:30", "2022-09-20 凌晨12:30", "2022-09-19T16:30:00Z", Precision.MINUTE),
        ("2022-09-20 下午14:30", "2022-09-20 下午14:30", "2022-09-20T06:30:00Z", Precision.MINUTE),
        ("２０２２－０９－２０ １０：４６", "２０２２－０９－２０ １０：４６", "2022-09-20T02:46:00Z", Precision.MINUTE),
        ("2022-09-20 10:46:05.0", "2022-09-20 10:46:05.0", "2022-09-20T02:46:05Z", Precision.SECOND),
        ("2022-09-20T10:46+99:00", "2022-09-20T10:46+99:00", "2022-09-20T02:46:00Z", Precision.MINUTE),
    ],
)
def test_a_date_with_a_time_names_an_instant(text, value, at, precision):
    """A printed day and time is kept as printed and read in the portal's zone, or the one printed behind it."""
    assert parse_date(text, ZONE) == Printed(value, at, "2022-09-20" if "2015" not in text else "2015-01-30", precision)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[2022-09-20]", "2022-09-20"),
        ("2022/9/20", "2022/9/20"),
        ("于2022.9.20发布。", "2022.9.20"),
        ("2022 - 09 - 20", "2022-09-20"),
        ("2022-\n09-\n20", "2022-09-20"),
        ("2022年\n9月\n20日", "2022年9月20日"),
        ("2022 年 9 月 20 日", "2022 年 9 月 20 日"),
        ("２０２２年９月２０号", "２０２２年９月２０号"),
        ("二〇二二年九月二十日", "二〇二二年九月二十日"),
        ("二0二二年九月二十日", "二0二二年九月二十日"),
        ("二○二二年九月廿日", "二○二二年九月廿日"),
        ("二О二二年九月二十号", "二О二二年九月二十号"),
        ("2022年九月20日", "2022年九月20日"),
        ("２０２２／９／２０", "２０２２／９／２０"),
        ("2022．9．20", "2022．9．20"),
        ("2022–09–20", "2022–09–20"),
        ("2022-09-20 晚上12:00", "2022-09-20"),
        ("Sep 20, 2022", "Sep 20, 2022"),
        ("20 September\n2022", "20 September 2022"),
        ("20-Sep-2022", "20-Sep-2022"),
        ("the 20th of September, 2022", "20th of September, 2022"),
        ("2022-09-20 24:00", "2022-09-20"),
        ("2022-09-20 10:460", "2022-09-20"),
    ],
)
def test_a_date_without_a_time_is_a_day(text, value):
    """A day has no instant; what the template broke over lines is joined, all else stays as printed."""
    assert parse_date(text, ZONE) == Printed(value, None, "2022-09-20", Precision.DAY)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-00018",
        "索引号 2026-02-00018",
        "0573-2022-10-10",
        "2022-10-10-77",
        "v1.2022.10.1",
        "2022.10.1.4",
        "12022-10-10",
        "/art/2022/9/20/art_1_2.html",
        "W2022-10-10",
        "2022-13-40",
        "2023-02-29",
        "2022/09-20",
        "2022-2023-1",
        "1948-12-31",
        "2101-01-01",
        "2022年13月1日",
        "二〇二二年一二月三日",
        "嘉政发〔2022〕9号",
        "2022年9月",
        "February 30, 2022",
        "Maypole 5, 2022",
        "",
    ],
)
def test_other_numbers_are_no_dates(text):
    """Index and telephone numbers, versions, paths and impossible days are not taken for dates."""
    assert find_dates(text, ZONE) == []


def test_all_dates_of_a_text_come_in_order():
    """Dates of different forms come in the order printed, also both ends of a span of days."""
    text = "May 5, 2022; 2022.09.20-2022.10.01, 二〇二一年十二月三十一日, 2020-01-02 10:46-11:00"
    assert [each.value for each in find_dates(text, ZONE)] == [
        "May 5, 2022",
        "2022.09.20",
        "2022.10.01",
        "二〇二一年十二月三十一日",
        "2020-01-02 10:46",
    ]


def test_of_dates_that_overlap_the_first_is_taken():
    """`20 Sep 2022-10-01` is one date and a rest, not two dates that share the year."""
    assert [each.published_on for each in find_dates("20 Sep 2022-10-01", ZONE)] == ["2022-09-20"]


def test_the_day_is_the_portals_day():
    """An instant printed in another zone falls on the portal's day, not on the printed one."""
    printed = parse_date("2022-09-19T20:00:00Z", ZONE)
    assert printed is not None
    assert printed.published_on == "2022-09-20"


def test_a_label_announces_only_a_near_date():
    """Between a label and its date may stand a weekday, but neither another number nor a whole sentence."""
    assert date_after("Date: Tue, 20 Sep 2022", 5, ZONE) is not None
    assert date_after("时间：[2022-09-20]", 3, ZONE) is not None
    assert date_after("No. 7 of 2022-09-20", 3, ZONE) is None
    assert date_after("Date of the yearly meeting: 2022-09-20", 4, ZONE) is None
    assert date_after("Date: soon", 5, ZONE) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二二年十月十一日", "2022-10-11"),
        ("二〇二二年元月廿一日", "2022-01-21"),
        ("二〇二二年十二月卅一日", "2022-12-31"),
        ("二零二二年十一月卅日", "2022-11-30"),
        ("一九九九年一月十日", "1999-01-10"),
    ],
)
def test_characters_are_numerals(text, day):
    """Tens have characters of their own, and the first month a name."""
    printed = parse_date(text, ZONE)
    assert printed is not None
    assert (printed.value, printed.published_on) == (text, day)


@pytest.mark.parametrize(
    "text", ["二〇二二年九月卅一日", "二〇二二年廿月一日", "二〇二二年九月十廿日", "二〇二二年元元月一日", "十月十一日"]
)
def test_days_that_no_calendar_has_are_none(text):
    """Nothing is made of a day that does not exist, nor of one without a year."""
    assert find_dates(text, ZONE) == []


@pytest.mark.parametrize(
    ("content", "at", "day"),
    [
        ("20220920", None, "2022-09-20"),
        ("202209201046", "2022-09-20T02:46:00Z", "2022-09-20"),
        ("20220920104605", "2022-09-20T02:46:05Z", "2022-09-20"),
        ("Tue Sep 20 10:46:05 CST 2022", "2022-09-20T02:46:05Z", "2022-09-20"),
        ("Mon Sep 19 20:46:05 GMT 2022", "2022-09-19T20:46:05Z", "2022-09-20"),
        ("2022-09-20 02:46 PM", "2022-09-20T06:46:00Z", "2022-09-20"),
    ],
)
def test_metas_hold_forms_of_machines(content, at, day):
    """Digits alone and Java's own form are dates in a meta."""
    printed = parse_meta(content, ZONE)
    assert printed is not None
    assert (printed.published_at, printed.published_on) == (at, day)


@pytest.mark.parametrize("content", ["20221320", "202209202546", "2022092010", "Tue Xyz 20 10:46:05 CST 2022", "发布时间", ""])
def test_other_contents_of_metas_are_no_dates(content):
    """Months, hours and names that do not exist make no date."""
    assert parse_meta(content, ZONE) is None


def test_an_empty_field_does_not_borrow_the_next_ones_date():
    """Behind a label without a date stands another label: its date is not that of the first."""
    assert date_after("发布日期：\n成文日期：2022-09-20", 5, ZONE) is None
    assert date_after("发布日期\n有效期限\n2022-09-20", 4, ZONE) is None
    assert date_after("Date: Effective date 2022-09-20", 5, ZONE) is None
    assert date_after("发布日期：：2022-09-20", 5, ZONE) is not None


def test_digits_behind_a_label_are_a_date():
    """A label may announce a day without any signs; a longer number is none."""
    assert date_after("发布日期：20220920", 5, ZONE) == Printed("20220920", None, "2022-09-20", Precision.DAY)
    assert date_after("发布日期：[20220920]", 5, ZONE) is not None
    for other in ("202209201", "20221320", "20220920-1"):
        assert date_after(f"发布日期：{other}", 5, ZONE) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-09-20 来源：湖畔日报", "2022-09-20"),
        ("生效日期：2022-10-01 2022-09-20", "2022-09-20"),
        ("有效期至2027年9月19日", None),
        ("自2022年10月1日起施行", None),
        ("截止：2022-10-01", None),
        ("Valid until 2022-10-01", None),
        ("来源：湖畔日报\n2022-09-20", "2022-09-20"),
    ],
)
def test_a_date_that_a_word_announces_is_not_bare(text, day):
    """A date of validity is none of publication, even where no other stands below the title."""
    printed = unannounced_date(text, ZONE)
    assert (printed.published_on if printed else None) == day


@given(DAYS)
def test_every_form_of_a_day_round_trips(day):
    """Each printed form of a day gives that day back."""
    month = MONTHS[day.month - 1]
    forms = (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y.%m.%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{_digits(day.year)}年{_number(day.month)}月{_number(day.day)}日",
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month[:3]} {day.year}",
    )
    assert [parse_date(form, ZONE) for form in forms] == [Printed(form, None, day.isoformat(), Precision.DAY) for form in forms]


@given(st.datetimes(datetime(1992, 1, 1), datetime(2099, 12, 31)), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S"]))  # noqa: DTZ001 - wall time is what pages print
def test_a_time_round_trips_through_utc(wall, form):
    """The instant of a printed time, read in the portal's zone, prints as the same time again."""
    printed = parse_date(wall.strftime(form), ZONE)
    assert printed is not None
    assert printed.published_at is not None
    at = datetime.fromisoformat(printed.published_at)
    assert at.tzinfo == UTC
    assert at.astimezone(ZONE).strftime(form) == printed.value == wall.strftime(form)


@given(st.text(alphabet="0123456789-/.年月日一二十 :T\nSept,+Z", max_size=60))
def test_nothing_that_looks_like_a_date_raises(text):
    """Whatever is printed, the dates found are days of the years that portals have."""
    for printed in find_dates(text, ZONE):
        assert FIRST_YEAR - 1 <= date.fromisoformat(printed.published_on).year <= LAST_YEAR + 1


def _digits(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _number(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _digits(tens) + "十") + (_digits(ones) if ones else "")


@pytest.mark.parametrize("form", [_CHINESE, _MONTH_FIRST], ids=["chinese", "month first"])
@given(data=st.data())
def test_no_date_begins_otherwise_than_is_said(form, data):
    """What is said in front of a pattern, so that a search passes quickly, leaves out nothing that the pattern alone would find."""
    said = re.match(r"\(\?=\[[^\]]+\]\)", form.pattern)
    alone = re.compile(form.pattern[said.end() :], form.flags)
    text = data.draw(st.from_regex(alone))
    assert [found.span() for found in form.finditer(text)] == [found.span() for found in alone.finditer(text)] != []


PIECES = st.sampled_from(
    [
        "2022-09-20",
        "2022年9月20日",
        "Sep 20, 2022",
        "20 Sep 2022",
        " 10:46",
        "2022-13-40",
        "2022-02-00018",
        "-1",
        "○",
        " ",
        "\n",
        "x",
        "1",
    ]
)


@given(st.lists(PIECES, max_size=6).map("".join))
def test_the_first_date_is_the_first_of_all(text):
    """Where a text begins with a date, it is taken without a look at the others, and is the same."""
    assert parse_date(text, ZONE) == next(iter(find_dates(text, ZONE)), None)


@given(st.dates(date(FIRST_YEAR - 2, 1, 1), date(LAST_YEAR + 2, 12, 31)))
def test_a_day_of_an_address_is_read_as_a_printed_one(day):
    """A day in the form of ISO 8601 needs no search, and is held to the same years."""
    assert read_day(day.isoformat()) == parse_date(day.isoformat(), ZONE)
