"""What all settings have in common: the frozen base model and the kinds of values.

A kind is an annotated type: how it is read from TOML, how it is written back, and what it is called for people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo

from config.durations import format_duration, format_size, parse_duration, parse_size

__all__ = [
    "Clock",
    "Count",
    "Duration",
    "Flag",
    "KeyedError",
    "Kind",
    "Line",
    "Lines",
    "Location",
    "Model",
    "Place",
    "PositiveCount",
    "SecretUrl",
    "Share",
    "Size",
    "Slug",
    "Text",
    "Url",
    "Urls",
    "mask_url",
]

Clock = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"  # HH:MM, as part of larger patterns


class Model(BaseModel):
    """Base of every table of settings: frozen, and a key that is not declared is an error."""

    # Inputs are hidden so that no traceback can show a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of value is called in help and documentation."""

    name: str


class KeyedError(ValueError):
    """A check over several keys failed; `key` is the dotted path, below the checked table, of the one to mend."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key


def mask_url(url: str | None) -> str | None:
    """Return `url` with whatever stands before its host hidden: a user name alone may be a token."""
    before, at, host = (url or "").rpartition("@")
    scheme, mark, _ = before.partition("://")
    return f"{scheme + mark if mark else ''}***@{host}" if at else url


def _seconds(value: object) -> object:
    """Read a duration; a number without a unit is refused, except nought, because nobody can see what it counts."""
    return parse_duration(value if isinstance(value, str) else repr(value))


def _bytes(value: object) -> object:
    """Read a size; a number without a unit is refused."""
    return parse_size(value if isinstance(value, str) else repr(value))


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable text")
    return text


def _slug(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", text):
        raise ValueError('must be small letters, digits and hyphens, as in "nanhu": people type it')
    return text


def _url(text: str) -> str:
    """Check that `text` is an http(s) URL with a host; '' stands for none."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text)):
        raise ValueError('must be a whole address, as in "https://www.example.gov.cn/"')
    return text


def _location(value: object, info: ValidationInfo) -> object:
    """Place a relative path of a settings file beside that file; '' stands for none.  A `Path` has been placed already."""
    if not isinstance(value, str):
        return value
    folder = (info.context or {}).get("folder", Path())
    return folder / Path(value).expanduser() if value else None


def _written(path: Path | None) -> str:
    return "" if path is None else str(path)


Text = Annotated[str, Kind("text")]
Line = Annotated[str, Kind("text"), AfterValidator(_one_line)]
Slug = Annotated[str, Kind("name"), AfterValidator(_slug)]
Url = Annotated[str, Kind("address"), AfterValidator(_url)]
Lines = Annotated[tuple[Line, ...], Kind("list of text")]
Urls = Annotated[tuple[Url, ...], Kind("list of addresses")]
Flag = Annotated[bool, Kind("true or false"), Field(strict=True)]
Count = Annotated[int, Kind("whole number"), Field(strict=True, ge=0)]
PositiveCount = Annotated[int, Kind("whole number"), Field(strict=True, ge=1)]
Share = Annotated[float, Kind("share"), Field(strict=True, ge=0.0, le=1.0)]
Duration = Annotated[float, Kind("duration"), BeforeValidator(_seconds), PlainSerializer(format_duration, return_type=str)]
Size = Annotated[int, Kind("size"), BeforeValidator(_bytes), PlainSerializer(format_size, return_type=str)]
Location = Annotated[Path | None, Kind("path"), BeforeValidator(_location), PlainSerializer(_written, return_type=str)]
Place = Annotated[Path, Kind("path"), BeforeValidator(_location), PlainSerializer(_written, return_type=str)]
SecretUrl = Annotated[str, Kind("address"), Field(repr=False), PlainSerializer(mask_url, return_type=str)]
