"""The main job over real HTTP: a full sweep of the embedded portal, the crawls after it, and the seed press release.

Each platform that the portal can look like is crawled from the same few lines of TOML: nothing but what it serves tells which.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import seeds
from seeds.portal import TODAY, Platform, Release, Served
from tests.world import World, holding

SEED = (Path(seeds.__file__).parent / "000_61406b28d74e9c75.txt").read_bytes()
SEED_TITLE = (
    "Officials Required to Strictly Implement Duties of ”Working Harder, Improving Party Conduct and Constructing Clean "
    "Governments” to Build Clean Jiaxing and Battle Corruption"
)
CHANGES = "SELECT kind, title FROM changes"
RELEASES = "SELECT release, state, version, section FROM releases WHERE title = ?"
LAST_RUN = "run_id = (SELECT max(id) FROM runs)"


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one crawl left behind: rows appended, changes known then, its look rows, and what the portal served meanwhile."""

    counts: dict[str, int]
    appended: dict[str, list[dict[str, Any]]]
    changes: list[dict[str, Any]]
    looks: list[dict[str, Any]]
    served: list[Served]


@dataclass(frozen=True, slots=True)
class Case:
    """A platform, how many press releases it holds, and what the archive calls the way in which its lists are built."""

    platform: Platform
    releases: int
    lists: str


CASES = (
    Case(Platform.JCMS, 260, "jpage"),
    Case(Platform.JPAAS, 90, "jpaas"),
    Case(Platform.TRS, 90, "trs"),
    Case(Platform.STATIC, 90, "static"),
)
KNOWN_BY_ID = frozenset({Platform.JCMS, Platform.JPAAS})
"""Platforms whose addresses say that two of them are one article's; those of others do by what they hold."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The portal as it stood, what the archive held of it after the first crawl, and four crawls in order."""

    case: Case
    lists: list[str]
    rows: list[tuple[Release, int]]
    contents: dict[str, list[dict[str, Any]]]
    releases: list[dict[str, Any]]
    first: Crawled
    again: Crawled
    whole: Crawled
    head: Crawled
    fresh: Release


def crawled(world: World, **how: Any) -> Crawled:
    """Crawl, and gather what came of it."""
    asked = len(world.server.requests)
    summary = world.crawl(**how)
    looks = world.rows(f"SELECT page_id, purpose, result, status, body_id FROM fetches WHERE page_id IS NOT NULL AND {LAST_RUN}")
    return Crawled(dict(summary.counts), world.appended(), world.rows(CHANGES), looks, world.server.requests[asked:])


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.platform)
def swept(tmp_path_factory, request) -> Swept:
    """Crawl the whole portal twice, once more without validators, and after something was published."""
    case: Case = request.param
    with World(tmp_path_factory.mktemp("swept"), releases=case.releases, platform=case.platform) as world:
        first, rows = crawled(world, full=False), world.portal.rows(TODAY)
        contents, releases = world.contents(), world.rows("SELECT title, state, edits, silent_edits FROM releases")
        world.clock.pass_by()
        again = crawled(world, full=True)
        world.share = 1
        whole = crawled(world, full=True)
        world.share = 0
        fresh = world.portal.publish("Bridge Closed", paragraphs=["It will open again."])
        head = crawled(world, full=False)
        lists = world.values("SELECT DISTINCT platform FROM section_states")
        return Swept(case, lists, rows, contents, releases, first, again, whole, head, fresh)


# ------------------------------------------------------------------------------------------------------ the full sweep


def test_every_press_release_is_found_once_and_word_for_word(swept: Swept):
    """Title, printed date and what it means, source, breadcrumb, paragraphs, attachments: equal to what the portal holds."""
    assert len({release.id for release, _ in swept.rows}) == swept.case.releases
    assert swept.contents == {release.path_in(column): [holding(release, column)] for release, column in swept.rows}


def test_the_platform_is_found_out(swept: Swept):
    """How the lists are built is not in the TOML, and is known of every sweep."""
    assert swept.lists == [swept.case.lists]


def test_two_addresses_of_an_article_are_one_release(swept: Swept):
    """The listing has two rows more than the portal press releases: so many are there, all live, none edited."""
    assert len(swept.rows) == swept.case.releases + 2
    by_title = {
        release.title: {"title": release.title, "state": "live", "edits": 0, "silent_edits": 0} for release, _ in swept.rows
    }
    assert sorted(swept.releases, key=lambda row: row["title"]) == sorted(by_title.values(), key=lambda row: row["title"])
    seconds = {release.path_in(column): release.path for release, column in swept.rows if column != release.column}
    told = {row["page"]: (row["release"], row["reason"]) for row in swept.first.appended["identities"]}
    joined = {page: row for page, row in told.items() if row[1] != "first"}
    assert len(joined) == 2
    for page, (release, reason) in joined.items():
        assert reason == ("same-article-id" if swept.case.platform in KNOWN_BY_ID else "same-content")
        assert seconds.get(page, page) == seconds.get(release, release)
    assert all(page == release for page, (release, reason) in told.items() if reason == "first")


