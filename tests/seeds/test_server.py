"""The portal over real HTTP: both dialects, conditional requests, compression, the request log, a clean end."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from seeds.listing import PROXY, UNIT, WEB
from seeds.portal import Portal, PortalServer, Served
from seeds.records import TODAY
from tests.seeds.plain_reader import paragraphs, records, store

COLUMN = f"/col/col{TODAY}/index.html"


@pytest.fixture(scope="module")
def server():
    """Serve a portal for the tests of this file."""
    with PortalServer(Portal(releases=100)) as running:
        yield running


@pytest.fixture
def client(server):
    """Return a client that speaks to the portal and to nobody else."""
    with httpx.Client(base_url=server.base_url, trust_env=False) as open_client:
        yield open_client


def test_both_dialects_read_the_whole_listing(server, client):
    """Spans by form POST and groups by GET give the rows that the page promises."""
    first = records(store(client.get(COLUMN).text))
    form = {
        "col": 1,
        "appid": 1,
        "webid": WEB,
        "path": "/",
        "columnid": TODAY,
        "sourceContentType": 1,
        "unitid": UNIT,
        "permissiontype": 0,
    }
    by_span = list(first)
    for start in (46, 91):
        span = {"startrecord": start, "endrecord": start + 44, "perpage": 15}
        by_span += records(client.post(PROXY, params=span, data=form, headers={"X-Requested-With": "XMLHttpRequest"}).text)
    by_group = list(first)
    for group in (1, 2):
        words = {"page": group, "appid": 1, "webid": WEB, "path": "/", "columnid": TODAY, "unitid": UNIT, "permissiontype": 0}
        by_group += records(client.get(PROXY, params=words).text)
    assert by_span == by_group
    assert len(by_span) == len(server.portal.rows(TODAY)) == 102
    assert server.host in "".join(by_span)


def test_conditional_requests_send_no_body(server, client):
    """304 with the validators and no length; the log knows that it was conditional."""
    path = server.portal.golden.path
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"], "If-Modified-Since": first.headers["last-modified"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert server.requests[-1] == Served("GET", path, 304, 0, conditional=True)


def test_the_log_counts_bytes_on_the_wire(server, client):
    """A compressed answer counts as it was sent; the query is part of the target."""
    answer = client.get(COLUMN, params={"pageNum": 2})
    line = server.requests[-1]
    assert (line.method, line.target, line.status, line.conditional) == ("GET", f"{COLUMN}?pageNum=2", 200, False)
    assert line.sent == int(answer.headers["content-length"]) < len(answer.content)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["server"] == "nginx"


def test_head_has_headers_only(server, client):
    """HEAD says what GET would, without a body."""
    answer = client.head(server.portal.golden.path)
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 1000
    assert server.requests[-1].sent == 0


def test_changes_from_another_thread_are_served_whole():
    """While one thread edits, others never see half an article."""
    portal = Portal(releases=30)
    number, path = portal.golden.id, portal.golden.path
    with PortalServer(portal) as server, ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(httpx.get, server.url(path), trust_env=False) for _ in range(12)]
        for _ in range(12):
            portal.edit(number)
        texts = {paragraphs(answer.result().text) for answer in answers}
    stood = {event.after.paragraphs for event in portal.diary} | {portal.diary[0].before.paragraphs}
    assert texts <= stood


def test_the_end_is_clean_with_a_connection_open():
    """A client that keeps its connection does not hold the server up, and afterwards nobody answers there."""
    with PortalServer(Portal(releases=30)) as server, httpx.Client(trust_env=False) as client:
        assert client.get(server.url("/")).status_code == 200
        address = server.base_url
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_a_port_can_be_chosen_and_may_be_taken():
    """A free port is used as asked; a taken one is an error at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(OSError, match="in use"):
            PortalServer(Portal(releases=30), taken.getsockname()[1])
        free = taken.getsockname()[1]
    with PortalServer(Portal(releases=30), free) as server:
        assert server.port == free
