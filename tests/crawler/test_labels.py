"""Labels in running text: the quick search finds just what the patterns do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fields import _DATE_LABEL, _VALUE_LABEL
from crawler.labels import Label, folded
from crawler.official import _LABEL
from crawler.places import PLACE_IN_TEXT

LABELS = {"date": _DATE_LABEL, "value": _VALUE_LABEL, "place": PLACE_IN_TEXT, "number": _LABEL}
WORDS = (
    *(
        "Release date",
        "published",
        "Last updated:",
        "date",
        "TIME:",
        "on",
        "发布",
        "信息",
        "日期：",
        "时间",
        "最后更新",
        "刊发",
        "成文",
    ),
    *(
        "Source:",
        "article",
        "news ",
        "来源：",
        "作者",
        "撰稿人:",
        "information",
        "稿件",
        "your",
        "Current ",
        "location:",
        "you are here",
    ),
    *("您的", "当前", "位置是", "：", ":", " ", "\n", "x", "The", "\u0130", "\u0131", "\u017f", "\u212a", "嘉兴", "所在"),
)


def spans(matches):
    """Return where matches begin and end, and what was matched in them."""
    return [(found.span(), found.groupdict()) for found in matches]


DATES = (
    "Release date:|Released on|Published on|Publish time|Publishing|Publication date|Pub. date|Issued|Posted on|Date:|Time"
    "|Last updated|Update|Modified at|信息发布日期|发布时间|发表日期|公开日期|公布时间|刊发时间|发稿时间|发文日期|上网时间"
    "|录入时间|日期：|时 间|最后更新时间|更新日期|修改时间|成文日期|印发日期|生成日期|制发时间"
    "|签发日期|形成时间|发布于|发布：|发表：|刊发于|上传时间|最近更新时间|信息时间|發佈時間|時間|公開日期"
)
VALUES = (
    "Source:|Article source:|News Source：|Information source:|Author:|Writer :|来源：|来 源：|信息来源：|文章来源："
    "|稿件来源：|新闻来源：|来源于：|作者：|撰稿：|撰稿人："
)
NUMBERS = (
    "文号：|文　号:|文字号：|发文字号：|发文号：|公文字号：|政策文号：|原文号："
    "|发文文号：|发布文号：|文件编号：|文件号：|文件字号：|公文编号："
    "|Document number:|Document No.:|文号】"
)
PLACES = (
    "Current location:|Present position:|Your current location:|Your location:|You are here:|You are in:|Location:"
    "|您现在的位置是：|你所在的位置：|您的位置：|您所在栏目：|的当前位置：|当前位置：|现在位置：|目前所在位置：|所在位置：|位置：|当前栏目："
)

ALL = {"date": DATES, "value": VALUES, "place": PLACES, "number": NUMBERS}


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name, texts in ALL.items() for text in texts.split("|")],
)
def test_every_label_is_found_by_its_beginning(name, text):
    """Each kind of label is found where it stands, in whatever case, from its first sign on."""
    for each in (text, text.upper(), text.lower()):
        assert [found.start() for found in LABELS[name].matches(f"Home | {each} x")] == [7]


@pytest.mark.parametrize("name", LABELS)
@given(data=st.data())
def test_no_label_begins_otherwise_than_is_said(name, data):
    """Whatever the pattern matches, alone or amid other words, is found by its beginning."""
    label = LABELS[name]
    text = data.draw(st.from_regex(label.pattern))
    assert spans(label.matches(text)) == spans(label.pattern.finditer(text)) != []


@pytest.mark.parametrize("name", LABELS)
@given(words=st.lists(st.sampled_from(WORDS), max_size=12))
def test_labels_that_follow_each_other_are_all_found(name, words):
    """A word that is no label, or belongs to one, hides none that begins in it or behind it."""
    text = "".join(words)
    assert spans(LABELS[name].matches(text)) == spans(LABELS[name].pattern.finditer(text))


def test_a_word_inside_a_label_begins_none():
    """What a match has taken is passed, as `finditer` passes it."""
    label = Label(re.compile("ab|b"), re.compile("(?:ab+|bc)", re.IGNORECASE))
    assert [found[0] for found in label.matches("xABbcAbc bc")] == ["ABb", "Ab", "bc"]


@given(st.text(max_size=30))
def test_a_folded_text_is_as_long_as_before(text):
    """Places found in the folded text are places of the text itself, and what a pattern takes for one letter is one."""
    assert len(folded(text)) == len(text)
    for letter in "isk":
        same = re.compile(letter, re.IGNORECASE)
        assert [found.start() for found in same.finditer(text)] == [found.start() for found in re.finditer(letter, folded(text))]
