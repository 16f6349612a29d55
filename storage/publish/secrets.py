"""Secrets: each in a file of its own, read when it is needed and never told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SecretError", "secret_of"]


class SecretError(Exception):
    """A secret cannot be read: which file, and why."""


def secret_of(path: Path) -> str:
    """Return the text of a secret's file, without white space around it; raises SecretError where there is none."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise SecretError(f"{path} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise SecretError(f"{path} is not UTF-8 text") from exc
    if not text:
        raise SecretError(f"{path} is empty")
    return text
