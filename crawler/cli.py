"""The command line: names, options and exit codes.  What a command does and shows stands elsewhere and is imported when it runs.

Exit codes: 0 done; 1 the job found trouble; 2 wrong usage or configuration; 130 stopped by Ctrl-C; 141 nobody reads any more.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli_daemon import add_daemon
from crawler.cli_desk import COUNT, GIVEN, LIMIT, WAIT, command, shown
from crawler.cli_keep import keep
from crawler.cli_notify import notify
from crawler.cli_portal import portal
from crawler.render_errors import Commands

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.render import Desk, Screen

__all__ = ["main"]

_DEMO_ARCHIVE = Path("demo/archive.db")


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - the signature is click's
    if wanted:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and rarely wanted

        try:
            number = version("jiaxing-today")
        except PackageNotFoundError:
            number = "(not installed)"
        click.echo(f"jiaxing-today {number}, SQLite {sqlite3.sqlite_version}, Python {sys.version.partition(' ')[0]}")
        ctx.exit()


@click.group(
    "jiaxing-today",
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version and leave.")
@click.option("-v", "--verbose", is_flag=True, help="Also write each event of a run, as a line, to the error stream.")
@click.pass_context
def main(ctx: click.Context, *, verbose: bool) -> int:
    """Crawl government press releases into a versioned archive, and see what was later changed.

    \b
    Try       demo
    Collect   crawl, recheck, daemon, import
    Read      status, list, show, history, diff, changes
    Keep      backup, upgrade
    Maintain  portal list, portal probe, parse, reparse, config
    Tell      notify list, notify test, notify run, notify release, notify drop, notify retry

    A press release is named by its number (12), one of its versions 12@3; keys and URLs work too.
    """  # noqa: D301 - the sign is meant: it keeps click from wrapping the table
    ctx.obj = verbose
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    return 0


# Collect


@command(main, "demo")
def demo(desk: Desk) -> int:
    """Act out two crawls of a small portal on this machine."""
    from crawler.demo import run_demo  # noqa: PLC0415

    path = desk.path if desk.settings.origins.get("archive") == GIVEN else _DEMO_ARCHIVE
    return int(run_demo(path, desk.screen.out))


@command(main, "crawl")
@click.argument("sections", nargs=-1, metavar="[SECTION]...")
@click.option("--full", is_flag=True, help="Read whole listings and look at every known page.")
@click.option("--limit", type=COUNT, metavar="N", help="Read at most N rows of a listing and look at N pages.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; ask and write nothing.")
@WAIT
def crawl(  # noqa: PLR0913 - its options
    desk: Desk, sections: Sequence[str], *, full: bool, limit: int | None, dry_run: bool, wait: float
) -> int:
    """Read listings, fetch what is new, look again at what is due.

    A SECTION is named as in jiaxing/today; a portal's name stands for all of its sections; none: all that are configured.
    """
    from crawler import render_jobs  # noqa: PLC0415

    if dry_run:
        return render_jobs.plan(desk, sections, full=full)
    return render_jobs.crawl(desk, sections, full=full, limit=limit, wait=wait)


@command(main, "recheck")
@click.argument("releases", nargs=-1, metavar="[RELEASE]...")
@click.option("--oldest", type=COUNT, metavar="N", help="Look at the N pages that were looked at longest ago.")
@click.option("--all", "everything", is_flag=True, help="Look at every known page.")
@click.option("--suspect", is_flag=True, help="Look at the pages that do not answer.")
@WAIT
def recheck(  # noqa: PLR0913 - the options of the command
    desk: Desk, releases: Sequence[str], *, oldest: int | None, everything: bool, suspect: bool, wait: float
) -> int:
    """Look again at press releases now, due or not."""
    from crawler import render_jobs  # noqa: PLC0415

    if (bool(releases), oldest is not None, everything, suspect).count(True) != 1:
        raise click.UsageError("name press releases, or give --suspect, or --oldest N, or --all")
    return render_jobs.recheck(desk, releases, oldest=oldest, suspect=suspect, wait=wait)


add_daemon(main)


@command(main, "import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True), metavar="FILE...")
@click.option("--url", metavar="URL", help="Where a saved web page came from.")
@WAIT
def import_(desk: Desk, files: Sequence[Path], *, url: str | None, wait: float) -> int:
    """Add press releases that somebody kept.

    A FILE is plain text, or a saved web page with the --url that it came from; - is the standard input.
    """
    from crawler import render_jobs  # noqa: PLC0415

    if url is not None and len(files) > 1:
        raise click.UsageError("--url is the address of one page: name a single FILE with it")
    return render_jobs.import_files(desk, files, url=url, wait=wait)


# Read


@command(main, "status", as_json=True)
@click.option("--check", is_flag=True, help="Say only what is wrong, and end with 1 where something is: for cron and monitors.")
@click.option("--schedule", is_flag=True, help="Also say what is due when, and what was learned of when pages change.")
def status(desk: Desk, *, check: bool, schedule: bool, as_json: bool) -> int:
    """Say how the archive, its daemon and its sections stand.

    Also what does not answer, what was listed but never read, and what was asked today.
    """
    from crawler import render_status as page  # noqa: PLC0415
    from crawler.render_health import say_verdict  # noqa: PLC0415

    document = page.status_of(desk)
    if check:
        shown(desk, as_json, document, lambda: say_verdict(desk.screen, document))
        return 0 if document["healthy"] else 1
    return shown(desk, as_json, document, lambda: page.say_status(desk.screen, document, schedule=schedule))


@command(main, "list", as_json=True)
@click.argument("text", required=False)
@click.option("--section", metavar="SECTION", help="Only of this section, as in jiaxing/today.")
@click.option(
    "--state",
    type=click.Choice(("live", "suspect", "removed", "imported")),
    help="Only those in this state (suspect: not answering).",
)
@click.option(
    "--listing",
    type=click.Choice(("off", "still")),
    help="Only where page and listing disagree: off it but still there, or gone and still listed.",
)
@click.option("--limit", type=LIMIT, default=50, metavar="N", help="At most N (default: 50; 0: all).")
def list_(  # noqa: PLR0913 - its options
    desk: Desk, text: str | None, *, section: str | None, state: str | None, listing: str | None, limit: int, as_json: bool
) -> int:
    """List press releases, the newest first.

    TEXT is looked for in titles.
    """
    from crawler.render_lists import releases_of, say_releases  # noqa: PLC0415

    with desk.reading() as connection:
        document = releases_of(connection, section=section, state=state, text=text, listing=listing, limit=limit)
    return shown(desk, as_json, document, lambda: say_releases(desk.screen, document))


@command(main, "show", as_json=True)
@click.argument("release", required=False)
@click.option("--fetch", type=COUNT, metavar="ID", help="Show a single request instead.")
@click.option("--raw", is_flag=True, help="Write the page's bytes as they came, and nothing else.")
def show(desk: Desk, release: str | None, *, fetch: int | None, raw: bool, as_json: bool) -> int:
    """Show a press release's text, or a single request."""
    from crawler import render_release as pages  # noqa: PLC0415

    if (release is None) == (fetch is None):
        raise click.UsageError("name a press release, or give --fetch ID")
    if raw and as_json:
        raise click.UsageError("--raw and --json exclude each other")
    with desk.reading() as connection:
        document = pages.fetch_of(connection, fetch) if fetch else pages.release_of(connection, release or "")
        if raw:
            sys.stdout.buffer.write(pages.raw_of(connection, int(document["fetch"])))
            return 0
    say: Callable[[Screen, dict[str, Any]], None] = pages.say_fetch if fetch else pages.say_release
    return shown(desk, as_json, document, lambda: say(desk.screen, document))


