"""From TOML text to a checked model, and from a model's complaints to one plain sentence.

Every failure is a `SettingsError` that names the file, the key, why, and the nearest right name.
"""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.errors import SettingsError
from config.model import KeyedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

__all__ = ["parse_toml", "read_text", "settings_error", "suggestion", "tables_of"]

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
    "model_attributes_type": "must be a table",
    "model_type": "must be a table",
    "path_type": "must be a path in quotes",
    "string_type": "must be text in quotes",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "tuple_type": 'must be a list, as in ["..."]',
    "union_tag_not_found": "is missing",
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


def tables_of(info: FieldInfo) -> tuple[list[type[BaseModel]], bool]:
    """Return the models that a field may hold (several where a word in the table tells which), and whether it names its tables."""
    named = get_origin(info.annotation) is dict
    held = get_args(info.annotation)[1] if named else info.annotation
    return [model for model in _members(held) if isinstance(model, type) and issubclass(model, BaseModel)], named


def _members(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - an annotation may be anything
    """Return what a union is made of, or else the annotation itself."""
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return get_args(bare) if get_origin(bare) is UnionType else (bare,)


def _kind_of(model: type[BaseModel]) -> object:
    """Return the word by which a table of several kinds is told to be of this one."""
    return get_args(model.model_fields["kind"].annotation)[0]


def _placed(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[list[type[BaseModel]], tuple[int | str, ...]]:
    """Return the models that the table at `location` below `model` may be of, and the location as people write it.

    Where a table is of several kinds, pydantic puts the kind behind its name.
    """
    if not location:
        return [model], ()
    info = model.model_fields.get(str(location[0]))
    tables, named = tables_of(info) if info else ([], False)
    here, below = location[: 1 + named], location[1 + named :]
    told = [table for table in tables if below and _kind_of(table) == below[0]] if len(tables) > 1 else []
    if told:
        tables, below = told, below[1:]
    if len(tables) != 1 or not below:
        return tables, (*here, *below)
    found, rest = _placed(tables[0], below)
    return found, (*here, *rest)


def _homes(model: type[BaseModel], name: str, prefix: str = "") -> list[str]:
    """Return the dotted paths below `model` of every table's key that is called `name`."""
    found = []
    for key, info in model.model_fields.items():
        tables, named = tables_of(info)
        for table in tables:
            found += _homes(table, name, f"{prefix}{key}.{'NAME.' if named else ''}")
        if not tables and key == name and prefix:
            found.append(prefix + key)
    return found


def _unknown(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[str, str | None]:
    """Return what to say of a key that is not declared: the nearest right name, and all the names there are."""
    tables, _ = _placed(model, location[:-1])
    names = list(dict.fromkeys(name for table in tables for name in table.model_fields))
    homes = _homes(model, str(location[-1]))
    near = suggestion(location[-1], names) or (f' (did you mean "{homes[0]}"?)' if homes else "")
    return f"unknown key{near}", f"Known here: {', '.join(names)}." if names else None


def _literal(value: object, expected: str) -> str:
    """Return the words for a value outside a list of words."""
    return f"must be {expected}{suggestion(value, _QUOTED.findall(expected))}"


def _why(error: ErrorDetails) -> str:
    """Return the reason of one complaint in plain words."""
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        return _literal(error["input"], str(context.get("expected", "")))
    if error["type"] == "union_tag_invalid":
        return _literal(context["tag"], context["expected_tags"])
    if error["type"] == "value_error":
        return str(context["error"])
    return _WORDS.get(error["type"], error["msg"]).format(**context)


def _dotted(location: Iterable[int | str]) -> str:
    """Return a location as people write it: `sections.today.start[1]`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "[key]"]
    return "".join(parts).removeprefix(".")


def _location(error: ErrorDetails) -> tuple[int | str, ...]:
    """Return where a complaint belongs: what is said of a table's kind, to the key that tells it."""
    return (*error["loc"], "kind") if error["type"].startswith("union_tag") else error["loc"]


def settings_error(error: ValidationError, model: type[BaseModel], file_of: Callable[[str], str]) -> SettingsError:
    """Return the first complaint of `error` about `model` as one sentence; `file_of` tells where a top-level key was set."""
    # A misspelt key goes first: what is "missing" is often missing for that alone.
    complaints = sorted(error.errors(include_url=False), key=lambda complaint: complaint["type"] != "extra_forbidden")
    first = complaints[0]
    location = _location(first)
    _, shown = _placed(model, location)
    inner = first.get("ctx", {}).get("error")
    key = _dotted((*shown, inner.key)) if isinstance(inner, KeyedError) else _dotted(shown)
    why, hint = _unknown(model, location) if first["type"] == "extra_forbidden" else (_why(first), None)
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return SettingsError(why + more, file=file_of(re.split(r"[.\[]", key)[0]), key=key or None, hint=hint)
