"""Probing a portal over real HTTP: the way to the listing, its rows, the page after them, a press release, and manners."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from config.portal import parse_portal, read_portal
from config.settings import FetchOptions, Settings
from crawler.portal_text import declared, portal_text
from crawler.probe_jobs import Choice, wish_for
from crawler.probe_problems import problems_of
from crawler.probing import probe
from crawler.render_probe import probe_of
from seeds.portal import TODAY, Platform, Portal, PortalServer
from tests.misbehaviour import CHALLENGE, response
from tests.server import Server
from tests.world import FakeClock

HTML = "Content-Type: text/html; charset=utf-8"
TEXT = "The lake was cleaned by volunteers of four towns, who will come again in spring to plant reeds along the northern shore."


def page(body: str, *, head: str = "") -> bytes:
    """Return a page as an answer."""
    return response("200 OK", HTML, body=f"<html><head>{head}</head><body>{body}</body></html>".encode())


def article(number: int, *, container: str = 'id="zoom"', crumb: str = "") -> bytes:
    """Return a press release."""
    return page(
        f"{crumb}<h1>Lake {number}</h1><p>Release date:2026-01-{number:02} 10:00</p><div {container}><p>{TEXT} {number}.</p>"
        f"<p>It was the {number}. time, said the mayor, and thanked all of them.</p></div>"
    )


def rows(*numbers: int, href: str = "/art/2026/1/{0}/art_1_{0}.html", date: bool = True) -> str:
    """Return rows of a listing."""
    dated = "<span>2026-01-{0:02}</span>" if date else ""
    return "".join(f'<li><a href="{href}">Lake {{0}}</a>{dated}</li>'.format(number) for number in numbers)


def listing(items: str, *, more: str = "", title: str = "Lake News - Town") -> bytes:
    """Return a listing in plain HTML."""
    return page(f"<ul>{items}</ul>{more}", head=f"<title>{title}</title>")


class Town:
    """A small portal of whatever a test answers; a path that nothing answers is a 404, and every `/art` a press release."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.answers = {"/robots.txt": response("404 Not Found"), "/list": listing(rows(*range(1, 9)))} | answers
        firsts = {f"/{path.split('/')[1]}" for path in self.answers} | {"/art", "/"}
        self.server = Server(dict.fromkeys(firsts, self._answer))

    def _answer(self, request):
        answer = self.answers.get(request.path)
        if answer is None and request.path.startswith("/art/"):
            return article(int(request.path.removesuffix(".html").rpartition("_")[2]))
        if callable(answer):
            return answer(request)
        return answer if answer is not None else response("404 Not Found")

    @property
    def asked(self) -> list[str]:
        """What was asked for, in order."""
        return [request.target for request in self.server.seen]


def probed(server: Server | PortalServer, path: str, *, known: tuple = (), clock: FakeClock | None = None, **choice: object):
    """Probe a path of a server, on a clock that does not wait."""
    where = path if "/" not in path[1:] and not path.startswith("/") else server.url(path)
    wish = wish_for(Choice(where, **{"allow_private": True} | choice), known)
    return asyncio.run(probe(wish, Settings(portals=(read_portal("jiaxing"),)), clock or FakeClock()))


@pytest.fixture
def town():
    """Return a function that serves a town with these answers until the test's end."""
    towns = []

    def serve(answers: dict[str, bytes] | None = None) -> Town:
        made = Town(answers or {})
        made.server.__enter__()
        towns.append(made)
        return made

    yield serve
    for made in towns:
        made.server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def embedded():
    """Serve the embedded portal."""
    with PortalServer(Portal(releases=120)) as server:
        yield server


def whats(found) -> str:
    """Return all problems as one text."""
    return "\n".join(f"{each.what} -> {each.do}" for each in problems_of(found))


# The way to the listing.


def test_a_home_page_leads_to_the_listing_by_link_titles(embedded):
    """From the home page by two links, as a person goes; everything is found, and nothing is wrong."""
    found = probed(embedded, "/", titles=("English", "Jiaxing Today"))
    assert (found.listing.url, found.title) == (embedded.url(f"/col/col{TODAY}/index.html"), "Jiaxing Today")
    assert (found.listing.page.platform, found.paging.state, found.is_sound) == ("jpage", "works", True)
    assert found.release.origins.container == "#zoom"
    assert problems_of(found) == ()


