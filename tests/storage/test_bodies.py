"""Raw bodies: stored once, small, and never returned other than they came."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bodies import BodyStore, decompress, read_body
from storage.errors import ArchiveDamaged, UnknownReference
from storage.ledger import Ledger
from tests.builders import HOST, article_url, content, opened, page_html

HTML = "text/html"
PAGE = page_html(content("One paragraph of this page."))


class Desk:
    """A store of bodies on an archive's connection, and short words for it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.store = BodyStore(Ledger(connection))

    def put(self, body: bytes, host: str = HOST, media_type: str | None = HTML) -> int:
        """Store a body."""
        return self.store.put(body, host=host, media_type=media_type)

    def row(self, body_id: int) -> tuple[int | None, int]:
        """Return a body's dictionary and the bytes that it takes."""
        return self.connection.execute("SELECT dictionary_id, length(data) FROM bodies WHERE id = ?", (body_id,)).fetchone()


@pytest.fixture
def desk(story):
    """Return a store on a new archive."""
    return Desk(story.connection)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return one store for properties: what one example stores must not harm the next."""
    with opened(tmp_path_factory.mktemp("bodies") / "archive.db") as story:
        yield Desk(story.connection)


def page(number: int) -> bytes:
    """Return a page of the portal's usual template."""
    return page_html(content(f"Paragraph {number} is about {number * 7919}."))


def noise(size: int, seed: int = 1) -> bytes:
    """Return bytes that nothing compresses."""
    return random.Random(seed).randbytes(size)


def test_an_unread_byte_is_not_altered(desk):
    """What is read is what was put: empty, binary, text, larger than a zstd block."""
    for body in (b"", b"\x00", b"\xff\xfe" * 9, PAGE, noise(300_000), b"a" * 1_000_000):
        for media_type in (HTML, None, "application/pdf"):
            assert read_body(desk.connection, desk.put(body, media_type=media_type)) == body


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 200), st.sampled_from([HTML, "application/json", "image/png", None]))
def test_round_trip(shared, body, repeats, media_type):
    """Any bytes, of any type, come back, whatever dictionary was at hand."""
    whole = PAGE[:3000] + body * repeats
    assert read_body(shared.connection, shared.put(whole, media_type=media_type)) == whole
    assert read_body(shared.connection, shared.put(body, media_type=media_type)) == body


def test_the_same_body_is_stored_once(desk):
    """The bytes are the name: host and type of the second sight change nothing."""
    first = desk.put(PAGE)
    assert desk.put(PAGE) == desk.put(PAGE, host="elsewhere.gov.cn", media_type=None) == first
    assert desk.connection.execute(
        "SELECT count(*) FROM bodies WHERE sha256 = (SELECT sha256 FROM bodies WHERE id = ?)", (first,)
    ).fetchone() == (1,)


def test_similar_pages_take_little_room(desk):
    """A page of the same host costs a small part of what it would alone, and all rest on one dictionary."""
    first = desk.put(page(0))
    alone = desk.row(first)[1]
    others = [desk.row(desk.put(page(number))) for number in range(1, 40)]
    assert {dictionary for dictionary, _ in others} == {first}
    assert max(size for _, size in others) < alone / 4


def test_a_dictionary_has_none_itself(desk):
    """One level, never a chain: what serves as dictionary can be read alone."""
    for number in range(30):
        desk.put(page(number) if number % 3 else noise(5000, number) + PAGE)
    desk.store.forget()
    desk.put(page(99))
    chained = desk.connection.execute(
        "SELECT count(*) FROM bodies b JOIN bodies d ON d.id = b.dictionary_id WHERE d.dictionary_id IS NOT NULL"
    )
    assert chained.fetchone() == (0,)


def test_a_new_template_renews_the_dictionary(desk):
    """A page that the dictionary hardly helps is stored alone and serves those after it."""
    old = desk.put(page(0))
    relaunch = [b"<html>" + noise(20_000).hex().encode() + b"<p>%d</p>" % number for number in range(3)]
    new = desk.put(relaunch[0])
    assert desk.row(new)[0] is None
    assert [desk.row(desk.put(body))[0] for body in relaunch[1:]] == [new, new]
    assert desk.row(old)[0] is None


def test_a_small_page_renews_nothing(desk):
    """A short answer, such as an error page, uses the dictionary but does not become it."""
    first = desk.put(page(0))
    small = desk.put(b"<h1>404</h1>")
    assert desk.row(small)[0] == first
    assert desk.row(desk.put(page(1)))[0] == first
    assert desk.row(desk.put(b"<h1>404</h1>", host="small.gov.cn")) == desk.row(small)
    assert desk.row(desk.put(b"<h1>500</h1>", host="small.gov.cn"))[0] is None


