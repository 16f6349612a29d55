"""Which platform an answer comes from, by what only that platform prints."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crawler.html import attribute, find_all, parse
from crawler.listings.base import count
from crawler.listings.datastore import is_datastore, read_units
from crawler.listings.trs import pager_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.html import Document

__all__ = ["detect"]

_UNIT_BUILD = re.compile(r"unitbuild\.js|jpaas-publish-server", re.IGNORECASE)


def detect(text: str) -> str:
    """Return the platform of an answer: `jpage`, `jpaas`, `trs`, or `static` where nothing speaks for another."""
    if is_datastore(text):
        return "jpage"
    if text.lstrip().startswith("{"):
        return "jpaas" if _is_unit(text) else "static"
    doc = parse(text)
    return next((name for name, prints in _MARKS if prints(doc)), "static")


def _is_unit(text: str) -> bool:
    """Tell whether a JSON text is JPaaS's answer for one unit of a page."""
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or nested beyond all reason
        return False
    data = answer.get("data")
    return "success" in answer and isinstance(data, dict)


def _prints_stores(doc: Document) -> bool:
    """Tell whether a page holds a jpage store with rows, or says that there are rows to be asked for.

    An empty store beside a list in plain HTML is a leftover of the template: some provinces print both.
    """
    return any(
        unit.store.records or unit.store.next_group or unit.store.total or count(unit.settings.get("totalrecord"))
        for unit in read_units(doc)
    )


def _prints_units(doc: Document) -> bool:
    scripts = find_all(doc, "script")
    return any(_UNIT_BUILD.search(attribute(node, name) or "") for node in scripts for name in ("src", "url"))


def _prints_trs_pager(doc: Document) -> bool:
    return pager_of(doc) is not None


_MARKS: tuple[tuple[str, Callable[[Document], bool]], ...] = (
    ("jpage", _prints_stores),
    ("jpaas", _prints_units),
    ("trs", _prints_trs_pager),
)
