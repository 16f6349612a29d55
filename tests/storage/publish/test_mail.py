"""Mails: what they say, and that nothing which a portal writes can make them say something else."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from storage.alerts import Alert
from storage.publish.events import Event
from storage.publish.mail import sender_of
from storage.publish.parcels import Parcel
from storage.publish.words import subject_of, text_of
from tests.builders import content
from tests.storage.publish.conftest import EVERYTHING, MAIL, PAGES

PUBLIC = 'public_url = "https://archive.example.org/"\n'
HOSTILE = "A visit\r\nBcc: everybody@example.org\r\n\r\n<script>\u202e evil\x07 to the “port” 港口"


@pytest.fixture
def desk(office):
    """Give an office in which one desk is sent mails."""
    office.configure(MAIL + EVERYTHING, more=PUBLIC)
    return office


def test_the_mail_of_a_silent_edit(desk):
    """A person can forward it to an editor: what, between when and when, from where, where to look, and how to cite."""
    [page] = desk.story.sweep(PAGES[:1])
    said = "Other leaders attended the conference such as Li Jun, Gao Linghui{}."
    desk.story.look(page, content(said.format(", Chen Lizong"), title="Officials Required to Work"))
    desk.end_run()
    desk.story.clock.skip(days=12)
    desk.story.look(page, content(said.format(""), title="Officials Required to Work"))
    desk.round()
    (mail,) = desk.post.read
    key, sha256 = desk.story.connection.execute(
        "SELECT g.key, c.sha256 FROM versions v JOIN pages g ON g.id = v.page_id JOIN contents c ON c.id = v.content_id"
        " ORDER BY v.id DESC LIMIT 1"
    ).fetchone()
    assert mail["Subject"] == '[Jiaxing Today] SILENT EDIT: name taken out of "Officials Required to Work"'
    assert mail.get_content().replace("\r\n", "\n") == (
        'Between 1 Jan 2026 16:00 and 13 Jan 2026 16:00 (Beijing time) "Officials Required to Work" was\n'
        "changed. The printed date (2022-09-20 10:46) was left alone. Seen from Frankfurt DE.\n"
        "\n"
        "What changed: a name.\n"
        "   Other leaders attended the conference such as Li Jun, Gao Linghui[-, Chen Lizong-].\n"
        "\n"
        f"Live page   {PAGES[0]}\n"
        f"Compare     https://archive.example.org/r/{key}/diff/1..2\n"
        f"Cite        {key}@2\n"
        f"            sha256 {sha256}\n"
        "What this shows: the bytes we were served. What it does not: who changed it, or why.\n"
    )


def test_the_mail_of_a_suspicion(desk):
    """It says that nothing is proven, what came instead, how the host fares, and when a proof is possible."""
    pages = desk.known(3)
    desk.story.fails(pages[0])
    desk.round()
    (mail,), (text,) = desk.post.read, desk.post.texts
    assert mail["Subject"] == '[Jiaxing Today] NOT ANSWERING (unproven, check 1 of 3): "A visit to the port"'
    for said in (
        "does not answer since 1 Jan 2026 18:00 (Beijing time). That proves nothing yet.",
        "Last good look 1 Jan 2026 16:00 (Beijing time)",
        "What came the server says that there is no such page",
        "no other page of the host fails; check 1 of 3, provable 2 Jan 2026 18:00 at the earliest",
        f"Look again jiaxing-today recheck {pages[0]}",
    ):
        assert said in text


def test_the_mail_of_a_removal(desk):
    """It says that it is proven, and what that does not show."""
    pages = desk.known(3)
    desk.story.proven(pages[0])
    desk.round()
    text = desk.post.texts[-1]
    assert desk.post.subjects[-1] == '[Jiaxing Today] REMOVED: "A visit to the port"'
    assert "was removed. Direct checks prove it since 1 Jan 2026 18:00; other pages of the host answered." in text
    assert (
        f"On record https://archive.example.org/r/{desk.story.value('SELECT key FROM pages WHERE id = ?', pages[0])} Cite" in text
    )
    assert "What it does not: that others were answered so, who did it, or why." in text


def test_the_mail_of_an_alert(desk):
    """Since when, why, an example, and what to do, step by step."""
    steps = ("Look:   jiaxing-today show --fetch 1 --raw > page.html", "Replay: jiaxing-today reparse --quarantined")
    desk.story.archive.alert(
        Alert("layout", "jiaxing/today", "jiaxing/today: layout changed, 46 pages: why.", "http://h/ (fetch 1)", steps)
    )
    desk.round()
    assert desk.post.subjects == ["[Jiaxing Today ALERT] jiaxing/today: layout changed, 46 pages"]
    assert desk.post.texts[0] == (
        "jiaxing/today: layout changed, 46 pages: why. Since 1 Jan 2026 16:00 (Beijing time) Example http://h/ (fetch 1) Do"
        " 1. Look: jiaxing-today show --fetch 1 --raw > page.html 2. Replay: jiaxing-today reparse --quarantined"
        " You will not be told of this again until it is over."
    )


def test_a_hostile_title(desk):
    """A portal that writes line breaks, controls and marks of direction adds no header and no line to a mail."""
    [page] = desk.story.sweep(PAGES[:1])
    desk.story.look(page, content("Before.", title=HOSTILE))
    desk.end_run()
    desk.story.look(page, content("After:\r\nBcc: x@example.org\n\nSubject: y", title=HOSTILE))
    desk.round(hours=1)
    ((to, raw),) = desk.post.mails
    (mail,) = desk.post.read
    assert to == ["desk@example.org"]
    assert mail["Bcc"] is None
    title = "A visit Bcc: everybody@example.org <script> evil to the “port” 港口"
    assert mail["Subject"].strip() == f'[Jiaxing Today] SILENT EDIT: name taken out of "{title}"'
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 78
    assert [header for header in mail.keys() if header not in {"X-Peer", "X-MailFrom", "X-RcptTo"}] == [  # noqa: SIM118 - a header may come twice
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    ]
    assert "\u202e" not in mail.get_content()
    assert not any(line.startswith(("Bcc:", "Subject:")) for line in mail.get_content().splitlines())


def test_a_mail_names_no_machine(desk):
    """Sender and Message-ID are of the sender's domain; it says that a program made it."""
    [page] = desk.known()
    desk.edit(page)
    desk.round()
    (_, raw), (mail,) = desk.post.mails[0], desk.post.read
    assert mail["From"] == "Jiaxing Today <archive@example.org>"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert socket.gethostname().encode() not in raw


