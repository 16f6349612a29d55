"""What a probe found out, as a document for programs and in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.probe import UNTITLED
from crawler.probe_problems import problems_of
from crawler.render import assembled
from crawler.render_parse import content_of
from crawler.render_times import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.probe import Manners, Paging, Probe, ProbedListing, ProbedRelease
    from crawler.render import Piece, Screen

    Row = dict[str, Any]

__all__ = ["probe_of", "say_probe"]

_FIRST = 5
_MOST_SHOWN = 120
_NAME_WIDTH = 12
_RECOGNISED = {
    "jpage": "its rows stand as data in scripts of the page, for Hanweb's jpage",
    "jpaas": "its page asks for its lists by tags of JPaaS (unitbuild.js)",
    "trs": "its page is leafed through by TRS's script (createPageHTML, countPage)",
    "static": "no mark of another platform; its rows are plain links, each with its date, or entries of a feed",
}
_PAGING = {
    "works": "works: the page after the first holds {rows}, {new_rows} of them new",
    "ignored": "is ignored: the page after the first holds the same rows again",
    "empty": "does not work: the page after the first came empty",
    "unread": "does not work: the page after the first cannot be read",
    "none": "needs none: nothing leads on from the first page, and nothing says that there is more",
    "nowhere": "there is more, and nothing leads there",
}


def probe_of(probe: Probe) -> Row:
    """Return what a probe found out as one document."""
    release = probe.release
    return {
        "portal": probe.portal.name,
        "title": probe.title if probe.title != UNTITLED else None,
        "sound": probe.is_sound,
        "requests": probe.requests,
        "steps": list(probe.steps),
        "listing": _listing(probe.listing) if probe.listing else None,
        "paging": _paging(probe.paging) if probe.paging else None,
        "release": _release(release) if release else None,
        "hosts": [_manners(each) for each in probe.manners],
        "problems": [{"what": each.what, "do": each.do, "fatal": each.is_fatal} for each in problems_of(probe)],
        "offered": list(probe.offered),
        "portal_file": None,
        "written": None,
        "saved": None,
    }


def _listing(listing: ProbedListing) -> Row:
    page = listing.page
    return {
        "url": listing.url,
        "how": listing.how,
        "readable": page.readable,
        "platform": page.platform,
        "recognised": _recognised(listing),
        "unit": page.unit,
        "rows": len(page.records),
        "total": page.total,
        "pages": page.pages,
        "records": [{"url": row.url, "title": row.title, "date": row.date} for row in page.records[:_FIRST]],
    }


def _recognised(listing: ProbedListing) -> str:
    if listing.section.platform != "auto":
        return "named in the portal's file"
    return _RECOGNISED.get(listing.page.platform, "by what only it prints")


def _paging(paging: Paging) -> Row:
    return {
        "state": paging.state,
        "url": paging.requests[-1].url if paging.requests else None,
        "rows": len(paging.page.records) if paging.page else 0,
        "new_rows": paging.new_rows,
        "notes": list(paging.notes),
    }


def _release(release: ProbedRelease) -> Row:
    listed = release.listed
    return {
        "url": release.url,
        **content_of(release.reading),
        "title_from": release.origins.title,
        "text_from": _container(release),
        "proposed_body": release.proposed_body,
        "listed": {"title": listed.title, "date": listed.date} if listed else None,
    }


def _container(release: ProbedRelease) -> str | None:
    found = release.origins.container
    return found or ("trafilatura" if release.reading.content and release.reading.content.text else None)


def _manners(manners: Manners) -> Row:
    return {
        "host": manners.host,
        "robots": manners.rules.note,
        "allowed": manners.allowed,
        "asked_delay": manners.asked_delay,
        "delay": manners.delay,
    }


# For people


def say_probe(screen: Screen, document: Row) -> None:
    """Print what a probe found out: the listing, its first records, a press release, problems, and the portal's file."""
    _say_facts(screen, document)
    if document["release"]:
        _say_release(screen, document["release"])
    _say_problems(screen, document["problems"])
    if document["portal_file"]:
        _say_heading(screen, "The portal's file")
        for line in document["portal_file"].splitlines():
            screen.line(f"   {line}")
    screen.line("")
    for words in _next_steps(document):
        screen.paragraph(words)


def _next_steps(document: Row) -> Iterator[str]:
    """Yield what was left on disk, and what to do with it."""
    if document["written"]:
        named = f'portals = ["jiaxing", "{document["written"]}"]'
        yield f"Written: {document['written']}. Watch it: {named} in jiaxing-today.toml, then"
        yield f"   jiaxing-today crawl {document['portal']} --limit 30"
    elif document["portal_file"]:
        yield "Give --write FILE to keep it as a file."
    if document["saved"]:
        yield f"Saved: {document['saved']}. Correct its expected.json by what a browser shows; docs/portals.md says where it goes."


