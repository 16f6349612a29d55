"""The views: the columns that the design promises, in SQL that other engines share, and one row for one thing."""

from __future__ import annotations

import re

import pytest

from storage.instants import later
from storage.records import Outcome
from storage.views import VIEWS, install_views
from tests.builders import DAY, HOST, OTHER_READER, article_url, content, reading

A, B = "Zhang Bing visited the port.", "Zhang Bing toured the port."

# The design, section 4: "first columns first".
RELEASES = [
    "release",
    "key",
    "section",
    "title",
    "published_on",
    "state",
    "version",
    "edits",
    "silent_edits",
    "first_seen_at",
    "last_changed_at",
    "last_confirmed_at",
    "source",
    "url",
    "text",
]
BOTH = [
    "ref",
    "page",
    "release",
    "previous_id",
    "kind",
    "title",
    "not_before",
    "observed_at",
    "recorded_at",
    "last_confirmed_at",
    "retracted",
    "silent",
    "labels",
    "summary",
    "published_on",
]
CHANGES = [*BOTH, "title_before", "published_on_before"]
REMOVALS = ["last_seen_live_at", "first_missing_at", "proven_at", "checks", "controls_ok", "vantage", "restored_at"]
COVERAGE = ["section", "day", "complete", "partial", "failed"]
CAPTURES = ["fetch", "page", "requested_at", "purpose", "result", "status", "outcome"]


def columns(connection, view):
    """Return a view's columns in order."""
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({view})")]


@pytest.mark.parametrize(("view", "first"), [("releases", RELEASES), ("changes", CHANGES), ("history", BOTH)])
def test_first_columns_first(plain, view, first):
    """Who opens the file finds the columns of the design, in its order, before any others."""
    assert columns(plain, view)[: len(first)] == first


@pytest.mark.parametrize(("view", "named"), [("removals", REMOVALS), ("coverage", COVERAGE), ("captures", CAPTURES)])
def test_the_columns_of_the_design(plain, view, named):
    """Every column that the design names is there, in the order in which it names them."""
    assert [name for name in columns(plain, view) if name in named] == named


def test_all_views_are_there(plain):
    """Six views, each as its source says."""
    stored = dict(plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall())
    assert stored == {name: f"CREATE VIEW {name} AS{select}" for name, select in VIEWS.items()}
    assert set(stored) == {"releases", "changes", "history", "removals", "coverage", "captures"}


ALLOWED = {
    *("coalesce", "count", "max", "min", "sum", "group_concat"),
    *("exists", "in", "select", "and", "or", "not", "on", "case", "when", "as"),
}


@pytest.mark.parametrize("view", VIEWS)
def test_the_sql_is_shared(view):
    """No JSON, date or window function, no engine's own: every function called is one of a few that all have."""
    sql = re.sub(r"'[^']*'", "''", VIEWS[view]).lower()
    assert set(re.findall(r"\b([a-z_0-9]+)\s*\(", sql)) <= ALLOWED
    assert not re.search(r"\bover\b|\bwindow\b|->|\bjson|\bdate\b|\bstrftime|\bglob\b|\browid\b|\bifnull\b|\biif\b|\bwith\b", sql)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_answers(plain, view):
    """Each is filled by the busy archive, and no row of it stands twice."""
    rows = plain.execute(f"SELECT * FROM {view}").fetchall()
    assert rows
    assert len(set(rows)) == len(rows)


def test_views_are_made_anew(plain):
    """They hold no data: the newest definition serves an archive of any age."""
    plain.execute("DROP VIEW releases")
    plain.execute("CREATE VIEW releases AS SELECT 1 AS old")
    install_views(plain)
    assert columns(plain, "releases")[: len(RELEASES)] == RELEASES


@pytest.fixture
def page(story):
    """Return a page that appeared after the first complete sweep: news."""
    story.sweep([article_url(9)])
    return story.sweep([article_url(9), article_url(1)])[1]