@pytest.mark.parametrize(
    ("smtp", "sender", "wanted"),
    [
        ("smtp://archive@mail.example.org:587", "", "archive@mail.example.org"),
        ("smtp://archive%40example.org@mail.example.org", "", "archive@example.org"),
        ("smtp://mail.example.org", "", "jiaxing-today@mail.example.org"),
        ("smtp://127.0.0.1", "", "jiaxing-today@[127.0.0.1]"),
        ("smtp://mail.example.org", "desk@example.org", "desk@example.org"),
    ],
)
def test_who_sends(office, smtp, sender, wanted):
    """The address is the one configured, or the user's at the server."""
    text = f'[receivers.d]\nkind = "email"\nto = ["a@example.org"]\nsmtp = "{smtp}"\nsender = "{sender}"\n'
    assert sender_of(office.configure(text).receivers["d"]) == wanted


def test_the_file_of_a_press_release():
    """An edit of a file names the press release that offers it."""
    names = {"title": "Annex.pdf", "release_title": "A notice", "page_kind": "attachment"}
    event = Event(1, "edited", "", (), "Asia/Shanghai", labels=("attachment",), **names)
    subject = subject_of(Parcel("desk", "k", (1,), (event,)))
    assert subject == '[Jiaxing Today] EDIT: attachment changed in file "Annex.pdf" of "A notice"'


def test_bounds_across_a_change_of_clocks():
    """Each bound has its own offset where they differ, and seconds where minutes cannot tell them apart."""
    change = Event(
        1,
        "edited",
        "",
        (),
        "Europe/Berlin",
        title="A",
        not_before="2026-03-28T11:00:00.000Z",
        observed_at="2026-03-29T11:00:00.000Z",
    )
    text = text_of(Parcel("desk", "k", (1,), (change,)))
    assert text.startswith(
        'Between 28 Mar 2026 12:00 (Europe/Berlin, +01:00) and 29 Mar 2026 13:00 (Europe/Berlin, +02:00) "A" was changed.'
    )
    change = replace(change, not_before="2026-03-29T11:00:01.000Z", observed_at="2026-03-29T11:00:07.000Z", zone="Asia/Shanghai")
    assert text_of(Parcel("desk", "k", (1,), (change,))).startswith(
        "Between 29 Mar 2026 19:00:01 and 29 Mar 2026 19:00:07 (Beijing time)"
    )
