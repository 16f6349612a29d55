"""Why a listing shows no rows to a reader that runs no scripts.

A listing that is drawn by a script, hidden in a comment or left as a template is unreadable, not empty: taken for empty it
would look as if everything had been taken down.  Each rule below is one way in which real portals hide their rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.html import comments, find_all, parse, source_of
from crawler.listings.rows import link_of

if TYPE_CHECKING:
    from crawler.html import Document
    from crawler.listings.base import Accepts

__all__ = ["hidden_rows", "why_no_rows", "why_partial", "why_templated"]

_FEWEST_HIDDEN = 2  # a single link in a comment is a leftover of the template


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern over a page's markup, script included, and what it means for people."""

    pattern: re.Pattern[str]
    reason: str


_TEMPLATED = (
    _Rule(
        re.compile(r"\{\{\s{0,99}[#/]?\s{0,99}each\b|\{\{\s{0,99}#\s{0,99}\w{1,99}\s{0,99}\}\}"),
        "its rows are a Handlebars template that a script fills",
    ),
    _Rule(re.compile(r"\bv-for\s{0,99}=|\bng-repeat\s{0,99}="), "its rows are a template that a script fills (v-for, ng-repeat)"),
    _Rule(re.compile(r"<a\s[^<>]{0,999}?(?::href|v-bind:href)\s{0,99}="), "its rows are a template that a script fills (Vue)"),
    _Rule(
        re.compile(r"href\s{0,99}=\s{0,99}[\"']?(?:[^\"'>\s=]{0,300}=){0,3}[^\"'>\s=]{0,300}?(?:\{\{|<%=|\$\{)"),
        "its links are placeholders that a script fills",
    ),
    _Rule(re.compile(r"\bloadPageData\s{0,99}\("), "its rows are fetched by a script (loadPageData, from /queryList)"),
    _Rule(re.compile(r"[?&]_isJson\b"), "its rows are fetched by a script (Ucap's /common/search, as JSON)"),
    _Rule(re.compile(r"/queryList\b"), "its rows are fetched by a script (/queryList)"),
)
_LOADED = re.compile(r"\bloadPageData\s{0,99}\(\s{0,99}\{")
# Systems whose lists a script fills; asked only where there are no rows, for their pages print lists of other kinds too.
_FILLED = (
    _Rule(re.compile(r"/gkmlpt/|__GKMLPT__|\bid=[\"']?gkmlpt\b", re.IGNORECASE), "its rows are fetched by a script (gkmlpt)"),
    _Rule(
        re.compile(r"epoint-httpserver|epointwebbuilder|\bewb-|/rest/lightfrontaction/", re.IGNORECASE),
        "its rows are fetched by a script (Epoint)",
    ),
    _Rule(re.compile(r"/igs/front/", re.IGNORECASE), "its rows are fetched by a script (IGS)"),
)
_ARRAY = re.compile(
    r"=\s{0,99}\[\s{0,99}\{[^\[\]{}]{0,2000}?[\"']?\b(?:url|link|linkurl|href|docurl|docpuburl|infourl)[\"']?\s{0,99}:",
    re.IGNORECASE,
)


def hidden_rows(doc: Document, base: str, accept: Accepts) -> int:
    """Return how many links to press releases one comment hides at most; a single one is a leftover and counts as none."""
    most = max((_links_in(comment, base, accept) for comment in comments(doc) if "<a" in comment.lower()), default=0)
    return most if most >= _FEWEST_HIDDEN else 0


def _links_in(comment: str, base: str, accept: Accepts) -> int:
    urls = {link_of(anchor, base) for anchor in find_all(parse(comment), "a[href]")}
    return sum(1 for url in urls if url and accept(url))


def why_templated(text: str) -> str | None:
    """Return why a page's rows are a template, or None where it prints none."""
    return next((rule.reason for rule in _TEMPLATED if rule.pattern.search(text)), None)


def why_partial(text: str) -> tuple[str, ...]:
    """Return why rows that stand in a page may be some of its listing only: a box of news, beside a list that a script draws."""
    if not _LOADED.search(text):
        return ()
    return ("a script of the page fetches rows (loadPageData): those that stand in the page may be another list, or its beginning",)


def why_no_rows(text: str, doc: Document) -> str:
    """Return the likeliest reason why a page shows no rows."""
    if any(_ARRAY.search(source_of(script)) for script in find_all(doc, "script")):
        return "its rows stand in an array of a script"
    if text.lstrip()[:1] in ("{", "["):
        return "it is JSON of a form that is not known"
    filled = next((rule.reason for rule in _FILLED if rule.pattern.search(text)), None)
    if filled:
        return filled
    count = len(find_all(doc, "a[href]"))
    if count == 0:
        return "it is a shell without a link: a script fills it, or it is no listing"
    return f"none of its {count} links looks like a press release; `article_urls` can say which do"
