"""Files that press releases offer, over HTTP: pages of their own, whose changes and removals are told at their release."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from config.settings import FetchOptions
from seeds.portal import Platform
from tests.misbehaviour import response
from tests.site import LAKE, Site, article, link, listing, pdf
from tests.world import World

DAY = timedelta(days=1)
GONE = response("404 Not Found", "Content-Type: text/html", body=b"<html><body>404</body></html>")
ONE, TWO = "art_1_1.html", "art_1_2.html"


@pytest.fixture
def site(tmp_path):
    """Serve four press releases, the first of which offers two files; all were read, and a day has passed."""
    files = {"Plan.pdf": "/attach/plan.pdf", "Map.zip": "/attach/map.zip"}
    with Site(tmp_path, **{ONE: article(1, files=files)}) as serving:
        serving.crawl()
        serving.clock.pass_by(DAY)
        yield serving


def pages(site) -> list[tuple[object, ...]]:
    """Return the files of the archive: parent, state, how often asked for, and the printed name of the newest content."""
    return site.rows(
        "SELECT g.parent_id, p.state, p.looks, c.title FROM pages g JOIN _pages p ON p.page_id = g.id"
        " LEFT JOIN contents c ON c.id = p.content_id WHERE g.kind = 'attachment' ORDER BY g.id"
    )


def told(site) -> list[tuple[object, ...]]:
    """Return what is told of changes: title, kind, whether silent, labels."""
    rows = site.rows("SELECT title, kind, silent, labels FROM changes ORDER BY observed_at, ref")
    return [(title, kind, bool(silent), json.loads(labels)) for title, kind, silent, labels in rows]


def releases(site) -> list[tuple[object, ...]]:
    """Return each press release with its state and how many edits it saw."""
    return site.rows("SELECT release, state, edits FROM releases ORDER BY release")


def test_documents_are_pages_of_their_press_release(site):
    """By default documents are kept, with their bytes and the dates of their page; they are no press releases, and no news."""
    assert pages(site) == [(1, "live", 1, "Plan.pdf")]
    [(text, published, fields)] = site.rows("SELECT text, published, fields FROM contents WHERE title = 'Plan.pdf'")
    file = json.loads(fields)["file"]
    body = site.rows(f"SELECT size, media_type FROM bodies WHERE sha256 = '{file['sha256']}'")
    assert (text, published) == ("", "2026-01-01 10:00")
    assert body == [(file["size"], file["media_type"])]
    assert [release for release, _, _ in releases(site)] == [1, 2, 3, 4]
    assert told(site) == []
    site.assert_rebuilt()


@pytest.mark.parametrize(("wish", "names"), [("all", ["Plan.pdf", "Map.zip"]), ("documents", ["Plan.pdf"]), ("none", [])])
def test_which_files_are_kept_is_the_sections_wish(tmp_path, wish, names):
    """All, documents, or none at all; whatever is not kept is not asked for either."""
    files = {"Plan.pdf": "/attach/plan.pdf", "Map.zip": "/attach/map.zip"}
    with Site(tmp_path, **{ONE: article(1, files=files)}) as site:
        site.section = f'attachments = "{wish}"'
        site.crawl()
        assert [row[3] for row in pages(site)] == names
        assert sum(number for path, number in site.asked.items() if path.startswith("/attach")) == len(names)


def test_a_replaced_file_is_a_silent_change_of_its_press_release(site):
    """The page says what it said; only the bytes behind its link are others."""
    site.answers["plan.pdf"] = pdf("another plan")
    site.crawl()
    site.crawl()
    assert told(site) == [("Plan.pdf", "edited", True, ["attachment"])]
    [(release, page, summary)] = site.rows("SELECT release, page, summary FROM changes")
    assert (release, page == release) == (1, False)
    assert "bytes (SHA-256" in summary
    assert releases(site)[0] == (1, "live", 1)
    site.assert_rebuilt()


def test_a_file_that_is_replaced_with_a_new_date_is_no_silent_change(site):
    """Who reads the page sees that it was published anew."""
    site.answers |= {
        "plan.pdf": pdf("another plan"),
        ONE: article(1, files={"Plan.pdf": "/attach/plan.pdf"}, published="2026-01-05 10:00"),
    }
    site.crawl()
    assert ("Plan.pdf", "edited", False, ["attachment"]) in told(site)


def test_an_address_that_is_signed_anew_is_no_change(site):
    """The file is known again by its name, and its bytes are what they were."""
    for number in range(3):
        site.answers[ONE] = article(1, files={"Plan.pdf": f"/attach/plan.pdf?sign={number}", "Map.zip": "/attach/map.zip"})
        site.clock.pass_by(DAY)
        site.crawl()
    assert told(site) == []
    assert [(parent, state, name) for parent, state, _, name in pages(site)] == [(1, "live", "Plan.pdf")]
    assert [url for (url,) in site.rows("SELECT DISTINCT url FROM captures WHERE url LIKE '%sign=%'")]


def test_a_file_at_a_new_address_is_the_one_of_its_name(site):
    """A file that is put in the place of another often has a new address: it is a replaced one, and not two."""
    files = {"Plan.pdf": "/attach/plan-2.pdf", "Map.zip": "/attach/map.zip"}
    site.answers |= {ONE: article(1, files=files), "plan-2.pdf": pdf("another plan")}
    site.crawl()
    assert told(site) == [("Plan.pdf", "edited", True, ["attachment"])]
    assert len(pages(site)) == 1


def test_a_file_that_is_taken_off_the_page_is_not_asked_for_any_more(site):
    """Its page says that it offers it no longer; nothing is known of the file, and nothing is claimed."""
    site.answers[ONE] = article(1)
    site.crawl()
    asked = site.asked["/attach/plan.pdf"]
    for _ in range(3):
        site.clock.pass_by(30 * DAY)
        site.crawl()
    assert site.asked["/attach/plan.pdf"] == asked
    assert [(title, kind) for title, kind, _, _ in told(site)] == [("Lake 1", "edited")]
    site.assert_rebuilt()


def test_a_file_that_is_gone_is_proven_to_be_removed_like_a_page(site):
    """Its press release stays: the removal is told of the file, after checks beside controls."""
    site.answers["plan.pdf"] = GONE
    for _ in range(4):
        site.crawl()
        site.clock.pass_by(DAY)
    assert told(site) == [("Plan.pdf", "removed", False, [])]
    assert site.rows("SELECT count(*) FROM proofs WHERE role = 'check'") >= [(3,)]
    assert releases(site)[0][1] == "live"
    del site.answers["plan.pdf"]
    site.clock.pass_by(30 * DAY)
    site.crawl()
    assert [(title, kind) for title, kind, _, _ in told(site)] == [("Plan.pdf", "removed"), ("Plan.pdf", "restored")]
    site.assert_rebuilt()


def test_many_files_that_are_gone_are_no_block(tmp_path):
    """All files of one press release may go at once: that is no trouble of the host."""
    files = {f"Plan {number}.pdf": f"/attach/{number}.pdf" for number in range(8)}
    with Site(tmp_path, **{ONE: article(1, files=files)}) as site:
        site.crawl()
        site.answers |= {f"{number}.pdf": GONE for number in range(8)}
        for _ in range(4):
            site.clock.pass_by(DAY)
            site.crawl()
        assert [kind for _, kind, _, _ in told(site)] == ["removed"] * 8
        assert site.rows("SELECT * FROM _alerts") == []


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><head><title>404</title></head><body>404 Not Found</body></html>",
        b"<html><body><h1>Portal</h1><p>Welcome to the portal.</p></body></html>",
    ],
)
def test_a_web_page_in_place_of_a_file_is_no_version_of_it(site, page):
    """A notice is judged as one, any other page says nothing; neither is taken for the file."""
    site.answers["plan.pdf"] = response("200 OK", "Content-Type: application/pdf", body=page)
    site.crawl()
    assert told(site) == []
    assert pages(site)[0][1] in {"live", "suspect"}
    assert site.rows("SELECT count(*) FROM contents WHERE title = 'Plan.pdf'") == [(1,)]


def test_a_file_that_is_too_large_is_on_record_and_not_asked_for_at_once_again(tmp_path):
    """Its size is bounded; the failure is kept, and the next look waits as after any failure."""
    with Site(tmp_path, **{ONE: article(1, files={"Plan.pdf": "/attach/plan.pdf"}), "plan.pdf": pdf("x" * 5_000)}) as site:
        site.fetch = FetchOptions(max_file="1 kB")
        site.crawl()
        assert site.rows("SELECT result FROM fetches WHERE url LIKE '%plan.pdf'") == [("too-large",)]
        site.due()
        assert site.asked["/attach/plan.pdf"] == 1
        assert told(site) == []


def test_a_file_larger_than_a_page_may_be_is_taken(tmp_path):
    """Pages and files have bounds of their own."""
    with Site(tmp_path, **{ONE: article(1, files={"Plan.pdf": "/attach/plan.pdf"}), "plan.pdf": pdf("x" * 50_000)}) as site:
        site.fetch = FetchOptions(max_body="20 kB")
        site.crawl()
        assert [row[3] for row in pages(site)] == ["Plan.pdf"]


def test_a_file_of_another_host_is_not_asked_for(tmp_path):
    """Nothing outside the portal's hosts is ever asked; the page shows what it offers all the same."""
    with Site(tmp_path) as site:
        site.answers[ONE] = article(1, files={"Plan.pdf": f"http://localhost:{site.server.port}/attach/plan.pdf"})
        site.crawl()
        assert pages(site) == []
        assert site.asked["/attach/plan.pdf"] == 0
        assert "Plan.pdf" in site.rows("SELECT fields FROM contents WHERE title = 'Lake 1'")[0][0]


