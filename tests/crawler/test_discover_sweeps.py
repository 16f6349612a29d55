"""What a sweep may be believed: a listing that lies, moves, shrinks or breaks off while it is read, over real HTTP."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit

import pytest

from config.portal import parse_portal
from config.settings import Settings
from crawler.discover import discover
from crawler.errors import ListingError, LocateError
from crawler.run import How, choose_targets, open_archive, run_job
from tests.misbehaviour import response
from tests.server import Server
from tests.world import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.discover import Discovered

PROXY = "/module/web/jpage/dataproxy.jsp"
LISTING = "/col/col1/index.html"
EMBEDDED, GROUP = 45, 45


def path(number):
    """Return the path of an article."""
    return f"/art/2026/11/20/art_1_{number}.html"


def row(number):
    """Return one record of a store."""
    return f"<record><![CDATA[<li><a href='{path(number)}' title='Title {number}'>Title</a><span>2026-11-20</span></li>]]></record>"


def scripted(number):
    """Return a record that only a script can follow."""
    return row(number).replace(f"href='{path(number)}'", f"href='javascript:void(0)' onclick=\"go({number})\"")


def html(text, status="200 OK"):
    """Return a response with a page."""
    return response(status, "Content-Type: text/html; charset=utf-8", body=text.encode())


@dataclass(slots=True)
class Town:
    """A portal with one jpage listing, and an archive that sweeps it; what it answers may be bent."""

    folder: Path
    ids: list[int]
    where: str = 'listing = "{url}/col/col1/index.html"'
    record: Callable[[int], str] = row
    column: Callable[[], str] | None = None
    stated: bool = True
    paging: Callable[[int, int], tuple[int, int]] = lambda first, last: (first, last)
    before_reply: Callable[[], object] = lambda: None
    failing: set[int] = field(default_factory=set)
    routes: dict[str, Callable] = field(default_factory=dict)
    replies: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        known = {"/col": self._column, "/module": self._reply, "/robots.txt": lambda _: html("", "404 Not Found")}
        self.server = Server(routes={**known, **self.routes})

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self.server.__exit__(*exc)

    def store(self, ids: list[int]) -> str:
        """Return a store with these articles."""
        total = f"<totalrecord>{len(self.ids)}</totalrecord>" if self.stated else ""
        return f"<datastore>{total}<recordset>{''.join(map(self.record, ids))}</recordset></datastore>"

    def _column(self, _request) -> bytes:
        settings = f"columnid:1,unitid:'99',webid:1,proxyUrl:'{PROXY}',totalRecord:{len(self.ids)},perPage:15"
        usual = f'<div id="99"><script type="text/xml">{self.store(self.ids[:EMBEDDED])}</script></div>'
        return html(self.column() if self.column else f"{usual}<script>$('#99').jpage({{{settings}}});</script>")

    def _reply(self, request) -> bytes:
        self.replies += 1
        self.before_reply()
        if self.replies in self.failing:
            return html("out of order", "500 Internal Server Error")
        query = dict(parse_qsl(urlsplit(request.target).query))
        first, last = self.paging(int(query["startrecord"]), int(query["endrecord"]))
        return html(self.store(self.ids[first - 1 : last]))

    def sweep(self, *, full=False, limit=None) -> Discovered:
        """Sweep the listing once; looks at no article."""
        text = f'name = "p"\nhosts = ["127.0.0.1:{self.server.port}"]\nallow_private = true\n[politeness]\ndelay = "0s"\n'
        where = self.where.format(url=self.server.url(""))
        portal = parse_portal(f'{text}[sections.today]\ntitle = "Today"\n{where}\n', "p.toml")
        settings = Settings(archive=self.folder / "archive.db", portals=(portal,), vantage="here")
        (target,) = choose_targets(settings.portals, [])
        how = How(clock=self.clock, rng=random.Random(1))
        with open_archive(settings.archive, how, trigger="crawl") as archive:
            return run_job(archive, settings, "crawl", lambda session: discover(session, target, full=full, limit=limit), how)

    def rows(self, sql):
        """Return the rows of a SELECT."""
        with open_archive(self.folder / "archive.db", How(clock=self.clock), trigger="test") as archive:
            return [tuple(each) for each in archive.connection.execute(sql)]

    def left(self):
        """Return how many pages are said to have left the listing."""
        return self.rows("SELECT count(*) FROM listing_events WHERE event = 'left'")[0][0]


@pytest.fixture
def town(tmp_path):
    """Serve a listing, made with the arguments that a test gives."""
    opened = []

    def make(count, **more):
        opened.append(Town(tmp_path, list(range(1, count + 1)), **more))
        return opened[-1].__enter__()

    yield make
    for each in opened:
        each.__exit__(None, None, None)


@pytest.mark.parametrize("count", [46, 50, 89, 100])
def test_a_proxy_that_ignores_what_it_is_asked(town, count):
    """An answer without a new row is no end of the listing, however many rows it holds: nothing has left."""
    here = town(count)
    assert here.sweep().complete
    here.paging = lambda first, last: (1, last - first + 1)
    swept = here.sweep(full=True)
    assert (swept.complete, swept.rows) == (False, EMBEDDED)
    assert "paging is ignored: answer 2 repeats" in swept.note
    assert here.left() == 0


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("happens", [lambda ids: ids.remove(3), lambda ids: ids.insert(0, 200)])
def test_rows_that_move_while_they_are_read(town, happens, stated):
    """A row that goes or comes between two answers may hide another one: the sweep says so and nothing has left."""
    here = town(100, stated=stated)
    assert here.sweep().complete
    here.before_reply = lambda: happens(here.ids) if here.replies == 1 else None
    here.replies = 0
    swept = here.sweep(full=True)
    assert not swept.complete
    assert ("rows came" if stated or 200 in here.ids else "empty reply at row 100 of 100") in swept.note
    assert here.left() == 0
    here.before_reply = lambda: None
    assert here.sweep(full=True).complete
    assert here.left() == (0 if 200 in here.ids else 1)


def test_a_page_that_is_listed_twice_counts_twice(town):
    """The portal counts rows, not pages: a listing that repeats one is complete."""
    here = town(60)
    here.ids[50] = 7
    swept = here.sweep()
    assert (swept.complete, swept.note, len(swept.new_pages)) == (True, None, 59)


def test_rows_that_only_a_script_can_follow(town):
    """Four of ten rows lose their address: the sweep says how many cannot be read, and nothing has left."""
    here = town(10)
    here.sweep()
    here.record = lambda number: scripted(number) if number <= 4 else row(number)
    swept = here.sweep(full=True)
    assert (swept.complete, swept.rows) == (False, 6)
    assert swept.note == "4 of 10 rows cannot be read: they hold no address that can be followed"
    assert here.left() == 0


@pytest.mark.parametrize("platform", ["", 'platform = "jpage"'])
@pytest.mark.parametrize("total", ["", "<totalrecord>0</totalrecord>"])
def test_a_listing_that_went_empty(town, platform, total):
    """No rows at all where there were some is a fault, whatever the portal counts, and nothing has left."""
    here = town(10, where=f'listing = "{{url}}/col/col1/index.html"\n{platform}')
    here.sweep()
    here.column = lambda: f'<div id="99"><script type="text/xml"><datastore>{total}</datastore></script></div>'
    swept = here.sweep(full=True)
    assert (swept.complete, swept.rows) == (False, 0)
    assert "it is not taken for empty" in swept.note
    assert here.left() == 0


def test_a_listing_that_begins_empty(town):
    """A portal that says from the start that it lists nothing is believed."""
    here = town(0, where='listing = "{url}/col/col1/index.html"\nplatform = "jpage"')
    assert here.sweep().complete


def test_what_a_limit_left_unseen_is_seen_next(town):
    """After a sweep that was cut, the next one reads on behind the rows that the cut one made known."""
    here = town(100)
    here.sweep()
    here.ids[:0] = range(101, 250)
    cut = here.sweep(limit=80)
    assert (cut.rows, cut.complete, cut.note) == (80, False, "stopped after 80 rows, as asked (--limit)")
    assert len(here.sweep().new_pages) == 69
    assert here.rows("SELECT kind, complete FROM sweeps ORDER BY id") == [("full", 1), ("head", 0), ("full", 1)]


def test_what_a_failure_left_unseen_is_seen_next(town):
    """The same after a sweep that broke off; one that reached nothing in between changes nothing of it."""
    here = town(100)
    here.sweep()
    here.ids[:0] = range(101, 250)
    here.failing, here.replies = {2}, 0
    cut = here.sweep()
    assert (cut.rows, cut.complete) == (90, False)
    assert cut.note
    here.column, before = (lambda: "<p>Maintenance</p>"), len(here.rows("SELECT 1 FROM sweeps"))
    with pytest.raises(ListingError):
        here.sweep()
    assert len(here.rows("SELECT 1 FROM sweeps")) == before + 1
    here.column = None
    assert len(here.sweep().new_pages) == 59


def test_a_sweep_that_stops_as_planned_is_followed_by_another(town):
    """Known rows end a head sweep, and that is no break: the next is a head sweep again, and also one with a generous limit."""
    here = town(200)
    here.sweep()
    for limit in (None, 190, None):
        swept = here.sweep(limit=limit)
        assert (swept.rows, swept.note) == (60, None)


def test_a_side_box_never_becomes_the_listing(town):
    """The main store comes empty while a box beside it has rows: the section fails and says what the page holds."""
    here = town(10)
    here.sweep()
    assert here.rows("SELECT platform, unit FROM section_states") == [("jpage", "99")]
    box = '<div id="77"><script type="text/xml">{}</script></div>'
    here.column = lambda: (
        '<div id="99"><script type="text/xml"><datastore></datastore></script></div>' + box.format(here.store([150, 151, 152]))
    )
    with pytest.raises(ListingError, match=r"the unit '99', from which this listing was read before, is empty: .*'77' \(3 links\)"):
        here.sweep(full=True)
    here.column = lambda: box.format(here.store([150, 151, 152]))
    with pytest.raises(ListingError, match="the page holds no unit '99', but '77'"):
        here.sweep(full=True)
    here.column = lambda: f"<ul>{''.join(f'<li><a href={path(n)}>T</a>2026-11-20</li>' for n in range(150, 155))}</ul>"
    with pytest.raises(ListingError, match="the page holds no jpage data store"):
        here.sweep(full=True)
    assert here.rows("SELECT count(*) FROM pages") == [(10,)]
    here.column = None
    assert here.sweep(full=True).complete
    assert len(here.rows("SELECT 1 FROM section_states")) == 1


def test_an_empty_store_is_not_remembered(town):
    """A unit is remembered for its rows: which of two empty ones is the listing nobody knows."""
    here = town(3, where='listing = "{url}/col/col1/index.html"\nplatform = "jpage"')
    here.column = lambda: "".join(
        f'<div id="{unit}"><script type="text/xml"><datastore></datastore></script></div>' for unit in ("77", "99")
    )
    assert not here.sweep().complete
    here.column = None
    assert here.sweep().complete
    assert here.rows("SELECT unit FROM section_states ORDER BY id") == [(None,), ("99",)]


def test_an_answer_that_no_reader_withstands_is_kept(town):
    """Numbers of thousands of digits and endless nesting: the answer is on record, and the sweep goes on or says why not."""
    here = town(3)
    here.column = lambda: f"<script>$('#99').jpage({{totalRecord:{'9' * 5000}}})</script>"
    with pytest.raises(ListingError):
        here.sweep()
    here.column = lambda: "<div>" * 5000
    with pytest.raises(ListingError):
        here.sweep()
    kept = "SELECT r.outcome FROM fetches f JOIN readings r ON r.fetch_id = f.id WHERE f.purpose = 'listing' ORDER BY f.id"
    assert here.rows(kept) == [("unreadable",), ("unreadable",)]


STARTS = 'start = ["{url}/start/1", "{url}/start/2", "{url}/start/3"]'


def test_a_host_that_asks_to_wait_is_not_asked_for_more_start_pages(town):
    """One start page answers 429 with Retry-After: the other pages of that host are passed over, and said to be."""
    answer = response("429 Too Many Requests", "Content-Type: text/html", "Retry-After: 3600", body=b"<p>slowly</p>")
    here = town(3, where=STARTS, routes={"/start": lambda _: answer})
    with pytest.raises(LocateError) as caught:
        here.sweep()
    assert sum(request.route == "/start" for request in here.server.seen) == 1
    assert [" asked us to wait" in step for step in caught.value.steps] == [False, True, True]


def test_a_start_page_that_cannot_be_parsed_is_passed_over(town):
    """Endless nesting on one start page is a step that led nowhere, not the end of the search."""

    def start(request):
        return html("<div>" * 5000 if request.rest == "1" else f'<a href="{LISTING}">Today</a>')

    here = town(3, where=STARTS, routes={"/start": start})
    assert here.sweep().complete
    assert here.rows("SELECT found_by FROM section_states") == [('by the link "Today"',)]
