"""Receivers that fail: tried again without loss, left alone, given up after a week with an alert, and never in anybody's way."""

from __future__ import annotations

import smtplib
import socket
from contextlib import closing, suppress
from itertools import pairwise
from threading import Event, Thread
from time import monotonic

import pytest

from storage.alerts import open_alerts
from storage.publish import notify
from storage.publish.mail import in_time
from storage.publish.notify import Tally
from storage.publish.packing import key_of
from storage.publish.parcels import Parcel
from tests.storage.publish.conftest import EVERYTHING, HOOK, MAIL, PAGES


def test_down_for_a_while_and_caught_up(office):
    """Nothing is lost and nothing told twice, in order, while the other receiver was told at once."""
    pages = office.known(5)
    office.hook.stop()
    for page in pages:
        office.edit(page)
        assert office.round(minutes=10).delivered == 1
    office.hook.start()
    for _ in range(40):
        office.round(minutes=30)
    assert [event["ref"] for event in office.hook.events] == [f"{page}@2" for page in pages]
    assert len({headers["Idempotency-Key"] for _, headers, _ in office.hook.requests}) == len(office.hook.requests) == 5
    assert len(office.post.mails) == 5


def test_a_mail_server_down_for_a_while(office):
    """Mails wait for their server likewise."""
    [page] = office.known()
    office.post.stop()
    office.edit(page)
    assert office.round() == Tally(delivered=1, failed=1)
    assert "ConnectionRefusedError" in office.states()[1][2]
    office.post.start()
    assert office.round(minutes=2).delivered == 1
    assert len(office.post.mails) == 1


def test_a_receiver_is_left_alone_ever_longer(office):
    """One message is tried, not each that waits, and after a minute, two, four ... each a little longer by chance."""
    office.configure(HOOK + EVERYTHING)
    pages = office.known(5)
    office.hook.status = 500
    for page in pages:
        office.edit(page)
    tried = []
    for minute in range(60):
        office.round(minutes=1)
        if len(office.hook.requests) > len(tried):
            tried.append(minute)
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1, 18)
    assert len({body["id"] for body in office.hook.bodies}) == 1


def test_what_waits_behind_a_failure_may_become_pointless(office):
    """A page that answers again before its message could be sent is not told of, though the message was handed out already."""
    office.configure(HOOK + EVERYTHING)
    pages = office.known(2)
    office.hook.stop()
    office.edit(pages[0])
    office.story.fails(pages[1])
    assert office.round() == Tally(failed=1)
    office.story.not_modified(pages[1])
    office.hook.start()
    office.round(minutes=2)
    assert office.hook.kinds == ["silent"]
    assert office.states()[1][1:] == ("dropped", "it answered again before anybody was told")


def test_a_wish_to_be_left_alone_is_granted(office):
    """A Retry-After in seconds or as a date keeps everything back until then."""
    office.configure(HOOK + EVERYTHING)
    [page] = office.known()
    office.hook.status, office.hook.headers = 429, {"Retry-After": "7200"}
    office.edit(page)
    office.round()
    office.round(minutes=119)
    assert len(office.hook.requests) == 1
    office.hook.headers = {"Retry-After": "Thu, 01 Jan 2026 20:00:00 GMT"}
    office.round(minutes=2)
    office.hook.status = 200
    assert office.round(hours=7).delivered == 0
    assert office.round(hours=1).delivered == 1


def test_a_message_that_is_refused_lets_the_others_pass(office):
    """What is said of one message says nothing of the next; it is not tried again within the hour."""
    office.configure(HOOK + EVERYTHING)
    pages = office.known(2)
    office.hook.status = 422
    office.edit(pages[0])
    office.round()
    office.hook.status = 200
    office.edit(pages[1])
    assert office.round(minutes=10).delivered == 1
    assert office.round(minutes=30) == Tally()
    assert office.round(minutes=60).delivered == 1
    assert [event["ref"] for event in office.hook.events] == [f"{pages[0]}@2", f"{pages[1]}@2", f"{pages[0]}@2"]


def test_a_redirect_is_not_followed(office):
    """What was signed for one address is handed to no other."""
    office.configure(HOOK + EVERYTHING)
    [page] = office.known()
    office.hook.status, office.hook.headers = 307, {"Location": "/elsewhere"}
    office.edit(page)
    assert office.round().failed == 1
    assert [path for path, *_ in office.hook.requests] == ["/in"]
    assert office.states()[0][2] == "307: it sends us on to another address; write that into the settings"


