"""`crawl` and `recheck` over real HTTP: what they say, and with which code they leave."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.run import DEMO, How, open_archive
from seeds.portal import Portal, PortalServer, portal_file
from tests.commands import bench, run, told

ROOT = Path(__file__).parents[2]


@pytest.fixture
def town(tmp_path):
    """Serve a portal of forty press releases, and write settings for it."""
    with PortalServer(Portal(1, 40)) as server:
        yield bench(tmp_path, server)


def asked(town, marker):
    """Return how many requests the portal had for paths that hold a marker."""
    return sum(marker in line.target for line in town.server.requests)


NO_FILES = '[sections.today]\nattachments = "none"'


def files(town):
    """Return how many requests the portal had for files that press releases offer."""
    return asked(town, "/attach/") + asked(town, "/module/download/")


def test_a_first_crawl_is_the_baseline(town):
    """Where the listing was found, what it held, and that nothing of it is news is all said."""
    result = town.run("crawl")
    text = result.stdout
    assert 'found "Jiaxing Today" by the link "English", then by the link "Jiaxing Today" (platform: jpage, ' in text
    looked = asked(town, "/art/")
    assert f"{looked} looked at · {files(town)} files · {looked} read for the first time\n" in text
    assert f"All {looked} were there before us: recorded as the baseline, not as news.\n" in text
    assert "holds 40 press releases now" in text
    assert "What changed" not in text
    assert f"looking at {looked} pages; Ctrl-C is safe" in result.stderr


def test_a_second_crawl_finds_nothing(town):
    """Without a change every page is unchanged, and no body is sent again but of those that must name their files."""
    town.run("crawl")
    known, kept = asked(town, "/art/"), files(town)
    assert "No page was due." in town.run("crawl").stdout
    offering = sum(bool(release.attachments) for release in town.portal.releases for _ in release.columns)
    text = town.run("crawl", "--full").stdout
    assert f"{known} looked at · {kept} files · {known} unchanged ({known - offering} bodies not sent again)\n" in text
    (town.folder / "embedded.toml").write_text(portal_file(town.server.base_url).replace("[sections.today]", NO_FILES))
    town.run("crawl", "--full")
    text = town.run("crawl", "--full").stdout
    assert f"{known} looked at · {known} unchanged (no bodies sent again)\n" in text
    assert "What changed" not in text


def test_what_changed_is_told(town):
    """New, edited, silently edited and not answering press releases stand in the closing lines."""
    town.run("crawl")
    portal = town.portal
    plain = [each for each in portal.releases if each.id != portal.golden.id and len(each.columns) == 1]
    portal.publish("Third Rail Line Opened", paragraphs=("It was opened.",))
    portal.edit(plain[3].id)
    portal.silent_edit(portal.golden.id)
    portal.remove(plain[4].id)
    text = town.run("crawl", "--full").stdout
    assert " · 1 new · 2 edited · 1 not answering (unproven)\n" in text
    changed = text.partition("What changed\n")[2]
    assert re.search(r"^   new +20\d\d-\d\d-\d\d  Third Rail Line Opened +\d+@1$", changed, re.MULTILINE)
    assert re.search(rf"^   edited +.*{re.escape(plain[3].title)} +\d+@2\n +date moved, [a-z ,]+: ", changed, re.MULTILINE)
    assert re.search(r"^   SILENT +2022-09-20  Officials Required .*\n +no date moved, ", changed, re.MULTILINE)
    assert re.search(rf"^   not answering  .*{re.escape(plain[4].title)} +\d+\n +unproven: ", changed, re.MULTILINE)


def test_a_known_press_release_at_another_address_is_no_news(town):
    """A second address of a known press release is counted apart from what is new."""
    town.run("crawl")
    plain = next(each for each in town.portal.releases if len(each.columns) == 1)
    town.portal.copy_to_column(plain.id)
    text = town.run("crawl", "--full").stdout
    assert "1 known already at another address" in text, text
    assert "What changed" not in text


def test_a_republished_press_release_answers_elsewhere(town):
    """An address that went dead while its press release moved is said to have moved."""
    town.run("crawl")
    plain = [each for each in town.portal.releases if len(each.columns) == 1][3]
    town.portal.republish(plain.id)
    assert "the press release answers at another address" in town.run("crawl", "--full").stdout
    assert "the press release answers at another address" in town.run("status").stdout


def test_limit_bounds_listing_and_looks(town):
    """`--limit 5` reads five rows and looks at five pages; the next crawl goes on."""
    text = town.run("crawl", "--limit", "5").stdout
    assert "on its listing, the first 5 read)" in text
    assert f"5 looked at · {f'{files(town)} files · ' if files(town) else ''}5 read for the first time" in text
    assert asked(town, "/art/") == 5
    town.run("crawl")
    assert len(town.json("list", "--limit", "0")["releases"]) == 40


def test_dry_run_asks_and_writes_nothing(town):
    """Before the first crawl it says how the listing would be found; afterwards where it is and what is due."""
    text = town.run("crawl", "--dry-run").stdout
    assert "not known yet: walk there from http://127.0.0.1" in text
    assert 'by the links "English", then "Jiaxing Today"' in text
    assert "does not exist yet" in text
    assert "any number of requests a day" in text
    assert not town.server.requests
    assert not town.archive.exists()
    town.run("crawl")
    known = asked(town, "/art/")
    before = len(town.server.requests)
    text = town.run("crawl", "--dry-run").stdout
    assert "where it was last found: http://127.0.0.1" in text
    assert "until 60 rows in turn are known" in text
    assert f"{known} tracked, 0 due now" in text
    full = town.run("crawl", "--dry-run", "--full").stdout
    assert f"{known} tracked, all {known} would be looked at" in full
    assert len(town.server.requests) == before


def test_dry_run_of_a_named_listing_with_budgets(town, tmp_path):
    """A listing that the portal's file names, and the budgets that it sets, are told."""
    listing = f"{town.server.base_url}/col/col1591185/index.html"
    folder = tmp_path / "named"
    folder.mkdir()
    text = portal_file(town.server.base_url).replace("requests_per_day = 0", "requests_per_day = 300")
    other = bench(folder, town.server, portal=f'{text}listing = "{listing}"\n')
    said = other.run("crawl", "embedded/today", "--dry-run").stdout
    assert f"named in the portal's file: {listing}" in said
    assert "300 requests a day to a host, any number for first looks; 0 s between two" in said


