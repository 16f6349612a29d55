"""The title of a press release: what stands above the text, rather than what a machine was told.

Pure.  A page names its press release up to four times: in a heading, in the meta `ArticleTitle` (cut after some characters by
some systems, broken by line ends in others), in `<title>` (with the names of column and site), and nowhere in a form of its
own.  Two of them that agree are trusted over one alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from crawler.fields import is_labelled_line, meaningful, squash
from crawler.html import Document, Node, attribute, between, find, find_all, text_in, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from crawler.fields import Metas

__all__ = ["HEADINGS", "Title", "find_title"]


@dataclass(frozen=True, slots=True)
class Title:
    """A title as printed, and where it stood: `selector`, `marker`, `heading`, `meta`, `line` (above the date) or `title`."""

    text: str
    origin: str

    @property
    def is_certain(self) -> bool:
        """Tell whether it was marked as the title of one article: a listing has headings and a `<title>` too."""
        return self.origin in {"selector", "marker", "meta"}


HEADINGS = (
    ("h1", "the heading of the page, where it is not the site's logo"),
    (
        ".article-title, .bt-title, .arti_title, .xl-title, .detail-title, .content-title, .con-title, .main-title",
        "titles by their class",
    ),
    ("[class*=article-title] h2, .detail-article-title h2", "TRS, Shanxi: h1 is the logo"),
    (
        "td.title, .title, #title, .tit, .bt, .titlestyle, [class^=titlestyle]",
        "table layouts of JCMS and VSB; listings and boxes have them too",
    ),
    ("h2, h3", "the rest; many a box has one"),
)
"""Where titles stand, the trusted first: CSS selector and reason."""

_MARKERS = tuple(re.compile(rf"<!--\s*<\$\[标题[^<>]{{0,200}}>\s*{end}\s*-->") for end in ("begin", "end"))
_GENERIC = frozenset(
    {
        "附件",
        "附件下载",
        "相关附件",
        "相关链接",
        "相关阅读",
        "相关文档",
        "相关新闻",
        "正文",
        "打印",
        "分享",
        "首页",
        "网站首页",
        "扫一扫",
        "home",
        "share",
        "attachment",
        "attachments",
        "related",
        "print",
        "contact",
    }
)
"""Headings of boxes."""
_ELSEWHERE = frozenset({"nav", "footer", "aside"})
_HOME = re.compile(r"(?:https?:)?(?://[^/]+)?/?(?:(?:index|default)\.\w+)?|#|javascript:.*", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[|｜_»›]\s*|\s*[-–—]{1,2}\s*")
_SITE = re.compile(
    r".{0,10}网|.*(?:门户网站?|网站|官网|政府网|信息网|人民政府|委员会|(?<!邮)[局厅委办部]|[.]gov[.]cn|\bgovernment|\bportal|\bwebsite|\bgov)",
    re.IGNORECASE | re.DOTALL,
)
_CUT = ".…·。"  # signs at the end of what was cut
_LONGEST = 400  # of a heading that may be one
_LONGEST_TITLE = 1_000
_MOST_NAMES = 9  # of site and column that are looked for at the ends of <title>; real pages name each once
_SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class _Page:
    """What the choice of a title rests on; `headings` looks for them anew, no further than they are asked for."""

    headings: Callable[[], Iterator[str]]
    meta: str | None
    window: str | None
    names: frozenset[str]


def find_title(doc: Document, text: str, metas: Metas, before: Sequence[str], *, selector: str = "") -> Title | None:
    """Return the title of a press release, white space collapsed, or None; never the name of the site or the column alone.

    `text` is the page's source, `before` the pieces of text above the body.  A `selector` of the portal's file is never
    second-guessed: if it finds nothing, there is no title.  What is longer than any title is a text that was taken for one.
    Raises `ReadError` for what is no CSS selector.
    """
    title = _title(doc, text, metas, before, selector)
    return title if title is not None and len(title.text) <= _LONGEST_TITLE else None


def _title(doc: Document, text: str, metas: Metas, before: Sequence[str], selector: str) -> Title | None:
    if selector:
        node = find(doc, selector)
        printed = text_of(node) if node is not None else ""
        return Title(printed, "selector") if printed else None
    names = frozenset(squash(each).lower() for key in ("sitename", "columnname") for each in metas.get(key, ()))
    marked = _marked_title(text, names)
    if marked:
        return Title(marked, "marker")
    page = _page(doc, metas, before, names)
    return _choose(page) or _line_above_date(before, page.names)


def _page(doc: Document, metas: Metas, before: Sequence[str], names: frozenset[str]) -> _Page:
    above = squash("".join(before))
    meta = next((each for each in map(meaningful, metas.get("articletitle", ())) if each and not _is_name(each, names)), None)
    return _Page(
        headings=lambda: _headings(doc, above, names),
        meta=meta,
        window=_window_title(doc, metas, names),
        names=names,
    )


def _choose(page: _Page) -> Title | None:
    """Return the best of what a page offers: see the module's rule."""
    return next((Title(text, origin) for origin, text in _offers(page) if text), None)


