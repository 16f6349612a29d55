"""Two texts side by side: in a pipe with brackets, on a terminal with colours, and what cannot be compared."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from crawler.render import Screen, console_on
from crawler.render_diff import diff_of, latest_pair, say_diff
from tests.builders import OTHER_READER, article_url, content, opened, reading
from tests.commands import run, told

HEAD = "Current location: Home > News\n\n{title}\n\nRelease date:2022-09-20 10:46\n\n"
LONG = " ".join(f"word{number}" for number in range(60))


@pytest.fixture
def archive(tmp_path):
    """Return an archive of pairs of texts: English 1 and 2, Chinese 3 and 4, and 1 with another space as 5."""
    texts = [
        ("Title", f"{LONG} met Li Jun, Chen Lizong. {LONG} and left."),
        ("Title", f"{LONG} met Li Jun. {LONG} and left."),
        ("标题", "市委书记张兵主持会议并讲话，会议指出要深化改革。"),
        ("标题", "市委副书记张兵主持会议并讲话，会议指出要深化改革。"),
        ("Title", f"{LONG}\u00a0met Li Jun, Chen Lizong. {LONG} and left."),
    ]
    files = []
    for number, (title, text) in enumerate(texts):
        file = tmp_path / f"{number}.txt"
        file.write_text(HEAD.format(title=title) + text + "\n", encoding="utf-8")
        files.append(file)
    run("import", *files, "--archive", tmp_path / "archive.db")
    return tmp_path / "archive.db"


def shown(archive, one, other, **console):
    """Return how a difference is shown on a terminal with these qualities."""
    stream = io.StringIO()
    out = Console(file=stream, force_terminal=True, width=80, legacy_windows=False, soft_wrap=True, **console)
    with closing(sqlite3.connect(archive)) as connection:
        document, diff = diff_of(connection, one, other)
    say_diff(Screen(ZoneInfo("Asia/Shanghai"), datetime(2026, 1, 1, tzinfo=UTC), out, console_on(io.StringIO())), document, diff)
    return stream.getvalue()


def test_words_in_english(archive):
    """In a pipe words that went stand in brackets, with as much around them as explains them."""
    text = run("diff", "1", "2", "--archive", archive).stdout
    assert " met Li Jun[-, Chen Lizong-]. word0 " in text
    assert "..." in text
    assert text.endswith("1 paragraph changed, 2 words removed, 0 added.\n")


def test_characters_in_chinese(archive):
    """Chinese is compared by characters."""
    text = run("diff", "3", "4", "--archive", archive).stdout
    assert "市委{+副+}书记张兵" in text
    assert text.endswith("1 paragraph changed, 0 characters removed, 1 added.\n")


def test_colours_take_the_place_of_brackets(archive, monkeypatch):
    """On a terminal what went is red and struck out, what came is green, and there are no brackets."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = shown(archive, "1", "2", color_system="standard")
    assert "[-" not in text
    assert "\x1b[9;31m, Chen Lizong\x1b[0m" in text.replace("\n ", " ")
    assert "..." in text
    assert "\x1b[32m副\x1b[0m" in shown(archive, "3", "4", color_system="standard")


def test_no_colours_where_none_are_wanted(archive):
    """A terminal without colours has the brackets of a pipe."""
    assert "[-, Chen Lizong-]" in shown(archive, "1", "2", no_color=True).replace("\n ", " ")


def test_spaces_are_no_edit(archive):
    """A difference that only print shows is said to be none."""
    text = run("diff", "1", "5", "--archive", archive).stdout
    assert "[- -]{+\u00a0+}" in text
    assert "Only spaces or signs without width differ: no edit." in text


def test_a_text_that_is_withheld(archive):
    """A text that was withheld by order is neither shown nor compared, and that is said."""
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute(
            "INSERT INTO redactions (content_id, reason, authority, recorded_at)"
            " SELECT content_id, 'x', 'y', '2026-01-01T00:00:00.000Z' FROM versions WHERE page_id = 1"
        )
        connection.execute("UPDATE contents SET text = NULL WHERE id = (SELECT content_id FROM versions WHERE page_id = 1)")
        connection.commit()
    assert "the text of 1@1 is withheld by order" in told(run("diff", "1", "2", "--archive", archive, code=1))
    assert "withheld by order" in run("show", "1", "--archive", archive).stdout
    run("list", "--archive", archive)


