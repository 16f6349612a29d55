"""What a text is made of when an edit is judged: sentences of words, Chinese characters, figures and units.  Pure.

Punctuation makes no token; only the question mark does, because it changes the sense.  Numbers before list items are left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from storage.figures import CLASSIFIER, COUNTS_NOTHING, FORMS, KEYS, MEASURED
from storage.words import ARTICLES, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Token", "sentences"]

Kind = Literal["word", "han", "figure", "unit", "article", "mark", "web"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word or character: `key` is what is compared, `text` what is printed, `gap` what stands before it (signs, spaces)."""

    kind: Kind
    key: str
    text: str
    gap: str = ""


_HAN = "[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_ENDINGS_OF_HOSTS = "com|cn|org|net|gov|edu|int|info|eu|uk|us|de|fr|jp|io"
_WEB = (
    r"(?:https?://|www\.)[\w./?=&%#:~+-]*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    rf"|\b(?:[\w-]+\.)+(?:{_ENDINGS_OF_HOSTS})\b(?:/[\w./?=&%-]*)?"
)
_LATIN_UNITS = "|".join(
    re.escape(unit) + ("(?![A-Za-z])" if unit[-1].isalpha() else "")
    for unit in sorted((unit for unit in UNITS if unit[0].isascii() or not unit.isalpha()), key=len, reverse=True)
)
_LATIN = re.compile(r"[^\W\d_\u3005\u3007\u3400-\u9fff\uf900-\ufaff]+(?:['’][^\W\d_\u3400-\u9fff]+)*")
_SCANNER = re.compile(
    rf"(?P<web>{_WEB})|(?P<none>{COUNTS_NOTHING})|"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern, _key in FORMS)
    + rf"|(?P<unit>人民币(?=\s*\d)|(?<![A-Za-z])(?i:{_LATIN_UNITS}))"
    rf"|(?P<latin>{_LATIN.pattern})"
    rf"|(?P<and>&)|(?P<digits>\d+)|(?P<mark>\?)|(?P<han>{_HAN})"
)
_AFTER = re.compile(rf"(?:{CLASSIFIER})(?!政府|委)")

