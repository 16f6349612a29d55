"""Responses as portals and their guards send them, each with the outcome that is right: a table kept apart from its judges.

The table is `tests/data/responses/` (its README names the keys).  It stands before the rules: what no rule gets right yet is
listed in `NOT_YET`, and each name there must go as soon as its case comes out right.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest

from config.portal import Select
from crawler.answers import Reader
from storage.records import Fetch, Outcome, Purpose, Result

FOLDER = Path(__file__).resolve().parents[1] / "data" / "responses"
FRAMES = "frames.toml"
READER = Reader(Select(), ZoneInfo("Asia/Shanghai"))
REQUESTED_AT = datetime(2022, 9, 21, 2, 0, tzinfo=UTC)
NO_READING = "none"

KEYS = frozenset(
    {
        "name",
        "why",
        "expected",
        "url",
        "home",
        "hops",
        "result",
        "error",
        "status",
        "headers",
        "body",
        "body_hex",
        "encoding",
        "misread_as",
        "frame",
        "fill",
        "repeat",
    }
)
HOP_KEYS = frozenset({"url", "status", "location", "headers"})
MARK = re.compile(r"@@(\w+)@@")

NOT_YET: frozenset[str] = frozenset()
"""Cases that come out wrong so far: a rule that mends one takes its name out."""


@dataclass(frozen=True, slots=True)
class Response:
    """One case of the table: what was asked for, each redirect and the answer, and what that is; `expected` None: no reading.

    `url` is the article's address as it was asked for, `home` that of its portal's home page.
    """

    name: str
    why: str
    url: str
    home: str
    hops: tuple[Fetch, ...]
    answer: Fetch
    expected: Outcome | None


def table():
    """Return every case as it stands in the files, the defaults of its file filled in, with the name of the file."""
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name != FRAMES:
            parsed = tomllib.loads(path.read_text("utf-8"))
            for case in parsed["case"]:
                yield path.name, _with_defaults(parsed["defaults"], case)


def _with_defaults(defaults, case):
    """Return a case with its file's defaults, of which a body of its own replaces the frame."""
    kept = {key: value for key, value in defaults.items() if key != "frame" or not {"body", "body_hex"} & case.keys()}
    return {**kept, **case}


def response(case, frames) -> Response:
    """Return one case with its redirects followed and its body made."""
    hops = tuple(_redirect(hop) for hop in case.get("hops", ()))
    final = urljoin(hops[-1].url, case["hops"][-1]["location"]) if hops else case["url"]
    answer = _fetch(
        final,
        case.get("headers", ()),
        status=case.get("status"),
        body=_body(case, frames),
        result=Result(case.get("result", "response")),
        error=case.get("error"),
    )
    expected = None if case["expected"] == NO_READING else Outcome(case["expected"])
    return Response(case["name"], case["why"], case["url"], case["home"], hops, answer, expected)


def _redirect(hop) -> Fetch:
    headers = (("Location", hop["location"]), *map(tuple, hop.get("headers", ())))
    return _fetch(hop["url"], headers, status=hop["status"], body=b"")


def _fetch(url, headers, *, result=Result.RESPONSE, **answer) -> Fetch:
    pairs = tuple((name, value) for name, value in headers)
    return Fetch(Purpose.LOOK, url, REQUESTED_AT, 80, result, response_headers=pairs, **answer)


def _body(case, frames) -> bytes | None:
    """Return the bytes of a case's body, or None where none came."""
    if "body_hex" in case:
        return bytes.fromhex(case["body_hex"])
    text = _text(case, frames)
    if text is None:
        return None
    body = text.encode(case.get("encoding", "utf-8"))
    return body.decode(case["misread_as"], "replace").encode() if "misread_as" in case else body


def _text(case, frames) -> str | None:
    """Return the text of a body: a frame filled in, or as it stands; copies last, since they are large."""
    text = case.get("body")
    if "frame" in case:
        frame = frames[case["frame"]]
        filled = {**frame["default"], **case.get("fill", {})}
        text = MARK.sub(lambda mark: filled.get(mark[1], ""), frame["html"])
    if text is not None and "repeat" in case:
        text = text.replace(case["repeat"]["mark"], case["repeat"]["text"] * case["repeat"]["times"])
    return text


def load() -> list[Response]:
    """Return the whole table."""
    frames = tomllib.loads((FOLDER / FRAMES).read_text("utf-8"))
    return [response(case, frames) for _, case in table()]


RESPONSES = load()


def as_parameter(case: Response):
    """Return a case as a parameter of a test; one without a rule so far must fail, or its name goes from the list."""
    marks = (
        [pytest.mark.xfail(strict=True, raises=AssertionError, reason="the rule is not written yet")]
        if case.name in NOT_YET
        else []
    )
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [as_parameter(each) for each in RESPONSES])
def test_a_response_is_what_the_table_says(case):
    """Each answer has the outcome that the table gives it, and what brought no answer has no reading."""
    reading = READER.read(case.answer, asked=case.url, hops=case.hops)
    got = None if reading is None else reading.outcome
    assert got is case.expected, f"{case.why} {'' if reading is None else reading.problems}"


def test_the_table_is_large_enough():
    """There are enough cases, and enough sound articles among them, for a count of mistakes to mean something."""
    count = Counter(each.expected for each in RESPONSES)
    assert len(RESPONSES) >= 120
    assert count[Outcome.OK] >= 40
    assert set(count) == {None, *Outcome} - {Outcome.QUARANTINED}
    assert min(count.values()) >= 5


def test_names_are_unique():
    """A case is known by its name, and what waits for a rule is a case."""
    names = Counter(each.name for each in RESPONSES)
    assert [name for name, times in names.items() if times > 1] == []
    assert names.keys() >= NOT_YET
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)] == []


@pytest.mark.parametrize(("file", "case"), [pytest.param(file, case, id=case["name"]) for file, case in table()])
def test_a_case_is_well_formed(file, case):
    """Each case has the keys that the README names, says why in one sentence, and its redirects lead from hop to hop."""
    assert case.keys() <= KEYS, file
    assert re.fullmatch(r"[A-Z0-9][^\n]*[^.]\.", case["why"])
    assert len([key for key in ("body", "body_hex", "frame") if key in case]) <= 1
    assert ("fill" in case) <= ("frame" in case)
    assert all(address.startswith(("http://", "https://")) for address in (case["url"], case["home"]))
    at = case["url"]
    for hop in case.get("hops", ()):
        assert hop.keys() <= HOP_KEYS
        assert (hop["url"], hop["status"] // 100) == (at, 3)
        at = urljoin(at, hop["location"])


def test_bodies_are_as_long_as_they_say():
    """A case about a stub of so many bytes has so many."""
    sizes = {each.name: (int(each.answer.header("content-length") or 0), len(each.answer.body or b"")) for each in RESPONSES}
    named = {name: size for name, size in sizes.items() if re.search(r"-of-(?:13|54)-bytes", name)}
    assert len(named) >= 4
    assert all(said == got for said, got in named.values())


def test_filling_in_leaves_no_mark():
    """No body holds a mark that somebody forgot to replace."""
    assert [each.name for each in RESPONSES if b"@@" in (each.answer.body or b"")] == []
