"""Pages of press releases, whole: golden pairs in the markup of each system, real samples, and pages that are none."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.portal import Select
from crawler.article import EXTRACTOR, read_article, reader_name
from crawler.charset import decode
from crawler.containers import find_body
from crawler.html import parse
from crawler.urls import canonical_url
from storage.records import Outcome

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "data" / "articles"
SAMPLES = ROOT.parent / "shared" / "samples"
SEED = ROOT / "seeds" / "000_61406b28d74e9c75.txt"
ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.lakeside.example/art/2022/9/20/art_11_700.html"
HEAD = '<meta name="ArticleTitle" content="A Title of an Article"><meta name="PubDate" content="2022-09-20 10:46">'
NEEDS_SAMPLES = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the captured pages are not beside this repository")
PAGES = sorted(GOLDEN.glob("*.html"))


def read(page: str, url: str = URL, *, problems: tuple[str, ...] = (), **select):
    """Return the reading of a page given as text."""
    return read_article(page, url, select=Select(**select), zone=ZONE, decoding_problems=problems)


def as_json(reading):
    """Return a reading in the form of the golden files: number, keywords and parts only where there are any."""
    content = reading.content
    fields = {}
    if content is not None:
        plain = ("title", "published", "published_at", "published_on", "precision", "source", "author", "language")
        fields = {name: getattr(content, name) for name in plain}
        fields["breadcrumb"] = list(content.breadcrumb)
        fields["paragraphs"] = content.text.split("\n\n") if content.text else []
        fields["attachments"] = [{"name": each.name, "url": each.url} for each in content.attachments]
        fields["images"] = list(content.images)
        later = {"number": content.number, "keywords": list(content.keywords), "parts": list(reading.parts)}
        fields.update({name: value for name, value in later.items() if value})
    dates = [{"value": each.value, "from": each.origin} for each in reading.dates]
    return {"outcome": reading.outcome, **fields, "dates": dates, "problems": list(reading.problems)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_reads_as_its_golden_twin_says(page):
    """Each page in the markup of one system reads exactly as the file beside it says, and so do its bytes."""
    expected = json.loads(page.with_suffix(".json").read_text("utf-8"))
    url, drop, sent = expected.pop("url"), tuple(expected.pop("drop", ())), expected.pop("content_type", None)
    decoded = decode(page.read_bytes(), sent)
    assert as_json(read(decoded.text, url, problems=decoded.problems, drop=drop)) == expected


def test_there_are_golden_pages():
    """An empty folder of golden pages would pass every comparison."""
    assert len(PAGES) >= 80


def facts_of(name: str) -> dict:
    """Return what is known of a captured page, once its bytes are those that the facts were taken from."""
    facts = json.loads((SAMPLES / "expected.json").read_text("utf-8"))[name]
    body = (SAMPLES / name).read_bytes()
    assert (len(body), hashlib.sha256(body).hexdigest()) == (facts["bytes"], facts["sha256"])
    return facts


@NEEDS_SAMPLES
def test_the_captured_trs_page_reads_as_its_facts_say():
    """The real page of Shanxi: a logo as h1, paragraphs as div, a date trap in an alt attribute, keywords of the site only."""
    facts = facts_of("a02-shanxi-trs-article.html")
    url = "http://www.shanxi.gov.cn/yw/sxyw/201909/" + facts["url_tail"]
    page = (SAMPLES / "a02-shanxi-trs-article.html").read_text("utf-8")
    reading = read(page, url)
    content = reading.content
    assert content is not None
    assert (content.title, content.source, list(content.breadcrumb)) == (facts["title"], facts["source"], facts["breadcrumb"])
    published = datetime.fromisoformat(facts["published"])
    assert (content.published, content.published_at) == (
        "2019-09-18 06:23",
        published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    assert (content.published_on, content.precision) == ("2019-09-18", "minute")
    assert {each.value[:10] for each in reading.dates} == {"2019-09-18"}
    assert facts["not_published"][:16] not in {each.value for each in reading.dates}
    assert find_body(parse(page), page, url).container == facts["body_selector"]
    paragraphs = [each.strip("\u3000") for each in content.text.split("\n\n")]
    assert (paragraphs[0], len(paragraphs)) == (facts["body_first"], 9)
    assert paragraphs[1].startswith(facts["body_second"])
    assert paragraphs[-1].endswith(facts["body_last"])
    assert content.images == tuple(canonical_url(each, url) for each in facts["images"])
    assert (content.attachments, content.author, content.number, content.keywords) == ((), None, None, ())
    assert (reading.parts, reading.problems, content.language) == ((), (), "zh")


@NEEDS_SAMPLES
def test_the_captured_jpaas_page_reads_as_its_facts_say():
    """The real page of MOHURD: a stray space in the meta title, the attachment outside the body and without an extension."""
    facts = facts_of("b04-mohurd-jpaas-article.html")
    page = (SAMPLES / "b04-mohurd-jpaas-article.html").read_text("utf-8").replace("{{DATE-3}}", "2026-09-01")
    page = re.sub(r"\{\{CN_DATE[+-]\d+\}\}", "2026年9月28日", page)
    url = "https://www.mohurd.gov.cn/gongkai/zc/wjk/art/2026/art_0d144cfa624e415b932c0f5950c2105a.html"
    reading = read(page, url)
    content = reading.content
    assert content is not None
    assert facts["meta_title_has_stray_space"]
    assert (content.title, content.source) == (facts["title"], facts["source"])
    assert (content.published, content.published_at) == ("2026-09-01 19:07", "2026-09-01T11:07:00Z")
    assert find_body(parse(page), page, url).container == facts["body_selector"]
    assert content.text.startswith(facts["body_first_startswith"])
    assert len(content.attachments) == facts["attachments_n"]
    (file,) = content.attachments
    assert file.name == "住房城乡建设部行政复议办法（征求意见稿）"
    assert file.url.startswith("https://www.mohurd.gov.cn/api-gateway/jpaas-web-server/front/document/download?fileUrl=")
    assert (reading.parts, reading.problems, content.author, content.number, content.keywords) == ((), (), None, None, ())


@NEEDS_SAMPLES
@pytest.mark.parametrize("name", ["a07-gansu-jyt-ucap-list.html", "b09-ndrc-trs-list-excerpt.html"])
def test_captured_listings_are_no_press_releases(name):
    """A real listing has a title and dates and still never reads as a press release."""
    reading = read((SAMPLES / name).read_text("utf-8"), "https://www.example.cn/xxgk/list.html")
    assert (reading.outcome, reading.content) == (Outcome.UNREADABLE, None)


def test_the_seed_reads_back_word_for_word():
    """The golden record in the markup of an English portal gives its own text, no-break spaces included."""
    seed = SEED.read_text("utf-8")
    head, text = re.split(r"Release date:.*\n+", seed, maxsplit=1)
    title = head.strip().rpartition("\n")[2]
    paragraphs = "".join(f"<p>{each}</p>\n" for each in text.strip("\n").replace("\u00a0", "&nbsp;").split("\n\n"))
    page = (
        "<html><head><title>Jiaxing</title></head><body><table><tr><td>Current location:</td><td><a href='/'>Home</a></td>"
        f"<td> &gt;<a href='/col/col1/index.html'>Jiaxing Today</a></td></tr></table><div class='title'>{title}</div>"
        f"<div>Release date:2022-09-20 10:46</div><div id='zoom'>{paragraphs}</div></body></html>"
    )
    content = read(page, "https://www.jiaxing.gov.cn/art/2022/9/20/art_1591188_59550001.html").content
    assert content is not None
    assert (content.title, content.text) == (title, text.strip("\n"))
    assert (content.text.count("\u00a0"), content.text.count("\n\n")) == (13, 5)
    assert (content.published, content.published_at, content.published_on) == (
        "2022-09-20 10:46",
        "2022-09-20T02:46:00Z",
        "2022-09-20",
    )
    assert (content.breadcrumb, content.language) == (("Home", "Jiaxing Today"), "en")


@pytest.mark.parametrize("page", ["", "<html></html>", "<title>T</title><script>var text = 1</script>", "<p>\u00a0</p>", "\x00"])
def test_a_page_without_visible_text_is_empty(page):
    """No text that a reader could see means empty, which is neither content nor a broken layout."""
    reading = read(page)
    assert (reading.outcome, reading.content) == (Outcome.EMPTY, None)
    assert reading.problems[-1] == "the document holds no visible text"


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<p>Some words</p>", "title not found: no heading, no ArticleTitle, no <title> of its own"),
        (f"{HEAD}<p>Some words</p>", "body not found: no known container"),
        (f"{HEAD}<p>Annex: <a href='a.pdf'>Annex</a></p>", "body not found: no known container"),
        (f"{HEAD}<p>Some words</p><div id=zoom></div>", "body empty: #zoom holds neither text nor pictures"),
        (f"{HEAD}<div id=zoom><p>Date: 2022-09-20</p></div>", "body empty: #zoom holds neither text nor pictures"),
    ],
)
def test_a_page_without_its_parts_is_unreadable(page, problem):
    """What was not found is said, and nothing is made of the rest."""
    reading = read(page, "https://www.lakeside.example/a/b.html")
    assert (reading.outcome, reading.content) == (Outcome.UNREADABLE, None)
    assert problem in reading.problems


def test_a_heading_alone_makes_no_press_release():
    """A container below a heading is a press release only with a date, and not at the address of a listing."""
    page = "<h1>What we do</h1><p>{}</p><div class=TRS_Editor>Many things.</div>"
    assert read(page.format(""), "https://x.example/a.html").outcome == Outcome.UNREADABLE
    assert read(page.format("Date: 2022-09-20"), "https://x.example/index.html").outcome == Outcome.UNREADABLE
    assert read(page.format("Date: 2022-09-20"), "https://x.example/a.html").outcome == Outcome.OK


def test_a_page_whose_body_holds_only_a_video_is_ok():
    """A frame that shows something is content; a visit counter in a frame is not."""
    assert read(f"{HEAD}<p>x</p><div id=zoom><iframe src='/player/7.html'></iframe></div>").outcome == Outcome.OK
    counter = f"{HEAD}<p>x</p><div id=zoom><iframe src='/module/visitcount/visit.jsp'></iframe></div>"
    assert read(counter).outcome == Outcome.UNREADABLE


def test_selectors_of_the_portal_come_first():
    """Title, date and text are taken where the portal's file says, and what it drops is left out."""
    page = (
        f"{HEAD}<h1>A Title of an Article</h1><b class=t>The Other Title</b><i class=d>2021年1月2日</i><div id=zoom>No.</div>"
        "<section><p>Yes.</p><p class=ad>Buy!</p></section>"
    )
    reading = read(page, title=".t", published=".d", body="section", drop=(".ad",))
    assert reading.content is not None
    assert (reading.content.title, reading.content.published_on, reading.content.text) == ("The Other Title", "2021-01-02", "Yes.")
    assert reading.dates[0].origin == "selector"
    assert reading.problems[0].startswith("dates disagree: selector 2021年1月2日, meta:pubdate 2022-09-20 10:46")


