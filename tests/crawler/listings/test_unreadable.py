"""Why a listing shows no rows."""

from __future__ import annotations

from time import process_time

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
        ("<script type='text/html'>{{each rows}}<li>{{$value.title}}</li>{{/each}}</script>", "Handlebars"),
        ("<li><a :href='row.url'>{{row.title}}</a></li>", "(Vue)"),
        ("<a target=_blank v-bind:href=row.url>x</a>", "(Vue)"),
        ("<script>loadPageData({channelCode:['1']})</script>", "(loadPageData"),
        ("<script>$.post('/queryList', {channelCode: 1})</script>", "(/queryList)"),
        ("<script>$.get('/common/search/0a1b?_pageSize=20&_isJson=true&page=1')</script>", "(Ucap's"),
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
        ("<script>var itemObj = [{'ID': 1, 'TITLE': 'a', 'docUrl': './1.html'}];</script>", "array of a script"),
        ("<div id=gkmlpt></div><a href='/gkmlpt/index'>x</a>", "(gkmlpt)"),
        ("<script>window.__GKMLPT__={SID:1}</script>", "(gkmlpt)"),
        ("<ul class='ewb-list'></ul><a href='/about/'>x</a>", "(Epoint)"),
        ("<script src='/epoint-httpserver/a.js'></script>", "(Epoint)"),
        ("<script src='/igs/front/a.js'></script>", "(IGS)"),
        ('{"results": 1}', "JSON"),
        ("<div id=app></div>", "shell without a link"),
        ("<a href=/a>a</a><a href=/b>b</a>", "none of its 2 links"),
    ],
)
def test_the_likeliest_reason_is_given(text, part):
    """What a page holds instead of rows is said in words for people."""
    assert part in why_no_rows(text, parse(text))


@pytest.mark.parametrize(
    "text", ["<a " * 50_000, "{{ " * 50_000, "href=" * 50_000, "=[{" * 50_000, "<a :hre" * 50_000, "= [ {" + "x" * 200_000]
)
def test_no_page_makes_a_rule_slow(text):
    """Every rule's time grows with the length of the page only."""
    began = process_time()
    why_templated(text)
    why_no_rows(f"<script>{text}</script>", parse(f"<script>{text}</script>"))
    assert process_time() - began < 2
