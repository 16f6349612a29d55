"""The embedded portal's pages as HTML text: articles in both layouts, home pages, columns, and the pages of a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from seeds.chrome import COLUMNS, SITE_NAME, page
from seeds.records import HOME, Layout, Release
from seeds.state import ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

__all__ = [
    "CHANGED_SELECT",
    "MISLEADING_SELECT",
    "Surroundings",
    "article_page",
    "challenge_page",
    "chinese_home",
    "column_page",
    "english_home",
    "error_page",
]

CHANGED_SELECT = {"title": ".n-ttl", "published": ".n-dt", "body": ".n-bd"}
"""The CSS that finds an article's parts in `Layout.CHANGED`, by the keys of a portal file."""
MISLEADING_SELECT = {"title": ".m-head", "published": ".m-when", "body": ".m-story"}
"""The same for `Layout.MISLEADING`."""
TEASER = 90
"""Characters of an article that a teaser shows."""

META_TITLE = 100
"""Characters of a title that the ArticleTitle tag holds; the rest is cut."""
DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an article page shows besides the article: its column, when it was generated, and its neighbours."""

    column: int
    made_at: datetime
    previous: Release | None = None
    following: Release | None = None
    related: Sequence[Release] = ()


def _wall(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"


def _text(words: str) -> str:
    """Escape a text, no-break spaces as editors' programs write them."""
    return escape(words, quote=False).replace("\u00a0", "&nbsp;")


def _meta(name: str, content: object) -> str:
    return f'<meta name="{name}" content="{escape(str(content))}">\n'


def _site_metas() -> str:
    twice = _meta("SiteName", SITE_NAME)
    return twice + _meta("SiteDomain", "www.jiaxing.gov.cn,jiaxing.gov.cn") + _meta("SiteIDCode", "") + twice


def _article_metas(release: Release, around: Surroundings) -> str:
    year = release.published[:4]
    rows = (
        ("ColumnName", COLUMNS[around.column]),
        ("ColumnType", COLUMNS[around.column]),
        ("ArticleTitle", release.title[:META_TITLE]),
        ("PubDate", release.published),
        ("author", ""),
        ("description", release.paragraphs[0][:DESCRIPTION] if release.paragraphs else ""),
        ("keywords", ""),
        ("contentSource", release.source),
        ("url", release.path_in(around.column)),
        ("guid", f"{year}{release.id}"),
        ("category", ""),
        ("Maketime", _wall(around.made_at)),
        ("i_columnid", around.column),
        ("i_articleid", release.id),
    )
    return _site_metas() + "".join(_meta(name, content) for name, content in rows)


def _plain(words: str) -> str:
    return f'<p style="text-indent:2em;line-height:2em">{words}</p>'


def _wrapped(words: str) -> str:
    """Break the source lines as an HTML editor does: white space that a browser shows as one space."""
    return '<p class="MsoNormal">\n   ' + words.replace(". ", ".\n      ") + "\n</p>"


def _spans(words: str) -> str:
    """Split a paragraph into pieces of its own style, as pasting from a word processor does."""
    first, space, rest = words.partition(" ")
    opening = f'<span style="font-family:Arial;font-size:16px"><strong>{first}</strong>{space}</span>'
    return f'<p>{opening}<font color="#333333">{rest}</font></p>'


def _division(words: str) -> str:
    return f'<div style="text-align:justify">{words}</div>'


PARAGRAPHS: tuple[Callable[[str], str], ...] = (_plain, _wrapped, _spans, _division)
"""How paragraphs are marked up; an article keeps to one of them."""


def _zoom(release: Release) -> str:
    markup = PARAGRAPHS[release.id % len(PARAGRAPHS)]
    pictures = [f'<p style="text-align:center"><img src="{escape(file.path)}" alt="" border="0"></p>' for file in release.images]
    paragraphs = [markup(_text(words)) for words in release.paragraphs]
    return "\n".join([*pictures, *paragraphs, "<p><br></p>"])


def _location(column: int) -> str:
    return (
        '<table class="location"><tr><td>Current location:</td>\n'
        f'<td><a href="/col/col{HOME}/index.html">Home</a></td>\n'
        f'<td> &gt; <a href="/col/col{column}/index.html">{escape(COLUMNS[column])}</a></td></tr></table>\n'
    )


