"""Files that press releases offer, read: by their bytes, with what text can be had, or not taken for a file at all."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.portal import Select
from crawler.answers import Reader
from crawler.filereader import FILE_READER, file_reader, read_file
from crawler.filetypes import is_document, is_file, is_page, kind_of, may_be_file
from crawler.pdf import may_have_text, pdf_reader, text_of_pdf
from storage.fingerprint import compare_sha256, sha256_hex
from storage.records import Content, Fetch, Outcome, Purpose, Result
from tests.pdfs import pdf_of

PAGES = Reader(Select(), ZoneInfo("Asia/Shanghai"))
LIKE = Content("Plan.pdf", "", "2022-09-20 10:46", published_on="2022-09-20")
NOTICE = "<!DOCTYPE html><html><head><title>404</title></head><body><p>您访问的页面不存在或已删除！</p></body></html>".encode()


def answer(
    body: bytes | None, media_type: str = "application/pdf", *, status: int = 200, result: Result = Result.RESPONSE
) -> Fetch:
    """Return an answer to a request for a file."""
    headers = (("Content-Type", media_type),) if media_type else ()
    url = "https://www.lakeside.example/attach/plan.pdf"
    asked_at = datetime(2026, 1, 1, tzinfo=UTC)
    return Fetch(Purpose.LOOK, url, asked_at, 5, result, status=status, response_headers=headers, body=body)


def test_a_file_is_its_bytes_and_what_its_page_says_of_it():
    """Hash, size and media type of the bytes; the name and the date are those of the press release that offers it."""
    reading = read_file(answer(b"%PDF-1.4 plan"), LIKE, PAGES, text=("The plan.", ("a problem",)))
    assert (reading.reader, reading.outcome, reading.problems) == (file_reader(), Outcome.OK, ("a problem",))
    content = reading.content
    assert (content.title, content.published, content.text) == ("Plan.pdf", "2022-09-20 10:46", "The plan.")
    assert (content.file.sha256, content.file.size) == (sha256_hex(b"%PDF-1.4 plan"), 13)
    assert content.file.media_type == "application/pdf"
    other = read_file(answer(b"%PDF-1.4 plan", ""), Content("Other.pdf", ""), PAGES)
    assert compare_sha256(other.content) == compare_sha256(content)


@pytest.mark.parametrize(
    ("given", "outcome", "said"),
    [
        (answer(b"", status=404), Outcome.GONE, "no such page"),
        (answer(b"", status=403), Outcome.BLOCKED, "will not serve us"),
        (answer(b""), Outcome.EMPTY, "nothing in it"),
        (answer(NOTICE, "application/octet-stream"), Outcome.SOFT_GONE, "in place of the file"),
        (
            answer(b"<html><body><p>Welcome to the portal of the lake.</p></body></html>"),
            Outcome.UNREADABLE,
            "in place of the file",
        ),
    ],
)
def test_what_is_no_file(given, outcome, said):
    """A failure is judged as that of a page is; a web page in place of the file is no version of it, whatever it says it is."""
    reading = read_file(given, LIKE, PAGES)
    assert (reading.outcome, reading.content) == (outcome, None)
    assert any(said in problem for problem in reading.problems)


def test_nothing_that_came_is_nothing_to_read():
    """A request that failed, or was answered 304, has no reading."""
    assert read_file(answer(None, result=Result.NETWORK_ERROR), LIKE, PAGES) is None
    assert read_file(answer(None, status=304, result=Result.NOT_MODIFIED), LIKE, PAGES) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"..", "doc"),
        (b"PK\x03\x04docx", "zip"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"plain words", None),
        (b"", None),
    ],
)
def test_how_files_begin(body, kind):
    """The first bytes tell the kind, and nothing tells that of plain text."""
    assert kind_of(body) == kind


def test_pages_and_files_are_told_apart_by_their_bytes():
    """A media type may be wrong; only where the bytes tell nothing it decides."""
    assert is_page(b"\xef\xbb\xbf  <!DOCTYPE HTML><html>")
    assert is_page(b"<script>location='/'</script>")
    assert not is_page(b"%PDF-1.4 <html>")
    assert is_file(answer(b"%PDF-1.4", "text/html"))
    assert is_file(answer(b"\x00\x01", "application/octet-stream"))
    assert not is_file(answer(b"<html></html>", "application/pdf"))
    assert not is_file(answer("新闻".encode("gbk"), "text/plain"))
    assert not is_file(answer(b"words", ""))


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("Plan.pdf", "/attach/1", True),
        ("附件1：实施方案", "/document/download?fileUrl=x", True),
        ("Photo", "/attach/1.jpg", False),
        ("Everything.zip", "/attach/1.zip", False),
        ("Plan.docx", "/attach/1.zip", True),
        ("方案 v2.1", "/attach/1", True),
    ],
)
def test_which_files_are_documents(name, address, expected):
    """By name or address; what neither names is taken for one, and so is what only looks like an extension."""
    assert is_document(name, f"https://www.lakeside.example{address}") == expected


def test_addresses_of_files():
    """Their extension tells; other pages have none, or one of a page."""
    assert may_be_file("https://h.example/a/plan.PDF?x=1")
    assert may_be_file("https://h.example/a/%E6%96%B9%E6%A1%88.docx")
    assert not may_be_file("https://h.example/art/2022/9/20/art_1_2.html")
    assert not may_be_file("https://h.example/")


def test_the_text_of_a_pdf():
    """What it prints, or the reason why that cannot be had; a broken file never raises."""
    assert pdf_reader().startswith(",pypdf-")
    assert file_reader() == FILE_READER + pdf_reader()
    assert text_of_pdf(pdf_of("The port plans 260 ships.")) == ("The port plans 260 ships.", ())
    assert text_of_pdf(pdf_of("")) == ("", ("the PDF holds no text: a scan, it seems",))
    assert may_have_text(pdf_of(""))
    assert not may_have_text(b"%PDF-1.4\nnothing")
    assert not may_have_text(b"words of an obj")
    text, (problem,) = text_of_pdf(b"%PDF-1.4\nnothing that anybody could read")
    assert (text, problem[:35]) == ("", "the text of the PDF cannot be read:")


@pytest.mark.parametrize("cut", range(0, 700, 35))
def test_a_pdf_that_is_cut_off_raises_nothing(cut):
    """Wherever it ends, there is a text or a problem."""
    text, problems = text_of_pdf(pdf_of("The port plans 260 ships.")[:cut])
    assert text or problems