def test_a_selector_that_finds_nothing_is_a_broken_layout():
    """A configured selector is never replaced by a guess: the page is unreadable and the selector named."""
    page = f"{HEAD}<div id=zoom>Text.</div>"
    for select, problem in (({"title": ".t"}, "title not found at '.t'"), ({"body": ".b"}, "body not found at '.b'")):
        reading = read(page, **select)
        assert (reading.outcome, reading.problems) == (Outcome.UNREADABLE, (problem,))


def test_a_date_that_is_not_where_it_should_be_is_a_problem():
    """Without a date at the configured place the others are taken, and it is said."""
    reading = read(f"{HEAD}<i class=d>soon</i><div id=zoom>Text.</div>", published=".d")
    assert reading.outcome == Outcome.OK
    assert reading.problems == ("published: nothing to read at '.d'",)


def test_no_css_is_a_reading_with_a_problem():
    """A selector that is none stops no crawl."""
    reading = read(HEAD, body="..")
    assert reading.outcome == Outcome.UNREADABLE
    assert reading.problems == ("not a CSS selector: '..'",)


def test_nesting_too_deep_is_a_reading_with_a_problem():
    """A page built to exhaust the parser is unreadable, after the problems of decoding it."""
    reading = read("<div>" * 3000, problems=("mislabelled",))
    assert reading.outcome == Outcome.UNREADABLE
    assert reading.problems[0] == "mislabelled"
    assert "nests more than" in reading.problems[1]