def test_given_up_after_a_week_with_an_alert(office):
    """The others hear of it after a day, once; it ends with the first message that arrives; what was given up can be sent again."""
    pages = office.known(2)
    office.hook.stop()
    office.edit(pages[0])
    for _ in range(23):
        office.round(hours=1)
    assert office.post.subjects[1:] == []
    for _ in range(7):
        office.round(hours=1)
    assert office.post.subjects[1] == "[Jiaxing Today ALERT] site: cannot be told"
    (alert,) = open_alerts(office.story.connection)
    assert (alert["kind"], alert["subject"]) == ("receiver", "site")
    for _ in range(26):
        office.round(hours=6)
    assert [state for receiver, state, _ in office.states() if receiver == "site"] == ["dead"]
    (alert,) = open_alerts(office.story.connection)
    assert "0 messages wait, 1 given up after a week." in alert["message"]
    assert len(office.post.mails) == 2
    office.hook.start()
    office.edit(pages[1])
    office.round(hours=6)
    office.round(minutes=1)
    assert open_alerts(office.story.connection) == []
    assert office.post.subjects[-1] == "Re: [Jiaxing Today ALERT] site: cannot be told (over)"
    assert office.hook.kinds == ["silent"]
    assert notify.retry_dead(office.story.archive, "desk", office.story.clock()) == 0
    assert notify.retry_dead(office.story.archive, "site", office.story.clock()) == 1
    office.round()
    assert [event["ref"] for event in office.hook.events if event["kind"] == "silent"] == [f"{page}@2" for page in reversed(pages)]


def test_a_message_that_is_refused_for_a_week_is_given_up(office):
    """It alone; the alert says so to the others."""
    pages = office.known(2)
    office.hook.status = 413
    office.edit(pages[0])
    for _ in range(40):
        office.round(hours=5)
    office.hook.status = 200
    office.edit(pages[1])
    office.round(hours=1)
    site = [state for receiver, state, _ in office.states() if receiver == "site"]
    assert site == ["dead", "delivered"]
    assert "[Jiaxing Today ALERT] site: cannot be told" in office.post.subjects


def test_two_dead_receivers_do_not_chatter(office):
    """Each is told of to the other, once: the alerts of a week are two."""
    [page] = office.known()
    office.hook.stop()
    office.post.stop()
    office.edit(page)
    for _ in range(60):
        office.round(hours=4)
    assert office.story.value("SELECT count(*) FROM _alerts") == 2
    assert office.story.value("SELECT count(*) FROM _outbox WHERE kind = 'alert'") == 2


def test_the_alert_of_a_receiver_that_is_gone_is_over(office):
    """Nobody need be told any more that it fails, also where nobody is left to be told."""
    [page] = office.known()
    office.hook.stop()
    office.edit(page)
    for _ in range(40):
        office.round(hours=1)
    assert len(open_alerts(office.story.connection)) == 1
    office.configure()
    office.round()
    assert open_alerts(office.story.connection) == []


def test_some_addressees_are_refused(office):
    """Those who have the mail are not sent it again; the one who was put off gets it later."""
    mail = MAIL.replace('["desk@example.org"]', '["desk@example.org", "grey@example.org"]')
    office.configure(mail + EVERYTHING)
    [page] = office.known()
    office.post.refused = {"grey@example.org": "451 4.7.1 Greylisted, try again"}
    office.edit(page)
    office.round()
    office.post.refused = {}
    office.round(minutes=2)
    assert [to for to, _ in office.post.mails] == [["desk@example.org"], ["grey@example.org"]]
    first, second = office.post.read
    assert (first["To"], first["Message-ID"]) == (second["To"], second["Message-ID"])
    assert [state for _, state, _ in office.states()] == ["delivered"]


@pytest.mark.parametrize(
    ("reply", "again_after"), [("550 5.7.1 no such content here", 60), ("451 4.3.0 try again", 1)], ids=["refused", "put off"]
)
def test_a_mail_that_is_refused(office, reply, again_after):
    """A refusal for good waits an hour, one for now a minute, and the reply is kept."""
    office.configure(MAIL + EVERYTHING)
    [page] = office.known()
    office.post.reply = reply
    office.edit(page)
    office.round()
    assert office.states()[0][2] == reply
    office.post.reply = "250 OK"
    assert office.round(minutes=again_after - 1).delivered == 0
    assert office.round(minutes=again_after).delivered == 1


