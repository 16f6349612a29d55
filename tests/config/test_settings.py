"""The operator's settings: files, environment, secrets, and every way to get them wrong."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from config.settings import ENVIRONMENT, SOFTWARE, Settings, SettingsError, load, load_from_environment, read_portal

PORTAL = 'name = "{name}"\nhosts = ["a.cn"]\n[sections.s]\ntitle = "S"\nlisting = "https://a.cn/"\n'

# The operator's file of the design.
EXAMPLE = """
archive = "/var/lib/jiaxing-today/archive.db"
portals = ["jiaxing", "portals/nanhu.toml"]
vantage = "Frankfurt DE"
contact = ""
public_url = ""

[backup]
folder = "/var/backups/jiaxing-today"
keep = 2

[health]
ping_url = ""
listen = ""
stop_below_free = "500 MB"

[receivers.desk]
kind = "email"
to = ["desk@example.org"]
smtp = "smtp://archive@mail.example.org:587"
sender = ""
password_file = "/etc/jiaxing-today/smtp"
sections = ["jiaxing/*"]
send = ["removed", "suspect", "silent"]
labels = []
keywords = []
when = "at once"
"""


@pytest.fixture
def operator(tmp_path):
    """Return a function that writes jiaxing-today.toml and loads it, with an environment."""

    def write(text: str, **environ: str) -> Settings:
        (tmp_path / "jiaxing-today.toml").write_text(text, encoding="utf-8")
        return load(None, {f"JIAXING_TODAY_{name}": value for name, value in environ.items()}, tmp_path)

    return write


@pytest.fixture
def refusal(operator):
    """Return a function that writes jiaxing-today.toml and returns the error that it is refused with."""

    def refused(text: str, **environ: str) -> SettingsError:
        with pytest.raises(SettingsError) as caught:
            operator(text, **environ)
        return caught.value

    return refused


def test_no_file_is_needed(tmp_path):
    """Without any file the shipped portal is watched, into archive.db of the folder."""
    settings = load(None, {}, tmp_path)
    assert settings == Settings(archive=tmp_path / "archive.db", portals=(read_portal("jiaxing"),)).with_origins(
        settings.origins
    ).with_files(tmp_path, settings.portal_files)
    assert settings.origins == {"portals.jiaxing": "shipped jiaxing.toml"}


def test_the_defaults_are_the_documented_ones(tmp_path):
    """The bounds of a request and of a listing are what the documentation says."""
    settings = load(None, {}, tmp_path)
    assert (settings.unconditional_share, settings.known_rows_to_stop) == (0.05, 60)
    assert settings.fetch.model_dump() == {"timeout": "60s", "connect_timeout": "15s", "max_body": "5 MB", "max_file": "50 MB"}
    assert (settings.fetch.timeout, settings.fetch.connect_timeout, settings.fetch.max_body) == (60.0, 15.0, 5_000_000)
    assert (settings.backup.keep, settings.backup.folder, settings.health.stop_below_free) == (2, None, 500_000_000)


def test_the_default_archive_of_the_current_folder_has_a_short_name():
    """In the current folder the archive is plain archive.db, as messages should say."""
    assert load(None, {}, Path()).archive == Path("archive.db")


def test_the_documented_example_is_read(operator, tmp_path):
    """Every key of the operator's example exists, and says what it says."""
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals/nanhu.toml").write_text(PORTAL.format(name="nanhu"), encoding="utf-8")
    settings = operator(EXAMPLE)
    assert [portal.name for portal in settings.portals] == ["jiaxing", "nanhu"]
    written = settings.model_dump(mode="json") | {"portals": ["jiaxing", "portals/nanhu.toml"]}
    assert {key: written[key] for key in tomllib.loads(EXAMPLE)} == tomllib.loads(EXAMPLE)


def test_the_user_agent_names_the_software_and_the_contact(operator):
    """A contact is optional; the software is always named, and never a browser."""
    assert operator("").user_agent == "jiaxing-today/0.1"
    assert operator('contact = "desk@example.org"').user_agent == "jiaxing-today/0.1 (+desk@example.org)"


def test_the_user_agent_has_the_projects_version():
    """The version in the User-Agent is the project's."""
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"{project['name']}/{project['version'].rpartition('.')[0]}" == SOFTWARE


