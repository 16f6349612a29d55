"""The embedded portal: a small government portal on this machine, for the demo, the tests and the benchmarks.

It looks and errs as portals of the Hanweb JCMS family do, or as those of another platform, and it does what it is told: publish,
correct, rewrite, take down, fail.  `python -m seeds.portal` serves it for a look.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from seeds.pages import CHANGED_SELECT, MISLEADING_SELECT
from seeds.records import HOME, PHOTOS, REPORTS, SECOND, TODAY, Change, Event, File, Gone, Layout, Platform, Release, Weather
from seeds.server import PortalServer, Served
from seeds.state import ZONE, Portal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "CHANGED_SELECT",
    "HOME",
    "MISLEADING_SELECT",
    "PHOTOS",
    "REPORTS",
    "SECOND",
    "TODAY",
    "ZONE",
    "Change",
    "Event",
    "File",
    "Gone",
    "Layout",
    "Platform",
    "Portal",
    "PortalServer",
    "Release",
    "Served",
    "Weather",
    "main",
    "portal_file",
]

PORTAL_FILE = """\
name = "embedded"
title = "Embedded portal"
hosts = ["{host}"]
timezone = "Asia/Shanghai"
allow_private = true                   # it runs on this machine

[politeness]
delay = "0s"
requests_per_day = 0                   # 0: no budget
requests_per_day_backfill = 0

[sections.today]
title = "Jiaxing Today"
{where}
"""
WALK = 'start = ["http://{host}/"]\nfollow = ["English", "Jiaxing Today"]'
LISTING = 'listing = "http://{host}{path}"'


def portal_file(base_url: str, listing: str = "") -> str:
    """Return the portal file (TOML) of an embedded portal that answers at `base_url`, such as `http://127.0.0.1:8000`.

    It is the same for every platform: which it is, and where the list stands, is for the crawler to find.  `listing` is the path
    of another list than the column's own, such as a feed.
    """
    host = base_url.rstrip("/").partition("://")[2]
    where = (LISTING if listing else WALK).format(host=host, path=listing)
    return PORTAL_FILE.format(host=host, where=where)


def main(arguments: Sequence[str] | None = None, wait: Callable[[PortalServer], None] = PortalServer.wait) -> None:
    """Serve the portal in the foreground until Ctrl-C, or until `wait` returns."""
    parser = argparse.ArgumentParser(prog="python -m seeds.portal", description="Serve the embedded portal on this machine.")
    parser.add_argument("--port", type=int, default=0, help="the port; 0 takes a free one (default)")
    parser.add_argument("--seed", type=int, default=1, help="the same number makes the same press releases (default 1)")
    parser.add_argument("--releases", type=int, default=260, help="how many press releases (default 260)")
    parser.add_argument("--platform", type=Platform, default=Platform.JCMS, choices=list(Platform), help="what it looks like")
    chosen = parser.parse_args(arguments)
    portal = Portal(chosen.seed, chosen.releases, platform=chosen.platform)
    with suppress(KeyboardInterrupt), PortalServer(portal, chosen.port) as server:
        sys.stdout.write(f"The embedded portal answers at {server.base_url}/ (Ctrl-C stops it)\n")
        sys.stdout.flush()
        wait(server)


if __name__ == "__main__":
    main()
