"""Templates that nobody was told of: the same on every platform but for what its readers hold on to."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from seeds.addresses import HOME
from seeds.chrome import COLUMNS
from seeds.markup import around_article, column_link, escaped, shown
from seeds.records import Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from seeds.markup import Surroundings
    from seeds.platforms.base import Twin
    from seeds.records import Release

__all__ = ["CHANGED_SELECT", "LAYOUTS", "MISLEADING_SELECT", "TEASER"]

CHANGED_SELECT = {"title": ".n-ttl", "published": ".n-dt", "body": ".n-bd"}
"""The CSS that finds an article's parts in `Layout.CHANGED`, by the keys of a portal file."""
MISLEADING_SELECT = {"title": ".m-head", "published": ".m-when", "body": ".m-story"}
"""The same for `Layout.MISLEADING`."""
TEASER = 90
"""Characters of an article that a teaser shows."""


def _changed(twin: Twin, release: Release, around: Surroundings) -> str:
    paragraphs = "\n".join(f'<section class="n-p">{escaped(words)}</section>' for words in shown(release, around).paragraphs)
    return (
        f'<main class="n-main"><div class="n-crumb">{column_link(twin.platform, HOME)}</div>\n'
        f'<div class="n-ttl">{escaped(release.title)}</div>\n<i class="n-dt">{release.published}</i>\n'
        f'<article class="n-bd">\n{paragraphs}\n</article>\n{twin.files(release, around)}</main>\n{around_article(around)}'
    )


def _misleading(twin: Twin, release: Release, around: Surroundings) -> str:
    """Put a teaser where readers look for the text, the text beside it, and the date below it without a label."""
    teaser = release.paragraphs[0][:TEASER] if release.paragraphs else ""
    return (
        f'<main class="m-main"><h1 class="m-head">{escaped(release.title)}</h1>\n'
        f"<div {twin.hold('m-lead')}><p>{escaped(teaser)}...</p><p>Read on below, or listen to this report.</p></div>\n"
        f'<div class="m-story">\n{twin.text(release, around)}\n</div>\n'
        f'<p class="m-foot"><span class="m-when">{release.published}</span> <span>{escape(COLUMNS[around.column])}</span></p>\n'
        f"{twin.files(release, around)}</main>\n{around_article(around)}"
    )


def _restyled(twin: Twin, release: Release, around: Surroundings) -> str:
    """Put other elements and names around the same labels and container."""
    location = (
        f'<nav class="r-path"><span>Current location:</span> {column_link(twin.platform, HOME)} &gt; '
        f"{column_link(twin.platform, around.column)}</nav>\n"
    )
    source = f'<li class="r-from">Source:{escape(release.source)}</li>' if release.source else ""
    return (
        f'{location}<section class="r-card"><header>\n<h1 class="r-heading">{escaped(release.title)}</h1>\n'
        f'<ul class="r-facts"><li class="r-when">Release date:{release.published}</li>{source}</ul></header>\n'
        f"<article {twin.hold('r-copy')}>\n{twin.text(release, around)}\n</article>\n{twin.files(release, around)}</section>\n"
        f'<aside class="r-more">{around_article(around)}</aside>\n'
    )


LAYOUTS: dict[Layout, Callable[[Twin, Release, Surroundings], str]] = {
    Layout.CHANGED: _changed,
    Layout.MISLEADING: _misleading,
    Layout.RESTYLED: _restyled,
}
"""Every template but the usual one."""