def test_a_release(story, page):
    """One row a release, with what its newest standing version says."""
    story.look(page, A)
    first = story.asked[-1]
    story.look(page, B)
    edit = story.asked[-1]
    story.not_modified(page)
    confirmed = story.asked[-1]
    assert story.rows("SELECT * FROM releases") == [
        {
            "release": page,
            "key": story.value("SELECT key FROM pages WHERE id = ?", page),
            "section": "jiaxing/today",
            "title": "A visit to the port",
            "published_on": "2022-09-20",
            "state": "live",
            "version": f"{page}@2",
            "edits": 1,
            "silent_edits": 1,
            "first_seen_at": later(first, 5),
            "last_changed_at": later(edit, 5),
            "last_confirmed_at": later(confirmed, 5),
            "source": None,
            "url": article_url(1),
            "text": B,
        }
    ]


def test_until_when_a_version_was_seen(story, page):
    """The newest by its last confirmation; one that was followed, by the later bound of what followed."""
    story.look(page, A)
    story.not_modified(page)
    unchanged = story.asked[-1]
    story.look(page, B)
    story.look(page, B)
    body = story.asked[-1]
    story.look(page, A)
    story.not_modified(page)
    confirmed = later(story.asked[-1], 5)
    for view in ("changes", "history"):
        assert story.column(f"SELECT last_confirmed_at FROM {view} WHERE page = ? ORDER BY observed_at", page) == [
            unchanged,
            body,
            confirmed,
        ]


def test_changes_name_what_was_before(story, page):
    """An edit stands beside the title and day that it replaced."""
    story.look(page, A)
    story.look(page, content(A, title="New title", published="2022-09-21", published_on="2022-09-21"))
    [_, edit] = story.rows("SELECT title, title_before, published_on, published_on_before FROM changes ORDER BY observed_at")
    assert edit == {
        "title": "New title",
        "title_before": "A visit to the port",
        "published_on": "2022-09-21",
        "published_on_before": "2022-09-20",
    }


def test_changes_do_not_name_our_reader(story, page):
    """Where the reader changed with the edit, what was before is what the new reader reads there: our change is not told."""
    story.look(page, content(A, title="Home - A visit"))
    day = {"published": "2022-09-21", "published_on": "2022-09-21"}
    again = reading(content(A, title="A visit", **day), OTHER_READER)
    story.look(page, content(B, title="A visit", **day), reader=OTHER_READER, rereading=again)
    [_, edit] = story.rows("SELECT title, title_before, published_on_before FROM changes ORDER BY observed_at")
    assert edit == {"title": "A visit", "title_before": "A visit", "published_on_before": "2022-09-21"}
    story.removed(page)
    [*_, removal] = story.rows("SELECT kind, title, title_before FROM changes ORDER BY observed_at")
    assert removal == {"kind": "removed", "title": "A visit", "title_before": "A visit"}


def test_what_was_taken_back(story, page):
    """A retracted version leaves `changes` and stays in `history`, marked."""
    for text in (A, B):
        story.look(page, text)
    version = story.value("SELECT max(id) FROM versions")
    story.insert("retractions", {"version_id": version, "reason": "r", "recorded_at": "2026-01-01T00:00:00.000Z"})
    story.archive.rebuild()
    assert story.column("SELECT ref FROM changes") == [f"{page}@1"]
    assert story.rows("SELECT ref, retracted FROM history ORDER BY observed_at") == [
        {"ref": f"{page}@1", "retracted": 0},
        {"ref": f"{page}@2", "retracted": 1},
    ]


def test_history_has_everything(story, page):
    """Baseline and imports too, with hashes of body and content, and how each was found."""
    story.look(story.page(article_url(9)), A)
    story.look(page, B)
    story.imported("Of a file.")
    rows = story.rows(
        "SELECT kind, baseline, found_by, length(content_sha256) AS c, length(body_sha256) AS b FROM history ORDER BY fetch"
    )
    assert rows == [
        {"kind": "new", "baseline": 1, "found_by": "crawl", "c": 64, "b": 64},
        {"kind": "new", "baseline": 0, "found_by": "crawl", "c": 64, "b": 64},
        {"kind": "new", "baseline": 1, "found_by": "import", "c": 64, "b": 64},
    ]


