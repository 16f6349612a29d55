"""The public face: the portal file, and the portal in the foreground."""

from __future__ import annotations

import tomllib

import httpx

from seeds import portal
from seeds.portal import main, portal_file


def test_the_portal_file_is_what_a_crawler_needs():
    """Name, host, zone, leave to ask this machine, no waiting, no budgets, and the way to the section."""
    assert tomllib.loads(portal_file("http://127.0.0.1:8123/")) == {
        "name": "embedded",
        "title": "Embedded portal",
        "hosts": ["127.0.0.1:8123"],
        "timezone": "Asia/Shanghai",
        "allow_private": True,
        "politeness": {"delay": "0s", "requests_per_day": 0, "requests_per_day_backfill": 0},
        "sections": {
            "today": {"title": "Jiaxing Today", "start": ["http://127.0.0.1:8123/"], "follow": ["English", "Jiaxing Today"]}
        },
    }


def test_another_list_may_be_named():
    """A portal file may name the list, a feed for one, instead of the way to it."""
    section = tomllib.loads(portal_file("http://127.0.0.1:8123", "/en/jxtd/rss.xml"))["sections"]["today"]
    assert section == {"title": "Jiaxing Today", "listing": "http://127.0.0.1:8123/en/jxtd/rss.xml"}


def test_the_face_exports_what_it_names():
    """Every name of `__all__` is there."""
    assert all(hasattr(portal, name) for name in portal.__all__)


def test_main_serves_and_says_where(capsys):
    """In the foreground it prints its address, answers there, and ends without a word."""
    answers = []
    main(["--seed", "2", "--releases", "40"], lambda server: answers.append(httpx.get(server.base_url, trust_env=False)))
    printed = capsys.readouterr().out
    assert answers[0].status_code == 200
    assert str(answers[0].url).rstrip("/") in printed


def test_main_serves_any_platform():
    """What the portal looks like is an option."""
    homes = []
    main(["--releases", "30", "--platform", "trs"], lambda server: homes.append(httpx.get(server.base_url, trust_env=False).text))
    assert 'href="/en/" title="English"' in homes[0]


def test_main_ends_at_ctrl_c():
    """Ctrl-C is the ordinary end."""

    def interrupted(_server):
        raise KeyboardInterrupt

    main(["--releases", "30"], interrupted)
