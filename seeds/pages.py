"""The embedded portal's pages that are alike on every platform: articles as their template wants them, home pages, bad days."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import ADDRESSES, HOME, TODAY, Platform
from seeds.chrome import COLUMNS, MAKERS, SITE_NAME, page
from seeds.layouts import CHANGED_SELECT, LAYOUTS, MISLEADING_SELECT, TEASER
from seeds.markup import META_TITLE, PARAGRAPHS, Surroundings, meta, site_metas
from seeds.platforms import TWINS
from seeds.records import Layout, Release

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CHANGED_SELECT",
    "META_TITLE",
    "MISLEADING_SELECT",
    "PARAGRAPHS",
    "TEASER",
    "Surroundings",
    "article_page",
    "challenge_page",
    "chinese_home",
    "english_home",
    "error_page",
]

UNDATED = frozenset({Platform.JPAAS, Platform.STATIC})
"""Platforms whose addresses do not name the day, at which a reader of the misleading template could find the date."""
WITH_METAS = frozenset({Layout.USUAL, Layout.RESTYLED})
"""The templates that say in tags and in the window's title what the article is."""


def article_page(release: Release, around: Surroundings, *, layout: Layout = Layout.USUAL) -> str:
    """Return an article's page, in the usual template of its platform or in one of those that nobody was told of."""
    twin = TWINS[release.platform]
    content = twin.usual(release, around) if layout is Layout.USUAL else LAYOUTS[layout](twin, release, around)
    title, head = SITE_NAME, twin.stamp(around.made_at)
    if layout is Layout.MISLEADING and twin.platform in UNDATED:
        head += meta("PubDate", release.published[:10])
    if layout in WITH_METAS:
        title, head = f"{SITE_NAME} {COLUMNS[around.column]} {release.title}", twin.head(release, around)
    return page(title=title, head=head, content=content, platform=twin.platform, above=twin.above, below=twin.below)


def english_home(latest: Sequence[Release], platform: Platform = Platform.JCMS) -> str:
    """Return the home page of the English section; `latest` are the newest press releases of "Jiaxing Today"."""
    today = ADDRESSES[platform].column(TODAY)
    rows = "".join(
        f'<li><a href="{release.path}" title="{escape(release.title)}">{escape(release.title[:48])}...</a></li>'
        for release in latest
    )
    content = (
        f'<div class="home"><h2><a href="{today}">{COLUMNS[TODAY]}</a></h2><ul class="latest">{rows}</ul>'
        f'<a class="more" href="{today}">More &gt;&gt;</a></div>\n'
    )
    return page(title=f"{SITE_NAME} Home", head=site_metas(), content=content, platform=platform)


def chinese_home(platform: Platform = Platform.JCMS) -> str:
    """Return the municipal government's Chinese home page, from which people find the English section."""
    columns = ("市政府", "政务公开", "政务服务", "互动交流", "数据开放", "走进嘉兴", "长三角一体化", "营商环境")
    column = ADDRESSES[platform].column
    menu = "\n".join(f'<li><a href="{column(1229426300 + place)}">{name}</a></li>' for place, name in enumerate(columns))
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<title>嘉兴市人民政府</title>\n'
        f'{meta("SiteName", "嘉兴市人民政府")}</head>\n<body>\n<div class="top"><a href="/" title="首页">首页</a> '
        f'<a href="{column(HOME)}" title="English">English</a></div>\n<ul class="nav">\n{menu}\n</ul>\n'
        '<div class="footer">主办：嘉兴市人民政府办公室 &nbsp; 浙ICP备05015290号</div>\n</body>\n</html>\n'
    )


def error_page(status: int, platform: Platform = Platform.JCMS) -> str:
    """Return the page that says what is wrong: an address unknown (404), or a server in trouble."""
    words = "The page that you visited does not exist or has been deleted." if status == 404 else "Service temporarily unavailable."  # noqa: PLR2004 - HTTP
    return (
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{status}</title>\n</head>\n<body>\n'
        f'<div class="error"><h2>{status}</h2><p>{words}</p><p><a href="/">Back to the home page</a></p></div>\n'
        f"{MAKERS[platform].signature}</body>\n</html>\n"
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
