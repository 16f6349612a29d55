"""What a page is that reads as no press release: refused, failed, gone, on its way home, or simply not understood.

Pure.  Rules in order, each with a reason.  Only what says plainly that the page is gone counts as such; whoever says first that
something failed is believed, since a failing portal says the oddest things about its pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.fields import squash
from crawler.html import blocks, find, find_all, links, metas, parse, text_of
from crawler.notices import gone_clauses, is_gone_title, weight
from crawler.urls import looks_like_article
from crawler.verdicts import ADDRESSES, TRACE, Verdict, failure_named, failure_said
from crawler.ways import alerts, is_home, leads_to, names_gone, refresh_target
from storage.records import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.html import Document, Node

__all__ = ["Seen", "judge_unread", "see", "who_refused"]

_SHORT = 1200  # weight of the prose of a page that has little to say: a message, not a text
_AROUND_NOTICE = 300  # weight of what a page may say besides that it is gone
_MOST_LINKS = 20  # of a page that says who refused us; listings and home pages have more, and log-in boxes that sound like it
_LARGEST = 524_288  # characters; no page of a few words is larger

_ASIDE = re.compile(
    r"(?:^|[-_\s])(?:foot(?:er)?|nav|menu|copyright|crumbs?|breadcrumb|bq|friendlinks?)\d*(?:$|[-_\s])", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CRUMB = re.compile(r"(?:当前|您的?|你的?|所在)(?:的)?位置|^\s*(?:current )?location\s*[:：]", re.IGNORECASE | re.MULTILINE)
_ARTICLE_METAS = ("articletitle", "columnname", "pubdate", "article:published_time")
_FEWEST_LINKS = 10
_FEWEST_ARTICLES = 4
_FEWEST_BOXES = 2
_MOST_PROSE = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as a visitor meets it: its window's title, its prose (no links, navigation or footer), boxes of scripts."""

    doc: Document
    source: str
    url: str
    asked: str
    title: str
    headings: tuple[str, ...]
    prose: str
    said: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return all that speaks to the visitor, a line each; a title or a box longer than a message is no message."""
        return "\n".join((self.title[:_SHORT], self.prose, *(each[:_SHORT] for each in self.said)))

    @property
    def is_short(self) -> bool:
        """Tell whether the page holds no more than a message."""
        return weight(self.prose) <= _SHORT


def see(text: str, url: str, asked: str, *, doc: Document | None = None) -> Seen:
    """Return a page as a visitor meets it: `url` is where it came from, `asked` the address that was asked for.

    `doc` is the tree of `text` where there is one already.  Raises `ReadError` for what nests too deep.
    """
    doc = parse(text) if doc is None else doc
    window = find(doc, "head > title") or find(doc, "title")
    return Seen(
        doc,
        text,
        url,
        asked,
        title=text_of(window) if window is not None else "",
        headings=tuple(text_of(node) for node in find_all(doc, "h1, h2, h3")),
        prose="\n".join(blocks(doc, _is_aside)),
        said=tuple(alerts(doc)),
    )


def _is_aside(node: Node) -> bool:
    """Tell whether an element is no part of the message: links, navigation, footer, what is hidden."""
    if node.tag in {"a", "nav", "footer", "select"}:
        return True
    attributes = node.attributes
    if not attributes:
        return False
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return "hidden" in attributes or bool(_ASIDE.search(names)) or _HIDDEN.search(attributes.get("style") or "") is not None


def who_refused(text: str, url: str) -> Verdict | None:
    """Return whether a short page, whatever its status, says that we are refused or must pass a check."""
    seen = see(text, url, url)
    return _refused(seen) if len(find_all(seen.doc, "a[href]")) <= _MOST_LINKS else None


def judge_unread(seen: Seen, headers: Callable[[str], str | None], hops: Sequence[str]) -> Verdict | None:
    """Return what a page is that reads as no press release, or None where nothing tells.

    `headers` returns a header of the answer by its name, `hops` are the addresses on the way, that of the answer included.
    """
    if len(seen.source) > _LARGEST:
        return None
    for rule in _RULES:
        verdict = rule(seen)
        if verdict is not None:
            return verdict
    return _by_ways(seen, headers, hops) or _by_look(seen)


def _refused(seen: Seen) -> Verdict | None:
    """Judge by a guard's name, or by what it says that it wants."""
    return failure_said(seen.words, seen.source) if seen.is_short else None


