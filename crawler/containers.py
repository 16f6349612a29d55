"""Where the text of a press release stands on a page, and what inside that place is no part of it.

Pure.  Both are tables, in order of trust, with a reason beside each row: a new system is a new row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.html import Document, Node, attribute, blocks, find, find_all, is_among, links, parse
from crawler.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CONTAINERS", "MARKED", "NOISE", "Body", "Container", "find_body", "is_chatter", "is_content_frame", "without_counters"]


@dataclass(frozen=True, slots=True)
class Container:
    """One known place of the text: its CSS selector, and a string that the page's source must hold in this very spelling.

    The selector is asked first, since it costs less; on pages in quirks mode it takes another case for the same.
    """

    css: str
    clue: str
    reason: str


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a press release: the element that holds it, its paragraphs as printed, its pictures (absolute URLs).

    `container` names the place that was found: a selector, `MARKED`, or `selector` for one from the portal's file.
    """

    container: str
    node: Node
    paragraphs: tuple[str, ...]
    images: tuple[str, ...]
    has_media: bool

    @property
    def is_filled(self) -> bool:
        """Tell whether anything to read or to look at was found."""
        return bool(self.paragraphs or self.images) or self.has_media


MARKED = "ZJEG_RSS.content"
"""The name of the container between Hanweb's comments."""

CONTAINERS = (
    Container("#zoom", "zoom", "Hanweb JCMS and TRS: the element whose font readers enlarge; holds the text and nothing else"),
    Container(MARKED, MARKED, "Hanweb: comments around the text, kept through migrations where every id was lost"),
    Container(".TRS_Editor", "TRS_Editor", "TRS WCM: what its editor saved; the outermost where editors nest"),
    Container(".trs_editor_view", "trs_editor_view", "TRS, later editor"),
    Container(".TRS_UEDITOR", "TRS_UEDITOR", "TRS with UEditor"),
    Container("#UCAP-CONTENT", "UCAP-CONTENT", "Ucap, gov.cn"),
    Container(".Custom_UnionStyle", "Custom_UnionStyle", "TRS: text pasted with its own styles, outside an editor's element"),
    Container(".editor-content", "editor-content", "Hanweb JPaaS"),
    Container("#vsb_content, [id^=vsb_content]", "vsb_content", "VSB: the id carries numbers on some sites"),
    Container(".v_news_content", "v_news_content", "VSB: inside the former"),
    Container(".wp_articlecontent", "wp_articlecontent", "Sudy webplus"),
    Container(".article-content", "article-content", "JCMS templates without #zoom"),
    Container("#detailContent", "detailContent", "Ucap"),
    Container("#ivs_content", "ivs_content", "JCMS, Zhejiang templates"),
    Container(".bt-content", "bt-content", "JCMS, Jiangsu and Zhejiang templates"),
    Container(".artile_zw", "artile_zw", "jiangsu.gov.cn (so spelt)"),
    Container(".main-txt", "main-txt", "JCMS: the usual class of #zoom, where the id was dropped"),
    Container(".articleBox", "articleBox", "gkmlpt, Guangdong"),
    Container(".ewb-article", "ewb-article", "Epoint"),
    Container(".pages_content", "pages_content", "gov.cn and those who took over its templates"),
    Container("#BodyLabel", "BodyLabel", "Hingesoft HZCMS: the network offices"),
    Container("#Zoom", "Zoom", "TRS templates that spell it so"),
    Container("[itemprop=articleBody]", "articleBody", "schema.org"),
)

NOISE = (
    (
        ".share, .share-box, .article-share, .bdsharebuttonbox, .bshare-custom, .jiathis_style, .social-share, #share",
        "share buttons",
    ),
    (
        ".visit, .visit-count, .visitcount, #visitcount, .click-count, .hits, #hits, .liulan, [id^=dynclicks]",
        "visit counters: move on every load",
    ),
    ("[id^=nattach]", "VSB's download counters: move on every load"),
    (".fontsize, .font-size, .fontSize, .article-zoom, .zihao", "buttons for the size of letters"),
    (".print, .btn-print, #print, .close-btn, .no-print", "print and close buttons"),
    (".qrcode, #qrcode, .qr-code, .ewm, #ewm, .erweima, #div_qrcode", "codes to open the page on a telephone"),
    (".related, .relatednews, .related-news, .xgyd, .xgxw, .xgwj, .xgjd", "related links: chosen anew at every rebuild"),
    (".prevnext, .prev-next, .pre-next, .pageturn, .sxp, .shangxia", "previous and next article"),
)
"""Elements inside a container that are no part of the text: CSS selector and what they are."""