def test_recheck_looks_now(town):
    """Named press releases are looked at whether they are due or not, at every address of theirs."""
    town.run("crawl")
    number = town.number(town.portal.golden.title)
    before = len(town.server.requests)
    assert "1 looked at · 1 unchanged (no bodies sent again)" in town.run("recheck", str(number)).stdout
    assert [line.target for line in town.server.requests[before:] if "/art/" in line.target] == [town.portal.golden.path]
    assert "3 looked at" in town.run("recheck", "--oldest", "3").stdout


def test_recheck_takes_the_longest_unseen(town):
    """`--oldest` takes those that nobody looked at for longest, each in its turn."""
    town.run("crawl")
    crawled = len(town.server.requests)
    for _ in range(2):
        town.run("recheck", "--oldest", "4")
    targets = [line.target for line in town.server.requests[crawled:] if "/art/" in line.target]
    assert len(targets) == len(set(targets)) == 8


def test_recheck_of_all(town):
    """`--all` takes every page."""
    town.run("crawl")
    known = asked(town, "/art/")
    assert f"{known} looked at" in town.run("recheck", "--all").stdout


def test_recheck_needs_an_archive_and_a_page(town, tmp_path):
    """Without an archive, a known name, or a page that somebody serves there is nothing to look at."""
    assert "no archive" in told(town.run("recheck", "1", code=2))
    assert not town.archive.exists()
    text = tmp_path / "release.txt"
    text.write_text("A Title\n\nRelease date:2022-09-20 10:46\n\nA paragraph.\n")
    town.run("import", text)
    assert "from a file only" in told(town.run("recheck", "1", code=1))
    assert "nothing here is named 99" in told(town.run("recheck", "99", code=2))


