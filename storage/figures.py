"""What a text is made of when an edit is judged: words, Chinese characters, figures with their values, and units.  Pure.

Figures that are written otherwise but have one value get one key: `three` and `3`, `10万` and `100,000`, `Sept. 5` and
`5 September`, `2 p.m.` and `14:00`.  Punctuation makes no token; only the question mark does, because it changes the sense.
"""

# ruff: noqa: E501, ISC004 - ideographs count twice; a pattern that goes on is one item

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from storage.words import ARTICLES, CLASSIFIERS, MONTHS, NUMBER_WORDS, ORDINALS, SCALES, UNITS, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Key = Callable[[re.Match[str]], str]

__all__ = ["Token", "sentences"]

Kind = Literal["word", "han", "figure", "unit", "article", "mark"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word or character: `key` is what is compared, `text` what is printed, `gap` what stands before it (signs, spaces)."""

    kind: Kind
    key: str
    text: str
    gap: str = ""


_DIGITS = "〇零一二两三四五六七八九"
_HAN = "[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_N = r"(?:\d{1,4}|[〇零一二两三四五六七八九十]{1,4})"
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b"
_NUMBER_WORD = "(?:" + "|".join(sorted({*NUMBER_WORDS, *(s for s in SCALES if s.isascii())}, key=len, reverse=True)) + r")\b"
_ORDINAL = "(?:" + "|".join(sorted(ORDINALS, key=len, reverse=True)) + r")\b"
_LATIN_UNITS = "|".join(re.escape(unit) + (r"\b" if unit[-1].isalpha() else "") for unit in sorted(UNITS, key=len, reverse=True))
_CLASSIFIER = "|".join(sorted({*CLASSIFIERS, *(unit for unit in UNITS if not unit[0].isascii())}, key=len, reverse=True))
_DAY_PARTS = {"凌晨": 0, "早上": 0, "早晨": 0, "上午": 0, "中午": 12, "下午": 12, "傍晚": 12, "晚上": 12}
_NOON = 12
_DAY_START = "|".join(_DAY_PARTS)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _han_value(text: str) -> Decimal:
    """Return the value of a Chinese numeral, or of digits with a Chinese scale: 二十三, 二〇二二, 一千零五, 3.5万, 七点五."""
    if re.fullmatch(rf"[\d.]+|[{_DIGITS}]+", text):
        return Decimal("".join(str(_digit(char)) for char in text))
    if "点" in text:
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
    """Return the value of English number words: twenty-five, two hundred and five, 3.5 million."""
    total = part = Decimal(0)
    for word in re.split(r"[\s-]+", text.lower().replace(",", "")):
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


def _time(hour: str, minute: str | None, *, late: bool, early: bool = False) -> str:
    hours = int(_han_value(hour))
    hours = hours + _NOON if late and hours < _NOON else 0 if early and hours == _NOON else hours
    return f"t{hours}:{30 if minute == '半' else int(_han_value(minute)) if minute else 0}"


def _clock(found: re.Match[str]) -> str:
    half = (found["half"] or "").lower()[:1]
    return _time(found["hour"], found["minute"], late=half == "p", early=half == "a")


def _number(found: re.Match[str]) -> str:
    text = found.group().lower().strip().replace(",", "")
    sign = "-" if text.startswith(("-", "minus", "零下", "−")) else ""
    text = re.sub(r"^(?:minus\s+|零下|[-−])", "", text)
    scaled = re.fullmatch(r"([\d.]+)\s*([十百千万亿]+)", text)
    return sign + _plain(_han_value("".join(scaled.groups())) if scaled and "." not in text else _scaled(text))


def _scaled(text: str) -> Decimal:
    found = re.fullmatch(r"([\d.]+)\s*([十百千万亿]*)", text)
    if not found:
        return _words_value(text)
    value = Decimal(found[1].strip("."))
    for scale in found[2]:
        value *= SCALES[scale]
    return value


def _code(found: re.Match[str]) -> str:
    return "c" + re.sub(r"\W", "", found.group().lower())


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}
_MULTIPLES = {"once": "n1", "twice": "n2", "doubled": "x2", "tripled": "x3", "doubles": "x2", "triples": "x3", "double": "x2"}
_MULTIPLES |= {"triple": "x3", "thrice": "n3", "quadrupled": "x4"}
_EVERY_DAY = (
    "一些|一起|一致|统一|进一步|十分(?!之)|百姓|千万(?=[不要别])|一直|一定|一般|一样|一旦|一边|一面|一并|一体|一同|一向|一律|唯一|万一|一线|一流|"
    "三农|四川|三亚|三门|百货|千方百计|一带一路|单一|同一|每一|任一|逐一|一系列|一方面|一时|一度|一举|一手|一贯|一味|一切|一心|一会|一行|一经|"
    "之一|不一|一点|一步|一下|第一时间|第一线|一把手|五一|十一(?=[假期黄])|八一|七夕|万众|四季|四周|五金|百年|千家万户|一家人|一席|一面|一路|(?<!翻)一番"
)
_WEB = r"(?:https?://|www\.)[\w./?=&%#:~-]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[\w-]+\.)+(?:com|cn|org|net)\b(?:/[\w./?=&%-]*)?"

_SHARES: dict[str, str] = {"two thirds": "66.7", "one third": "33.3", "a third": "33.3", "three quarters": "75"}
# The forms of figures, the more telling first: pattern, and the value it has.
_FIGURES: tuple[tuple[str, str, _Key], ...] = (
    ("iso", r"(?<!\d)(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)", lambda f: _date(f["y1"], int(f["m1"]), f["d1"])),
    (
        "monthday",
        rf"\b(?P<m2>{_MONTH})\.?\s+(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y2>\d{{4}})\b)?",
        lambda f: _date(f["y2"], MONTHS[f["m2"]], f["d2"]),
    ),
    (
        "daymonth",
        rf"\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m3>{_MONTH})\.?(?:,?\s+(?P<y3>\d{{4}})\b)?",
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
        rf"(?P<part>{_DAY_START})?(?P<h6>{_N})(?:时|点)(?:(?P<n6>{_N})分|(?P<half6>半)|(?=[^\d{_DIGITS}意要建]|$))",
        lambda f: _time(f["h6"], f["n6"] or f["half6"], late=_DAY_PARTS.get(f["part"] or "", 0) > 0),
    ),
    ("clock", r"(?<!\d)(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap]\.m\.|[ap]m\b)", _clock),
    ("colon", r"(?<!\d)(?P<h8>\d{1,2}):(?P<n8>\d{2})(?!\d)", lambda f: _time(f["h8"], f["n8"], late=False)),
    ("phone", r"(?<!\d)(?:0\d{2,3}-\d{7,8}|\d{3}-\d{4}-\d{4}|\+\d{2}[\d -]{8,})(?!\d)", _code),
    ("weekday", rf"\b(?:{'|'.join(WEEKDAYS)})\b", lambda f: "w" + f.group().lower()),
    (
        "hanweek",
        "(?:[上本下]?周|星期|礼拜)[一二三四五六日天](?!期|岁|年)",
        lambda f: "w" + re.sub("星期|礼拜", "周", f.group()).replace("天", "日"),
    ),
    (
        "handay",
        "[今昨去明前后][天日年晚](?!内)|[上本下]个?[周月](?!末)|[上中下]旬|[上下]半年|上午|中午|下午|晚上|凌晨|年[初底]",
        lambda f: "r" + f.group().replace("天", "日").replace("个", ""),
    ),
    (
        "relative",
        r"\b(?i:today|yesterday|tomorrow|tonight|morning|noon|afternoon|evening|midnight|(?:this|last|next)\s+(?:week|month|quarter|year))\b",
        lambda f: {"noon": "t12:0", "midnight": "t0:0"}.get(f.group().lower(), "r" + re.sub(r"\s+", " ", f.group().lower())),
    ),
    (
        "month",
        rf"\b(?:(?!May\b|March\b){_MONTH}|(?<=\b[iI]n )(?:May|March)\b|(?<=of )(?:May|March)\b|(?<=by )(?:May|March)\b|(?<=til )May\b)",
        lambda f: f"d-{MONTHS[f.group()]}-",
    ),
    (
        "code",
        r"(?<![A-Za-z0-9.])(?![ck]?m[23]\b)(?:[A-Za-z]{1,4}\d[A-Za-z0-9.]*[A-Za-z0-9]|[A-Za-z]{1,4}\d|\d+[GDK](?![A-Za-z]))",
        _code,
    ),
    (
        "share",
        r"(?:百分之)(?P<sharev>\d+(?:\.\d+)?|[百十〇零一二两三四五六七八九]+(?:点[〇零一二三四五六七八九]+)?)",
        lambda f: _plain(_han_value(f["sharev"])),
    ),
    (
        "parts",
        rf"(?P<den>[{_DIGITS}十]+|\d+)分之(?P<num>[{_DIGITS}十]+|\d+)",
        lambda f: f"{_han_value(f['num'])}/{_han_value(f['den'])}",
    ),
    (
        "tenths",
        rf"(?<![第\d])(?P<tenthsv>\d+(?:\.\d+)?|[{_DIGITS}])成(?![立为功果员长本都])",
        lambda f: _plain(_han_value(f["tenthsv"]) * 10),
    ),
    (
        "fraction",
        r"\b(?i:half|one[ -]half|two[ -]thirds|(?:one|a)[ -]third(?= of)|three[ -]quarters)\b|一半|过半|半数",
        lambda f: _SHARES.get(f.group().lower().replace("-", " "), "50"),
    ),
    (
        "hanorder",
        rf"第(?:\d+|[十百千{_DIGITS}]+)|首(?=[届次批个家条例期轮])",
        lambda f: "o" + (_plain(_han_value(f.group()[1:])) if len(f.group()) > 1 else "1"),
    ),
    (
        "order",
        rf"\b(?:(?P<nth>\d+)(?:st|nd|rd|th)\b|(?i:(?P<word>{_ORDINAL})))",
        lambda f: f"o{f['nth'] or ORDINALS[f['word'].lower()]}",
    ),
    ("multiple", rf"\b(?i:{'|'.join(_MULTIPLES)})\b", lambda f: _MULTIPLES[f.group().lower()]),
    (
        "number",
        r"(?:(?<![A-Za-z0-9.)-])-(?=\d)|\bminus\s+(?=\d)|零下(?=[\d一二三四五六七八九十]))?(?<![\d.])\d+(?:,\d{3})*(?:\.\d+)?"
        r"(?:\s*(?:million|billion|trillion|thousand|hundred|dozen)\b|\s?(?:[十百万亿]|千(?![米克瓦升]))+)?",
        _number,
    ),
    ("words", rf"\b(?i:(?:minus\s+)?{_NUMBER_WORD}(?:[\s-]+(?:and\s+)?{_NUMBER_WORD})*)", _number),
    (
        "roman",
        r"(?<=[a-z] )(?:II|III|IV|VI{0,3}|IX|XI{0,2})\b|(?<=Phase )I\b|(?<=Stage )I\b",
        lambda f: str(_ROMAN[f.group().lower()]),
    ),
    (
        "hannumber",
        rf"(?:零下)?(?P<vague>[数几](?=[十百千万亿]))?(?:[{_DIGITS}十百千万亿]*[{_DIGITS}]点[{_DIGITS}]+[万亿]?|[{_DIGITS}十百千万亿]{{2,}}|[{_DIGITS}十百千万亿])(?=多|余|几|(?:{_CLASSIFIER}))",
        lambda f: (
            ("-" if f.group().startswith("零下") else "")
            + ("~" if f["vague"] else "")
            + _plain(_han_value(f.group().lstrip("零下数几")))
        ),
    ),
    ("hanhalf", "半(?=[年天月小个])|(?<=[年天月])半", lambda _: "0.5"),
)
_KEYS = {name: key for name, _pattern, key in _FIGURES}
_PERCENT = frozenset({"share", "tenths", "fraction"})
_SCANNER = re.compile(
    rf"(?P<web>{_WEB})|(?P<none>{_EVERY_DAY}|\bno one\b|\bone another\b)|"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern, _key in _FIGURES)
    + rf"|(?P<unit>(?<![A-Za-z])(?i:{_LATIN_UNITS}))|(?P<latin>[^\W\d_\u3005\u3007\u3400-\u9fff\uf900-\ufaff]+(?:['’][^\W\d_\u3400-\u9fff]+)*)"
    rf"|(?P<and>&)|(?P<digits>\d+)|(?P<mark>\?)|(?P<han>{_HAN})"
)
_AFTER = re.compile(rf"(?:{_CLASSIFIER})(?!政府|委)")
_ITEM = re.compile(
    r"^\s*(?:\(?\d{1,2}[.)、](?!\d)|\([A-Za-z]\)|[a-z]\)|[①-⑳]|\(?[一二三四五六七八九十]{1,3}[)、]|[一二三四五六七八九十]是)|(?<=[;。:；：，,])(?:[一二三四五六七八九十]是|\s*[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）])"
)
_CIRCLED = re.compile("[①-⑳]")
_END = re.compile(
    r"(?<=[!?。])[”\"’')」』》]*\s*|(?<=[^\x00-\x7f]);|(?<=[^\W\d][a-z])\.[”\"’')]*\s+(?=[\"“‘'(]?[A-Z\d])|(?<=\d)\.\s+(?=[\"“]?[A-Z])|(?<=[^\x00-\x7f])\.\s*"
)
_ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|No|Sept|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Oct|Nov|Dec|Sep)\.\s*$")
_ODD_QUOTES = str.maketrans({"’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "〜": "-", "~": "-", "〔": "[", "〕": "]"})


def sentences(text: str) -> list[tuple[Token, ...]]:
    """Return the sentences of a text, paragraph by paragraph, without the numbers before list items; empty ones are dropped."""
    found = []
    for paragraph in text.split("\n"):
        bare = _ITEM.sub("", _CIRCLED.sub("", paragraph, count=1))
        folded = _ITEM.sub("", unicodedata.normalize("NFKC", bare).translate(_ODD_QUOTES))
        found += [tuple(_joined(list(_tokens(part)))) for part in _parts(folded)]
    return [tokens for tokens in found if tokens]


def _parts(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(paragraph):
        if end.end() > start and not _ABBREVIATED.search(paragraph[start : end.end()]):
            yield paragraph[start : end.end()]
            start = end.end()
    yield paragraph[start:]


def _tokens(sentence: str) -> Iterator[Token]:
    """Yield the tokens of a sentence as printed; what is a unit only after a figure is one there alone."""
    place = seen = 0
    figure = False
    while found := _SCANNER.search(sentence, place):
        gap, kind, text = sentence[seen : found.start()], found.lastgroup or "", found.group()
        measured = (
            _AFTER.match(sentence, found.start()) if figure and kind in {"han", "hannumber", "handay"} and not gap.strip() else None
        )
        if measured:
            kind, text = "unit", measured.group()
        if kind == "unit" and not figure and text.isalpha() and text.isascii() and text.lower() not in _CURRENCIES:
            kind = "latin"
        place = seen = found.start() + len(text)
        yield from _told(kind, text, gap, found)
        figure = kind in _KEYS or (figure and text in "多余几个")


_CURRENCIES = frozenset({"rmb", "cny", "usd", "eur"})


def _told(kind: str, text: str, gap: str, found: re.Match[str]) -> Iterator[Token]:
    if kind in _KEYS:
        yield Token("figure", _KEYS[kind](found), text, gap)
        if kind in _PERCENT:
            yield Token("unit", "percent", "")
    elif kind == "unit":
        yield Token("unit", UNITS.get(text.lower(), text.lower()), text, gap)
    elif kind == "none" and not text.isascii():
        yield from (Token("han", char, char, gap if not place else "") for place, char in enumerate(text))
    elif kind == "none":
        yield from (Token("word", word, word, " ") for word in text.lower().split())
    elif kind in {"mark", "han"}:
        yield Token("mark" if kind == "mark" else "article" if text in ARTICLES else "han", text, text, gap)
    else:
        key = "and" if text == "&" else re.sub(r"['’]", "", text.lower()) if kind != "web" else text
        yield Token("article" if key in ARTICLES else "word", key, text, gap)


def _joined(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens with currencies behind their figures, ranges told alike, and `number sign` words before figures left out."""
    place = 0
    while place < len(tokens):
        token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
        figures = after is not None and after.kind == "figure"
        if (
            figures
            and token.kind == "unit"
            and not (place and tokens[place - 1].kind == "figure")
            and token.key in {"yuan", "dollar", "euro", "pound"}
        ):
            again = place + 2 < len(tokens) and tokens[place + 2].key == token.key
            yield from (replace(after, gap=token.gap), *(() if again else (token,))) if after else ()
            place += 2
            continue
        if figures and token.key in {"to", "至", "到"} and place and tokens[place - 1].kind in {"figure", "unit"}:
            yield Token("word", "to", token.text, token.gap)
        elif token.kind == "figure" and place and tokens[place - 1].kind in {"figure", "unit"} and token.gap.strip() in {"-", "--"}:
            yield from (Token("word", "to", "-"), token)
        elif not (figures and token.key == "no" and token.text == "No"):
            yield token
        place += 1
