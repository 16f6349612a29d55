"""HTML as a tree to be read: the only module that knows selectolax.

The tree is never altered: altering it is where the parser's memory errors have been.  What is to be left out is left out
while walking.  The walk keeps its own stack, so that no depth of nesting exhausts Python's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.errors import ReadError
from crawler.urls import canonical_url

__all__ = [
    "COMMENT",
    "MAX_DEPTH",
    "MOST_PARSED",
    "TEXT",
    "Document",
    "Link",
    "Node",
    "Skip",
    "attribute",
    "attribute_of_all",
    "base_of",
    "between",
    "blocks",
    "collapsed",
    "collapsed_all",
    "comments",
    "find",
    "find_all",
    "is_among",
    "is_plain",
    "links",
    "metas",
    "parse",
    "pass_over",
    "source_of",
    "text_in",
    "text_of",
    "too_large",
    "walk",
]

Document: TypeAlias = LexborHTMLParser
Node: TypeAlias = LexborNode
Skip: TypeAlias = Callable[[Node], bool]

MAX_DEPTH = 2000
"""How many block elements may be open at once, counted by their tags as written.

Real pages at hand reach 17.  Measured: at 20,000 a page of 100 KB takes 0.4 s to parse, at 200,000 one of 1 MB over 40 s."""

MOST_PARSED = 5_000_000
"""Bytes, or characters, of a page that are parsed: no press release is longer, and no answer of a listing needs to be."""

# What a plain page holds at most.  Measured: whatever such a page is made of, to read it takes under 4 s and under 60 MB.
_PLAIN_BYTES = 131_072
_PLAIN_TAGS = 4_000
_PLAIN_PRODUCT = 200_000  # of all tags and those that multiply


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


# The start tag of each of these makes the parser look for an open <p> (or <ruby>) through every open element, so that its
# time grows with the square of their depth.  All other elements nest at no cost.
_COSTLY = _tags(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup "
    "listing main menu nav ol pre rp rt rtc search section summary ul"
)

# Elements that stand on lines of their own in a browser; each parts paragraphs before and after itself, as <br> does.
_BLOCKS = _COSTLY - {"rp", "rt", "rtc"} | _tags(
    "body br caption dd dt form h1 h2 h3 h4 h5 h6 hr html legend li optgroup option p plaintext table tbody tfoot thead tr xmp"
)

# Cells stand on one line with their neighbours: they are parted by a space, since the page prints no sign between them.  So are
# the paragraphs in the cells of one row; a row of one cell, or around another table, only lays out the page.
_CELLS = _tags("td th")

# Here line ends are printed as such.
_PREFORMATTED = _tags("listing plaintext pre xmp")

# Elements whose content is not printed on the page.
_UNPRINTED = _tags(
    "audio canvas datalist embed head iframe map noembed noframes noscript object script style svg template textarea title video"
)

TEXT, COMMENT = "-text", "-comment"
"""The tags by which selectolax calls texts and comments."""

# What no walk for texts enters.
_CLOSED = _UNPRINTED | {COMMENT, "-doctype", "-document", None}

# What stands before and after an element: None parts paragraphs, a space parts cells, '' parts nothing.
_AROUND: dict[str | None, str | None] = {**dict.fromkeys(_BLOCKS), **dict.fromkeys(_CELLS, " ")}

_ASCII_SPACE = " \t\n\r\f"
# White space but for the single space, which may stay as it is: most of it, in prose.
_WIDE_SPACE = re.compile(r"[ \t\n\r\f](?:(?<! )|[ \t\n\r\f])[ \t\n\r\f]*")
_BROKEN = re.compile(r"(?<=[\u3001-\u9fff\uff01-\uff60])[ \t]*[\r\n]\s*(?=[\u3001-\u9fff\uff01-\uff60])")
_INVISIBLE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_TAGS = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)

# Left open, each of these is opened anew in every paragraph that follows, so that tags multiply.  An <a> closes the one before
# it, but for one around a table: then each link's text is that of all links within it.
_MULTIPLYING = re.compile(rb"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|table|tt|u)[\s/>]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as printed: its absolute canonical URL, its text and its `title` attribute ('' where it has none)."""

    url: str
    text: str
    title: str


def is_plain(body: bytes) -> bool:
    """Tell whether a body is so small and simple that nothing it may hold can cost much.

    Counted is what looks like a tag, wherever it stands: only the parser knows what is a comment.  In UTF-16, which has NUL in
    every tag, nothing would be found.
    """
    tags = body.count(b"<")
    if len(body) > _PLAIN_BYTES or tags > _PLAIN_TAGS or b"\0" in body:
        return False
    return tags * len(_MULTIPLYING.findall(body.lower())) <= _PLAIN_PRODUCT  # thrice as fast as to look for either case


def too_large(size: int) -> str | None:
    """Return why a page of this size is not parsed, or None where it may be."""
    if size <= MOST_PARSED:
        return None
    return f"larger than {MOST_PARSED // 1_000_000} MB, which no press release is: its bytes are kept, and not parsed"


