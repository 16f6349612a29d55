"""The twins of other platforms: the same press releases in another markup, at other addresses, in lists of another mechanism."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from urllib.parse import quote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest

from seeds.addresses import ADDRESSES, HOME, HOST_MARK, REPORTS, SECOND, TICKET, TODAY, Platform
from seeds.chrome import COLUMNS
from seeds.pages import Surroundings, article_page
from seeds.platforms import CLICKS, TWINS
from seeds.platforms.jpaas import LIST, UNIT, WEB
from seeds.platforms.static import feed_path
from seeds.records import Gone, Layout
from seeds.site import Ask, Site
from seeds.state import Portal
from tests.seeds.plain_reader import line, paragraphs, part

HOST = "portal.test:81"
TWO_SCORE = 40
ALL = pytest.mark.parametrize("platform", Platform)
OTHERS = pytest.mark.parametrize("platform", [each for each in Platform if each is not Platform.JCMS])
TITLES = {
    Platform.JCMS: "article-title",
    Platform.JPAAS: "article-title",
    Platform.TRS: "detail-title",
    Platform.STATIC: "content-title",
}
TEXTS = {Platform.JCMS: "zoom", Platform.JPAAS: "editor-content", Platform.TRS: "TRS_Editor", Platform.STATIC: "v_news_content"}
LISTS = {
    Platform.JPAAS: ('<ul class="list"', "layPage"),
    Platform.TRS: ('<div class="gl_list">', '<div class="page">'),
    Platform.STATIC: ("</h2>", "p_pages"),
}
"""Between which words the rows of a list stand."""
PLACES = {Platform.JCMS: "location", Platform.JPAAS: "position", Platform.TRS: "bread", Platform.STATIC: "dqwz"}


@pytest.fixture
def portal(platform):
    """Return a portal of a platform with rows for three pages."""
    return Portal(releases=TWO_SCORE, platform=platform)


@pytest.fixture
def site(portal):
    """Return its site."""
    return Site(portal)


def get(site, target, **headers):
    """Ask a site for a path with its query."""
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.answer(Ask(path, query, "GET", {"host": HOST, **named}))


def text(site, target):
    """Return the text of an answer that must be a good one."""
    answer = get(site, target)
    assert answer.status == 200, target
    return answer.body.decode()


def words(html, platform):
    """Return the paragraphs of an article's page, without the style sheet that TRS saves among them."""
    return tuple(each for each in paragraphs(html, TEXTS[platform]) if not each.startswith(".TRS_Editor"))


LIST_TAG = quote(LIST)


def unit(column, *, page=1, tag=LIST_TAG, web=WEB):
    """Return the address of a unit of JPaaS."""
    asked = quote(json.dumps({"pageNo": page, "pageSize": 15, "search": ""}))
    return f"{UNIT}?parseType=buildstatic&webId={web}&tplSetId=x&pageType=column&tagId={tag}&pageId={column}&paramJson={asked}"


def list_pages(platform, column=TODAY):
    """Return the addresses of the first three pages of a list that hold its rows."""
    first = ADDRESSES[platform].column(column)
    return {
        Platform.JPAAS: [unit(column, page=number) for number in (1, 2, 3)],
        Platform.TRS: [first, f"{first}index_1.html", f"{first}index_2.html"],
        Platform.STATIC: [first, first.replace(".htm", "/2.htm"), first.replace(".htm", "/3.htm")],
    }[platform]


def rows_of(site, platform, address):
    """Return each row of a page of a list: the path that its link leads to, its title and its date."""
    body = text(site, address)
    html = json.loads(body)["data"]["html"] if platform is Platform.JPAAS else body
    begin, end = LISTS[platform]
    rows = re.sub(r'<ul class="xgjd">.*?</ul>', "", html.partition(begin)[2].partition(end)[0]).split("<li")[1:]
    found = []
    for row in rows:
        (link,) = part(f"<li{row}", "").links
        path = urlsplit(urljoin(f"http://{HOST}{address.partition('?')[0]}", link["href"])).path
        date = re.search(r"20\d\d[-/]\d\d[-/]\d\d", re.sub(r"<a[^>]*>", "", row))[0]
        found.append((path, link["title"], date.replace("/", "-")))
    return found


# ------------------------------------------------------------------------------------------------------------- addresses


