"""What a press release offers besides its own page: the files behind it, and its further pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.filetypes import is_document
from crawler.urls import host_of, url_key
from storage.children import Offered
from storage.records import PageKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.portal import Section
    from storage.records import Content, Reading

__all__ = ["offered_by"]


def offered_by(reading: Reading | None, section: Section, is_ours: Callable[[str], bool]) -> tuple[Offered, ...] | None:
    """Return the files and further pages that a page names as it has just been read, in order; None where it was not read.

    Which files are kept is the section's wish; what stands on hosts that are not `is_ours` is out of scope.
    """
    content = reading.content if reading is not None else None
    if reading is None or content is None or content.file is not None:
        return None
    offered = [*_files(content, section.attachments), *_parts(reading)]
    return tuple(each for each in offered if is_ours(host_of(each.url)))


def _files(content: Content, wish: str) -> list[Offered]:
    return [
        Offered(PageKind.ATTACHMENT, file.url, url_key(file.url), file.name, position)
        for position, file in enumerate(content.attachments, start=1)
        if wish == "all" or (wish == "documents" and is_document(file.name, file.url))
    ]


def _parts(reading: Reading) -> list[Offered]:
    return [Offered(PageKind.PART, url, url_key(url), "", position) for position, url in enumerate(reading.parts, start=2)]
