"""The configuration's one error."""

from __future__ import annotations

__all__ = ["SettingsError"]


class SettingsError(Exception):
    """A setting cannot be used: which file, which key, why, and what to do instead.

    `str(error)` is one line, `file: key: why`; `hint` is a second sentence for people, or None.  The exit code is the one for
    wrong usage.  No value of a secret is ever part of it.
    """

    exit_code = 2

    def __init__(self, why: str, *, file: str | None = None, key: str | None = None, hint: str | None = None) -> None:
        super().__init__(": ".join(part for part in (file, key, why) if part))
        self.why = why
        self.file = file
        self.key = key
        self.hint = hint
