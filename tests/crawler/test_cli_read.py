"""The commands that read, on an archive of an embedded portal with a story: what they say is what the portal did."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from seeds.portal import SECOND, Portal, PortalServer
from storage.archive import Archive
from storage.fingerprint import sha256_hex
from tests.commands import bench, told

SEED = Path(__file__).parents[2] / "seeds" / "000_61406b28d74e9c75.txt"
NOTE = "A correction was sent to the editors."


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Act a story out between two crawls; beside the bench stands which article was what to it."""
    with PortalServer(Portal(1, 40)) as server:
        town = bench(tmp_path_factory.mktemp("story"), server)
        portal = town.portal
        town.run("crawl")
        town.run("import", SEED)
        plain = [each for each in portal.releases if each.id != portal.golden.id and not each.pinned and len(each.columns) == 1]
        edited, removed, moved, unlisted, copied = plain[3:8]
        acts = {
            "edited": edited,
            "removed": removed,
            "dated": moved,
            "unlisted": unlisted,
            "copied": copied,
            "golden": portal.golden,
        }
        acts["new"] = portal.publish("Jiaxing Opens Third Rail Line to Shanghai", paragraphs=("It was opened yesterday.",))
        portal.edit(edited.id, paragraphs=(*edited.paragraphs, NOTE))
        portal.silent_edit(portal.golden.id)
        portal.remove(removed.id)
        portal.backdate(moved.id, "2012-02-03 04:05")
        portal.unlist(unlisted.id)
        portal.copy_to_column(copied.id, SECOND)
        town.run("crawl", "--full")
        yield town, acts


def test_status_counts_what_is_there(story):
    """The overview has the section's counts, what does not answer, and whence we watch."""
    town, acts = story
    status = town.json("status")
    (section,) = status["sections"]
    assert section["section"] == "embedded/today"
    assert section["releases"] == len(town.portal.releases) + 1
    assert section["week"] == {"new": 1, "edited": 3}
    assert section["last_complete_at"] == section["last_sweep_at"]
    assert [row["title"] for row in status["suspects"]] == [acts["removed"].title]
    assert status["unread"] == []
    assert status["bytes"] >= town.archive.stat().st_size
    assert status["today"]["requests"] == len(town.server.requests)
    assert status["last_run"]["outcome"] == "done"
    (portal,) = status["portals"]
    assert portal["looks_a_day"] is None
    asked = sum(line.target.startswith(("/art/", "/attach/", "/module/download/")) for line in town.server.requests)
    with closing(sqlite3.connect(town.archive)) as connection:
        probe = "SELECT count(*) FROM fetches WHERE purpose = 'recheck' AND page_id IS NULL"
        (probes,) = connection.execute(probe).fetchone()
    assert portal["first_looks_today"] + portal["looks_today"] == asked - probes


def test_status_for_people(story):
    """The overview says the same in words."""
    town, acts = story
    text = town.run("status").stdout
    assert "times are +08:00 (Asia/Shanghai)" in text
    assert "+1 new 3 edited 0 removed" in text
    assert "Not answering (unproven): 1 page\n" in text
    assert acts["removed"].title in text
    assert "there is no such page" in text
    assert f"SQLite {sqlite3.sqlite_version} · watching from: Frankfurt DE" in text
    assert "today " in text


def test_list_is_every_press_release_newest_first(story):
    """The list holds each press release once, by its printed date."""
    town, acts = story
    document = town.json("list", "--limit", "0")
    titles = sorted(row["title"] for row in document["releases"])
    assert titles == sorted([each.title for each in town.portal.releases] + [acts["removed"].title])
    days = [row["published_on"] for row in document["releases"]]
    assert days == sorted(days, reverse=True)
    assert document["more"] is False


def test_list_takes_filters(story):
    """Text, state, section and limit each narrow the list."""
    town, acts = story
    assert [row["title"] for row in town.json("list", "THIRD rail LINE")["releases"]] == [acts["new"].title]
    assert [row["title"] for row in town.json("list", "--state", "suspect")["releases"]] == [acts["removed"].title]
    assert len(town.json("list", "--section", "embedded/today", "--limit", "5")["releases"]) == 5
    assert town.json("list", "--limit", "5")["more"] is True