def test_a_removal_and_its_three_times(story, page):
    """Last seen live, first missing, proven; the checks and controls that prove it; and the restoration that undid it."""
    story.look(page, A)
    seen = story.asked[-1]
    version = story.removed(page)
    story.insert("proofs", {"version_id": version, "fetch_id": 1, "role": "control"})
    [row] = story.rows("SELECT * FROM removals")
    missing = story.value("SELECT observed_at FROM versions WHERE id = ?", version)
    assert {name: row[name] for name in ("ref", "title", "url", *REMOVALS)} == {
        "ref": f"{page}@2",
        "title": "A visit to the port",
        "url": article_url(1),
        "last_seen_live_at": seen,
        "first_missing_at": missing,
        "proven_at": missing,
        "checks": 1,
        "controls_ok": 1,
        "vantage": "test bench",
        "restored_at": None,
    }
    assert story.column("SELECT state FROM releases WHERE release = ?", page) == ["removed"]
    story.look(page, A)
    assert story.column("SELECT restored_at FROM removals") == [later(story.asked[-1], 5)]
    assert story.column("SELECT kind FROM changes ORDER BY observed_at") == ["new", "removed", "restored"]


@pytest.mark.parametrize("read", [0, 1])
@pytest.mark.parametrize("complete", [True, False])
def test_every_sweep_is_covered_once(story, complete, read):
    """A sweep is complete, partial or failed, and never two of them."""
    story.sweep([], complete=complete, pages_read=read)
    [row] = story.rows("SELECT * FROM coverage")
    assert (row["section"], row["day"], row["sweeps"]) == ("jiaxing/today", DAY, 1)
    assert (row["complete"], row["partial"], row["failed"]) == (
        int(complete),
        int(not complete and read),
        int(not complete and not read),
    )


def test_coverage_by_day(story):
    """One row a section and day."""
    for day in ("2026-01-01", "2026-01-01", "2026-01-02"):
        story.sweep([article_url(1)], day=day)
    assert story.column("SELECT sweeps FROM coverage ORDER BY day") == [2, 1]


def test_captures(story, page):
    """Every request with its newest reading, whether or not it belongs to a page."""
    story.look(page, A)
    story.fails(page, Outcome.CHALLENGE, 412)
    rows = story.rows(
        "SELECT page, purpose, status, outcome, media_type, run, vantage, url FROM captures ORDER BY fetch DESC LIMIT 2"
    )
    common = {"page": page, "purpose": "look", "media_type": "text/html", "run": 1, "vantage": "test bench", "url": article_url(1)}
    assert rows == [common | {"status": 412, "outcome": "challenge"}, common | {"status": 200, "outcome": "ok"}]
    assert story.column("SELECT url FROM captures WHERE page IS NULL") == [f"http://{HOST}/col/col1/index.html"] * 2


# Instants are text of one form, wherever they stand

OUR_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
PUBLISHERS = {"published_at"}


def test_instants_have_one_form(plain):
    """Columns of instants hold three decimals and a Z, days hold days, and no other column of ledger or views holds one."""
    named = plain.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE '%sqlite%'")
    tables = [name for (name,) in named]
    seen = 0
    for table in tables:
        for name in columns(plain, table):
            for (value,) in plain.execute(f'SELECT DISTINCT "{name}" FROM {table} WHERE "{name}" IS NOT NULL'):
                if (name.endswith("_at") or name in {"not_before", "unchanged_304"}) and name not in PUBLISHERS:
                    assert OUR_INSTANT.fullmatch(value), (table, name, value)
                    seen += 1
                elif name.endswith("_on") or name == "day":
                    assert re.fullmatch(r"\d{4}-\d\d-\d\d", value), (table, name, value)
                elif isinstance(value, str) and not table.startswith("_"):
                    assert not OUR_INSTANT.fullmatch(value), (table, name, value)
    assert seen > 50