def test_relative_paths_are_meant_from_the_file(tmp_path):
    """A settings file can be used from any folder."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/mine.toml").write_text('archive = "a.db"\n[backup]\nfolder = "b"', encoding="utf-8")
    settings = load(Path("etc/mine.toml"), {}, tmp_path)
    assert (settings.archive, settings.backup.folder) == (tmp_path / "etc/a.db", tmp_path / "etc/b")


def test_the_environment_wins_over_the_file(operator, tmp_path):
    """Every variable overrides its setting, and the origins say so."""
    settings = operator(
        'archive = "a.db"\nvantage = "x"\ncontact = "x"\nproxy = "http://x:1"\npublic_url = ""',
        ARCHIVE="b.db",
        VANTAGE="Frankfurt DE",
        CONTACT="desk@example.org",
        PROXY="http://p:2",
    )
    assert (settings.archive, settings.vantage) == (tmp_path / "b.db", "Frankfurt DE")
    assert (settings.contact, settings.proxy) == ("desk@example.org", "http://p:2")
    assert {key: settings.origins[key] for key in ENVIRONMENT.values()} == {key: variable for variable, key in ENVIRONMENT.items()}
    assert settings.origins["public_url"] == str(tmp_path / "jiaxing-today.toml")


def test_an_empty_variable_counts_as_not_set(operator):
    """Emptying a variable is the usual way to take it back."""
    assert operator('vantage = "x"', VANTAGE="", CONFIG="").vantage == "x"


def test_a_wrong_variable_is_named(refusal):
    """An error in the environment names the variable, not the file."""
    assert str(refusal("", CONTACT="a(b)")).startswith("JIAXING_TODAY_CONTACT: contact: must be plain ASCII")


def test_an_explicit_file_goes_before_the_variable_and_that_before_the_folder(tmp_path):
    """The order is --config, JIAXING_TODAY_CONFIG, jiaxing-today.toml of the folder."""
    for name in ("explicit", "variable", "jiaxing-today"):
        (tmp_path / f"{name}.toml").write_text(f'vantage = "{name}"', encoding="utf-8")
    environ = {"JIAXING_TODAY_CONFIG": "variable.toml"}
    assert load(tmp_path / "explicit.toml", environ, tmp_path).vantage == "explicit"
    assert load(None, environ, tmp_path).vantage == "variable"
    assert load(None, {}, tmp_path).vantage == "jiaxing-today"


@pytest.mark.parametrize(("path", "environ"), [(Path("no.toml"), {}), (None, {"JIAXING_TODAY_CONFIG": "no.toml"})])
def test_a_named_file_must_exist(tmp_path, path, environ):
    """A file that was asked for and is not there is an error, never the defaults."""
    with pytest.raises(SettingsError, match=r"no\.toml: there is no such file"):
        load(path, environ, tmp_path)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    """A folder, or bytes that are no UTF-8, in place of the file are named."""
    (tmp_path / "latin.toml").write_bytes(b'vantage = "\xe9"')
    with pytest.raises(SettingsError, match=r"latin\.toml: is not UTF-8 text \(byte 11\)"):
        load(Path("latin.toml"), {}, tmp_path)
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load(tmp_path, {}, tmp_path)


def test_the_process_environment_is_read(tmp_path, monkeypatch):
    """The command line needs no access to the environment of its own."""
    monkeypatch.setenv("JIAXING_TODAY_VANTAGE", "Oslo NO")
    monkeypatch.delenv("JIAXING_TODAY_CONFIG", raising=False)
    assert load_from_environment(folder=tmp_path).vantage == "Oslo NO"


WRONG = [
    ('contcat = "x"', "contcat", 'unknown key (did you mean "contact"?)'),
    ("fetch.timout = 1", "fetch.timout", 'unknown key (did you mean "timeout"?)'),
    ("max_body = 1", "max_body", 'unknown key (did you mean "fetch.max_body"?)'),
    ('receivers.desk.kid = "x"', "receivers.desk.kind", "is missing"),
    ("archive = 1", "archive", "must be a path in quotes"),
    ('archive = ""', "archive", "must be a path in quotes"),
    ('contact = "a\\nb"', "contact", "must be plain ASCII"),
    ('vantage = "a\\nb"', "vantage", "must be one line"),
    ("unconditional_share = 2.0", "unconditional_share", "must be at most 1"),
    ('unconditional_share = "x"', "unconditional_share", "must be a number"),
    ("known_rows_to_stop = 0", "known_rows_to_stop", "must be at least 1"),
    ('fetch.max_body = "big"', "fetch.max_body", "must be a number with a unit"),
    ("fetch.max_body = 5", "fetch.max_body", "must be a number with a unit"),
    ("fetch = 1", "fetch", "must be a table"),
    ("portals = []", "portals", "must be a list of names or files"),
    ('portals = "jiaxing"', "portals", "must be a list of names or files"),
    ("portals = [1]", "portals", "must be a list of names or files"),
    ('portals = ["jiaxng"]', "portals", 'did you mean "jiaxing"'),
    ('proxy = "gopher://x"', "proxy", 'must be as in "http://proxy.example.org:3128"'),
    ('proxy = "http://x:port"', "proxy", 'must be as in "http://proxy.example.org:3128"'),
    ('[health]\nlisten = "9108"', "health.listen", 'must be as in "127.0.0.1:9108"'),
    ('[health]\nlisten = "127.0.0.1:99999"', "health.listen", 'must be as in "127.0.0.1:9108"'),
    ('[health]\nlisten = "0.0.0.0:9108"', "health.listen", "must be an address of this machine alone"),
    ('[health]\nlisten = "[::]:9108"', "health.listen", "must be an address of this machine alone"),
    ('[receivers.d]\nkind = "pigeon"\nto = ["a@b"]', "receivers.d.kind", "must be 'email', 'webhook', 'apprise', 'witness'"),
    ('[receivers.d]\nkind = "wehbook"', "receivers.d.kind", 'did you mean "webhook"?'),
    ('[receivers.d]\nto = ["a@b"]', "receivers.d.kind", "is missing"),
    ("[receivers]\nd = 5", "receivers.d", "must be a table"),
    ('[receivers.d]\nkind = "email"\nto = ["a@b"]\nsmpt = "smtp://x"', "receivers.d.smpt", 'unknown key (did you mean "smtp"?)'),
    ('[receivers.d]\nkind = "email"\nto = ["a@b"]\nsmtp = "x"', "receivers.d.smtp", "must be as in"),
    ('[receivers.d]\nkind = "email"\nto = ["a"]\nsmtp = "smtp://x"', "receivers.d.to[0]", "must be a bare address"),
    ('[receivers.d]\nkind = "email"\nto = ["a@b"]\nsmtp = "smtp://u:p@x"', "receivers.d.smtp", "must hold no password"),
    ('[receivers.d]\nkind = "email"\nto = ["a@b"]\nsmtp = "smtp://x"\nsend = ["baseline"]', "receivers.d.send[0]", "must be 'new'"),
    ('[receivers.d]\nkind = "email"\nto = ["a@b"]\nsmtp = "smtp://x"\nlabels = ["nmae"]', "receivers.d.labels[0]", 'mean "name"?'),
    ('[receivers.d]\nkind = "email"\nto = ["a@b"]\nsmtp = "smtp://x"\nwhen = "8:00"', "receivers.d.when", 'as in "daily 08:00"'),
    ('[receivers.d]\nkind = "webhook"\nurl = "https://h"', "receivers.d.secret_file", "is missing"),
    ('[receivers.d]\nkind = "webhook"\nurl = ""\nsecret_file = "s"', "receivers.d.url", "must be a whole address"),
    ('[receivers.d]\nkind = "webhook"\nurl = "https://u:p@h"\nsecret_file = "s"', "receivers.d.url", "must hold no password"),
    ('[receivers.d]\nkind = "witness"', "receivers.d.endpoint", "is missing"),
    ('[receivers.d]\nkind = "witness"\nendpoint = "https://h/save/"', "receivers.d.endpoint", "must hold {url}"),
    ('[receivers.d]\nkind = "apprise"', "receivers.d.addresses_file", "is missing"),
]


@pytest.mark.parametrize(("text", "key", "why"), WRONG, ids=[key + str(number) for number, (_, key, _) in enumerate(WRONG)])
def test_a_wrong_key_is_named_with_its_reason(refusal, tmp_path, text, key, why):
    """Every mistake names the file, the dotted key and what to write instead, in one line."""
    error = refusal(text)
    assert (error.file, error.key) == (str(tmp_path / "jiaxing-today.toml"), key)
    assert why in error.why
    assert "\n" not in str(error)


def test_a_wrong_portal_names_its_own_file(refusal, tmp_path):
    """A mistake in a portal's file is not blamed on the operator's."""
    (tmp_path / "a.toml").write_text("nme = 1", encoding="utf-8")
    assert refusal('portals = ["a.toml"]').file == str(tmp_path / "a.toml")
    assert refusal('portals = ["b.toml"]').file == str(tmp_path / "b.toml")


@pytest.mark.parametrize("entries", ['["jiaxing", "mine.toml"]', '["mine.toml", "jiaxing"]'])
def test_a_users_portal_replaces_the_shipped_one_of_its_name(operator, tmp_path, entries):
    """A user's file with the same name wins, whatever the order and whatever the file is called."""
    (tmp_path / "mine.toml").write_text(PORTAL.format(name="jiaxing"), encoding="utf-8")
    settings = operator(f"portals = {entries}")
    assert [portal.hosts for portal in settings.portals] == [("a.cn",)]
    assert settings.origins["portals.jiaxing"] == f"{tmp_path / 'mine.toml'} (wins over the shipped one of that name)"


