"""The operator's settings: one file, `jiaxing-today.toml`, over which the environment wins.  No file is needed.

What every setting is, with its default, stands in the models: `Settings` here, its lesser tables in `config.receivers`,
`Portal` in `config.portal`.  Whatever cannot be used is a `SettingsError`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError

from config.errors import SettingsError
from config.model import Duration, Kind, Line, Location, Model, Place, PositiveCount, SecretUrl, Share, Size, Slug, Url
from config.portal import Portal, Section, Select, find_portal, is_shipped, origin_of, parse_portal, read_portal, shipped_portals
from config.reading import parse_toml, read_text, settings_error
from config.receivers import Backup, Health, Receiver

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CONFIG_FILE",
    "DEFAULT_PORTALS",
    "ENVIRONMENT",
    "SOFTWARE",
    "Backup",
    "FetchOptions",
    "Health",
    "Portal",
    "Receiver",
    "Section",
    "Select",
    "Settings",
    "SettingsError",
    "load",
    "load_from_environment",
    "parse_portal",
    "read_portal",
    "shipped_portals",
]

SOFTWARE = "jiaxing-today/0.1"
CONFIG_FILE = "jiaxing-today.toml"
CONFIG_VARIABLE = "JIAXING_TODAY_CONFIG"

# Environment variable -> the setting that it overrides.
ENVIRONMENT = {
    "JIAXING_TODAY_ARCHIVE": "archive",
    "JIAXING_TODAY_CONTACT": "contact",
    "JIAXING_TODAY_PROXY": "proxy",
    "JIAXING_TODAY_VANTAGE": "vantage",
}

DEFAULT_PORTALS = ("jiaxing",)


def _contact(text: str) -> str:
    """Check that a contact can stand in a request header's comment (RFC 9110, section 5.6.5)."""
    if not text.isascii() or not text.isprintable() or any(mark in text for mark in "()\\"):
        raise ValueError('must be plain ASCII without brackets, as in "desk@example.org": it stands in the User-Agent')
    return text


def _proxy(text: str) -> str:
    """Check the address of a proxy, without ever repeating it: it may hold a password."""
    try:
        parts = urlsplit(text)
        whole = bool(parts.hostname) and (parts.port or True)
    except ValueError:
        whole = False
    if text and (not whole or parts.scheme not in ("http", "https", "socks5", "socks5h")):
        raise ValueError('must be as in "http://proxy.example.org:3128"')
    return text


class FetchOptions(Model):
    """The bounds of a single request."""

    timeout: Duration = Field(default=60.0, description="Longest that one request may take, from first to last byte.")
    connect_timeout: Duration = Field(default=15.0, description="Longest that a connection may take to be made.")
    max_body: Size = Field(
        default=5_000_000,
        description="Largest body that is taken, on the wire and unpacked. Press releases are far smaller; over 5 MB none is read.",
    )

    max_file: Size = Field(
        default=50_000_000, description="Largest attached file that is taken; a larger one is on record, without its bytes."
    )


class Settings(Model):
    """The operator's settings.  Immutable; `settings.model_copy(update={"archive": path})` serves a command line's wish."""

    archive: Place = Field(default=Path("archive.db"), description="The archive's file.")
    portals: tuple[Portal, ...] = Field(
        description='Portals to watch: names of shipped ones, or files near this one. Example: ["jiaxing", "portals/nanhu.toml"].',
    )
    vantage: Line = Field(default="", description="Where we watch from, printed in every proof: free words, never guessed.")
    contact: Annotated[str, Kind("text"), AfterValidator(_contact)] = Field(
        default="",
        description="Whom a portal's administrator may write to; empty: the User-Agent names the software only.",
    )
    public_url: Url = Field(default="", description="Where the archive's pages are served; empty: mails carry no links to them.")
    proxy: Annotated[SecretUrl, AfterValidator(_proxy)] = Field(
        default="",
        description="Proxy for all requests, without a password; empty: none. Proxy variables of the system are not used.",
    )
    proxy_file: Location = Field(default=None, description="File that holds the proxy's address, where that has a password.")
    unconditional_share: Share = Field(
        default=0.05,
        description="Share of looks that ask for the whole page, to catch servers that wrongly say it is unchanged.",
    )
    known_rows_to_stop: PositiveCount = Field(
        default=60,
        description="Rows known already, one after another, after which a listing is read no further (full sweeps read all).",
    )
    fetch: FetchOptions = Field(default=FetchOptions(), description="The bounds of a single request.")
    backup: Backup = Field(default=Backup(), description="Copies of the archive.")
    health: Health = Field(default=Health(), description="How somebody notices that the daemon is dead.")
    receivers: dict[Slug, Receiver] = Field(default={}, description="Who is told of changes, by a name of your own.")
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _folder: Path = PrivateAttr(default=Path())
    _portal_files: dict[str, Path] = PrivateAttr(default_factory=dict)

    @property
    def user_agent(self) -> str:
        """The User-Agent that every request carries: the software, and whom to write to where a contact is given."""
        return f"{SOFTWARE} (+{self.contact})" if self.contact else SOFTWARE

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each top-level setting that is not a default, and each `portals.NAME`, came from: a file or a variable."""
        return self._origins

    @property
    def folder(self) -> Path:
        """The folder that portals' files are looked for in: that of the settings' file, else the one worked in."""
        return self._folder

    @property
    def portal_files(self) -> Mapping[str, Path]:
        """The file that each portal was read from, by the portal's name."""
        return self._portal_files

    def with_files(self, folder: Path, files: Mapping[str, Path]) -> Settings:
        """Return the same settings, knowing in which folder they stand and which files their portals were read from."""
        settings = self.model_copy()
        settings._folder, settings._portal_files = folder, dict(files)  # noqa: SLF001 - an instance of this very class
        return settings

    def with_origins(self, origins: Mapping[str, str]) -> Settings:
        """Return the same settings, knowing where they came from."""
        settings = self.model_copy()
        settings._origins = dict(origins)  # noqa: SLF001 - an instance of this very class
        return settings


