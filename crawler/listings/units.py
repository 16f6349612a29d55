"""The units of a JPaaS page: what each script tag would fetch, and which of them is likely the list.

A unit is named by its `tagId`, a word that the site's designers chose.  Lists, and what stands around them on every page, are
named alike everywhere, so a name tells which unit to ask first; it never decides alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from crawler.html import attribute, find_all
from crawler.urls import canonical_url

if TYPE_CHECKING:
    from crawler.html import Document, Node

__all__ = ["FURNITURE", "LIST", "OTHER", "Unit", "asking", "builds_lists", "units_of"]

LIST, OTHER, FURNITURE = range(3)
"""What a unit's name makes of it, in the order of asking: a list, anything, what stands around on every page."""

# A name that speaks for a list goes before one that speaks against it.
_NAMES: tuple[tuple[re.Pattern[str], int, str], ...] = (
    (
        re.compile(
            r"链接|links?|导航|菜单|菜栏|目录|面包屑|位置|页头|页脚|页眉|页尾|头部|底部|尾部|搜索|检索|登录|轮播|广告|漂浮|飘窗"
        ),
        FURNITURE,
        "it stands around on every page",
    ),
    (re.compile(r"列表|内容|正文区|当前栏目|信息|文章|右侧|list", re.IGNORECASE), LIST, "lists are called so"),
    (
        re.compile(r"nav|menu|head|foot|top|bottom|banner|crumb|search|login|slide|copyright|logo|float", re.IGNORECASE),
        FURNITURE,
        "it stands around on every page",
    ),
)
_ENDPOINT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_MARK = re.compile(r"unitbuild\.js|jpaas-publish-server", re.IGNORECASE)
# Single-quoted pseudo-JSON: names and values in quotes of either kind, or bare.  No run crosses a quote or a comma.
_PAIR = re.compile(r"""["']?(\w{1,99})["']?\s{0,9}:\s{0,9}(?:'([^']{0,2000})'|"([^"]{0,2000})"|([^,{}'"\s]{1,2000}))""")
# What a tag also says of itself, under the names that a request has for it.
_ATTRIBUTES = (("parsetype", "parseType"), ("webid", "webId"), ("tplsetid", "tplSetId"), ("tagid", "tagId"), ("pageid", "pageId"))
_MOST_UNITS = 40


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a page: its name, the address that its script asks, and what its name makes of it."""

    name: str
    url: str
    rank: int


def units_of(doc: Document, base: str) -> list[Unit]:
    """Return the units of a page, the likeliest lists first, else in the order of the page."""
    tags = find_all(doc, "script, [querydata]")[:5000]
    found = (unit for tag in tags if _is_unit(tag) and (unit := _unit(tag, base)))
    once = {unit.url: unit for unit in found}
    return sorted(once.values(), key=lambda unit: unit.rank)[:_MOST_UNITS]


def builds_lists(doc: Document) -> bool:
    """Tell whether a page has units that may be a list: header and footer of a page in plain HTML may be units too."""
    tags = [tag for tag in find_all(doc, "script, [querydata]")[:5000] if _is_unit(tag)]
    return any(_rank(_asked(tag).get("tagId", "")) != FURNITURE for tag in tags)


def asking(url: str, parameters: dict[str, str]) -> str:
    """Return an address with further parameters, in UTF-8: what is sent in GBK finds no unit."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters, quote_via=quote, safe='')}"


def _is_unit(tag: Node) -> bool:
    marks = (attribute(tag, name) or "" for name in ("src", "url"))
    return any(map(_MARK.search, marks))


def _unit(tag: Node, base: str) -> Unit | None:
    asked = _asked(tag)
    if not asked:
        return None
    try:
        url = canonical_url((attribute(tag, "url") or "").strip() or _ENDPOINT, base)
    except ValueError:
        return None
    name = asked.get("tagId", "")
    return Unit(name, asking(url, asked), _rank(name))


def _asked(tag: Node) -> dict[str, str]:
    """Return what a tag's script would send: its `queryData` as written, and what only other attributes say."""
    written = attribute(tag, "querydata") or ""
    text = unescape(written) if "&" in written else written  # some pages escape it twice
    asked: dict[str, str] = {}
    for name, single, double, bare in _PAIR.findall(text[:20_000]):
        asked.setdefault(name, single or double or bare)
    for attribute_name, name in _ATTRIBUTES if asked else ():
        value = attribute(tag, attribute_name)
        if value and name not in asked:
            asked[name] = value
    return asked


def _rank(name: str) -> int:
    return next((rank for pattern, rank, _ in _NAMES if pattern.search(name)), OTHER)
