"""Telling people, over real servers: who is told of what, once, and what is never told."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from random import Random

import pytest

from storage.alerts import Alert
from storage.publish import notify
from storage.publish.notify import Tally
from storage.records import Outcome
from tests.builders import OTHER_READER, reading
from tests.storage.publish.conftest import EVERYTHING, HOOK, MAIL, PAGES

LAYOUT = Alert(
    "layout", "jiaxing/today", "jiaxing/today: layout changed, 3 pages kept aside: nothing is lost.", "http://h/", ("Look: there",)
)


def test_an_edit_is_told_once(office):
    """Everybody who wants to know is told of a change, and not again."""
    [page] = office.known()
    office.edit(page)
    assert office.round().delivered == 2
    assert office.hook.kinds == ["silent"]
    assert office.post.subjects == ['[Jiaxing Today] SILENT EDIT: name changed in "A visit to the port"']
    assert office.round(hours=1) == Tally()
    assert (len(office.hook.requests), len(office.post.mails)) == (1, 1)


def test_nothing_is_told_of_a_run_that_goes_on(office):
    """Only when a run is over is it known what its edits were; one that was killed is over an hour after its last request."""
    [page] = office.known()
    office.edit(page)
    assert office.round(end=False, minutes=30) == Tally()
    assert office.round(end=False, minutes=31).delivered == 2


def test_an_alert_waits_for_no_run(office):
    """Whoever can mend something is told at once."""
    office.known()
    office.story.archive.alert(LAYOUT)
    assert office.round(end=False).delivered == 2
    assert office.hook.kinds == ["alert"]


def test_what_is_no_news_is_never_told(office):
    """The baseline, an import, another reader and a second address leave nothing to tell."""
    [page] = office.known()
    office.story.imported("Found in a drawer.")
    office.story.look(page, "Otherwise read.", reader=OTHER_READER, rereading=reading("Otherwise read.", OTHER_READER))
    assert office.round() == Tally()
    assert office.states() == []


def test_a_page_that_comes_under_watch_is_new(office):
    """It is told with the date that it bears."""
    office.known()
    _, page = office.story.sweep(PAGES[:2])
    office.story.look(page, "A new port was opened.")
    office.round()
    assert office.hook.kinds == ["new"]
    assert "was published, with the printed date 2022-09-20 10:46." in office.post.texts[0]


def test_a_removal_follows_its_suspicion(office):
    """The first failing look is told as unproven, the proof as a removal, and the return as a return."""
    pages = office.known(3)
    office.story.fails(pages[0])
    office.round()
    office.story.proven(pages[0])
    office.round(hours=1)
    office.story.look(pages[0], "Back again.")
    office.round(hours=1)
    assert office.hook.kinds == ["suspect", "removed", "restored"]
    proof = office.hook.events[0]["proof"]
    assert (proof["checks"], proof["checks_wanted"], proof["others"]) == (1, 3, 0)
    assert office.hook.events[0]["instead"] == "the server says that there is no such page"
    assert office.hook.events[1]["title"] == "A visit to the port"


def test_a_page_that_answers_again_is_told_as_a_reply(office):
    """Whoever was told that it does not answer is told that it does, and nobody else."""
    office.configure(HOOK + EVERYTHING, MAIL + 'send = ["silent"]\n')
    [page] = office.known()
    office.story.fails(page)
    office.round()
    office.story.not_modified(page)
    office.round(hours=1)
    office.round(hours=1)
    assert office.hook.kinds == ["suspect", "answers"]
    assert office.hook.bodies[1]["reply_to"] == office.hook.bodies[0]["id"]
    assert office.post.mails == []


def test_a_page_that_answered_before_anybody_was_told_is_not_told(office):
    """Neither that it failed nor that it answers again."""
    [page] = office.known()
    office.story.fails(page)
    office.story.not_modified(page)
    assert office.round() == Tally()
    assert {state for _, state, _ in office.states()} == {"dropped"}
    assert office.states()[0][2] == "it answered again before anybody was told"


def test_pages_of_a_host_in_trouble_wait(office):
    """While the alert of the host is open nobody is told of each of its pages; what still fails afterwards is told then."""
    pages = office.known(2)
    blocked = Alert("block", "www.jiaxing.gov.cn", "www.jiaxing.gov.cn: 2 of 2 pages do not answer at once.", "http://h/")
    for page in pages:
        office.story.fails(page)
    office.story.archive.alert(blocked)
    office.round()
    assert office.hook.kinds == ["alert"]
    office.story.not_modified(pages[0])
    office.story.archive.recovered("block", "www.jiaxing.gov.cn")
    office.round(hours=2)
    assert office.hook.kinds == ["alert", "suspect", "recovery"]
    assert office.hook.events[1]["ref"] == f"{pages[1]}@1"


def test_a_recovery_is_a_reply_to_the_alert(office):
    """The mail names the alert's as the one that it answers, so that both stand together."""
    office.known()
    office.story.archive.alert(LAYOUT)
    office.round()
    office.story.clock.skip(hours=3)
    office.story.archive.recovered("layout", "jiaxing/today")
    office.round()
    alert, recovery = office.post.read
    subject = "[Jiaxing Today ALERT] jiaxing/today: layout changed, 3 pages kept aside"
    assert office.post.subjects == [subject, f"Re: {subject} (over)"]
    assert recovery["In-Reply-To"] == recovery["References"] == alert["Message-ID"]
    assert "after 3 hours" in recovery.get_content()