@pytest.mark.parametrize(
    ("platform", "name", "container"),
    [
        (Platform.JPAAS, "jpaas", ".editor-content"),
        (Platform.TRS, "trs", ".TRS_Editor"),
        (Platform.STATIC, "static", "#vsb_content, [id^=vsb_content]"),
    ],
)
def test_every_platform_is_probed_alike(platform, name, container):
    """From a press release to its list, to the second page and to a text in the platform's own container."""
    with PortalServer(Portal(releases=40, platform=platform)) as server:
        found = probed(server, next(each for each in server.portal.releases if not each.pinned).path)
    assert (found.title, found.listing.page.platform, found.paging.state) == ("Jiaxing Today", name, "works")
    assert (found.release.origins.container, found.is_sound, problems_of(found)) == (container, True, ())


def test_a_press_release_leads_to_its_section_by_the_breadcrumb(embedded):
    """The page that a probe begins with is its example, and is not asked for twice."""
    path = next(each for each in embedded.portal.releases if not each.pinned).path
    before = len(embedded.requests)
    found = probed(embedded, path)
    assert (found.title, found.listing.page.platform) == ("Jiaxing Today", "jpage")
    assert found.release.url == embedded.url(path)
    assert [each.target for each in embedded.requests[before:]].count(path) == 1


def test_a_listing_names_itself(town):
    """A listing is taken for one where the probe begins, and its title is what it calls itself."""
    site = town({"/list": listing(rows(*range(1, 9)), title="Lake News - Town")})
    found = probed(site.server, "/list")
    assert (found.title, len(found.listing.page.records), found.is_sound) == ("Lake News", 8, True)
    assert site.asked == ["/robots.txt", "/list", "/art/2026/1/1/art_1_1.html"]


def test_a_title_names_the_listing_that_is_given(town):
    """With a listing's own address, --section is what it is called."""
    found = probed(town().server, "/list", titles=("Waters",))
    assert (found.title, found.is_sound) == ("Waters", True)


def test_a_home_page_alone_is_not_guessed_at(town):
    """Its largest box of news is not taken for a section; links that may be sections are offered."""
    site = town({"/": page('<a href="/news/">Town News</a><a href="/art/2026/1/1/art_1_1.html">Lake 1</a>' + rows(1, 2, 3, 4))})
    found = probed(site.server, "/")
    assert (found.listing, found.offered, found.is_sound) == (None, ("Town News",), False)
    assert "--section TITLE. Links that may be sections: Town News." in whats(found)
    assert probed(site.server, "/", is_listing=True).is_sound


def test_a_link_that_is_not_there_is_said(town):
    """Where no link bears the title, the way ends with the reason."""
    found = probed(town({"/": page("<p>Welcome</p>")}).server, "/", titles=("News",))
    assert found.listing is None
    assert 'no link titled "News"' in whats(found)


def test_a_known_section_is_tried_by_its_name(town):
    """A portal's file is tried as it stands: its listing, its selectors, its manners."""
    site = town({"/art/2026/1/1/art_1_1.html": article(1, container='class="own"')})
    text = (
        f'name = "town"\nhosts = ["127.0.0.1:{site.server.port}"]\nallow_private = true\n[sections.lake]\ntitle = "Lake"\n'
        f'listing = "{site.server.url("/list")}"\n[sections.lake.select]\nbody = ".own"\n[sections.more]\ntitle = "More"\n'
        f'start = ["{site.server.url("/")}"]\n'
    )
    portal = parse_portal(text, "town.toml")
    wish = wish_for(Choice("town/lake"), [portal])
    found = asyncio.run(probe(wish, Settings(portals=(portal,)), FakeClock()))
    assert (found.release.origins.container, found.is_sound) == ("selector", True)
    assert declared(found) == portal


# What does not answer.


@pytest.mark.parametrize(
    ("answer", "what", "do"),
    [
        (response("403 Forbidden"), "403", "docs/blocked.md"),
        (response("412 Precondition Failed", HTML, body=CHALLENGE), "412", "no challenge is ever solved"),
        (response("404 Not Found"), "404", "in a browser"),
        (response("500 Internal Server Error"), "500", "try again later"),
        (response("302 Found", "Location: http://other.example/"), "outside the hosts", "--host"),
        (response("302 Found", "Location: /list"), "redirected without an end", "a browser ends at"),
    ],
)
def test_what_does_not_answer_is_said_with_what_to_do(town, answer, what, do):
    """A refusal, a challenge, a failure, a redirect to elsewhere: each in words, none asked for twice."""
    found = probed(town({"/list": answer}).server, "/list")
    assert (found.listing, found.is_sound) == (None, False)
    (problem,) = problems_of(found)
    assert problem.is_fatal
    assert what in problem.what
    assert do in problem.do


