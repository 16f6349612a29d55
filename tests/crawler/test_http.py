"""The client, against a real server that misbehaves on purpose."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from crawler.clock import WallClock
from crawler.errors import CrawlError
from crawler.http import (
    _FAILURES,
    AFTER_ANSWER,
    BEFORE_REQUEST,
    Ask,
    Client,
    HttpOptions,
    _Exchange,
    _explain,
    retry_after,
)
from storage.records import Purpose, Result
from tests.misbehaviour import CHALLENGE, ETAG, GB18030_TEXT, LAST_MODIFIED, PAGE, RETRY_AT, response
from tests.server import CERTIFICATE, EXPIRED, Server

OTHER_HOST = "Hostname mismatch, certificate is not valid for 'other.test'."
AGENT = "jiaxing-today/0.1 (+https://example.org/contact)"


@pytest.fixture(scope="module")
def shared():
    """Start one server for all tests."""
    with Server() as server:
        yield server


@pytest.fixture
def server(shared):
    """Give the server with nothing seen yet."""
    shared.seen.clear()
    return shared


class StepClock:
    """A clock that moves by a fixed step each time it is read."""

    def __init__(self, step=timedelta(0)):
        self.instant = datetime(2026, 9, 20, tzinfo=UTC)
        self.step = step

    def now(self):
        """Return the instant, then move on."""
        self.instant += self.step
        return self.instant - self.step

    async def sleep(self, seconds):
        """Move on without waiting."""
        self.instant += timedelta(seconds=seconds)


async def granted(_url):
    """Permit everything."""
    return


def answering(*addresses):
    """Return a resolver that knows only these addresses."""

    async def resolver(_host, _port):
        return list(addresses)

    return resolver


def options(**changes):
    """Return options for the loopback server."""
    return HttpOptions(**{"user_agent": AGENT, "allow_private": lambda _host: True, "deadline": 5.0, **changes})


def ask(url, *, permit=granted, clock=None, boundary=lambda _name: None, settings=None, **fields):
    """Fetch one URL with a client of its own; all hops."""

    async def run():
        async with Client(settings or options(), clock or WallClock(), boundary) as client:
            return await client.fetch(Ask(url, Purpose.LOOK, **fields), permit)

    return asyncio.run(run())


def test_a_page_is_fetched_whole(server):
    """Status, body, headers in order and spelling, address and time are recorded."""
    (fetch,) = ask(server.url("/ok"))
    assert (fetch.result, fetch.status, fetch.body, fetch.error) == (Result.RESPONSE, 200, PAGE, None)
    assert fetch.response_headers[:5] == (
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-First", "1"),
        ("set-COOKIE", "a=1; Path=/"),
        ("Set-Cookie", "b=2; Path=/"),
        ("ETag", ETAG),
    )
    assert fetch.header("x-latin") == "caf\xe9"
    assert fetch.remote_address == f"127.0.0.1:{server.port}"
    assert (fetch.method, fetch.url, fetch.purpose) == ("GET", server.url("/ok"), Purpose.LOOK)
    assert 0 <= fetch.elapsed_ms < 5_000


def test_request_headers_are_recorded_as_sent(server):
    """What the row says is what the server saw: an honest name, no encodings beyond ours, nothing else."""
    (fetch,) = ask(server.url("/ok"))
    assert {name.lower(): value for name, value in fetch.request_headers} == server.seen[0].headers
    assert dict(fetch.request_headers) == {
        "Host": f"127.0.0.1:{server.port}",
        "User-Agent": AGENT,
        "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
        "Accept-Encoding": "gzip, deflate",
    }


def test_a_form_is_posted_and_recorded(server):
    """A form goes in UTF-8, and stands in the row as it was sent."""
    (fetch,) = ask(server.url("/echo"), method="POST", form=(("webname", "嘉兴"), ("page", "2")), headers=(("X-Kept", "嘉"),))
    assert fetch.request_body == "webname=%E5%98%89%E5%85%B4&page=2"
    assert server.seen[0].body.decode() == fetch.request_body
    assert server.seen[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert ("X-Kept", "嘉".encode().decode("latin-1")) in fetch.request_headers


def test_headers_of_the_ask_come_before_ours_and_secrets_are_not_recorded(server):
    """A listing may want another Accept; credentials never stand in a row."""
    (fetch,) = ask(server.url("/ok"), headers=(("accept", "application/xml"), ("Authorization", "Basic eDp5")))
    assert server.seen[0].headers["accept"] == "application/xml"
    assert server.seen[0].headers["authorization"] == "Basic eDp5"
    assert "authorization" not in {name.lower() for name, _ in fetch.request_headers}


@pytest.mark.parametrize("path", ["/gzip", "/deflate", "/raw-deflate", "/gzip-and-more", "/chunked", "/until-closed", "/long"])
def test_every_proper_way_of_sending_gives_the_same_page(server, path):
    """Compressed, chunked, ended by closing or followed by too much: the entity is the page."""
    (fetch,) = ask(server.url(path))
    assert (fetch.result, fetch.body, fetch.error) == (Result.RESPONSE, PAGE, None)


@pytest.mark.parametrize(
    ("path", "result", "status", "words"),
    [
        ("/bad-gzip", Result.NETWORK_ERROR, 200, "bad gzip: "),
        ("/br", Result.NETWORK_ERROR, 200, "a content encoding that was not asked for: br"),
        ("/nested", Result.NETWORK_ERROR, 200, "several content encodings at once: gzip, gzip"),
        ("/thrice", Result.NETWORK_ERROR, 200, "several content encodings at once: gzip, deflate, gzip"),
        ("/members", Result.NETWORK_ERROR, 200, "bad gzip: more than 100 members"),
        ("/bomb", Result.TOO_LARGE, 200, "larger than 1000000 bytes"),
        ("/deflate-bomb", Result.TOO_LARGE, 200, "larger than 1000000 bytes"),
        ("/deflate-bomb/raw", Result.TOO_LARGE, 200, "larger than 1000000 bytes"),
        ("/chunk-extension", Result.TRUNCATED, 200, "broken answer: "),
        ("/trailers", Result.TRUNCATED, 200, "broken answer: "),
        ("/wire-flood", Result.TOO_LARGE, 200, "larger than 1000000 bytes"),
        ("/announced-flood", Result.TOO_LARGE, 200, "larger than 1000000 bytes"),
        ("/headers-flood", Result.NETWORK_ERROR, None, "broken answer: "),
        ("/close-before-headers", Result.NETWORK_ERROR, None, "broken answer: Server disconnected"),
        ("/no-http", Result.NETWORK_ERROR, None, "broken answer: "),
        ("/short-at-once", Result.TRUNCATED, 200, "broken answer: peer closed connection"),
    ],
)
def test_a_bad_answer_is_a_row_without_a_body(server, path, result, status, words):
    """Every misbehaviour has its result and plain words, and the address of whoever did it."""
    (fetch,) = ask(server.url(path), settings=options(max_bytes=1_000_000))
    assert (fetch.result, fetch.status, fetch.body) == (result, status, None)
    assert fetch.error.startswith(words)
    assert fetch.remote_address == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/short", PAGE, "broken answer: peer closed connection"),
        ("/short-chunked", b"half a chunk", "broken answer: peer closed connection"),
        ("/reset", PAGE[:20], "connection lost: "),
        ("/cut-gzip", None, "the compressed body ends before its end mark"),
    ],
)
def test_a_body_that_is_cut_off_is_kept_as_evidence(server, path, body, words):
    """Truncated bodies are told from whole ones, and what came of them stays."""
    (fetch,) = ask(server.url(path))
    assert (fetch.result, fetch.status) == (Result.TRUNCATED, 200)
    assert fetch.body == body if body else PAGE.startswith(fetch.body)
    assert fetch.error.startswith(words)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/drip", 200), ("/silence", None), ("/small-chunks", 200), ("/informed/100", None), ("/informed/103", None)],
)
def test_the_deadline_holds_against_whoever_drips_or_keeps_silent(server, path, status):
    """Neither a byte now and then extends the time, nor a flood that says nothing."""
    (fetch,) = ask(server.url(path), settings=options(deadline=0.25))
    assert (fetch.result, fetch.status, fetch.body) == (Result.NETWORK_ERROR, status, None)
    assert fetch.error == "no answer within 0.25 s"
    assert 200 <= fetch.elapsed_ms < 2_000


def test_the_deadline_is_for_all_hops_but_not_for_the_permit(server):
    """Polite waits do not count."""

    async def patient(_url):
        await asyncio.sleep(0.3)

    settings = options(deadline=0.25)
    assert [fetch.result for fetch in ask(server.url("/redirect/0"), permit=patient, settings=settings)] == [Result.RESPONSE] * 2


def test_what_one_hop_takes_is_missing_to_the_next():
    """A chain of slow redirects ends at the deadline of the ask, not of each hop."""

    async def slow(_request):
        await asyncio.sleep(0.2)
        yield response("302 Moved", "Location: /slow", "Connection: close")

    with Server({"/slow": slow}) as server:
        hops = ask(server.url("/slow"), settings=options(deadline=0.3))
    assert [hop.result for hop in hops] == [Result.RESPONSE, Result.NETWORK_ERROR]
    assert hops[1].error == "no answer within 0.3 s"


@pytest.mark.parametrize(
    ("fields", "header"), [({"etag": ETAG}, "if-none-match"), ({"last_modified": LAST_MODIFIED}, "if-modified-since")]
)
def test_validators_make_the_request_conditional(server, fields, header):
    """A 304 is told from an answer, has no body and no error, though it repeats the encoding of the page."""
    (fetch,) = ask(server.url("/304"), **fields)
    assert (fetch.result, fetch.status, fetch.body, fetch.error) == (Result.NOT_MODIFIED, 304, None, None)
    assert header in server.seen[0].headers


def test_a_304_that_nobody_asked_for_is_marked(server):
    """An unconditional look that brings a 304 says so."""
    (fetch,) = ask(server.url("/304?always=1"))
    assert (fetch.result, fetch.error) == (Result.NOT_MODIFIED, "304 to an unconditional request")


def test_a_connection_is_used_again_also_after_a_304(server):
    """Looks that find nothing new cost no new connection."""

    async def run():
        async with Client(options(), WallClock()) as client:
            for path in ("/ok", "/304", "/304", "/412", "/ok"):
                await client.fetch(Ask(server.url(path), Purpose.LOOK, etag=ETAG), granted)

    before = server.connections
    asyncio.run(run())
    assert server.connections == before + 1


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/412", 412, CHALLENGE),
        ("/empty", 200, b""),
        ("/status/503", 503, b"<p>as asked</p>"),
        ("/nowhere", 404, b"<p>no such page</p>"),
        ("/gb18030-as-utf8", 200, GB18030_TEXT.encode("gb18030")),
    ],
)
def test_pages_of_all_kinds_are_only_carried(server, path, status, body):
    """The transport judges nothing: challenges, errors, empty and mislabelled pages are answers."""
    (fetch,) = ask(server.url(path))
    assert (fetch.result, fetch.status, fetch.body, fetch.error) == (Result.RESPONSE, status, body, None)


@pytest.mark.parametrize(("query", "seconds"), [("", 120.0), ("?form=date", 86_400.0)])
def test_retry_after_is_understood_from_the_wire(server, query, seconds):
    """Both forms arrive as they were sent."""
    (fetch,) = ask(server.url(f"/429{query}"))
    assert retry_after(fetch, RETRY_AT - timedelta(days=1)) == seconds


def test_each_hop_of_a_redirect_is_a_row_and_asked_for(server):
    """Five redirects are followed; the permit sees every URL before it is asked."""
    permitted = []

    async def permit(url):
        permitted.append((url, len(server.seen)))

    hops = ask(server.url("/redirect/4"), permit=permit)
    assert [hop.status for hop in hops] == [302] * 5 + [200]
    assert permitted == [(hop.url, number) for number, hop in enumerate(hops)]
    assert [hop.error for hop in hops] == [None] * 6
    assert (hops[0].body, hops[-1].body) == (b"moved", PAGE)


@pytest.mark.parametrize("path", ["/loop", "/redirect/9"])
def test_too_many_redirects_end_with_an_error(server, path):
    """The sixth redirect is not followed, and its row says why."""
    hops = ask(server.url(path))
    assert [hop.error for hop in hops] == [None] * 5 + ["more than 5 redirects"]
    assert [hop.result for hop in hops] == [Result.RESPONSE] * 6


def test_a_redirect_with_cookies_without_end_comes_to_one(server):
    """A thousand cookies more with each hop are sent back and kept as they are, and there are six hops at most."""
    hops = ask(server.url("/cookies"))
    assert [hop.error for hop in hops] == [None] * 5 + ["more than 5 redirects"]
    assert dict(hops[-1].request_headers)["Cookie"].count("=") == 5_000
    assert len(hops[-1].response_headers) == 1_002


def test_a_location_as_long_as_any_header_is_followed_in_full(server):
    """The address of 60,000 characters is asked for as it stands, and what comes of it is a row like any other."""
    hops = ask(server.url(f"/redirect-to?u=/echo/{'a' * 60_000}"))
    assert [hop.status for hop in hops] == [302, 200]
    assert server.seen[-1].target == f"/echo/{'a' * 60_000}"


@pytest.mark.parametrize("target", ["", "file:///etc/passwd", "http://[::1"])
def test_a_redirect_to_nowhere_is_an_answer_with_an_error(server, target):
    """A bad Location is recorded, not followed."""
    (fetch,) = ask(server.url(f"/redirect-to?u={target}"))
    assert (fetch.result, fetch.status) == (Result.RESPONSE, 302)
    assert fetch.error.startswith("redirect to no usable Location")


def test_a_location_in_bare_bytes_is_followed(server):
    """Chinese paths come unencoded from some servers."""
    hops = ask(server.url("/redirect-bytes"))
    assert hops[-1].status == 200
    assert server.seen[-1].target == "/echo/%E5%98%89%E5%85%B4%201"


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_posted_form_follows_only_where_it_should(server, status, method):
    """The method and the form of the second hop are those of a browser."""
    hops = ask(server.url(f"/redirect-to?status={status}&u=/echo"), method="POST", form=(("a", "1"),))
    assert [hop.method for hop in hops] == ["POST", method]
    assert server.seen[1].body == (b"a=1" if method == "POST" else b"")
    assert hops[1].request_body == ("a=1" if method == "POST" else None)


def test_a_redirect_to_itself_gets_its_cookie_back(server):
    """Cookies live within one ask and are forgotten behind it."""

    async def run():
        async with Client(options(), WallClock()) as client:
            return [await client.fetch(Ask(server.url("/self-cookie"), Purpose.LOOK), granted) for _ in range(2)]

    for hops in asyncio.run(run()):
        assert [hop.status for hop in hops] == [302, 200]
        assert ("Cookie", "clearance=yes") in hops[1].request_headers
        assert "Cookie" not in dict(hops[0].request_headers)


def test_what_the_permit_refuses_is_a_row_and_no_request(server):
    """The reason stands in the row, also at a later hop."""

    async def permit(url):
        return "robots.txt forbids it" if url.endswith("/ok") else None

    (fetch,) = ask(server.url("/ok"), permit=permit)
    assert (fetch.result, fetch.error, fetch.status) == (Result.REFUSED, "robots.txt forbids it", None)
    assert (fetch.request_headers, fetch.elapsed_ms, server.seen) == ((), 0, [])
    hops = ask(server.url("/redirect/0"), permit=permit)
    assert [hop.result for hop in hops] == [Result.RESPONSE, Result.REFUSED]
    assert hops[1].url == server.url("/ok")


def test_a_private_address_is_refused_at_every_hop(server):
    """A portal that redirects to loopback finds the door shut, whatever the permit says."""

    async def resolver(_host, _port):
        return ["127.0.0.1"]

    settings = options(allow_private=lambda host: host.startswith("portal.test:"), resolver=resolver)
    url = server.url(f"/redirect-to?u={server.url('/ok')}", host="portal.test")
    hops = ask(url, settings=settings)
    assert [hop.result for hop in hops] == [Result.RESPONSE, Result.REFUSED]
    assert hops[1].error == "address refused: 127.0.0.1 is 127.0.0.1: this machine itself"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/", "could not connect: "),
        ("http://no-such-name.invalid/", "name not known: no-such-name.invalid"),
        ("ftp://127.0.0.1/", "no usable address: "),
        ("http:///path", "no usable address: "),
        ("http://127.0.0.1:0/", "no usable address: "),
        ("http://127.0.0.1:99999/", "no usable address: "),
        ("http://[::1", "no usable address: "),
        ("http://127.0.0.1:1/\x00", "no usable address: "),
    ],
)
def test_what_cannot_be_reached_is_a_row(url, words):
    """Nothing is raised for an address that is of no use."""
    (fetch,) = ask(url)
    assert (fetch.result, fetch.status, fetch.remote_address) == (Result.NETWORK_ERROR, None, None)
    assert fetch.error.startswith(words)


def test_a_header_that_cannot_be_sent_is_a_row(server):
    """A line break in a header value never reaches the wire."""
    (fetch,) = ask(server.url("/ok"), etag="a\r\nX-Evil: 1")
    assert (fetch.result, server.seen) == (Result.NETWORK_ERROR, [])
    assert fetch.error.startswith("could not be asked: ")


def test_a_slow_connection_has_a_timeout_of_its_own():
    """Connecting may take less than the whole ask."""

    async def never(_host, _port):
        await asyncio.Event().wait()

    (fetch,) = ask("http://portal.test/", settings=options(resolver=never, connect_timeout=0.05))
    assert (fetch.result, fetch.error) == (Result.NETWORK_ERROR, "could not connect within 0.05 s")


@pytest.mark.parametrize("legacy", [False, True])
def test_a_certificate_nobody_signed_is_not_accepted(legacy):
    """TLS is verified, also with the weaker setting, and names the host of the URL; the address is recorded."""

    async def resolver(_host, _port):
        return ["127.0.0.1"]

    settings = options(resolver=resolver, legacy_tls=lambda host: legacy and host.startswith("portal.test:"))

    async def twice(url):
        async with Client(settings, WallClock()) as client:
            return [*await client.fetch(Ask(url, Purpose.LOOK), granted), *await client.fetch(Ask(url, Purpose.LOOK), granted)]

    with Server(tls=True) as server:
        fetch, again = asyncio.run(twice(server.url("/ok", host="portal.test")))
        assert fetch.error == again.error
        assert server.names == ["portal.test", "portal.test"]
        assert server.seen == []
    assert (fetch.result, fetch.error) == (Result.NETWORK_ERROR, "certificate not accepted: self-signed certificate")
    assert fetch.remote_address == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    ("certificate", "trusted", "host", "result", "error"),
    [
        (CERTIFICATE, CERTIFICATE, "portal.test", Result.RESPONSE, None),
        (CERTIFICATE, None, "portal.test", Result.NETWORK_ERROR, "self-signed certificate"),
        (EXPIRED, EXPIRED, "portal.test", Result.NETWORK_ERROR, "certificate has expired"),
        (
            CERTIFICATE,
            CERTIFICATE,
            "other.test",
            Result.NETWORK_ERROR,
            "Hostname mismatch, certificate is not valid for 'other.test'.",
        ),
    ],
)
@pytest.mark.parametrize("legacy", [False, True])
def test_certificates(certificate, trusted, host, result, error, legacy):  # noqa: PLR0913, PLR0917 - the columns of the table
    """A certificate by a known authority, in time, for the host that was asked is accepted; any other is an outcome, in words."""
    settings = options(resolver=answering("127.0.0.1"), legacy_tls=lambda _host: legacy, authorities=trusted)
    with Server(tls=certificate) as server:
        (fetch,) = ask(server.url("/ok", host=host), settings=settings)
        assert len(server.seen) == (result is Result.RESPONSE)
    assert (fetch.result, fetch.error) == (result, error and f"certificate not accepted: {error}")
    assert fetch.remote_address == f"127.0.0.1:{server.port}"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("legacy", "result", "error"), [(False, Result.NETWORK_ERROR, "TLS failed: "), (True, Result.RESPONSE, None)]
)
def test_old_tls_is_spoken_only_where_that_is_said(legacy, result, error):
    """A server of an earlier age is an outcome, unless the portal's file says that it is to be borne with."""
    settings = options(
        resolver=answering("127.0.0.1"), legacy_tls=lambda host: legacy and host.startswith("portal.test:"), authorities=CERTIFICATE
    )
    with Server(tls=True, newest=ssl.TLSVersion.TLSv1_1) as server:
        (fetch,) = ask(server.url("/ok", host="portal.test"), settings=settings)
    assert fetch.result is result
    assert fetch.error is None if error is None else fetch.error.startswith(error)


