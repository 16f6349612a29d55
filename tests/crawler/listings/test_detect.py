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
