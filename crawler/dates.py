"""Dates as portals print them.

Pure.  A date is day, or day and time; one without a zone is wall time of the portal's zone.  Numbers that only look like dates
(index numbers such as 2026-02-00018, telephone numbers, versions, paths of URLs) are none, nor is 2022-13-40.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from storage.records import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Printed",
    "date_after",
    "find_dates",
    "parse_date",
    "parse_meta",
    "read_day",
    "unannounced_date",
]

FIRST_YEAR = 1949
"""No portal of the People's Republic publishes a press release of before its founding."""
LAST_YEAR = 2100
"""Years after this are amounts or numbers of things."""

_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ZEROS = "〇○◯零０Ｏ0Oo\u039f\u041e"
"""What is typed for the zero of a year in characters: signs like a circle, Greek and Cyrillic letters too."""
_NUMERALS = {**dict(zip("一二三四五六七八九", range(1, 10), strict=True)), **dict.fromkeys(_ZEROS, 0)}
_ABBREVIATED = str.maketrans({"廿": "二十", "卅": "三十", "元": "一"})
_TENS = 10
_HALF_DAY = 12
_EARLIEST_MORNING = 10  # of the hours that are called noon
_MORNINGS = frozenset({"A", "a", "凌晨"})
_AFTERNOONS = frozenset({"P", "p", "下午", "中午"})
_EVENINGS = frozenset({"晚", "晚上", "傍晚"})

