"""The text of PDFs, by pypdf (extra `[pdf]`): the only module that knows it.  Without it files are kept all the same."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from logging import CRITICAL, getLogger

__all__ = ["may_have_text", "pdf_reader", "text_of_pdf"]

_MOST_PAGES = 300
_MOST_TEXT = 500_000
"""Characters: what is longer is a book."""


@cache
def pdf_reader() -> str:
    """Return what the name of a reader ends in that reads the text of PDFs ('' where pypdf is not installed)."""
    try:
        return f",pypdf-{version('pypdf')}"
    except PackageNotFoundError:
        return ""


def may_have_text(body: bytes) -> bool:
    """Tell whether bytes are a PDF whose text may be had: one that holds objects, where pypdf is installed."""
    return body.startswith(b"%PDF-") and b" obj" in body and bool(pdf_reader())


def text_of_pdf(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a PDF, pages parted by blank lines, and the problems met: ('', ()) where pypdf is not installed.

    A file that cannot be read has no text and a problem that says so: its bytes are what counts.
    """
    if not pdf_reader():
        return "", ()
    getLogger("pypdf").setLevel(CRITICAL)  # it tells the terminal of every oddity of every file
    from pypdf import PdfReader  # noqa: PLC0415 - an extra, and slow to import
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(BytesIO(body))
        pages = [page.extract_text().strip() for page in reader.pages[:_MOST_PAGES]]
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError) as exc:
        return "", (f"the text of the PDF cannot be read: {type(exc).__name__}: {exc}",)
    text = "\n\n".join(page for page in pages if page)[:_MOST_TEXT]
    return text, () if text else ("the PDF holds no text: a scan, it seems",)
