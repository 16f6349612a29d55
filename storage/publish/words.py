"""What mails and other messages say: a subject that says it all, and a text that says what was seen and what that does not show.

Pure.  Everything that a portal wrote is made a single line without what could drive a mail program or a terminal.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from storage.instants import parse_instant
from storage.sayings import LABELS, words_of_suspicion
from storage.times import length, plural, zone_offset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.publish.events import Event
    from storage.publish.parcels import Parcel

__all__ = ["NAMES", "compare_url", "line", "subject_of", "text_of"]

_NAME = "[Jiaxing Today]"
_ALERT = "[Jiaxing Today ALERT]"
_TITLE_LENGTH, _EXCERPT_LENGTH = 90, 700
NAMES = {
    "new": "NEW",
    "edited": "EDIT",
    "silent": "SILENT EDIT",
    "removed": "REMOVED",
    "restored": "RESTORED",
    "suspect": "NOT ANSWERING (unproven)",
    "answers": "ANSWERS AGAIN",
    "withdrawn": "TAKEN BACK",
    "alert": "ALERT",
    "recovery": "OVER",
}
"""Kind -> how it is headed, in the order in which a digest tells them; counted there with the words of `_COUNTED`."""
_COUNTED = {
    "new": ("new press release", None),
    "edited": ("edit", None),
    "silent": ("silent edit", None),
    "removed": ("removal", None),
    "restored": ("press release restored", "press releases restored"),
    "suspect": ("page not answering", "pages not answering"),
    "answers": ("page answering again", "pages answering again"),
    "withdrawn": ("message taken back", "messages taken back"),
    "alert": ("alert", None),
    "recovery": ("alert over", "alerts over"),
}
_DIGEST_ORDER = ("alert", "recovery", "removed", "silent", "suspect", "edited", "restored", "answers", "withdrawn", "new")
# Label -> what of a text an edit touched: the first that fits is told in the subject.
_TOUCHED = (
    ("name", "name"),
    ("numeric", "figure"),
    ("title", "title"),
    ("backdated", "date"),
    ("date", "date"),
    ("attachment", "attachment"),
    ("substantive", "text"),
    ("cosmetic", "spelling"),
)
_OF_THE_PAGE = frozenset({"title", "date"})
_SHOWS = "What this shows: the bytes we were served. What it does not: who changed it, or why."
_SHOWS_REMOVAL = "What this shows: what we were answered. What it does not: that others were answered so, who did it, or why."


def line(text: str, most: int | None = None) -> str:
    """Return a text as one line that can do no harm, cut to `most` characters."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if most is None or len(plain) <= most else plain[: most - 4].rstrip() + " ..."


def _title(event: Event) -> str:
    named = event.release_title or "" if event.page_kind == "attachment" else event.title
    title = f'"{line(named or event.url, _TITLE_LENGTH)}"'
    return f'file "{line(event.title, _TITLE_LENGTH)}" of {title}' if event.page_kind == "attachment" else title


# Subjects


def subject_of(parcel: Parcel) -> str:
    """Return the subject of a message."""
    if not parcel.events:
        return f"{_NAME} TEST: this is only a test"
    if parcel.is_digest:
        return f"{_NAME} {_counted(parcel.events)}"
    (event,) = parcel.events
    if event.alert:
        return f"Re: {_ALERT} {_headline(event)} (over)" if event.kind == "recovery" else f"{_ALERT} {_headline(event)}"
    return f"{'Re: ' if parcel.reply_to else ''}{_NAME} {_heading(event)}"


def _counted(events: Sequence[Event]) -> str:
    kinds = Counter(event.kind for event in events)
    return ", ".join(plural(kinds[kind], *_COUNTED[kind]) for kind in _DIGEST_ORDER if kinds[kind])


def _headline(event: Event) -> str:
    """Return the first clause of what an alert says, behind whom it is about."""
    subject = line(event.alert["subject"])
    rest = line(event.alert["message"]).removeprefix(f"{subject}: ")
    ends = [place for sign in (": ", ". ", "; ") if (place := rest.find(sign)) > 0]
    return line(f"{subject}: {rest[: min(ends, default=len(rest))].rstrip('.')}", 160)


