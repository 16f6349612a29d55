"""What official documents carry beside their text: the number that they were issued under (文号), and keywords.

Pure.  A number is read beside its label, from a meta, or on a line of its own below the title; never from the running text, which
quotes the numbers of other documents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.fields import first_meta, is_labelled_line, meaningful
from crawler.html import attribute, attribute_of_all, find_all
from crawler.labels import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.fields import Metas
    from crawler.html import Document

__all__ = ["NUMBER_METAS", "is_number_line", "keywords_of", "number_of"]

NUMBER_METAS = (
    ("文号", "so spelt by systems that name metas in Chinese"),
    ("发文字号", "the same"),
    ("wenhao", "文号 in letters"),
    ("fwzh", "the initials of 发文字号"),
    ("filenum", "TRS"),
    ("filenumber", "the same, whole"),
    ("fileno", "Epoint"),
    ("docnumber", "IGS"),
    ("documentnumber", "the same, whole"),
    ("issuednumber", "English templates"),
)
"""Metas that hold a document's number: lower-case name, and whose it is."""

_META_NAMES = tuple(name for name, _ in NUMBER_METAS)

# Gaps are bounded, and may hold line ends: numbers are split over elements.
_GAP = r"\s{0,3}"
_DIGITS = r"(?:\d{1,5}|[一二三四五六七八九十百千零〇○]{1,7})"
_ISSUED = (
    rf"[\u4e00-\u9fffA-Za-z]{{1,24}}{_GAP}[〔﹝［\[【〖（(〈<]{_GAP}\d{{4}}{_GAP}年?{_GAP}[〕﹞］\]】〗）)〉>]{_GAP}"
    rf"第?{_GAP}[A-Z]?\d{{1,5}}(?:[-－—]\d{{1,4}})?{_GAP}号"
)
_SERIAL = rf"(?:\d{{4}}{_GAP}年{_GAP})?第{_GAP}{_DIGITS}{_GAP}号"
_DECREE = rf"(?:[\u4e00-\u9fff]{{0,28}}(?:令|公告|通告|公报))?{_GAP}(?:[（(〔\[]{_SERIAL}[)）〕\]]|{_SERIAL}(?:令|公告|通告)?)"
_NUMBER = rf"(?P<number>{_ISSUED}|{_DECREE})"
"""`湖政发〔2022〕9号` with any brackets, and the numbers of decrees: `第12号`, `2023年第4号令`, `公告〔2022年第3号〕`."""

_LABEL = Label(
    beginnings=re.compile("文|发|公|政|原|document"),
    pattern=re.compile(
        r"(?<![\u4e00-\u9fffa-z])(?:(?:发|公|政策|原)?文\s{0,9}(?:字\s{0,9})?号|发文文号|发布文号|(?:文件|公文)(?:编|字|文)?号"
        r"|document\s(?:number|no)\b\.?)(?:\s{0,9}[:：]|[】\]]|[ \t\xa0\u3000]{0,9}(?=\n))",
        re.IGNORECASE,
    ),
)
_REACH = 160
_AT = re.compile(rf"[\s\u3000\xa0【\[（(]{{0,9}}{_NUMBER}")
# Between other fields a number is a word of its own; white space is looked for on one side of it only.
_BARE = re.compile(rf"(?:^|(?<=[\s|｜]))[（(【]?{_NUMBER}(?=[）)】]?(?:[\s|｜]|$))")
_WHOLE = re.compile(rf"[\s（(【\[]{{0,3}}{_NUMBER}[\s）)】\]]{{0,3}}")
_FIELD_ENDS = re.compile(r"[|｜\n]|[ \xa0\u3000]{2}|[ \xa0\u3000][^ \xa0\u3000]{1,8}[:：]")
_DAY = re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}")
_LONGEST = 60
_SENTENCE = re.compile(r"[。；，：]")
_BREAKS = re.compile(r"[ \t]*\n\s*")


