"""Press releases that read well and are none: notices in their place, templates not filled in, text lost in conversion.

Pure.  What is found here was read without a fault by the reader, so the page must say nothing but that it is no press release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.notices import is_gone_title, is_only_notice, weight
from crawler.verdicts import TRACE, WORDS, Verdict, may_be_trace
from storage.records import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.records import Content

__all__ = ["CHECKS", "Check", "doubt"]

_SHORT = 300  # weight of a text that may be a notice as a whole

_PLACEHOLDER = (
    r"(?:\{\{[^{}]*\}\}|\$\{[^{}]*\}|#\{[^{}]*\}|\{%[^%]*%\}|<\$?\[[^\]]*\]\$?>|<%[^%]*%>|\[!--[^\]]*--\]|\{\$[^{}]*\}|@@\w+@@)"
)
_PLACEHOLDERS = re.compile(rf"\s*(?:{_PLACEHOLDER}\s*)+")
_LOADING = re.compile(
    r"\W*(?:(?:数据|内容|页面|文章|信息)?(?:正在|努力|拼命|玩命)*(?:加载|载入|讀取|載入)(?:数据|内容)?中?"
    r"|(?:please wait\W*)?(?:now )?loading(?: (?:content|data))?"
    r"|(?:请|正在)(?:稍候|稍等|等待)|please wait)(?:[，, ]*(?:请|請)?(?:稍候|稍等|稍后|please wait))?\W*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[?？]{3,}")
# What UTF-8 and GBK look like in Latin-1 and Windows-1252: long runs, which no language written in these letters has.
_NOISE = re.compile(
    r"[\x80-\x9f\xa1-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022"
    r"\u2026\u2030\u2039\u203a\u20ac\u2122\ufffd]{3,}"
)
_MOST_NOISE = 0.3
_MOST_REPLACED = 0.05
_MOST_MARKS = 0.4
_OURS = re.compile(
    r"(?:您|你)的?(?:请求|访问|IP|操作|訪問|請求)|(?:your|the) (?:request|access|ip\b|visit)|当前访问|^access denied", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table: whether it applies to a content, what the page then counts as, and why."""

    applies: Callable[[Content], bool]
    outcome: Outcome
    reason: str


def doubt(content: Content) -> Verdict | None:
    """Return what a page counts as that reads as a press release and is none, or None."""
    return next((Verdict(each.outcome, each.reason) for each in CHECKS if each.applies(content)), None)


def _is_short(content: Content) -> bool:
    return len(content.text) <= _SHORT and weight(content.text) <= _SHORT and not content.attachments and not content.images


def _is_notice(content: Content) -> bool:
    """Tell whether title and text, or the text alone, are a notice; a title alone may be that of a play."""
    if not _is_short(content):
        return False
    return is_only_notice(content.text) or (not content.text.strip() and is_gone_title(content.title))


def _is_refusal(content: Content) -> bool:
    return _is_short(content) and _OURS.match(content.text) is not None and any(each.pattern.search(content.text) for each in WORDS)


def _is_trace(content: Content) -> bool:
    """Tell whether a text begins with a program's message and holds little else; the first line alone decides for most."""
    lines = [line for line in content.text[: _SHORT * 10].split("\n") if line.strip()]
    if not lines or not may_be_trace(lines[0][:_SHORT]) or TRACE.pattern.search(lines[0][:_SHORT]) is None:
        return False
    return sum(TRACE.pattern.search(line) is not None for line in lines) * 3 >= len(lines) * 2


def _is_unfilled(content: Content) -> bool:
    return any(each and _PLACEHOLDERS.fullmatch(each) is not None for each in (content.title, content.text[: _SHORT * 10]))


def _is_loading(content: Content) -> bool:
    return _is_short(content) and _LOADING.fullmatch(content.text) is not None


def _share(pattern: re.Pattern[str], text: str) -> float:
    """Return how much of the first characters of a text a pattern takes, white space left out."""
    printed = "".join(text[:2000].split())
    return sum(map(len, pattern.findall(printed))) / len(printed) if printed else 0.0


def _is_noise(content: Content) -> bool:
    return not content.text.isascii() and max(_share(_NOISE, content.text), _share(_NOISE, content.title)) > _MOST_NOISE


def _is_replaced(content: Content) -> bool:
    told = content.title + content.text[:2000]
    return "\ufffd" in told and told.count("\ufffd") > _MOST_REPLACED * len(told)


def _is_question_marks(content: Content) -> bool:
    return any("???" in each and _share(_MARKS, each) > _MOST_MARKS for each in (content.title, content.text))


CHECKS = (
    Check(_is_notice, Outcome.SOFT_GONE, "all that the text says is that the page is gone"),
    Check(_is_refusal, Outcome.BLOCKED, "all that the text says is that we are refused"),
    Check(_is_trace, Outcome.SERVER_ERROR, "the trace of a program that failed stands in place of the text"),
    Check(_is_unfilled, Outcome.UNREADABLE, "a template that was not filled in: placeholders in place of title or text"),
    Check(_is_loading, Outcome.UNREADABLE, "the text is still to be loaded by a script"),
    Check(_is_noise, Outcome.UNREADABLE, "the characters are noise: encoded twice, or read in a wrong charset"),
    Check(_is_replaced, Outcome.UNREADABLE, "replacement characters in place of text: lost in conversion"),
    Check(_is_question_marks, Outcome.UNREADABLE, "question marks in place of text: lost in conversion"),
)
"""Asked in order of what they say; the first that applies decides."""