_NOISE_CSS = ", ".join(css for css, _ in NOISE)
_MARKS = re.compile(r"<!--\s*ZJEG_RSS\.content\.begin\s*-->(.*?)(?:<!--\s*ZJEG_RSS\.content\.end\s*-->|\Z)", re.DOTALL)

# Possessive: what one of them takes it does not give back, so that no row of bars can be parted in a million ways.
_OPEN, _CLOSE = r"[\s\u3000【\[（(|]*+", r"[\s\u3000】\]）)|]*+"
_SIZES = r"[大中小]|large|medium|small|big|normal|[ATa][+-]?|[\s|/\]\[]"
_COUNTED = r"(?:浏览|点击|阅读|访问|查看|下载|人气)(?:次数|人数|人次|量|数|率)?"
_STEP = (
    r"[上下前后][一1]?[页頁]|[首尾末][页頁]|第[一\d]{1,3}[页頁]|共\s?\d{1,3}\s?[页頁]|(?:previous|prev|next|first|last)(?: page)?"
)
_BUTTONS = (
    r"打印(?:本[页文]|此页)?|关闭(?:窗口|本页|页面)?|返回顶部|收藏(?:本[页文])?|分享到?[:：]?"
    r"|print|close|top|share(?: to)?:?"
)
_CHATTER = re.compile(
    "|".join(
        (
            rf"{_OPEN}{_COUNTED}\s*[:：]{_OPEN}[\d,，]*{_CLOSE}[次人]?{_CLOSE}",
            rf"{_OPEN}(?:本[文页])?已?有?{_OPEN}[\d,，]+{_CLOSE}人次?{_COUNTED}过?{_CLOSE}",
            rf"{_OPEN}本[文页]?(?:已被)?{_COUNTED}{_OPEN}[\d,，]+{_CLOSE}次{_CLOSE}",
            rf"{_OPEN}(?:page views?|views?|hits?|visits?|clicks?|read times)\s*[:：]{_OPEN}\d*{_CLOSE}",
            rf"{_OPEN}(?:字体|字号|font(?: size)?)\s*[:：]?{_OPEN}(?:{_SIZES})*+{_CLOSE}",
            rf"(?:{_OPEN}(?:{_BUTTONS}){_CLOSE})+",
            r".{0,4}扫一扫.{0,24}",
        )
    ),
    re.IGNORECASE,
)
# A pager: steps and numbers, at least one step or two numbers in brackets.
_PAGER = re.compile(rf"(?:{_STEP}|\d{{1,3}}|[\s\xa0\u3000\[\]【】()<>«»|/….·])++", re.IGNORECASE)
_STEPS = re.compile(r"[上下首尾末]一?[页頁]|\bpage\b|\d[\]】)]\s?[\[【(]\d", re.IGNORECASE)
_LONGEST_PAGER = 200
# Lines of credits, and the counters that some templates print within them; elsewhere a counted number is what the text says.
_CREDITS = re.compile(
    r"(?:^|[\s（(【\[|])(?:[\u4e00-\u9fff]{0,4}(?:来源|作者|编辑|责编|供稿|撰稿|审核|摄影|日期|时间|单位)|source|author|editor|date|time)"
    r"\s{0,9}[:：]",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    rf"(?<![\s|])[\s|]*+{_COUNTED}\s{{0,9}}[:：]\s{{0,9}}(?P<open>[\[【(（])?\s{{0,9}}[\d,，]{{0,12}}\s{{0,9}}(?(open)[\]】)）])\s?次?"
    rf"|^{_COUNTED}\s{{0,9}}[:：]\s{{0,9}}[\d,，]{{0,12}}\s?次?"
)
_LONGEST_CREDITS = 200
_NEIGHBOUR = re.compile(
    r"(?:(?:上|下|前|后)一[篇条则]|previous|prev|next)(?:\s(?:article|page|news))?\s*[:：].*|(?:上|下)一[篇条则]",
    re.IGNORECASE | re.DOTALL,
)
_RELATED = re.compile(
    r"(?:相关(?:阅读|链接|新闻|文章|信息|报道|稿件)|related (?:news|links|articles|reading)s?)\s*[:：]?", re.IGNORECASE
)

_PICTURE_SOURCES = ("src", "data-src", "data-original")
_ICON = re.compile(r"/(?:fileTypeImages|icons?)/|/(?:icon|spacer|blank|loading)[^/]*\.(?:gif|png)$|^data:", re.IGNORECASE)
_MEDIA = "video, audio, embed, object, [pdfsrc]"
_FRAME_NOISE = re.compile(r"visit|count|share|stat|weibo|about:blank", re.IGNORECASE)


