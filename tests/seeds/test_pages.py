"""Article pages: the words of the press release, exactly, in the markup of JCMS."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from seeds.pages import CHANGED_SELECT, META_TITLE, MISLEADING_SELECT, PARAGRAPHS, TEASER, Surroundings, article_page, error_page
from seeds.records import SECOND, TODAY, Layout, Release
from seeds.state import Portal
from tests.seeds.plain_reader import line, paragraphs, part

MADE_AT = datetime(2026, 11, 21, 18, 14, 7, tzinfo=UTC)
PORTAL = Portal()


def page_of(release, column=TODAY, **options):
    """Return an article's page without neighbours."""
    return article_page(release, Surroundings(column, MADE_AT), **options)


def test_the_seed_page_gives_the_seed_file_back():
    """Location, title, date and paragraphs of the page, put together, are the file."""
    html = page_of(PORTAL.golden)
    text = "\n\n".join(
        [
            line(html, "location").replace(" > ", "\n> "),
            line(html, "article-title"),
            line(html, "article-info").partition(" Views:")[0].strip(),
            *paragraphs(html),
        ]
    )
    assert text == files("seeds").joinpath("000_61406b28d74e9c75.txt").read_text(encoding="utf-8")


def test_every_release_reads_back():
    """Title and paragraphs come back to the letter from every page, in all four ways of marking up paragraphs."""
    assert {release.id % len(PARAGRAPHS) for release in PORTAL.releases} == set(range(len(PARAGRAPHS)))
    for release in PORTAL.releases:
        html = page_of(release, release.column)
        assert line(html, "article-title") == release.title
        assert paragraphs(html) == release.paragraphs
        assert f"<span>Release date:{release.published}</span>" in html


def test_the_changed_layout_holds_the_same_words_under_other_names():
    """After a change of layout the usual names find nothing, the new ones everything, and no tag helps."""
    release = PORTAL.golden
    html = page_of(release, layout=Layout.CHANGED)
    assert paragraphs(html, CHANGED_SELECT["body"][1:]) == release.paragraphs
    assert line(html, CHANGED_SELECT["title"][1:]) == release.title
    assert line(html, CHANGED_SELECT["published"][1:]) == release.published
    assert "Release date" not in html
    assert "zoom-" not in html.partition("<body>")[2]
    assert not paragraphs(html)
    assert [name for name, _ in part(html, "").metas if name] == ["Maketime"]


def test_the_misleading_layout_shows_a_teaser_where_the_text_stood():
    """The usual container holds other words than the text, which stands elsewhere, and the date has neither label nor tag."""
    release = PORTAL.golden
    html = page_of(release, layout=Layout.MISLEADING)
    assert paragraphs(html, MISLEADING_SELECT["body"][1:]) == release.paragraphs
    assert line(html, MISLEADING_SELECT["title"][1:]) == release.title
    assert line(html, MISLEADING_SELECT["published"][1:]) == release.published
    teaser, _invitation = paragraphs(html)
    assert teaser == f"{release.paragraphs[0][:TEASER]}..."
    assert "Release date" not in html
    assert [name for name, _ in part(html, "").metas if name] == ["Maketime"]
    rich = next(release for release in PORTAL.releases if release.attachments)
    assert rich.attachments[0].name in page_of(rich, layout=Layout.MISLEADING)
    assert paragraphs(page_of(Release(7, "T", "2026-01-02 03:04", ()), layout=Layout.MISLEADING))[0] == "..."


def test_the_restyled_layout_keeps_what_readers_hold_on_to():
    """Another look, and the same tags, labels and container with the same words."""
    for release in PORTAL.releases[:20]:
        html = page_of(release, release.column, layout=Layout.RESTYLED)
        assert paragraphs(html) == release.paragraphs
        assert f">Release date:{release.published}<" in html
        assert line(html, "r-heading") == release.title
        assert (f">Source:{release.source}<" in html) == bool(release.source)
        assert "article-title" not in html.partition("<body>")[2]
        usual = part(page_of(release, release.column), "").metas
        assert part(html, "").metas == [(name, value) for name, value in usual if name not in {"ContentStart", "ContentEnd"}]


def test_meta_tags_are_spelt_as_jcms_spells_them():
    """Names in mixed case, SiteName twice, a long title cut, empty values, the time of generation beside the date."""
    release = PORTAL.golden
    metas = part(page_of(release), "").metas
    assert [name for name, _ in metas].count("SiteName") == 2
    found = dict(metas)
    assert found["ArticleTitle"] == release.title[:META_TITLE] != release.title
    assert found["PubDate"] == "2022-09-20 10:46"
    assert found["Maketime"] == "2026-11-22 02:14:07"
    assert found["ColumnName"] == "Jiaxing Today"
    assert found["author"] == found["SiteIDCode"] == ""
    assert found["guid"] == f"2022{release.id}"
    assert {"description", "keywords", "contentSource", "url", "ContentStart", "ContentEnd"} <= set(found)


def test_markers_of_jcms_enclose_the_body():
    """The comments stand in the order in which the real templates write them."""
    comments = part(page_of(PORTAL.golden), "").comments
    marks = [text for text in comments if "[信息内容]" in text or "ZJEG" in text]
    assert marks == ["<$[信息内容]>begin", "ZJEG_RSS.content.begin", "ZJEG_RSS.content.end", "<$[信息内容]>end"]
    assert "<$[标题]>begin" in comments


def test_source_attachments_and_pictures_are_shown():
    """What a release carries is on its page; where it carries none, there is no label either."""
    rich = next(release for release in PORTAL.releases if release.source and release.attachments)
    html = page_of(rich)
    assert f"Source:{rich.source}" in html
    shown = {link.get("href"): link for link in part(html, "").links}
    assert {file.path for file in rich.attachments} <= set(shown)
    plain = page_of(PORTAL.golden)
    assert "Source:" not in plain
    assert "Attachments:" not in plain
    pictured = next(release for release in PORTAL.releases if release.images)
    assert f'src="{pictured.images[0].path}"' in page_of(pictured)


def test_neighbours_and_related_links_are_shown():
    """Previous, next and related articles are linked, or said to be none."""
    around = Surroundings(TODAY, MADE_AT, PORTAL.releases[2], None, PORTAL.releases[3:5])
    html = article_page(PORTAL.releases[1], around)
    links = [link.get("href") for link in part(html, "").links]
    assert [release.path for release in PORTAL.releases[2:5]] == [href for href in links if href and href.startswith("/art/")]
    assert "Next: None" in html


def test_a_second_column_has_its_own_breadcrumb():
    """The same article under another column says that column's name."""
    html = page_of(PORTAL.golden, SECOND)
    assert line(html, "location") == "Current location: Home > City News"
    assert dict(part(html, "").metas)["url"] == PORTAL.golden.path_in(SECOND)


def test_pages_have_the_bulk_of_real_ones():
    """Menus, styles and scripts make a page 20 to 60 KB."""
    sizes = [len(page_of(release).encode()) for release in PORTAL.releases]
    assert min(sizes) > 20_000
    assert max(sizes) < 60_000


def test_a_release_without_words_is_still_a_page():
    """A page whose container holds nothing is rendered all the same."""
    html = page_of(Release(7, "A & B “C” <D>", "2026-01-02 03:04", ()))
    assert paragraphs(html) == ()
    assert line(html, "article-title") == "A & B “C” <D>"


@pytest.mark.parametrize(("status", "words"), [(404, "does not exist"), (503, "unavailable")])
def test_error_pages_say_what_is_wrong(status, words):
    """An unknown address and a server in trouble have different words."""
    assert words in error_page(status)