def _heading(event: Event) -> str:
    """Return in one line what happened to which press release."""
    name = NAMES[event.kind]
    if event.kind in {"edited", "silent"}:
        return f"{name}: {_touched(event)} {_title(event)}"
    if event.kind == "suspect" and event.progress.get("checks_wanted"):
        name = f"NOT ANSWERING (unproven, check {event.progress['checks']} of {event.progress['checks_wanted']})"
    return f"{name}: {_title(event)}"


def _touched(event: Event) -> str:
    """Return what of a press release was edited, and how: 'name taken out of', 'figure changed in'."""
    what = next((word for label, word in _TOUCHED if label in event.labels), "text")
    summary = event.summary or ""
    took, put = "[-" in summary, "{+" in summary
    if what in _OF_THE_PAGE or took == put:
        return f"{what} changed {'of' if what in _OF_THE_PAGE else 'in'}"
    return f"{what} {'taken out of' if took else 'put into'}"


# Texts


def text_of(parcel: Parcel, public_url: str = "") -> str:
    """Return the text of a message."""
    if not parcel.events:
        return (
            f"This is only a test: nothing happened. It shows that the receiver {parcel.receiver} can be told.\n"
            "What really happens is told in the same way."
        )
    if not parcel.is_digest:
        (event,) = parcel.events
        return "\n".join(_lines(event, public_url))
    ordered = sorted(parcel.events, key=lambda event: (_DIGEST_ORDER.index(event.kind), event.id))
    parts = [[f"{number}. {_in_digest(event)}", "", *_lines(event, public_url)] for number, event in enumerate(ordered, start=1)]
    return "\n\n\n".join("\n".join(part) for part in parts)


def _in_digest(event: Event) -> str:
    return f"{NAMES[event.kind]}: {_headline(event)}" if event.alert else _heading(event)


def _lines(event: Event, public_url: str) -> list[str]:
    if event.alert:
        return _of_alert(event)
    told = {"suspect": _of_suspicion, "answers": _of_answer, "withdrawn": _of_withdrawal}.get(event.kind, _of_version)
    return told(event, public_url)


def _of_version(event: Event, public_url: str) -> list[str]:
    lines = [f"{_when(event)} {_what(event)}{_from(event)}", ""]
    labels = [said for label, said in LABELS.items() if label in event.labels]
    if event.kind in {"edited", "silent", "restored"} and labels:
        lines += [f"What changed: {', '.join(labels)}."]
    if event.summary:
        lines += [f"   {line(event.summary, _EXCERPT_LENGTH)}"]
    lines += [""] if lines[-1] else []
    return [*lines, *_places(event, public_url), _SHOWS_REMOVAL if event.kind == "removed" else _SHOWS]


def _when(event: Event) -> str:
    """Return the bounds of a change, in words, with the zone."""
    zone = ZoneInfo(event.zone)
    latest = event.observed_at or event.told_at
    if event.not_before is None:
        return f"By {_at(latest, zone)} ({_zone(zone, latest)})"
    first, last = _at(event.not_before, zone), _at(latest, zone)
    if first == last:  # seconds are told where minutes cannot tell the two apart
        first, last = (f"{each}:{parse_instant(moment):%S}" for each, moment in ((first, event.not_before), (last, latest)))
    first += "" if _zone(zone, event.not_before) == _zone(zone, latest) else f" ({_zone(zone, event.not_before)})"
    return f"Between {first} and {last} ({_zone(zone, latest)})"


def _what(event: Event) -> str:
    """Return what happened, as the end of a sentence that begins with its bounds."""
    printed = line(event.published or "")
    if event.kind == "new":
        return f"the press release {_title(event)} was published" + (f", with the printed date {printed}." if printed else ".")
    if event.kind == "removed":
        proven = _at(event.recorded_at or event.told_at, ZoneInfo(event.zone))
        return f"the page of {_title(event)} was removed. Direct checks prove it since {proven}; other pages of the host answered."
    if event.kind == "restored":
        return f"the page of {_title(event)} came back, after it had been removed."
    subject = f"{_title(event)} was changed."
    if event.published != event.published_before and "published" in event.changed:
        return f"{subject} The printed date was {line(event.published_before or 'none')} and is {printed or 'none'}."
    left = f" The printed date ({printed}) was left alone." if event.kind == "silent" and printed else ""
    return subject + left