def test_two_files_of_one_name_are_refused(refusal, tmp_path):
    """Of two files of the user's nobody could say which one is meant; the same file twice is no harm."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(PORTAL.format(name="same"), encoding="utf-8")
    assert 'two files call their portal "same"' in refusal('portals = ["a.toml", "a.toml", "b.toml"]').why


SECRET = "hunter2"


def test_a_secret_never_shows(operator):
    """A proxy's password is used but never printed, dumped or put into an error."""
    settings = operator("", PROXY=f"http://user:{SECRET}@proxy:3128")
    assert settings.proxy == f"http://user:{SECRET}@proxy:3128"
    assert settings.model_dump()["proxy"] == "http://***@proxy:3128"
    assert json.loads(settings.model_dump_json())["proxy"] == "http://***@proxy:3128"
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


def test_a_wrong_secret_is_not_repeated(refusal):
    """An error about a secret does not tell it, not even in its causes."""
    error = refusal("", PROXY=f"nonsense://user:{SECRET}@proxy")
    assert SECRET not in f"{error} {error.hint} {error.__cause__!r}"
    assert str(error).startswith("JIAXING_TODAY_PROXY: proxy: ")


def test_the_settings_file_holds_no_secret(refusal):
    """A password in the file that people copy is refused with what to do, and is not repeated."""
    error = refusal(f'proxy = "http://user:{SECRET}@proxy:3128"')
    assert (error.key, error.why) == ("proxy", "must hold no password")
    assert "`proxy_file`" in str(error.hint)
    assert "JIAXING_TODAY_PROXY" in str(error.hint)
    assert SECRET not in f"{error} {error.hint}"