def parse(text: str, utf8: bytes | None = None) -> Document:
    """Return the tree of an HTML text; `utf8` is the same in UTF-8, where it is at hand.

    A lone surrogate, which the parser answers with an empty tree and no error, becomes U+FFFD first.  Raises `ReadError` for a
    text larger than `MOST_PARSED`, for block elements that nest deeper than `MAX_DEPTH`, and where memory does not suffice.
    """
    problem = too_large(len(text))
    if problem:
        raise ReadError(problem)
    source = _utf8(text) if utf8 is None else utf8
    tags = source.count(b"<")
    if tags > MAX_DEPTH and tags - source.count(b"</") > MAX_DEPTH:
        _refuse_deep_nesting(text)
    try:
        return LexborHTMLParser(source)
    except SelectolaxError as exc:
        raise ReadError("the parser has not the memory for what the page is made of", hint="look at its bytes with --raw") from exc


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text).encode()


def _refuse_deep_nesting(text: str) -> None:
    """Raise `ReadError` when more than `MAX_DEPTH` costly elements are open at once."""
    is_open: Counter[str] = Counter()
    depth = 0
    for found in _TAGS.finditer(text):
        slash, tag = found[1], found[2].lower()
        if tag not in _COSTLY or (slash and not is_open[tag]):
            continue
        step = -1 if slash else 1
        is_open[tag] += step
        depth += step
        if depth > MAX_DEPTH:
            raise ReadError(
                f"the page nests more than {MAX_DEPTH} elements in each other", hint="its bytes are kept; look at them with --raw"
            )


def between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> Iterator[str]:
    """Yield what stands between pairs of marks in a page's source, in time that grows with it only, whatever is left open."""
    at = 0
    while (start := opening.search(text, at)) and (end := closing.search(text, start.end())):
        yield text[start.end() : end.start()]
        at = end.end()


def find(node: Document | Node, css: str) -> Node | None:
    """Return the first element that a CSS selector names, or None; raises `ReadError` for what is no selector."""
    try:
        return node.css_first(css)
    except SelectolaxError as exc:
        raise _bad_selector(css) from exc


def find_all(node: Document | Node, css: str) -> list[Node]:
    """Return the elements that a CSS selector names, in order; raises `ReadError` for what is no selector."""
    try:
        return node.css(css)
    except SelectolaxError as exc:
        raise _bad_selector(css) from exc


def _bad_selector(css: str) -> ReadError:
    return ReadError(f"not a CSS selector: {css!r}", hint="correct it in the portal's file, under 'select'")


def attribute(node: Node, name: str) -> str | None:
    """Return an attribute as written ('' where it has no value), or None where the element does not carry it."""
    value: str | None = node.attrs.sget(name, None)
    return value


def attribute_of_all(nodes: Iterable[Node], name: str) -> list[str]:
    """Return an attribute of many elements as written, '' where one does not carry it."""
    return [node.attrs.sget(name, "") for node in nodes]


def is_among(nodes: Iterable[Node]) -> Skip:
    """Return a predicate for `blocks` and `text_of` that leaves out just these elements."""
    marked = frozenset(node.mem_id for node in nodes)
    return lambda node: node.mem_id in marked


def text_of(node: Document | Node, skip: Skip | None = None) -> str:
    """Return the printed text of an element on one line.

    ASCII white space is collapsed as HTML does and stripped from both ends; a line break or a block inside counts as white
    space.  U+00A0, U+3000 and all else stay as printed.
    """
    return collapsed("".join([" " if piece is None else piece for piece in _pieces(node, skip)]))


def text_in(markup: str) -> str:
    """Return what a piece of a page's source prints, on one line."""
    if "<" in markup or "&" in markup or "\0" in markup:
        body = parse(markup).body
        return text_of(body) if body is not None else ""
    return collapsed(_SURROGATES.sub("\ufffd", markup))  # a parser for nothing but text costs more than all the rest


def blocks(node: Document | Node, skip: Skip | None = None) -> list[str]:
    """Return the printed paragraphs of a container in order, each as `text_of` would give it.

    Block elements and `<br>` part paragraphs, inline elements add nothing, the cells of a table's row are joined by one space.
    Elements for which `skip` is true, comments, scripts and their like are left out, and so are paragraphs of nothing but
    white space, no-break and ideographic spaces included.
    """
    texts: list[str] = []
    paragraph: list[str] = []
    for piece in (*_pieces(node, skip), None):
        if piece is not None:
            paragraph.append(piece)
        elif paragraph:
            texts.append(collapsed("".join(paragraph)))
            paragraph.clear()
    return [text for text in texts if not _INVISIBLE.fullmatch(text)]


def collapsed(text: str) -> str:
    """Return a text with its ASCII white space collapsed as HTML does, and without any at its ends."""
    stripped = text.strip(_ASCII_SPACE)
    return _WIDE_SPACE.sub(" ", stripped) if _is_wide(stripped) else stripped


