"""Bodies: where the text stands, and what inside is no part of it."""

from __future__ import annotations

import pytest

from crawler.containers import CONTAINERS, MARKED, NOISE, find_body, is_chatter
from crawler.errors import ReadError
from crawler.html import parse

BASE = "https://x.example/a/b.html"
FILLED = {
    "#zoom": "<div id=zoom>Text.</div>",
    MARKED: "<!--ZJEG_RSS.content.begin-->Text.<!--ZJEG_RSS.content.end-->",
    "#vsb_content, [id^=vsb_content]": "<div id=vsb_content_1031_u81>Text.</div>",
    "[itemprop=articleBody]": "<div itemprop=articleBody>Text.</div>",
}


def body_of(page: str, **options):
    """Return the body of a page."""
    return find_body(parse(page), page, BASE, **options)


def markup(css: str) -> str:
    """Return an element that a selector of the table names."""
    name = "id" if css.startswith("#") else "class"
    return FILLED.get(css) or f"<div {name}='{css[1:]}'>Text.</div>"


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: each.css)
def test_every_known_container_is_found(container):
    """Each row of the table finds its element, by a clue that stands in the page, and says why it is there."""
    body = body_of(f"<p>before</p>{markup(container.css)}<p>after</p>")
    assert body is not None
    assert (body.container, body.paragraphs) == (container.css, ("Text.",))
    assert container.reason


def test_names_count_as_spelt():
    """In quirks mode the selectors take other cases too, which would find other elements on pages that have been read before."""
    assert body_of("<div id=ZOOM>Text.</div>") is None
    assert body_of("<!DOCTYPE html><div id=ZOOM>Text.</div>") is None
    assert body_of("<!DOCTYPE html><div id=Zoom>Text.</div><div class=TRS_Editor>More.</div>").container == ".TRS_Editor"
    assert body_of("<div class=trs_editor>Text.</div>") is None


def test_an_earlier_row_is_preferred():
    """Of two containers the one higher in the table holds the text."""
    assert body_of("<div class=article-content>Both.<div id=zoom>Text.</div></div>").paragraphs == ("Text.",)


def test_an_empty_container_gives_way_to_a_filled_one():
    """A container that holds nothing is taken only when there is none that does."""
    assert body_of("<div id=zoom></div><div class=bt-content>Text.</div>").container == ".bt-content"
    assert body_of("<div class=TRS_Editor></div><div class=TRS_Editor>Text.</div>").paragraphs == ("Text.",)
    assert body_of("<div id=zoom></div><div class=bt-content></div>").container == "#zoom"
    assert body_of("<p>zoom</p>") is None


def test_hanwebs_comments_need_no_element():
    """What stands between the comments is the body, though they open and close in different elements."""
    page = (
        "<div>a<p><!--ZJEG_RSS.content.begin--><meta name=ContentStart></p><p>Text.</p></div><!-- ZJEG_RSS.content.end --><p>b</p>"
    )
    assert body_of(page).paragraphs == ("Text.",)
    assert body_of("<!--ZJEG_RSS.content.begin--><p>Cut").paragraphs == ("Cut",)


def test_the_portals_selector_is_the_only_candidate():
    """A selector of the portal's file replaces the table."""
    page = "<div id=zoom>No.</div><p>Yes.</p>"
    assert body_of(page, selector="p").paragraphs == ("Yes.",)
    assert body_of(page, selector="h1") is None


def test_a_wrong_selector_is_an_error():
    """What is no CSS is said, not ignored."""
    with pytest.raises(ReadError):
        body_of("<div id=zoom>x</div>", drop=("..",))


def test_noise_is_left_out():
    """Every selector of the noise table takes its element out, and so does the portal's own."""
    for css, reason in NOISE:
        for each in css.split(", "):
            name, value = ("class", each[1:]) if each[0] == "." else ("id", each.strip("#[]").removeprefix("id^="))
            assert body_of(f"<div id=zoom>Text.<b {name}='{value}'>noise</b></div>").paragraphs == ("Text.",), reason
    assert body_of("<div id=zoom>Text.<b class=x>noise</b></div>", drop=(".x",)).paragraphs == ("Text.",)


