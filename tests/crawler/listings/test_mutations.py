"""Answers cut short, torn and mixed: no reader of listings raises anything but `ReadError`, or takes long."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.portal import Section
from crawler.errors import ReadError
from crawler.listings import ListingRequest, miss_listing, read_listing

DATA = Path(__file__).parents[2] / "data" / "listings"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.nanhu.gov.cn/col/col120/index.html"
PLAIN = Section(title="x", listing=URL)
PAGED = Section(title="x", listing=URL, pages="https://www.nanhu.gov.cn/col/col120/index_{page}.html")
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(DATA.iterdir())}
SAMPLED = {path.name: path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*-list*")) + sorted(SAMPLES.glob("*-jp*"))}
MOST_SECONDS = 2


def courses():
    """Return the requests that the whole fixtures make: the first, and whatever each platform carries to the next."""
    found = [ListingRequest(URL), ListingRequest(URL, unit="5489"), ListingRequest(URL, unit="html")]
    for text in TEXTS.values():
        for section in (PLAIN, PAGED):
            page = read_listing(text, ListingRequest(URL), section=section, zone=ZONE)
            for answer in ('{"success":true,"data":{"html":""}}', TEXTS["unit.json"]):
                while page.next and page.next not in found:
                    found.append(page.next)
                    page = read_listing(answer, page.next, section=section, zone=ZONE)
    return found


COURSES = courses()
PIECES = (
    "<",
    ">",
    "'",
    '"',
    "&",
    "&#",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "{",
    "}",
    "[",
    "(",
    ")",
    "\0",
    "\ud800",
    "9" * 30,
    "٣",
    ",",
    ":",
)


@st.composite
def mutations(draw, texts):
    """Return one of some texts with a few pieces of it cut out, doubled, moved or replaced."""
    text = texts[draw(st.sampled_from(sorted(texts)))]
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from((1, 5, 40, 400, len(text)))))
        piece = draw(st.sampled_from(("", text[start:end] * 2, text[start:end][::-1], *PIECES)))
        text = text[:start] + piece + text[end:]
    return text


def check(text, request, section):
    """Read an answer: a page or a `ReadError` comes of it, in time, and an unreadable page says why."""
    began = process_time()
    with suppress(ReadError):
        page = read_listing(text, request, section=section, zone=ZONE)
        assert page.printed >= len(page.records)
        assert page.readable or (page.problems and not page.records)
        assert page.next is None or page.next.url.startswith(("https://", "http://"))
    assert process_time() - began < MOST_SECONDS


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations(TEXTS), st.sampled_from(COURSES), st.sampled_from((PLAIN, PAGED)))
def test_no_torn_answer_stops_a_reader(text, request, section):
    """Whatever of the fixtures comes to whichever request of any platform."""
    check(text, request, section)


@pytest.mark.skipif(not SAMPLED, reason=f"no real pages at {SAMPLES.parent.name}/{SAMPLES.name} beside this project")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutations(SAMPLED or TEXTS), st.sampled_from(COURSES))
def test_no_torn_real_page_stops_a_reader(text, request):
    """The same with pages of real portals."""
    check(text, request, PLAIN)


@given(st.sampled_from(COURSES), st.sampled_from((PLAIN, PAGED)))
def test_no_missing_page_stops_a_sweep(request, section):
    """Whatever was asked for and is not there is an end, another way, or a problem."""
    page = miss_listing("gone", request, section=section)
    assert page.problems or page.is_step


def test_every_platform_is_among_the_courses():
    """The requests that are tried come from all readers that ask for more."""
    assert {request.platform for request in COURSES} == {"auto", "jpage", "jpaas", "trs", "static"}
    assert len(COURSES) > 15
