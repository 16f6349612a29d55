"""Attachments: which links are files of the press release, and under which name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.attachments import _FILE, _may_be_files, find_attachments
from crawler.containers import find_body
from crawler.fields import surroundings
from crawler.html import parse

BASE = "https://x.example/art/b.html"


def files_of(page: str) -> list[tuple[str, str]]:
    """Return names and addresses of the attachments of a page."""
    doc = parse(page)
    body = find_body(doc, page, BASE)
    return [
        (each.name, each.url.removeprefix("https://x.example"))
        for each in find_attachments(doc, body, BASE, surroundings(doc, body).all)
    ]


@pytest.mark.parametrize(
    "address",
    [
        "/attach/0/a.pdf",
        "/a/方案.DOCX",
        "/a.wps?v=2",
        "/module/download/downfile.jsp?classid=0&filename=1.pdf",
        "/api-gateway/jpaas-web-server/front/document/download?fileUrl=a&fileName=b",
        "/system/_content/download.jsp?urltype=x&owner=1&wbfileid=2",
        "/get?fileName=a.mp4",
    ],
)
def test_files_are_known_by_their_address(address):
    """Extensions and the addresses that systems deliver files from make a link in the body an attachment."""
    assert [name for name, _ in files_of(f"<div id=zoom><a href='{address}'>方案</a></div>")] == ["方案"]


@pytest.mark.parametrize(
    "address", ["/art/2.html", "/", "mailto:a@x.example", "javascript:down('a.pdf')", "ftp://x.example/a.pdf", "http://", "/pdf/"]
)
def test_other_links_are_no_attachments(address):
    """Pages, other schemes and addresses without a host are none."""
    assert files_of(f"<div id=zoom>x<a href='{address}'>方案</a></div>") == []


@given(st.from_regex(_FILE), st.lists(st.sampled_from(["", "/art/2.html", "/图片/", "#top"]), max_size=4))
def test_no_file_is_passed_over_among_other_links(address, others):
    """The quick look at all addresses of a page at once misses none that is a file's when looked at alone."""
    assert _may_be_files([*others, address, "/index.html"])


def test_a_page_without_files_is_passed_at_once():
    """Links of menus, one to a page about downloads included, are not looked at one by one."""
    assert not _may_be_files(["/col/col1/index.html", "/", "javascript:void(0)", "/pdf/", "http://h.cn/a.docs/b.html", ""])


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("<a href=/a.pdf title=t> The\n plan </a>", "The plan"),
        ("<a href=/a.pdf title='计划.pdf'><img></a>", "计划.pdf"),
        ("<a href='/a.pdf?fileName=%E8%AE%A1.pdf'></a>", "计.pdf"),
        ("<a href='/%E8%AE%A1.pdf'></a>", "计.pdf"),
    ],
)
def test_a_name_is_printed_or_made_of_the_address(link, name):
    """The printed name is preferred, then the title, then what the address says."""
    assert [found for found, _ in files_of(f"<div id=zoom>x{link}</div>")] == [name]


def test_files_outside_the_body_need_an_area_or_a_word():
    """A file in an area of files or behind the word for attachment belongs to the press release; one in the footer does not."""
    page = (
        "<div id=zoom>Text.</div><div class=editorContent-download><a href=/1.pdf>一</a></div>"
        "<p>附件：<a href=/2.pdf>二</a></p><p><a href=/3.pdf>Annex 3</a></p><footer><a href=/manual.pdf>Manual</a></footer>"
    )
    assert files_of(page) == [("一", "/1.pdf"), ("二", "/2.pdf"), ("Annex 3", "/3.pdf")]
    assert files_of("<div id=zoom>Text.</div><p>手册 <a href=/2.pdf>附</a></p>") == []


def test_each_file_comes_once():
    """A file linked twice is one attachment, under its first name; documents shown in the page count too."""
    page = "<div id=zoom><a href=/1.pdf>一</a><a href=/1.pdf#2>again</a><div pdfsrc=/2.pdf></div><iframe src=/3.pdf></iframe></div>"
    assert files_of(page) == [("一", "/1.pdf"), ("2.pdf", "/2.pdf"), ("3.pdf", "/3.pdf")]
