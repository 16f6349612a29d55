"""What a page prints around its text: labelled dates, source, author, breadcrumb.

Pure.  `surroundings` walks a page once and gives its pieces of text in document order, parted at the body; everything else is
looked up in them.  A piece is one text node, so that `<i>Source:</i> Jiaxing Daily` is a label and its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from crawler.containers import MARKED
from crawler.dates import date_after
from crawler.html import COMMENT, TEXT, Document, Node, collapsed_all, find, find_all, pass_over, text_of, walk
from crawler.labels import Label
from crawler.places import PLACE_IN_TEXT, PLACE_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from zoneinfo import ZoneInfo

    from crawler.containers import Body
    from crawler.dates import Printed

__all__ = [
    "MOST_AFTER",
    "Metas",
    "Surroundings",
    "breadcrumb_of",
    "first_meta",
    "is_labelled_line",
    "labelled_dates",
    "labelled_values",
    "meaningful",
    "squash",
    "surroundings",
]

Metas: TypeAlias = Mapping[str, Sequence[str]]

MOST_AFTER = 60
"""How many pieces of text behind the body may still belong to the press release."""

_UNPRINTED: AbstractSet[str] = {
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "textarea",
    "select",
    "option",
    "iframe",
    "title",
    "svg",
    "canvas",
    "object",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The pieces of text of a page before and after its body, in document order, white space collapsed, none empty.

    After the body come fields of the press release, then lists and footers without end: at most `MOST_AFTER` pieces are kept.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """All pieces that are kept, in order."""
        return self.before + self.after


def squash(text: str) -> str:
    """Return a text without any white space: the form in which titles and names are compared."""
    return "".join(text.split()).replace("\u200b", "").replace("\ufeff", "")


def surroundings(doc: Document, body: Body | None) -> Surroundings:
    """Return what a page prints before and after its body; without a known body all of it stands before."""
    before: list[str] = []
    after: list[str] = []
    side = before
    for piece in _pieces(doc, body):
        if piece is None:
            side = after
        elif len(after) == MOST_AFTER:
            break
        else:
            side.append(piece)
    return Surroundings(collapsed_all(before), collapsed_all(after))


def _pieces(doc: Document, body: Body | None) -> Iterator[str | None]:
    """Yield the texts outside the body in order, and None where it stands (an element, or all between Hanweb's comments)."""
    held, place = (body.node.tag, body.node.mem_id) if body else ("", 0)
    is_marked = False
    nodes = walk(doc.body)
    for node in nodes:
        tag = node.tag
        if tag == TEXT:
            piece = node.text_content
            if piece and not is_marked and not piece.isspace():
                yield piece
        elif tag == held and node.mem_id == place:
            pass_over(node, nodes)
            yield None
        elif tag in _UNPRINTED:
            pass_over(node, nodes)
        elif tag == COMMENT:
            is_marked, passed = _mark(node, body, is_marked=is_marked)
            if passed:
                yield None


def _mark(comment: Node, body: Body | None, *, is_marked: bool) -> tuple[bool, bool]:
    """Return whether a comment leaves us inside a marked body, and whether it has just begun."""
    if body is None or body.container != MARKED:
        return False, False
    text = comment.comment_content or ""
    begins = f"{MARKED}.begin" in text
    return begins or (is_marked and f"{MARKED}.end" not in text), begins


# ---------------------------------------------------------------------------------------------------------------- labels

_PUBLISHED = (
    r"release(?:d)?(?:\s?(?:date|time|on))?|publish(?:ed|ing)?(?:\s?(?:date|time|on|at))?|publication\s?date|pub\.?\s?date"
    r"|issued(?:\son)?|posted(?:\son)?|(?:信息)?(?:[发發][布佈表稿]|公[开開布佈]|刊[发發]|上网|上传|录入)\s?(?:日期|[时時][间間])"
    r"|(?:[发發][布佈表]|刊[发發])于|[发發][布佈表](?=\s?[:：])"
)
_LABELS = (
    (
        "published",
        _PUBLISHED,
        "says in so many words when the page was made public",
    ),
    (
        "plain",
        r"date|time|(?<![\u4e00-\u9fff])(?:日\s{0,4}期|[时時]\s{0,4}[间間])|信息(?:日期|时间)|(?<=文章)时间",
        "a bare word; beside a title it is the date of publication",
    ),
    (
        "updated",
        r"(?:last\s)?(?:updated?|modified)(?:\s?(?:on|at|date|time))?|(?:最后|最近)?(?:更新|修改)\s?(?:日期|[时時][间間])",
        "the day of the last change",
    ),
    ("issued", r"(?:印发|发文|制发|签发)\s?(?:日期|时间)", "the day on which a document was sent to those whom it binds"),
    ("written", r"(?:成文|生成|形成)\s?(?:日期|时间)", "the day on the document, which may be long before its publication"),
)
"""Kinds of labels of dates, the trusted first: what they match, and what they mean."""

_ORIGINS = {
    "published": "label",
    "plain": "label",
    "updated": "label:updated",
    "issued": "label:issued",
    "written": "label:written",
}
_ANY_LABEL = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern, _ in _LABELS)
_DATE_LABEL = Label(
    beginnings=re.compile(
        "releas|pub|issued|posted|date|time|last|updat|modif|信|发|發|公|刊|上|录|日|时|時|最|更|修|成|印|生|制|形|签"
    ),
    pattern=re.compile(rf"(?<![a-z])(?:{_ANY_LABEL})(?![a-z])\s{{0,9}}[:：]?", re.IGNORECASE),
)
_OTHER_DATES = frozenset(
    {
        "application",
        "birth",
        "closing",
        "deadline",
        "due",
        "effective",
        "end",
        "ending",
        "event",
        "expiry",
        "local",
        "meeting",
        "opening",
        "print",
        "registration",
        "server",
        "start",
        "valid",
        "visit",
    }
)
"""Words before `date` and `time` that make it another date than that of publication."""