def test_paragraphs_that_come_and_go(tmp_path):
    """A new paragraph, one that was taken out and one that moved are each said to be so."""
    for name, body in (("a", "One.\n\nTwo stays as it is."), ("b", "Zero is new here.\n\nTwo stays as it was."), ("c", "")):
        (tmp_path / name).write_text(HEAD.format(title="T") + (body or "Two stays as it is.") + "\n")
    archive = tmp_path / "archive.db"
    run("import", *(tmp_path / name for name in "abc"), "--archive", archive)
    assert "@@ paragraph 1 of 2 was taken out @@\n [-One.-]\n" in run("diff", "1", "3", "--archive", archive).stdout
    assert "@@ paragraph 1 of 2 is new @@\n {+One.+}\n" in run("diff", "3", "1", "--archive", archive).stdout
    assert "@@ paragraph 1 of 1, now paragraph 2 of 2 @@\n" in run("diff", "3", "2", "--archive", archive).stdout


@pytest.mark.parametrize(
    ("versions", "pair"),
    [
        ([], None),
        ([("1@1", 1, "new")], None),
        ([("1@1", 1, "new"), ("2@1", 2, "new")], None),
        ([("1@1", 1, "new"), ("1@2", 1, "edited"), ("2@1", 2, "new")], ("1@1", "1@2")),
        ([("1@1", 1, "new"), ("2@1", 2, "new"), ("1@2", 1, "edited"), ("2@2", 2, "edited")], ("2@1", "2@2")),
        ([("1@1", 1, "new"), ("1@2", 1, "removed")], None),
        ([("1@1", 1, "new"), ("1@2", 1, "removed"), ("1@3", 1, "restored")], ("1@1", "1@3")),
    ],
)
def test_the_last_two_texts(versions, pair):
    """The last two are of one page, and removals have no text."""
    assert latest_pair([{"ref": ref, "page": page, "kind": kind} for ref, page, kind in versions]) == pair


@pytest.fixture
def reread(tmp_path):
    """Return an archive with one page whose reader changed between its two texts, and one whose did not."""
    with opened(tmp_path / "archive.db") as story:
        changed, same = story.sweep([article_url(1), article_url(2)])
        story.look(changed, content("The museum opened on Monday.", title="Home - The museum"))
        again = reading(content("The museum opened on Monday.", title="The museum"), OTHER_READER)
        edited = content("The museum opened on Tuesday.", title="The museum")
        story.look(changed, edited, reader=OTHER_READER, rereading=again)
        story.removed(changed)
        story.look(changed, edited, reader=OTHER_READER)
        for text in ("One.", "Two."):
            story.look(same, content(text, title="Another"))
    return tmp_path / "archive.db"


def differing(archive, one, other):
    """Return the document of a difference."""
    with closing(sqlite3.connect(archive)) as connection:
        return diff_of(connection, one, other)[0]


def test_a_change_of_reader_is_not_shown_as_the_publishers(reread):
    """Neighbours are shown as they were compared, in either order, and a note says so; the title that our reader cut is no edit."""
    there, back = differing(reread, "1@1", "1@2"), differing(reread, "1@2", "1@1")
    for document, side in ((there, "before"), (back, "after")):
        assert document[side]["title"] == "The museum"
        assert document["notes"] == ["1@1 is shown as the reader of 1@2 reads it: the reader changed in between."]
        assert "Home" not in str(document["operations"])
        assert not document["same"]
    with closing(sqlite3.connect(reread)) as connection:
        known = {digest for (digest,) in connection.execute("SELECT sha256 FROM contents")}
    assert there["before"]["content_sha256"] in known


def test_texts_that_are_no_neighbours_are_shown_as_stored(reread):
    """Nothing was ever compared but neighbours; where the reader did not change there is nothing to note."""
    assert differing(reread, "1@1", "1@4")["before"]["title"] == "Home - The museum"
    assert "Home" in str(differing(reread, "1@1", "1@4")["operations"])
    assert differing(reread, "2@1", "2@2")["notes"] == []
    assert differing(reread, "1@2", "1@4")["same"]
    assert differing(reread, "1@1", "2@2")["notes"] == []