def test_recheck_of_a_section_that_is_no_longer_configured(town, tmp_path):
    """A press release of a portal that was taken out of the settings cannot be asked for."""
    town.run("crawl", "--limit", "2")
    text = portal_file(town.server.base_url).replace('name = "embedded"', 'name = "renamed"')
    other = bench(tmp_path, town.server, portal=text)
    assert "embedded/today, which is not configured" in told(other.run("recheck", "1", code=1))


def test_a_section_that_outlives_the_one_that_listed_its_pages_first(town, tmp_path):
    """Two sections list the same pages; when the first leaves the settings, the pages are the other's to look at."""
    first = portal_file(town.server.base_url)
    second = first.replace("[sections.today]", "[sections.again]")
    both = first + second[second.index("[sections.again]") :]
    bench(tmp_path, town.server, portal=both).run("crawl")
    pages = sum(row["tracked"] for row in town.json("status")["sections"])
    only = bench(tmp_path, town.server, portal=second)
    assert f"{pages} tracked, all {pages} would be looked at" in only.run("crawl", "--full", "--dry-run").stdout
    assert f"{pages} looked at" in only.run("crawl", "--full").stdout
    assert "1 looked at" in only.run("recheck", str(only.number(only.portal.golden.title))).stdout
    assert "3 looked at" in only.run("recheck", "--oldest", "3").stdout


def test_status_counts_looks_and_not_hops(town):
    """The day's budget is spent by looks at pages and at their files: neither a second hop nor the listing takes of it."""
    town.run("crawl")
    looked = asked(town, "/art/") + files(town)
    town.run("recheck", "--oldest", "3")
    [portal] = town.json("status")["portals"]
    again = asked(town, "/art/") + files(town) - looked
    assert (portal["first_looks_today"], portal["looks_today"]) == (looked, again)
    assert again >= 3


def test_unknown_section(town):
    """A section that is none is wrong usage; nothing is asked and no archive is made."""
    result = town.run("crawl", "embedded/nope", code=2)
    assert "there is no section embedded/nope" in told(result)
    assert "embedded/today" in result.stderr
    assert not town.archive.exists()


def test_unreachable_host(tmp_path):
    """A host that nobody answers at is told with every step that was tried, and the attempt is kept."""
    with PortalServer(Portal(1, 30)) as server:
        town = bench(tmp_path, server)
    result = town.run("crawl", code=1)
    assert "no listing titled" in result.stderr
    assert f"tried {server.base_url}" in result.stderr
    assert "Hint: " in result.stderr
    assert "Traceback" not in result.output
    assert town.json("status")["today"]["unanswered"] > 0
    first = town.json("show", "--fetch", "1")
    assert first["result"] == "network-error"
    assert first["error"] in town.run("show", "--fetch", "1").stdout


def test_wrong_url_of_a_listing(town, tmp_path):
    """A listing at an address that has none is a failure with a hint, and is shown by `status`."""
    text = f'{portal_file(town.server.base_url)}listing = "{town.server.base_url}/col/col9/index.html"\n'
    other = bench(tmp_path, town.server, portal=text)
    result = other.run("crawl", code=1)
    assert "the listing cannot be read" in result.stderr
    assert "Hint: " in result.stderr
    assert result.stderr.count("the listing cannot be read") == 1
    assert "its listing was read in part only" in other.run("status").stdout


def test_most_pages_failing_is_trouble(town):
    """Where less than half of what was asked answers, the code is 1 though the listing was read."""
    town.run("crawl")
    town.portal.fail_host()
    result = town.run("recheck", "--all", code=1)
    assert "without a usable answer" in result.stdout