def test_a_receiver_that_hangs_delays_nobody(office):
    """The others are told meanwhile, and the round ends in time."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        office.configure(HOOK + EVERYTHING, MAIL.replace("{port}", str(port)) + EVERYTHING)
        parcels = [Parcel(name, key_of("a", name, "o1")) for name in ("desk", "site")]
        began = monotonic()
        sent = notify.send(parcels, office.settings, office.story.clock(), longest=2)
        assert monotonic() - began < 10
    assert {each.parcel.receiver: each.error for each in sent} == {"site": None, "desk": "no answer within 2 seconds"}
    assert next(each for each in sent if each.error).is_unsure


def test_a_mail_server_that_drips_is_cut_off():
    """Each of its answers may be in time, and all of them together are not."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with closing(connection), suppress(OSError):
                connection.sendall(b"220 here\r\n")
                while True:
                    connection.sendall(b"250-more\r\n")
                    Event().wait(0.01)

        dripping = Thread(target=drip, daemon=True)
        dripping.start()
        with closing(smtplib.SMTP("127.0.0.1", listening.getsockname()[1], local_hostname="example.org", timeout=5)) as server:
            began = monotonic()
            with pytest.raises(smtplib.SMTPException), in_time(server, 0.2):
                server.ehlo()
            assert monotonic() - began < 4
        dripping.join()


def test_a_password_is_never_sent_in_the_clear(office):
    """A server that offers no TLS is told it on this machine alone; 127.1 is this machine by a name that does not say so."""
    (office.folder / "password").write_text("hush")
    mail = MAIL + 'password_file = "password"\n'
    office.configure(mail.replace("@127.0.0.1", "@127.1"))
    sent = notify.send_test("desk", office.settings, office.story.clock())
    assert sent.error == "SMTPException: the server offers no TLS: the password is not sent in the clear"
    office.configure(mail)
    sent = notify.send_test("desk", office.settings, office.story.clock())
    assert sent.error == "SMTPNotSupportedError: SMTP AUTH extension not supported by server."
    assert office.post.mails == []


def test_a_secret_that_is_missing(office):
    """It is said which file, and nothing of what others hold."""
    (office.folder / "secret").unlink()
    sent = notify.send_test("site", office.settings, office.story.clock())
    assert sent.error == f"{office.folder / 'secret'} cannot be read: No such file or directory"
    (office.folder / "secret").write_text("\n")
    assert notify.send_test("site", office.settings, office.story.clock()).error == f"{office.folder / 'secret'} is empty"


# ------------------------------------------------------------------------------------------------- witnesses and services


WITNESS = '[receivers.wayback]\nkind = "witness"\nendpoint = "{hook}/save/{url}"\nevery = "90s"\n'


def test_a_witness_is_asked_once_in_a_while(office):
    """It is asked to save live pages, one at a time, and its answer is kept."""
    office.configure(WITNESS)
    pages = office.known(3)
    office.hook.headers = {"Content-Location": "/web/20260101100000/http://www.jiaxing.gov.cn/"}
    for page in pages[:2]:
        office.edit(page)
    office.story.fails(pages[2])
    assert office.round().delivered == 1
    assert office.round(seconds=60).delivered == 0
    assert office.round(seconds=40).delivered == 1
    assert [path for path, *_ in office.hook.requests] == [f"/save/{url}" for url in PAGES[:2]]
    answers = office.story.column("SELECT answer FROM _deliveries")
    assert answers == ["200 /web/20260101100000/http://www.jiaxing.gov.cn/"] * 2


def test_a_witness_is_not_asked_for_private_pages(office):
    """A portal of this network is nobody's business outside it; and a witness gets no alerts."""
    (office.folder / "private.toml").write_text(
        'name = "jiaxing"\nhosts = ["www.jiaxing.gov.cn"]\nallow_private = true\n[sections.today]\ntitle = "x"\n'
        'listing = "http://www.jiaxing.gov.cn/col/"\n'
    )
    office.configure(WITNESS, more='portals = ["private.toml"]\n')
    [page] = office.known()
    office.edit(page)
    office.round()
    assert (office.hook.requests, office.states()[0][2]) == ([], "its address is none of the public network")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_services_are_told_by_apprise(office):
    """Each line of its file is a service; one that fails is named by its line, never by its address, and alone tried again."""
    pytest.importorskip("apprise")
    (office.folder / "services").write_text(f"json://127.0.0.1:{office.hook.port}/one\n# a note\njson://127.0.0.1:1/token\n")
    office.configure('[receivers.phone]\nkind = "apprise"\naddresses_file = "services"\n' + EVERYTHING)
    [page] = office.known()
    office.edit(page)
    assert office.round().failed == 1
    assert office.states()[0][2] == f"line 3 of {office.folder / 'services'}: the service did not take it"
    (office.folder / "services").write_text(f"json://127.0.0.1:{office.hook.port}/one\njson://127.0.0.1:{office.hook.port}/two\n")
    assert office.round(hours=1).delivered == 1
    assert [(path, "SILENT EDIT" in body.decode()) for path, _, body in office.hook.requests] == [("/one", True), ("/two", True)]