def test_hosts_and_types_do_not_mix(desk):
    """A dictionary serves its own host, and text only."""
    first = desk.put(page(0))
    assert desk.row(desk.put(page(1), host="other.gov.cn"))[0] is None
    assert desk.row(desk.put(page(2), media_type="application/pdf"))[0] is None
    assert desk.row(desk.put(page(3), media_type=None))[0] is None
    assert desk.row(desk.put(page(4), media_type="application/xhtml+xml"))[0] == first


def test_the_dictionary_is_found_again(path):
    """After a restart the host's newest stored page names the dictionary, not a new one."""
    with opened(path) as story:
        [page_id] = story.sweep([article_url(1)])
        story.look(page_id, "One.")
        story.look(page_id, "Two.")
    with opened(path) as story:
        story.look(page_id, "Three.")
        dictionaries = story.column("SELECT DISTINCT dictionary_id FROM bodies WHERE size >= 4096 AND dictionary_id IS NOT NULL")
        assert len(dictionaries) == 1


@pytest.mark.parametrize("restarted", [True, False])
def test_a_withheld_dictionary_serves_no_more(path, restarted):
    """Where the dictionary was redacted, the next page is stored alone and becomes the next one, and the crawl goes on."""
    with opened(path) as story:
        [page_id] = story.sweep([article_url(1)])
        story.look(page_id, "One.")
        body = story.value("SELECT body_id FROM fetches WHERE page_id = ?", page_id)
        story.insert("redactions", {"body_id": body, "reason": "r", "authority": "a", "recorded_at": "2026-01-01T00:00:00.000Z"})
        story.connection.execute("UPDATE bodies SET data = NULL WHERE id = ?", (body,))
        if restarted:
            story.archive._writer.bodies.forget()
        story.look(page_id, "Two.")
        newest = story.value("SELECT max(body_id) FROM fetches")
        assert story.value("SELECT dictionary_id FROM bodies WHERE id = ?", newest) is None
        story.look(page_id, "Three.")
        assert story.value("SELECT dictionary_id FROM bodies ORDER BY id DESC LIMIT 1") == newest
        with pytest.raises(UnknownReference, match="withheld by order"):
            read_body(story.connection, body)


def withhold(connection, body_id):
    """Withhold a body's bytes by order."""
    connection.execute(
        "INSERT INTO redactions (body_id, reason, authority, recorded_at) VALUES (?, 'r', 'a', '2026-01-01T00:00:00.000Z')",
        (body_id,),
    )
    connection.execute("UPDATE bodies SET data = NULL WHERE id = ?", (body_id,))


def test_withholding_an_ordinary_body_harms_no_other(desk):
    """A page written with a dictionary goes alone: the dictionary and its other pages can still be read."""
    first, second, third = (desk.put(page(number)) for number in range(3))
    withhold(desk.connection, second)
    assert [read_body(desk.connection, each) for each in (first, third)] == [page(0), page(2)]
    with pytest.raises(UnknownReference, match="withheld by order"):
        read_body(desk.connection, second)


def test_a_dictionary_stays_while_others_need_it(desk):
    """Named or not, the bytes that others were written with are not withheld before those: no evidence goes that was not to go."""
    first, second, third = (desk.put(page(number)) for number in range(3))
    with pytest.raises(sqlite3.IntegrityError, match=r"refused: other bodies were written with this one.*withhold those first"):
        withhold(desk.connection, first)
    withhold(desk.connection, second)
    with pytest.raises(sqlite3.IntegrityError, match="withhold those first"):
        desk.connection.execute("UPDATE bodies SET data = NULL WHERE id = ?", (first,))
    assert [read_body(desk.connection, each) for each in (first, third)] == [page(0), page(2)]
    withhold(desk.connection, third)
    desk.connection.execute("UPDATE bodies SET data = NULL WHERE id = ?", (first,))
    assert desk.connection.execute("SELECT count(data) FROM bodies WHERE id IN (?, ?, ?)", (first, second, third)).fetchone() == (
        0,
    )


def test_what_does_not_exist(desk):
    """A body that was never stored is named in the error."""
    with pytest.raises(UnknownReference, match="body 4711 does not exist"):
        read_body(desk.connection, 4711)