def test_list_for_people(story):
    """A line has number, printed date, state, edits and title; that more exist is said."""
    town, acts = story
    line = town.run("list", acts["golden"].title[:30]).stdout.splitlines()[1]
    assert line.split()[:4] == [str(town.number(acts["golden"].title)), "2022-09-20", "1", "(1"]
    assert acts["golden"].title in line
    assert "not answering (unproven)" in town.run("list", "--state", "suspect").stdout
    assert "These are the first 3; more with --limit N" in town.run("list", "--limit", "3").stdout
    assert town.run("list", "no such words").stdout == "No press release fits.\n"


def test_list_of_an_unknown_section(story):
    """A section that is none is an error that names those there are."""
    town, _ = story
    result = town.run("list", "--section", "jiaxing/today", code=2)
    assert "jiaxing/today" in told(result)
    assert "embedded/today" in result.stderr


def test_show_prints_the_text_as_printed(story):
    """In a pipe the text comes whole and to the letter, no-break spaces included."""
    town, acts = story
    text = town.run("show", f"{town.number(acts['golden'].title)}@1").stdout
    before = acts["golden"].text
    assert before.count("\u00a0") == 13
    assert text.endswith(f"\n\n{before}\n")
    assert acts["golden"].title in text
    assert "2022-09-20 10:46" in text


def test_show_as_a_document(story):
    """The document has the content, where it came from, and the pages of the press release."""
    town, acts = story
    number = town.number(acts["golden"].title)
    shown = town.json("show", str(number))
    assert shown["ref"] == f"{number}@2"
    assert shown["paragraphs"] == shown["text"].split("\n\n")
    assert shown["text"] == town.portal.golden.text
    assert (shown["published_at"], shown["published_on"], shown["precision"]) == ("2022-09-20T02:46:00Z", "2022-09-20", "minute")
    assert {page["kind"] for page in shown["pages"]} == {"release", "import"}
    assert shown["state"] == "live"
    assert shown["dates"]


@pytest.mark.parametrize("name", ["number", "version", "key", "url", "bare url", "odd url"])
def test_a_press_release_has_many_names(story, name):
    """Number, version, key and URL in several spellings all name the same press release."""
    town, acts = story
    shown = town.json("show", str(town.number(acts["edited"].title)))
    names = {
        "number": str(shown["release"]),
        "version": shown["ref"],
        "key": shown["key"],
        "url": shown["url"],
        "bare url": shown["url"].removeprefix("http://"),
        "odd url": shown["url"].replace("http://", "HTTPS://").replace("/art/", "/./art/") + "#top",
    }
    assert town.json("show", names[name])["content_sha256"] == shown["content_sha256"]


@pytest.mark.parametrize("name", ["99999", "0", "zzz", "3@99", "http://elsewhere.test/", "http://[", "1" * 30, "3@" + "1" * 30])
def test_what_names_nothing(story, name):
    """An unknown name is an error with 2, whatever it looks like."""
    town, _ = story
    for command in ("show", "history", "diff"):
        assert "nothing here is named" in told(town.run(command, name, code=2))


def test_raw_bytes_come_unchanged(story):
    """`--raw` writes the page as the server sent it, for a press release and for a request."""
    town, acts = story
    shown = town.json("show", str(town.number(acts["edited"].title)))
    raw = town.run("show", str(shown["release"]), "--raw").stdout_bytes
    assert sha256_hex(raw) == shown["body_sha256"]
    assert raw.startswith(b"<!DOCTYPE html>")
    assert town.run("show", "--fetch", str(shown["fetch"]), "--raw").stdout_bytes == raw


