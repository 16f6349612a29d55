"""The data store as text."""

from __future__ import annotations

import pytest

from crawler.html import parse
from crawler.listings.datastore import Datastore, is_datastore, read_datastore, read_units


def test_a_store_is_read_whole():
    """Records, numbers and the next group come out, CDATA or escaped, whatever white space stands around them."""
    store = read_datastore(
        "<datastore><totalrecord> 7</totalrecord><totalpage><![CDATA[3]]></totalpage>"
        '<nextgroup>\n<![CDATA[ <a href="/p?page=2&amp;x=1"></a> ]]>\n</nextgroup>'
        "<recordset><record>\n<![CDATA[ <li>1 & 2</li> ]]>\n</record>"
        "<RECORD>&lt;li&gt;3&lt;/li&gt;</RECORD></recordset></datastore>"
    )
    assert store == Datastore(("<li>1 & 2</li>", "<li>3</li>"), 7, 3, "/p?page=2&x=1")


@pytest.mark.parametrize("text", ["", "<datastore></datastore>", "<datastore><totalrecord></totalrecord><nextgroup></nextgroup>"])
def test_what_is_missing_is_none(text):
    """An empty store, or none, has no records, no numbers and no next group; a number never comes from another element."""
    assert read_datastore(text + "<totalpages>9</totalpages>") == Datastore(())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("<datastore>", True), ("\n<?xml version='1.0'?>\n<datastore/>", True), ("<html><datastore>", False), ("", False)],
)
def test_a_store_by_itself_is_told_from_a_page(text, is_one):
    """The data proxy's answer begins with the store; a column page only holds one."""
    assert is_datastore(text) is is_one


def test_units_get_their_own_settings():
    """Each store is named by the element around it and gets the settings made for that name; the call goes before param_."""
    units = read_units(
        parse(
            "<div id=11><p><script type='text/xml'><datastore></datastore></script></p></div>"
            "<script type='text/xml'><datastore><record>x</record></datastore></script>"
            "<script>var param_11 = {columnid:5, perPage:'9'};"
            "$('#11').jpage({perPage:15,proxyUrl:'/a.jsp'}); $(\"#22\").jpage({perPage: 20})</script>"
        )
    )
    assert [(unit.name, dict(unit.settings)) for unit in units] == [
        ("11", {"columnid": "5", "perpage": "15", "proxyurl": "/a.jsp"}),
        ("", {}),
    ]


def test_the_only_settings_belong_to_the_only_unit():
    """A page with one store and one call needs no matching names."""
    (unit,) = read_units(
        parse("<script type='text/xml'><datastore></datastore></script><script>$('#x').jpage({perPage:20})</script>")
    )
    assert unit.settings == {"perpage": "20"}
