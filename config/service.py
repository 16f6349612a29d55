"""What a service manager tells a daemon through the environment (sd_notify(3), sd_watchdog_enabled(3))."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ServiceManager", "service_manager"]


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Where the service manager listens (None: there is none), and after how many silent seconds it takes us for dead."""

    socket: str | None = None
    watchdog: float | None = None


def service_manager(environ: Mapping[str, str] = os.environ) -> ServiceManager:
    """Return what the service manager of this process wants to hear; a watchdog that is meant for another process is none."""
    microseconds, process = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    ours = not process or process == str(os.getpid())
    watchdog = int(microseconds) / 1e6 if ours and microseconds.isdecimal() else None
    return ServiceManager(environ.get("NOTIFY_SOCKET") or None, watchdog)
