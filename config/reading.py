"""From TOML text to a checked model, and from a model's complaints to one plain sentence.

Every failure is a `SettingsError` that names the file, the key, why, and the nearest right name.
"""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.errors import SettingsError
from config.model import KeyedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

__all__ = ["parse_toml", "read_text", "settings_error", "suggestion", "table_of"]

# What pydantic finds wrong, in the words of somebody who writes TOML.  `{}` is filled from the error's own context.
_WORDS = {
    "bool_type": "must be true or false, without quotes",
    "dict_type": "must be a table",
    "extra_forbidden": "unknown key",
    "float_type": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number, without quotes",
    "less_than_equal": "must be at most {le}",
    "missing": "is missing",
    "model_type": "must be a table",
    "path_type": "must be a path in quotes",
    "string_type": "must be text in quotes",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "tuple_type": 'must be a list, as in ["..."]',
}

_QUOTED = re.compile("'(.*?)'")  # how pydantic lists the words that are allowed


def suggestion(name: object, known: Iterable[str]) -> str:
    """Return ' (did you mean "x"?)' for the known name nearest to `name`, or '' where none is near."""
    near = get_close_matches(str(name), list(known), n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""


def read_text(path: Path) -> str:
    """Return the UTF-8 text of a settings file; raises SettingsError where there is none that can be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError("there is no such file", file=str(path)) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"is not UTF-8 text (byte {error.start})", file=str(path)) from None
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}", file=str(path)) from None


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Return the tables of TOML `text`; raises SettingsError naming `file` and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        line = int(place[1]) if place else text.count("\n") + 1
        why = message[: place.start()] if place else message.removesuffix(" (at end of document)")
        raise SettingsError(f"is not TOML: {why}", file=f"{file}, line {line}") from None


def table_of(info: FieldInfo) -> tuple[type[BaseModel] | None, bool]:
    """Return the model that a field holds, or None, and whether it is a table of such tables, keyed by names."""
    named = get_origin(info.annotation) is dict
    held = get_args(info.annotation)[1] if named else info.annotation
    return (held if isinstance(held, type) and issubclass(held, BaseModel) else None), named


def _table_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the model of the table at `location` below `model`."""
    if not location:
        return model
    info = model.model_fields.get(str(location[0]))
    table, named = table_of(info) if info else (None, False)
    return _table_at(table, location[1 + named :]) if table else None


def _homes(model: type[BaseModel], name: str, prefix: str = "") -> list[str]:
    """Return the dotted paths below `model` of every table's key that is called `name`."""
    found = []
    for key, info in model.model_fields.items():
        table, named = table_of(info)
        if table:
            found += _homes(table, name, f"{prefix}{key}.{'NAME.' if named else ''}")
        elif key == name and prefix:
            found.append(prefix + key)
    return found


def _unknown(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[str, str | None]:
    """Return what to say of a key that is not declared: the nearest right name, and all the names there are."""
    table = _table_at(model, location[:-1])
    names = list(table.model_fields) if table else []
    homes = _homes(model, str(location[-1]))
    near = suggestion(location[-1], names) or (f' (did you mean "{homes[0]}"?)' if homes else "")
    return f"unknown key{near}", f"Known here: {', '.join(names)}." if names else None


def _literal(error: ErrorDetails) -> str:
    """Return the words for a value outside a list of words."""
    expected = str(error.get("ctx", {}).get("expected", ""))
    return f"must be {expected}{suggestion(error['input'], _QUOTED.findall(expected))}"


def _why(error: ErrorDetails) -> str:
    """Return the reason of one complaint in plain words."""
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        return _literal(error)
    if error["type"] == "value_error":
        return str(context["error"])
    return _WORDS.get(error["type"], error["msg"]).format(**context)


def _dotted(location: Iterable[int | str]) -> str:
    """Return a location as people write it: `sections.today.start[1]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "[key]"]
    return "".join(parts).removeprefix(".")


def settings_error(error: ValidationError, model: type[BaseModel], file_of: Callable[[str], str]) -> SettingsError:
    """Return the first complaint of `error` about `model` as one sentence; `file_of` tells where a top-level key was set."""
    # A misspelt key goes first: what is "missing" is often missing for that alone.
    complaints = sorted(error.errors(include_url=False), key=lambda complaint: complaint["type"] != "extra_forbidden")
    first = complaints[0]
    location = first["loc"]
    inner = first.get("ctx", {}).get("error")
    key = _dotted((*location, inner.key)) if isinstance(inner, KeyedError) else _dotted(location)
    why, hint = _unknown(model, location) if first["type"] == "extra_forbidden" else (_why(first), None)
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return SettingsError(why + more, file=file_of(re.split(r"[.\[]", key)[0]), key=key or None, hint=hint)