@ALL
def test_an_address_leads_to_one_article(portal):
    """No two articles share an address, in whatever column, and every one leads back to its article."""
    paths = Counter(path for release in portal.shelf.articles.values() for path in release.paths)
    assert set(paths.values()) == {1}
    for release in portal.releases:
        assert [portal.at_path(path) for path in release.paths] == [(release, column) for column in release.columns]


@pytest.mark.parametrize(
    ("platform", "pattern"),
    [
        (Platform.JCMS, r"/art/2024/\d\d?/\d\d?/art_\d+_\d+\.html"),
        (Platform.JPAAS, r"/col/col\d+/art/2024/art_[0-9a-f]{32}\.html"),
        (Platform.TRS, r"/en/[a-z]+/2024\d\d/t2024\d{4}_\d+\.html"),
        (Platform.STATIC, r"/info/\d+/\d+\.htm"),
    ],
)
def test_articles_are_named_as_the_platform_names_them(platform, pattern):
    """Each platform has its own form; JPaaS keeps the old one for what it imported, so that a list holds both."""
    portal = Portal(releases=TWO_SCORE, platform=platform)
    made = [release for release in portal.releases if release.published.startswith("2024")]
    assert made
    assert all(re.fullmatch(pattern, path) for release in made for path in release.paths)
    if platform is Platform.JPAAS:
        assert re.fullmatch(r"/art/2022/9/20/art_\d+_\d+\.html", portal.golden.path)
        both = next(release for release in portal.releases if len(release.columns) == 2 and release.published > "2024")
        assert len({path.rpartition("/")[2] for path in both.paths}) == 1


@ALL
def test_files_answer_at_the_links_of_the_page(site, portal):
    """Every attachment and picture that a page links or shows is served, each with its own bytes."""
    bodies = set()
    for release in portal.releases:
        html = text(site, release.path)
        shown = {unescape(found) for found in re.findall(r'(?:href|src)="([^"]+)"', html)}
        targets = {urljoin(release.path, found) for found in shown}
        for file in (*release.attachments, *release.images):
            (target,) = [each for each in targets if re.sub(r"[0-9a-f]{16}%3D", f"{TICKET}%3D", each) == file.path]
            answer = get(site, target)
            assert (answer.status, dict(answer.headers)["Content-Type"]) == (200, file.media_type)
            bodies.add(answer.body)
    assert len(bodies) == len({file.path for release in portal.releases for file in (*release.attachments, *release.images)}) > 10


# -------------------------------------------------------------------------------------------------------------- articles


@ALL
def test_every_release_reads_back(site, portal, platform):
    """Title, date, place and paragraphs stand on every page, to the letter."""
    for release in portal.releases:
        for path, column in zip(release.paths, release.columns, strict=True):
            html = text(site, path)
            assert line(html, TITLES[platform]) == release.title
            assert words(html, platform) == release.paragraphs
            place = re.sub(r"[\s\u00a0>]+", " ", line(html, PLACES[platform]))
            assert place.replace("Home", " Home ").split() == f"Current location: Home {COLUMNS[column]}".split()
            assert re.search(rf"Release date:(?: |<b>)?{release.published}", html)


@pytest.mark.parametrize("layout", [Layout.CHANGED, Layout.MISLEADING, Layout.RESTYLED])
@OTHERS
def test_every_platform_has_the_other_templates(site, portal, platform, layout):
    """A changed template has nothing that readers know, a misleading one a teaser in its place, a restyled one the text."""
    release = portal.golden
    portal.change_layout(to=layout)
    html = text(site, release.path)
    held = {Layout.CHANGED: "n-bd", Layout.MISLEADING: "m-story", Layout.RESTYLED: "r-copy"}[layout]
    assert paragraphs(html, held) == release.paragraphs
    hold = re.search(r'(?:id|class)="([\w-]+)', TWINS[platform].hold(""))[1]
    known = {Layout.CHANGED: (), Layout.MISLEADING: 2, Layout.RESTYLED: release.paragraphs}[layout]
    found = paragraphs(html, hold)
    assert (len(found) if layout is Layout.MISLEADING else found) == known