def test_tls_with_a_server_that_speaks_none_fails_in_plain_words(server):
    """A failed handshake is a row."""
    (fetch,) = ask(f"https://127.0.0.1:{server.port}/")
    assert fetch.result is Result.NETWORK_ERROR
    assert fetch.error.startswith("TLS failed: ")


def test_simulated_time_gives_the_times_of_the_row(server):
    """Instants and durations come from the clock that was passed in."""
    (fetch,) = ask(server.url("/ok"), clock=StepClock(timedelta(seconds=2)))
    assert fetch.requested_at == datetime(2026, 9, 20, tzinfo=UTC)
    assert fetch.elapsed_ms == 2_000


def test_a_clock_that_is_set_back_gives_no_negative_time(server):
    """The duration is 0 at least."""
    (fetch,) = ask(server.url("/ok"), clock=StepClock(timedelta(seconds=-2)))
    assert fetch.elapsed_ms == 0


def test_both_boundaries_of_every_exchange_are_told(server):
    """The hook runs before each request and after each answer, failures included, and not for refusals."""
    told = []
    ask(server.url("/redirect/0"), boundary=told.append)
    assert told == [BEFORE_REQUEST, AFTER_ANSWER] * 2
    told.clear()
    ask(server.url("/close-before-headers"), boundary=told.append)
    assert told == [BEFORE_REQUEST, AFTER_ANSWER]


