"""How the archive and its daemon do, for people and for programs: the first line, what is wrong, and how the file is kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.heartbeat import ENDED
from crawler.render_times import length, plural
from crawler.vitals import problems_of
from storage.disk import in_units
from storage.instants import parse_instant
from storage.upkeep import growth_of

if TYPE_CHECKING:
    from crawler.render import Screen
    from crawler.vitals import Vitals

__all__ = ["health_of", "say_first_line", "say_keeping", "say_problems", "say_verdict"]

_FIRST_YEAR = 1
_FOREVER = 100


def health_of(vitals: Vitals) -> dict[str, Any]:
    """Return how an archive and its daemon do, as the part of `status --json` that says so."""
    problems = problems_of(vitals)
    growth = growth_of(vitals.jobs, vitals.now)
    years = growth.years_until_full(vitals.free) if growth and vitals.free is not None else None
    return {
        "healthy": not problems,
        "problems": [asdict(problem) | {"steps": list(problem.steps)} for problem in problems],
        "daemon": asdict(vitals.beat) if vitals.beat else None,
        "disk": {
            "free": vitals.free,
            "stop_below_free": vitals.stop_below_free,
            "bytes_a_month": round(growth.bytes_a_month) if growth else None,
            "measured_days": round(growth.days, 1) if growth else None,
            "years_until_full": round(years, 1) if years is not None else None,
        },
        "backup": None
        if vitals.copies is None
        else {
            "folder": str(vitals.copies.folder),
            "newest_at": vitals.copies.newest_at,
            "kept": vitals.copies.kept,
            "error": vitals.copies.error,
        },
        "jobs": [asdict(job) for job in vitals.jobs.values()],
        "outbox": dict(vitals.outbox),
    }


def say_first_line(screen: Screen, status: dict[str, Any]) -> None:
    """Print whether all is well, and what the daemon does: the line by which one knows whether to read on."""
    words = _of_daemon(screen, status)
    wrong = len(status["problems"])
    verdict = (plural(wrong, "PROBLEM", "PROBLEMS"), "bold red") if wrong else ("OK", "bold green")
    screen.titled(verdict, f"   {words}")
    daemon = status["daemon"]
    if daemon and daemon["alive"] and daemon["paused"]:
        screen.line((f"paused: {daemon['paused']}", "yellow"))


def _of_daemon(screen: Screen, status: dict[str, Any]) -> str:
    daemon = status["daemon"]
    if daemon is None:
        return "no daemon: it is read whenever somebody crawls"
    if not daemon["alive"]:
        how = "ended" if daemon["doing"] == ENDED else "runs no more, last heard of"
        return f"the daemon {how} {screen.lately(daemon['beat_at'])}"
    running = f"daemon running {length((screen.now - parse_instant(daemon['started_at'])).total_seconds())} (pid {daemon['pid']})"
    if status["problems"]:
        return running
    last, then = screen.lately(status["totals"]["last_request_at"]), screen.lately(daemon["next_at"])
    told = [f"last look {last.removeprefix('today ')}"]
    told += [f"now {daemon['doing']}"] if daemon["doing"] else []
    told += [f"next {then.removeprefix('today ')}"] if daemon["next_at"] else []
    return ", ".join([running, *told])


def say_problems(screen: Screen, problems: list[dict[str, Any]]) -> None:
    """Print what is wrong, numbered, each with its evidence and what to do; see docs/blocked.md and docs/health.md."""
    for number, problem in enumerate(problems, start=1):
        screen.paragraph(f"{number}. {problem['message']}", hang="   ")
        since = [f"since {screen.lately(problem['since'])}"] if problem["since"] else []
        example = [f"for example {problem['evidence']}"] if problem["evidence"] else []
        if since or example:
            screen.line(f"   {', '.join(since + example)}")
        for step in problem["steps"]:
            screen.line(f"   {step}")


def say_verdict(screen: Screen, status: dict[str, Any]) -> None:
    """Print what `status --check` says: what is wrong, or in one line that nothing is."""
    if status["healthy"]:
        say_first_line(screen, status)
    say_problems(screen, status["problems"])


def say_keeping(screen: Screen, status: dict[str, Any]) -> None:
    """Print how large the archive is and grows, how long the disk lasts, what copies there are, and who is still to be told."""
    disk, backup, outbox = status["disk"], status["backup"], status["outbox"]
    said = [f"Archive {in_units(status['bytes'])}{_growing(disk)}"]
    if backup is None:
        said.append("no copies (set `folder` under [backup])")
    elif backup["newest_at"] is None:
        said.append(f"no copy yet in {backup['folder']}")
    else:
        kept = f" ({backup['kept']} kept)" if backup["kept"] is not None else ""
        said.append(f"backup {screen.lately(backup['newest_at'])}{kept}")
    said += [f"{outbox[state]} messages {words}" for state, words in _STATES if outbox.get(state)]
    screen.line(" · ".join(said))


_STATES = (("waiting", "to be delivered"), ("held", "held back"), ("dead", "given up"))


def _growing(disk: dict[str, Any]) -> str:
    free = f", {in_units(disk['free'])} free" if disk["free"] is not None else ""
    rate = disk["bytes_a_month"]
    if rate is None:
        return free
    grows = f", {'+' if rate >= 0 else '-'}{in_units(abs(rate))} a month"
    return f"{grows}, {_lasting(disk['years_until_full'])}" if disk["years_until_full"] is not None else f"{grows}{free}"


def _lasting(years: float) -> str:
    if years > _FOREVER:
        return "disk full in over a hundred years"
    if years >= _FIRST_YEAR:
        return f"disk full in about {plural(round(years), 'year')}"
    return f"disk full in about {length(years * 365.25 * 86_400)}"