def find_body(doc: Document, text: str, base: str, *, selector: str = "", drop: Sequence[str] = ()) -> Body | None:
    """Return the body of a page: by the portal's own `selector`, else the first known container that holds anything.

    `text` is the page's source and `base` what its links are relative to.  A known container that holds nothing is returned
    when there is no better one; None when there is none at all.  Raises `ReadError` for what is no CSS selector.
    """
    found: Body | None = None
    for name, node in _candidates(doc, text, selector):
        body = _body(name, node, base, drop)
        if body.is_filled:
            return body
        found = found or body
    return found


def _candidates(doc: Document, text: str, selector: str) -> Iterator[tuple[str, Node]]:
    """Yield the places where the text may stand, best first.  A selector that is set is never second-guessed."""
    if selector:
        yield from (("selector", node) for node in find_all(doc, selector))
        return
    for container in CONTAINERS:
        nodes = _marked(text) if container.css == MARKED else find_all(doc, container.css)
        yield from ((container.css, node) for node in nodes if container.clue in text)


def _marked(text: str) -> list[Node]:
    """Return what stands between Hanweb's comments, parsed by itself: they need not stand in one element."""
    slices = (parse(found[1]).body for found in _MARKS.finditer(text))
    return [body for body in slices if body is not None]


def _body(name: str, node: Node, base: str, drop: Sequence[str]) -> Body:
    dropped = find_all(node, _NOISE_CSS)
    for css in drop:
        dropped += find_all(node, css)
    skip = is_among(dropped) if dropped else None
    return Body(
        container=name,
        node=node,
        paragraphs=_without_chatter(blocks(node, skip), node, base),
        images=_images(node, {each.mem_id for each in dropped}, base),
        has_media=find(node, _MEDIA) is not None or any(map(is_content_frame, find_all(node, "iframe[src]"))),
    )


def is_content_frame(frame: Node) -> bool:
    """Tell whether an iframe shows something to people: a video, a document, not a visit counter."""
    return _FRAME_NOISE.search(attribute(frame, "src") or "about:blank") is None


def is_chatter(line: str) -> bool:
    """Tell whether a whole line is the page talking about itself: counters, print, share and font buttons, QR captions."""
    return _CHATTER.fullmatch(line) is not None or _is_pager(line)


def _is_pager(line: str) -> bool:
    return len(line) <= _LONGEST_PAGER and _PAGER.fullmatch(line) is not None and _STEPS.search(line) is not None


def _without_chatter(lines: list[str], node: Node, base: str) -> tuple[str, ...]:
    """Return the lines that belong to the text: no chatter, and nothing that leads on to other pages at its end."""
    kept = list(without_counters(lines))
    while kept and _NEIGHBOUR.fullmatch(kept[-1]):
        kept.pop()
    heading = next((place for place, line in enumerate(kept) if _RELATED.fullmatch(line)), None)
    if heading is not None and set(kept[heading + 1 :]) <= {link.text for link in links(node, base)}:
        del kept[heading:]
    return tuple(kept)


def without_counters(lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines of a text without those that are the page talking about itself, and without the counters in its credits."""
    return tuple(_uncounted(line) for line in lines if not is_chatter(line))


def _uncounted(line: str) -> str:
    """Return a line of credits without the counter in it, any other line as it is."""
    if line.isascii() or len(line) > _LONGEST_CREDITS or "。" in line:
        return line
    is_counted = _COUNTER.search(line) is not None and _CREDITS.search(line) is not None
    return _COUNTER.sub("", line).strip() if is_counted else line


def _images(node: Node, dropped: set[int], base: str) -> tuple[str, ...]:
    """Return the absolute URLs of the pictures in a container, each once, without icons and noise."""
    urls: dict[str, None] = {}
    for image in find_all(node, "img"):
        url = _picture_url(image, base)
        if url and not _is_inside(image, dropped):
            urls[url] = None
    return tuple(urls)


def _picture_url(image: Node, base: str) -> str | None:
    """Return where a picture comes from; pages that load pictures late have a blank one in `src`."""
    sources = (attribute(image, name) for name in _PICTURE_SOURCES)
    source = next((each for each in sources if each and not _ICON.search(each)), None)
    try:
        return canonical_url(source, base) if source else None
    except ValueError:
        return None


def _is_inside(node: Node, marked: set[int]) -> bool:
    """Tell whether an element is one of, or inside one of, the marked ones."""
    each: Node | None = node if marked else None
    while each is not None:
        if each.mem_id in marked:
            return True
        each = each.parent
    return False