def test_show_a_request(story):
    """A request is shown with its headers and with what was read from its answer."""
    town, acts = story
    shown = town.json("show", str(town.number(acts["edited"].title)))
    fetch = town.json("show", "--fetch", str(shown["fetch"]))
    assert fetch["reading"]["outcome"] == "ok"
    assert fetch["body_sha256"] == shown["body_sha256"]
    assert ["User-Agent", "jiaxing-today/0.1"] in fetch["request_headers"]
    text = town.run("show", "--fetch", str(shown["fetch"])).stdout
    assert "> User-Agent: jiaxing-today/0.1\n" in text
    assert "read as: ok" in text
    assert "date " in text


def test_a_request_without_a_body_or_unknown(story):
    """There are no bytes of a 304, and no request with a number that was never used."""
    town, _ = story
    with sqlite3.connect(f"file:{town.archive}?mode=ro", uri=True) as connection:
        (fetch,) = connection.execute("SELECT id FROM fetches WHERE result = 'not-modified' LIMIT 1").fetchone()
    connection.close()
    assert "brought no body" in told(town.run("show", "--fetch", str(fetch), "--raw", code=2))
    assert "not-modified 304" in town.run("show", "--fetch", str(fetch)).stdout
    assert "there is no fetch 99999" in told(town.run("show", "--fetch", "99999", code=2))


def test_history_of_a_silent_edit(story):
    """A silent edit is told with its bounds, what vanished, what the server claims, and which commands show more."""
    town, acts = story
    number = town.number(acts["golden"].title)
    history = town.json("history", str(number))
    assert [row["ref"] for row in history["versions"] if row["page"] == number] == [f"{number}@1", f"{number}@2"]
    assert history["looks"] == 2
    assert history["unanswered"] == 0
    text = town.run("history", str(number)).stdout
    assert "first seen" in text
    assert "already there: baseline" in text
    assert "SILENT EDIT between" in text
    assert re.search(r"no date moved, [a-z ,]+: \.\.\.", text)
    assert "(its claim)" in text
    assert f"Compare: diff {number}@1 {number}@2   Text: show {number}@2" in text
    assert "an imported file" in text
    assert f"imported {history['first_seen_at'][:4]}" in text


def test_history_of_what_does_not_answer(story):
    """A page that was taken down is not called removed before that is proven."""
    town, acts = story
    text = town.run("history", str(town.number(acts["removed"].title))).stdout
    assert "not answering (unproven) since today" in text
    assert "2 looks, 1 without an answer" in text
    assert "left the listing between" in text
    assert "removed" not in text


def test_history_of_other_addresses_and_listing(story):
    """Membership of the listing and further addresses are told, for pages that go on answering."""
    town, acts = story
    assert "left the listing between" in town.run("history", str(town.number(acts["unlisted"].title))).stdout
    copied = town.run("history", str(town.number(acts["copied"].title))).stdout
    assert "the same article under another address" in copied
    assert f"art_{SECOND}_{acts['copied'].id}.html" in copied
    assert "came onto the listing between" in copied
    dated = town.run("history", str(town.number(acts["dated"].title))).stdout
    assert "on the listing with the date 2012-02-03" in dated
    assert "edited between" in dated
    assert "date moved back" in dated


def test_diff_of_one_name(story):
    """A number means the last two texts, a version that and the one before it."""
    town, acts = story
    number = town.number(acts["edited"].title)
    by_number, by_version = town.json("diff", str(number)), town.json("diff", f"{number}@2")
    assert by_number == by_version == town.json("diff", f"{number}@1", f"{number}@2")
    assert [side["ref"] for side in (by_number["before"], by_number["after"])] == [f"{number}@1", f"{number}@2"]
    assert by_number["same"] is False
    inserted = [row["text"] for row in by_number["operations"] if row["op"] == "insert" and row["field"] == "text"]
    assert inserted == [NOTE]
    assert (by_number["unit"], by_number["removed"], by_number["added"]) == ("words", 0, 7)
    assert "date" in by_number["labels"]


