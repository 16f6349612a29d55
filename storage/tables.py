"""The tables of the file, as data: ledger tables column by column, the operational ones, and the indexes.

Conventions: instants are UTC text ending in Z, ours with three decimals; calendar days are text; flags are 0 or 1; lists are JSON.
"""

from __future__ import annotations

__all__ = ["INDEXES", "LEDGER", "OPERATIONAL"]

_INSTANT = "????-??-??T??:??:??.???Z"


def _instant(column: str, *, null: bool = False) -> str:
    return f"{column} TEXT {'' if null else 'NOT NULL '}CHECK ({column} GLOB '{_INSTANT}')"


def _one_of(column: str, values: str, *, null: bool = False) -> str:
    listed = ", ".join(f"'{value}'" for value in values.split())
    return f"{column} TEXT {'' if null else 'NOT NULL '}CHECK ({column} IN ({listed}))"


def _flag(column: str) -> str:
    return f"{column} INTEGER NOT NULL DEFAULT 0 CHECK ({column} IN (0, 1))"


def _json(column: str) -> str:
    return f"{column} TEXT NOT NULL CHECK (json_valid({column}))"


_ID = "id INTEGER PRIMARY KEY CHECK (id > 0)"

LEDGER: dict[str, tuple[str, ...]] = {
    "bodies": (
        _ID,
        "sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64)",
        "size INTEGER NOT NULL CHECK (size >= 0)",
        "media_type TEXT",
        "dictionary_id INTEGER REFERENCES bodies (id)",
        "data BLOB",
    ),
    "runs": (
        _ID,
        "trigger TEXT NOT NULL",
        "vantage TEXT NOT NULL",
        "software TEXT NOT NULL",
        "settings_id INTEGER REFERENCES bodies (id)",
        _instant("started_at"),
    ),
    "run_ends": (
        _ID,
        "run_id INTEGER NOT NULL UNIQUE REFERENCES runs (id)",
        _instant("ended_at"),
        _one_of("outcome", "done interrupted failed"),
        _json("counts"),
    ),
    "sections": (
        _ID,
        "portal TEXT NOT NULL",
        "slug TEXT NOT NULL",
        _instant("recorded_at"),
        "UNIQUE (portal, slug)",
    ),
    "section_states": (
        _ID,
        "section_id INTEGER NOT NULL REFERENCES sections (id)",
        "run_id INTEGER NOT NULL REFERENCES runs (id)",
        "title TEXT NOT NULL",
        "listing_url TEXT",
        "platform TEXT",
        "unit TEXT",
        "found_by TEXT NOT NULL",
        _instant("recorded_at"),
    ),
    "pages": (
        _ID,
        "url_key TEXT NOT NULL UNIQUE",
        "key TEXT NOT NULL UNIQUE CHECK (length(key) = 16)",
        "url TEXT NOT NULL",
        _one_of("kind", "release attachment part import"),
        "article TEXT",
        "section_id INTEGER REFERENCES sections (id)",
        "parent_id INTEGER REFERENCES pages (id)",
        "position INTEGER",
        _instant("recorded_at"),
    ),
    "identities": (
        _ID,
        "page_id INTEGER NOT NULL REFERENCES pages (id)",
        "release_id INTEGER NOT NULL REFERENCES pages (id)",
        _one_of("reason", "first same-article-id same-content moved diverged manual"),
        _instant("recorded_at"),
    ),
    "fetches": (
        _ID,
        "run_id INTEGER NOT NULL REFERENCES runs (id)",
        "page_id INTEGER REFERENCES pages (id)",
        "section_id INTEGER REFERENCES sections (id)",
        _one_of("purpose", "robots locate listing first look recheck control import"),
        "hop_of INTEGER REFERENCES fetches (id)",
        "method TEXT NOT NULL",
        "url TEXT NOT NULL",
        _json("request_headers"),
        "request_body TEXT",
        "remote_address TEXT",
        _instant("requested_at"),
        "elapsed_ms INTEGER NOT NULL CHECK (elapsed_ms >= 0)",
        _one_of("result", "response not-modified network-error truncated too-large refused"),
        "status INTEGER",
        _json("response_headers"),
        "etag TEXT",
        "last_modified TEXT",
        "body_id INTEGER REFERENCES bodies (id)",
        "error TEXT",
    ),
    "contents": (
        _ID,
        "sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64)",
        "compare_sha256 TEXT NOT NULL CHECK (length(compare_sha256) = 64)",
        "title TEXT NOT NULL",
        "published TEXT",
        "published_at TEXT CHECK (published_at GLOB '????-??-??T??:??:??Z')",
        "published_on TEXT CHECK (published_on GLOB '????-??-??')",
        _one_of("precision", "second minute day", null=True),
        "source TEXT",
        "author TEXT",
        "language TEXT",
        _json("breadcrumb"),
        "text TEXT",
        _json("fields"),
    ),
    "readings": (
        _ID,
        "fetch_id INTEGER NOT NULL REFERENCES fetches (id)",
        "reader TEXT NOT NULL",
        _one_of("outcome", "ok gone soft-gone challenge blocked server-error empty unreadable quarantined"),
        "content_id INTEGER REFERENCES contents (id)",
        _json("dates"),
        _json("problems"),
        _instant("recorded_at"),
        "template TEXT",
        "UNIQUE (fetch_id, reader)",
        "CHECK (content_id IS NULL OR outcome = 'ok')",
    ),
    "versions": (
        _ID,
        "page_id INTEGER NOT NULL REFERENCES pages (id)",
        "number INTEGER NOT NULL CHECK (number > 0)",
        _one_of("kind", "new edited removed restored"),
        "fetch_id INTEGER NOT NULL REFERENCES fetches (id)",
        "content_id INTEGER REFERENCES contents (id)",
        "previous_id INTEGER REFERENCES versions (id)",
        "compared_id INTEGER REFERENCES contents (id)",
        _instant("not_before", null=True),
        _instant("observed_at"),
        _instant("recorded_at"),
        _instant("unchanged_304", null=True),
        _one_of("found_by", "crawl reparse import"),
        _flag("baseline"),
        _flag("silent"),
        _json("labels"),
        _json("changed"),
        "summary TEXT",
        "UNIQUE (page_id, number)",
        "CHECK ((kind = 'removed') = (content_id IS NULL))",
        "CHECK (compared_id IS NULL OR kind IN ('edited', 'restored'))",
        "CHECK (compared_id IS NOT NULL OR kind <> 'edited')",
    ),
    "retractions": (
        _ID,
        "version_id INTEGER NOT NULL UNIQUE REFERENCES versions (id)",
        "replaced_by INTEGER REFERENCES versions (id)",
        "reason TEXT NOT NULL",
        _instant("recorded_at"),
    ),
    "proofs": (
        _ID,
        "version_id INTEGER NOT NULL REFERENCES versions (id)",
        "fetch_id INTEGER NOT NULL REFERENCES fetches (id)",
        _one_of("role", "check control"),
        "UNIQUE (version_id, fetch_id)",
    ),
    "sweeps": (
        _ID,
        "section_id INTEGER NOT NULL REFERENCES sections (id)",
        "run_id INTEGER NOT NULL REFERENCES runs (id)",
        _one_of("kind", "head full"),
        "day TEXT NOT NULL CHECK (day GLOB '????-??-??')",
        _instant("started_at"),
        _instant("ended_at"),
        _flag("complete"),
        "pages_expected INTEGER",
        "pages_read INTEGER NOT NULL",
        "records INTEGER NOT NULL",
        "note TEXT",
    ),
    "listing_events": (
        _ID,
        "sweep_id INTEGER NOT NULL REFERENCES sweeps (id)",
        "fetch_id INTEGER REFERENCES fetches (id)",
        "section_id INTEGER NOT NULL REFERENCES sections (id)",
        "page_id INTEGER NOT NULL REFERENCES pages (id)",
        _one_of("event", "appeared left retitled redated"),
        _instant("not_before", null=True),
        _instant("observed_at"),
        "listed_title TEXT",
        "listed_date TEXT",
        "listed_url TEXT",
    ),
    "redactions": (
        _ID,
        "body_id INTEGER REFERENCES bodies (id)",
        "content_id INTEGER REFERENCES contents (id)",
        "reason TEXT NOT NULL",
        "authority TEXT NOT NULL",
        _instant("recorded_at"),
        "CHECK ((body_id IS NULL) <> (content_id IS NULL))",
    ),
    "log_leaves": (
        _ID,
        "kind TEXT NOT NULL",
        "row_id INTEGER NOT NULL",
        "format INTEGER NOT NULL",
        "hash BLOB NOT NULL CHECK (length(hash) = 32)",
        "UNIQUE (kind, row_id)",
    ),
    "checkpoints": (
        _ID,
        "size INTEGER NOT NULL",
        "root BLOB NOT NULL CHECK (length(root) = 32)",
        "note TEXT NOT NULL",
        _instant("recorded_at"),
    ),
    "stamps": (
        _ID,
        "checkpoint_id INTEGER NOT NULL REFERENCES checkpoints (id)",
        "authority TEXT NOT NULL",
        "token BLOB NOT NULL",
        _instant("recorded_at"),
    ),
}
"""Every ledger table and its columns, in an order in which a row's references stand before it."""

