"""What the portal answers: routes, validators, compression and bad days, without a server."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest

from seeds.chrome import ASSETS
from seeds.listing import EMPTY, PROXY, UNIT, WEB
from seeds.records import HOME, REPORTS, SECOND, TODAY, Gone, Layout
from seeds.site import Ask, Site
from seeds.state import Portal
from tests.seeds.plain_reader import line, paragraphs, part, records, store

COLUMN = f"/col/col{TODAY}/index.html"
GZIP = {"accept-encoding": "gzip, deflate"}


@pytest.fixture
def portal():
    """Return a portal big enough for two groups of rows."""
    return Portal(releases=100)


@pytest.fixture
def site(portal):
    """Return its site."""
    return Site(portal)


def get(site, path, query="", method="GET", body=b"", **headers):
    """Ask a site, header names with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.answer(Ask(path, query, method, {"host": "portal.test:81", **named}, body))


def header(answer, name):
    """Return a header of an answer, or None."""
    return dict(answer.headers).get(name)


def test_the_way_from_home_to_the_column(site):
    """The Chinese home page links to the English one, and that to "Jiaxing Today" and the reports."""
    home = get(site, "/").body.decode()
    assert re.search(rf'<a href="/col/col{HOME}/index.html"[^>]*>English</a>', home)
    english = get(site, f"/col/col{HOME}/index.html").body.decode()
    assert f'<a href="/col/col{TODAY}/index.html">Jiaxing Today</a>' in english
    assert re.search(
        rf'href="/col/col{REPORTS}/index.html"[^>]*>Report on the Work of the Jiaxing Municipal Government</a>', english
    )
    assert line(get(site, COLUMN).body.decode(), "location") == "Current location: Home > Jiaxing Today"


@pytest.mark.parametrize("number", [REPORTS, SECOND, 1591201])
def test_other_columns_answer_too(site, portal, number):
    """Columns have the rows they have: seven reports, two shared articles, or none."""
    html = get(site, f"/col/col{number}/").body.decode()
    assert len(records(store(html))) == len(portal.rows(number)) == {REPORTS: 7, SECOND: 2}.get(number, 0)


def test_page_numbers_are_ignored(site):
    """`?uid=..&pageNum=N` is for the browser's script: the answer is page 1."""
    assert get(site, COLUMN, f"uid={UNIT}&pageNum=3") == get(site, COLUMN)


def test_links_carry_the_host_that_was_asked(site):
    """Protocol-relative and absolute rows name the asker's host and port, whoever asked before."""
    assert "//portal.test:81/art/" in get(site, COLUMN).body.decode()
    other = get(site, COLUMN, host="127.0.0.1:9").body.decode()
    assert "//127.0.0.1:9/art/" in other
    assert "portal.test" not in other
    assert ".invalid" not in other


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("GET", f"startrecord=46&endrecord=60&perpage=15&columnid={TODAY}&unitid={UNIT}&webid={WEB}", b""),
        (
            "POST",
            "startrecord=46&endrecord=60&perpage=15",
            f"col=1&appid=1&webid={WEB}&path=%2F&columnid={TODAY}&sourceContentType=1&unitid={UNIT}&webname=%E5%98%89&permissiontype=0".encode(),
        ),
    ],
)
def test_the_endpoint_takes_its_words_from_query_and_form(site, method, query, body):
    """Everything in the query, or the span there and the rest in the form: the same rows as XML."""
    answer = get(site, PROXY, query, method, body)
    assert header(answer, "Content-Type").startswith("text/xml")
    assert len(records(answer.body.decode())) == 15


def test_the_endpoint_answers_for_groups_and_for_nonsense(site):
    """The other dialect reads on from the embedded group; a wrong column or none is the empty store."""
    embedded = records(store(get(site, COLUMN).body.decode()))
    group = get(site, PROXY, f"page=1&columnid={TODAY}&unitid={UNIT}&path=/").body.decode()
    assert len(records(group)) == 45
    assert not set(records(group)) & set(embedded)
    for words in (f"columnid=1&unitid={UNIT}", f"columnid=x&unitid={UNIT}", f"unitid={UNIT}", f"columnid={TODAY}&unitid=9", ""):
        assert get(site, PROXY, words).body.decode() == EMPTY


