"""Sweeps of each platform over real HTTP, to the end of the listing or to what is said of its not being reached."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from config.portal import parse_portal
from config.settings import Settings
from crawler.discover import discover
from crawler.errors import ListingError
from crawler.run import How, choose_targets, open_archive, run_job
from tests.misbehaviour import response
from tests.server import Server
from tests.world import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.discover import Discovered

FOLDER = "/zwgk/tzgg/"


def row(number, href="./202605/t202605{day:02}_{number}.html"):
    """Return one row of a list."""
    day = number % 28 + 1
    return f"<li><a href='{href.format(number=number, day=day)}'>Title {number}</a><span>2026-05-{day:02}</span></li>"


def rows(first, last):
    """Return a list of these rows."""
    foot = "<p>Sponsored by the People's Government of Nanhu. All rights reserved; no part may be reproduced.</p>"
    return f"<title>Notices</title><ul>{''.join(row(number) for number in range(first, last + 1))}</ul>{foot}"


@dataclass(slots=True)
class Site:
    """A portal of a few fixed pages, and an archive that sweeps its listing."""

    folder: Path
    pages: dict[str, str]
    settings: str = ""
    api: Callable[[dict[str, str]], str] = lambda _: ""
    asked: list[str] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    def _answer(self, request) -> bytes:
        self.asked += [request.target] if request.target.startswith(FOLDER) else []
        text = self.pages.get(request.target)
        status = "404 Not Found" if text is None else "200 OK"
        return response(status, "Content-Type: text/html; charset=utf-8", body=(text or "no such page").encode())

    def _call(self, request) -> bytes:
        query = dict(parse_qsl(urlsplit(request.target).query))
        self.asked.append(query.get("paramJson") or query.get("tagId", ""))
        return response("200 OK", "Content-Type: application/json", body=self.api(query).encode())

    def sweep(self, times=1) -> Discovered:
        """Sweep the listing whole, so many times; what the last sweep asked is in `asked`."""
        with Server(routes={"/zwgk": self._answer, "/api-gateway": self._call, "/robots.txt": self._answer}) as server:
            for _ in range(times):
                self.asked.clear()
                found = self._sweep(f"127.0.0.1:{server.port}", server.url(""))
        return found

    def _sweep(self, host, url) -> Discovered:
        text = f'name = "p"\nhosts = ["{host}"]\nallow_private = true\n[politeness]\ndelay = "0s"\n'
        text = f'{text}[sections.today]\ntitle = "Today"\nlisting = "{url}{FOLDER}"\n{self.settings.format(url=url)}'
        settings = Settings(archive=self.folder / "archive.db", portals=(parse_portal(text, "p.toml"),), vantage="here")
        (target,) = choose_targets(settings.portals, [])
        how = How(clock=self.clock, rng=random.Random(1))
        with open_archive(settings.archive, how, trigger="crawl") as archive:
            return run_job(archive, settings, "crawl", lambda session: discover(session, target, full=True), how)


TRS = "<script>createPageHTML(3, {}, 'index', 'html');</script>"


def test_a_trs_listing_is_swept_whole(tmp_path):
    """A page that is missing under its first name is found under the other, and counts as no answer of the listing."""
    names = [("", 1, 4), ("index_2.html", 5, 8), ("index_3.html", 9, 10)]
    pages = {f"{FOLDER}{name}": rows(*each) + TRS.format(current) for current, (name, *each) in enumerate(names)}
    site = Site(tmp_path, pages)
    found = site.sweep()
    assert site.asked == [f"{FOLDER}{name}" for name in ("", "index_1.html", "index_2.html", "index_3.html")]
    assert (found.platform, found.rows, found.complete, found.note) == ("trs", 10, True, None)


def test_a_trs_listing_with_a_stub_is_not_complete(tmp_path):
    """What stands behind a missing page is not read, and nothing can be said to have left."""
    site = Site(tmp_path, {FOLDER: rows(1, 4) + TRS.format(0), f"{FOLDER}index_1.html": rows(5, 8) + TRS.format(1)})
    found = site.sweep()
    assert (found.rows, found.complete) == (8, False)
    assert "page 3 of 3 is not at " in found.note


def test_a_pattern_is_swept_to_the_page_that_is_not_there(tmp_path):
    """The first missing page ends a list whose pages the portal's file names, and the sweep is complete."""
    pages = {FOLDER: rows(1, 4), f"{FOLDER}l/2.htm": rows(5, 8), f"{FOLDER}l/3.htm": rows(9, 9)}
    site = Site(tmp_path, pages, f'pages = "{{url}}{FOLDER}l/{{{{page}}}}.htm"')
    found = site.sweep()
    assert site.asked == [FOLDER, *(f"{FOLDER}l/{number}.htm" for number in (2, 3, 4))]
    assert (found.platform, found.rows, found.complete, found.note) == ("static", 9, True, None)


