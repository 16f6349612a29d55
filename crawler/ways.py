"""Ways home: addresses of home pages, refreshes, and scripts that lead a visitor away without being asked.

Pure.  A script is not run: where it assigns an address, the braces around that place tell whether it is reached by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.html import attribute, base_of, find_all, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.html import Document, Node

__all__ = ["alerts", "is_home", "leads_to", "names_gone", "refresh_target"]

LONGEST_WAIT = 60.0
"""Seconds after which a refresh is no longer a way home but a screen in a public hall that goes back to its start."""

_HOME_FILE = re.compile(r"(?:index|default|home|main|welcome)\.(?:s?html?|jsp|aspx?|php|do|action)", re.IGNORECASE)
_EDITIONS = frozenset(
    [
        "en",
        "eng",
        "english",
        "enweb",
        "cn",
        "zh",
        "chinese",
        "wap",
        "mobile",
        "m",
        "big5",
        "tw",
        "ft",
        "portal",
        "web",
        "home",
        "main",
        "site",
    ]
)
"""Folders whose home page is a home page of the portal; any other folder is a column."""
_REASONS = frozenset(
    ["error", "err", "code", "status", "msg", "from", "ref", "referer", "referrer", "reason", "t", "_", "v", "r", "source"]
)
"""Parameters that tell a home page why the visitor came; any other may name an article."""
_GONE_ADDRESS = re.compile(
    r"(?:^|[/_.-])(?:404|410)(?=$|[/_.-])|/(?:page_?)?not[-_]?found\b|[?&](?:code|status|error|err|e)=(?:404|410)\b", re.IGNORECASE
)
_REFRESH = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*[;,]?\s*(?:url\s*=\s*)?[\"']?\s*([^\"']*)", re.IGNORECASE)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def is_home(url: str, asked: str) -> bool:
    """Tell whether an address is that of the home page of the host, or of the edition, that a page was asked of.

    False where the home page itself was asked for.
    """
    try:
        place = _home_folder(url)
        return place is not None and _host(url) == _host(asked) and _home_folder(asked) != place and _is_above(place, asked)
    except ValueError:
        return False


def _home_folder(url: str) -> str | None:
    """Return the folder whose home page an address names ('/' for the host's), or None where it names another page."""
    parts = urlsplit(url)
    if any(each.partition("=")[0].lower() not in _REASONS for each in parts.query.split("&") if each):
        return None
    folder, _, file = parts.path.rpartition("/")
    if file and "." not in file and not folder:
        folder, file = parts.path, ""
    if file and not _HOME_FILE.fullmatch(file):
        return None
    name = folder.strip("/").lower()
    return f"/{name}/" if name in _EDITIONS else None if name else "/"


def _is_above(place: str, asked: str) -> bool:
    """Tell whether a page lies under a folder; an edition that it does not lie under is a home page all the same."""
    return place == "/" or urlsplit(asked).path.lower().startswith(place) or place.strip("/") in _EDITIONS


def names_gone(url: str, asked: str) -> bool:
    """Tell whether an address is that of the page for missing pages, and was not the one asked for."""
    try:
        there, here = urlsplit(url), urlsplit(asked)
    except ValueError:
        return False
    where = f"{there.path}?{there.query}" if there.query else there.path
    return (there.netloc, there.path) != (here.netloc, here.path) and _GONE_ADDRESS.search(where) is not None


def refresh_target(value: str, base: str) -> str | None:
    """Return where the value of a refresh leads within `LONGEST_WAIT` seconds, absolute, or None."""
    found = _REFRESH.match(value)
    if found is None or not found[2].strip() or float(found[1]) > LONGEST_WAIT:
        return None
    return _joined(base, found[2])


def _joined(base: str, target: str) -> str | None:
    try:
        return urljoin(base, target.strip())
    except ValueError:
        return None


def leads_to(doc: Document, url: str) -> Iterator[str]:
    """Yield the absolute addresses to which a page leads by refresh or by script, by itself and without delay."""
    base = base_of(doc, url)
    for node in find_all(doc, "meta[http-equiv][content]"):
        if (attribute(node, "http-equiv") or "").strip().lower() == "refresh" and not _is_for_no_scripts(node):
            yield from filter(None, [refresh_target(attribute(node, "content") or "", base)])
    for script in _scripts(doc):
        for found in _LOCATION.finditer(script.text):
            if script.is_reached(found.start()):
                yield from filter(None, [_joined(base, found[1] or found[2])])


def alerts(doc: Document) -> list[str]:
    """Return what scripts say in boxes by themselves."""
    return [found[2] for script in _scripts(doc) for found in _ALERT.finditer(script.text) if script.is_reached(found.start())]


def _is_for_no_scripts(node: Node) -> bool:
    return node.parent is not None and node.parent.tag == "noscript"


# --------------------------------------------------------------------------------------------------------------- scripts

_LOCATION = re.compile(
    r"(?<![\w$])(?:(?:window|document|self|top|parent|this)\s*\.\s*){0,4}location(?:\s*\.\s*href)?\s*"
    r"(?:=\s*\\?[\"']([^\"'\\]+)\\?[\"']\s*(?!\s*\+)|\.\s*(?:replace|assign)\s*\(\s*\\?[\"']([^\"'\\]+)\\?[\"']\s*\))"
)
_ALERT = re.compile(r"(?<![\w$.])(?:window\.)?alert\s*\(\s*([\"'])((?:(?!\1).)*)\1\s*\)")
_LINE_COMMENT = re.compile(r"(?<![:\"'\w\\])//[^\n]*")
_SCRIPT_COMMENT = re.compile(rf"/\*(?:.*?\*/|(?P<open>.*))|{_LINE_COMMENT.pattern}", re.DOTALL)
_LARGEST = 65_536
_MOST_SCRIPTS = 200
_DEEPEST_BRACES = 50
_SIGNS = re.compile(r"[{};]")
_REACH = 400  # characters before a place in which its condition stands

_FUNCTION = re.compile(
    r"function\s+([\w$]+)\s*\([^()]*\)\s*$|(?:var|let|const)\s+([\w$]+)\s*=\s*(?:function\s*\([^()]*\)|\([^()]*\)\s*=>)\s*$"
)
_BY_ITSELF = re.compile(
    r"set(?:Timeout|Interval)\s*\(\s*(?:function\s*[\w$]*\s*\([^()]*\)|\(?[\w$]*\)?\s*=>)\s*$"
    r"|onload\s*=\s*(?:function\s*\([^()]*\)|\([^()]*\)\s*=>)\s*$"
    r"|(?:\$|jQuery)\s*(?:\(\s*document\s*\)\s*\.\s*ready\s*)?\(\s*(?:function\s*\([^()]*\)|\([^()]*\)\s*=>)\s*$"
    r"|addEventListener\s*\(\s*[\"'](?:load|DOMContentLoaded)[\"']\s*,\s*(?:function\s*\([^()]*\)|\([^()]*\)\s*=>)\s*$"
    r"|[!(;]\s*function\s*\([^()]*\)\s*$|^\s*\(?\s*function\s*\([^()]*\)\s*$|\(\s*\([^()]*\)\s*=>\s*$"
)
_COUNTDOWN = re.compile(r"(?:if|while)\s*\(\s*-{0,2}\s*[\w$.]+\s*-{0,2}\s*(?:<=?|={2,3})\s*[01]\s*\)\s*$|else\s*$")
_CONDITION = re.compile(r"(?:\bif\s*\([^{};]*\)|\belse|\?|&&|\|\|)\s*$")
_COUNTED = re.compile(r"\bset(?:Timeout|Interval)\s*\(")
_DEEPEST = 8


def _scripts(doc: Document) -> Iterator[_Script]:
    """Yield the page's own scripts and those that run when it is loaded, without comments."""
    inline = (source_of(node) for node in find_all(doc, "script:not([src])"))
    loaded = (attribute(node, "onload") or "" for node in find_all(doc, "body[onload]"))
    sources = (each for each in chain(inline, loaded) if 0 < len(each) <= _LARGEST)
    yield from (_Script(_without_comments(each)) for each in islice(sources, _MOST_SCRIPTS))


def _without_comments(script: str) -> str:
    """Return a script without comments; one that is not closed stays, since it may be part of a text such as `image/*`."""
    return _SCRIPT_COMMENT.sub(lambda found: " " if found["open"] is None else "/*" + _LINE_COMMENT.sub(" ", found["open"]), script)


@dataclass(slots=True)
class _Script:
    """A script, and how many of its places may still be looked at: no script of a notice needs more, and a tangle has no end."""

    text: str
    left: int = 100

    def is_reached(self, at: int, depth: int = 0) -> bool:
        """Tell whether a place is reached without a click or a condition, countdowns apart."""
        if self.left <= 0:
            return False
        self.left -= 1
        heads, last = _around(self.text, at)
        if len(heads) > _DEEPEST_BRACES or (_CONDITION.search(last) and not self._is_countdown(last)):
            return False
        return all(self._is_open(head, depth) for head in heads)

    def _is_open(self, head: str, depth: int) -> bool:
        """Tell whether what a brace opens is entered by itself: a timer, the page's load, a countdown, a called function."""
        if _BY_ITSELF.search(head) or self._is_countdown(head):
            return True
        named = _FUNCTION.search(head)
        return named is not None and depth < _DEEPEST and self._is_called(named[1] or named[2], depth)

    def _is_countdown(self, head: str) -> bool:
        return _COUNTED.search(self.text) is not None and _COUNTDOWN.search(head) is not None

    def _is_called(self, name: str, depth: int) -> bool:
        word = re.escape(name)
        calls = re.compile(
            rf"(?<!function )(?<![\w$.]){word}\s*\(|set(?:Timeout|Interval)\s*\(\s*[\"']?{word}\b|onload\s*=\s*{word}\b",
        )
        mine = re.compile(rf"function\s+{word}\s*\($")
        found = (each for each in calls.finditer(self.text) if not mine.search(self.text, max(0, each.start() - 99), each.end()))
        places = islice((each.start() for each in found), self.left)
        return any(self.is_reached(place, depth + 1) for place in places if not self._is_inside(place, name))

    def _is_inside(self, at: int, name: str) -> bool:
        heads, _ = _around(self.text, at)
        return any((named := _FUNCTION.search(head)) is not None and name in (named[1], named[2]) for head in heads)


def _around(script: str, at: int) -> tuple[list[str], str]:
    """Return what stands before each brace that is open at a place, and before the place itself; strings are not parsed."""
    opened: list[int] = []
    begins = 0
    for sign in _SIGNS.finditer(script, 0, at):
        if sign[0] == "{":
            opened.append(sign.start())
        elif sign[0] == "}" and opened:
            opened.pop()
        begins = sign.end()
    return [script[max(0, place - 200) : place] for place in opened], script[begins:at][-_REACH:]