def test_an_alert_that_was_over_before_it_was_told_is_not_told(office):
    """Nor is its end."""
    office.known()
    office.story.archive.alert(LAYOUT)
    office.story.archive.recovered("layout", "jiaxing/today")
    assert office.round() == Tally()


# ------------------------------------------------------------------------------------------------- what is taken back


def retract(office, version: int, by: int | None = None) -> None:
    """Take a version back, as pages that are read again do."""
    at = office.story.value("SELECT recorded_at FROM versions WHERE id = ?", version)
    row = {"version_id": version, "replaced_by": by, "reason": "the body reads as no change", "recorded_at": at}
    office.story.insert("retractions", row)


def anew(office, version: int) -> int:
    """Write a version anew, as the next of its page."""
    (row,) = office.story.rows("SELECT * FROM versions WHERE id = ?", version)
    number = office.story.value("SELECT max(number) + 1 FROM versions WHERE page_id = ?", row["page_id"])
    del row["id"]
    return office.story.insert("versions", {**row, "number": number})


def test_what_was_taken_back_before_it_was_told_is_not_told(office):
    """It is dropped, with the reason."""
    [page] = office.known()
    office.edit(page)
    retract(office, office.story.value("SELECT max(id) FROM versions"))
    assert office.round() == Tally()
    assert office.states()[0][2] == "taken back before it was told: the body reads as no change"


def test_what_was_written_anew_is_told_once_as_it_stands_now(office):
    """Numbers never move, so the message names the row that stands."""
    [page] = office.known()
    office.edit(page)
    version = office.story.value("SELECT max(id) FROM versions")
    retract(office, version, anew(office, version))
    office.round()
    assert [event["ref"] for event in office.hook.events] == [f"{page}@3"]


def test_what_was_written_anew_and_is_told_itself_is_told_once(office):
    """The row in the outbox of what stands tells it."""
    [page] = office.known()
    office.edit(page)
    version = office.story.value("SELECT max(id) FROM versions")
    standing = anew(office, version)
    retract(office, version, standing)
    office.story.connection.execute(
        "INSERT INTO _outbox (kind, version_id, created_at) SELECT kind, ?, created_at FROM _outbox", (standing,)
    )
    office.round()
    assert [event["ref"] for event in office.hook.events] == [f"{page}@3"]