_WORD_BEFORE = re.compile(r"([a-z]+)[\s\xa0]+$", re.IGNORECASE)

_VALUE_LABEL = Label(
    beginnings=re.compile("article|news|source|information|author|writer|信|文|稿|新|資|来|來|作|撰"),
    pattern=re.compile(
        r"(?<![a-z\u4e00-\u9fff])(?:"
        r"(?P<source>(?:信息|文章|稿件|新闻|資料|新聞)?[来來]\s{0,4}源(?:于)?|(?:article\s|news\s)?source|information\ssource)"
        r"|(?P<author>作\s{0,4}者|撰稿人?|author|writer))\s{0,9}[:：]",
        re.IGNORECASE,
    ),
)
# A value ends where the next field or button begins.
_NEXT_FIELD = re.compile(
    r"(?:[\xa0\u3000 ]{3,}|[|｜【\[\]】]|(?:(?<!\s)\s+)?(?<![\u4e00-\u9fff])(?:"
    r"(?:信息|文章|稿件|新闻)?[来來]\s?源|作\s?者|撰稿|编\s?辑|责任编辑|责编|审核|摄影|(?:信息)?(?:[发發][布佈表]|公[开開布佈]|更新|录入|发文|印发)?(?:日期|[时時][间間])"
    r"|浏览|点击|阅读|访问|字体|字号|视力|打印|关闭|分享|收藏|扫一扫|保护视力"
    r"|(?:source|author|writer|editor|release|publish|pub|date|time|updated?|views?|hits?|visits?|clicks?|font|print|share)"
    r"[a-z ]{0,12}(?:[:：]|$))).*",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_VALUE = 1_000
_PLACEHOLDERS = frozenset(
    {
        "null",
        "undefined",
        "none",
        "nan",
        "n/a",
        "-",
        "--",
        "---",
        "/",
        "无",
        "暂无",
        "不详",
        "未知",
        "网站名称",
        "栏目名称",
        "文章标题",
        "标题",
        "信息来源",
        "文章来源",
        "来源",
        "作者",
        "发布时间",
        "关键字",
        "关键词",
        "source",
        "author",
        "title",
    }
)
"""What templates leave behind where an editor filled nothing in."""


def meaningful(value: str) -> str | None:
    """Return a field's value without outer white space and punctuation; None for an empty one, a placeholder, a whole text."""
    if len(value) > _LONGEST_VALUE:
        return None
    stripped = value.strip(" \t\n\r\f\xa0\u3000:：,，;；|")
    return None if not stripped or stripped.lower() in _PLACEHOLDERS or stripped.startswith(("{{", "${")) else stripped


def first_meta(metas: Metas, *names: str) -> str | None:
    """Return the first meaningful content of the metas of these lower-case names."""
    return next((kept for name in names for each in metas.get(name, ()) if (kept := meaningful(each))), None)


def labelled_dates(pieces: Sequence[str], zone: ZoneInfo) -> list[tuple[str, Printed]]:
    """Return the labelled dates of consecutive pieces, the best kind of label first, with their origin (`label` ...).

    Only the first date of each kind is taken, since later ones belong to lists below the press release.
    """
    text = "\n".join(pieces)
    best: dict[str, Printed] = {}
    for found in _DATE_LABEL.matches(text):
        kind = found.lastgroup or ""
        if kind in best or _is_other_date(text, found.start()):
            continue
        printed = date_after(text, found.end(), zone)
        if printed is not None:
            best[kind] = printed
    return [(_ORIGINS[kind], best[kind]) for kind, _, _ in _LABELS if kind in best]


def _is_other_date(text: str, start: int) -> bool:
    word = _WORD_BEFORE.search(text, max(0, start - 24), start)
    return word is not None and word[1].lower() in _OTHER_DATES


_OPENING = "[【（( \xa0\u3000"


def is_labelled_line(line: str) -> bool:
    """Tell whether a line begins with the label of a date or a source: the line below a title, no paragraph of the text."""
    if ":" not in line and "：" not in line:
        return False
    start = len(line) - len(line.lstrip(_OPENING))
    return (_DATE_LABEL.pattern.match(line, start) or _VALUE_LABEL.pattern.match(line, start)) is not None


def labelled_values(pieces: Sequence[str]) -> dict[str, str]:
    """Return the values behind the labels of `source` and `author`, each in its label's own piece or the next one."""
    text = "\n".join(pieces)
    values: dict[str, str] = {}
    for found in _VALUE_LABEL.matches(text):
        name = found.lastgroup or ""
        value = _value_at(text, found.end()) if name not in values else None
        if value:
            values[name] = value
    return values


def _value_at(text: str, start: int) -> str | None:
    own, following = _two_lines(text, start)
    return _value(own) if own.strip("\xa0\u3000 ") else None if is_labelled_line(following) else _value(following)


def _two_lines(text: str, start: int) -> tuple[str, str]:
    """Return the rest of the line at a place, and the next line ('' where there is none)."""
    end = text.find("\n", start)
    if end < 0:
        return text[start:], ""
    after = text.find("\n", end + 1)
    return text[start:end], text[end + 1 : after if after >= 0 else len(text)]


def _value(piece: str) -> str | None:
    """Return what a piece says up to the next field or button."""
    return meaningful(_NEXT_FIELD.sub("", piece[: _LONGEST_VALUE + 1], count=1))


# ------------------------------------------------------------------------------------------------------------ breadcrumb

# White space is matched from its first character on only: a long run of it would be tried from each of them.
_ARROW = re.compile(r"(?:(?<!\s)\s+)?(?:[>＞»›→⟩]|&gt;|&raquo;)\s*|(?<!\s)\s+/\s+")
_BREADCRUMBS = (
    (".breadcrumb, .BreadcrumbNav, .breadcrumbs, .crumb, .crumbs, .mianbaoxie", "named for what they are"),
    (
        ".curpos, .curposition, .current-position, .position, #position, .bt-position, .dqwz, .weizhi, .wz, .location",
        "JCMS, TRS, VSB",
    ),
)
_SPACES = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")
_BREADCRUMB_CSS = ", ".join(css for css, _ in _BREADCRUMBS)
_TAILS = frozenset({"正文", "内容", "详情", "浏览文章", "content", "text", "detail", "details"})
_MOST_NAMES = 8


def breadcrumb_of(doc: Document, pieces: Sequence[str], title: str | None) -> tuple[str, ...]:
    """Return the names of a breadcrumb from the home page down, without arrows, label and the press release itself.

    A printed label is followed from arrow to arrow, over elements; else an element of a known class is taken; else TRS's links.
    """
    names = _behind_label(pieces) or _in_element(doc) or [text_of(node) for node in find_all(doc, "a.CurrChnlCls")]
    kept = [name for name in names if name]
    while kept and (kept[-1].lower() in _TAILS or (title is not None and squash(kept[-1]) == squash(title))):
        kept.pop()
    return tuple(kept)


def _behind_label(pieces: Sequence[str]) -> list[str]:
    text = "\n".join(pieces)
    found = next(PLACE_IN_TEXT.matches(text), None)
    return [] if found is None else _chain(text[found.end() :].split("\n", 3 * _MOST_NAMES)[: 3 * _MOST_NAMES])


def _chain(pieces: Sequence[str]) -> list[str]:
    """Return the names that arrows join: the first, and every one behind an arrow; another text ends the chain."""
    names: list[str] = []
    is_expected = True
    for piece in pieces:
        for place, part in enumerate(_ARROW.split(piece.strip("\xa0\u3000 "))):
            is_expected = is_expected or place > 0
            if not part:
                continue
            if not is_expected or len(names) == _MOST_NAMES:
                return names
            names.append(part)
            is_expected = False
    return names


def _in_element(doc: Document) -> list[str]:
    node = find(doc, _BREADCRUMB_CSS)
    if node is None:
        return []
    texts = [each.text_content or "" for each in node.traverse(include_text=True) if each.is_text_node]
    parts = (part for text in texts for part in _ARROW.split(PLACE_LABEL.sub("", _SPACES.sub(" ", text))))
    return [name for part in parts if (name := part.strip("\xa0\u3000 "))][:_MOST_NAMES]