def _information(release: Release) -> str:
    source = f"<span>Source:{escape(release.source)}</span>" if release.source else ""
    return (
        f'<div class="article-info"><span>Release date:{release.published}</span> '
        f"<!--<$[信息来源]>begin-->{source}<!--<$[信息来源]>end--> "
        '<span>Views:<span id="visitcount"></span></span> '
        '<span class="fontsize">Font size: [<a href="javascript:doZoom(18)">L</a> <a href="javascript:doZoom(16)">M</a> '
        '<a href="javascript:doZoom(14)">S</a>]</span> <span class="share" id="share-bar">Share:</span></div>\n'
    )


def _attachments(release: Release) -> str:
    if not release.attachments:
        return ""
    rows = "".join(
        f'<li><a href="{escape(file.path)}" target="_blank">{escape(file.name)}</a></li>' for file in release.attachments
    )
    return f'<div class="attachments"><strong>Attachments:</strong><ul>{rows}</ul></div>\n'


def _neighbour(label: str, release: Release | None) -> str:
    link = f'<a href="{release.path}">{escape(release.title)}</a>' if release else "None"
    return f"<p>{label}: {link}</p>"


def _around(around: Surroundings) -> str:
    related = "".join(f'<li><a href="{release.path}">{escape(release.title)}</a></li>' for release in around.related)
    return (
        f'<div class="neighbours">{_neighbour("Previous", around.previous)}{_neighbour("Next", around.following)}</div>\n'
        f'<div class="related"><h3>Related articles</h3><ul>{related}</ul></div>\n'
    )


def _usual(release: Release, around: Surroundings) -> str:
    counter = f"/module/visitcount/articlehits.jsp?colid={around.column}&artid={release.id}"
    return (
        f'{_location(around.column)}<div id="barrierfree_container" class="article">\n'
        f'<h1 class="article-title"><!--<$[标题]>begin-->{_text(release.title)}<!--<$[标题]>end--></h1>\n{_information(release)}'
        '<div id="zoom" class="main-txt"><!--<$[信息内容]>begin--><!--ZJEG_RSS.content.begin--><meta name="ContentStart">\n'
        f'{_zoom(release)}\n<meta name="ContentEnd"><!--ZJEG_RSS.content.end--><!--<$[信息内容]>end--></div>\n'
        f"{_attachments(release)}</div>\n{_around(around)}"
        f'<script src="{escape(counter)}"></script>\n'
    )


def _changed(release: Release, around: Surroundings) -> str:
    paragraphs = "\n".join(f'<section class="n-p">{_text(words)}</section>' for words in release.paragraphs)
    return (
        f'<main class="n-main"><div class="n-crumb"><a href="/col/col{HOME}/index.html">Home</a></div>\n'
        f'<div class="n-ttl">{_text(release.title)}</div>\n<i class="n-dt">{release.published}</i>\n'
        f'<article class="n-bd">\n{paragraphs}\n</article>\n{_attachments(release)}</main>\n{_around(around)}'
    )


def _misleading(release: Release, around: Surroundings) -> str:
    """Put a teaser where readers look for the text, the text beside it, and the date below it without a label."""
    teaser = release.paragraphs[0][:TEASER] if release.paragraphs else ""
    return (
        f'<main class="m-main"><h1 class="m-head">{_text(release.title)}</h1>\n'
        f'<div id="zoom" class="m-lead"><p>{_text(teaser)}...</p><p>Read on below, or listen to this report.</p></div>\n'
        f'<div class="m-story">\n{_zoom(release)}\n</div>\n'
        f'<p class="m-foot"><span class="m-when">{release.published}</span> <span>{escape(COLUMNS[around.column])}</span></p>\n'
        f"{_attachments(release)}</main>\n{_around(around)}"
    )


def _restyled(release: Release, around: Surroundings) -> str:
    """Put other elements and names around the same labels and container."""
    location = (
        f'<nav class="r-path"><span>Current location:</span> <a href="/col/col{HOME}/index.html">Home</a> &gt; '
        f'<a href="/col/col{around.column}/index.html">{escape(COLUMNS[around.column])}</a></nav>\n'
    )
    source = f'<li class="r-from">Source:{escape(release.source)}</li>' if release.source else ""
    return (
        f'{location}<section class="r-card"><header>\n<h1 class="r-heading">{_text(release.title)}</h1>\n'
        f'<ul class="r-facts"><li class="r-when">Release date:{release.published}</li>{source}</ul></header>\n'
        f'<article id="zoom" class="r-copy">\n{_zoom(release)}\n</article>\n{_attachments(release)}</section>\n'
        f'<aside class="r-more">{_around(around)}</aside>\n'
    )


