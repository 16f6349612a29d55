"""Numbers of documents and keywords."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest

from config.portal import Select
from crawler.article import read_article
from crawler.html import metas, parse
from crawler.official import is_number_line, keywords_of, number_of

ISSUED = "湖政发〔2022〕9号"


def number(
    *pieces: str, title: str = "", below: tuple[str, ...] = (), head: tuple[str, ...] = (), meta: str | None = None
) -> str | None:
    """Return the number that is read from what stands around a body."""
    return number_of({"文号": [meta]} if meta else {}, title, pieces, below, head)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["文号：湖政发〔2022〕9号"], ISSUED),
        (["索引号：0028/2022-1  发文字号:湖政办发[2023]12号  发布日期：2023-05-06"], "湖政办发[2023]12号"),
        (["文　　号：", "湖政发﹝2022﹞9号", "主题词"], "湖政发﹝2022﹞9号"),
        (["文件编号", "湖政发【2022】第9号"], "湖政发【2022】第9号"),
        (["【文号】湖政发(2022)9号"], "湖政发(2022)9号"),
        (["文号：", "湖政发", "〔2022〕", "9号"], ISSUED),
        (["公文字号： 湖财综〔２０２２〕９号"], "湖财综〔２０２２〕９号"),
        (["文号：第354号"], "第354号"),
        (["文号：湖畔市人民政府令第12号"], "湖畔市人民政府令第12号"),
        (["文号：公告2023年第十二号"], "公告2023年第十二号"),
        (["文号：湖价费2022字15"], "湖价费2022字15"),
        (["Document No.: HZ-2022-009"], "HZ-2022-009"),
        (["文号：", "发布日期：2022-09-20"], None),
        (["文号：无", "发布日期：2022-09-20"], None),
        (["文号", "2022-09-20"], None),
        (["文号：2022-09-20"], None),
        (["文号：-  成文日期：2022年9月20日"], None),
        (["索引号：2026-02-00018"], None),
        (["根据《通知》（湖政发〔2022〕9号）的要求，现予公布。"], None),
        (["处罚决定书文号：湖罚〔2022〕9号"], None),
        (["文号：", "相关文件", "湖政发〔2012〕1号"], None),
    ],
)
def test_a_number_stands_beside_its_label(pieces, expected):
    """Labels of all spellings announce a number, in one element or several; an empty field announces nothing."""
    assert number(*pieces) == expected


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (["湖政发〔2022〕9号", "发布日期：2022-09-20"], ISSUED),
        (["（湖政发〔2022〕9号）"], ISSUED),
        (["发布日期：2022-09-20  湖政发〔2022〕9号  来源：办公室"], ISSUED),
        (["湖畔市人民政府令第12号"], "湖畔市人民政府令第12号"),
        (["（2022年第3号）"], "2022年第3号"),
        (["——学习湖政发〔2022〕9号文件"], None),
        (["总第12号"], None),
    ],
)
def test_a_number_stands_alone_below_the_title(below, expected):
    """A number between title and text needs no label, but must be a word of its own."""
    assert number(*below, below=tuple(below)) == expected


def test_a_number_at_the_head_of_the_text_is_a_line_of_its_own():
    """The letterhead of a document carries its number; a list of other documents does not, nor does a sentence."""
    assert number(head=("湖畔市人民政府文件", ISSUED, "各区人民政府：")) == ISSUED
    assert number(head=("文号：湖政发〔2022〕9号", "全文。")) == ISSUED
    assert number(head=("下列文件予以废止：", ISSUED, "湖政发〔2013〕1号")) is None
    assert number(head=(f"根据{ISSUED}，现通知如下：",)) is None


def test_a_title_may_end_in_the_number_of_a_decree():
    """The number behind the last space of a title is that of the document; one that the title speaks of is not."""
    assert number(title="《湖区管理办法》 2026年第44号令") == "2026年第44号令"
    assert number(title="关于废止湖政发〔2022〕9号的通知") is None
    assert number(title="第44号令 湖区管理办法") is None


def test_the_label_is_believed_before_the_meta_and_the_meta_before_a_bare_number():
    """What people are told comes first; a meta of a placeholder says nothing."""
    assert number("文号：湖政发〔2022〕9号", meta="湖政发〔2022〕8号") == ISSUED
    assert number(ISSUED, below=(ISSUED,), meta="湖政发〔2022〕8号") == "湖政发〔2022〕8号"
    assert number(ISSUED, below=(ISSUED,), meta="null") == ISSUED


def test_lines_of_numbers_are_known():
    """A line at the head of a body is one when it holds the number and nothing else."""
    assert is_number_line(ISSUED)
    assert is_number_line("文号：湖政发〔2022〕9号")
    assert not is_number_line(f"根据{ISSUED}的要求")
    assert not is_number_line("文号是机关编排的号码。")


def test_a_number_between_title_and_date_is_part_of_the_head():
    """The head that a container holds is left out of the text with the number in it, and both are read."""
    page = f"<h1>湖畔市办公室关于通航的通知</h1><div id=zoom><p>{ISSUED}</p><p>发布日期：2022-09-20</p><p>全文。</p></div>"
    content = read_article(page, "https://h.example/a.html", select=Select(), zone=ZoneInfo("Asia/Shanghai")).content
    assert content is not None
    assert (content.number, content.published, content.text) == (ISSUED, "2022-09-20", "全文。")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<meta name=keywords content='湖畔,治水，绿化；芦苇;通航、内河|港口'>", "湖畔 治水 绿化 芦苇 通航 内河 港口"),
        ("<meta name=Keywords content='湖畔 治水\n绿化'>", "湖畔 治水 绿化"),
        ("<meta name=keywords content='Lake City, green belt,lake'>", "Lake_City green_belt lake"),
        ("<meta name=keywords content='湖畔,,null,关键字, 湖畔,'>", "湖畔"),
        ("<meta name=keywords content=''>", ""),
        ("<meta name=description content='湖畔'>", ""),
        ("<meta name=keywords content='site'><meta name=ArticleTitle content=T><meta name=Keywords content=''>", ""),
        ("<meta name=keywords content='site'><meta name=ArticleTitle content=T><meta name=Keywords content='reed'>", "reed"),
        ("<meta name=keywords content='reed'><meta name=ArticleTitle content=T>", "reed"),
        (f"<meta name=keywords content='{'长' * 61},湖'>", "湖"),
    ],
)
def test_keywords_are_parted_at_every_sign(page, expected):
    """Keywords come once each, without placeholders; those of the article are preferred to those of the site."""
    doc = parse(page)
    assert keywords_of(doc, metas(doc)) == tuple(word.replace("_", " ") for word in expected.split())


def test_long_runs_cost_little():
    """Neither a run of characters nor one of white space makes the search for a number slow."""
    began = time.process_time()
    for run in ("湖" * 200_000, " " * 200_000, "文号：" * 60_000, "第" * 200_000, "〔2022〕" * 30_000, "\n" * 200_000):
        assert number(run, below=(run,), head=(run,)) is None
    assert time.process_time() - began < 2
