"""The settings that hold, as they would be written in TOML, with where each came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.render import Screen

__all__ = ["say_settings"]


def say_settings(screen: Screen, effective: Mapping[str, Any]) -> None:
    """Print settings (`config.describe.effective`) as TOML: comments say where each, and each portal, came from."""
    origins = effective["origins"]
    for name, value in effective["settings"].items():
        if name != "portals":
            for row in _flat(name, value):
                screen.line(_written(*row), (f"   # {origins.get(name, 'default')}", "dim"))
    screen.line((f"# every request carries the User-Agent {effective['user_agent']}", "dim"))
    for portal in effective["settings"]["portals"]:
        screen.line("")
        screen.line((f"[portals.{portal['name']}]", "bold"), (f"   # {origins.get('portals.' + portal['name'], 'default')}", "dim"))
        for key, value in portal.items():
            for row in _flat(key, value):
                screen.line(_written(*row))


def _flat(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield the dotted names below a value, with what stands there."""
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from _flat(f"{name}.{key}", held)
    else:
        yield name, value


def _written(name: str, value: object) -> str:
    # For these kinds of values TOML and JSON are written alike.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
