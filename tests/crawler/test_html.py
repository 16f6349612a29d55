"""The gate to the HTML parser: what a page prints, in its own spelling, however it is nested."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import html
from crawler.errors import ReadError
from crawler.html import Link

NBSP = "\u00a0"
IDEOGRAPHIC = "\u3000"


def paragraphs(markup):
    """Return the paragraphs of a page."""
    return html.blocks(html.parse(markup))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("one<br>two<br/><br><br>three", ["one", "two", "three"]),
        ("<div>one<div>two<p>three</div>four</div>five", ["one", "two", "three", "four", "five"]),
        ("<p>嘉<span>兴</span>\n<b>今</b><i>日</i>", ["嘉兴 今日"]),
        ("<p>Yesterday <b>morning</b>,the  <i>city</i>\n held", ["Yesterday morning,the city held"]),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", ["a", "b", "c"]),
        ("<h1>t</h1><hr>s<h6>u</h6><blockquote>v</blockquote><dl><dt>w<dd>x</dl>", ["t", "s", "u", "v", "w", "x"]),
        ("<table><tr><th>a<td>b<td>&nbsp;<td>c<tr><td><p>d</p><td>e</table>", [f"a b {NBSP} c", "d e"]),
        ("<table><tr><td><p>a</p><p>b<br>c</p></td><td>d</td></tr><tr><td>e</td></tr></table><p>f</p>", ["a b c d", "e", "f"]),
        ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", ["a", "b"]),
        ("<table><tr><td>&nbsp;</td><td><p>a</p><p>b</p></td><td><br></td></tr></table>", ["a", "b"]),
        ("<table><tr><td>a</td><td><table><tr><td>b<td><p>c</table></td></tr></table>", ["a", "b c"]),
        ("<pre>first  line\n\nsecond</pre>", ["first line", "second"]),
        ("a<script>b</script><style>c</style><noscript>d</noscript><template>e</template><iframe>f</iframe>g", ["ag"]),
        ("a<!--b-->c<textarea>d</textarea><svg><title>e</title><text>f</text></svg>", ["ac"]),
        ("<title>not in the body</title>", []),
        ("", []),
    ],
)
def test_blocks_part_paragraphs_as_a_browser_does(markup, expected):
    """Blocks and breaks part paragraphs, inline elements add nothing, what is not printed is left out, nothing is doubled."""
    assert paragraphs(markup) == expected


def test_only_ascii_white_space_is_collapsed():
    """No-break and ideographic spaces stand as printed, with the ASCII space before them; ASCII space at the ends goes."""
    assert paragraphs(f"<p>\n {IDEOGRAPHIC}{IDEOGRAPHIC}on the \t way. &nbsp;\n</p>") == [f"{IDEOGRAPHIC * 2}on the way. {NBSP}"]


@pytest.mark.parametrize("blank", [" \n", "&nbsp;", IDEOGRAPHIC, "&nbsp; &nbsp;<br>\u2003", "\u200b", "\ufeff"])
def test_blank_paragraphs_are_dropped(blank):
    """A paragraph of nothing but white space, of whatever width, is none."""
    assert paragraphs(f"<p>a</p><p>{blank}</p><p>b</p>") == ["a", "b"]


def test_text_stands_on_one_line():
    """Inline text turns breaks and blocks into one space and keeps no-break spaces."""
    doc = html.parse("<h1> Title<br>second&nbsp;line<div>third</div>\n</h1>")
    assert html.text_of(doc) == f"Title second{NBSP}line third"
    assert html.text_of(html.find(doc, "h1").first_child) == "Title"


def test_elements_can_be_left_out():
    """A predicate leaves out elements with all they hold; equal twins elsewhere stay."""
    doc = html.parse("<div id=z><p>x</p><p>x</p><div class=count>n<p>m</p></div>y</div>")
    first = html.find(doc, "p")
    skip = html.is_among([first, html.find(doc, ".count")])
    assert html.blocks(html.find(doc, "#z"), skip) == ["x", "y"]
    assert html.text_of(doc, skip) == "x y"
    assert html.blocks(doc, lambda node: html.attribute(node, "class") == "count") == ["x", "x", "y"]


@pytest.mark.parametrize("tag", ["span", "b", "font", "table", "object", "div"])
def test_deep_nesting_is_walked_without_recursion(tag):
    """Depth that the parser takes is walked, beyond Python's own limit of recursion."""
    depth = 1900 if tag == "div" else 5_000
    cell = "<tr><td>" if tag == "table" else ""
    markup = f"<{tag}>{cell}" * depth + "x"
    assert html.text_of(html.parse(markup)) == ("" if tag == "object" else "x")


