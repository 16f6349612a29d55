"""The daemon in real time, from a portal to people: what is published is told on schedule, and who is down misses nothing."""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from seeds.portal import Portal, PortalServer
from tests.daemons import daemon, until, write_portal, write_settings
from tests.storage.publish.conftest import Hook, Post

pytestmark = pytest.mark.slow

SCHEDULE = 60
"""Seconds between two readings of the listing: "every 1m", the shortest there is."""
RECEIVERS = """
[receivers.desk]
kind = "email"
to = ["desk@example.org"]
smtp = "smtp://127.0.0.1:{mail}"
sender = "archive@example.org"
send = ["new", "edited", "silent"]

[receivers.hook]
kind = "webhook"
url = "http://127.0.0.1:{hook}/press"
secret_file = "secret"
send = ["new", "edited", "silent"]
"""


@contextmanager
def served(server):
    """Let a receiver listen meanwhile."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_for(what, within):
    """Wait, in real time, until something holds; return how long that took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < within, f"not within {within} s"
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_new_release_is_told(tmp_path):
    """Read at the next reading of the listing, told to both; the mail server, which is down then, has its mail when it is back."""
    with PortalServer(Portal(1, 20)) as portal, served(Hook()) as hook, served(Post()) as post:
        write_portal(tmp_path, portal)
        (tmp_path / "secret").write_text("hush")
        write_settings(tmp_path, RECEIVERS.format(mail=post.port, hook=hook.port))
        with daemon(tmp_path) as process:
            until(process, "run")
            post.stop()
            portal.portal.publish("Third Rail Line Opens", paragraphs=["The line was opened on Monday."])
            portal.portal.publish("Wetland Plan Enters Second Phase", paragraphs=["The plan was agreed on."])
            took = wait_for(lambda: len(hook.kinds) >= 2, within=SCHEDULE + 60)
            assert took < SCHEDULE + 45, "a reading of the listing each minute, messages each half minute"
            assert post.mails == []
            post.start()
            wait_for(lambda: len(post.mails) >= 2, within=90)
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    titles = Counter(event["title"] for event in hook.events)
    assert titles == {"Third Rail Line Opens": 1, "Wetland Plan Enters Second Phase": 1}
    assert hook.kinds == ["new", "new"]
    mails = [content.decode() for _, content in post.mails]
    assert len(mails) == 2
    assert all(sum(title in mail.replace("\r\n ", " ") for mail in mails) == 1 for title in titles)