@command(main, "history", as_json=True)
@click.argument("release")
def history(desk: Desk, release: str, *, as_json: bool) -> int:
    """Show what happened to a press release, and when."""
    from crawler.render_release import history_of, say_history  # noqa: PLC0415

    with desk.reading() as connection:
        document = history_of(connection, release)
    return shown(desk, as_json, document, lambda: say_history(desk.screen, document))


@command(main, "diff", as_json=True)
@click.argument("a")
@click.argument("b", required=False)
def diff(desk: Desk, a: str, b: str | None, *, as_json: bool) -> int:
    """Show what differs between two versions.

    diff 31@1 31@2 compares these two; diff 31 the last two of a press release, diff 31@2 that and the one before it.
    """
    from crawler.render_diff import diff_of, say_diff  # noqa: PLC0415

    with desk.reading() as connection:
        document, difference = diff_of(connection, a, b)
    return shown(desk, as_json, document, lambda: say_diff(desk.screen, document, difference))


@command(main, "changes", as_json=True)
@click.option("--since", metavar="WHEN", help="Only from then on: 2026-11-01, 2026-11-01T08:00, 7d, 24h.")
@click.option("--limit", type=LIMIT, default=200, metavar="N", help="At most N (default: 200; 0: all).")
def changes(desk: Desk, *, since: str | None, limit: int, as_json: bool) -> int:
    """List what the publisher changed, newest first."""
    from crawler.render_lists import changes_of, say_all_changes  # noqa: PLC0415

    moment = _moment(desk, since)
    with desk.reading() as connection:
        document = changes_of(connection, since=moment, limit=limit)
    return shown(desk, as_json, document, lambda: say_all_changes(desk.screen, document))