def test_articles_and_their_second_addresses_answer(site, portal):
    """Each path of each release shows its words."""
    for release in portal.releases:
        for path in release.paths:
            assert paragraphs(get(site, path).body.decode()) == release.paragraphs


def test_neighbours_are_those_of_the_listing(site, portal):
    """Previous is the row below, next the row above; the newest and the pinned one have theirs, too."""
    rows = [release for release, _ in portal.rows(TODAY)]
    links = [link.get("href") for link in part(get(site, rows[20].path).body.decode(), "").links]
    assert rows[21].path in links
    assert rows[19].path in links
    assert "Next: None" in get(site, rows[0].path).body.decode()
    assert "Previous: None" in get(site, rows[-1].path).body.decode()


def test_files_are_served(site, portal):
    """Attachments and pictures answer with bytes of their type, each with its own; so do style sheets and scripts."""
    files = [file for release in portal.releases for file in (*release.attachments, *release.images)]
    bodies = set()
    for file in files:
        path, _, query = file.path.partition("?")
        answer = get(site, path, query)
        assert (answer.status, header(answer, "Content-Type")) == (200, file.media_type)
        bodies.add(answer.body)
    assert len(bodies) == len(files)
    assert {get(site, path).status for path in ASSETS} == {200}


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/module/jpage/dataproxy.jsp", "/col/col7/index.html", "/art/2026/1/1/art_1591185_1.html", "/attach/0/x.doc"],
)
def test_unknown_addresses_are_404(site, path):
    """What is not there has its status and a page that says so."""
    answer = get(site, path)
    assert answer.status == 404
    assert b"does not exist" in answer.body


def test_robots_allow_what_matters(site):
    """The rules keep robots from search and counter only."""
    answer = get(site, "/robots.txt")
    assert (answer.status, header(answer, "Content-Type")) == (200, "text/plain")
    assert b"Disallow: /art" not in answer.body


@pytest.mark.parametrize("kind", ["article", "column"])
def test_validators_are_honoured(site, portal, kind):
    """The tag or the date of the last answer gives 304 without a body; a tag goes before a date; nonsense gives the page."""
    path = portal.golden.path if kind == "article" else COLUMN
    tag, date = header(get(site, path), "ETag"), header(get(site, path), "Last-Modified")
    for good in ({"if_none_match": tag}, {"if_none_match": f'"x", W/{tag}'}, {"if_none_match": "*"}, {"if_modified_since": date}):
        answer = get(site, path, **good)
        assert (answer.status, answer.body, header(answer, "ETag")) == (304, b"", tag)
    early = "Mon, 01 Jan 2001 00:00:00 GMT"
    for bad in ({"if_none_match": '"x"', "if_modified_since": date}, {"if_modified_since": early}, {"if_modified_since": "soon"}):
        assert get(site, path, **bad).status == 200


def test_bytes_are_stable_until_something_changes(site, portal):
    """Two answers are equal; a neighbour's news does not touch a page; an edit and a rebuild do, and a rebuild keeps the words."""
    path = portal.releases[0].path
    first = get(site, path)
    portal.publish()
    assert get(site, path) == first
    portal.rebuild()
    rebuilt = get(site, path)
    assert header(rebuilt, "ETag") != header(first, "ETag")
    assert header(rebuilt, "Last-Modified") != header(first, "Last-Modified")
    assert rebuilt.body != first.body
    assert paragraphs(rebuilt.body.decode()) == paragraphs(first.body.decode())
    portal.silent_edit(portal.at_path(path)[0].id)
    assert get(site, path, if_none_match=header(rebuilt, "ETag")).status == 200