def test_what_was_told_and_stands_no_longer_is_taken_back(office):
    """Whoever was told is told so, as a reply."""
    office.configure(HOOK + EVERYTHING, MAIL + 'send = ["alert"]\n')
    [page] = office.known()
    office.edit(page)
    office.round()
    version = office.story.value("SELECT max(id) FROM versions")
    retract(office, version)
    office.story.connection.execute(
        "INSERT INTO _outbox (kind, version_id, created_at) VALUES ('withdrawn', ?, ?)",
        (version, office.hook.events[0]["told_at"]),
    )
    office.round()
    assert office.hook.kinds == ["silent", "withdrawn"]
    assert office.hook.events[1]["reason"] == "the body reads as no change"
    assert office.hook.bodies[1]["reply_to"] == office.hook.bodies[0]["id"]
    assert office.post.mails == []


# ------------------------------------------------------------------------------------------------- rebuilds


def rebuilt(office, pages, text: str = "The port of {} was rebuilt.") -> None:
    """Find all pages edited in one run, without anybody having said what that is."""
    for page in pages:
        office.edit(page, text)


def test_a_rebuild_is_one_alert_and_held_messages(office):
    """What a run found edited by the score is held back, also where the run was killed before it could say so."""
    pages = office.known(30)
    rebuilt(office, pages)
    office.round()
    assert office.hook.kinds == []
    office.round(minutes=1)
    assert office.hook.kinds == ["alert"]
    alert = office.hook.events[0]["alert"]
    assert (alert["kind"], alert["subject"], alert["held"]) == ("bulk", "jiaxing/today", 30)
    assert [state for _, state, _ in office.states()].count("held") == 60
    assert "held back until you say: jiaxing-today notify release jiaxing/today" in office.post.read[0].get_content().replace(
        "\n", " "
    )


def test_held_messages_outlive_the_alert(office):
    """The alert ends with a quiet run; what it held stays held, and what the quiet run found is told."""
    pages = office.known(30)
    rebuilt(office, pages)
    office.round()
    office.end_run()
    office.story.archive.recovered("bulk", "jiaxing/today")
    office.edit(pages[0], "A last word on {}.")
    office.round()
    assert office.hook.kinds == ["alert", "recovery", "silent"]
    assert office.hook.events[0]["alert"]["held"] == 30


def test_more_of_a_rebuild_is_held_while_its_alert_is_open(office):
    """A rebuild that takes several runs is held as a whole, however few pages a run finds."""
    pages = office.known(30)
    rebuilt(office, pages[:25])
    office.round()
    office.edit(pages[29])
    office.round()
    office.round()
    assert office.hook.kinds == ["alert"]
    assert [state for _, state, _ in office.states()].count("held") == 52


def test_release_and_drop(office):
    """What is held is let go or dropped by hand, by section or altogether."""
    pages = office.known(30)
    rebuilt(office, pages)
    office.round()
    archive, now = office.story.archive, office.story.clock()
    assert notify.release_held(archive, office.settings, "jiaxing/other", now) == 0
    assert notify.release_held(archive, office.settings, "jiaxing/today", now) == 60
    office.round()
    assert sorted(office.hook.kinds) == ["alert", *["silent"] * 30]
    rebuilt(office, pages, "And once more: {}.")
    office.round()
    assert notify.drop_held(archive, None, office.story.clock()) == 60
    office.round()
    assert len(office.hook.kinds) == 31
    assert office.states()[-1][1:] == ("dropped", "dropped by hand")


# ------------------------------------------------------------------------------------------------- whom it concerns


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        ('sections = ["jiaxing/*"]', ["silent"]),
        ('sections = ["jiaxing"]', ["silent"]),
        ('sections = ["nanhu/*"]', []),
        ('labels = ["name"]', ["silent"]),
        ('labels = ["numeric"]', []),
        ('keywords = ["ZHANG  BING"]', ["silent"]),
        ('keywords = ["李军"]', []),
    ],
)
def test_rules(office, rules, kinds):
    """A receiver is told of what its rules let through; a keyword may stand in what was taken out."""
    office.configure(HOOK + EVERYTHING + rules)
    [page] = office.known()
    office.edit(page)
    office.round()
    assert office.hook.kinds == kinds


