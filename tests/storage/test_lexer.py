"""What a text is made of when an edit is judged: sentences, and figures with their values; numbers of list items are left out."""

from __future__ import annotations

import pytest

from storage.lexer import sentences


def figures(text):
    """Return the values of the figures of a text, in order."""
    return [token.key for line in sentences(text) for token in line if token.kind == "figure"]


def words(text):
    """Return what the sentences of a text are compared by, each as one line."""
    return [" ".join(token.key for token in line) for line in sentences(text)]


@pytest.mark.parametrize(
    ("forms", "value"),
    [
        (["3", "three", "3.0", "三个", "3个"], "3"),
        (["1,200", "1200", "1 200", "twelve hundred", "1.2千", "一千二百个"], "1200"),
        (["2.5 million", "2,500,000", "¥2.5m", "250万"], "2500000"),
        (["half a million", "500,000", "500 thousand", "五十万元"], "500000"),
        (["half a dozen", "six"], "6"),
        (["one and a half tonnes", "1.5 tonnes"], "1.5"),
        (["-5", "minus 5", "minus five", "零下5度", "零下五度"], "-5"),
        (["21st", "twenty-first", "第21", "第二十一"], "o21"),
        (["5 September", "Sept. 5", "September 5th", "the 5th of September", "9月5日", "九月五号"], "d-9-5"),
        (
            [
                "5 September 2021",
                "Sept. 5, 2021",
                "2021-09-05",
                "2021/9/5",
                "2021年9月5日",
                "二〇二一年九月五日",
                "二○二一年九月五日",
            ],
            "d2021-9-5",
        ),
        (["2:30 p.m.", "14:30", "2.30 pm", "下午2点30分", "下午两点半", "下午2:30", "14时30分"], "t14:30"),
        (["noon", "12:00", "12 p.m."], "t12:0"),
        (["half past nine", "9:30 a.m.", "上午9点半"], "t9:30"),
        (["9 o'clock", "nine o'clock", "9 a.m.", "9:00", "上午9时"], "t9:0"),
        (["20时", "晚8点", "晚上8点"], "t20:0"),
        (["Monday", "Mon.", "on Monday"], "wmon"),
        (["half", "one half", "50%", "一半", "五成", "百分之五十", "½"], "50"),
        (["two thirds of", "two-thirds", "三分之二", "2/3"], "66.7"),
        (["twice", "two times", "两次"], "2"),
        (["tripled", "threefold"], "x3"),
        (["Phase II", "Phase 2", "Ⅱ期", "二期"], "2"),
        (["0573-82110000", "(0573) 8211 0000", "0573 82110000"], "c057382110000"),
        (["Hundreds of people"], "~100"),
    ],
)
def test_one_value_in_many_forms(forms, value):
    """Figures that say the same have one value, however they are written."""
    assert [(form, figures(form)) for form in forms] == [(form, [value]) for form in forms]


@pytest.mark.parametrize(
    "text",
    [
        "No one came.", "They help one another.", "It was stopped at once.", "Jan Novak", "April Smith spoke.", "They may march.",
        "要进一步统一思想", "千万不要", "百姓", "四川", "see www.a.org/2021/5 or 5@a.org",
    ],
)  # fmt: skip
def test_what_counts_nothing(text):
    """Number words that count nothing, names that look like months and addresses of the web hold no figures."""
    assert figures(text) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. Roads", "(a) Roads"),
        ("I. Roads\nII. Dams", "1. Roads\n2. Dams"),
        ("A. Roads\nB. Dams", "Roads\nDams"),
        ("We need (1) roads, (2) dams", "We need (a) roads, (b) dams"),
        ("We need 1) roads; 2) dams", "We need roads; dams"),
        ("一、道路", "（一）道路"),
        ("重点是：①道路；②水坝", "重点是：1.道路；2.水坝"),
        ("会议强调，一是修路；二是筑坝", "会议强调，（一）修路；（二）筑坝"),
    ],
)
def test_numbers_of_list_items_are_left_out(first, second):
    """Whatever marks the items of a list, the words are the same."""
    assert words(first) == words(second)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A. Smith spoke.", "a"),
        ("It begins at 9:30. The end is at 5.", "t9:30"),
        ("上午9:30、下午3:00开放", "t9:30"),
        ("Jiashan (310), Haiyan (12)", "12"),
        ("It is 5. Then", "5"),
    ],
)
def test_what_is_no_number_of_an_item(text, kept):
    """Initials, times and figures in brackets stay."""
    assert kept in " ".join(words(text)).split()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Mr. Wilson came. He spoke.", 2),
        ("On Sept. 5 it rained. Nobody came.", 2),
        ("It closed in Sept. The gate is shut.", 2),
        ("It costs 5. Pay at the desk!", 2),
        ("下雨了。路断了；桥也断了", 3),
        ("Who pays? We do.\nAll of us.", 3),
    ],
)
def test_where_sentences_end(text, number):
    """Full stops end sentences, but not behind short forms."""
    assert len(words(text)) == number
