"""Every setting as a row for people (the documentation and the `config` command), and the settings that hold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from config.model import Kind
from config.portal import Portal
from config.reading import tables_of
from config.settings import CONFIG_FILE, DEFAULT_PORTALS, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

__all__ = ["SettingRow", "describe_settings", "effective"]

_REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting: its file, dotted name (NAME stands for one of your own), type, default as TOML, and what it is for."""

    file: str
    name: str
    type: str
    default: str
    help: str


def describe_settings() -> list[SettingRow]:
    """Return every setting of the operator's file, then of a portal's file, in the order of the models."""
    return [*_rows(Settings, CONFIG_FILE), *_rows(Portal, "portals/NAME.toml")]


def effective(settings: Settings) -> dict[str, Any]:
    """Return the settings that hold, for `config --json`: secrets masked, every value as it is written in TOML.

    `origins` tells, for each top-level setting that was given and each `portals.NAME`, the file or variable it came from.
    """
    return {
        "settings": settings.model_dump(mode="json"),
        "user_agent": settings.user_agent,
        "origins": dict(settings.origins),
    }


def _rows(model: type[BaseModel], file: str, prefix: str = "") -> Iterator[SettingRow]:
    """Yield the rows of `model` and of the tables below it."""
    for name, info in model.model_fields.items():
        tables, named = tables_of(info)
        below = f"{prefix}{name}.{'NAME.' if named else ''}"
        if len(tables) > 1:
            yield from _rows_of_kinds(tables, file, below)
        elif tables:
            yield from _rows(tables[0], file, below)
        else:
            yield SettingRow(file, prefix + name, _type(info), _default(model, name, info), info.description or "")


def _rows_of_kinds(tables: list[type[BaseModel]], file: str, prefix: str) -> Iterator[SettingRow]:
    """Yield the rows of a table of several kinds: its kind, then every key once, as the first kind that has it describes it."""
    kinds = ", ".join(get_args(table.model_fields["kind"].annotation)[0] for table in tables)
    yield SettingRow(file, f"{prefix}kind", f"one of {kinds}", _REQUIRED, tables[0].model_fields["kind"].description or "")
    rows = {row.name: row for table in reversed(tables) for row in _rows(table, file, prefix)}
    ordered = dict.fromkeys(row.name for table in tables for row in _rows(table, file, prefix))
    yield from (rows[name] for name in ordered if name != f"{prefix}kind")


def _type(info: FieldInfo) -> str:
    """Return what the kind of value is called: the name that its type bears, or the words that are allowed."""
    kind = next((mark.name for mark in info.metadata if isinstance(mark, Kind)), None)
    return kind or _words(info.annotation)


def _words(annotation: Any) -> str:  # noqa: ANN401 - an annotation may be anything
    """Return 'one of a, b' for a Literal and 'list of ...' for a tuple of anything."""
    inner = get_args(annotation)
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(inner)}"
    if get_origin(annotation) is tuple:
        return f"list of {_words(inner[0])}"
    marks = [mark.name for mark in inner[1:] if isinstance(mark, Kind)]
    return marks[0] if marks else "portals"


def _default(model: type[BaseModel], name: str, info: FieldInfo) -> str:
    """Return the default as it is written in TOML (for these values, the same as JSON), or 'required'."""
    if info.annotation == tuple[Portal, ...]:
        return json.dumps(list(DEFAULT_PORTALS))
    if info.is_required():
        return _REQUIRED
    written = model.model_construct().model_dump(mode="json", include={name}, warnings=False)
    return json.dumps(written[name], ensure_ascii=False)
