"""What a daemon asks of the machine that it runs on, beside the time: how long it has been up, and who manages services."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["ClockReading", "Machine", "RealMachine", "jump", "tell_manager"]


class Machine(Protocol):
    """What tests exchange for a machine of their own."""

    def uptime(self) -> float:
        """Return seconds that pass evenly whatever the wall clock does, also while the machine sleeps."""
        ...


class RealMachine:
    """This machine."""

    def uptime(self) -> float:
        """Return the seconds since the machine was started, its sleep included (clock_gettime(2), CLOCK_BOOTTIME)."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Two clocks read at one moment: the wall clock, which may be set, and the machine's uptime, which may not."""

    wall: datetime
    uptime: float


def jump(before: ClockReading, after: ClockReading) -> timedelta:
    """Return by how much the wall clock was set forward (or back, if negative) between two readings."""
    return (after.wall - before.wall) - timedelta(seconds=after.uptime - before.uptime)


def tell_manager(address: str | None, message: str) -> None:
    """Tell the service manager something, such as `READY=1` (sd_notify(3)); nobody listening is no trouble.

    An address that begins with @ is one of Linux' abstract namespace.
    """
    if address is None:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