def _is_wide(text: str) -> bool:
    return "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text


def _pieces(root: Document | Node, skip: Skip | None) -> list[str | None]:
    """Return the texts under `root` in order, and None wherever a paragraph ends or begins.

    `opened` keeps for each element that the walk is in what follows it, what parts it from that, and in which element both are.
    """
    start = root.root if isinstance(root, LexborHTMLParser) else root
    if start is None or start.is_text_node:
        return [] if start is None else [start.text_content or ""]
    pieces: list[str | None] = []
    opened: list[tuple[Node | None, str | None, str | None, bool]] = []
    node, within, is_row = start.first_child, start.tag, False
    while node is not None or opened:
        if node is None:
            node, around, within, is_row = opened.pop()
            pieces.append(around)
            continue
        tag, following = node.tag, node.next
        if tag == TEXT:
            text = node.text_content or ""
            pieces += _lines(text) if within in _PREFORMATTED else (text,)
        elif tag not in _CLOSED and not (skip is not None and skip(node)):
            around = _AROUND.get(tag, "")
            if is_row and around is None:
                around = " "
            pieces.append(around)
            opened.append((following, around, within, is_row))
            following, within = node.first_child, tag
            is_row = is_row or (tag == "tr" and _is_row(node))
        node = following
    return pieces


def _is_row(row: Node) -> bool:
    """Tell whether a row of a table holds data: several cells with texts, none with a table of its own."""
    if any(each.tag == "table" for each in row.traverse()):
        return False  # asked first: the texts of tables within tables would be read once for each of them
    cells = (each for each in row.iter() if each.tag in _CELLS and not _INVISIBLE.fullmatch(each.text()))
    return next(cells, None) is not None and next(cells, None) is not None


def _lines(text: str) -> list[str | None]:
    """Return what a text prints where line ends are printed as such: each parts paragraphs."""
    return [piece for line in text.split("\n") for piece in (line, None)]


def collapsed_all(texts: Sequence[str]) -> tuple[str, ...]:
    """Return each text `collapsed`.  They are joined with NUL, which the parser lets into no tree, so that one search does."""
    stripped = [text.strip(_ASCII_SPACE) for text in texts]
    joined = "\0".join(stripped)
    return tuple(_WIDE_SPACE.sub(" ", joined).split("\0") if _is_wide(joined) else stripped)


def walk(node: Node | None) -> Iterator[Node]:
    """Return an element and all that it holds, in order, but for texts of nothing but ASCII white space; nothing for None."""
    return iter(()) if node is None else node.traverse(include_text=True, skip_empty=True)


def pass_over(node: Node, nodes: Iterator[Node]) -> None:
    """Let a `walk` that has just yielded an element go on behind it, without what it holds."""
    held = walk(node)
    next(held)
    for _ in zip(held, nodes, strict=False):
        pass


def comments(node: Document | Node) -> list[str]:
    """Return the texts of the comments under a node, in order: some systems mark the body, or hide a listing, in them."""
    start = node.root if isinstance(node, LexborHTMLParser) else node
    found = start.traverse(include_text=True) if start is not None else ()
    return [each.comment_content or "" for each in found if each.is_comment_node]


def source_of(node: Node) -> str:
    """Return the raw text inside an element, nothing collapsed: what a `<script>` or a `<textarea>` holds."""
    return node.text(deep=True, separator="", strip=False)


def metas(doc: Document) -> dict[str, list[str]]:
    """Return what the page's meta elements say: lower-cased name or property -> contents in order, empty ones left out.

    Contents are collapsed as text is: templates break lines inside them.  Chinese characters are joined over such a break.
    """
    found: dict[str, list[str]] = {}
    for node in find_all(doc, "meta[content]"):
        said = node.attributes
        raw = said["content"] or ""
        content = collapsed(_BROKEN.sub("", raw) if "\n" in raw else raw)
        for key in ("name", "property"):
            name = (said.get(key) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
    return found


def base_of(doc: Document, url: str) -> str:
    """Return the URL that the page's links are relative to: its own, or what its first `<base href>` says."""
    node = find(doc, "base[href]")
    try:
        return url if node is None else canonical_url(attribute(node, "href") or "", url)
    except ValueError:
        return url


def links(node: Document | Node, base: str) -> list[Link]:
    """Return the http(s) links under a node in order, resolved against `base`.

    Links that lead nowhere are left out: mailto:, javascript: and their like, and those within the page (`#top`, '').
    """
    found = []
    for anchor in find_all(node, "a[href]"):
        href = (attribute(anchor, "href") or "").strip()
        if not href or href.startswith("#"):
            continue
        try:
            url = canonical_url(href, base)
        except ValueError:
            continue
        found.append(Link(url, text_of(anchor), collapsed(attribute(anchor, "title") or "")))
    return found