def test_diff_for_people(story):
    """In a pipe changes stand in brackets, with heads, unchanged fields and a tally."""
    town, acts = story
    number = town.number(acts["golden"].title)
    text = town.run("diff", str(number)).stdout
    assert text.startswith(f"--- {number}@1  seen ")
    assert f"\n+++ {number}@2  seen " in text
    assert "title, printed date, source, author, attachments: unchanged" in text
    assert "@@ paragraph" in text
    assert "[-" in text
    assert text.endswith("0 added.  Labels: silent, name, substantive\n")
    dated = town.run("diff", str(town.number(acts["dated"].title))).stdout
    assert "printed date: [-" in dated
    assert "{+2012-02-03 04:05+}" in dated
    new = town.run("diff", str(town.number(acts["edited"].title))).stdout
    assert "is new @@" in new


def test_diff_of_the_same(story):
    """Equal texts are said to be so, and that is no error; nor is a press release with one version."""
    town, acts = story
    number = town.number(acts["golden"].title)
    assert town.run("diff", f"{number}@1", f"{number}@1").stdout == ""
    new = town.number(acts["new"].title)
    assert town.run("diff", str(new)).stdout == f"There is no text before {new}@1 to compare it with. See history {new}.\n"
    assert town.run("diff", f"{new}@1").stdout == f"There is no text before {new}@1 to compare it with. See history {new}.\n"
    page = next(row["page"] for row in town.json("history", str(number))["versions"] if row["page"] != number)
    assert town.run("diff", f"{number}@1", f"{page}@1").stdout == f"{number}@1 and {page}@1 are the same text.\n"


def test_diff_across_pages(story):
    """Any two texts can be compared; labels are only known of neighbours."""
    town, acts = story
    numbers = [str(town.number(acts[name].title)) for name in ("edited", "golden")]
    document = town.json("diff", *numbers)
    assert document["labels"] == []
    assert document["silent"] is None
    assert "was taken out @@" in town.run("diff", *numbers).stdout or "now paragraph" in town.run("diff", *numbers).stdout


def test_changes_are_the_diary(story):
    """What is told as changed is what the portal did, newest first, and nothing of the first crawl."""
    town, acts = story
    found = town.json("changes")["changes"]
    assert {(row["kind"], row["title"]) for row in found} == {
        ("new", acts["new"].title),
        ("edited", acts["edited"].title),
        ("edited", acts["golden"].title),
        ("edited", acts["dated"].title),
    }
    assert [row["title"] for row in found if row["silent"]] == [acts["golden"].title]
    assert [row["observed_at"] for row in found] == sorted((row["observed_at"] for row in found), reverse=True)


def test_changes_for_people(story):
    """Silent edits are in capitals, with the words that vanished below."""
    town, acts = story
    text = town.run("changes").stdout
    assert "SILENT" in text
    assert f"2012-02-03  {acts['dated'].title}" in text
    assert "date moved back: [-" in text
    assert NOTE in text
    assert "These are the newest 1; more" in town.run("changes", "--limit", "1").stdout


@pytest.mark.parametrize(
    ("since", "number"), [("24h", 4), ("7d", 4), ("2020-01-01", 4), ("2099-01-01", 0), ("2099-01-01T00:00Z", 0)]
)
def test_changes_since(story, since, number):
    """A time is a length before now, a day of the portal's, or an instant."""
    town, _ = story
    assert len(town.json("changes", "--since", since)["changes"]) == number
    assert ("No press release was changed since 2099-01-01" in town.run("changes", "--since", since).stdout) == (not number)


def test_documents_for_programs_hold_instants_in_utc(story):
    """JSON has instants as stored, whatever the portal's zone."""
    town, _ = story
    text = town.run("status", "--json").stdout
    assert all(value.endswith("Z") for value in _instants(json.loads(text)))


def _instants(value):
    if isinstance(value, dict):
        for key, held in value.items():
            if key.endswith("_at") and held is not None:
                yield held
            else:
                yield from _instants(held)
    elif isinstance(value, list):
        for held in value:
            yield from _instants(held)


