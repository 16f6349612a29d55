"""The data store of a `jpage` listing, as it stands in a column page or comes from the data proxy.

It is read as text and not as XML: real stores carry raw ampersands, garbled names and unclosed tags, and are none the less
whole where it counts, between `<![CDATA[` and `]]>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from crawler.html import attribute, between, find, find_all, parse, source_of
from crawler.listings.base import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.html import Document, Node

__all__ = ["Datastore", "Unit", "is_datastore", "read_datastore", "read_units"]

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<datastore\b", re.IGNORECASE)
_RECORD, _NEXT_GROUP = (
    (re.compile(rf"<{name}\b[^<>]*>", re.IGNORECASE), re.compile(rf"</{name}\s*>", re.IGNORECASE))
    for name in ("record", "nextgroup")
)
_ENDLESS = re.compile(r"&#[0-9]{10,};?")  # no character has such a number, and Python refuses to read it
_CDATA = re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")
_NUMBERS = {
    name: re.compile(rf"<{name}\b[^<>]*>(?:<!\[CDATA\[)?\s*([0-9]+)", re.IGNORECASE) for name in ("totalrecord", "totalpage")
}

_WIDGET = re.compile(r"""["']#([\w-]+)["']\s*\)\s*\.jpage\s*\(""")
_PARAMETERS = re.compile(r"\bparam_([\w-]{1,99})\s*=\s*\{([^{}]*)\}")
_SETTING = re.compile(r"""["']?\b([A-Za-z]\w*)["']?\s*:\s*(?:'([^'\n]*)'|"([^"\n]*)"|([0-9]+))""")


@dataclass(frozen=True, slots=True)
class Datastore:
    """One store: its records as fragments of HTML, how many rows and pages the whole list has, and the link to the next group."""

    records: tuple[str, ...]
    total: int | None = None
    pages: int | None = None
    next_group: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A store on a column page: the id of the element around it, and what the page's script sets for it, names in lower case."""

    name: str
    store: Datastore
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)


def is_datastore(text: str) -> bool:
    """Tell whether a text is a store by itself, as the data proxy sends it."""
    return _ROOT.match(text) is not None


def read_datastore(xml: str) -> Datastore:
    """Return the store that a text holds; what is missing from it is empty or None."""
    group = next(between(xml, *_NEXT_GROUP), None)
    numbers = {name: count(found[1]) if (found := pattern.search(xml)) else None for name, pattern in _NUMBERS.items()}
    records = tuple(_content(record) for record in between(xml, *_RECORD))
    return Datastore(records, numbers["totalrecord"], numbers["totalpage"], _address(group) if group else None)


def _content(element: str) -> str:
    """Return what an element holds: its CDATA sections, or its text with the escapes undone."""
    sections = list(between(element, *_CDATA))
    return "".join(sections).strip() if sections else unescape(_ENDLESS.sub("", element)).strip()


def _address(element: str) -> str | None:
    anchor = find(parse(_content(element)), "a[href]")
    return (attribute(anchor, "href") or None) if anchor else None


def read_units(doc: Document) -> list[Unit]:
    """Return the stores of a column page in order, each with the settings that a script of the page makes for it."""
    scripts = find_all(doc, "script")
    stores = [(script, source) for script in scripts if "<datastore" in (source := source_of(script)).lower()]
    settings = _settings([source_of(script) for script in scripts])
    units = [Unit(_name_around(script), read_datastore(source)) for script, source in stores]
    only = next(iter(settings.values())) if len(units) == len(settings) == 1 else {}
    return [Unit(unit.name, unit.store, settings.get(unit.name, only)) for unit in units]


def _name_around(script: Node) -> str:
    """Return the id of the nearest element around a script that has one."""
    node = script.parent
    while node is not None:
        if name := attribute(node, "id") if node.is_element_node else None:
            return name
        node = node.parent
    return ""


def _settings(sources: list[str]) -> dict[str, dict[str, str]]:
    """Return, for each unit, what `$('#unit').jpage({...})` and `param_unit = {...}` say; the call goes first."""
    found: dict[str, dict[str, str]] = {}
    for source in sources:
        calls = list(_WIDGET.finditer(source))
        ends = [call.start() for call in calls[1:]] + [len(source)]
        for call, end in zip(calls, ends, strict=False):
            found.setdefault(call[1], {}).update(_pairs(source[call.end() : end]))
    for source in sources:
        for name, body in _PARAMETERS.findall(source):
            found[name] = _pairs(body) | found.get(name, {})
    return found


def _pairs(text: str) -> dict[str, str]:
    """Return the plain settings of a JavaScript object, nested ones included; the first of a name counts."""
    pairs: dict[str, str] = {}
    for name, single, double, number in _SETTING.findall(text):
        pairs.setdefault(name.lower(), single or double or number)
    return pairs