@pytest.mark.parametrize(
    "line",
    [
        "浏览次数：",
        "浏览次数：318次",
        "【点击数：[ 318 ]】",
        "Views: 318",
        "字体：大 中 小",
        "【字号：[大] [中] [小]】",
        "Font size: A+ A-",
        "打印 | 关闭",
        "【打印本页】【关闭窗口】",
        "分享到：",
        "Print",
        "扫一扫在手机打开当前页",
        "浏览量：1,207 次",
        "[ 点击数: 12 ]",
        "人气：45",
        "已有 318 人浏览",
        "本文已被阅读 12 次",
        "上一页 [1] [2] [3] 下一页",
        "首页 上一页 1 2 3 … 9 下一页 尾页 共 9 页",
        "[1] [2]",
        "Previous page | 1 | 2 | Next page",
    ],
)
def test_chatter_is_known(line):
    """Counters, buttons and captions are the page talking about itself."""
    assert is_chatter(line)


@pytest.mark.parametrize(
    "line",
    [
        "浏览量超过三百次。",
        "大",
        "关闭三家企业",
        "Share prices fell",
        "Views: of the lake",
        "打印机采购公告",
        "Text.",
        "1 2 3",
        "[1] 见前注。",
        "下一页是附表",
        "First Page of the Chronicle",
        "网站总访问量 41207 次",
        "第3页",
    ],
)
def test_text_is_no_chatter(line):
    """Sentences that begin alike are text."""
    assert not is_chatter(line)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("来源：湖畔日报 点击数：1207", "来源：湖畔日报"),
        ("（责任编辑：李四 | 浏览次数：[12]次 | 审核：王五）", "（责任编辑：李四 | 审核：王五）"),
        ("发布时间：2022-09-20 阅读：12 次", "发布时间：2022-09-20"),
        ("全年网站访问量：41207次，其中移动端访问量：1207次。", "全年网站访问量：41207次，其中移动端访问量：1207次。"),
        ("浏览次数：12 来源：湖畔日报", "来源：湖畔日报"),
        ("（作者：张三 点击：12）", "（作者：张三）"),
        ("来源：湖畔日报", "来源：湖畔日报"),
    ],
)
def test_counters_are_cut_out_of_credits_only(line, kept):
    """A counter that moves on every load is no text, even inside a line of fields; a number that a sentence tells is."""
    assert body_of(f"<div id=zoom><p>Text.</p><p>{line}</p></div>").paragraphs == ("Text.", kept)


def test_what_leads_on_is_left_out_at_the_end():
    """Links to neighbours and related news end the text; the same words inside it stay."""
    page = (
        "<div id=zoom><p>Next: the plan.</p><p>Text.</p><p>上一篇：<a href=1>甲</a></p><p>Next article: <a href=2>乙</a></p></div>"
    )
    assert body_of(page).paragraphs == ("Next: the plan.", "Text.")
    page = "<div id=zoom><p>Text.</p><p>相关链接：</p><ul><li><a href=1>甲</a></li><li><a href=2>乙</a></li></ul></div>"
    assert body_of(page).paragraphs == ("Text.",)
    page = "<div id=zoom><p>Text.</p><p>相关链接：</p><p>解释</p></div>"
    assert body_of(page).paragraphs == ("Text.", "相关链接：", "解释")


def test_pictures_are_absolute_and_each_once():
    """Late-loaded pictures count; icons, noise, inline data and other schemes do not."""
    page = (
        "<div id=zoom><img src=1.png><img src=1.png#x><img src='data:image/gif;base64,x' data-src=/2.png><img>"
        "<img src=/fileTypeImages/icon_pdf.gif><img src='ftp://x/3.png'><div class=qrcode><img src=4.png></div></div>"
    )
    assert body_of(page).images == ("https://x.example/a/1.png", "https://x.example/2.png")


@pytest.mark.parametrize(
    ("inside", "is_filled"),
    [
        ("<video src=v.mp4></video>", True),
        ("<div pdfsrc=/a.pdf></div>", True),
        ("<iframe src='/player?id=7'></iframe>", True),
        ("<iframe src='/visit.jsp'></iframe>", False),
        ("<iframe src=''></iframe>", False),
        ("&nbsp;", False),
    ],
)
def test_a_body_may_hold_only_media(inside, is_filled):
    """A video or a document shown in the page is content without words."""
    body = body_of(f"<div id=zoom>{inside}</div>")
    assert (body.paragraphs, body.is_filled) == ((), is_filled)