def load_from_environment(path: Path | None = None, folder: Path | None = None) -> Settings:
    """Return the settings that hold here and now: `path` if given, this process's environment, the current folder.

    Raises SettingsError for whatever cannot be used.
    """
    return load(path, os.environ, folder or Path())


def load(path: Path | None, environ: Mapping[str, str], folder: Path) -> Settings:
    """Return the settings of `path`, else of JIAXING_TODAY_CONFIG in `environ`, else of `folder`, else the defaults.

    Variables in `environ` win over the file; an empty one counts as not set.  Relative paths in the file are meant from the
    file's folder, those in variables, and the default archive, from `folder`.  Raises SettingsError for what cannot be used.
    """
    file = _config_file(path, environ, folder)
    base, label = (file.parent, str(file)) if file else (folder, "")
    data = parse_toml(read_text(file), label) if file else {}
    _refuse_password(data.get("proxy"), label)
    origins = dict.fromkeys(data, label)
    overrides = {key: variable for variable, key in ENVIRONMENT.items() if environ.get(variable)}
    data |= {key: environ[variable] for key, variable in overrides.items()}
    if "archive" in overrides or "archive" not in data:
        data["archive"] = folder / Path(data.get("archive", "archive.db")).expanduser()
    origins |= overrides
    portals = _portals(data.get("portals", list(DEFAULT_PORTALS)), base, label)
    data["portals"] = tuple(portal for portal, _ in portals)
    origins |= {f"portals.{portal.name}": origin_of(portal, source) for portal, source in portals}
    settings = _with_proxy_file(_checked(data, base, origins), data, base, origins)
    return settings.with_files(base, {portal.name: source for portal, source in portals})


def _config_file(path: Path | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """Return the file to read, or None where none is named and none lies in `folder`."""
    named = path or environ.get(CONFIG_VARIABLE)
    if named:
        return folder / Path(named).expanduser()
    usual = folder / CONFIG_FILE
    return usual if usual.exists() else None


def _refuse_password(proxy: object, file: str) -> None:
    """Refuse a secret in the settings file, which people copy, show and keep under version control."""
    if isinstance(proxy, str) and ":" in proxy.rpartition("@")[0].rpartition("//")[2]:
        hint = f"Put the whole address into a file of its own and name that in `proxy_file`, or set {_variable('proxy')}."
        raise SettingsError("must hold no password", file=file, key="proxy", hint=hint)


def _variable(key: str) -> str:
    return next(variable for variable, setting in ENVIRONMENT.items() if setting == key)


def _portals(entries: object, base: Path, file: str) -> list[tuple[Portal, Path]]:
    """Return the portals that `entries` name, each with its file; of two with one name, a user's file wins over a shipped one.

    Raises SettingsError where an entry cannot be read or two files of the user's share a name.
    """
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries) or not entries:
        raise SettingsError('must be a list of names or files, as in ["jiaxing", "portals/nanhu.toml"]', file=file, key="portals")
    chosen: dict[str, tuple[Portal, Path]] = {}
    for path in dict.fromkeys(find_portal(entry, base, file or None) for entry in entries):
        portal = read_portal(path)
        rival = chosen.get(portal.name)
        if rival and not is_shipped(rival[1]) and not is_shipped(path):
            why = f'two files call their portal "{portal.name}": {rival[1]} and {path}'
            raise SettingsError(why, file=file or None, key="portals", hint="Change `name` in one of them.")
        if rival is None or is_shipped(rival[1]):
            chosen[portal.name] = (portal, path)
    return list(chosen.values())


def _checked(data: Mapping[str, Any], base: Path, origins: Mapping[str, str]) -> Settings:
    """Return the settings that `data` holds, paths placed in `base`; raises SettingsError for the first wrong one."""
    try:
        return Settings.model_validate(data, context={"folder": base}).with_origins(origins)
    except ValidationError as error:
        raise settings_error(error, Settings, lambda key: origins.get(key, "")) from None


def _with_proxy_file(settings: Settings, data: Mapping[str, Any], base: Path, origins: dict[str, str]) -> Settings:
    """Return `settings` with the proxy's address read from the file that `proxy_file` names, unless a variable gave it."""
    if settings.proxy_file is None or origins.get("proxy") in ENVIRONMENT:
        return settings
    if settings.proxy:
        raise SettingsError("is given beside `proxy_file`: keep one of them", file=origins["proxy"], key="proxy")
    address = read_text(settings.proxy_file).strip()
    if not address:
        raise SettingsError("holds no address of a proxy", file=str(settings.proxy_file))
    origins["proxy"] = str(settings.proxy_file)
    return _checked({**data, "proxy": address}, base, origins)