def test_dates_of_the_text_are_no_dates_of_the_page():
    """A labelled date inside the text is no date of publication: it stands below paragraphs."""
    reading = read(f"{HEAD}<div id=zoom><p>Come to the harbour.</p><p>Date: 2023-01-01</p></div>")
    assert [each.origin for each in reading.dates] == ["meta:pubdate", "url"]
    assert reading.content is not None
    assert reading.content.text == "Come to the harbour.\n\nDate: 2023-01-01"


def test_a_date_printed_below_the_text_counts_when_there_is_no_other_label():
    """Some templates print the date of publication behind the text; lists below name other dates."""
    page = f"{HEAD}<p>x</p><div id=zoom>Text.</div><p>Published: 2022-09-19 08:00</p><p>更新时间：2026-01-01</p>"
    assert [(each.value, each.origin) for each in read(page).dates] == [
        ("2022-09-19 08:00", "label"),
        ("2022-09-20 10:46", "meta:pubdate"),
        ("2022-09-20", "url"),
    ]


def test_other_dates_stand_for_that_of_publication_last_and_never_silently():
    """The day of a document is taken only where nothing else names one, and it is said; an address is believed before it."""
    title = "<meta name=ArticleTitle content='A Title of an Article'><p>A Title of an Article</p>"
    page = f"{title}<p>成文日期：2022-09-01</p><div id=zoom>Text.</div>"
    reading = read(page, "https://www.lakeside.example/a.html")
    assert reading.content is not None
    assert (reading.content.published, reading.problems) == (
        "2022-09-01",
        ("no date of publication: label:written 2022-09-01 stands for it",),
    )
    assert [each.origin for each in read(page).dates] == ["url", "label:written"]
    assert read(page).problems == ()