def test_what_is_listed_but_was_never_read(town, tmp_path):
    """Pages that could not be read at the first look are told by `status`, and those not asked for yet are counted."""
    text = portal_file(town.server.base_url).replace("requests_per_day_backfill = 0", "requests_per_day_backfill = 12")
    other = bench(tmp_path, town.server, portal=text)
    town.portal.change_layout()
    assert "12 looked at · 12 without a usable answer" in other.run("crawl", code=1).stdout
    unread = other.json("status")["unread"]
    assert len(unread) == other.json("status")["sections"][0]["tracked"]
    said = other.run("status").stdout
    assert f"Listed but never read: {len(unread)} pages, {len(unread) - 12} of them not asked for yet" in said
    assert f"   {unread[0]['title']}: a page that does not read as a press release" in said
    assert f"      {unread[0]['url']}\n" in said
    assert "and 2 more: jiaxing-today status --json" in said
    assert "is listed but was never read" in told(other.run("show", str(unread[0]["page"]), code=2))


def test_the_budget_of_a_day(town, tmp_path):
    """What the budget leaves over is said, is not lost, and is no failure."""
    text = portal_file(town.server.base_url).replace("requests_per_day_backfill = 0", "requests_per_day_backfill = 7")
    text = text.replace("[sections.today]", NO_FILES)
    other = bench(tmp_path, town.server, portal=text)
    said = other.run("crawl").stdout
    assert "7 looked at" in said
    assert "Left for later: today's budget" in said
    assert "7 of 7 first looks" in other.run("status").stdout


def test_a_listing_read_in_part(town):
    """A listing whose second part fails is said to be incomplete, in the crawl and in `status`."""
    town.run("crawl")
    town.portal.break_listing()
    result = town.run("crawl", code=1)
    assert "the listing cannot be read" in result.stderr
    town.portal.break_listing(on=False)
    town.run("crawl")
    assert "in part only" not in town.run("status").stdout


def test_old_tls_is_shown(town, tmp_path):
    """That a portal's old TLS is accepted stands in the overview."""
    other = bench(
        tmp_path, town.server, portal=portal_file(town.server.base_url).replace("[politeness]", 'tls = "legacy"\n\n[politeness]')
    )
    other.run("crawl", "--limit", "1")
    assert "old TLS is accepted" in other.run("status").stdout


def test_a_live_crawl_leaves_a_demo_alone(town):
    """Real press releases do not go into a demo's archive."""
    demo = town.folder / "demo.db"
    with open_archive(demo, How(), trigger=DEMO) as archive:
        archive.begin_run(DEMO, vantage="", software="x", settings="{}")
    result = town.run("crawl", "--archive", demo, code=1)
    assert "the demo's archive" in told(result)
    assert "--archive" in result.stderr


def test_verbose_writes_every_event(town):
    """`--verbose` adds a line of JSON for each event to the error stream, and changes nothing else."""
    plain = run("crawl", "--limit", "3", "--config", town.folder / "jiaxing-today.toml", "--archive", town.folder / "other.db")
    result = run("--verbose", "crawl", "--limit", "3", "--config", town.folder / "jiaxing-today.toml")
    events = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events].count("looked") == 3
    assert result.stdout == plain.stdout.replace("other.db", "archive.db")


def test_ctrl_c_is_safe_and_says_so(town, tmp_path):
    """A crawl that is interrupted keeps what it has, says so, leaves with 130, and the next one goes on."""
    slow = bench(tmp_path, town.server, portal=portal_file(town.server.base_url).replace('delay = "0s"', 'delay = "50ms"'))
    command = [sys.executable, "-m", "crawler", "crawl", "--config", str(slow.folder / "jiaxing-today.toml")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("looking at"):
                break
        os.kill(process.pid, signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == 130
    assert rest == "Stopped. Everything up to here is kept; run the same command again and it goes on from there.\n"
    assert slow.json("status")["last_run"]["outcome"] == "interrupted"
    town.run("crawl")
    assert len(slow.json("list", "--limit", "0")["releases"]) == 40