# Numbers and letters before list items.  At the start of a paragraph any of these; a capital with a dot may be somebody's initial.
_MARK = r"(?:\d{1,2}|[ivx]{1,4}|[a-z]|[一二三四五六七八九十]{1,3})"
_ITEM = re.compile(
    rf"^\s*(?:\((?:{_MARK}|[A-Z])\)|{_MARK}\)|[A-Z]\)|\d{{1,2}}[.、:](?!\d)|[a-z]\.(?=\s)|[ivx]{{2,4}}\.(?=\s)"
    r"|[一二三四五六七八九十]{1,3}、|[一二三四五六七八九十]是)\s*"
)
_CAPITAL_ITEM = re.compile(r"^\s*(?:[A-Z]|[IVX]{2,4})\.\s", re.MULTILINE)
# Within a paragraph: behind a sign, or anywhere if the first and the second of a row are there.
_INLINE = re.compile(
    rf"(?<=[^\d][;:,。])\s*(?:[一二三四五六七八九十]是|\({_MARK}\)|\d{{1,2}}[.、)](?=\s*{_HAN})|\d{{1,2}}\)(?=\s))"
    rf"|(?<=[;,] and )\({_MARK}\)\s|[①-⑳]"
)
_ROWS = (
    (re.compile(r"\(1\).*\(2\)"), re.compile(r"\(\d{1,2}\)")),
    (re.compile(r"\(a\).*\(b\)"), re.compile(r"\([a-z]\)")),
    (re.compile(r"\(i\).*\(ii\)"), re.compile(r"\([ivx]{1,4}\)")),
    (re.compile(r"\(一\).*\(二\)"), re.compile(r"\([一二三四五六七八九十]{1,3}\)")),
    (re.compile(r"(?<!\d)1\).*(?<!\d)2\)"), re.compile(r"(?<!\d)\d{1,2}\)")),
    (re.compile(r"\b(?:a\).*\bb|i\).*\bii)\)"), re.compile(r"\b(?:[a-z]|[ivx]{1,4})\)")),
    (re.compile("(?:^|[;:,。])一、.*[;。]二、"), re.compile("(?:^|(?<=[;:,。]))[一二三四五六七八九十]{1,3}、")),
    (re.compile(r"(?<![\d.])1\.\s.*(?<![\d.])2\.\s"), re.compile(r"(?<![\d.,])\d{1,2}\.(?=\s)")),
    (re.compile("一是.*二是"), re.compile("(?<![十第统唯])[一二三四五六七八九十]是")),
)
_END = re.compile(
    r"(?<=[!?。])[”\"’')」』》]*\s*|(?<=[^\x00-\x7f]);|(?<=[^\W\d][a-z])\.[”\"’')]*\s+(?=[\"“‘'(]?[A-Z\d])"
    r"|(?<=\d)\.\s+(?=[\"“]?[A-Z])|(?<=[^\x00-\x7f])\.\s*"
)
_BEFORE_NAMES = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gov|Sen|Gen|Col|Capt|Lt|Sgt|Rev|Hon|vs)\.\s*$")
_BEFORE_FIGURES = re.compile(
    r"\b(?:No|Nos|Sept|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Oct|Nov|Dec|Sep|Mon|Tues?|Wed|Thu|Thurs?|Fri|Sat|Fig|Art|Vol)\.\s*$"
)
_ODD_SIGNS = str.maketrans(
    {"’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "〜": "-", "~": "-", "〔": "[", "〕": "]", "⁄": "/", "○": "〇"}
    | dict.fromkeys("①②③④⑤⑥⑦⑧⑨⑩")
)
_CURRENCIES = frozenset({"rmb", "cny", "usd", "eur", "hkd", "gbp"})
_PREFIXED = frozenset({"yuan", "dollar", "euro", "pound", "hong kong dollar"})
_NUMBER_SIGNS = frozenset({"no", "nos", "number", "numbers"})
_LONGEST_FIGURE = 200  # signs; what is longer has no value that anybody could read


def sentences(text: str) -> list[tuple[Token, ...]]:
    """Return the sentences of a text, paragraph by paragraph, without the numbers before list items; empty ones are dropped."""
    found = []
    lettered = len(_CAPITAL_ITEM.findall(text)) > 1
    for paragraph in text.split("\n"):
        folded = unicodedata.normalize("NFKC", paragraph.translate(_ODD_SIGNS)).translate(_ODD_SIGNS)
        found += [tuple(_joined(list(_tokens(part)))) for part in _parts(_bare(folded, lettered=lettered))]
    return [tokens for tokens in found if tokens]


def _bare(paragraph: str, *, lettered: bool) -> str:
    """Return a paragraph without the numbers and letters before list items."""
    paragraph = _ITEM.sub("", _CAPITAL_ITEM.sub("", paragraph) if lettered else paragraph)
    for row, mark in _ROWS:
        if row.search(paragraph):
            paragraph = mark.sub(" ", paragraph)
    return _INLINE.sub(" ", paragraph)


def _parts(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(paragraph):
        abbreviated = _BEFORE_FIGURES if paragraph[end.end() : end.end() + 1].isdigit() else _BEFORE_NAMES
        if end.end() > start and not abbreviated.search(paragraph[start : end.end()]):
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
            kind, text = "latin", _LATIN.match(sentence, found.start()).group()  # type: ignore[union-attr]
        place = seen = found.start() + len(text)
        yield from _told(kind, text, gap, found)
        figure = kind in KEYS or (figure and text in "多余几个")


def _told(kind: str, text: str, gap: str, found: re.Match[str]) -> Iterator[Token]:
    if kind in KEYS:
        yield Token("figure", KEYS[kind](found) if len(text) <= _LONGEST_FIGURE else text, text, gap)
        if kind in MEASURED:
            yield Token("unit", MEASURED[kind], "")
        elif text.lower() in {"once", "twice", "thrice"}:
            yield Token("unit", "time", "")
    elif kind == "unit":
        yield Token("unit", UNITS.get(text.lower(), text.lower()), text, gap)
    elif kind == "none" and not text.isascii():
        yield from (Token("han", char, char, gap if not place else "") for place, char in enumerate(text))
    elif kind == "none":
        words = re.split(r"[\s-]", text.lower())
        yield from (Token("word", word, word, " " if place else gap) for place, word in enumerate(words))
    elif kind in {"mark", "han"}:
        yield Token("mark" if kind == "mark" else "article" if text in ARTICLES else "han", text, text, gap)
    elif kind == "web":
        yield Token("web", text, text, gap)
    else:
        key = "and" if text == "&" else re.sub(r"['’]", "", text.lower())
        yield Token("article" if key in ARTICLES else "word", key, text, gap)


def _joined(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens with currencies behind their figures, ranges told alike, and `number sign` words before figures left out."""
    place = 0
    while place < len(tokens):
        token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else None
        ranged = bool(place) and tokens[place - 1].kind in {"figure", "unit"}
        if after is None or after.kind != "figure":
            pass
        elif token.kind == "unit" and token.key in _PREFIXED and not (place and tokens[place - 1].kind == "figure"):
            again = place + 2 < len(tokens) and tokens[place + 2].key == token.key
            yield from (replace(after, gap=token.gap), *(() if again else (token,)))
            place += 2
            continue
        elif token.key in {"to", "至", "到"} and ranged:
            token = Token("word", "to", token.text, token.gap)
        elif token.key in _NUMBER_SIGNS and (token.text[0].isupper() or "." in after.gap or token.key.startswith("num")):
            place += 1
            continue
        if token.key == "1" and after is not None and after.key == "of":
            token = replace(token, key="1of")
        if token.kind == "figure" and ranged and token.gap.strip(" .") in {"-", "--"}:
            yield Token("word", "to", "-")
        yield token
        place += 1
