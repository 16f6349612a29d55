"""A small reader of the embedded portal's pages on the standard library alone, so that tests share nothing with the crawler."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

ASCII_SPACE = re.compile(r"[ \t\n\r\f]+")
BLOCKS = {"p", "div", "h1", "tr", "table", "section", "br"}
VOID = {"br", "img", "meta", "link", "input"}


def collapse(text):
    """Collapse white space as HTML does: ASCII only, no-break spaces stay."""
    return ASCII_SPACE.sub(" ", text).strip(" \t\n\r\f")


class Part(HTMLParser):
    """Collects the paragraphs of the element with an id or a class, and all meta tags and links of the page."""

    def __init__(self, wanted):
        super().__init__(convert_charrefs=True)
        self.wanted, self.depth, self.pieces, self.paragraphs = wanted, 0, [], []
        self.metas, self.links, self.comments = [], [], []

    def end_paragraph(self):
        """Take what was collected as a paragraph, unless it is empty."""
        if text := collapse("".join(self.pieces)):
            self.paragraphs.append(text)
        self.pieces = []

    def handle_starttag(self, tag, attrs):
        """Note metas and links; count depth inside the wanted element."""
        values = dict(attrs)
        if tag == "meta":
            self.metas.append((values.get("name"), values.get("content")))
        if tag == "a":
            self.links.append(values)
        if tag in BLOCKS and self.depth:
            self.end_paragraph()
        if tag in VOID:
            return
        if self.depth or self.wanted in {values.get("id"), *(values.get("class") or "").split()}:
            self.depth += 1

    def handle_endtag(self, tag):
        """Leave an element, and the wanted one at last; one that was closed where it began was never entered."""
        if self.depth and tag not in VOID:
            if tag in BLOCKS:
                self.end_paragraph()
            self.depth -= 1
            if not self.depth:
                self.end_paragraph()

    def handle_data(self, data):
        """Collect text inside the wanted element."""
        if self.depth:
            self.pieces.append(data)

    def handle_comment(self, data):
        """Note comments: JCMS marks with them."""
        self.comments.append(data)


def part(html, wanted):
    """Read the page and return the collector, with the paragraphs of the element that has `wanted` as its id or class."""
    collector = Part(wanted)
    collector.feed(html)
    collector.close()
    return collector


def paragraphs(html, wanted="zoom"):
    """Return the paragraphs of one element."""
    return tuple(part(html, wanted).paragraphs)


def line(html, wanted):
    """Return the text of one element in one line."""
    return " ".join(paragraphs(html, wanted))


def records(xml):
    """Return the records of a datastore, as HTML."""
    return [record.text for record in ET.fromstring(xml).iter("record")]


def store(html):
    """Return the datastore that a column's page embeds."""
    return re.search(r'<script type="text/xml">(.*?)</script>', html, re.DOTALL)[1]


def row_link(record):
    """Return the attributes of a row's link."""
    return part(record, "").links[0]