def test_the_first_look_is_no_news(swept: Swept):
    """Every version of the first crawl is a first sight and baseline; nobody is told, and nothing is a change."""
    versions = swept.first.appended["versions"]
    common = ("number", "kind", "baseline", "not_before", "previous", "silent", "labels", "changed", "summary", "found_by")
    expected = dict(zip(common, (1, "new", 1, None, None, 0, [], [], None, "crawl"), strict=True))
    assert {row["page"] for row in versions} == swept.contents.keys()
    assert [{name: row[name] for name in common} for row in versions] == [expected] * len(swept.rows)
    assert "outbox" not in swept.first.appended
    assert swept.first.changes == []


def test_the_listing_is_recorded_row_by_row(swept: Swept):
    """One complete full sweep (there was none before), and each row's address, whole title and day, in the listing's order."""
    assert swept.first.appended["listing_events"] == [
        {
            "page": release.path_in(column),
            "event": "appeared",
            "sweep": 1,
            "since_sweep": None,
            "from_a_row": True,
            "listed_title": release.title,
            "listed_date": release.published[:10],
        }
        for release, column in swept.rows
    ]
    (sweep,) = swept.first.appended["sweeps"]
    told = tuple(sweep[name] for name in ("kind", "complete", "records", "day", "note"))
    assert told == ("full", 1, len(swept.rows), "2026-11-23", None)


# ------------------------------------------------------------------------------------------------------ the crawls after


def test_a_second_full_crawl_finds_nothing_and_transfers_no_article(swept: Swept):
    """A row for each page, each of them "not modified" without a byte of a body; another complete sweep, and no more."""
    assert swept.again.appended.keys() == {"sweeps"}
    assert [(sweep["kind"], sweep["complete"]) for sweep in swept.again.appended["sweeps"]] == [("full", 1)]
    assert swept.again.changes == []
    looks = {row["page_id"]: (row["purpose"], row["result"], row["status"], row["body_id"]) for row in swept.again.looks}
    assert len(swept.again.looks) == len(looks) == len(swept.rows)
    assert set(looks.values()) == {("look", "not-modified", 304, None)}
    articles = [line for line in swept.again.served if line.target in swept.contents]
    assert {(line.status, line.sent, line.conditional) for line in articles} == {(304, 0, True)}
    assert {line.target for line in articles} == swept.contents.keys()


def test_looking_at_every_page_whole_finds_nothing_either(swept: Swept):
    """With no validator sent every body comes again, reads the same, and makes no version."""
    assert swept.whole.appended.keys() == {"sweeps"}
    assert swept.whole.changes == []
    articles = [line for line in swept.whole.served if line.target in swept.contents]
    assert {(line.status, line.conditional) for line in articles} == {(200, False)}
    assert all(line.sent for line in articles)
    assert [row["result"] for row in swept.whole.looks] == ["response"] * len(swept.rows)


def test_what_is_published_later_is_news(swept: Swept):
    """A head sweep stops after 60 known rows in a row, and the one page that was not known is the one change."""
    assert swept.head.changes == [{"kind": "new", "title": "Bridge Closed"}]
    (sweep,) = swept.head.appended["sweeps"]
    assert (sweep["kind"], sweep["complete"], sweep["records"]) == ("head", 0, 62)
    (version,) = swept.head.appended["versions"]
    assert (version["page"], version["baseline"], version["content"]) == (swept.fresh.path, 0, holding(swept.fresh))
    assert swept.head.appended["outbox"] == [{"kind": "new", "page": swept.fresh.path}]


def test_a_limited_first_crawl_is_finished_by_the_next(tmp_path):
    """30 rows first; then, as there is no complete sweep, all of them, and all is baseline; then what is published is news."""
    with World(tmp_path, releases=60) as world:
        limited = crawled(world, full=False, limit=30)
        (sweep,) = limited.appended["sweeps"]
        assert (sweep["kind"], sweep["complete"], sweep["records"]) == ("full", 0, 30)
        first = [release.path_in(column) for release, column in world.portal.rows(TODAY)[:30]]
        assert [row["page"] for row in limited.appended["listing_events"]] == first
        assert sorted(world.contents()) == sorted(first)
        rest = crawled(world, full=False)
        (sweep,) = rest.appended["sweeps"]
        assert (sweep["kind"], sweep["complete"], sweep["records"]) == ("full", 1, 62)
        assert len(limited.looks) == 30
        assert [row["purpose"] for row in rest.looks] == ["first"] * 32
        assert [row["baseline"] for told in (limited, rest) for row in told.appended["versions"]] == [1] * 62
        assert rest.changes == []
        assert world.contents() == {
            release.path_in(column): [holding(release, column)] for release, column in world.portal.rows(TODAY)
        }
        world.portal.publish("Bridge Closed", paragraphs=["It will open again."])
        assert crawled(world, full=False).changes == [{"kind": "new", "title": "Bridge Closed"}]