def test_a_file_of_two_press_releases_has_one_history(tmp_path):
    """One address is one page, at the press release that offered it first."""
    files = {"Plan.pdf": "/attach/plan.pdf"}
    with Site(tmp_path, **{ONE: article(1, files=files), TWO: article(2, files=files)}) as site:
        site.crawl()
        site.crawl()
        assert [row[0] for row in pages(site)] == [1]
        assert site.rows("SELECT count(DISTINCT release) FROM releases") == [(4,)]


def test_a_row_of_the_listing_that_leads_to_a_file_is_a_press_release_of_its_own(tmp_path):
    """It has the listed title and day, its bytes are its content, and other bytes are an edit."""
    rows = [link(1), '<li><a href="/attach/notice.pdf">Notice of the Lake</a><span>2026-01-09</span></li>']
    with Site(tmp_path, list=listing(*rows)) as site:
        site.section = 'article_urls = ["/art/*", "/attach/*"]'
        site.crawl()
        assert site.rows("SELECT title, published_on, state FROM releases WHERE url LIKE '%notice.pdf'") == [
            ("Notice of the Lake", "2026-01-09", "live")
        ]
        site.answers["notice.pdf"] = pdf("another notice")
        site.clock.pass_by(DAY)
        site.crawl()
        site.crawl()
        assert told(site) == [("Notice of the Lake", "edited", True, ["attachment"])]