@pytest.mark.parametrize(
    ("offer", "packed"), [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip; q=0", False), ("br", False), ("", False)]
)
def test_bodies_are_compressed_for_those_who_take_it(site, portal, offer, packed):
    """Compressed where that is offered; small bodies never; the words are the same."""
    path = portal.golden.path
    answer = get(site, path, accept_encoding=offer)
    assert (header(answer, "Content-Encoding") == "gzip") is packed
    assert (gzip.decompress(answer.body) if packed else answer.body) == get(site, path).body
    assert header(get(site, "/robots.txt", accept_encoding=offer), "Content-Encoding") is None


def test_changes_show_at_once(site, portal):
    """What the publisher does is what the next answer says: 404, new words, new rows."""
    gone, changed = portal.releases[3], portal.releases[4]
    get(site, gone.path), get(site, changed.path), get(site, COLUMN)
    portal.remove(gone.id)
    after = portal.silent_edit(changed.id)
    assert get(site, gone.path).status == 404
    assert paragraphs(get(site, changed.path).body.decode()) == after.paragraphs
    assert gone.path.rpartition("/")[2] not in get(site, COLUMN).body.decode()


def test_a_failing_host_fails_everywhere(site, portal):
    """Home, listing, data, articles and robots.txt: all the same status, until it recovers."""
    portal.fail_host(503)
    paths = ["/", COLUMN, PROXY, portal.golden.path, "/robots.txt"]
    assert {get(site, path).status for path in paths} == {503}
    portal.recover()
    assert {get(site, path).status for path in paths} == {200}


def test_a_challenge_spares_the_home_page(site, portal):
    """Everything else is 412 and a script, with nothing to read."""
    portal.challenge()
    assert get(site, "/").status == 200
    answer = get(site, portal.golden.path)
    assert answer.status == 412
    assert b"$_ts=window" in answer.body


def test_a_broken_listing_leaves_articles_alone(site, portal):
    """500 for the column and its data, 200 for articles and the home of the section."""
    portal.break_listing()
    assert [get(site, path).status for path in (COLUMN, PROXY, portal.golden.path, f"/col/col{HOME}/index.html")] == [
        500,
        500,
        200,
        200,
    ]


def test_lies_are_told_to_those_who_ask_if_anything_changed(site, portal):
    """A conditional request gets 304 although the article changed; a plain one gets the truth."""
    path = portal.golden.path
    tag = header(get(site, path), "ETag")
    portal.lie_304()
    after = portal.edit(portal.golden.id)
    assert get(site, path, if_none_match=tag).status == 304
    assert paragraphs(get(site, path).body.decode()) == after.paragraphs


def test_a_new_layout_is_served_and_taken_back(site, portal):
    """Articles come in the other template, and in the usual one after it was turned back."""
    golden = portal.golden
    portal.change_layout()
    assert paragraphs(get(site, golden.path).body.decode()) == ()
    portal.change_layout(on=False)
    assert paragraphs(get(site, golden.path).body.decode()) == golden.paragraphs


@pytest.mark.parametrize(("to", "words"), [(Layout.MISLEADING, "listen to this report"), (Layout.RESTYLED, "r-card")])
def test_other_templates_are_served_too(site, portal, to, words):
    """Each template has what tells it apart, and goes with the next one."""
    path = portal.golden.path
    portal.change_layout(to=to)
    assert words in get(site, path).body.decode()
    portal.change_layout()
    assert words not in get(site, path).body.decode()


def test_some_articles_lie_and_others_do_not(site, portal):
    """Only those that were chosen answer 304 whatever has changed."""
    liar, honest = portal.releases[:2]
    tags = [header(get(site, release.path), "ETag") for release in (liar, honest)]
    portal.lie_304(only=[liar.id])
    portal.edit(liar.id)
    portal.edit(honest.id)
    answers = [get(site, release.path, if_none_match=tag) for release, tag in zip((liar, honest), tags, strict=True)]
    assert [answer.status for answer in answers] == [304, 200]


@pytest.mark.parametrize("status", [404, 403])
def test_a_block_of_our_address_spares_the_home_page_and_the_rules(site, portal, status):
    """Home page and robots.txt are fine; columns, data, articles and files are not, until it is over."""
    paths = [COLUMN, PROXY, portal.golden.path, f"/col/col{HOME}/index.html", next(iter(ASSETS))]
    portal.block(status)
    assert {get(site, path).status for path in ("/", "/robots.txt")} == {200}
    assert {get(site, path).status for path in paths} == {status}
    portal.block(None)
    assert {get(site, path).status for path in paths} == {200}


@pytest.mark.parametrize(("empty", "status"), [(False, 500), (True, 200)])
@pytest.mark.parametrize("words", ["startrecord=46&endrecord=90", "page=1"])
def test_one_group_of_the_listing_can_be_missing(site, portal, empty, status, words):
    """The group fails, or comes as the empty store, in both dialects; the others and the column's page are as they were."""
    rest = f"columnid={TODAY}&unitid={UNIT}&webid={WEB}"
    portal.break_group(empty=empty)
    broken = get(site, PROXY, f"{words}&{rest}")
    assert (broken.status, broken.body.decode() == EMPTY) == (status, empty)
    for other in ("startrecord=91&endrecord=102", "page=2", "startrecord=1&endrecord=45"):
        assert records(get(site, PROXY, f"{other}&{rest}").body.decode())
    assert len(records(store(get(site, COLUMN).body.decode()))) == 45
    portal.break_group(None)
    assert len(records(get(site, PROXY, f"{words}&{rest}").body.decode())) == 45


@pytest.mark.parametrize(
    ("how", "status", "said"), [(Gone.NOT_FOUND, 404, True), (Gone.NOTICE, 200, True), (Gone.HOME, 302, False)]
)
def test_what_was_taken_down_answers_as_the_publisher_chose(site, portal, how, status, said):
    """404, a notice that answers 200, or a way to the home page; and the article again when it is back."""
    gone = portal.golden
    portal.remove(gone.id, how)
    answer = get(site, gone.path)
    assert (answer.status, b"does not exist or has been deleted" in answer.body) == (status, said)
    assert header(answer, "Location") == ("/" if how is Gone.HOME else None)
    portal.restore(gone.id)
    assert paragraphs(get(site, gone.path).body.decode()) == gone.paragraphs


# ---------------------------------------------------------------------------------------------------------------- caches


class Stopped:
    """A clock that goes on only when it is told to."""

    def __init__(self):
        self.moment = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self):
        """Return the moment."""
        return self.moment