@pytest.mark.parametrize(
    ("platform", "marks"),
    [
        (Platform.JPAAS, ["unitbuild.js", "queryData=\"{'parseType':'buildstatic'", "editorContent-download", "页面生成时间"]),
        (
            Platform.TRS,
            [
                "CurrChnlCls",
                "<style type",
                "../../images/W0",
                "OLDSRC=",
                'name="ColumnName"content=',
                "../../files/P0",
                'content="./t',
            ],
        ),
        (Platform.STATIC, ["_newscontent_fromname", "vsb_content", "vurl=", "nattach11", "Clicks: [", "/_content/download.jsp"]),
    ],
)
def test_the_marks_of_a_platform_are_there(portal, marks):
    """What tells a platform is on its articles, and what tells another is not."""
    pages = "".join(article_page(each, Surroundings(each.column, portal.listing_stamp.at)) for each in portal.releases)
    for mark in marks:
        assert mark in pages, mark
    assert "大汉" not in pages
    assert "ZJEG" not in pages


@pytest.mark.parametrize("platform", [Platform.JPAAS, Platform.STATIC])
def test_what_lives_differs_from_look_to_look(site, portal, platform):
    """Clicks are counted and tickets signed anew for every answer; nothing else differs, and nothing is left open."""
    release = next(each for each in portal.releases if any(file.media_type == "application/pdf" for file in each.attachments))
    first, second = text(site, release.path), text(site, release.path)
    assert first != second
    assert not {CLICKS, TICKET} & set(re.findall(r"[a-z]+(?:-[a-z]+)+", first))
    changing = re.compile(r"[0-9a-f]{16}%3D" if platform is Platform.JPAAS else r"(?<=Clicks: )\[?\d+|(?<=nattach\d\d\">)\d+")
    assert changing.sub("", first) == changing.sub("", second)
    tag = dict(get(site, release.path).headers)["ETag"]
    assert get(site, release.path, if_none_match=tag).status == 304


@pytest.mark.parametrize("platform", [Platform.TRS])
def test_a_text_may_be_spread_over_pages(site, portal):
    """Two paragraphs to a page: three pages with a pager each, that come and go together; there is no fourth."""
    made = portal.publish("Long", paragraphs=["One.", "Two.", "Three.", "Four.", "Five."], images=["boat"], spread=2)
    name = made.path.removesuffix(".html")
    pages = [text(site, path) for path in (made.path, f"{name}_1.html", f"{name}_2.html")]
    assert [words(page, Platform.TRS) for page in pages] == [("One.", "Two."), ("Three.", "Four."), ("Five.",)]
    pager = rf'createPageHTML\(3, (\d), "{name.rpartition("/")[2]}", "html"\)'
    assert [re.search(pager, page)[1] for page in pages] == ["0", "1", "2"]
    assert [page.count("OLDSRC") for page in pages] == [1, 0, 0]
    assert get(site, f"{name}_3.html").status == 404
    assert "_1.html" not in text(site, portal.golden.path)
    portal.silent_edit(made.id, paragraphs=["One.", "Two.", "Three."])
    assert words(text(site, f"{name}_1.html"), Platform.TRS) == ("Three.",)
    portal.remove(made.id, Gone.NOTICE)
    assert "does not exist" in text(site, f"{name}_1.html")


# -------------------------------------------------------------------------------------------------------------- listings


@OTHERS
def test_the_way_from_home_to_the_list(site, platform):
    """The home pages link the English section and that its column, by the names that people see."""
    addresses = ADDRESSES[platform].column
    assert re.search(rf'<a href="{addresses(HOME)}"[^>]*>English</a>', text(site, "/"))
    assert f'<a href="{addresses(TODAY)}">Jiaxing Today</a>' in text(site, addresses(HOME))
    place = re.sub(r"[\s\u00a0>]+", " ", line(text(site, addresses(TODAY)), PLACES[platform]))
    assert place.replace("Home", " Home ").split() == ["Current", "location:", "Home", "Jiaxing", "Today"]


@OTHERS
def test_every_row_stands_on_one_of_the_pages(site, portal, platform):
    """The pages of the list, put together, are the rows that the portal has, in order, with whole titles and days."""
    rows = [row for address in list_pages(platform) for row in rows_of(site, platform, address)]
    expected = [(release.path_in(column), release.title, release.published[:10]) for release, column in portal.rows(TODAY)]
    assert rows == expected
    assert len(rows_of(site, platform, list_pages(platform)[0])) == 15


@OTHERS
@pytest.mark.parametrize(("number", "count"), [(REPORTS, 7), (SECOND, 2), (1591201, 0)])
def test_other_columns_have_their_rows(site, platform, number, count):
    """Columns have the rows they have: seven reports, two shared articles, or none."""
    assert len(rows_of(site, platform, list_pages(platform, number)[0])) == count


