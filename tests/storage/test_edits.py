"""Kinds of edits of a text: the hand-labelled pairs, and cases of each class of the stated rule that are not among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.edits import TEXT_LABELS, text_labels

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "data" / "edits" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_direction_never_matters():
    """An edit and its reversal bear the same labels."""
    for pair in PAIRS:
        assert text_labels(pair["before"], pair["after"]) == text_labels(pair["after"], pair["before"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("The work cost 3 million yuan.", "The work cost 3,000,000 yuan.", ("cosmetic",)),
        ("The meeting will be on July 3rd.", "The meeting will be on 3 July.", ("cosmetic",)),
        ("Twenty-five households moved.", "25 households moved.", ("cosmetic",)),
        ("They beleive the plan works.", "They believe the plan works.", ("cosmetic",)),
        ("It grew by 5 percent.", "It grew by 5%.", ("cosmetic",)),
        ("The programme starts now.", "The program starts now.", ("cosmetic",)),
        ("It is an enviromental matter.", "It is an environmental matter.", ("cosmetic",)),
        ("Farmers and traders came.", "Farmers & traders came.", ("cosmetic",)),
        ("About a third of pupils", "About one third of pupils", ("cosmetic",)),
        ("More then 40 people came.", "More than 40 people came.", ("cosmetic",)),
        ("It cost 2million yuan.", "It cost two million yuan.", ("cosmetic",)),
        ("It cost 2million yuan.", "It cost 3million yuan.", ("numeric",)),
        ("The bridge is twelve metres wide.", "The bridge is 12 m wide.", ("cosmetic",)),
        ("会议于上午9点开始。", "会议于9:00开始。", ("cosmetic",)),
        ("会议于上午9时开始。", "会议于上午九时开始。", ("cosmetic",)),
        ("共有二十三人参加。", "共有23人参加。", ("cosmetic",)),
        ("面积5平方公里。", "面积5平方千米。", ("cosmetic",)),
        ("投资1.2亿元。", "投资12000万元。", ("cosmetic",)),
        ("第三批名单公布。", "第3批名单公布。", ("cosmetic",)),
        ("一是加强领导；二是落实责任。", "（一）加强领导；（二）落实责任。", ("cosmetic",)),
        ("他说：“很好。”", '他说:"很好"。', ("cosmetic",)),
        ("按照布属做好工作。", "按照部署做好工作。", ("substantive",)),
        ("约有三成居民参加。", "约有30%居民参加。", ("cosmetic",)),
        ("约有一半居民参加。", "约有50%居民参加。", ("cosmetic",)),
        ("截止2022年9月，共30个。", "截止二〇二二年九月，共三十个。", ("cosmetic",)),
        ("The shop opens at 9 am.", "The shop opens at 10 am.", ("numeric",)),
        ("He scored twice.", "He scored once.", ("numeric",)),
        ("It will open in June.", "It will open in July.", ("numeric",)),
        ("Dozens of people came.", "Hundreds of people came.", ("numeric",)),
        ("The house was built in 1990.", "The house was built.", ("numeric",)),
        ("A total of 40 people were hurt.", "People were hurt.", ("numeric",)),
        ("Some families moved.", "Nearly 60 families moved.", ("numeric",)),
        ("Bus No. 28 stops here.", "Bus No. 82 stops here.", ("numeric",)),
        ("He visited the school last week.", "He visited the school next week.", ("numeric",)),
        ("会议于周一召开。", "会议于周三召开。", ("numeric",)),
        ("完成率达95%以上。", "完成率达98%以上。", ("numeric",)),
        ("多名群众受伤。", "5名群众受伤。", ("numeric",)),
        ("今天上午，会议召开。", "昨天下午，会议召开。", ("numeric",)),
        ("数十名学生参加。", "30名学生参加。", ("numeric",)),
        ("他去年到任。", "他到任。", ("numeric",)),
        ("共排查隐患120余处。", "共排查隐患150余处。", ("numeric",)),
        ("第二届运动会开幕。", "第三届运动会开幕。", ("numeric",)),
        ("三是加强宣传。共完成五项任务。", "三是加强宣传。共完成六项任务。", ("numeric",)),
        ("明年年底前完成。", "明年6月底前完成。", ("numeric",)),
        ("温度为3℃。", "温度为-3℃。", ("numeric",)),
        ("工期两年半。", "工期三年。", ("numeric",)),
        ("二期工程开工。", "三期工程开工。", ("numeric",)),
        ("增长一倍。", "增长两倍。", ("numeric",)),
        ("新增泊位200多个。", "新增泊位300个。", ("numeric",)),
        ("The river rose by two metres.", "The river rose by three meters.", ("numeric",)),
        ("Students from five schools took part.", "Students from one school took part.", ("numeric",)),
        ("The meeting on Friday was short.", "The meeting was short.", ("numeric",)),
        ("From 5 to 7 May the road is shut.", "From 5 to 9 May the road is shut.", ("numeric",)),
        ("The fee is ¥50.", "The fee is ¥60.", ("numeric",)),
        ("The fee is $50.", "The fee is ¥50.", ("substantive",)),
        ("Sales doubled in a year.", "Sales rose by half in a year.", ("numeric", "substantive")),
        ("On Monday, the port reopened.", "The port reopened.", ("numeric",)),
        ("Tan Rui Visits Flood Victims in Their Shelters", "Gu Weimin Visits Flood Victims in Their Shelters", ("name",)),
        ("New Ferry Line Opens Bewteen Three Islands", "New Ferry Line Opens Between Three Islands", ("cosmetic",)),
        ("They debated the Law on Water.", "They debated the Law on Noise.", ("substantive",)),
        ("依据《浙江省防汛条例》处理。", "依据《江苏省防汛条例》处理。", ("substantive",)),
        ("据《嘉兴日报》报道，航线恢复。", "据《绍兴日报》报道，航线恢复。", ("name",)),
        ("据新华社报道，航线恢复。", "据人民日报报道，航线恢复。", ("name",)),
        ("游客在海盐县县长陪同下参观。", "游客在海盐县长陪同下参观。", ("substantive",)),
        ("常常有人来。", "常有人来。", ("substantive",)),
        ("汽车站已恢复运营。", "气车站已恢复运营。", ("cosmetic",)),
        ("侯家镇开展巡河。", "候家镇开展巡河。", ("name",)),
        ("从海宁向桐乡调水。", "从桐乡向海宁调水。", ("name",)),
        ("The panel: 7 engineers, 5 lawyers.", "The panel: 5 engineers, 7 lawyers.", ("numeric",)),
        ("The panel: 7 engineers, 5 lawyers.", "The panel: 5 lawyers, 7 engineers.", ("substantive",)),
        ("Two shops, which sell tea, close early in winter.", "One shop, which sells tea, closes early in winter.", ("numeric",)),
        ("全市共有12家企业入选。", "全市有企业入选。", ("numeric",)),
        ("One of the boats sank here.", "Some of the boats sank here.", ("substantive",)),
        ("The list is at www.a.org/5/x.", "The list is at www.a.org/6/x.", ("substantive",)),
        ("服务群众800人。", "服务群众800人次。", ("substantive",)),
        ("Mariners should i) keep clear; ii) slow down.", "Mariners should (a) keep clear; (b) slow down.", ("cosmetic",)),
        ("会议指出，一是统一思想；二是明确分工。", "会议指出，一、统一思想；二、明确分工。", ("cosmetic",)),
        ("Brown praised the swimmers and their coaches.", "Browne praised the swimmers and their coaches.", ("name",)),
        ("Polcie said the net had been cut.", "Police said the net had been cut.", ("cosmetic",)),
        ("林秀英给罗文斌颁奖。", "罗文斌给林秀英颁奖。", ("name",)),
        ("次日，陈国安捡到一个钱包。", "次日，林秀英捡到一个钱包。", ("name",)),
        ("The road was shut from noon noon.", "The road was shut from noon.", ("cosmetic",)),
        ("Goals: Reed 2 2 5, Hall 1 0 3", "Goals: Reed 2 5, Hall 1 0 3", ("numeric",)),
        ("The gate is shut. The dam holds. Nobody came.", "The gate is shut, the dam holds, nobody came.", ("cosmetic",)),
    ],
)
def test_classes_of_the_rule(before, after, expected):
    """Cases of the rule that no pair holds, both ways."""
    assert text_labels(before, after) == text_labels(after, before) == expected


def test_equal_texts_bear_no_label():
    """Nothing changed, nothing is said; a change of spaces alone is cosmetic."""
    assert text_labels("One.", "One.") == ()
    assert text_labels("One.", "One. ") == ("cosmetic",)


def test_a_text_rewritten_throughout_is_substantive():
    """Very many sentences are not paired one by one."""
    old, new = ("\n\n".join(f"{word} word{number} stands." for number in range(60)) for word in ("This", "Another"))
    assert "substantive" in text_labels(old, new)


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="aIV 三十百千万亿点月日年第半时成3-.,:%\n李市的?x", max_size=30),
    st.text(alphabet="aIV 三十百千万亿点月日年第半时成3-.,:%\n李市的?x", max_size=30),
)
def test_any_two_texts_can_be_judged(before, after):
    """No text is too odd: labels come in order, cosmetic stands alone, and direction never matters."""
    found = text_labels(before, after)
    assert found == text_labels(after, before) == tuple(label for label in TEXT_LABELS if label in found)
    assert "cosmetic" not in found or found == ("cosmetic",)
    assert bool(found) == (before != after)


def test_another_text_is_substantive_and_costs_nothing():
    """Where thousands of characters differ the text is another one: no finer label is looked for."""
    before = " ".join(f"Zhang {number} opened bridge {number}." for number in range(300))
    after = " ".join(f"Li {number} closed tunnel {number}." for number in range(300, 600))
    assert text_labels(before, after) == ("substantive",)


NUMERALS = st.text(
    alphabet="〇零一二两三四五六七八九十百千万亿点半几数多余第首成分之年月日时0123456789.,-%:：/ 人家户米元公里a.mp", max_size=14
)


@settings(max_examples=300, deadline=None)
@given(NUMERALS, NUMERALS)
@example("预计二点三亿千瓦时", "预计三点五万亿元")
def test_no_numeral_is_too_odd(before, after):
    """Numerals that nobody writes are labelled all the same: a look must not fail because of a text."""
    assert set(text_labels(before, after)) <= set(TEXT_LABELS)


@pytest.mark.parametrize(
    "text",
    [
        "第" + "十" * 3_000 + "条",
        "1" + "万亿" * 2_000 + "元",
        "百" * 3_900,
        "9" * 5_000 + "th",
        "million " * 900,
        "点" * 3_900,
        "二点五" * 1_200,
        "a.b@" * 1_800,
        "11hundred ",
        "hundred2half",
    ],
)
def test_figures_without_end_have_no_value(text):
    """A figure that no one could read, or that is written as no one writes it, is compared as it stands: no text ends a run."""
    assert text_labels(text, "One sentence.") == text_labels("One sentence.", text)
    assert text_labels(f"{text} x", f"{text} y") != ()


SCRAPS = [*"1百万点二第条成月日.,-王市B", "23", "million", "hundred", "two", "th", "分之", "书记", "and"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), max_size=25), st.lists(st.sampled_from(SCRAPS), max_size=25))
def test_any_texts_bear_labels(before, after):
    """Whatever figures, names and signs stand side by side, with or without spaces, an edit is judged."""
    for parting in ("", " "):
        assert set(text_labels(parting.join(before), parting.join(after))) <= set(TEXT_LABELS)