def test_a_hook_may_break_off(server):
    """What the hook raises is ours and goes through."""

    def stop(_name):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(server.url("/ok"), boundary=stop)


def test_many_asks_at_once_share_few_connections(server):
    """The pool is bounded, and each ask gets its own answer."""

    async def run():
        async with Client(options(connections=4), WallClock()) as client:
            asks = [client.fetch(Ask(server.url(f"/stale/{age}"), Purpose.LOOK), granted) for age in range(40)]
            return await asyncio.gather(*asks)

    before = server.connections
    ages = [hops[-1].header("Age") for hops in asyncio.run(run())]
    assert ages == [str(age) for age in range(40)]
    assert server.connections <= before + 4


def test_an_ask_can_be_cancelled(server):
    """Cancelling goes through and leaves the client fit for use."""

    async def run():
        async with Client(options(), WallClock()) as client:
            task = asyncio.create_task(client.fetch(Ask(server.url("/silence"), Purpose.LOOK), granted))
            while not server.seen:  # noqa: ASYNC110 - the server's thread has no event of ours
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await client.fetch(Ask(server.url("/ok"), Purpose.LOOK), granted)

    assert asyncio.run(run())[0].body == PAGE


@pytest.mark.parametrize(
    ("url", "result"), [("http://portal.test/page", Result.RESPONSE), ("http://127.0.0.1/page", Result.REFUSED)]
)
def test_a_proxy_is_used_when_it_is_named(server, url, result):
    """The operator's proxy may be private, a literal private host behind it may not; its password is never recorded."""
    settings = options(proxy=f"http://user:secret@127.0.0.1:{server.port}", allow_private=lambda _host: False)
    (fetch,) = ask(url, settings=settings)
    assert fetch.result is result
    assert "secret" not in repr(settings) + repr(fetch)
    assert [request.target for request in server.seen] == ([url] if result is Result.RESPONSE else [])
    assert all(request.headers["proxy-authorization"] == "Basic dXNlcjpzZWNyZXQ=" for request in server.seen)
    assert "proxy-authorization" not in dict(fetch.request_headers)


