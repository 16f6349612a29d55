"""The embedded portal's templates under our reader: which it reads, which it cannot read, and which it reads wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.portal import Select
from crawler.article import read_article
from seeds.pages import Surroundings, article_page
from seeds.platforms import CLICKS
from seeds.portal import CHANGED_SELECT, MISLEADING_SELECT, TODAY, ZONE, Layout, Platform, Portal
from storage.fingerprint import compare_sha256
from storage.records import Outcome

MADE_AT = datetime(2026, 11, 21, 18, 14, 7, tzinfo=UTC)


@pytest.fixture(params=Platform)
def releases(request):
    """Give the press releases of a portal, of each platform in turn."""
    return [release for release in Portal(releases=60, platform=request.param).releases if release.column == TODAY]


NEIGHBOURS = Portal(releases=60).releases


def read(release, layout, select=None):
    """Read an article's page in a layout, with selectors or without."""
    html = article_page(release, Surroundings(TODAY, MADE_AT, *NEIGHBOURS[:2], NEIGHBOURS[2:7]), layout=layout)
    return read_article(html.replace(CLICKS, "12"), f"http://portal.test{release.path}", select=Select(**(select or {})), zone=ZONE)


def test_a_restyled_page_is_read_as_before(releases):
    """Everything that is kept of a press release is the same, date candidates included; only the page's template is another one."""
    for release in releases:
        usual, restyled = read(release, Layout.USUAL), read(release, Layout.RESTYLED)
        assert usual == replace(restyled, template=usual.template)
        assert usual.template != restyled.template
        assert usual.outcome is Outcome.OK


def test_a_changed_page_cannot_be_read(releases):
    """Nothing that the reader knows is left: no content, so that nothing can be claimed."""
    assert {read(release, Layout.CHANGED).outcome for release in releases} == {Outcome.UNREADABLE}


def test_a_misleading_page_is_read_wrongly(releases):
    """The reader takes the teaser for the text and the address's day for the date, and finds no fault."""
    for release in releases:
        usual, misled = read(release, Layout.USUAL), read(release, Layout.MISLEADING)
        assert misled.outcome is Outcome.OK
        assert misled.content.title == usual.content.title
        assert (misled.content.published, misled.content.text) != (usual.content.published, usual.content.text)
        assert misled.content.published == release.published[:10]
        assert misled.content.text.startswith(usual.content.text[:40])
        assert release.paragraphs[-1] not in misled.content.text


@pytest.mark.parametrize(("layout", "select"), [(Layout.CHANGED, CHANGED_SELECT), (Layout.MISLEADING, MISLEADING_SELECT)])
def test_selectors_mend_the_reading(releases, layout, select):
    """With the selectors of a layout its pages compare as equal to the usual ones."""
    for release in releases:
        usual, mended = read(release, Layout.USUAL), read(release, layout, select)
        assert mended.outcome is Outcome.OK
        assert compare_sha256(mended.content) == compare_sha256(usual.content)


def test_the_pages_of_a_text_that_is_spread_are_named():
    """The reading of a first page names the others in order, in the usual template and in a restyled one."""
    portal = Portal(releases=30, platform=Platform.TRS)
    made = portal.publish("Long", paragraphs=["One.", "Two.", "Three.", "Four.", "Five."], spread=2)
    address = f"http://portal.test{made.path.removesuffix('.html')}"
    for layout in (Layout.USUAL, Layout.RESTYLED):
        reading = read(made, layout)
        assert reading.parts == (f"{address}_1.html", f"{address}_2.html")
        assert reading.content.text == "One.\n\nTwo."