def _gone_by_title(seen: Seen) -> Verdict | None:
    """Judge by a title or heading that is the notice, where nothing else of weight is printed."""
    if not seen.is_short or TRACE.pattern.search(seen.words) or not any(map(is_gone_title, (seen.title, *seen.headings))):
        return None
    _, rest = gone_clauses(seen.prose)
    return Verdict(Outcome.SOFT_GONE, "the page's title says that it is gone") if weight("".join(rest)) <= _SHORT // 2 else None


def _failed(seen: Seen) -> Verdict | None:
    """Judge by what the server or the portal says of its failure; the traces of programs may be long."""
    if seen.is_short:
        return failure_named(seen.words)
    first = seen.prose[:_SHORT]
    return Verdict(TRACE.outcome, TRACE.reason) if TRACE.pattern.search(first) else None


def _gone_by_words(seen: Seen) -> Verdict | None:
    """Judge by a page that says that it is gone, and little else."""
    if not seen.is_short:
        return None
    said, rest = gone_clauses("\n".join((seen.prose, *seen.said)))
    is_told = bool(said) and weight("".join(rest)) <= _AROUND_NOTICE
    return Verdict(Outcome.SOFT_GONE, f"the page says that it is gone: {said[0]}") if is_told else None


_RULES: tuple[Callable[[Seen], Verdict | None], ...] = (_refused, _gone_by_title, _failed, _gone_by_words)


# ------------------------------------------------------------------------------------------------------------------ ways


def _by_ways(seen: Seen, headers: Callable[[str], str | None], hops: Sequence[str]) -> Verdict | None:
    """Judge a page by where it leads, and by where it came from."""
    refresh = refresh_target(headers("refresh") or "", seen.url)
    for target in (*hops, *([refresh] if refresh else ()), *leads_to(seen.doc, seen.url)):
        if is_home(target, seen.asked):
            return Verdict(Outcome.SOFT_GONE, f"leads to the home page: {target}")
        if names_gone(target, seen.asked):
            return Verdict(Outcome.SOFT_GONE, f"leads to the page for missing pages: {target}")
        for each in ADDRESSES if target != seen.asked else ():
            if each.pattern.search(target) and not each.pattern.search(seen.asked):
                return Verdict(each.outcome, f"{each.reason}: {target}")
    return None


def _by_look(seen: Seen) -> Verdict | None:
    """Recognise the home page where an article was asked for: the site's name for a title, boxes of links, no breadcrumb."""
    if not looks_like_article(seen.asked) or not _is_titled_as_site(seen) or _CRUMB.search(seen.prose):
        return None
    found = links(seen.doc, seen.url)
    enough = len(found) >= _FEWEST_LINKS and sum(looks_like_article(each.url) for each in found) >= _FEWEST_ARTICLES
    linked = weight("".join(each.text for each in found))
    is_index = enough and len(find_all(seen.doc, "h2, h3, h4")) >= _FEWEST_BOXES and weight(seen.prose) <= _MOST_PROSE * linked
    return Verdict(Outcome.SOFT_GONE, "the home page in place of the article") if is_index else None


def _is_titled_as_site(seen: Seen) -> bool:
    said = metas(seen.doc)
    named = any(name in said for name in _ARTICLE_METAS)
    return not named and bool(seen.title) and squash(seen.title) in {squash(each) for each in said.get("sitename", ())}
