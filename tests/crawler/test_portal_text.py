"""A portal's file as text: what is needed and nothing else, and names that can be typed."""

from __future__ import annotations

import pytest

from config.portal import parse_portal, read_portal, shipped_portals
from crawler.portal_text import portal_name, portal_text, section_slug

MINIMAL = """\
# portals/nanhu.toml: one file a portal. Only these five lines are needed.
name = "nanhu"
hosts = ["www.nanhu.gov.cn"]           # nothing outside these hosts is ever asked

[sections.news]                        # becomes nanhu/news on the command line
title = "News"
listing = "https://www.nanhu.gov.cn/col/col1229123489/index.html"
"""


MORE = r"""
platform = "trs"
article_urls = ["/a\"[*.html"]
[sections.news.select]
body = "#x"
[politeness]
delay = "5s"
"""


def test_the_minimal_file_is_that_of_the_documentation():
    """Five lines, with what they mean beside them."""
    assert portal_text(parse_portal(MINIMAL, "nanhu.toml"), "portals/nanhu.toml") == MINIMAL


@pytest.mark.parametrize("name", shipped_portals())
def test_every_shipped_portal_can_be_written(name):
    """What is written reads as the same portal again, quiet hours, patterns and Chinese titles included."""
    portal = read_portal(name)
    assert parse_portal(portal_text(portal, "x.toml"), "x.toml") == portal


def test_lines_that_are_needed_are_counted_and_explained():
    """Whatever is no default stands there, tables after plain values."""
    portal = parse_portal(MINIMAL + MORE, "nanhu.toml")
    written = portal_text(portal, "n.toml")
    assert written.startswith("# n.toml: one file a portal. Only these eleven lines are needed.\n")
    assert 'platform = "trs"                       # what the page shows does not tell it\n' in written
    assert parse_portal(written, "n.toml") == portal


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.nanhu.gov.cn/col/col1/index.html", "nanhu"),
        ("http://english.nanhu.example:8080/", "nanhu"),
        ("https://fzggw.zj.gov.cn/", "fzggw"),
        ("http://127.0.0.1:8000/", "portal"),
        ("http://xn--fiqs8s.example/", "xn--fiqs8s"),
        ("http://www.gov.cn/", "portal"),
    ],
)
def test_a_portal_is_named_after_its_host(url, name):
    """The part of the host that tells it from others, or a plain word."""
    assert portal_name(url) == name


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Jiaxing Today", "jiaxing-today"), ("News", "news"), ("嘉兴要闻", "news"), ("A" * 50, "a" * 30), ("5G", "5g")],
)
def test_a_section_has_a_name_that_can_be_typed(title, slug):
    """Small letters and hyphens; a title without any of them is called news."""
    assert section_slug(title) == slug


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("portals/nanhu.toml", "portals/nanhu.toml"),
        ("/home/somebody/portals/nanhu.toml", "nanhu.toml"),
        ("../desk/nanhu.toml", "nanhu.toml"),
    ],
)
def test_a_file_that_is_passed_on_does_not_tell_where_it_was(file, shown):
    """Its first line names it from the folder of the settings, and never by folders of the machine that it was written on."""
    assert portal_text(parse_portal(MINIMAL, "nanhu.toml"), file).startswith(f"# {shown}: one file a portal.")