@pytest.fixture
def clock():
    """Return a clock."""
    return Stopped()


@pytest.fixture
def cached(clock):
    """Return the site of a portal that goes by that clock."""
    return Site(Portal(releases=100, now=clock))


def test_a_cache_serves_an_article_as_it_stood_and_says_for_how_long(cached, clock):
    """Body and validators are those of the copy, whose tag is still good, and each answer tells its age in seconds."""
    portal = cached.portal
    before, path = portal.golden, portal.golden.path
    first = get(cached, path)
    portal.fill_cache(before.id)
    after = portal.edit(before.id)
    clock.moment += timedelta(hours=2, milliseconds=700)
    copy = get(cached, path)
    assert copy.body == first.body
    assert copy.headers == (*first.headers, ("Age", "7200"))
    same = get(cached, path, if_none_match=header(first, "ETag"))
    assert (same.status, header(same, "Age")) == (304, "7200")
    assert header(get(cached, portal.releases[-1].path), "Age") is None
    portal.empty_cache(before.id)
    fresh = get(cached, path, if_none_match=header(first, "ETag"))
    assert (fresh.status, header(fresh, "Age")) == (200, None)
    assert paragraphs(fresh.body.decode()) == after.paragraphs


def test_a_cache_may_stand_before_everything(cached, clock):
    """Column, data and articles, those taken down too, are as they were when it filled; home page and rules are not kept."""
    portal = cached.portal
    gone, back = portal.releases[3], portal.releases[4]
    portal.remove(back.id)
    rows = get(cached, COLUMN).body
    portal.fill_cache()
    portal.remove(gone.id)
    portal.restore(back.id)
    new = portal.publish()
    clock.moment += timedelta(minutes=1)
    assert paragraphs(get(cached, gone.path).body.decode()) == gone.paragraphs
    assert get(cached, COLUMN).body == rows
    assert [(get(cached, path).status, header(get(cached, path), "Age")) for path in (back.path, gone.path, COLUMN, PROXY)] == [
        (404, "60"),
        (200, "60"),
        (200, "60"),
        (200, "60"),
    ]
    assert [header(get(cached, path), "Age") for path in ("/", "/robots.txt", next(iter(ASSETS)))] == [None] * 3
    assert get(cached, new.path).status == 404
    portal.empty_cache()
    assert [get(cached, release.path).status for release in (gone, back, new)] == [404, 200, 200]


def test_a_cache_may_be_one_node_of_several(cached):
    """With one in three, every third request sees the copy, and both keep their bytes."""
    portal = cached.portal
    path = portal.golden.path
    portal.fill_cache(portal.golden.id, one_in=3)
    portal.edit(portal.golden.id)
    answers = [get(cached, path) for _ in range(6)]
    assert [header(answer, "Age") for answer in answers] == [None, None, "0", None, None, "0"]
    assert len({answer.body for answer in answers}) == 2
