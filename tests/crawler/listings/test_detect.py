"""Which platform an answer comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.listings.detect import detect

DATA = Path(__file__).parents[2] / "data" / "listings"


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("column.html", "jpage"),
        ("reply.xml", "jpage"),
        ("jpaas.html", "jpaas"),
        ("trs.html", "trs"),
        ("unit.json", "jpaas"),
        ("ucap.html", "trs"),
        ("plain.html", "static"),
        ("commented.html", "static"),
        ("templated.html", "static"),
    ],
)
def test_pages_are_recognised(name, platform):
    """Each platform's page is told by what only it prints; Ucap's pager inside a comment is not that of TRS."""
    assert detect((DATA / name).read_text(encoding="utf-8")) == platform


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ('{"code":"200","success":true,"data":{"html":"<ul></ul>"}}', "jpaas"),
        ('{"success":true,"data":[]}', "static"),
        ("{broken", "static"),
        ('{"a":' * 100_000, "static"),
        (f'{{"success":true,"data":{"9" * 5000}}}', "static"),
        ("<script type='text/xml'><datastore><recordset></recordset></datastore></script>", "static"),
        (
            "<script type='text/xml'><datastore></datastore></script><script>$('#1').jpage({totalRecord:'12'})</script>",
            "jpage",
        ),
        ("<script>$('#1').jpage({totalRecord:12})</script>", "static"),
        ("", "static"),
    ],
)
def test_marks_need_substance(text, platform):
    """An empty store beside a plain list, or JSON of another form, is no platform's."""
    assert detect(text) == platform


ROWS = "".join(f"<li><a href='/art/2024/1/{n}/art_1_{n}.html'>T{n}</a><i>2024-01-0{n}</i></li>" for n in range(1, 5))
UNIT = "<script src='/unitbuild.js' queryData=\"{{'tagId':'{}'}}\"></script>"
STORE = "<div id=9><script type='text/xml'><datastore>{}</datastore></script></div>"
GROUP = "<nextgroup><![CDATA[<a href='/p.jsp?page=1'></a>]]></nextgroup>"
RECORD = "<record><![CDATA[<li><a href='/art/2024/1/1/art_1_1.html'>T</a></li>]]></record>"
PAGER = "<script>createPageHTML(9, 0, 'index', 'html');</script>"


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        (ROWS + UNIT.format("网站头部") + UNIT.format("页脚"), "static"),
        (ROWS + PAGER + UNIT.format("导航"), "trs"),
        (ROWS + PAGER + STORE.format(""), "trs"),
        (ROWS + STORE.format(GROUP), "static"),
        (STORE.format(GROUP), "jpage"),
        (STORE.format(RECORD) + UNIT.format("信息列表"), "jpage"),
        (STORE.format(GROUP) + UNIT.format("信息列表"), "jpaas"),
        (UNIT.format("信息列表") + PAGER, "jpaas"),
        (UNIT.format("信息列表") + "<meta name=Maketime content='2020-01-01 10:00:00'><!--ZJEG_RSS.content.begin-->", "jpaas"),
        (ROWS + "<!--<script>createPageHTML(9, 0, 'index', 'html');</script>-->", "static"),
        (ROWS + "<script>//createPageHTML(9, 0, 'index', 'html');</script>", "static"),
        (ROWS + "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt) {}</script>", "static"),
    ],
)
def test_leftovers_of_another_platform_decide_nothing(text, platform):
    """What shows rows goes before what only promises some; header and footer, empty stores and comments are leftovers."""
    assert detect(text) == platform
