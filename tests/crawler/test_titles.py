"""Titles: who is believed when a page names its press release several times."""

from __future__ import annotations

import pytest

from crawler.html import metas, parse
from crawler.titles import Title, find_title

LONG = "湖畔市人民政府关于内河航道养护工作三年行动方案的通知"


def title_of(page: str, *before: str, selector: str = "") -> Title | None:
    """Return the title of a page with these pieces of text above its body."""
    doc = parse(page)
    return find_title(doc, page, metas(doc), before, selector=selector)


@pytest.mark.parametrize("cut", [LONG[:20], LONG[:20] + "...", LONG[:20] + "…", " ".join(LONG), LONG])
def test_a_heading_is_preferred_to_a_cut_meta(cut):
    """When the meta begins the heading, broken by spaces or not, the heading is the title."""
    assert title_of(f"<meta name=ArticleTitle content='{cut}'><h2>{LONG}</h2>", LONG) == Title(LONG, "meta")


def test_the_window_title_completes_a_cut_meta_without_a_heading():
    """Without a heading, `<title>` gives back what was cut off the meta, or where a stray space stands in it."""
    page = f"<title>{LONG}-湖畔市人民政府</title><meta name=ArticleTitle content='{LONG[:9]} {LONG[9:15]}'>"
    assert title_of(page) == Title(LONG, "meta")


def test_a_meta_stands_against_other_headings():
    """A heading that says something else is the logo, the column or a box."""
    page = "<meta name=ArticleTitle content='{}'><h1>{}</h1>"
    assert title_of(page.format("The reeds", "Our news"), "Our news") == Title("The reeds", "meta")
    assert title_of(page.format("船", "船舶新闻"), "船舶新闻") == Title("船", "meta")
    assert title_of(page.format("船", "船"), "船") == Title("船", "meta")


@pytest.mark.parametrize("content", ["", "null", "文章标题", "Lakeside City"])
def test_placeholders_and_the_sites_name_are_no_titles(content):
    """What a template left in the meta is not believed."""
    page = f"<meta name=SiteName content='Lakeside City'><meta name=ArticleTitle content='{content}'><h1>Reeds</h1>"
    assert title_of(page, "Reeds") == Title("Reeds", "heading")


def test_hanwebs_comments_mark_the_title():
    """Between the comments stands the title, whatever the element and the meta say."""
    marked = "<!--<$[标题名称(html)]>begin--><b>Reeds</b>\n return<!--<$[标题名称(html)]>end-->"
    page = f"<meta name=ArticleTitle content='Cut'><td>{marked}</td>"
    assert title_of(page) == Title("Reeds return", "marker")
    assert title_of("<!--<$[标题]>begin--><!--<$[标题]>end--><h1>Reeds</h1>", "Reeds") == Title("Reeds", "heading")


def test_of_headings_the_one_in_the_window_title_wins():
    """Among headings, the one that `<title>` names is the title; else the one of the most trusted form."""
    page = "<h1>City services</h1><p class=title>Reeds return</p>{}"
    above = ("City services", "Reeds return")
    assert title_of(page.format("<title>Reeds return - City</title>"), *above) == Title("Reeds return", "heading")
    assert title_of(page.format(""), *above) == Title("City services", "heading")


@pytest.mark.parametrize(
    "heading",
    [
        "<h1><a href='/'>Lakeside</a></h1>",
        "<h1><a href='https://www.lakeside.example/index.html'><span>Lakeside</span></a></h1>",
        "<nav><div><h2>Lakeside</h2></div></nav>",
        "<h3 class=title>附件下载</h3>",
        "<h1></h1>",
        f"<h1>{'long ' * 100}</h1>",
    ],
)
def test_logos_and_boxes_are_no_titles(heading):
    """A link home, the navigation, the names of boxes and whole texts are no titles."""
    assert title_of(heading, "Lakeside", "附件下载", "long " * 100) is None


def test_a_heading_below_the_body_is_no_title():
    """Related news have headings too: only what stands above the body counts."""
    assert title_of("<h1>Other news</h1>", "Reeds") is None


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("Reeds return - Lakeside City", "Reeds return"),
        ("Lakeside City|Today|Reeds return", "Reeds return"),
        ("Lakeside City Today Reeds return", "Reeds return"),
        ("Lakeside City Reeds return", "Lakeside City Reeds return"),
        ("芦苇归来_湖畔市人民政府门户网站", "芦苇归来"),
        ("芦苇归来-要闻-湖畔市水利局", "芦苇归来-要闻"),
        ("Well-kept reeds", "Well-kept reeds"),
        ("Lakeside City", None),
        ("湖畔市人民政府", None),
        ("湖畔网", None),
        (" \n ", None),
    ],
)
def test_the_window_title_loses_the_names_of_site_and_column(window, expected):
    """`<title>` comes last, without the names beside it, and never as the site's name alone."""
    names = "<meta name=SiteName content='Lakeside City'><meta name=ColumnName content='Today'>"
    found = title_of(f"{names}<title>{window}</title>")
    assert found == (Title(expected, "title") if expected else None)


def test_the_line_above_the_date_is_the_last_resort():
    """A page without any heading prints its title above the labelled date."""
    assert title_of("", "Home", "Reeds return", "Release date:2022-09-20") == Title("Reeds return", "line")
    assert title_of("", "Home", "> News", "Release date:2022-09-20") is None
    assert title_of("", "Home", "Reeds return") is None


def test_a_selector_is_never_second_guessed():
    """The portal's own selector is the title, and its absence no reason to look elsewhere."""
    page = "<h1>Reeds return</h1><b> The\n other </b><i></i>"
    assert title_of(page, "Reeds return", selector="b") == Title("The other", "selector")
    assert title_of(page, "Reeds return", selector="u") is None
    assert title_of(page, "Reeds return", selector="i") is None


def test_only_marked_titles_are_certain():
    """Selector, comments and meta mark the title of one article; listings have headings too."""
    origins = ("selector", "marker", "meta", "heading", "line", "title")
    assert [Title("t", origin).is_certain for origin in origins] == [True, True, True, False, False, False]