TEMPLATES: dict[Layout, Callable[[Release, Surroundings], str]] = {
    Layout.USUAL: _usual,
    Layout.CHANGED: _changed,
    Layout.MISLEADING: _misleading,
    Layout.RESTYLED: _restyled,
}
WITH_METAS = frozenset({Layout.USUAL, Layout.RESTYLED})
"""The templates that say in tags and in the window's title what the article is."""


def article_page(release: Release, around: Surroundings, *, layout: Layout = Layout.USUAL) -> str:
    """Return an article's page, in the usual JCMS template or in one of those that nobody was told of."""
    content = TEMPLATES[layout](release, around)
    if layout not in WITH_METAS:
        return page(title=SITE_NAME, head=_meta("Maketime", _wall(around.made_at)), content=content)
    title = f"{SITE_NAME} {COLUMNS[around.column]} {release.title}"
    return page(title=title, head=_article_metas(release, around), content=content)


def column_page(column: int, made_at: datetime, store: str) -> str:
    """Return a column's page: an empty list for the eye, and the `store` that the browser's script fills it from."""
    name = COLUMNS[column]
    head = _site_metas() + _meta("ColumnName", name) + _meta("ColumnType", name) + _meta("Maketime", _wall(made_at))
    content = f'{_location(column)}<div class="list-box"><h2>{escape(name)}</h2><ul class="main_list"></ul>\n{store}</div>\n'
    return page(title=f"{SITE_NAME} {name}", head=head, content=content)


def english_home(latest: Sequence[Release], today: int) -> str:
    """Return the home page of the English section; `latest` are the newest press releases of the column `today`."""
    rows = "".join(
        f'<li><a href="{release.path}" title="{escape(release.title)}">{escape(release.title[:48])}...</a></li>'
        for release in latest
    )
    content = (
        f'<div class="home"><h2><a href="/col/col{today}/index.html">{COLUMNS[today]}</a></h2><ul class="latest">{rows}</ul>'
        f'<a class="more" href="/col/col{today}/index.html">More &gt;&gt;</a></div>\n'
    )
    return page(title=f"{SITE_NAME} Home", head=_site_metas(), content=content)


def chinese_home() -> str:
    """Return the municipal government's Chinese home page, from which people find the English section."""
    columns = ("市政府", "政务公开", "政务服务", "互动交流", "数据开放", "走进嘉兴", "长三角一体化", "营商环境")
    menu = "\n".join(f'<li><a href="/col/col{1229426300 + place}/index.html">{name}</a></li>' for place, name in enumerate(columns))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>嘉兴市人民政府</title>\n'
        f'{_meta("SiteName", "嘉兴市人民政府")}</head>\n<body>\n<div class="top"><a href="/" title="首页">首页</a> '
        f'<a href="/col/col{HOME}/index.html" title="English">English</a></div>\n<ul class="nav">\n{menu}\n</ul>\n'
        '<div class="footer">主办：嘉兴市人民政府办公室 &nbsp; 浙ICP备05015290号</div>\n</body>\n</html>\n'
    )


def error_page(status: int) -> str:
    """Return the page that says what is wrong: an address unknown (404), or a server in trouble."""
    words = "The page that you visited does not exist or has been deleted." if status == 404 else "Service temporarily unavailable."  # noqa: PLR2004 - HTTP
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{status}</title>\n</head>\n<body>\n'
        f'<div class="error"><h2>{status}</h2><p>{words}</p><p><a href="/">Back to the home page</a></p></div>\n'
        "<!-- Produced By 大汉网络 大汉版通发布系统 -->\n</body>\n</html>\n"
    )


def challenge_page() -> str:
    """Return what a Ruishu wall shows to those who run no scripts: nothing to read, and a script with a random name."""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><meta id="9DhefwqGPrzGxEp9hPaoag" content="{TvlBcy5kTg[Wg6KZyEgY" r="m">'
        '<script type="text/javascript" r="m">$_ts=window[\'$_ts\'];if(!$_ts)$_ts={};'
        '$_ts.nsd=63108;$_ts.cd="qEqlrAlqxGVF";</script>'
        '<script type="text/javascript" charset="iso-8859-1" src="/4QbVtADbnLVIc/d.FxJzG50F.dfe1675.js" r="m"></script>'
        "</head><body></body></html>"
    )