def test_a_bare_date_below_the_title_is_read_beside_that_of_the_document():
    """A date without a label is that of publication, where the labelled ones say that they are not; one of validity is none."""
    fields = "<p>成文日期：2022-09-01</p><p>有效期至：2027-09-01</p><p>2022-09-18</p>"
    page = f"<h1>A Title of an Article</h1>{fields}<div id=zoom>Text.</div>"
    reading = read(page, "https://www.lakeside.example/a.html")
    assert [(each.value, each.origin) for each in reading.dates] == [("2022-09-18", "text"), ("2022-09-01", "label:written")]


def test_the_first_meta_that_is_a_date_counts():
    """Templates print a meta twice, once with nothing but a placeholder."""
    page = f"<meta name=PubDate content=发布时间>{HEAD}<div id=zoom>Text.</div>"
    assert [each.origin for each in read(page).dates] == ["meta:pubdate", "url"]


def test_decoys_are_no_dates():
    """Times of generation, comments, attributes and scripts name no date of publication."""
    page = (
        "<meta name=Maketime content='2026-01-01 00:00:00'><meta name=HtmlGenerateTime content='2026-01-01'>"
        "<meta name=createDate content='2026-01-01'><!-- Produced By CMS publishdate:2026-01-01 -->"
        "<meta name=ArticleTitle content='A Title of an Article'><p title='Date: 2026-01-01'>A Title of an Article</p>"
        "<script>var s='Release date:2026-01-01'</script><div id=zoom>Text.</div>"
    )
    assert [each.origin for each in read(page).dates] == ["url"]


def test_dates_one_day_apart_do_not_disagree():
    """A list or an address may lag by a day; only more than that is worth a word."""
    page = f"{HEAD}<p>Release date:2022-09-21 10:00</p><div id=zoom>Text.</div>"
    assert read(page).problems == ()


