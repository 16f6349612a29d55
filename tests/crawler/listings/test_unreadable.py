"""Why a listing shows no rows."""

from __future__ import annotations

import pytest

from crawler.html import parse
from crawler.listings.unreadable import hidden_rows, why_no_rows, why_templated
from crawler.urls import looks_like_article

BASE = "https://www.nanhu.gov.cn/col/col1/index.html"


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<!-- <a href=/art/2024/1/1/art_1_1.html>a</a><a href=/art/2024/1/1/art_1_2.html>b</a> -->", 2),
        ("<!-- <a href=/art/2024/1/1/art_1_1.html>a</a> -->", 0),
        ("<!-- <a href=/about.html>a</a><a href=/more.html>b</a> -->", 0),
        ("<!-- nothing --><p>x</p>", 0),
    ],
)
def test_links_in_a_comment_are_counted(html, count):
    """Only links to press releases count, and only from two on."""
    assert hidden_rows(parse(f"<body>{html}</body>"), BASE, looks_like_article) == count


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{{#each rows}}", "Handlebars"),
        ("{{#rows}}", "Handlebars"),
        ("<li v-for='row in rows'>", "v-for"),
        ("<a href='{{row.url}}'>", "placeholders"),
        ('<a href="<%= url %>">', "placeholders"),
        ("<script>loadPageData({channelCode:['1']})</script>", "fetched by a script"),
        ("<a href='/a'>{{ title }}</a>", None),
    ],
)
def test_templates_are_named(text, part):
    """Each kind of template has its own words; a lone placeholder is none."""
    reason = why_templated(text)
    assert (reason is None) if part is None else (part in reason)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("<script>var itemObj=[{'title':'a','url':'/x.html'}]</script>", "array of a script"),
        ('{"results": 1}', "JSON"),
        ("<div id=app></div>", "shell without a link"),
        ("<a href=/a>a</a><a href=/b>b</a>", "none of its 2 links"),
    ],
)
def test_the_likeliest_reason_is_given(text, part):
    """What a page holds instead of rows is said in words for people."""
    assert part in why_no_rows(text, parse(text))