def test_a_chinese_keyword(office):
    """A name of two characters is found as it is printed in lists, with a wide space between them."""
    office.configure(HOOK + EVERYTHING + 'keywords = ["张兵"]\n')
    pages = office.story.sweep(PAGES[:2])
    office.story.look(pages[0], "出席会议的有张　兵、李军。")
    office.story.look(pages[1], "出席会议的有李军。")
    office.end_run()
    office.story.look(pages[0], "出席会议的有张　兵。")
    office.story.look(pages[1], "出席会议的有王强。")
    office.round(hours=1)
    assert [event["ref"] for event in office.hook.events] == [f"{pages[0]}@2"]


def test_a_new_receiver_is_told_of_the_last_day(office):
    """What is older concerns nobody, and is settled by that."""
    [page] = office.known()
    office.edit(page)
    office.end_run()
    office.story.clock.skip(hours=30)
    office.edit(page, "Something new about {}.")
    office.round()
    assert [event["ref"] for event in office.hook.events] == [f"{page}@3"]
    assert office.story.value("SELECT count(*) FROM _outbox WHERE routed_at IS NULL") == 0


def test_a_receiver_that_is_gone_is_told_nothing(office):
    """What waits for it is dropped, and the archive knows it no more."""
    [page] = office.known()
    office.hook.stop()
    office.edit(page)
    office.round()
    office.configure(MAIL + EVERYTHING)
    office.edit(page, "Once more {}.")
    office.round(hours=1)
    assert ("site", "dropped", "there is no such receiver any more") in office.states()
    assert office.story.column("SELECT name FROM _receivers") == ["desk"]


# ------------------------------------------------------------------------------------------------- digests


def test_a_digest_holds_a_day_of_the_portals_zone(office):
    """One message at the hour of the first portal's zone, whose clocks change that night, with all since the last."""
    (office.folder / "newyork.toml").write_text(
        'name = "jiaxing"\nhosts = ["www.jiaxing.gov.cn"]\ntimezone = "America/New_York"\n[sections.today]\ntitle = "x"\n'
        'listing = "http://www.jiaxing.gov.cn/col/"\n'
    )
    daily = 'when = "daily 08:00"\n'
    office.configure(HOOK + EVERYTHING + daily, MAIL + EVERYTHING + daily, more='portals = ["newyork.toml"]\n')
    pages = office.known(3)
    office.story.clock.moment = office.story.clock.moment.replace(month=3, day=7, hour=12, minute=30)  # 07:30 in New York
    office.end_run()
    office.edit(pages[0])
    assert office.round().delivered == 0
    assert office.round(hours=1).delivered == 2
    office.edit(pages[1])
    office.story.fails(pages[2])
    office.round()
    assert office.round(hours=22, minutes=10).delivered == 0  # 11:43 in UTC: 07:43, on the day after clocks went forward
    assert office.round(minutes=20).delivered == 2
    assert [(body["type"], [event["kind"] for event in body["events"]]) for body in office.hook.bodies] == [
        ("digest", ["silent"]),
        ("digest", ["silent", "suspect"]),
    ]
    assert office.post.subjects[1] == "[Jiaxing Today] 1 silent edit, 1 page not answering"
    text = office.post.read[1].get_content()
    assert "1. SILENT EDIT" in text
    assert "(America/New_York, -05:00)" in text


def test_a_digest_that_fails_is_sent_again_as_one(office):
    """It arrives with all that was in it, under the key that it had; what comes later waits for the next."""
    office.configure(HOOK + EVERYTHING + 'when = "daily 08:00"\n')
    pages = office.known(3)
    for page in pages[:2]:
        office.edit(page)
    office.end_run()
    office.round()
    office.hook.status = 503
    office.round(hours=24)
    office.edit(pages[2])
    office.round()
    office.hook.status = 200
    office.round(hours=1)
    first, second = office.hook.bodies
    assert (first, len(first["events"])) == (second, 2)
    assert [state for _, state, _ in office.states()] == ["delivered", "delivered", "waiting"]


# ------------------------------------------------------------------------------------------------- at least once