# Maintain


main.add_command(portal)
main.add_command(notify)
for each in keep.commands.values():
    main.add_command(each)


@command(main, "reparse", as_json=True)
@click.option("--section", "sections", multiple=True, metavar="SECTION", help="Only of this section, as in jiaxing/today.")
@click.option("--since", metavar="WHEN", help="Only pages looked at from then on: 2026-11-01, 7d, 24h.")
@click.option("--quarantined", is_flag=True, help="Only pages of which something was kept aside; believe what can be read now.")
@click.option("--portal", type=click.Path(path_type=Path), metavar="FILE", help="Read by the rules of this portal's file.")
@click.option("--trust", is_flag=True, help="Believe these rules also where they find less than half of the former text.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it; write nothing.")
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="How many processes read (default: as many as pay).")
@WAIT
def reparse(  # noqa: PLR0913 - its options
    desk: Desk,
    sections: Sequence[str],
    *,
    since: str | None,
    quarantined: bool,
    portal: Path | None,
    trust: bool,
    dry_run: bool,
    jobs: int | None,
    wait: float,
    as_json: bool,
) -> int:
    """Read stored pages again, after rules or reader were mended.

    What became visible is appended at its own time, what proves spurious is taken back; a change of rules alone changes nothing.
    """
    from crawler.render_reparse import reparse_sections, say_reparsed  # noqa: PLC0415
    from crawler.reread import Wish  # noqa: PLC0415

    wish = Wish(_moment(desk, since), quarantined=quarantined, trust=trust, jobs=jobs)
    document = reparse_sections(desk, sections, portal, wish, dry=dry_run, wait=wait)
    return shown(desk, as_json, document, lambda: say_reparsed(desk.screen, document))


@command(main, "parse", as_json=True)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--url", required=True, metavar="URL", help="Where the file came from.")
@click.option("--portal", type=click.Path(path_type=Path), metavar="FILE", help="The portal's file that says how to read it.")
@click.option("--section", metavar="SLUG", help="The section of that portal (default: its first).")
@click.option("--listing", is_flag=True, help="The file is a listing: HTML, XML or JSON.")
def parse(  # noqa: PLR0913 - its options
    desk: Desk, file: Path, *, url: str, portal: Path | None, section: str | None, listing: bool, as_json: bool
) -> int:
    """Say what a saved page reads as.

    Needs no archive, asks nothing and keeps nothing.  FILE - is the standard input.
    """
    from crawler import render_parse as parsed  # noqa: PLC0415
    from crawler.render import read_bytes  # noqa: PLC0415

    how = parsed.how_to_read(url, portal, section, desk.settings.portals)
    body = read_bytes(file)
    if listing:
        document = parsed.listing_of(body, how)
        shown(desk, as_json, document, lambda: parsed.say_listing(desk.screen, document, how))
        return 0 if document["readable"] else 1
    document = parsed.page_of(body, how, desk.screen.now)
    shown(desk, as_json, document, lambda: parsed.say_page(desk.screen, document, how))
    return 0 if document["outcome"] == "ok" else 1


@command(main, "config", as_json=True)
def config(desk: Desk, *, as_json: bool) -> int:
    """Print the settings that hold, and where they came from."""
    from config.describe import effective  # noqa: PLC0415
    from crawler.render_config import say_settings  # noqa: PLC0415

    document = effective(desk.settings)
    return shown(desk, as_json, document, lambda: say_settings(desk.screen, document))


def _moment(desk: Desk, since: str | None) -> str | None:
    """Return the instant that an option `--since` means."""
    from crawler.render_times import moment_of  # noqa: PLC0415
    from storage.instants import instant  # noqa: PLC0415

    try:
        return instant(moment_of(since, desk.screen.zone, desk.screen.now)) if since else None
    except ValueError as exc:
        raise click.UsageError(f"--since: {exc}") from exc