def test_nesting_that_is_slow_to_parse_is_refused():
    """More than 2,000 open blocks are refused before parsing; as many closed ones, or unclosed paragraphs, are not."""
    with pytest.raises(ReadError, match="2000"):
        html.parse("<div><UL>" * 1001)
    with pytest.raises(ReadError):
        html.parse("</div>" * 5000 + "<div>" * 5000 + "<b></b>" * 5000)
    assert len(paragraphs("<p>x" * 5000)) == 5000
    assert len(paragraphs("<div>x<img></div>" * 3000)) == 3000


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (b"", True),
        (b"<p>words</p>" * 2_000, True),
        (b"x" * 131_072, True),
        (b"x" * 131_073, False),
        (b"<" * 4_000, True),
        (b"<" * 4_001, False),
        ("<b>".encode("utf-16-le"), False),
        (b"<b><p>" * 316, True),
        (b"<B id=1><p>" * 317, False),
        (b"<FONT\n><p>" * 317, False),
        (b"<table/>" * 448, False),
        (b"<br><body><select>" * 1_000, True),
    ],
)
def test_plain_bodies(body, plain):
    """What may be read at once is small, has few tags, and of those that multiply next to none, wherever they seem to stand."""
    assert html.is_plain(body) is plain


def test_what_is_larger_than_any_press_release_is_not_parsed():
    """Five million characters are parsed, one more is refused with the reason, and the bytes are not said to be lost."""
    assert html.too_large(html.MOST_PARSED) is None
    assert html.text_of(html.parse("x" * html.MOST_PARSED)) == "x" * html.MOST_PARSED
    with pytest.raises(ReadError, match="larger than 5 MB, which no press release is: its bytes are kept, and not parsed"):
        html.parse("x" * (html.MOST_PARSED + 1))


def test_what_stands_between_marks_is_found_once():
    """Pairs of marks are taken as they come; an open end is nobody's, however often it is opened."""
    marks = re.compile("<<"), re.compile(">>")
    assert list(html.between("a<<b>>c<<d<<e>>f>><<g", *marks)) == ["b", "d<<e"]
    assert list(html.between("<<" * 1_000_000, *marks)) == []


def test_a_page_in_utf8_needs_no_encoding():
    """The bytes of a page give the tree of its text, and are refused where that nests too deep."""
    text = "<p>嘉兴</p><p>\U0001f33e"
    assert html.blocks(html.parse(text, text.encode())) == html.blocks(html.parse(text)) == ["嘉兴", "\U0001f33e"]
    deep = "<div><ul>" * 1001
    with pytest.raises(ReadError, match="2000"):
        html.parse(deep, deep.encode())


def test_surrogates_and_nul_do_not_empty_the_page():
    """A lone surrogate becomes U+FFFD where the parser would return nothing, and a NUL costs no other character."""
    assert paragraphs("a\ud800b<p>c\0d") == ["a\ufffdb", "cd"]


@pytest.mark.parametrize("css", ["div[", "", ">>", "p:nope("])
def test_a_bad_selector_is_named(css):
    """A selector comes from a maintainer's file: the error names it and says where to correct it."""
    doc = html.parse("<p>x")
    for search in (html.find, html.find_all):
        with pytest.raises(ReadError) as caught:
            search(doc, css)
        assert repr(css) in str(caught.value)
        assert "select" in caught.value.hint


def test_elements_are_found_in_order():
    """Selectors find elements from the document and from a node, or none."""
    doc = html.parse("<p class=a>1<p class=a>2<p>3")
    assert [html.text_of(node) for node in html.find_all(doc, "p.a")] == ["1", "2"]
    assert html.text_of(html.find(html.find(doc, "body"), "p:not(.a)")) == "3"
    assert html.find(doc, "#none") is None
    assert html.find_all(doc, "#none") == []


def test_attributes_are_given_as_written():
    """An attribute without a value is '', a missing one None."""
    node = html.find(html.parse("<a HREF=' x ' hidden title=''>y"), "a")
    assert [html.attribute(node, name) for name in ("href", "hidden", "title", "id")] == [" x ", "", "", None]
    assert html.attribute_of_all([node, node], "href") == [" x ", " x "]
    assert html.attribute_of_all([node, node.parent], "hidden") == html.attribute_of_all([node], "id") * 2 == ["", ""]


def test_comments_and_sources():
    """Comments are given under a node alone, a script's source with nothing collapsed."""
    doc = html.parse(
        "<div><!--<$[信息内容]>begin-->a<!----></div><!--after--><script type='text/xml'><![CDATA[<a>\n &amp;]]></script>"
    )
    assert html.comments(html.find(doc, "div")) == ["<$[信息内容]>begin", ""]
    assert html.comments(doc) == ["<$[信息内容]>begin", "", "after"]
    assert html.source_of(html.find(doc, "script")) == "<![CDATA[<a>\n &amp;]]>"


def test_metas_are_gathered_by_lower_cased_name():
    """Names and properties, any case, doubled, without a space between attributes; empty ones left out, contents collapsed."""
    doc = html.parse(
        "<meta NAME='PubDate'content='2022-09-20 10:46'><meta name=pubdate content=2020><meta name=SiteIDCode content=''>"
        "<meta name=ArticleTitle content='\n A \n B '><meta property='og:title' content=C><meta charset=utf-8><meta name=x>"
        "<body><meta name=ContentStart><meta content=nameless>"
    )
    assert html.metas(doc) == {"pubdate": ["2022-09-20 10:46", "2020"], "articletitle": ["A B"], "og:title": ["C"]}