@pytest.fixture
def removed(story, tmp_path):
    """Return a copy of the archive in which a press release was proven removed, as a later command will write it."""
    town, acts = story
    number = town.number(acts["edited"].title)
    other = bench(tmp_path, town.server)
    with sqlite3.connect(town.archive) as source, sqlite3.connect(other.archive) as copy:
        source.backup(copy)
        copy.execute(
            "INSERT INTO versions (page_id, number, kind, fetch_id, previous_id, not_before, observed_at, recorded_at, found_by,"
            " labels, changed)"
            " SELECT page_id, 3, 'removed', fetch_id, id, observed_at, observed_at, recorded_at, 'crawl', '[]', '[]'"
            " FROM versions WHERE page_id = ? AND number = 2",
            (number,),
        )
        [(version, fetch)] = copy.execute("SELECT id, fetch_id FROM versions WHERE id = last_insert_rowid()").fetchall()
        proofs = [(version, fetch, "check"), (version, 1, "control"), (version, 2, "control")]
        copy.executemany("INSERT INTO proofs (version_id, fetch_id, role) VALUES (?, ?, ?)", proofs)
        copy.execute("UPDATE _pages SET state = 'removed', version_id = ? WHERE page_id = ?", (version, number))
        copy.execute("UPDATE _current SET state = 'removed' WHERE release_id = ?", (number,))
    source.close()
    copy.close()
    return other, number


def test_a_removal_is_compared_by_its_last_text(removed):
    """The removed side of a diff says that it is one and shows the last text there was."""
    town, number = removed
    text = town.run("diff", f"{number}@1", f"{number}@3").stdout
    assert text.startswith(f"{number}@3 is a removal; showing {number}@2 (last text). See history {number}.\n--- {number}@1")
    assert [side["ref"] for side in (town.json("diff", str(number))["before"], town.json("diff", str(number))["after"])] == [
        f"{number}@1",
        f"{number}@2",
    ]


def test_a_removal_in_the_history(removed):
    """A proven removal is told as such, and its last text can still be shown."""
    town, number = removed
    text = town.run("history", str(number)).stdout
    assert f"{number}@3  removed between" in text
    [proof] = [line for line in text.splitlines() if line.startswith("        proven ")]
    assert proof.endswith(": 1 look found no page, 2 controls answered normally")
    rows = [row for row in town.json("history", str(number))["versions"] if row["page"] == number]
    assert [(row["checks"], row["controls_ok"]) for row in rows] == [(None, None), (None, None), (1, 2)]
    assert f"Text: show {number}@2" in text
    assert NOTE in town.run("show", f"{number}@3").stdout


def test_an_archive_without_anything(story, tmp_path):
    """Every overview of an empty archive is a calm one."""
    town, _ = story
    other = bench(tmp_path, town.server)
    Archive.open(other.archive, schedule=None, now=None).close()
    status = other.run("status").stdout
    assert "0 press releases" in status
    assert "embedded/today  never" in status
    assert "last request never, next page due never" in status
    assert other.run("list").stdout == "No press release fits.\n"
    assert "No press release was changed, as far as anybody looked." in other.run("changes").stdout
    assert other.json("status")["last_run"] is None


@pytest.mark.parametrize(
    ("heading", "command"),
    [
        ("status", ["status"]),
        ("list", ["list"]),
        ("show", ["show", "GOLDEN"]),
        ("show --fetch ID", ["show", "--fetch", "1"]),
        ("history", ["history", "GOLDEN"]),
        ("diff", ["diff", "GOLDEN"]),
        ("changes", ["changes"]),
        ("reparse", ["reparse", "--dry-run"]),
        ("config", ["config"]),
        ("portal list", ["portal list"]),
    ],
)
def test_documents_are_documented(story, heading, command):
    """Every name at the top of a document, and in its first rows, stands in docs/json.md under the command's heading."""
    town, acts = story
    golden = str(town.number(acts["golden"].title))
    document = town.json(*[golden if part == "GOLDEN" else part for part in command])
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    part = text.partition(f"## `{heading} --json`\n")[2].partition("\n## ")[0]
    rows = [value[0] for name, value in document.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
    free = {"id"}
    names = {name for each in (document, *rows) for name in each} - free
    shared = text.partition("## `show --json`")[2].partition("\n## ")[0] if heading == "history" else ""
    assert sorted(name for name in names if f"`{name}`" not in part + shared) == []