def test_a_proxy_is_read_from_a_file_of_its_own(operator, tmp_path):
    """`proxy_file` names a file that holds the address; the variable still wins."""
    (tmp_path / "proxy").write_text(f"http://user:{SECRET}@proxy:3128\n", encoding="utf-8")
    settings = operator('proxy_file = "proxy"')
    assert settings.proxy == f"http://user:{SECRET}@proxy:3128"
    assert settings.origins["proxy"] == str(tmp_path / "proxy")
    assert operator('proxy_file = "proxy"', PROXY="http://other:1").proxy == "http://other:1"


def test_a_useless_proxy_file_is_named(refusal, tmp_path):
    """A missing, empty or wrong file, or one beside `proxy`, is an error."""
    assert refusal('proxy_file = "none"').file == str(tmp_path / "none")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    assert refusal('proxy_file = "empty"').why == "holds no address of a proxy"
    (tmp_path / "wrong").write_text("proxy", encoding="utf-8")
    assert refusal('proxy_file = "wrong"').file == str(tmp_path / "wrong")
    assert "keep one" in refusal('proxy_file = "empty"\nproxy = "http://x:1"').why


def test_receivers_of_every_kind(operator, tmp_path):
    """The kind tells which keys a receiver has; files lie beside the settings, and nobody is told of anything unasked."""
    settings = operator(
        """
[receivers.desk]
kind = "email"
to = ["desk@example.org"]
smtp = "smtps://archive@mail.example.org"

[receivers.site]
kind = "webhook"
url = "http://127.0.0.1:8000/hook"
secret_file = "secret"

[receivers.phone]
kind = "apprise"
addresses_file = "phone"
send = ["alert"]

[receivers.wayback]
kind = "witness"
endpoint = "https://archive.example.org/save/{url}"
"""
    )
    kinds = {name: (type(each).__name__, each.send[0], each.when) for name, each in settings.receivers.items()}
    assert kinds == {
        "desk": ("Email", "removed", "at once"),
        "site": ("Webhook", "removed", "at once"),
        "phone": ("Apprise", "alert", "at once"),
        "wayback": ("Witness", "new", "at once"),
    }
    assert settings.receivers["site"].secret_file == tmp_path / "secret"
    assert operator("").receivers == {}