def test_a_wrong_pattern_is_said(tmp_path):
    """A second page that is not there leaves the sweep incomplete."""
    site = Site(tmp_path, {FOLDER: rows(1, 4)}, f'pages = "{{url}}{FOLDER}wrong/{{{{page}}}}.htm"')
    found = site.sweep()
    assert (found.rows, found.complete) == (4, False)
    assert "as `pages` in the portal's file says" in found.note


ENDPOINT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
UNIT = f"<script src='unitbuild.js' url='{ENDPOINT}' queryData=\"{{{{'tagId':'{{}}'}}}}\"></script>"
SHELL = f"<title>Notices</title>{UNIT.format('内容1')}{UNIT.format('内容2')}"


def unit(query, *, paged=True):
    """Return the answer for a unit: a list of ten rows, four on a page, or a box of two."""
    if query["tagId"] == "内容2":
        html = rows(90, 91)
    else:
        page = json.loads(query.get("paramJson", "{}")).get("pageNo", 1) if paged else 1
        html = rows(page * 4 - 3, min(page * 4, 10)) + '<script>oLayPageRender(\'p\',{rows:"4",count:"10"})</script>'
    return json.dumps({"code": "200", "success": True, "data": {"html": html}})


def test_a_jpaas_listing_is_swept_whole(tmp_path):
    """The shell and the units that are not the list count as no answers, and the second sweep asks the list alone."""
    site = Site(tmp_path, {FOLDER: SHELL}, api=unit)
    found = site.sweep()
    pages = [f'{{"pageNo":{number},"pageSize":4,"search":""}}' for number in (2, 3)]
    assert site.asked == [FOLDER, "内容1", "内容2", "内容1", *pages]
    assert (found.platform, found.rows, found.total, found.complete, found.note) == ("jpaas", 10, 10, True, None)
    again = site.sweep(times=2)
    assert site.asked == [FOLDER, "内容1", *pages]
    assert (again.complete, again.new_pages) == (True, ())


def test_a_jpaas_listing_that_ignores_paging_is_said_to_be_its_first_page(tmp_path):
    """Coverage is "first page only", and no sweep is complete."""
    found = Site(tmp_path, {FOLDER: SHELL}, api=lambda query: unit(query, paged=False)).sweep()
    assert (found.rows, found.complete) == (4, False)
    assert found.note.startswith("paging is ignored: page 2 shows page 1 again")
    assert found.note.endswith("first page only")


def test_a_jpaas_listing_that_is_refused_cannot_be_read(tmp_path):
    """A unit that does not come is an error that names it, no empty listing."""
    site = Site(tmp_path, {FOLDER: SHELL}, 'unit = "内容2"\n', api=lambda _: '{"success":false,"data":{}}')
    with pytest.raises(ListingError, match="unit '内容2': the platform sends no HTML for it"):
        site.sweep()


def test_the_sitemaps_of_an_index_are_swept(tmp_path):
    """An index counts as no answer; a sitemap that is missing leaves the sweep incomplete, and the next one is read."""
    url = "http://127.0.0.1{}/zwgk/tzgg/202605/t20260501_{}.html"
    locs = ["".join(f"<url><loc>{url.format('', n)}</loc></url>" for n in each) for each in ((1, 2), (3,))]
    index = "".join(f"<sitemap><loc>{name}.xml</loc></sitemap>" for name in ("a", "b", "c"))
    pages = {f"{FOLDER}{name}.xml": f"<?xml version='1.0'?><urlset>{each}</urlset>" for name, each in zip("ac", locs, strict=True)}
    site = Site(tmp_path, {FOLDER: f"<?xml version='1.0'?><sitemapindex>{index}</sitemapindex>", **pages})
    found = site.sweep()
    assert site.asked == [FOLDER, *(f"{FOLDER}{name}.xml" for name in "abc")]
    assert (found.platform, found.rows, found.complete) == ("static", 3, False)
    assert "b.xml: the server says that there is no such page (404)" in found.note
    site.pages[f"{FOLDER}b.xml"] = f"<urlset>{locs[0]}</urlset>".replace("_1", "_5").replace("_2", "_6")
    assert (site.sweep().rows, site.sweep().complete) == (5, True)
