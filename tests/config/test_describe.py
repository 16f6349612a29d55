"""The settings as rows for people, and as they hold."""

from __future__ import annotations

import json
import tomllib

from config.describe import describe_settings, effective
from config.settings import load


def rows() -> dict[str, tuple[str, str]]:
    """Return type and default of every described setting."""
    return {row.name: (row.type, row.default) for row in describe_settings()}


def test_every_setting_has_a_type_a_default_and_a_sentence():
    """No setting is left unexplained."""
    for row in describe_settings():
        assert row.file
        assert row.type
        assert row.help.endswith("."), row
        assert row.default == "required" or tomllib.loads(f"x = {row.default}")


def test_every_setting_is_described_once():
    """The operator's settings come first, then the portal's, none twice."""
    described = [(row.file, row.name) for row in describe_settings()]
    assert len(set(described)) == len(described)
    assert described[0] == ("jiaxing-today.toml", "archive")
    assert described[-1] == ("portals/NAME.toml", "sections.NAME.select.drop")


def test_types_and_defaults_are_in_the_words_of_the_file():
    """Kinds of values have names, and defaults are written as in TOML."""
    wanted = {
        "archive": ("path", '"archive.db"'),
        "portals": ("list of portals", '["jiaxing"]'),
        "fetch.timeout": ("duration", '"60s"'),
        "fetch.max_body": ("size", '"5 MB"'),
        "backup.folder": ("path", '""'),
        "receivers.NAME.kind": ("one of email, webhook, apprise, witness", "required"),
        "receivers.NAME.to": ("list of text", "required"),
        "receivers.NAME.secret_file": ("path", "required"),
        "receivers.NAME.every": ("duration", '"15s"'),
        "receivers.NAME.send": (
            "list of one of new, edited, silent, suspect, removed, restored, alert",
            '["removed", "suspect", "silent"]',
        ),
        "hosts": ("list of text", "required"),
        "allow_private": ("true or false", "false"),
        "politeness.delay": ("duration", '"2s"'),
        "politeness.quiet_hours": ("list of text", "[]"),
        "removal.spread": ("duration", '"24h"'),
        "schedule.discover": ("schedule", '"every 1h from 07:00 to 22:00"'),
        "sections.NAME.platform": ("one of auto, jpage, jpaas, trs, static", '"auto"'),
    }
    described = rows()
    assert {name: described[name] for name in wanted} == wanted


def test_the_settings_that_hold_are_json_with_their_origins(tmp_path):
    """What `config --json` prints is plain JSON, masked, and says where each given value came from."""
    (tmp_path / "jiaxing-today.toml").write_text('vantage = "Oslo NO"', encoding="utf-8")
    settings = load(None, {"JIAXING_TODAY_PROXY": "http://u:secret@p:1"}, tmp_path)
    shown = effective(settings)
    assert json.loads(json.dumps(shown)) == shown
    assert "secret" not in json.dumps(shown)
    assert shown["settings"]["proxy"] == "http://***@p:1"
    assert shown["user_agent"] == settings.user_agent
    assert shown["origins"] == {
        "vantage": str(tmp_path / "jiaxing-today.toml"),
        "proxy": "JIAXING_TODAY_PROXY",
        "portals.jiaxing": "shipped jiaxing.toml",
    }
