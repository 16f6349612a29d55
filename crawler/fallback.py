"""The last resort for a page whose container is unknown: trafilatura, the only place that knows it.

It guesses what is the main text, takes ten milliseconds a page, and normalises white space, so that what it read is labelled
as such and never preferred to a container that we know.
"""

from __future__ import annotations

from crawler.errors import ReadError

__all__ = ["GUESSED", "guess_paragraphs"]

GUESSED = "body container unknown: read by trafilatura"
"""The problem of a page whose text was guessed; `status` counts such pages, for a selector would read them more surely."""


def guess_paragraphs(html: str, url: str) -> tuple[str, ...]:
    """Return the paragraphs that trafilatura takes for the main text of a page; none where it finds nothing.

    Raises `ReadError` where it cannot be loaded.
    """
    try:
        import trafilatura  # noqa: PLC0415 - a quarter of a second to import, for a page in a thousand
    except ImportError as exc:
        raise ReadError(f"body container unknown, and trafilatura cannot be loaded: {exc}", url=url) from exc
    text = trafilatura.extract(html, url=url, include_comments=False, include_tables=True, include_links=False)
    lines = (line.strip() for line in (text or "").splitlines())
    return tuple(line for line in lines if line)
