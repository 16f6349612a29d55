"""The command line, run inside the tests' own process, and an embedded portal with a story for it to tell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from crawler.cli import main
from seeds.portal import Portal, PortalServer, portal_file

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

__all__ = ["Bench", "bench", "run", "told"]

# What the tests' own environment says must not reach the commands.
_ENVIRONMENT = {f"JIAXING_TODAY_{name}": None for name in ("ARCHIVE", "CONFIG", "CONTACT", "PROXY", "VANTAGE")}


def run(*arguments: str | Path, code: int = 0, data: bytes | None = None) -> Result:
    """Run a command and return what it printed; its exit code must be `code`, and it must not have crashed."""
    result = CliRunner(env=_ENVIRONMENT).invoke(main, [str(argument) for argument in arguments], input=data)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def told(result: Result) -> str:
    """Return the one line of complaint of a command that failed: one line, a hint at most, and no traceback."""
    lines = result.stderr.strip().splitlines()
    errors = [line for line in lines if line.startswith("Error: ")]
    assert len(errors) == 1, result.stderr
    assert "Traceback" not in result.output
    return errors[0]


@dataclass(frozen=True)
class Bench:
    """A folder with settings for an embedded portal, and the portal."""

    folder: Path
    server: PortalServer

    @property
    def portal(self) -> Portal:
        """The portal's state, which tests change."""
        return self.server.portal

    @property
    def archive(self) -> Path:
        """The archive's file."""
        return self.folder / "archive.db"

    def run(self, command: str, *arguments: str | Path, code: int = 0, data: bytes | None = None) -> Result:
        """Run a command (its words parted by spaces) with this folder's settings."""
        return run(*command.split(), "--config", self.folder / "jiaxing-today.toml", *arguments, code=code, data=data)

    def json(self, command: str, *arguments: str | Path) -> Any:
        """Run a reading command and return its document."""
        return json.loads(self.run(command, "--json", *arguments).stdout)

    def number(self, title: str) -> int:
        """Return the number of the press release with a title."""
        (found,) = [row for row in self.json("list", "--limit", "0")["releases"] if row["title"] == title]
        return found["release"]


def bench(folder: Path, server: PortalServer, *, portal: str | None = None, settings: str = "") -> Bench:
    """Write settings for an embedded portal into a folder; `portal` replaces its file, `settings` are added to the operator's."""
    (folder / "embedded.toml").write_text(portal or portal_file(server.base_url))
    base = 'archive = "archive.db"\nportals = ["embedded.toml"]\nvantage = "Frankfurt DE"\nunconditional_share = 0.0\n'
    (folder / "jiaxing-today.toml").write_text(base + settings)
    return Bench(folder, server)
