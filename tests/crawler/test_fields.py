"""What is printed around a text: labelled dates and values, breadcrumb."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from crawler.containers import find_body
from crawler.fields import (
    MOST_AFTER,
    breadcrumb_of,
    first_meta,
    is_labelled_line,
    labelled_dates,
    labelled_values,
    surroundings,
)
from crawler.html import parse

ZONE = ZoneInfo("Asia/Shanghai")


def around(page: str):
    """Return the pieces of text around the body of a page."""
    doc = parse(page)
    return surroundings(doc, find_body(doc, page, "https://x.example/"))


def test_pieces_stand_in_order_on_either_side_of_the_body():
    """Text nodes come in order, white space collapsed, without scripts and the body itself."""
    page = "<title>T</title><p>a <b>b\n c</b></p><script>x</script><div><i>d</i><div id=zoom>e<p>f</p></div>g</div><p> </p><p>h</p>"
    found = around(page)
    assert (found.before, found.after) == (("a", "b c", "d"), ("g", "h"))
    assert found.all == ("a", "b c", "d", "g", "h")


def test_what_is_not_printed_is_passed_over():
    """Texts inside scripts, lists of choices and their like are no pieces, however they nest; what follows them is."""
    page = "a<select><option>x<b>y</b></select>b<object><p>x<script>y</script></p></object>c<noscript><i>x</i></noscript><p>d"
    assert around(page).before == ("a", "b", "c", "d")


def test_a_body_ends_where_its_element_does():
    """The last element of a page may be its body, a body may stand in what is left out, and no-break spaces are no piece."""
    assert around("<p>a</p><div>&nbsp;<div id=zoom><p>x</p><script>y</script></div></div>").all == ("a",)
    assert around("a<object><div id=zoom>x</div></object>b").all == ("a", "b")


def test_pieces_are_parted_at_hanwebs_comments():
    """A body between comments is left out, though it is no element of its own."""
    page = "<p>a</p><div>b<!--x--><!--ZJEG_RSS.content.begin--><p>c</p>d<!--y--><!--ZJEG_RSS.content.end-->e</div><p>f</p>"
    found = around(page)
    assert (found.before, found.after) == (("a", "b"), ("e", "f"))


def test_without_a_body_all_is_before_it():
    """A page whose body is unknown has only one side, comments of other systems change nothing."""
    assert around("<p>a</p><!-- c --><p>b</p>").before == ("a", "b")


def test_only_so_much_is_kept_after_the_body():
    """Lists and footers without end are not walked."""
    assert len(around("<div id=zoom>x</div>" + "<p>y</p>" * 200).after) == MOST_AFTER


@pytest.mark.parametrize(
    ("line", "origin", "value"),
    [
        ("Release date:2022-09-20 10:46", "label", "2022-09-20 10:46"),
        ("Published on Sep 20, 2022", "label", "Sep 20, 2022"),
        ("Pub Date 2022-09-20", "label", "2022-09-20"),
        ("Source: Xinhua Date: 2022-09-20", "label", "2022-09-20"),
        ("Time: 2022-09-20 10:46", "label", "2022-09-20 10:46"),
        ("Last updated: 2022-09-20", "label:updated", "2022-09-20"),
        ("发布日期：2022-09-20", "label", "2022-09-20"),
        ("信息发布时间：2022年9月20日 10:46", "label", "2022年9月20日 10:46"),
        ("时　间：[2022-09-20]", "label", "2022-09-20"),
        ("日期\n2022-09-20", "label", "2022-09-20"),
        ("更新时间：2022-09-20", "label:updated", "2022-09-20"),
        ("成文日期：2022-09-20", "label:written", "2022-09-20"),
        ("印发日期：2022年9月20日", "label:issued", "2022年9月20日"),
        ("发文时间：2022-09-20", "label:issued", "2022-09-20"),
        ("发布于：2022-09-20", "label", "2022-09-20"),
        ("【 信息时间：2022-09-20 】", "label", "2022-09-20"),
        ("發佈時間：2022-09-20", "label", "2022-09-20"),
        ("发布：2022-09-20", "label", "2022-09-20"),
        ("发布日期：\n成文日期：2022-09-20", "label:written", "2022-09-20"),
    ],
)
def test_labels_announce_dates(line, origin, value):
    """Each label gives its date and what kind of date it is."""
    assert [(found, printed.value) for found, printed in labelled_dates(line.split("\n"), ZONE)] == [(origin, value)]


@pytest.mark.parametrize(
    "line",
    [
        "截止时间：2022-09-20",
        "Closing date: 2022-09-20",
        "Candidate 2022-09-20",
        "2022-09-20",
        "时间：待定",
        "Local time: 2022-09-20",
    ],
)
def test_other_words_announce_no_date_of_publication(line):
    """Deadlines and local times are other dates, and a date without a word is not labelled."""
    assert labelled_dates([line], ZONE) == []


def test_the_better_label_comes_first():
    """Of several labelled dates, that of publication leads, and of each kind the first counts."""
    pieces = ["更新时间：2022-09-22", "时间：2022-09-21", "发布时间：2022-09-20", "发布时间：2001-01-01", "成文日期：2022-09-01"]
    assert [(origin, printed.published_on) for origin, printed in labelled_dates(pieces, ZONE)] == [
        ("label", "2022-09-20"),
        ("label", "2022-09-21"),
        ("label:updated", "2022-09-22"),
        ("label:written", "2022-09-01"),
    ]


@pytest.mark.parametrize(
    ("pieces", "value"),
    [
        (["Source: Lakeside Daily"], "Lakeside Daily"),
        (["Source:", "Lakeside Daily", "Views: 7"], "Lakeside Daily"),
        (["Source: Lakeside Daily Release date:2022-09-20"], "Lakeside Daily"),
        (["Source: Lakeside Daily | Author: Li"], "Lakeside Daily"),
        (["2022-09-20 来源：湖畔日报 浏览次数：7"], "湖畔日报"),
        (["信息来源：湖畔市信息中心"], "湖畔市信息中心"),
        (["来　　源：", "湖畔日报"], "湖畔日报"),
        (["[来源：湖畔日报] [时间：2022-09-20]"], "湖畔日报"),
        (["資料來源：湖畔市政府"], "湖畔市政府"),
        (["来　源：", "\u3000湖畔日报\u3000"], "湖畔日报"),
        (["来源：时间报"], None),
        (["来源："], None),
        (["来源：", "时间：2022-09-20"], None),
        (["Source: null"], None),
        (["来源：网站名称", "文章来源：湖畔日报"], "湖畔日报"),
        (["能量来源：太阳"], None),
        (["Resource: water"], None),
    ],
)
def test_values_stand_behind_their_label(pieces, value):
    """The value is what follows the label up to the next field; empty ones and placeholders are none."""
    assert labelled_values(pieces).get("source") == value


def test_an_author_is_named_like_a_source():
    """The author is read by its own label."""
    assert labelled_values(["来源：湖畔日报", "作者：王三 编辑：李四"]) == {"source": "湖畔日报", "author": "王三"}


def test_metas_are_believed_unless_they_are_placeholders():
    """The first meaningful content counts, over all the names asked for."""
    metas = {"a": ["null", "{{x}}", " 湖畔日报，"], "b": ["other"]}
    assert first_meta(metas, "a", "b") == "湖畔日报"
    assert first_meta(metas, "c", "b") == "other"
    assert first_meta(metas, "c") is None


def test_lines_of_fields_are_known_by_their_label():
    """A line that begins with a label and a colon is no paragraph."""
    assert is_labelled_line("发布日期：2022-09-20")
    assert is_labelled_line("Source: Lakeside Daily")
    assert not is_labelled_line("Date palms grow here")
    assert not is_labelled_line("The source: a spring")


@pytest.mark.parametrize(
    ("pieces", "names"),
    [
        (("Current location: Home", "> Jiaxing Today", "The title"), ("Home", "Jiaxing Today")),
        (("Current location:", "Home", ">", "Jiaxing Today", "The title"), ("Home", "Jiaxing Today")),
        (("您现在的位置：首页 >> 要闻 >> 正文", "标题"), ("首页", "要闻")),
        (("当前位置：", "首页", "›", "通知", "›", "The title"), ("首页", "通知")),
        (("You are here: Home / News / Today",), ("Home", "News", "Today")),
        (("当前位置：" + " > ".join("甲乙丙丁戊己庚辛壬癸"),), tuple("甲乙丙丁戊己庚辛")),
        (("当前位置：", ">", ">", "The title"), ()),
        (("Nothing", "here"), ()),
    ],
)
def test_a_breadcrumb_is_followed_from_arrow_to_arrow(pieces, names):
    """Names are joined over elements; the chain ends without an arrow, and the press release itself is no level."""
    assert breadcrumb_of(parse(""), pieces, "The  title") == names


@pytest.mark.parametrize(
    "page",
    [
        "<ul class=breadcrumb><li><a>Home</a></li><li> <span>&gt;</span> News </li></ul>",
        "<div class=position>当前位置：<a>Home</a> &raquo; <a>News</a></div>",
        "<a class=CurrChnlCls>Home</a> - <a class=CurrChnlCls>News</a>",
    ],
)
def test_a_breadcrumb_without_a_label_is_known_by_its_element(page):
    """Known classes and TRS's links name the levels."""
    assert breadcrumb_of(parse(page), (), None) == ("Home", "News")