@pytest.mark.parametrize("platform", [Platform.TRS, Platform.STATIC])
def test_beyond_the_last_page_there_is_none(site, platform):
    """A page that was not generated is 404, and so are a column and a folder that are unknown."""
    first = ADDRESSES[platform].column(TODAY)
    beyond = f"{first}index_3.html" if platform is Platform.TRS else first.replace(".htm", "/4.htm")
    for address in (beyond, first.replace("jxtd", "nosuch"), first.replace("jxtd", "c77"), "/en/jxtd/index_0.html"):
        assert get(site, address).status == 404


@pytest.mark.parametrize("platform", [Platform.TRS])
def test_trs_writes_its_pager_in_a_script(site):
    """Pages are counted from 0 in the script's call, links are relative, and some rows hold a list of what explains them."""
    pages = [text(site, address) for address in list_pages(Platform.TRS)]
    assert [re.search(r'createPageHTML\(3, (\d), "index", "html"\)', page)[1] for page in pages] == ["0", "1", "2"]
    assert 'href="./20' in pages[0]
    assert 'href="../tpxw/20' in "".join(pages)
    assert '<ul class="xgjd"><li><a href="../gzbg/201307/' in "".join(pages)


@pytest.mark.parametrize("platform", [Platform.STATIC])
def test_static_pages_link_one_another(site):
    """Each page but the last leads to the next by a word and by its number, as it stands to it."""
    first, second, third = (text(site, address) for address in list_pages(Platform.STATIC))
    assert '<a href="./jxtd/2.htm">Next</a>' in first
    assert '<a href="./3.htm">Next</a>' in second
    assert '<a href="../jxtd.htm">1</a>' in second
    assert ">Next<" not in third
    assert "Total: 42 items" in third


@pytest.mark.parametrize("platform", [Platform.STATIC])
@pytest.mark.parametrize(
    ("form", "item", "date"), [("rss", "item", "pubDate"), ("atom", "{http://www.w3.org/2005/Atom}entry", "updated")]
)
def test_a_feed_holds_the_whole_list(site, portal, form, item, date):
    """Every row is in the feed, with title, address and moment; the page names it."""
    body = text(site, feed_path(TODAY, form))
    assert f"application/{form}+xml" in text(site, ADDRESSES[Platform.STATIC].column(TODAY))
    entries = list(ET.fromstring(body).iter(item))
    assert len(entries) == len(portal.rows(TODAY))
    space = item.removesuffix("entry").removesuffix("item")
    for (release, column), entry in zip(portal.rows(TODAY), entries, strict=True):
        link = entry.find(f"{space}link")
        assert entry.findtext(f"{space}title") == release.title
        assert urlsplit(urljoin(f"http://{HOST}/", link.text or link.get("href"))).path == release.path_in(column)
        assert release.published[:4] in entry.findtext(f"{space}{date}")
    assert HOST_MARK not in body


@pytest.mark.parametrize("platform", [Platform.JPAAS])
def test_jpaas_answers_for_its_units_alone(site):
    """Menu and foot come from units too; a wrong name, another encoding of the right one and a wrong site are refused alike."""
    shell = text(site, ADDRESSES[Platform.JPAAS].column(TODAY))
    assert len(re.findall(r"unitbuild\.js", shell)) == 3
    assert "/col/col1591185/art/" not in shell
    assert "menu-link" not in shell
    asked = [json.loads(found.replace("'", '"')) for found in re.findall(r'queryData="([^"]+)"', shell)]
    assert [each["tagId"] for each in asked] == ["导航", LIST, "页尾"]
    for each in asked:
        answer = json.loads(text(site, f"{UNIT}?" + "&".join(f"{name}={quote(value)}" for name, value in each.items())))
        assert (answer["code"], answer["success"]) == ("200", True)
    assert "menu-link" in json.loads(text(site, unit(TODAY, tag=quote("导航"))))["data"]["html"]
    refused = {"success": False, "data": {}}
    for address in (unit(TODAY, tag="nosuch"), unit(TODAY, tag=quote(LIST, encoding="gbk")), unit(TODAY, web="1"), UNIT):
        assert json.loads(text(site, address)) == refused