def _offers(page: _Page) -> Iterator[tuple[str, str | None]]:
    """Yield what may be the title, the best first, with its origin; to look for headings is dear, and mostly the first will do."""
    yield "meta", _extended(page.meta, page.headings())
    yield "meta", _respaced(page.meta, page.window)
    yield "heading", next((each for each in page.headings() if _is_part(each, page.window)), None)
    yield "heading", next(page.headings(), None)
    yield "title", page.window


def _extended(meta: str | None, headings: Iterable[str]) -> str | None:
    """Return the first heading that the meta title begins or equals: the meta may be cut."""
    if meta is None:
        return None
    start = squash(meta.rstrip(_CUT))
    if len(start) < _SHORTEST_PREFIX:
        return next((each for each in headings if squash(each) == start), None)
    return next((each for each in headings if squash(each).startswith(start)), None)


def _respaced(meta: str | None, window: str | None) -> str | None:
    """Return the meta title, in the spelling of `<title>` where that differs only by white space or goes on where it was cut."""
    if meta is None or window is None:
        return meta
    return _extended(meta, [window]) or meta


def _is_part(heading: str, window: str | None) -> bool:
    return window is not None and squash(heading) in squash(window)


def _headings(doc: Document, above: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the printed headings above the body that may be the title, the trusted first."""
    for css, _ in HEADINGS:
        for node in find_all(doc, css):
            printed = text_of(node)
            if 1 < len(printed) <= _LONGEST and squash(printed) in above and not (_is_name(printed, names) or _is_elsewhere(node)):
                yield printed


def _is_name(text: str, names: frozenset[str]) -> bool:
    form = squash(text).lower()
    return form in names or form in _GENERIC


def _is_elsewhere(node: Node) -> bool:
    """Tell whether a heading is the logo (a link home) or stands in the navigation."""
    link = find(node, "a[href]")
    if link is not None and _HOME.fullmatch((attribute(link, "href") or "").strip()):
        return True
    parent = node.parent
    while parent is not None:
        if parent.tag in _ELSEWHERE:
            return True
        parent = parent.parent
    return False


def _marked_title(text: str, names: frozenset[str]) -> str | None:
    """Return what stands between Hanweb's comments for the title."""
    for marked in between(text, *_MARKERS):
        title = text_in(marked)
        if title and not _is_name(title, names):
            return title
    return None


def _window_title(doc: Document, metas: Metas, names: frozenset[str]) -> str | None:
    """Return `<title>` without the names of site and column at its ends, or None when nothing else is left."""
    node = find(doc, "head title, title")
    title = " ".join(node.text(deep=True).split()) if node is not None else ""
    sites, columns = (metas.get(key, ())[:_MOST_NAMES] for key in ("sitename", "columnname"))
    for site, column in product(sites, columns):
        title = title.removeprefix(f"{site} {column} ")  # by themselves, names before a space may begin the title
    for name in (*sites, *columns):
        title = _without_name(title, name)
    parts = [part for part in _SEPARATOR.split(title) if part]
    if len(parts) > 1 and _SITE.fullmatch(parts[-1]):
        title = title[: title.rindex(parts[-1])].rstrip(" \xa0|｜_»›-–—")
    return None if not title or _is_name(title, names) or _SITE.fullmatch(title) else title


def _without_name(title: str, name: str) -> str:
    """Return a title without a name that a separator parts from either end."""
    quoted = re.escape(name)
    separator = rf"(?:{_SEPARATOR.pattern})"
    return re.sub(rf"^{quoted}{separator}|{separator}{quoted}$|^{quoted}$", "", title.strip())


def _line_above_date(before: Sequence[str], names: frozenset[str]) -> Title | None:
    """Return the text just above the labelled date: pages without any heading still print the title there."""
    for place, piece in enumerate(before[1:], start=1):
        if is_labelled_line(piece):
            line = before[place - 1]
            usable = len(line) > _SHORTEST_PREFIX and not _is_name(line, names) and ">" not in line[:2]
            return Title(line, "line") if usable else None
    return None