OPERATIONAL = """
-- What we hold of each page now.  `base_*` is the newest fetch whose body read as the page's standing state: what the next
-- body is compared with, and what `not_before` rests on.
CREATE TABLE _pages (
    page_id INTEGER PRIMARY KEY, release_id INTEGER, section_id INTEGER, host TEXT NOT NULL, state TEXT,
    version_id INTEGER, content_id INTEGER, compare_sha256 TEXT, base_fetch_id INTEGER, base_at TEXT, unchanged_304 TEXT,
    etag TEXT, last_modified TEXT, first_seen_at TEXT, last_changed_at TEXT, last_confirmed_at TEXT, last_look_at TEXT,
    failing_since TEXT, missing_at TEXT, fails INTEGER NOT NULL DEFAULT 0, looks INTEGER NOT NULL DEFAULT 0,
    outcome TEXT, error TEXT
) STRICT;
CREATE INDEX _pages_release ON _pages (release_id);
CREATE INDEX _pages_compare ON _pages (compare_sha256);
CREATE INDEX _pages_section ON _pages (section_id);
CREATE INDEX _pages_host ON _pages (host, state);
-- What we hold of each release now, folded from its pages.
CREATE TABLE _current (
    release_id INTEGER PRIMARY KEY, page_id INTEGER NOT NULL, section_id INTEGER, version_id INTEGER NOT NULL,
    content_id INTEGER NOT NULL, state TEXT NOT NULL, edits INTEGER NOT NULL, silent_edits INTEGER NOT NULL,
    first_seen_at TEXT NOT NULL, last_changed_at TEXT, last_confirmed_at TEXT, published_on TEXT
) STRICT;
CREATE INDEX _current_published ON _current (published_on);
-- When each page is due, why, and at which address where that is not its own: that of a file, as its page has just named it.
CREATE TABLE _frontier (
    page_id INTEGER PRIMARY KEY, host TEXT NOT NULL, due_at TEXT NOT NULL, reason TEXT NOT NULL, url TEXT
) STRICT;
CREATE INDEX _frontier_due ON _frontier (due_at);
CREATE INDEX _frontier_reason ON _frontier (reason, due_at);
-- What a host asked of us; `conditional` is 0 where it was caught answering 304 after a change (`storage.honesty`).
CREATE TABLE _hosts (
    host TEXT PRIMARY KEY, not_before TEXT, conditional INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE _hazard (
    scope TEXT NOT NULL, key TEXT NOT NULL, bin INTEGER NOT NULL, events REAL NOT NULL, exposure REAL NOT NULL,
    PRIMARY KEY (scope, key, bin)
) STRICT;
-- How a host's pages are due until it is planned anew (`storage.hazard`).
CREATE TABLE _plans (
    host TEXT PRIMARY KEY, least REAL NOT NULL, forced INTEGER NOT NULL, every REAL, longest REAL NOT NULL, made_at TEXT NOT NULL
) STRICT;
-- What people are to be told, written with what it tells of; `routed_at` is when it was settled whom that concerns.
CREATE TABLE _outbox (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, version_id INTEGER, fetch_id INTEGER, alert_id INTEGER, created_at TEXT NOT NULL,
    routed_at TEXT
) STRICT;
CREATE INDEX _outbox_unrouted ON _outbox (id) WHERE routed_at IS NULL;
CREATE INDEX _outbox_version ON _outbox (version_id) WHERE version_id IS NOT NULL;
CREATE INDEX _outbox_fetch ON _outbox (fetch_id) WHERE fetch_id IS NOT NULL;
-- What became of a row of the outbox for one receiver: waiting, held, delivered, dead or dropped.  Rows with one `message` go out
-- as one.  `since_at` is when it could go out first, `due_at` when it may next; `handed_at` is set while it may have gone out
-- without our knowing; `section` is what holds it; `reached` are those of several addressees that have it already.
CREATE TABLE _deliveries (
    id INTEGER PRIMARY KEY, outbox_id INTEGER NOT NULL, receiver TEXT NOT NULL, message TEXT NOT NULL, state TEXT NOT NULL,
    section TEXT, since_at TEXT NOT NULL, due_at TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, handed_at TEXT, done_at TEXT,
    reached TEXT, error TEXT, answer TEXT, UNIQUE (outbox_id, receiver)
) STRICT;
CREATE INDEX _deliveries_due ON _deliveries (state, due_at);
-- How each receiver fares: from when on it is told of what happens, and until when a failing one is left alone.
CREATE TABLE _receivers (
    name TEXT PRIMARY KEY, since_at TEXT NOT NULL, not_before TEXT, failures INTEGER NOT NULL DEFAULT 0, failing_since TEXT,
    tried_at TEXT, delivered_at TEXT, error TEXT, answer TEXT
) STRICT;
CREATE TABLE _alerts (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, message TEXT NOT NULL, evidence TEXT,
    opened_at TEXT NOT NULL, closed_at TEXT, steps TEXT
) STRICT;
-- What the daemon does at its times beside looks (backups, checks of the file): when it is due, and how it went the last time.
CREATE TABLE _jobs (name TEXT PRIMARY KEY, due_at TEXT, done_at TEXT, outcome TEXT, note TEXT) STRICT;
CREATE TABLE _log (level INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
"""