# `10:46-11:00` is a span of time: a zone west of Greenwich is read only behind the `T` of ISO 8601.
# Every gap is bounded, so that no run of white space makes the search slow.
_GAP = r"\s{0,60}"
_NUMERIC = re.compile(
    rf"(?<![\dA-Za-z_/=?&%])(?P<year>\d{{4}}){_GAP}(?P<sign>[-/.－／．‐–—]){_GAP}(?P<month>\d{{1,2}}){_GAP}(?P=sign){_GAP}(?P<day>\d{{1,2}})(?!\d)"
)
# What a date may begin with stands before it: a search passes all other places at once.
_CHINESE = re.compile(
    rf"(?=[\d{_ZEROS}一二三四五六七八九])(?<!\d)(?P<year>\d{{4}}|[{_ZEROS}一二三四五六七八九]{{4}}){_GAP}年{_GAP}"
    rf"(?P<month>\d{{1,2}}|[一二三四五六七八九十元]{{1,3}}){_GAP}月{_GAP}(?P<day>\d{{1,2}}|[一二三四五六七八九十廿卅]{{1,3}}){_GAP}[日号號]"
)
_MONTH_FIRST = re.compile(
    rf"(?=[jfmasond])(?<![A-Za-z]){_MONTH}{_GAP}{_ORDINAL}\s{{0,9}},?{_GAP}(?P<year>\d{{4}})(?!\d)", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"(?<![\dA-Za-z.:/-]){_ORDINAL}(?:\s{{1,60}}of)?[\s-]{{1,60}}{_MONTH},?[\s-]{{1,60}}(?P<year>\d{{4}})(?!\d)", re.IGNORECASE
)
_TIME = re.compile(
    r"""
    (?:\s{0,9}[（(]?(?:星期|周|礼拜)[一二三四五六日天][)）]?)?
    \s{0,60}(?:(?P<iso>T)|[,，]|at\b)?\s{0,60}
    (?P<chinese_half>[上下中]午|凌晨|清晨|早[上晨]|傍晚|晚上?)?\s?
    (?P<hour>\d{1,2})
    (?: [:：](?P<minute>\d{2})(?:[:：](?P<second>\d{2})(?:[.,]\d{1,9})?)?(?!\d)
      | \s?[时時点]\s?(?P<fen>\d{1,2})\s?分(?:\s?(?P<miao>\d{1,2})\s?秒)? )
    (?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?
    (?:\s?(?P<zone>Z|GMT|UTC|(?(iso)[+-]|\+)\d{2}:?\d{2})(?![\w:]))?
    """,
    re.VERBOSE,
)
_DIGITS = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?")
_DIGITS_HERE = re.compile(r"[\s\[（(【]{0,9}(\d{8}(?:\d{4}|\d{6})?)(?![\d\-/.－／．年])")
_JAVA = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})"
    r" (?P<zone>CST|GMT|UTC) (?P<year>\d{4})"
)
_ANNOUNCED = re.compile(
    r"(?:日\s?期|时\s?间|期限|[至自]|\b(?:date|time|from|until|till|updated?)|[\w）)】][:：])\s{0,9}[:：]?\s{0,9}[\[（(【]?\s{0,9}$",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"日\s?期|时\s?间|期限|\b(?:date|time)\b|[^\s:：][:：]", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_BROKEN = re.compile(r"[ \t\n\r\f]*([-/.－／．‐–—])[ \t\n\r\f]*")


@dataclass(frozen=True, slots=True)
class Printed:
    """A date as printed (line breaks of the template aside) and what it means.

    `published_at` is the instant in UTC, `YYYY-MM-DDTHH:MM:SSZ`, None for a date without a time; `published_on` the calendar
    day in the portal's zone, `YYYY-MM-DD`.
    """

    value: str
    published_at: str | None
    published_on: str
    precision: Precision


@dataclass(frozen=True, slots=True)
class _Span:
    """A printed date and where it begins and ends in the text that it was found in."""

    start: int
    end: int
    printed: Printed


def find_dates(text: str, zone: ZoneInfo) -> list[Printed]:
    """Return all plausible dates in a text in order, each with the time printed after it."""
    return [span.printed for span in _spans(text, zone)]


def parse_date(text: str, zone: ZoneInfo) -> Printed | None:
    """Return the first plausible date of a text, or None."""
    span = _first_span(text, zone)
    return None if span is None else span.printed


def read_day(day: str) -> Printed | None:
    """Return a day written `YYYY-MM-DD`, or None where no press release can be of that day."""
    plausible = _day(*map(int, day.split("-")))
    return Printed(day, None, plausible.isoformat(), Precision.DAY) if plausible else None


def parse_meta(content: str, zone: ZoneInfo) -> Printed | None:
    """Return the date that a meta holds, also in the forms that only machines print: digits alone, and Java's own."""
    return _digits_only(content.strip(), zone) or _by_java(content.strip(), zone) or parse_date(content, zone)


def unannounced_date(text: str, zone: ZoneInfo) -> Printed | None:
    """Return the first date that no word before it makes the date of something: `有效期至`, `实施日期：`, whatever has a colon."""
    spans = _spans(text, zone)
    return next((span.printed for span in spans if not _ANNOUNCED.search(text, max(0, span.start - 24), span.start)), None)


def date_after(text: str, start: int, zone: ZoneInfo, reach: int = 16) -> Printed | None:
    """Return the date that begins at most `reach` characters after `start`, or None: the date that a label announces.

    Between label and date may stand punctuation or the name of a weekday, no other number, and no other label: the field is empty.
    """
    window = text[start : start + reach + 80]
    digits = _DIGITS_HERE.match(window)
    if digits is not None:
        return _digits_only(digits[1], zone)
    span = _first_span(window, zone)
    if span is None or span.start > reach or any(sign.isdigit() for sign in window[: span.start]):
        return None
    return None if _OTHER_LABEL.search(window, 0, span.start) else span.printed


def _digits_only(text: str, zone: ZoneInfo) -> Printed | None:
    """Return the date of a run of digits, 8, 12 or 14 of them: years, months, days, and a time."""
    found = _DIGITS.fullmatch(text)
    day = _read_digits(found) if found else None
    return None if found is None or day is None else _with_clock(text, found, day, zone)


def _by_java(text: str, zone: ZoneInfo) -> Printed | None:
    """Return the date that Java prints by itself; its CST is the zone of China."""
    found = _JAVA.fullmatch(text)
    day = _read_english(found) if found else None
    return None if found is None or day is None else _with_clock(text, found, day, zone)


def _with_clock(text: str, found: re.Match[str], day: date, zone: ZoneInfo) -> Printed | None:
    if found["hour"] is None:
        return Printed(text, None, day.isoformat(), Precision.DAY)
    try:
        wall = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        return None
    named = found.groupdict().get("zone")
    moment = datetime.combine(day, wall, tzinfo=UTC if named in {"GMT", "UTC"} else zone)
    precision = Precision.SECOND if found["second"] else Precision.MINUTE
    return Printed(text, _in_utc(moment), moment.astimezone(zone).date().isoformat(), precision)


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _first_span(text: str, zone: ZoneInfo) -> _Span | None:
    """Return the first date of a text.  Mostly it is in numbers and begins the text: then no other form need be looked for."""
    found = _NUMERIC.match(text, len(text) - len(text.lstrip()))
    day = None if found is None else _read_digits(found)
    if found is None or day is None or _is_longer_number(found):
        return next(_spans(text, zone), None)
    return _with_time(found, _FORMS[0], day, zone)


def _spans(text: str, zone: ZoneInfo) -> Iterator[_Span]:
    """Yield the dates of a text in order; of two that overlap, the first."""
    end = 0
    for found, form in sorted(_candidates(text), key=lambda pair: pair[0].start()):
        day = form.read(found) if found.start() >= end else None
        if day is not None and not form.is_number(found):
            span = _with_time(found, form, day, zone)
            end = span.end
            yield span


def _candidates(text: str) -> Iterator[tuple[re.Match[str], _Form]]:
    for form in _FORMS:
        for found in form.pattern.finditer(text) if form.sign in text else ():
            yield found, form


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to print a day: a sign that it holds, its pattern, how to read a match, when it is a mere number.

    Where a template broke its lines, what `breaks` finds in it becomes `closed`.
    """

    sign: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], date | None]
    is_number: Callable[[re.Match[str]], bool]
    breaks: re.Pattern[str]
    closed: str


def _with_time(found: re.Match[str], form: _Form, day: date, zone: ZoneInfo) -> _Span:
    """Return a matched day together with the time that follows it, if one does."""
    printed = form.breaks.sub(form.closed, found[0]) if _SPACES.search(found[0]) else found[0]
    clock = _TIME.match(found.string, found.end())
    moment = None if clock is None else _moment(clock, day, zone)
    if clock is None or moment is None:
        return _Span(found.start(), found.end(), Printed(_SPACES.sub(" ", printed), None, day.isoformat(), Precision.DAY))
    precision = Precision.SECOND if clock["second"] or clock["miao"] else Precision.MINUTE
    value = _SPACES.sub(" ", printed + found.string[clock.start() : clock.end()])
    return _Span(found.start(), clock.end(), Printed(value, _in_utc(moment), moment.astimezone(zone).date().isoformat(), precision))


def _moment(clock: re.Match[str], day: date, zone: ZoneInfo) -> datetime | None:
    """Return the aware instant of a day and a printed time, or None where there is no such time (24:00)."""
    hour = _hour(int(clock["hour"]), clock["half"] or clock["chinese_half"])
    try:
        wall = time(hour, int(clock["minute"] or clock["fen"]), int(clock["second"] or clock["miao"] or 0))
    except ValueError:
        return None
    return datetime.combine(day, wall, tzinfo=_zone(clock["zone"], zone))


def _hour(hour: int, half: str | None) -> int:
    """Return the hour of 24 that an hour in a part of the day is; 24, which no clock shows, for midnight at the end of a day."""
    if half in _EVENINGS:
        return hour + _HALF_DAY if hour <= _HALF_DAY else hour
    if half in _AFTERNOONS:
        return hour + _HALF_DAY if hour < _EARLIEST_MORNING or (hour < _HALF_DAY and half != "中午") else hour
    return 0 if half in _MORNINGS and hour == _HALF_DAY else hour


def _zone(printed: str | None, zone: ZoneInfo) -> tzinfo:
    """Return the zone printed behind a time (`Z`, `GMT`, `UTC`, `+08:00`, `+0800`), or the portal's."""
    if not printed:
        return zone
    if printed[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(printed[1:3]), minutes=int(printed[-2:]))
    if offset >= timedelta(days=1):
        return zone
    return timezone(-offset if printed[0] == "-" else offset)


def _day(year: int, month: int, day: int) -> date | None:
    """Return a plausible day, or None: no such day, or outside the years of portals."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_digits(found: re.Match[str]) -> date | None:
    return _day(int(found["year"]), int(found["month"]), int(found["day"]))


def _read_chinese(found: re.Match[str]) -> date | None:
    return _day(_chinese_year(found["year"]), _chinese_number(found["month"]), _chinese_number(found["day"]))


def _read_english(found: re.Match[str]) -> date | None:
    return _day(int(found["year"]), _MONTHS.get(found["month"][:3].lower(), 0), int(found["day"]))


def _chinese_year(text: str) -> int:
    """Return a year written digit by digit: 2022, 二〇二二 or, as it is often typed, 二0二二."""
    return int(text) if text.isdecimal() else int("".join(str(_NUMERALS[sign]) for sign in text))


def _chinese_number(text: str) -> int:
    """Return a month or day: 9, 九, 十, 十二, 二十, 廿一, 三十一, 元(月); 0 for what is no such number."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.translate(_ABBREVIATED).rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (_NUMERALS.get(tens, 1) * _TENS if ten else 0) + (_NUMERALS[ones] if ones else 0)


def _is_longer_number(found: re.Match[str]) -> bool:
    """Tell whether digits go on beyond a numeric date: a telephone number or a version, unless it is a span of two dates."""
    text, start, end = found.string, found.start(), found.end()
    before = start > 1 and text[start - 1] in "-/." and text[start - 2].isdigit()
    after = text[end : end + 1] in {"-", "/", "."} and text[end + 1 : end + 2].isdigit()
    return (before and not _ends_a_date(text, start - 1)) or (after and not _NUMERIC_HERE.match(text, end + 1))


def _ends_a_date(text: str, end: int) -> bool:
    return any(found.end() == end for found in _NUMERIC.finditer(text, max(0, end - 30), end))


def _never(_: re.Match[str]) -> bool:
    return False


# The second date of a span stands behind a sign, where no date may begin otherwise.
_NUMERIC_HERE = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)")

_FORMS = (
    _Form("", _NUMERIC, _read_digits, _is_longer_number, _BROKEN, r"\1"),
    _Form("年", _CHINESE, _read_chinese, _never, re.compile(r"[ \t\f]*[\r\n][ \t\n\r\f]*"), ""),
    _Form("", _MONTH_FIRST, _read_english, _never, _SPACES, " "),
    _Form("", _DAY_FIRST, _read_english, _never, _SPACES, " "),
)
