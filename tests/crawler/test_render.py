"""The screen: plain and whole in a pipe, coloured and fitted on a terminal."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from crawler.render import Screen, assembled, console_on, safe

NOW = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
LONG = "A title that is much longer than a narrow terminal could ever hold in a single line of a table"
ROWS = [["1", ("new", "green"), LONG, "1@1"], ["12", "", "短标题", "12@3"]]


def screen(width=None, **options):
    """Return a screen on a terminal of some width, or (None) on a pipe, and what it printed."""
    stream = io.StringIO()
    console = (
        Console(file=stream, force_terminal=True, width=width, legacy_windows=False, soft_wrap=True, **options) if width else None
    )
    return Screen(ZoneInfo("Asia/Shanghai"), NOW, console or console_on(stream), console_on(io.StringIO())), stream


def test_a_pipe_is_plain_and_whole():
    """Nothing is coloured, wrapped or cut in a pipe, and no line ends in spaces."""
    target, stream = screen()
    target.table(ROWS, header=("No.", "Kind", "Title", "Ref"), flexible=2, right=(0,))
    lines = stream.getvalue().splitlines()
    assert lines[0] == f"No.  Kind  {'Title':<60}  Ref"
    assert lines[1] == f"  1  new   {LONG}  1@1"
    assert lines[2] == f" 12        短标题{' ' * 54}  12@3"
    assert target.width is None


def test_a_terminal_gets_what_fits():
    """On a terminal the flexible column gives way, Chinese signs counting as two columns."""
    target, stream = screen(60, color_system=None)
    target.table(ROWS, flexible=2, right=(0,), indent=" ")
    first, second = stream.getvalue().splitlines()
    assert first == "  1  new  A title that is much longer than a narrow t…  1@1"
    assert second == f" 12       短标题{' ' * 38}  12@3"


def test_a_table_can_only_give_so_much():
    """A column never gives way entirely."""
    target, stream = screen(20, color_system=None)
    target.table(ROWS, flexible=2)
    assert "A title tha…" in stream.getvalue()


def test_an_empty_table():
    """No rows, no lines."""
    target, stream = screen()
    target.table([])
    assert stream.getvalue() == ""


def test_what_stands_below_a_row_is_indented():
    """A remark stands under its row, beyond the first column."""
    target, stream = screen()
    target.table([["a", "b"], ["c", "d"]], indent="  ", below=[None, assembled("remark")])
    assert stream.getvalue() == "  a  b\n  c  d\n     remark\n"


def test_colours_on_a_terminal_only(monkeypatch):
    """Changes are red and green where there are colours, and in brackets elsewhere."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    change = "Li Jun[-, Chen-]{+, Wang+} and others"
    coloured, _ = screen(80, color_system="standard")
    assert coloured.marked(change).plain == "Li Jun, Chen, Wang and others"
    assert [span.style for span in coloured.marked(change).spans] == ["red strike", "green"]
    assert screen()[0].marked(change).plain == change
    assert screen(80, no_color=True)[0].marked(change).plain == change


def test_text_is_kept_to_the_letter_in_a_pipe():
    """Spaces of any kind stay, at the end of a line too, however long it is."""
    target, stream = screen()
    text = f"{'word ' * 100}end\u00a0 \u00a0"
    target.paragraph(text)
    target.indented(assembled("a\nb "), "  ")
    assert stream.getvalue() == f"{text}\n  a\n  b \n"


def test_text_is_wrapped_at_words_on_a_terminal():
    """On a terminal no word is torn, and further lines hang."""
    target, stream = screen(20, color_system=None)
    target.paragraph("one two three four five six", hang="  ")
    assert stream.getvalue() == "one two three four\n  five six\n"


def test_the_zone_stands_beside_a_heading():
    """The zone of all times stands at the right, or below where there is no room."""
    target, stream = screen(60, color_system=None)
    target.titled("Short")
    target.titled("A heading that leaves no room")
    assert stream.getvalue().splitlines() == [
        "Short                       times are +08:00 (Asia/Shanghai)",
        "A heading that leaves no room",
        "times are +08:00 (Asia/Shanghai)",
    ]
    assert (target.zone_offset, target.zone_words) == ("+08:00", "+08:00 (Asia/Shanghai)")


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", "嘉兴"), ("latin-1", "\\u5609\\u5174")])
def test_documents_fit_the_encoding(encoding, expected):
    """Documents hold what the stream can, and are the same document in any."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    Screen(ZoneInfo("Asia/Shanghai"), NOW, console_on(stream), console_on(io.StringIO())).json({"name": "嘉兴"})
    text = raw.getvalue().decode(encoding)
    assert expected in text
    assert json.loads(text) == {"name": "嘉兴"}


@given(st.text())
def test_nothing_drives_the_terminal(text):
    """Of controls only line breaks and tabs are left, and everything else is as it was."""
    shown = safe(text)
    assert not any((ord(sign) < 32 and sign not in "\n\t") or 127 <= ord(sign) < 160 for sign in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert safe(shown) == shown
    if text.isprintable():
        assert shown == text


def test_spaces_stay_as_printed():
    """No-break and ideographic spaces are no controls."""
    assert safe("a\u00a0b\u3000c\n\t") == "a\u00a0b\u3000c\n\t"
