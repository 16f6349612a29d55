"""One press release for people: its text with what is known of it, its history, and single requests."""

from __future__ import annotations

from dataclasses import asdict
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from crawler.render import named
from crawler.render_diff import latest_pair
from crawler.render_lists import STATES, came_instead, words_of_change
from crawler.render_times import plural
from storage import overview, queries
from storage.instants import instant
from storage.writer import load_reading

if TYPE_CHECKING:
    import sqlite3

    from crawler.render import Piece, Screen
    from storage.queries import Row
    from storage.records import Content, Reading

__all__ = ["fetch_of", "history_of", "raw_of", "release_of", "say_fetch", "say_history", "say_release"]

_WITHHELD = "(This text is withheld by order: see the table redactions.)"
_CHILDREN = {"attachment": "file: ", "part": "further page: "}
_REASONS = {
    "same-article-id": "the same article under another address",
    "same-content": "the same content at another address",
    "moved": "published anew under another number",
    "diverged": "once a copy of another press release",
    "manual": "put together by hand",
}


# The press release


def release_of(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    """Return the version that `name` means as one document; of a press release the one that stands for it now.

    Raises UnknownReference.
    """
    reference = named(connection, name)
    release = queries.release(connection, reference.release_id)
    speaks = reference.number is None and reference.page_id == reference.release_id
    row, content, reading = queries.version(connection, named(connection, release["version"]) if speaks else reference)
    facts = ("release", "key", "section", "state", "edits", "silent_edits", "first_seen_at", "vantage", "pages")
    told = (
        "ref",
        "page",
        "kind",
        "not_before",
        "observed_at",
        "last_confirmed_at",
        "retracted",
        "baseline",
        "found_by",
        "fetch",
        "url",
    )
    return {
        **{name: release[name] for name in facts},
        **{name: row[name] for name in told},
        "content_sha256": row["content_sha256"],
        "body_sha256": row["body_sha256"],
        **_printed(content),
        **_evidence(reading),
        "parts": release["parts"] if speaks else [],
    }


def _evidence(reading: Reading | None) -> dict[str, Any]:
    return {
        "dates": [{"value": date.value, "from": date.origin} for date in reading.dates] if reading else [],
        "problems": list(reading.problems) if reading else [],
    }


def _printed(content: Content | None) -> dict[str, Any]:
    names = ("title", "published", "published_at", "published_on", "precision", "source", "author", "number", "language", "text")
    return {
        **{name: getattr(content, name) if content else None for name in names},
        "paragraphs": content.text.split("\n\n") if content and content.text else [],
        "keywords": list(content.keywords) if content else [],
        "breadcrumb": list(content.breadcrumb) if content else [],
        "attachments": [{"name": file.name, "url": file.url} for file in content.attachments] if content else [],
        "images": list(content.images) if content else [],
        "file": asdict(content.file) if content and content.file else None,
    }


def say_release(screen: Screen, release: dict[str, Any]) -> None:
    """Print a press release: what is known of it, a blank line, and its text as printed."""
    screen.paragraph((release["title"] or "(no title)", "bold"))
    for name, words in _facts(screen, release):
        screen.line((f"{name:<11}", "dim"), *words)
    kept = {page["title"]: page["page"] for page in release["pages"] if page["kind"] == "attachment"}
    for file in release["attachments"]:
        where = f"   (kept: show {kept[file['name']]})" if file["name"] in kept else ""
        screen.line(("attached   ", "dim"), file["name"], (where, "dim"))
        screen.line(f"           {file['url']}")
    for paragraph in release["paragraphs"]:
        screen.line("")
        screen.paragraph(paragraph)
    if release["text"] is None:
        screen.line(_WITHHELD)
    for part in release["parts"]:
        screen.line("")
        screen.line((f"(further page: {part['ref']}  {part['url']})", "dim"))
        for paragraph in (part["text"] or _WITHHELD).split("\n\n"):
            screen.line("")
            screen.paragraph(paragraph)


def _facts(screen: Screen, release: dict[str, Any]) -> list[tuple[str, list[Piece]]]:
    state: list[Piece] = ["  ", STATES[release["state"]]] if release["state"] != "live" else []
    edits = f", {plural(release['edits'], 'edit')}" if release["edits"] else ""
    first, last = screen.at(release["first_seen_at"]), screen.at(release["last_confirmed_at"])
    seen = f"first seen {first}, confirmed until {last} {screen.zone_offset}"
    facts: list[tuple[str, list[Piece]]] = [
        ("number", [f"{release['ref']} of press release {release['release']}{edits}", *state]),
        ("printed", [release["published"] or "no date"]),
        ("source", [release["source"] or ""]),
        ("author", [release["author"] or ""]),
        ("document", [release["number"] or ""]),
        ("keywords", [", ".join(release["keywords"])]),
        ("section", [release["section"] or ""]),
        ("file", [_of_file(release["file"])]),
        ("address", [release["url"]]),
        ("key", [release["key"]]),
        ("watched", [seen]),
        ("odd", ["; ".join(release["problems"])]),
    ]
    return [(name, words) for name, words in facts if "".join(_plain(word) for word in words)]


def _of_file(file: dict[str, Any] | None) -> str:
    if file is None:
        return ""
    return f"{plural(file['size'], 'byte')}, {file['media_type'] or 'no media type'}, SHA-256 {file['sha256']}"


def _plain(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece[0]


# Its history


def history_of(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    """Return the history of a press release as one document: its pages, versions and what the listings said of it.

    Raises UnknownReference.
    """
    release_id = named(connection, name).release_id
    release = queries.release(connection, release_id)
    facts = ("release", "key", "section", "title", "state", "published", "published_on", "url", "vantage", "first_seen_at", "pages")
    versions = queries.history(connection, release_id)
    written = overview.written_by_server(connection, [row["fetch"] for row in versions])
    return {
        **{name: release[name] for name in facts},
        **overview.looks_of(connection, release_id),
        "versions": [{**row, "written_by_server": _instant(written.get(row["fetch"]))} for row in versions],
        "listing": queries.listing_of_section(connection, release_id),
    }


def _instant(http_date: str | None) -> str | None:
    """Return an HTTP date as an instant; None where it is none."""
    try:
        return instant(parsedate_to_datetime(http_date or ""))
    except ValueError:
        return None


def say_history(screen: Screen, history: dict[str, Any]) -> None:
    """Print the history of a press release, in order of time."""
    screen.paragraph((f"{history['release']}  {history['title']}", "bold"), hang="    ")
    _say_heading(screen, history)
    screen.line("")
    events = [(row["observed_at"], 0, row) for row in history["versions"] if not _is_first_of_file(row)] + [
        (row["observed_at"], 1, row) for row in history["listing"] if _is_told(row)
    ]
    for _, _, row in sorted(events, key=lambda event: event[:2]):
        if "ref" in row:
            _say_version(screen, row)
        else:
            _say_listed(screen, row)
    _say_pages(screen, history)
    _say_next(screen, history)


def _say_heading(screen: Screen, history: dict[str, Any]) -> None:
    printed = history["published"] or "no date"
    section = f"   {history['section']}" if history["section"] else ""
    screen.line(f"    key {history['key']}   printed date {printed}{section}")
    screen.line(f"    {history['url']}")
    if history["looks"]:
        vantage = f" from {history['vantage']}" if history["vantage"] else ""
        silent = f"{history['unanswered'] or 'none'} without an answer"
        screen.paragraph(
            f"    Watched{vantage} since {screen.at(history['first_seen_at'])[:10]}; {plural(history['looks'], 'look')}, {silent}."
        )
    if history["state"] != "live":
        words, style = STATES[history["state"]]
        screen.line("    ", (words, style), _since_when(screen, history))


def _since_when(screen: Screen, history: dict[str, Any]) -> str:
    failing = next((page for page in history["pages"] if page["failing_since"]), None)
    return f" since {screen.lately(failing['failing_since'])}: {came_instead(failing)}" if failing else ""


def _say_version(screen: Screen, row: Row) -> None:
    confirmed = f"   confirmed until {screen.lately(row['last_confirmed_at'])}" if row["kind"] != "removed" else ""
    stands = ("   (no longer stands: see the table retractions)", "dim") if row["retracted"] else ""
    what = f"   {row['title']}" if row["page_kind"] in _CHILDREN else ""
    screen.paragraph((row["ref"], "bold"), "  ", *_happened(screen, row), what, (confirmed, "dim"), stands, hang=" " * 8)
    if row["checks"]:
        found = f"{plural(row['checks'], 'look')} found no page, {plural(row['controls_ok'], 'control')} answered normally"
        screen.line((f"        proven {screen.at(row['recorded_at'])}: {found}", "dim"))
    words = words_of_change(row)
    if row["kind"] in {"edited", "restored"} and row["summary"]:
        screen.indented(screen.marked(f"{words + ': ' if words else ''}{row['summary']}"), " " * 8)
    if row["kind"] == "edited" and row["written_by_server"]:
        screen.line((f"        server says: file written {screen.at(row['written_by_server'])} (its claim)", "dim"))


def _happened(screen: Screen, row: Row) -> list[Piece]:
    if row["found_by"] == "import":
        return [("imported", "cyan"), f" {screen.at(row['recorded_at'])}"]
    if row["kind"] == "new":
        return ["first seen ", screen.at(row["observed_at"]), " (already there: baseline)" if row["baseline"] else " (new)"]
    word, style = {
        "edited": ("SILENT EDIT", "bold red") if row["silent"] else ("edited", "yellow"),
        "removed": ("removed", "red"),
        "restored": ("restored", "green"),
    }[row["kind"]]
    word = f"{_CHILDREN.get(row['page_kind'], '')}{word}"
    return [(word, style), f" {screen.between(row['not_before'], row['observed_at'])}"]


def _is_first_of_file(row: Row) -> bool:
    """Tell whether a version is the first sight of a file or a further page: the page that names it says so already."""
    return row["page_kind"] in _CHILDREN and row["kind"] == "new"


def _is_told(row: Row) -> bool:
    """Tell whether what a listing said is worth a line: being on it from the first look on is not."""
    return bool(row["event"] != "appeared" or row["not_before"] is not None)


def _say_listed(screen: Screen, row: Row) -> None:
    words = {
        "appeared": "came onto the listing",
        "left": "left the listing",
        "retitled": f"on the listing with the title “{row['listed_title']}”",
        "redated": f"on the listing with the date {row['listed_date']}",
    }[row["event"]]
    screen.line(f"      {words} {screen.between(row['not_before'], row['observed_at'])}   ({row['section']})")


def _say_pages(screen: Screen, history: dict[str, Any]) -> None:
    others = [page for page in history["pages"] if page["page"] != history["release"]]
    for page in others:
        screen.line("")
        state = STATES[page["state"]] if page["kind"] != "import" and page["state"] else ""
        screen.line(f"Also page {page['page']}: {_why_there(page)}   ", state)
        screen.line(f"    {page['url']}")


def _why_there(page: Row) -> str:
    kinds: dict[str, str] = {
        "import": "an imported file",
        "attachment": f"the file “{page['title']}”",
        "part": f"its further page {page['position']}",
    }
    return kinds.get(page["kind"]) or _REASONS.get(page["reason"]) or str(page["reason"])


def _say_next(screen: Screen, history: dict[str, Any]) -> None:
    standing = [row for row in history["versions"] if not row["retracted"] and row["page_kind"] not in _CHILDREN]
    pair = latest_pair(standing)
    compare = f"Compare: diff {pair[0]} {pair[1]}   " if pair else ""
    text = next((f"Text: show {row['ref']}" for row in reversed(standing) if row["kind"] != "removed"), "")
    screen.line("")
    screen.paragraph((f"Times are {screen.zone_words}.   {compare}{text}", "dim"))


# One request


def fetch_of(connection: sqlite3.Connection, fetch_id: int) -> dict[str, Any]:
    """Return one request, its headers and what was read from its answer as one document."""
    reading = load_reading(connection, fetch_id)
    read = None if reading is None else {"reader": reading.reader, "outcome": reading.outcome, **_evidence(reading)}
    return {**queries.capture(connection, fetch_id), "reading": read}


def raw_of(connection: sqlite3.Connection, fetch_id: int) -> bytes:
    """Return the bytes that came with a fetch; raises UnknownReference where it brought none."""
    return queries.capture_body(connection, fetch_id)


def say_fetch(screen: Screen, fetch: dict[str, Any]) -> None:
    """Print one request for people."""
    status = f" {fetch['status']}" if fetch["status"] is not None else ""
    screen.titled((f"fetch {fetch['fetch']}", "bold"), f"  {fetch['purpose']}: {fetch['method']} {fetch['url']}")
    peer = f" by {fetch['remote_address']}" if fetch["remote_address"] else ""
    vantage = f", watching from {fetch['vantage']}" if fetch["vantage"] else ""
    screen.line(
        f"asked {screen.at(fetch['requested_at'])}, {fetch['result']}{status} after {fetch['elapsed_ms']} ms{peer}{vantage}"
    )
    if fetch["error"]:
        screen.line((fetch["error"], "red"))
    for sign, headers in ((">", fetch["request_headers"]), ("<", fetch["response_headers"])):
        for name, value in headers:
            screen.line((f"{sign} {name}: ", "dim"), value)
    if fetch["body_sha256"]:
        screen.line(
            f"body: {plural(fetch['size'], 'byte')}, {fetch['media_type'] or 'no media type'}, sha256 {fetch['body_sha256']}"
        )
    _say_reading(screen, fetch["reading"])


def _say_reading(screen: Screen, reading: Row | None) -> None:
    if reading is not None:
        screen.line(f"read as: {reading['outcome']} (reader {reading['reader']})")
        for date in reading["dates"]:
            screen.line(f"   date {date['value']} from {date['from']}")
        for problem in reading["problems"]:
            screen.line((f"   {problem}", "yellow"))
