"""The forms in which figures are written, and the value of each.  Pure.

Figures that are written otherwise but have one value get one key: `three` and `3`, `10万` and `100,000`, `Sept. 5` and
`5 September`, `2 p.m.` and `14:00`.  The rule's closed lists of dates and times stand here as patterns.
"""

# ruff: noqa: E501, ISC004, SIM905 - ideographs count twice; a pattern that goes on is one item; a list of words reads best as text

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from storage.words import CLASSIFIERS, MONTHS, NUMBER_WORDS, ORDINALS, SCALES, UNITS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    _Key = Callable[[re.Match[str]], str]

__all__ = ["CLASSIFIER", "COUNTS_NOTHING", "FORMS", "KEYS", "MEASURED"]

_DIGITS = "〇零一二两三四五六七八九"
_N = r"(?:\d{1,4}|[〇零一二两三四五六七八九十]{1,4})"


def _any(words: Iterable[str]) -> str:
    """Return the pattern of any of some words, longer ones first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = f"(?:{_any(MONTHS)})\\b"
_NUMBER_WORD = f"(?:{_any({*NUMBER_WORDS, *(scale for scale in SCALES if scale.isascii())})})\\b"
_ORDINAL = f"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -])?(?:{_any(ORDINALS)})\\b"
CLASSIFIER = _any({*CLASSIFIERS, *(unit for unit in UNITS if not unit[0].isascii())})
_DAY_PARTS = {"凌晨": 0, "早": 0, "早上": 0, "早晨": 0, "上午": 0, "中午": 12, "下午": 12, "傍晚": 12, "晚上": 12, "晚": 12}
_NOON = 12
_HALF = Decimal("0.5")


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _han_value(text: str) -> Decimal:
    """Return the value of a Chinese numeral, or of digits with a Chinese scale: 二十三, 二〇二二, 一千零五, 3.5万, 七点五."""
    if re.fullmatch(rf"[\d.]+|[{_DIGITS}]+", text):
        return Decimal("".join(str(_digit(char)) for char in text))
    if "点" in text:
        if text[-1] in SCALES:
            return _han_value(text[:-1]) * SCALES[text[-1]]
        whole, _, rest = text.partition("点")
        return Decimal(f"{_han_value(whole)}.{''.join(str(_digit(char)) for char in rest)}")
    for scale in "亿万千百十":
        left, found, right = text.rpartition(scale)
        if found:
            return (_han_value(left) if left else Decimal(1)) * SCALES[scale] + (
                _han_value(right.lstrip("零")) if right else Decimal()
            )
    return Decimal(0)


def _digit(char: str) -> str:
    return char if char in "0123456789." else str(int(char)) if char.isdecimal() else "001223456789"[_DIGITS.index(char)]


def _words_value(text: str) -> Decimal:
    """Return the value of English number words: twenty-five, two hundred and five, 3.5 million, 2million."""
    total = part = Decimal(0)
    for word in re.findall(r"[\d.]+|[a-z]+", text.lower().replace(",", "")):
        scale = SCALES.get(word)
        if scale is None:
            part += Decimal() if word == "and" else Decimal(NUMBER_WORDS.get(word, word))
        elif scale <= SCALES["hundred"]:
            part = (part or Decimal(1)) * scale
        else:
            total, part = total + (part or Decimal(1)) * scale, Decimal(0)
    return total + part


def _date(year: str | None, month: int, day: str | None) -> str:
    return f"d{year or ''}-{month}-{_plain(_han_value(day)) if day else ''}"


def _year(text: str | None) -> str | None:
    return _plain(_han_value(text)) if text else None


def _time(hour: Decimal, minute: int, *, late: bool, early: bool = False) -> str:
    hours = int(hour)
    return f"t{hours + _NOON if late and hours < _NOON else 0 if early and hours == _NOON else hours}:{minute}"


def _han_time(found: re.Match[str]) -> str:
    minute = 30 if found["half6"] else int(_han_value(found["n6"])) if found["n6"] else 0
    late = _DAY_PARTS.get(found["part"] or "", 0) > 0 or found["night"] is not None
    return _time(_han_value(found["h6"]), minute, late=late)


def _clock(found: re.Match[str]) -> str:
    half = (found["half"] or "").lower()[:1]
    return _time(Decimal(found["hour"]), int(found["minute"] or 0), late=half == "p", early=half == "a")


def _spoken_time(found: re.Match[str]) -> str:
    return _time(_words_value(found["h9"] or found["h10"]), 30 if found["h10"] else 0, late=False)


def _number(found: re.Match[str]) -> str:
    text = found.group().lower().strip().replace(",", "")
    sign = "-" if text.startswith(("-", "minus", "零下", "−")) else ""
    text = re.sub(r"^(?:minus\s+|零下|[-−])", "", text)
    text, half, _ = text.partition(" and a half")
    vague = "~" if re.fullmatch(r"[a-z]+s", text) and text not in NUMBER_WORDS else ""
    scaled = re.fullmatch(r"([\d. ]+)\s*([十百千万亿]+)", text)
    value = _han_value("".join(scaled.groups()).replace(" ", "")) if scaled and "." not in text else _scaled(text)
    return sign + vague + _plain(value + (_HALF if half else 0))


_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}


def _scaled(text: str) -> Decimal:
    found = re.fullmatch(r"([\d.]+(?: \d{3})*)\s*([十百千万亿]*|k|mn?|bn|tn)", text)
    if not found:
        return _words_value(text)
    value = Decimal(found[1].strip(".").replace(" ", ""))
    if found[2] in _SUFFIXES:
        return value * _SUFFIXES[found[2]]
    for scale in found[2]:
        value *= SCALES[scale]
    return value


def _code(found: re.Match[str]) -> str:
    return "c" + re.sub(r"\W", "", found.group().lower())


def _share(part: Decimal, whole: Decimal) -> str:
    """Return a fraction in per cent, as it is rounded in print."""
    return _plain((100 * part / (whole or 1)).quantize(Decimal("0.1")))


_PARTS = {"half": 2, "quarter": 4, "third": 3} | {word: value for word, value in ORDINALS.items() if 3 < value <= 10}  # noqa: PLR2004


def _fraction(found: re.Match[str]) -> str:
    words = re.split(r"[ -]", found.group().lower())
    part = words[-1].removesuffix("s")
    return _share(Decimal(NUMBER_WORDS.get(words[0], 1)), Decimal(_PARTS.get(part, 2)))


_ROMANS = {
    "X" * tens + ones: 10 * tens + value
    for tens in range(4)
    for value, ones in enumerate(("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"))
    if tens or value
}


def _relative(found: re.Match[str]) -> str:
    words = re.sub(r"\s+", " ", found.group().lower())
    return {"noon": "t12:0", "midnight": "t0:0"}.get(words, "r" + words.strip())


def _multiple(found: re.Match[str]) -> str:
    word = found.group().lower()
    fold = re.fullmatch(r"(\w+?)-?fold", word)
    return f"x{_plain(_words_value(fold[1]))}" if fold else _MULTIPLES[word]


_MULTIPLES = {"once": "1", "twice": "2", "thrice": "3", "halved": "x0.5", "halve": "x0.5", "halves": "x0.5", "halving": "x0.5"} | {
    word + ending: f"x{value}"
    for word, value in (("doubl", 2), ("tripl", 3), ("quadrupl", 4), ("trebl", 3))
    for ending in ("e", "es", "ed", "ing")
}
# Words in which a number counts nothing, or which are names; the first three rows are the rule's own.
COUNTS_NOTHING = (
    r"\b[Nn]o one\b|\bone another\b|\b[Aa]t once\b|\b[Oo]nce (?:again|more)\b|\bone by one\b|\b[Ff]irst of all\b|\b[Aa]t first\b|\bone day\b"
    r"|\bfirst aid\b|\b[Oo]n the one hand\b|\bsecond to none\b|\b(?:first|second)[ -]hand\b|\bone-way\b"
    "|一些|一起|一致|统一|进一步|十分(?!之)|百姓|千万(?=[不要别])|"
    "一直|一定|一般|一样|一旦|一边|一面|一并|一体|一同|一向|一律|唯一|万一|一线|一流|一概|万分|十足|百般|万万不|一如既往|一丝不苟|一视同仁|一目了然|一心一意|"
    "三农|四川|三亚|三门|三元|三河|五台|百色|百货|千方百计|一带一路|单一|同一|每一|任一|逐一|一系列|一方面|一时|一度|一举|一手|一贯|一味|一切|一心|一会|一行|一经|"
    "之一|不一|一点|一步|一下|第一时间|第一线|一把手|五一|十一(?=[假期黄])|八一|六一|七一|七夕|万众|四季|四周|五金|百年|千家万户|一家人|一席|一路|(?<!翻)(?<!翻了)一番|"
    "四面八方|五花八门|三番五次|一站式|一窗式|一口气|一瞬间|长三角|珠三角|十字路口|百分点|万里|千里|百家争鸣"
)
_PHONE = (
    r"(?<![\d.])(?:\+\d{1,3}(?:[ -]?\d{2,4}){2,4}|(?:\(0\d{1,4}\)|0\d{2,4})[ -]?\d{3,4}[ -]?\d{3,4}|1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
    r"|\d{3}-\d{3,4}-\d{3,4})(?!\d)"
)
# A month alone: names of persons (`June Chen`), verbs (`march`, `may`) and short forms need a word before them that dates have.
_BEFORE_MONTH = "|".join(
    rf"(?<=\b{form} )"
    for word in "in of by until til since from to last next this early late and each every through between before after".split()
    for form in (word, word.capitalize())
)
_FULL_MONTH = f"(?:{_any(name for name in MONTHS if name in {'May', 'June', 'July'} or len(name) > len('Sept'))})\\b"
_MONTH_ALONE = (
    rf"\b(?:(?!May|March){_FULL_MONTH}(?!\s+[A-Z][a-z])|(?:{_BEFORE_MONTH}|(?<=mid-)|(?<=Mid-))(?:{_FULL_MONTH}|{_MONTH}(?!\s+[A-Z]))"
    rf"|(?!May|Mar)(?=[A-Z][a-z]{{2,3}}\.){_MONTH})"
)
# What may be numbered I; elsewhere the letter is a pronoun.
_PARTED = "|".join(
    f"(?<={noun} )" for noun in "Phase Stage Part Type Chapter Class Level Grade Section Volume Category War".split()
)

# The forms of figures, the more telling first: name, pattern, and the value it has.
FORMS: tuple[tuple[str, str, _Key], ...] = (
    ("iso", r"(?<!\d)(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)", lambda f: _date(f["y1"], int(f["m1"]), f["d1"])),
    (
        "monthday",
        rf"\b(?P<m2>{_any(MONTHS)})(?![A-Za-z])\.?\s*(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(?P<y2>\d{{4}})\b)?",
        lambda f: _date(f["y2"], MONTHS[f["m2"]], f["d2"]),
    ),
    (
        "daymonth",
        rf"\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<m3>{_MONTH})\.?(?:,?\s+(?P<y3>\d{{4}})\b)?",
        lambda f: _date(f["y3"], MONTHS[f["m3"]], f["d3"]),
    ),
    (
        "handate",
        rf"(?:(?P<y4>\d{{4}}|[{_DIGITS}]{{4}})年)?(?P<m4>{_N})月(?!份?以)(?:(?P<d4>{_N})[日号])?",
        lambda f: _date(_year(f["y4"]), int(_han_value(f["m4"])), f["d4"]),
    ),
    ("hanyear", rf"(?P<y5>\d{{4}}|[{_DIGITS}]{{4}})年", lambda f: _year(f["y5"]) or ""),
    (
        "hantime",
        rf"(?:(?P<part>{_any(_DAY_PARTS)})|(?P<night>(?<=晚)))?(?P<h6>{_N})(?:时|点)(?:(?P<n6>{_N})分|(?P<half6>半)|整|(?=[^\d{_DIGITS}意要建]|$))",
        _han_time,
    ),
    (
        "hancolon",
        rf"(?P<part7>{_any(_DAY_PARTS)})(?P<h7>\d{{1,2}}):(?P<n7>\d{{2}})(?!\d)",
        lambda f: _time(Decimal(f["h7"]), int(f["n7"]), late=_DAY_PARTS[f["part7"]] > 0),
    ),
    ("clock", r"(?<!\d)(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s*(?P<half>[ap]\.m\.|[ap]m\b)", _clock),
    ("colon", r"(?<!\d)(?P<h8>\d{1,2}):(?P<n8>\d{2})(?!\d)", lambda f: _time(Decimal(f["h8"]), int(f["n8"]), late=False)),
    (
        "spoken",
        rf"\b(?P<h9>\d{{1,2}}|(?i:{_NUMBER_WORD}))\s+o['’]?clock\b|\b[Hh]alf past (?P<h10>\d{{1,2}}|{_NUMBER_WORD})",
        _spoken_time,
    ),
    ("phone", _PHONE, _code),
    (
        "weekday",
        rf"\b(?:{'|'.join(WEEKDAYS)}|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat)(?=[.,;)-]| \d| and\b| to\b|$)|(?<=on )Sun\b|(?<=-)Sun\b)",
        lambda f: "w" + f.group().lower()[:3],
    ),
    (
        "hanweek",
        "(?:[上本下]?周|[上本下]?(?:星期|礼拜))[一二三四五六日天](?!期|岁|年|次|场|趟|节)",
        lambda f: "w" + re.sub("星期|礼拜", "周", f.group()).replace("天", "日"),
    ),
    (
        "handay",
        "[今昨去明前后][天日年晚](?!内)|[上本下]个?[周月](?![末边围])|[上中下]旬|[上下]半年|上午|中午|下午|晚上|凌晨|年[初底]",
        lambda f: "r" + f.group().replace("天", "日").replace("个", ""),
    ),
    (
        "relative",
        r"\b(?i:today|yesterday|tomorrow|tonight|(?:this (?=morning|afternoon|evening))|morning|noon|afternoon|evening|midnight"
        r"|(?:this|last|next)\s+(?:week|month|quarter|year))(?:\b|(?<= ))",
        _relative,
    ),
    ("month", _MONTH_ALONE, lambda f: f"d-{MONTHS[f.group().split()[-1]]}-"),
    (
        "code",
        r"(?<![A-Za-z0-9.])(?![ck]?m[23]\b|RMB|CNY|USD|EUR|HKD|GBP)(?:[A-Z]{1,4}|[a-z])(?:\d[A-Za-z0-9.]*[A-Za-z0-9]|\d)(?<!\d[ap]m)|(?<![A-Za-z0-9.])\d{1,4}[A-Z](?![A-Za-z])",
        _code,
    ),
    (
        "share",
        rf"(?:百分之)(?P<sharev>\d+(?:\.\d+)?|[百十{_DIGITS}]+(?:点[{_DIGITS}]+)?)",
        lambda f: _plain(_han_value(f["sharev"])),
    ),
    (
        "parts",
        rf"(?P<den>[{_DIGITS}十]{{1,40}}|\d+)分之(?P<num>[{_DIGITS}十]+|\d+)|(?<![\d/])(?P<num2>[1-9])/(?P<den2>[2-9])(?![\d/])",
        lambda f: _share(_han_value(f["num"] or f["num2"]), _han_value(f["den"] or f["den2"])),
    ),
    (
        "tenths",
        rf"(?<![第\d])(?P<tenthsv>\d+(?:\.\d+)?|[{_DIGITS}])成(?![立为功果员长本都])",
        lambda f: _plain(_han_value(f["tenthsv"]) * 10),
    ),
    (
        "halfscale",
        r"\b(?i:half a (?P<hscale>dozen|hundred|thousand|million|billion))\b",
        lambda f: _plain(SCALES[f["hscale"].lower()] * _HALF),
    ),
    (
        "fraction",
        rf"\b(?i:(?:a|one|two|three|four|five|six|seven|eight|nine)[ -](?:{_any(_PARTS)})s?(?=\s+of\b|\s+the\b)"
        rf"|(?:one|two|three|four|five)[ -](?:half|thirds?|quarters?|fifths)|half)\b|一半|过半|半数",
        _fraction,
    ),
    (
        "hanorder",
        rf"第(?:\d+|[十百千{_DIGITS}]+)|首(?=[届次批个家条例期轮场])",
        lambda f: "o" + (_plain(_han_value(f.group()[1:])) if len(f.group()) > 1 else "1"),
    ),
    ("order", rf"\b(?:(?P<nth>\d+)(?:st|nd|rd|th)\b|(?i:(?P<word>{_ORDINAL})))", lambda f: f"o{f['nth'] or _ordinal(f['word'])}"),
    ("multiple", rf"\b(?i:{_any(_MULTIPLES)}|(?:{_any(NUMBER_WORDS)})-?fold)\b", _multiple),
    ("money", r"(?<=[$€£¥])\d+(?:,\d{3})*(?:\.\d+)?\s?[mkMK]\b", _number),
    (
        "number",
        r"(?:(?<![A-Za-z0-9.)%°日月年时点分号度米元周一二三四五六-])-(?=\d)|\bminus\s+(?=\d)|零下(?=\d))?(?<![\d.])(?:\d{1,3}(?: \d{3})+(?![\d,])|\d+(?:,\d{3})*(?:\.\d+)?)"
        r"(?:\s*(?:million|billion|trillion|thousand|hundred|dozen)\b|\s?(?:[十百万亿]|千(?![米克瓦升伏]))+|\s?(?:bn|mn|tn)\b)?(?: and a half\b)?",
        _number,
    ),
    ("words", rf"\b(?i:(?:minus\s+)?{_NUMBER_WORD}(?:[\s-]+(?:and\s+)?{_NUMBER_WORD})*(?: and a half\b)?)", _number),
    (
        "roman",
        rf"(?<=[A-Za-z] )(?:{_any(set(_ROMANS) - {'I'})})\b|(?:{_PARTED})I\b|(?<![A-Za-z])(?:{_any(_ROMANS)})(?=[级期类型号标])",
        lambda f: str(_ROMANS[f.group()]),
    ),
    (
        "hannumber",
        rf"(?:零下)?(?P<vague>[数几](?=[十百千万亿]))?(?:[{_DIGITS}十百千万亿]{{0,40}}[{_DIGITS}]点[{_DIGITS}]{{1,40}}[万亿]?|[{_DIGITS}十百千万亿]{{2,40}}|[{_DIGITS}十百千万亿])(?=多|余|几|(?:{CLASSIFIER}))",
        lambda f: (
            ("-" if f.group().startswith("零下") else "")
            + ("~" if f["vague"] else "")
            + _plain(_han_value(f.group().lstrip("零下数几")))
        ),
    ),
    ("hanhalf", "半(?=[年天月小个])|(?<=[年天月])半", lambda _: "0.5"),
)


def _ordinal(word: str) -> int:
    """Return the value of an ordinal: third, twenty-first."""
    tens, _, last = word.lower().replace("-", " ").rpartition(" ")
    return NUMBER_WORDS.get(tens, 0) + ORDINALS[last]


KEYS = {name: key for name, _pattern, key in FORMS}
# Forms that have their unit within: a share is one of a hundred, `twice` is two times.
MEASURED = {"share": "percent", "tenths": "percent", "fraction": "percent", "parts": "percent"}
