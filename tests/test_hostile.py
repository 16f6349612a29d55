"""A crawl of a portal that means harm: bounded in memory, each answer on the record with its reason, and none of them a version."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from tests.hostile import PAGES, HostileSite, crawl_apart

MOST_MEGABYTES = 200
FEW = (
    "980,000 nested <div>",
    "100 KB that would be 25 million elements",
    "words without end",
    "a gzip bomb",
    "headers without end",
    "a text that is rewritten",
    "a redirect to a cloud's credentials",
)
_ANSWERS = """
    SELECT g.url, f.result, r.outcome, coalesce(f.error, '') || coalesce(r.problems, ''), f.body_id IS NOT NULL
    FROM fetches f JOIN pages g ON g.id = f.page_id LEFT JOIN readings r ON r.fetch_id = f.id
    WHERE f.purpose = 'first' AND NOT EXISTS (SELECT 1 FROM fetches h WHERE h.hop_of = f.id)
"""


class Crawled:
    """An archive after a crawl of some pages and listings, and a second one at the same instant."""

    def __init__(self, folder, names, sections):
        self.names, self.archive, self.sections = names, folder / "archive.db", sections
        self.site = HostileSite({name: PAGES[name] for name in names})
        self.told = {}

    def __enter__(self):
        self.site.__enter__()
        self.told = crawl_apart(self.site, self.archive, "crawl", "due", sections=self.sections)
        return self

    def __exit__(self, *error):
        self.site.__exit__(*error)

    def recheck_later(self, page):
        """Look at a page again on the next day, when the portal has rewritten what it rewrites; return what that took."""
        self.site.again = True
        return crawl_apart(self.site, self.archive, f"recheck {page}", sections=self.sections, days=1)

    def rows(self, sql):
        """Return the rows of a query over the archive."""
        with closing(sqlite3.connect(self.archive)) as connection:
            return connection.execute(sql).fetchall()

    def answers(self):
        """Return of each page, by its name, what became of the request, what it counts as, why, and whether its bytes are there."""
        rows = {self.name_of(url): rest for url, *rest in self.rows(_ANSWERS)}
        assert set(rows) == {"the well page", *self.names}
        return rows

    def name_of(self, url):
        """Return the name of the page at an address."""
        return ["the well page", *self.names][int(re.findall(r"art_1_(\d+)\.html", url)[0])]

    def wrong(self):
        """Return the pages that do not say what they are to say."""
        said = self.answers()
        expected = {name: PAGES[name] for name in self.names}
        return {
            name: said[name]
            for name, page in expected.items()
            if said[name][:2] != [page.result, page.outcome] or not re.search(page.said, said[name][2])
        }


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Crawl a few of the pages."""
    with Crawled(tmp_path_factory.mktemp("few"), FEW, ["list"]) as crawled:
        yield crawled


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Crawl all pages, and listings that mean harm too."""
    with Crawled(tmp_path_factory.mktemp("everything"), tuple(PAGES), ["list", "records", "nested"]) as crawled:
        yield crawled


@pytest.fixture(params=["few", pytest.param("everything", marks=pytest.mark.slow)])
def crawled(request):
    """Give a crawled archive."""
    return request.getfixturevalue(request.param)


def test_the_process_stays_small(crawled):
    """Neither the process that crawls nor any that reads for it holds 200 MB, whatever came."""
    assert 0 < crawled.told["peak"] < MOST_MEGABYTES
    assert 0 < crawled.told["readers"] < MOST_MEGABYTES


def test_every_answer_is_on_the_record(crawled):
    """Each request has its result, each page that came its outcome and a reason in words, and what was unreadable is kept."""
    assert crawled.wrong() == {}
    assert all(kept for result, _, _, kept in crawled.answers().values() if result == "response")


def test_no_harm_makes_a_version(crawled):
    """Versions are made of what reads as a press release alone; the well page among all the others is one."""
    made = {crawled.name_of(url) for (url,) in crawled.rows("SELECT g.url FROM versions v JOIN pages g ON g.id = v.page_id")}
    assert made == {"the well page", *(name for name in crawled.names if PAGES[name].outcome == "ok")}


def test_nothing_is_due_at_once_for_ever(crawled):
    """Crawled again at the same instant, no page is asked for: too large ones and endless ones too wait for their time."""
    assert [step["left"] for step in crawled.told["steps"]] == [[], []]
    assert crawled.rows("SELECT DISTINCT run_id FROM fetches WHERE page_id IS NOT NULL") == [(1,)]
    assert crawled.rows("SELECT count(*) FROM runs") == [(2,)]
    pages = len(crawled.names) + 1
    assert crawled.rows("SELECT count(*) FROM _frontier WHERE due_at > (SELECT max(ended_at) FROM run_ends)") == [(pages,)]


def test_a_long_text_that_is_rewritten_is_told(few):
    """A hundred thousand words of which none stayed are an edit, told in one line; to find that out stays cheap."""
    number = FEW.index("a text that is rewritten") + 1
    ((page,),) = few.rows(f"SELECT id FROM pages WHERE url LIKE '%art_1_{number}.html'")
    told = few.recheck_later(page)
    ((kind, labels, summary),) = few.rows(f"SELECT kind, labels, summary FROM versions WHERE page_id = {page} AND number = 2")
    assert (kind, labels) == ("edited", '["substantive"]')
    assert summary.startswith("[-town")
    assert len(summary) <= 200
    assert told["peak"] < MOST_MEGABYTES


@pytest.mark.slow
def test_listings_that_mean_harm_are_told(everything):
    """A store of 55,000 records, and JSON nested a million deep, are sweeps that read nothing and say why; the other is whole."""
    (failed,) = everything.told["steps"][0]["failed"]
    assert failed == "site/nested: the listing cannot be read: it is JSON of a form that is not known"
    sql = "SELECT s.slug, w.complete, w.records, w.note FROM sweeps w JOIN sections s ON s.id = w.section_id WHERE w.run_id = 1"
    assert everything.rows(f"{sql} ORDER BY w.id") == [
        ("list", 1, len(PAGES) + 1, None),
        ("records", 0, 0, "answer 1 is not read: no listing of press releases is as long; 0 rows of 0 answers were"),
        ("nested", 0, 0, "it is JSON of a form that is not known"),
    ]