def test_a_due_file_brings_its_page_forward(site):
    """Files have their own times; their address is the page's to tell, so that the page is asked for whole."""
    site.rows("SELECT 1")
    [(due,)] = site.rows("SELECT f.due_at FROM _frontier f JOIN pages g ON g.id = f.page_id WHERE g.kind = 'attachment'")
    assert due
    asked = site.asked["/attach/plan.pdf"]
    site.clock.pass_by(90 * DAY)
    site.due()
    assert site.asked["/attach/plan.pdf"] == asked + 1


def test_a_page_that_cannot_be_read_is_not_asked_for_again_and_again_for_its_files(site):
    """It could not name them: they wait until it is due itself."""
    site.answers[ONE] = response("200 OK", "Content-Type: text/html", body=b"<html><body><p>Odd thing.</p></body></html>")
    site.clock.pass_by(90 * DAY)
    site.due()
    asked = site.asked[f"/art/2026/1/1/{ONE}"]
    for _ in range(3):
        site.clock.pass_by(timedelta(minutes=5))
        site.due()
    assert site.asked[f"/art/2026/1/1/{ONE}"] == asked


def test_the_text_of_pdfs_is_not_compared(tmp_path):
    """However the text of a file is read, by whom and with what success: its bytes decide."""
    with Site(tmp_path, **{ONE: article(1, files={"Plan.pdf": "/attach/plan.pdf"})}) as site:
        site.crawl()
        readers = site.rows("SELECT DISTINCT reader FROM readings WHERE reader LIKE 'file-1%'")
        assert len(readers) == 1
        assert LAKE in site.rows("SELECT text FROM contents WHERE title = 'Lake 1'")[0][0]
        site.clock.pass_by(DAY)
        site.crawl()
        assert told(site) == []


def in_parts(number: int, parts: int, *, place: int = 0, text: str = LAKE) -> bytes:
    """Return one of the pages of an article that is spread over some, as TRS does: its pager is a script."""
    return article(number, text, more=f'<script>createPageHTML({parts}, {place}, "art_1_{number}", "html");</script>')


