"""The form in which a page came: where the parts of a press release were found on it.

Pure.  Two pages of one template have one form, whatever they say; a page that comes in another form than before may have been
edited, or its site redesigned (`crawler.aside`).  The form is a short name, kept with each reading.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from crawler.html import attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.containers import Body
    from crawler.html import Node

__all__ = ["template_of"]

_NUMBERS = re.compile(r"\d+")
_NAME_LENGTH = 12


def template_of(body: Body | None, title: str | None, date: str | None) -> str:
    """Return the name of a page's form: the elements around its text, and where its title and its date were found.

    `title` and `date` are origins, as in `heading` and `meta:pubdate`.  Which label stands beside a date is the publisher's
    choice: a page that gains "updated on" has not changed its form.
    """
    around = ">".join(_names(body.node)) if body is not None else ""
    place = body.container if body is not None else ""
    form = "\n".join((place, around, title or "", (date or "").partition(":")[0]))
    return hashlib.sha256(form.encode("utf-8", "replace")).hexdigest()[:_NAME_LENGTH]


def _names(node: Node) -> Iterator[str]:
    """Yield an element and those around it, from the innermost, by name, id and classes; numbers in them differ by page."""
    at: Node | None = node
    while at is not None and at.is_element_node:
        names = f"{attribute(at, 'id') or ''} {' '.join(sorted((attribute(at, 'class') or '').split()))}"
        yield f"{at.tag} {_NUMBERS.sub('0', names)}"
        at = at.parent