@pytest.mark.parametrize(
    "path", ["ok", "bad-gzip", "bomb", "short", "reset", "no-http", "empty", "429", "silence", "redirect-bytes"]
)
def test_whatever_a_server_does_becomes_words(path):
    """No answer ends a probe but in a problem that says what came, and what to do."""
    options = FetchOptions(timeout="500ms")
    with Server({"/robots.txt": lambda _request: response("404 Not Found")}) as server:
        wish = wish_for(Choice(server.url(f"/{path}"), allow_private=True), ())
        found = asyncio.run(probe(wish, Settings(portals=(read_portal("jiaxing"),), fetch=options), FakeClock()))
    (problem,) = problems_of(found)
    assert problem.is_fatal
    assert problem.what
    assert problem.do


def test_a_press_release_without_a_section_is_said(town):
    """Where neither breadcrumb nor meta tag names the section, its title is asked for."""
    found = probed(town().server, "/art/2026/1/1/art_1_1.html")
    assert "it is a press release that names no section" in whats(found)
    assert len(found.releases) == 1


def test_what_robots_forbids_is_not_asked(town):
    """The listing is forbidden: it is not asked for, and the reason is named."""
    robots = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nDisallow: /list\n")
    site = town({"/robots.txt": robots})
    found = probed(site.server, "/list")
    assert site.asked == ["/robots.txt"]
    assert (found.manners[0].allowed, found.listing) == (False, None)
    assert "not allowed by robots.txt -> the portal does not want it" in whats(found)


def test_the_delay_of_robots_holds(town):
    """A longer delay than ours is obeyed and said; so much time passes between two requests."""
    robots = response("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 90\n")
    clock = FakeClock()
    before = clock.now()
    found = probed(town({"/robots.txt": robots}).server, "/list", clock=clock)
    assert (found.manners[0].asked_delay, found.manners[0].delay) == (90.0, 90.0)
    assert (clock.now() - before).total_seconds() > 90
    assert "robots.txt wants" in whats(found)


def test_the_manners_of_a_known_portal_hold(town):
    """In its quiet hours nothing is asked."""
    site = town()
    text = (
        f'name = "town"\nhosts = ["127.0.0.1:{site.server.port}"]\nallow_private = true\n[politeness]\n'
        f'quiet_hours = ["00:00-23:59"]\n[sections.lake]\ntitle = "Lake"\nlisting = "{site.server.url("/list")}"\n'
    )
    found = probed(site.server, "/list", known=(parse_portal(text, "town.toml"),))
    assert site.asked == []
    assert "quiet hours" in whats(found)


def test_a_host_that_asked_us_to_wait_is_left_alone(town):
    """What an archive knows of a host holds for a probe too."""
    site = town()
    clock = FakeClock()
    wish = wish_for(Choice(site.server.url("/list"), allow_private=True), ())
    until = clock.now() + timedelta(hours=12)
    held = replace(wish, held={f"127.0.0.1:{site.server.port}": until})
    found = asyncio.run(probe(held, Settings(portals=(read_portal("jiaxing"),)), clock))
    assert site.asked == []
    assert "the host asked us to wait" in whats(found)


def test_a_private_address_is_not_asked_unless_allowed(town):
    """Nobody is led to this machine by an address that somebody gave."""
    site = town()
    found = probed(site.server, "/list", allow_private=False)
    assert site.asked == []
    assert "--allow-private" in whats(found)


# Listings that need more, or cannot be read.


def test_a_listing_that_a_script_draws_is_unreadable_with_its_reason(town):
    """A shell is said to be one: nothing else of the page is taken for its rows."""
    words = "<h1>Lake News</h1><p>All that happens at the lake, and on its shores, in one place.</p>"
    script = '<div id="app"></div><script>loadPageData({channelCode:["a"]})</script>'
    shell = page(words + script + rows(1, 2, 3, date=False))
    found = probed(town({"/list": shell}).server, "/list")
    assert (found.listing.page.readable, found.is_sound) == (False, False)
    assert "the listing cannot be read: its rows are fetched by a script" in whats(found)