# ------------------------------------------------------------------------------------------------------ the seed


def seed_contents(world: World) -> list[dict[str, Any]]:
    """Return every stored content with the seed's title."""
    return world.rows("SELECT * FROM contents WHERE title = ? ORDER BY id", SEED_TITLE)


def check_seed(content: dict[str, Any]) -> None:
    """Check a stored content against the seed document, word for word."""
    assert content["breadcrumb"] == '["Home","Jiaxing Today"]'
    assert content["published"] == "2022-09-20 10:46"
    assert content["precision"] == "minute"
    assert content["published_at"] == "2022-09-20T02:46:00Z"
    assert content["published_on"] == "2022-09-20"
    after_date = SEED.decode().split("Release date:2022-09-20 10:46\n", maxsplit=1)[1]
    paragraphs = content["text"].split("\n\n")
    assert len(paragraphs) == 6
    assert "\n\n".join(paragraphs) == after_date.strip("\n")
    assert content["text"].count("\u00a0") == 13


def seed_pages(world: World) -> list[dict[str, Any]]:
    """Return, in order, each opinion on a page of the seed's: its kind, that of its release, and the reason."""
    return world.rows(
        "SELECT g.kind AS page, f.kind AS release, i.reason FROM identities i JOIN pages g ON g.id = i.page_id"
        " JOIN pages f ON f.id = i.release_id JOIN versions v ON v.page_id = g.id JOIN contents c ON c.id = v.content_id"
        " WHERE c.title = ? ORDER BY i.id",
        SEED_TITLE,
    )


@pytest.mark.parametrize("platform", [case.platform for case in CASES])
def test_the_seed_is_crawled_as_printed(tmp_path, platform: Platform):
    """Crawled over HTTP: section, title with both its closing quotes, minute, six paragraphs with 13 no-break spaces."""
    with World(tmp_path, platform=platform) as world:
        world.crawl()
        (content,) = seed_contents(world)
        check_seed(content)
        assert [row["section"] for row in world.rows(RELEASES, SEED_TITLE)] == ["embedded/today"]


def test_the_seed_is_imported_as_printed(tmp_path):
    """Imported from its file: the same, in the section that its breadcrumb names; a second time it is known."""
    with World(tmp_path) as world:
        imported = world.take_in(SEED)
        assert (imported.title, imported.new) == (SEED_TITLE, True)
        (content,) = seed_contents(world)
        check_seed(content)
        assert [(row["section"], row["state"]) for row in world.rows(RELEASES, SEED_TITLE)] == [("embedded/today", "imported")]
        assert world.take_in(SEED) == type(imported)(imported.page_id, SEED_TITLE, new=False)
        assert world.values("SELECT count(*) FROM versions") == [1]
        assert world.rows(CHANGES) == []


@pytest.mark.parametrize("import_first", [True, False])
def test_import_and_crawl_are_one_release(tmp_path, *, import_first: bool):
    """Whichever comes first founds the release, the other joins it by content; the page that answers speaks for it."""
    with World(tmp_path) as world:
        for is_import in (import_first, not import_first):
            if is_import:
                world.take_in(SEED)
            else:
                world.crawl()
        contents = seed_contents(world)
        assert len({content["compare_sha256"] for content in contents}) == 1
        for content in contents:
            check_seed(content)
        first, second = ("import", "release") if import_first else ("release", "import")
        assert seed_pages(world) == [
            {"page": first, "release": first, "reason": "first"},
            {"page": second, "release": first, "reason": "same-content"},
        ]
        (release,) = world.rows(RELEASES, SEED_TITLE)
        crawled_page = world.page(world.portal.golden.path)
        assert (release["state"], release["version"]) == ("live", f"{crawled_page}@1")
        assert world.rows(CHANGES) == []
        assert world.appended().get("outbox") is None


def test_an_import_never_makes_a_move(tmp_path):
    """A file that joins a page which no longer answers is the same content, not its new address; the release is suspect."""
    with World(tmp_path) as world:
        world.crawl()
        world.portal.remove(world.portal.golden.id)
        world.crawl()
        world.take_in(SEED)
        assert seed_pages(world)[1:] == [{"page": "import", "release": "release", "reason": "same-content"}]
        assert [row["state"] for row in world.rows(RELEASES, SEED_TITLE)] == ["suspect"]