def number_of(metas: Metas, title: str, pieces: Sequence[str], below: Sequence[str], head: Sequence[str]) -> str | None:
    """Return the number of a document as printed, or None.

    `pieces` are the texts around the body, `below` those of them between title and body, `head` the first lines of the body.
    A title may end in the number of a decree.
    """
    text = "\n".join((title, *pieces, *head))
    if "号" not in text and "ocument " not in text:
        return first_meta(metas, *_META_NAMES)  # most English pages
    above = _heading_lines(head)
    return (
        _labelled("\n".join((*pieces, *above, "")))
        or first_meta(metas, *_META_NAMES)
        or _bare("\n".join(below))
        or next((found for line in above if (found := _number_line(line))), None)
        or _number_line(title.rpartition(" ")[2])
    )


def is_number_line(line: str) -> bool:
    """Tell whether a line holds nothing but a document's number, with its label or without."""
    return _number_line(line) is not None or (_LABEL.pattern.match(line + "\n") is not None and len(line) <= _LONGEST)


def _number_line(line: str) -> str | None:
    found = _WHOLE.fullmatch(line) if len(line) <= _LONGEST else None
    return _tidy(found["number"]) if found else None


def _heading_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines at the head of a body that are no sentences: the letterhead, and lines of fields."""
    kept: list[str] = []
    for line in lines:
        if _SENTENCE.search(line) and not (is_labelled_line(line) or _LABEL.pattern.match(line)):
            break
        kept.append(line)
    return kept


def _labelled(text: str) -> str | None:
    """Return the number behind the first label that has one."""
    for label in _LABEL.matches(text):
        window = text[label.end() : label.end() + _REACH]
        found = _AT.match(window)
        number = _tidy(found["number"]) if found else _other_form(window)
        if number:
            return number
    return None


def _other_form(window: str) -> str | None:
    """Return what a label is followed by, where that is no number of the usual form, and surely no other field."""
    line, _, rest = window.partition("\n")
    is_same = bool(line.strip("\xa0\u3000 "))
    value = meaningful(_FIELD_ENDS.split((line if is_same else rest).lstrip("\xa0\u3000 "), maxsplit=1)[0])
    if value is None or len(value) > _LONGEST or not any(map(str.isdigit, value)) or _DAY.match(value) or is_labelled_line(value):
        return None
    return value if is_same or "号" in value or "字" in value else None


def _bare(text: str) -> str | None:
    found = _BARE.search(text)
    return _tidy(found["number"]) if found else None


def _tidy(number: str) -> str:
    """Return a number without the line ends that parted its elements."""
    return _BREAKS.sub("", number).strip("\xa0\u3000 ")


# -------------------------------------------------------------------------------------------------------------- keywords

# A space parts Chinese words; in English it may be part of one keyword.
_PARTS = re.compile(r"[,;，；、|｜]|(?<=[\u4e00-\u9fff])\s(?=[\u4e00-\u9fff])")
_LONGEST_KEYWORD = 60
_MOST_KEYWORDS = 50


def keywords_of(doc: Document, metas: Metas) -> tuple[str, ...]:
    """Return the keywords of a page, each once, in order.

    Of several metas those behind `ArticleTitle` count, even where they are empty: the others describe the whole site.
    """
    if "keywords" not in metas:
        return ()
    return tuple(dict.fromkeys(_words(", ".join(_contents(doc)))))[:_MOST_KEYWORDS]


def _contents(doc: Document) -> list[str]:
    nodes = find_all(doc, "meta[name]")
    names = [name.strip().lower() for name in attribute_of_all(nodes, "name")]
    title = names.index("articletitle") if "articletitle" in names else 0
    start = title if "keywords" in names[title:] else 0
    return [attribute(node, "content") or "" for node, name in zip(nodes[start:], names[start:], strict=True) if name == "keywords"]


def _words(text: str) -> Iterator[str]:
    for part in _PARTS.split(" ".join(text.split())):
        word = meaningful(part)
        if word and len(word) <= _LONGEST_KEYWORD:
            yield word