def test_an_article_on_several_pages_is_read_as_one(tmp_path):
    """Its further pages are pages of its own, found by its pager; it says what all of them say, and an edit of one is its own."""
    first, second, third = "art_1_1.html", "art_1_1_1.html", "art_1_1_2.html"
    pages_of = {
        first: in_parts(1, 3),
        second: in_parts(1, 3, place=1, text="Page two."),
        third: in_parts(1, 3, place=2, text="Three."),
    }
    with Site(tmp_path, **pages_of) as site:
        site.crawl()
        assert site.rows(
            "SELECT parent_id, position, state FROM pages g JOIN _pages p ON p.page_id = g.id WHERE kind = 'part'"
        ) == [
            (1, 2, "live"),
            (1, 3, "live"),
        ]
        [(text,)] = site.rows("SELECT text FROM releases WHERE release = 1")
        assert text.split("\n\n") == [f"{LAKE} Number 1.", "Page two. Number 1.", "Three. Number 1."]
        assert site.rows("SELECT count(*) FROM releases") == [(4,)]
        site.clock.pass_by(DAY)
        site.answers[second] = in_parts(1, 3, place=1, text="Page 2.")
        site.crawl()
        assert [row[:3] for row in told(site)] == [("Lake 1", "edited", True)]
        assert releases(site)[0] == (1, "live", 1)
        site.assert_rebuilt()


@pytest.mark.parametrize("platform", Platform)
def test_files_of_every_platform(tmp_path, platform):
    """Wherever files come from, signed anew on every answer or not: there is no change until one is replaced."""
    with World(tmp_path, platform=platform, files="all") as world:
        museum = world.portal.publish(
            "Canal Museum Opens", paragraphs=("It opened on Monday.",), attachments=("plan.pdf", "map.doc")
        )
        world.settle()
        names = "SELECT c.title FROM pages g JOIN _pages p ON p.page_id = g.id JOIN contents c ON c.id = p.content_id"
        kept = world.values(f"{names} WHERE g.kind = 'attachment' AND g.parent_id = {world.page(museum.path)} ORDER BY 1")
        assert kept == ["map.doc", "plan.pdf"]
        world.crawl()
        assert world.values("SELECT title FROM changes WHERE kind <> 'new'") == []
        world.portal.replace_file(museum.id, "plan.pdf")
        world.clock.pass_by()
        world.crawl()
        changes = world.rows("SELECT title, kind, silent, labels FROM changes WHERE kind <> 'new'")
        assert changes == [{"title": "plan.pdf", "kind": "edited", "silent": 1, "labels": '["attachment"]'}]
        world.portal.remove(museum.id)
        world.clock.pass_by()
        world.crawl()
        assert world.states(museum) == ["suspect"]


def test_an_article_of_the_embedded_portal_on_several_pages(tmp_path):
    """Where TRS spreads an article, what the archive tells of it is the whole text, word for word."""
    texts = tuple(f"Paragraph {number} of the plan says what is done by the lake." for number in range(6))
    with World(tmp_path, platform=Platform.TRS) as world:
        world.settle()
        plan = world.portal.publish("Plan for the Lake", paragraphs=texts, spread=3)
        world.clock.pass_by()
        world.crawl()
        [text] = world.values("SELECT text FROM releases WHERE title = 'Plan for the Lake'")
        assert tuple(text.split("\n\n")) == texts
        world.portal.silent_edit(plan.id, paragraphs=(*texts[:4], "Paragraph 5 says nothing any more.", texts[5]))
        world.clock.pass_by()
        world.crawl()
        assert world.values("SELECT kind FROM changes WHERE title = 'Plan for the Lake' ORDER BY observed_at") == ["new", "edited"]


def test_a_run_that_ends_before_it_comes_to_a_file_leaves_it_due(tmp_path):
    """The file is known with its page, in one transaction: whatever ends the run then, the next one reads it."""
    with Site(tmp_path, **{ONE: article(1, files={"Plan.pdf": "/attach/plan.pdf"})}) as site:
        site.crawl(requests_per_day_backfill=1)
        assert [(state, looks) for _, state, looks, _ in pages(site)] == [(None, 0)]
        site.clock.pass_by(DAY)
        site.due()
        assert [(state, looks) for _, state, looks, _ in pages(site)] == [("live", 1)]
        assert told(site) == []


def test_files_that_are_not_wanted_any_more_do_not_keep_their_page_due(site):
    """The operator takes files out of the section's wish: nobody asks for them, nor for their pages on their account."""
    site.section = 'attachments = "none"'
    site.clock.pass_by(90 * DAY)
    site.due()
    asked = site.asked[f"/art/2026/1/1/{ONE}"]
    site.due()
    site.due()
    assert site.asked[f"/art/2026/1/1/{ONE}"] == asked
    site.section = ""
    site.clock.pass_by(90 * DAY)
    site.due()
    assert site.asked["/attach/plan.pdf"] == 2