@pytest.mark.parametrize("platform", [Platform.JPAAS])
def test_jpaas_turns_pages_by_param_json_alone(site):
    """`paramJson` asks for a page; beyond the last there are no rows; other words are ignored, and the pager says what there is."""
    first = text(site, unit(TODAY))
    plain = unit(TODAY).partition("&paramJson")[0]
    assert text(site, f"{plain}&pageNo=2&page=2") == text(site, plain) == first
    assert text(site, unit(TODAY, page=2)) != first
    assert rows_of(site, Platform.JPAAS, unit(TODAY, page=9)) == []
    assert '{rows:"15",count:"42",pageNo:"1"}' in json.loads(first)["data"]["html"]


# --------------------------------------------------------------------------------------------------------------- weather


@OTHERS
def test_a_broken_list_leaves_articles_alone(site, portal, platform):
    """Pages and endpoints of lists fail, articles do not."""
    portal.break_listing()
    assert {get(site, address).status for address in (*list_pages(platform), ADDRESSES[platform].column(TODAY))} == {500}
    assert get(site, portal.golden.path).status == 200


@OTHERS
def test_one_page_of_a_list_fails_or_comes_empty(site, portal, platform):
    """The second page alone is missing, or holds no row; the next day all is well."""
    addresses = list_pages(platform)
    portal.break_group()
    assert [get(site, address).status for address in addresses] == [200, 500, 200]
    portal.break_group(empty=True)
    assert [len(rows_of(site, platform, address)) for address in addresses] == [15, 0, 12]
    portal.break_group(None)
    assert [len(rows_of(site, platform, address)) for address in addresses] == [15, 15, 12]


@ALL
def test_paging_can_be_ignored(site, portal, platform):
    """Every request for further rows is answered with the first of them."""
    endpoint = f"/module/web/jpage/dataproxy.jsp?columnid={TODAY}&unitid=4847465"
    addresses = [endpoint, f"{endpoint}&page=1"] if platform is Platform.JCMS else list_pages(platform)
    portal.ignore_paging()
    hrefs = [re.findall(r"(?:art_|/t20|/info/)[\w/]+", text(site, address)) for address in addresses]
    assert all(each[:15] == hrefs[0][:15] for each in hrefs)
    portal.ignore_paging(on=False)
    hrefs = [re.findall(r"(?:art_|/t20|/info/)[\w/]+", text(site, address)) for address in addresses]
    assert hrefs[0][:15] != hrefs[1][:15]


@ALL
def test_caches_keep_lists_and_articles(portal, site, platform):
    """What stood there when a cache filled is what it answers, with its age; files and home pages it does not keep."""
    before = portal.golden
    list_address = list_pages(platform)[0] if platform is not Platform.JCMS else ADDRESSES[platform].column(TODAY)
    listed = text(site, list_address)
    portal.fill_cache()
    portal.silent_edit(before.id)
    portal.publish("Bridge Closed", paragraphs=["It will open again."])
    assert words(text(site, before.path), platform) == before.paragraphs
    assert text(site, list_address) == listed
    assert "Age" in dict(get(site, before.path).headers)
    assert "Age" not in dict(get(site, "/").headers)
    portal.empty_cache()
    assert "Bridge Closed" in text(site, list_address)
    assert words(text(site, before.path), platform) != before.paragraphs


@ALL
def test_validators_and_lies_hold_on_every_platform(site, portal, platform):
    """Lists and articles answer 304 to what they said before; a lie keeps it up after an edit."""
    addresses = [portal.golden.path, ADDRESSES[platform].column(TODAY)]
    tags = {address: dict(get(site, address).headers)["ETag"] for address in addresses}
    assert {get(site, address, if_none_match=tag).status for address, tag in tags.items()} == {304}
    portal.lie_304(only=[portal.golden.id])
    portal.silent_edit(portal.golden.id)
    assert [get(site, address, if_none_match=tags[address]).status for address in addresses] == [304, 200]
    portal.recover()
    assert get(site, addresses[0], if_none_match=tags[addresses[0]]).status == 200


@ALL
def test_articles_are_taken_down_and_published_on_every_platform(site, portal, platform):
    """An article that is gone answers as the publisher chose; what is published later is there, with its files."""
    for how, status in ((Gone.NOT_FOUND, 404), (Gone.NOTICE, 200), (Gone.HOME, 302)):
        release = portal.releases[3]
        portal.remove(release.id, how)
        assert get(site, release.path).status == status
    made = portal.publish("Bridge Closed", paragraphs=["It will open again."], attachments=["Plan.pdf"], images=["bridge"])
    html = text(site, made.path)
    assert words(html, platform) == ("It will open again.",)
    assert ">Plan.pdf</a>" in html
    assert made == replace(made, platform=platform)