def test_rows_of_an_unknown_form_need_no_line(town):
    """Dated rows whose addresses no known system gives are found by `auto`: the file need not say how they look."""
    answers = {f"/news/2026/n{number}0.htm": article(number) for number in range(1, 9)}
    found = probed(town({"/list": listing(rows(*range(1, 9), href="/news/2026/n{0}0.htm"))} | answers).server, "/list")
    assert "article_urls" not in portal_text(declared(found), "portals/town.toml")
    assert (len(found.listing.page.records), found.is_sound) == (8, True)


def test_an_unknown_container_is_proposed_by_a_selector(town):
    """A text that only the last resort finds gets a selector that is tried before it is proposed."""
    answers = {f"/art/2026/1/{n}/art_1_{n}.html": article(n, container='class="words-of-ours"') for n in range(1, 9)}
    found = probed(town(answers).server, "/list")
    assert (found.release.origins.container, found.release.proposed_body) == (None, ".words-of-ours")
    assert 'body = ".words-of-ours"' in portal_text(declared(found), "portals/town.toml")


def test_more_rows_than_anything_leads_to_are_said(town):
    """The page counts more pages, and no link leads there: what can be done about it is said."""
    found = probed(town({"/list": listing(rows(*range(1, 9)), more="<p>共9页</p>")}).server, "/list")
    assert found.paging.state == "nowhere"
    assert "there are more rows, and nothing leads to them -> if a browser leafs on" in whats(found)


def test_the_wanted_unit_is_read_and_written(town):
    """Of several lists on a page the named one is read, and the file names it."""
    stores = "".join(
        f'<div id="{unit}"><script type="text/xml"><datastore><recordset><record><![CDATA[{rows(*numbers)}]]></record></recordset>'
        f"</datastore></script></div><script>$('#{unit}').jpage({{totalRecord:{len(numbers)}}});</script>"
        for unit, numbers in (("71", (1, 2, 3)), ("72", (4,)))
    )
    site = town({"/list": page(f"<h1>Lake News</h1>{stores}")})
    found = probed(site.server, "/list", unit="72")
    assert found.listing.page.unit == "72"
    assert 'unit = "72"                            # which of the lists on the page' in portal_text(declared(found), "x.toml")


def test_paging_that_is_ignored_is_said(town):
    """The second page holds the first rows again: it is no page two."""
    site = town({"/list": listing(rows(*range(1, 9)), more='<a href="/list?page=2">Next</a>')})
    found = probed(site.server, "/list")
    assert (found.paging.state, found.paging.new_rows) == ("ignored", 0)
    assert "paging is ignored" in whats(found)


def test_paging_that_works_is_seen(town):
    """The second page holds other rows."""
    first = listing(rows(*range(1, 9)), more='<a href="/list2">Next</a>')
    found = probed(town({"/list": first, "/list2": listing(rows(*range(8, 20)))}).server, "/list")
    assert (found.paging.state, found.paging.new_rows) == ("works", 11)


def test_rows_on_other_hosts_are_counted(town):
    """They are never asked for without being named, and the probe says which host it is."""
    site = town({"/list": listing(rows(1, href="http://other.example/art/2026/1/{0}/art_1_{0}.html") + rows(2, 3, 4))})
    found = probed(site.server, "/list")
    assert '1 of 4 rows lead to hosts that are not named: "other.example"' in whats(found)
    assert found.release.url.endswith("art_1_2.html")


def test_one_odd_press_release_does_not_speak_for_all(town):
    """Where the first cannot be read the next is asked for, and the first is a problem."""
    site = town({"/art/2026/1/1/art_1_1.html": page("<p>Nothing here.</p>")})
    found = probed(site.server, "/list")
    assert (found.is_sound, len(found.releases)) == (True, 2)
    assert "art_1_1.html cannot be read" in whats(found)


def test_a_portal_whose_pages_cannot_be_read_is_not_sound(town):
    """The listing alone is no crawl."""
    site = town({f"/art/2026/1/{n}/art_1_{n}.html": page("<p>Nothing.</p>") for n in range(1, 9)})
    found = probed(site.server, "/list")
    assert (found.has_rows, found.is_sound, len(found.releases)) == (True, False, 3)


def test_the_document_is_plain_json(embedded):
    """What programs get holds no value of ours."""
    document = probe_of(probed(embedded, f"/col/col{TODAY}/index.html"))
    assert json.loads(json.dumps(document)) == document
    assert (len(document["listing"]["records"]), document["release"]["title_from"]) == (5, "marker")