def damage(path, sql, *parameters):
    """Edit the file behind the guards' back."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER bodies_no_update")
        connection.execute(sql, parameters)
        connection.commit()


@pytest.mark.parametrize("data", [b"", b"no frame", noise(50), page(5)])
def test_bytes_that_are_no_frame_are_damage(busy, data):
    """What cannot be decompressed is told as damage of the archive, with what to do."""
    damage(busy, "UPDATE bodies SET data = ? WHERE id = 2", data)
    with closing(sqlite3.connect(busy)) as connection, pytest.raises(ArchiveDamaged, match="body 2") as caught:
        read_body(connection, 2)
    assert caught.value.hint


def test_archives_share_no_dictionary(tmp_path):
    """What was read in one archive harms no other: a body with the same numbers there is read with its own dictionary."""
    with opened(tmp_path / "one.db") as one, opened(tmp_path / "other.db") as other:
        for name, story in (("one", one), ("other", other)):
            desk = Desk(story.connection)
            bodies = [page(0) + name.encode() * 40, page(1) + name.encode() * 50]
            ids = [desk.put(body) for body in bodies]
            assert desk.row(ids[1])[0] == ids[0]
            assert [read_body(desk.connection, body_id) for body_id in ids] == bodies
        assert read_body(one.connection, ids[1]) != read_body(other.connection, ids[1])


def test_dictionaries_that_take_turns_are_read_again(desk):
    """More hosts than decompressors are kept ready for: each body is read with its own host's page all the same."""
    bodies = {f"h{number}.gov.cn": [page(number), page(number + 1000)] for number in range(40)}
    stored = {host: [desk.put(body, host=host) for body in pair] for host, pair in bodies.items()}
    assert len({desk.row(ids[1])[0] for ids in stored.values()}) == 40
    for _ in range(2):
        assert {host: [read_body(desk.connection, each) for each in ids] for host, ids in stored.items()} == bodies


def test_a_dictionary_that_is_gone_is_told(busy):
    """A body whose dictionary was taken from the file is not read, though the bytes may still be in memory."""
    with closing(sqlite3.connect(busy)) as connection:
        body_id, dictionary = connection.execute(
            "SELECT id, dictionary_id FROM bodies WHERE dictionary_id IS NOT NULL ORDER BY id LIMIT 1"
        ).fetchone()
        assert read_body(connection, body_id)
    damage(busy, "UPDATE bodies SET data = NULL WHERE id = ?", dictionary)
    with closing(sqlite3.connect(busy)) as connection, pytest.raises(UnknownReference, match=f"body {dictionary} was withheld"):
        read_body(connection, body_id)


def test_bytes_of_another_body_are_damage(busy):
    """A sound frame of other bytes does not fit the hash."""
    damage(busy, "UPDATE bodies SET data = (SELECT data FROM bodies WHERE id = 1) WHERE id = 2")
    with closing(sqlite3.connect(busy)) as connection, pytest.raises(ArchiveDamaged, match="body 2 does not fit its SHA-256"):
        read_body(connection, 2)


def test_a_frame_cut_anywhere_is_damage(desk):
    """No prefix of a stored frame passes for a body."""
    body_id = desk.put(page(0))
    (data,) = desk.connection.execute("SELECT data FROM bodies WHERE id = ?", (body_id,)).fetchone()
    desk.connection.execute("DROP TRIGGER bodies_no_update")
    for cut in (*range(20), len(data) // 2, len(data) - 1):
        desk.connection.execute("UPDATE bodies SET data = ? WHERE id = ?", (data[:cut], body_id))
        with pytest.raises(ArchiveDamaged):
            read_body(desk.connection, body_id)


def test_a_flipped_bit_is_damage(desk):
    """One wrong bit anywhere is told as damage, whatever the decompressor makes of it."""
    body_id = desk.put(page(0))
    (data,) = desk.connection.execute("SELECT data FROM bodies WHERE id = ?", (body_id,)).fetchone()
    desk.connection.execute("DROP TRIGGER bodies_no_update")
    for position in (*range(12), *range(12, len(data), 41)):
        for bit in (1, 128):
            wrong = bytearray(data)
            wrong[position] ^= bit
            desk.connection.execute("UPDATE bodies SET data = ? WHERE id = ?", (bytes(wrong), body_id))
            with pytest.raises(ArchiveDamaged):
                read_body(desk.connection, body_id)


def test_frames_are_plain_zstd(desk):
    """Another program reads a body from two rows: a frame, and the dictionary's bytes as raw content."""
    first, second = desk.put(page(0)), desk.put(page(1))
    frames = dict(desk.connection.execute("SELECT id, data FROM bodies WHERE id IN (?, ?)", (first, second)).fetchall())
    assert decompress(frames[first], None) == page(0)
    assert decompress(frames[second], page(0)) == page(1)


@pytest.mark.parametrize(("size", "is_one"), [(524_288, True), (524_289, False)])
def test_a_page_of_half_a_megabyte_is_no_dictionary(desk, size, is_one):
    """What would be held in memory several times over for every page of its host is kept by itself; so is what is as large."""
    large = desk.put(noise(size))
    small = desk.put(noise(size)[:20_000])
    assert desk.row(small)[0] == (large if is_one else None)
    assert desk.row(desk.put(noise(size)[:-1] + b"x" * 2))[0] is None