def _say_facts(screen: Screen, document: Row) -> None:
    listing, paging = document["listing"], document["paging"]
    words, style = ("a crawl will work", "bold green") if document["sound"] else ("a crawl would not work yet", "bold red")
    screen.line((f"{document['portal']}, {document['title'] or 'no section'}: {words}", style))
    for step in document["steps"]:
        _say_fact(screen, "way", step)
    if listing:
        _say_fact(screen, "listing", listing["url"])
        _say_fact(screen, "platform", f"{listing['platform']}: {listing['recognised']}")
        if listing["unit"]:
            _say_fact(screen, "unit", listing["unit"])
        if listing["readable"]:
            _say_fact(screen, "rows", _extent(listing))
    if paging:
        rows = plural(paging["rows"], "row")
        _say_fact(screen, "paging", _PAGING[paging["state"]].format(rows=rows, new_rows=paging["new_rows"]))
    for host in document["hosts"]:
        _say_fact(screen, "robots", _manners_in_words(host))
    _say_fact(screen, "asked", plural(document["requests"], "request"))
    if listing and listing["records"]:
        _say_heading(screen, "First records")
        _say_records(screen, listing["records"])


def _say_records(screen: Screen, records: list[Row]) -> None:
    """Print rows of a listing, each with its address below, so that a narrow terminal cuts neither."""
    rows = [[row["date"] or "no date", row["title"]] for row in records]
    screen.table(rows, flexible=1, indent="   ", below=[assembled((row["url"], "dim")) for row in records])


def _extent(listing: Row) -> str:
    total = f" of {listing['total']}" if listing["total"] is not None else ""
    pages = f", {plural(listing['pages'], 'page')} as the portal counts" if listing["pages"] is not None else ""
    return f"{listing['rows']} on the first page{total}{pages}"


def _manners_in_words(host: Row) -> str:
    allows = "all that was asked is allowed" if host["allowed"] else "not all that was to be asked is allowed"
    wants = f"it wants {host['asked_delay']:g} s" if host["asked_delay"] is not None else "it names no delay"
    return f"{host['host']}: {host['robots']}; {allows}; {wants}; {host['delay']:g} s between two requests will hold"


def _say_release(screen: Screen, release: Row) -> None:
    """Print every field of a press release, each with where it was found, and the beginning of its text."""
    _say_heading(screen, "A press release")
    _say_fact(screen, "address", release["url"])
    if release["outcome"] != "ok":
        _say_fact(screen, "outcome", (release["outcome"], "bold red"))
    dates = release["dates"]
    _say_fact(screen, "title", _or_none(release["title"]), _whence(release["title_from"]))
    _say_fact(screen, "published", _or_none(release["published"]), _whence(dates[0]["from"] if dates else None))
    for date in dates[1:]:
        _say_fact(screen, "or", date["value"], _whence(date["from"]))
    for name in ("number", "source", "author", "language"):
        _say_fact(screen, name, _or_none(release[name]))
    _say_fact(screen, "breadcrumb", " > ".join(release["breadcrumb"]) or "-")
    _say_fact(screen, "keywords", ", ".join(release["keywords"]) or "-")
    for file in release["attachments"] or [{"name": "-", "url": ""}]:
        _say_fact(screen, "attachment", f"{file['name']}  {file['url']}".rstrip())
    _say_fact(screen, "images", str(len(release["images"])))
    paragraphs = release["paragraphs"]
    _say_fact(screen, "text", f"{plural(len(paragraphs), 'paragraph')}", _whence(release["text_from"]))
    if paragraphs:
        _say_fact(screen, "", f"“{paragraphs[0][:_MOST_SHOWN]}{'...' if len(paragraphs[0]) > _MOST_SHOWN else ''}”")


def _say_fact(screen: Screen, name: str, *pieces: Piece) -> None:
    indent = " " * (3 + _NAME_WIDTH)
    screen.paragraph(f"   {name:<{_NAME_WIDTH}}", *pieces, hang=indent)


def _whence(origin: str | None) -> Piece:
    return (f"   from {origin}", "dim") if origin else ""


def _or_none(value: str | None) -> str:
    return value or "-"


def _say_heading(screen: Screen, words: str) -> None:
    screen.line("")
    screen.line((words, "bold"))


def _say_problems(screen: Screen, problems: list[Row]) -> None:
    _say_heading(screen, "Problems" if problems else "No problem was met")
    for number, problem in enumerate(problems, start=1):
        screen.paragraph(f"{number:>3}. ", (problem["what"], "bold red" if problem["fatal"] else "yellow"), hang="     ")
        screen.paragraph(f"     {problem['do']}", hang="     ")