def test_characters_are_joined_where_a_template_broke_a_meta():
    """Between Chinese characters a broken line is no space, one that was typed stays, and Latin words stay apart."""
    doc = html.parse("<meta name=t content='关于公布\n\t《名录》的 通知'><meta name=t content='湖畔\nLake\nCity'>")
    assert html.metas(doc) == {"t": ["关于公布《名录》的 通知", "湖畔 Lake City"]}


def test_links_are_absolute():
    """Links are resolved in order with text and title; those that lead nowhere are left out."""
    doc = html.parse(
        "<a href=' /art/2022/9/20/art_1_2.html#x' title=' full\n title'>cut <b>off</b>…</a><a name=n>no</a><a href='#top'>up</a>"
        "<a href=''>here</a><a href='javascript:void(0)'>j</a><a href='mailto:a@b'>m</a><a href='//h2.cn/a b'></a>"
    )
    assert html.links(doc, "http://h.cn/col/col1/index.html") == [
        Link("http://h.cn/art/2022/9/20/art_1_2.html", "cut off…", "full title"),
        Link("http://h2.cn/a%20b", "", ""),
    ]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", "http://h.cn/a"),
        ("<base href='/b/'>", "http://h.cn/b/"),
        ("<base target=x>", "http://h.cn/a"),
        ("<base href='x:y'>", "http://h.cn/a"),
    ],
)
def test_base_of_a_page(markup, expected):
    """A page's <base> counts where it is an http(s) URL."""
    assert html.base_of(html.parse(markup), "http://h.cn/a") == expected


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<&"), min_size=1), max_size=6))
def test_paragraphs_come_back_as_printed(texts):
    """Whatever is printed in paragraphs is read from them, but for ASCII space and what prints nothing."""
    printed = [" ".join(text.split(" ")) for text in texts]
    collapsed = [" ".join(part for part in text.split(" ") if part) for text in printed]
    expected = [text for text in collapsed if text.strip().strip("\u200b\u200c\u200d\u2060\ufeff" + NBSP)]
    read = paragraphs("".join(f"<p>{text}</p>" for text in texts))
    assert [text for text in read if text.strip("\u200b\u200c\u200d\u2060\ufeff" + NBSP)] == expected


@given(st.text(max_size=200))
def test_any_text_is_a_page(text):
    """No text makes the parser or the walk fail, and no paragraph carries ASCII space at its ends."""
    doc = html.parse(text)
    assert all(paragraph == paragraph.strip(" \t\n\r\f") for paragraph in html.blocks(doc))
    assert html.links(doc, "http://h.cn/") is not None
    assert html.metas(doc) is not None


SPACED = st.text(st.sampled_from(" \t\n\r\f\x0b\xa0\u3000ab嘉"), max_size=20)


@given(st.lists(SPACED, max_size=6))
def test_white_space_is_collapsed_as_html_does(texts):
    """Every run of ASCII white space becomes one space, none is left at the ends, and many texts at once are read as each alone."""
    expected = [re.sub(r"[ \t\n\r\f]+", " ", text).strip(" \t\n\r\f") for text in texts]
    assert [html.collapsed(text) for text in texts] == expected
    assert html.collapsed_all(texts) == tuple(expected)


MARKUP = st.lists(
    st.sampled_from(["a", "嘉", " ", "\n", "\r", "\0", "\ud800", "<b>", "</b>", "<br>", "<p>", "&amp;", "&#0;", "<!--", "-->"])
)


@given(MARKUP.map("".join))
def test_a_piece_of_source_prints_what_its_tree_does(markup):
    """What holds no mark-up is not parsed, and reads the same."""
    body = html.parse(markup).body
    assert html.text_in(markup) == (html.text_of(body) if body is not None else "")


@given(
    MARKUP.map("".join),
    st.sampled_from(["", "<svg>", "<table>", "<pre>", "<textarea>", "<title>", "<script>", "<select>", "<frameset>"]),
)
def test_no_nul_reaches_the_tree(markup, element):
    """Texts are joined with NUL and parted again: wherever one stands in a page, the parser drops or replaces it."""
    doc = html.parse(f"<p>x{element}{markup}\0")
    assert "\0" not in "".join(node.text_content or "" for node in doc.root.traverse(include_text=True))


def test_a_walk_passes_over_what_it_is_told_to():
    """The walk goes on behind the element, at its sibling or at one of its parent's; blank texts are not met."""
    doc = html.parse("<div>a<p>b<i>c</i></p> <p>d</p></div>e<p>f")
    nodes = html.walk(doc.body)
    met = []
    for node in nodes:
        met.append(node.text_content or node.tag)
        if met[-1] in {"i", "p"}:
            html.pass_over(node, nodes)
    assert met == ["body", "div", "a", "p", "p", "e", "p"]
    assert list(html.walk(None)) == []
