"""Reading apart: what may cost too much is done by a process of its own, which the kernel stops when it does.

What a parser makes of a hostile page cannot be told beforehand: 200 KB of unclosed `<b>` and `<p>` are a hundred million elements
to it, and a tag of a million attributes takes it an hour, in which nothing else is done.  Ordinary pages are read where they come
in (see `crawler.html.is_plain`); all others cost half a second more, and at most what is allowed here.
"""

from __future__ import annotations

import asyncio
import pickle
import resource
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from crawler.answers import FAULTS
from crawler.errors import ReadError
from crawler.html import is_plain

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Allowance", "apart", "with_care", "with_care_here"]

P = ParamSpec("P")
T = TypeVar("T")

_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()  # of each run: one reader at a time
_ROOT = Path(__file__).parents[1]
_COMMAND = (sys.executable, "-m", __name__)
_NO_MEMORY = 77  # our own exit code: that of nobody else
_HINT = "its bytes are kept; look at them with --raw"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one job may cost: seconds of processor time, and bytes of memory in all."""

    seconds: float = 10.0
    memory: int = 160 * 1024 * 1024


async def with_care(body: bytes | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` makes of a body: here where that is plain, else apart.  Raises ReadError where it costs too much."""
    if body is None or is_plain(body):
        return work(*args, **kwargs)
    return await apart(Allowance(), work, *args, **kwargs)


async def apart(allowance: Allowance, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `work` returns in a process of its own; all that goes there and back must be picklable.

    Raises ReadError where it takes more than it is allowed, and for what it raises of `FAULTS` there.
    """
    async with _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
        code, told = await _converse(pickle.dumps((allowance, work, args, kwargs)))
    return cast("T", _outcome(code, told, allowance))


def with_care_here(body: bytes, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what `with_care` does, and wait for it: where nothing else is to be done meanwhile."""
    if is_plain(body):
        return work(*args, **kwargs)
    allowance = Allowance()
    done = subprocess.run(  # noqa: S603 - our own module
        _COMMAND, input=pickle.dumps((allowance, work, args, kwargs)), stdout=PIPE, cwd=_ROOT, check=False
    )
    return cast("T", _outcome(done.returncode, done.stdout, allowance))


def _outcome(code: int, told: bytes, allowance: Allowance) -> object:
    """Return what a job returned; raises ReadError for one that was stopped, or that met a fault."""
    if code:
        raise ReadError(_why(code, allowance), hint=_HINT)
    is_done, value = pickle.loads(told)  # noqa: S301 - from our own process
    if not is_done:
        raise ReadError(value)
    return value


async def _converse(job: bytes) -> tuple[int, bytes]:
    """Have a job done in a new process; return its exit code and what it told.  None is left behind if the wait is broken off."""
    process = await asyncio.create_subprocess_exec(*_COMMAND, stdin=PIPE, stdout=PIPE, cwd=_ROOT)
    try:
        told, _ = await process.communicate(job)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, told


def _why(code: int, allowance: Allowance) -> str:
    reasons = {
        -signal.SIGPROF: f"to read it took more than {allowance.seconds:g} s: it was stopped",
        _NO_MEMORY: f"to read it took more than {allowance.memory // 2**20} MB of memory: it was stopped",
    }
    return reasons.get(code, f"the process that read it came to a bad end ({code})")


def _do() -> None:
    """Do one job, within its allowance: it comes by stdin as a pickle, and its outcome goes by stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the business of whoever waits for us
    allowance, work, args, kwargs = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from our own process
    resource.setrlimit(resource.RLIMIT_DATA, (allowance.memory, allowance.memory))
    signal.setitimer(signal.ITIMER_PROF, allowance.seconds)  # whose signal ends the process, also inside a library
    try:
        told: tuple[bool, object] = (True, work(*args, **kwargs))
    except FAULTS as exc:
        told = (False, str(exc))
    except MemoryError:
        sys.exit(_NO_MEMORY)
    sys.stdout.buffer.write(pickle.dumps(told))


if __name__ == "__main__":
    _do()