INDEXES = """
CREATE INDEX fetches_page ON fetches (page_id, id) WHERE page_id IS NOT NULL;
CREATE INDEX fetches_section ON fetches (section_id, id) WHERE section_id IS NOT NULL;
CREATE INDEX bodies_dictionary ON bodies (dictionary_id) WHERE dictionary_id IS NOT NULL;
CREATE INDEX fetches_hop ON fetches (hop_of) WHERE hop_of IS NOT NULL;
CREATE INDEX fetches_probe ON fetches (id) WHERE purpose = 'recheck' AND page_id IS NULL;
CREATE INDEX fetches_robots ON fetches (url, id) WHERE purpose = 'robots';
CREATE INDEX fetches_requested ON fetches (requested_at);
CREATE INDEX readings_template ON readings (template, reader) WHERE template IS NOT NULL;
CREATE INDEX readings_aside ON readings (fetch_id) WHERE outcome = 'quarantined';
CREATE INDEX versions_observed ON versions (observed_at);
CREATE INDEX versions_removed ON versions (observed_at) WHERE kind = 'removed';
CREATE INDEX versions_previous ON versions (previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX versions_fetch ON versions (fetch_id);
CREATE INDEX identities_page ON identities (page_id, id);
CREATE INDEX identities_release ON identities (release_id, id);
CREATE INDEX pages_article ON pages (article) WHERE article IS NOT NULL;
CREATE INDEX pages_parent ON pages (parent_id, position) WHERE parent_id IS NOT NULL;
CREATE INDEX contents_compare ON contents (compare_sha256);
CREATE INDEX listing_events_page ON listing_events (page_id, id);
CREATE INDEX listing_events_section ON listing_events (section_id, page_id, id);
CREATE INDEX sweeps_section ON sweeps (section_id, id);
CREATE INDEX section_states_section ON section_states (section_id, id);
CREATE INDEX proofs_version ON proofs (version_id);
CREATE INDEX redactions_body ON redactions (body_id) WHERE body_id IS NOT NULL;
CREATE INDEX redactions_content ON redactions (content_id) WHERE content_id IS NOT NULL;
"""