def test_a_title_repeated_as_first_paragraph_stays():
    """Many a document begins with its own title: only a line of date or source makes a head of it."""
    reading = read(f"{HEAD}<div id=zoom><p>A Title of an Article</p><p>Text.</p></div>")
    assert reading.content is not None
    assert reading.content.text == "A Title of an Article\n\nText."


@pytest.mark.parametrize(
    "page",
    [
        "<title>Home</title><p>Date: 2022-09-20</p>" + "<p>Words of a page about many things.</p>" * 9,
        HEAD + "".join(f"<li><a href='/a{n}.html'>A story with a rather long name</a></li>" for n in range(40)),
        "<h1>What our office does</h1>" + "<p>Words of a page about many things, and of no day.</p>" * 9,
    ],
)
def test_only_what_is_surely_a_press_release_is_guessed(page):
    """Without a title of its own, without a date, or made of links, a page without a container is not handed to the fallback."""
    reading = read(page, "https://www.lakeside.example/a/b.html")
    assert reading.outcome == Outcome.UNREADABLE
    assert "body not found: no known container" in reading.problems


def test_a_fallback_that_cannot_be_loaded_is_a_problem(monkeypatch):
    """A broken installation costs one page its text, and is said beside what the page lacks."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    reading = read(f"{HEAD}<p>{'Many words. ' * 20}</p>", "https://www.lakeside.example/a/b.html")
    assert (reading.outcome, reading.dates[0].origin) == (Outcome.UNREADABLE, "meta:pubdate")
    assert "trafilatura cannot be loaded" in reading.problems[0]
    assert reading.problems[1] == "body not found: no known container"


def test_a_reader_is_named_by_rules_and_libraries():
    """Other rules make another reader, the order of what is dropped does not; the parsing libraries are named."""
    libraries = r"selectolax-[\d.]+,charset-normalizer-[\d.]+,trafilatura-[\d.]+"
    assert re.fullmatch(rf"{EXTRACTOR}/[0-9a-f]{{8}}/{libraries}", reader_name(Select()))
    assert reader_name(Select(body="#a")) != reader_name(Select(title="#a")) != reader_name(Select())
    assert reader_name(Select(drop=(".a", ".b"))) == reader_name(Select(drop=(".b", ".a")))
    assert read(HEAD).reader == reader_name(Select())


@given(st.text(alphabet=st.sampled_from("<>/=\"' abdivptrl#!-日期:：0123456789\n"), max_size=300))
def test_no_page_raises(page):
    """Whatever a server sends is a reading, and only a reading that is ok has content."""
    reading = read(page)
    assert (reading.content is not None) == (reading.outcome == Outcome.OK)


@pytest.mark.parametrize(("length", "outcome"), [(1_000_000, Outcome.OK), (1_000_001, Outcome.UNREADABLE)])
def test_a_text_longer_than_any_is_none(length, outcome):
    """A million characters are read; more are no press release, and the reading says so."""
    page = f"<h1>Lake</h1><p>Release date:2026-01-01</p><div id=zoom><p>{'x' * (length - 1)}</p><p>y</p></div>"
    reading = read_article(page, "https://h.cn/a.html", select=Select(), zone=ZoneInfo("Asia/Shanghai"))
    assert reading.outcome is outcome
    said = "the text is longer than 1000000 characters, as that of no press release is"
    assert reading.problems == (() if outcome is Outcome.OK else (said,))


@pytest.mark.parametrize(("number", "outcome"), [(1_000, Outcome.OK), (1_001, Outcome.UNREADABLE)])
def test_a_thousand_files_are_enough(number, outcome):
    """What names more files than any press release is none: each of them would be asked for."""
    files = "".join(f"<a href=/{each}.pdf>x</a>" for each in range(number))
    page = f"<h1>Lake</h1><p>Release date:2026-01-01</p><div id=zoom><p>Many files: {files}</p></div>"
    reading = read_article(page, "https://h.cn/a.html", select=Select(), zone=ZoneInfo("Asia/Shanghai"))
    assert reading.outcome is outcome
    assert reading.problems == (() if outcome is Outcome.OK else ("it names more than 1000 files, as no press release does",))