def test_killed_between_sending_and_recording(office):
    """It is sent again, under the same key and with the same text, and recorded once."""
    [page] = office.known()
    office.edit(page)
    office.end_run()
    archive, settings, now = office.story.archive, office.settings, office.story.clock()
    assert all(sent.error is None for sent in notify.send(notify.route(archive, settings, now), settings, now))
    assert office.round(minutes=1) == Tally()
    assert office.round(minutes=1).delivered == 2
    first, second = office.hook.requests
    assert first[1]["Idempotency-Key"] == second[1]["Idempotency-Key"]
    assert first[2] == second[2]
    assert office.post.read[0]["Message-ID"] == office.post.read[1]["Message-ID"]
    assert [state for _, state, _ in office.states()] == ["delivered"] * 2


def test_what_may_have_arrived_is_told_to_its_end(office):
    """An alert that was sent, as far as we know, is sent again though it is over, so that its end has something to end."""
    office.known()
    office.story.archive.alert(LAYOUT)
    now = office.story.clock()
    notify.send(notify.route(office.story.archive, office.settings, now), office.settings, now)
    office.story.archive.recovered("layout", "jiaxing/today")
    office.round(minutes=3)
    assert office.hook.kinds == ["alert", "alert", "recovery"]


def test_two_rounds_at_a_time_send_nothing_twice(office):
    """What one process is sending, another that has its round meanwhile leaves alone."""
    for page in office.known(3):
        office.edit(page)
    office.end_run()
    archive, settings, now = office.story.archive, office.settings, office.story.clock()
    parcels = notify.route(archive, settings, now)
    assert notify.route(archive, settings, office.story.clock()) == []
    sent = notify.send(parcels, settings, now)
    notify.record(archive, settings, sent, office.story.clock(), Random(1))
    assert office.round(minutes=5) == Tally()
    assert (len(office.hook.requests), len(office.post.mails)) == (3, 3)


def test_the_archive_is_free_while_messages_are_sent(office):
    """It is opened twice, and not held in between."""
    [page] = office.known()
    office.edit(page)
    office.end_run()
    held = []

    class Door(nullcontext):
        def __enter__(self):
            held.append(len(office.hook.requests))
            return super().__enter__()

        def __exit__(self, *exc: object) -> None:
            held.append(len(office.hook.requests))

    notify.notify_round(lambda: Door(office.story.archive), office.settings, lambda: office.story.clock.moment, Random(1))
    assert held == [0, 0, 1, 1]


def test_a_test_is_no_event(office):
    """It says that it is a test, and leaves nothing in the archive."""
    for name in ("site", "desk"):
        assert notify.send_test(name, office.settings, office.story.clock()).error is None
    assert (office.hook.bodies[0]["type"], office.hook.events) == ("test", [])
    assert office.post.subjects == ["[Jiaxing Today] TEST: this is only a test"]
    assert office.states() == []


def test_the_mended_clock_keeps_nothing_back(office):
    """What a clock that ran ahead put off is told when it is right again, also to a receiver that was first seen by it."""
    [page] = office.known()
    office.story.archive.alert(LAYOUT)
    office.edit(page)
    office.hook.status = 500
    office.end_run()
    right = office.story.clock.moment
    office.story.clock.skip(days=300)
    office.round()
    office.story.clock.moment = right
    office.hook.status = 200
    office.edit(page, "And another {}.")
    office.story.clock.skip(hours=2)
    office.round(end=False)
    assert office.hook.kinds.count("silent") == 1


def test_a_challenge_is_no_suspicion_of_removal(office):
    """A page that came as a test for browsers is told with what came."""
    [page] = office.known()
    office.story.fails(page, Outcome.CHALLENGE, 412)
    office.round()
    assert [(event["kind"], event["instead"]) for event in office.hook.events] in ([], [("suspect", "a test for browsers")])


def test_alerts_of_hosts_and_of_nobody_in_particular(office):
    """A host's alert concerns the sections of its portal; one about the archive concerns everybody who is sent alerts."""
    office.configure(HOOK + EVERYTHING + 'sections = ["nanhu/*"]\n')
    office.known()
    office.story.archive.alert(replace(LAYOUT, kind="host", subject="www.jiaxing.gov.cn"))
    office.story.archive.alert(replace(LAYOUT, kind="disk", subject="disk"))
    office.round()
    assert [event["alert"]["subject"] for event in office.hook.events] == ["disk"]
