"""A file that a press release offers, read: its bytes are its content, and what text can be had of it goes beside them.

Pure.  A file is compared by its bytes alone, so that a better reader of its text never makes an edit.  A page that comes in place
of a file is judged as any page is: that a file is gone is often said by one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from crawler.filetypes import is_page
from crawler.judge import has_reading, judge_status
from crawler.pdf import pdf_reader
from storage.fingerprint import sha256_hex
from storage.records import File, Outcome, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.answers import Reader
    from storage.records import Content, Fetch

Text: TypeAlias = tuple[str, tuple[str, ...]]

__all__ = ["FILE_READER", "Text", "file_reader", "read_file"]

FILE_READER = "file-1"
_IN_PLACE = "a web page in place of the file"


def file_reader() -> str:
    """Return the name of the reader of files, which tells whether it reads the text of PDFs too."""
    return f"{FILE_READER}{pdf_reader()}"


def read_file(  # noqa: PLR0913 - what is known of a file, and how it came
    answer: Fetch,
    like: Content,
    pages: Reader,
    *,
    text: Text = ("", ()),
    asked: str | None = None,
    hops: Sequence[Fetch] = (),
) -> Reading | None:
    """Return what an answer is that was asked for as a file, or None where nothing came that could be read.

    `like` holds what is known of the file beside its bytes: its printed name as the title, and the dates of its press release.
    `pages` judges a web page that came in its place; `text` is what can be read of the file, with the problems met.
    """
    if not has_reading(answer):
        return None
    verdict = judge_status(answer)
    if verdict is not None:
        return _reading(verdict.outcome, verdict.reason)
    body = answer.body or b""
    if is_page(body):
        return _in_place(pages.read(_as_page(answer), asked=asked, hops=hops))
    media_type = (answer.header("content-type") or "").split(";")[0].strip().lower() or None
    content = replace(like, text=text[0], file=File(sha256_hex(body), len(body), media_type))
    return Reading(file_reader(), Outcome.OK, content, problems=text[1])


def _as_page(answer: Fetch) -> Fetch:
    """Return a web page that was sent under the media type of a file as what it is."""
    headers = tuple(
        (name, value)
        for name, value in answer.response_headers
        if name.lower() != "content-type" or value.lower().startswith("text/html")
    )
    return replace(answer, response_headers=headers)


def _reading(outcome: Outcome, *problems: str) -> Reading:
    return Reading(file_reader(), outcome, problems=problems)


def _in_place(page: Reading | None) -> Reading:
    """Return what a page says that came in place of a file: what is wrong, or nothing that speaks of the file."""
    if page is None or page.content is not None or page.outcome in {Outcome.OK, Outcome.UNREADABLE}:
        return _reading(Outcome.UNREADABLE, _IN_PLACE)
    return _reading(page.outcome, _IN_PLACE, *page.problems)