def _from(event: Event) -> str:
    return f" Seen from {line(event.vantage)}." if event.vantage else ""


def _places(event: Event, public_url: str) -> list[str]:
    """Return where to look and how to cite, a line each; addresses stand alone, so that programs make links of them."""
    compare = compare_url(event, public_url)
    lines = [f"Live page   {_address(event.url)}"]
    lines += [f"{'Compare' if '/diff/' in compare else 'On record':12}{compare}"] if compare else []
    lines += [f"Cite        {event.cite}"] if event.number else []
    lines += [f"            sha256 {event.sha256}"] if event.number and event.sha256 else []
    return lines


def compare_url(event: Event, public_url: str) -> str:
    """Return where a version can be compared with the one before it, or seen; '' where nothing is served."""
    if not public_url or not event.number:
        return ""
    page = f"{public_url.rstrip('/')}/r/{event.key}"
    is_edit = event.kind in {"edited", "silent", "restored"} and event.before
    return f"{page}/diff/{event.before}..{event.number}" if is_edit else page


def _address(url: str) -> str:
    """Return an address as it may stand in a message: whole, for a space in it would end the link."""
    return "".join(sign if sign.isprintable() and not sign.isspace() else "%20" for sign in url)


def _of_suspicion(event: Event, public_url: str) -> list[str]:
    zone = ZoneInfo(event.zone)
    progress = event.progress
    provable = progress.get("earliest_proof_at")
    good = f"{_at(event.last_confirmed_at, zone)} ({_zone(zone, event.last_confirmed_at)})" if event.last_confirmed_at else "never"
    since = event.failing_since or event.told_at
    return [
        f"{_title(event)} does not answer since {_at(since, zone)} ({_zone(zone, since)}). That proves nothing yet.{_from(event)}",
        "",
        f"Last good look   {good}",
        f"What came        {line(event.instead or '', 200)}",
        f"Beside it        {words_of_suspicion(progress, _at(provable, zone) if provable else None)}",
        f"Look again       jiaxing-today recheck {event.ref.partition('@')[0]}",
        "",
        *_places(event, public_url),
        "You are told again when it answers, or when it is proven to be removed.",
    ]


def _of_answer(event: Event, public_url: str) -> list[str]:
    zone = ZoneInfo(event.zone)
    seen = event.last_confirmed_at or event.told_at
    return [
        f"{_title(event)} answers again: it was not removed. Seen on {_at(seen, zone)} ({_zone(zone, seen)}).",
        "",
        *_places(event, public_url),
    ]


def _of_withdrawal(event: Event, public_url: str) -> list[str]:
    return [
        f"What you were told of {_title(event)} ({event.cite}) is taken back: it was no act of the publisher.",
        "",
        f"Why         {line(event.reason or 'it stands no longer')}. It stays on record, marked as taken back.",
        *_places(event, public_url),
    ]


def _of_alert(event: Event) -> list[str]:
    zone = ZoneInfo(event.zone)
    alert = event.alert
    since = f"{_at(alert['opened_at'], zone)} ({_zone(zone, alert['opened_at'])})"
    if event.kind == "recovery":
        until = alert["closed_at"] or event.told_at
        lasted = length((parse_instant(until) - parse_instant(alert["opened_at"])).total_seconds())
        return [
            f"It is over since {_at(until, zone)} ({_zone(zone, until)}), after {lasted}.",
            "",
            f"It was: {line(alert['message'])}",
        ]
    steps = [line(step) for step in alert["steps"]]
    lines = [line(alert["message"]), "", f"Since       {since}", f"Example     {line(alert['evidence'] or '')}"]
    lines += [f"{'Do' if not number else '':12}{number + 1}. {step}" for number, step in enumerate(steps)]
    if event.held:
        lines += ["", f"{plural(event.held, 'edit')} held back until you say: jiaxing-today notify release {alert['subject']}"]
    return [*lines, "", "You will not be told of this again until it is over."]


def _at(instant: str, zone: ZoneInfo) -> str:
    """Return an instant as it is written in a sentence: '20 Jan 2026 08:00'."""
    local = parse_instant(instant).astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def _zone(zone: ZoneInfo, instant: str) -> str:
    return "Beijing time" if zone.key == "Asia/Shanghai" else f"{zone.key}, {zone_offset(zone, parse_instant(instant))}"