def test_the_environment_names_no_proxy(server, monkeypatch):
    """Only the explicit setting counts."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "missing.pem")
    assert ask(server.url("/ok"))[0].body == PAGE


def test_a_proxy_that_refuses_is_a_row(server):
    """A proxy's own refusal is told as one, with the proxy's address."""
    (fetch,) = ask("https://portal.test/", settings=options(proxy=f"http://127.0.0.1:{server.port}"))
    assert (fetch.result, fetch.status, fetch.error) == (Result.NETWORK_ERROR, None, "the proxy refused: 404 Not Found")
    assert fetch.remote_address == f"127.0.0.1:{server.port}"


def test_a_handshake_that_just_ends_has_words():
    """An error without any words of its own gets some."""
    exchange = _Exchange(Ask("https://portal.test/", Purpose.LOOK), datetime(2026, 9, 20, tzinfo=UTC))
    told = _explain(httpx.ConnectError(""), exchange, options())
    assert told == (Result.NETWORK_ERROR, "could not connect: closed by the other side")


@pytest.mark.parametrize("proxy", ["gopher://127.0.0.1:1", "http://user:secret@[::1"])
def test_a_proxy_of_no_use_is_said_at_once_without_its_password(proxy):
    """A wrong setting stops the start, with a hint."""
    with pytest.raises(CrawlError, match="proxy") as caught:
        Client(options(proxy=proxy), WallClock())
    assert "secret" not in str(caught.value)
    assert caught.value.hint


def test_every_error_of_httpx_has_plain_words():
    """Any exception of httpx, of TLS and of the system falls under a row of the table."""
    kinds = [getattr(httpx, name) for name in httpx.__all__]
    raised_by_transports = [
        kind for kind in kinds if isinstance(kind, type) and issubclass(kind, (httpx.HTTPError, httpx.InvalidURL))
    ]
    assert len(raised_by_transports) > 15
    assert all(issubclass(kind, _FAILURES) for kind in [*raised_by_transports, ssl.SSLError, ConnectionResetError, TimeoutError])
