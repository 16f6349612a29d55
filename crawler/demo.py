"""The demo: the main job acted out on this machine, and checked against the diary of the portal that was crawled.

A small portal is started on a free port, crawled, told to publish, correct, quietly rewrite and withdraw, and crawled again.  The
archive is a real one with the demo's mark: only a file that bears it is ever overwritten.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.portal import parse_portal
from config.settings import Settings
from crawler.pipeline import crawl
from crawler.render_crawl import CrawlReport
from crawler.run import DEMO, How, choose_targets, is_demo, open_archive, run_job
from seeds.portal import PortalServer, portal_file
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.queries import changes, suspects

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from crawler.pipeline import Summary
    from seeds.portal import Portal

__all__ = ["run_demo"]
