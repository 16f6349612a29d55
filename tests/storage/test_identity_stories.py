"""Which pages are one release, acted out: rule 6 from the first look at a page to the rows in `identities`."""

from __future__ import annotations

import pytest

from storage.archive import Archive
from storage.instants import instant, later
from storage.records import Kind, Outcome, State
from tests.builders import OTHER_READER, Story, article_url, content, reading

A, B, C = "Zhang Bing visited the port.", "Zhang Bing toured the port.", "Zhang Bing left the port."


@pytest.fixture
def columns(story):
    """Return one article's pages under two columns, listed by the first complete sweep."""
    return story.sweep([article_url(7, column=1), article_url(7, column=2)])


@pytest.fixture
def addresses(story):
    """Return two pages whose addresses say nothing of each other."""
    return story.sweep([article_url(1), article_url(2)])


def releases(story):
    """Return the releases as people see them: number, face, state and edits."""
    return [tuple(row.values()) for row in story.rows("SELECT release, version, state, edits FROM releases ORDER BY release")]


def test_one_article_in_two_columns(story, columns):
    """Two pages with their own histories, one release, which the first founds."""
    first, second = columns
    story.look(first, A)
    appended = story.look(second, A)
    assert (appended.kind, appended.look_at) == (Kind.NEW, ())
    assert story.identities() == [(first, first, "first"), (second, first, "same-article-id")]
    assert [len(story.versions(page)) for page in columns] == [1, 1]
    assert releases(story) == [(first, f"{first}@1", "live", 0)]


def test_one_article_edited_between_the_two_looks(story, columns):
    """The number and the title agree: one release, and the first page is looked at before anything is made of the difference."""
    first, second = columns
    story.look(first, A)
    appended = story.look(second, B)
    assert appended.look_at == (first,)
    assert story.rows("SELECT reason FROM _frontier WHERE page_id = ?", first) == [{"reason": "copy"}]
    story.look(first, B)
    assert story.identities() == [(first, first, "first"), (second, first, "same-article-id")]


def test_a_number_that_was_used_again(story, columns):
    """The same number over another title and text is another press release."""
    first, second = columns
    story.look(first, A)
    story.look(second, content("Something else altogether.", title="Another event"))
    assert story.identities() == [(first, first, "first"), (second, second, "first")]


def test_the_same_content_at_a_second_address(story, addresses):
    """One release; the older page is named to be looked at, because the text may have moved."""
    first, second = addresses
    story.look(first, A)
    assert story.look(second, A).look_at == (first,)
    assert story.identities() == [(first, first, "first"), (second, first, "same-content")]
    assert story.look(first, A).look_at == ()
    assert len(story.identities()) == 2


def test_pages_of_pictures(story, addresses):
    """Two pages without text and under one heading are not thereby one."""
    for page in addresses:
        story.look(page, "")
    assert [reason for _, _, reason in story.identities()] == ["first", "first"]


def test_republished_under_a_new_id(story, addresses):
    """The new page has the content, then the old one is gone: moved; the release stays live, and it is the same release."""
    old, new = addresses
    story.look(old, A)
    story.look(new, A)
    story.fails(old)
    assert story.identities()[1:] == [(new, old, "same-content"), (new, old, "moved")]
    assert releases(story) == [(old, f"{new}@1", "live", 0)]
    story.look(old, A)
    assert story.identities()[-1] == (new, old, "same-content")
    assert releases(story) == [(old, f"{old}@1", "live", 0)]


def test_moved_at_first_sight(story, addresses):
    """The old page was gone before the new one was found: moved at once, and only one opinion."""
    old, new = addresses
    story.look(old, A)
    story.fails(old)
    story.look(new, A)
    assert story.identities() == [(old, old, "first"), (new, old, "moved")]
    assert releases(story) == [(old, f"{new}@1", "live", 0)]


@pytest.mark.parametrize("outcome", [Outcome.CHALLENGE, Outcome.BLOCKED, Outcome.SERVER_ERROR, Outcome.EMPTY])
def test_an_error_moves_nothing(story, addresses, outcome):
    """An answer that speaks of the host and not of the page is no departure."""
    old, new = addresses
    story.look(old, A)
    story.look(new, A)
    story.fails(old, outcome, 503)
    story.times_out(old)
    assert story.identities()[-1] == (new, old, "same-content")


def test_a_copy_that_lags_is_no_divergence(story, addresses):
    """One column is edited first: the other is looked at, has the edit too, and nothing diverged."""
    first, second = addresses
    for page in addresses:
        story.look(page, A)
    story.look(first, A)
    assert story.look(first, B).look_at == (second,)
    assert story.look(second, B).look_at == ()
    assert [reason for _, _, reason in story.identities()] == ["first", "same-content"]
    assert releases(story) == [(first, f"{first}@2", "live", 1)]


def frontier(story, page):
    """Return when a page is due, and why."""
    return story.connection.execute("SELECT due_at, reason FROM _frontier WHERE page_id = ?", (page,)).fetchone()


def part(story, first, second):
    """Let the second of two copies be edited, and the first be seen to say the old for more than an hour."""
    for page in (first, second):
        story.look(page, A)
    story.clock.skip(hours=2)
    story.look(second, B)
    story.clock.skip(hours=2)
    story.look(first, A)


def test_diverged_after_both_were_seen(story, addresses):
    """Only when the other was seen an hour after the change, and says something else, are they two releases."""
    first, second = addresses
    for page in addresses:
        story.look(page, A)
    story.clock.skip(days=1)
    assert story.look(second, B).look_at == (first,)
    changed = story.state(second)["last_changed_at"]
    story.clock.skip(minutes=50)
    assert story.look(first, A).look_at == ()
    assert len(story.identities()) == 2
    story.clock.skip(minutes=10)
    story.look(first, A)
    assert story.identities()[-1] == (second, second, "diverged")
    assert story.state(first)["base_at"] >= later(changed, 3_600_000)
    assert releases(story) == [(first, f"{first}@1", "live", 0), (second, f"{second}@2", "live", 1)]


def test_a_copy_written_anew_a_quarter_of_an_hour_later(story, columns):
    """Two columns of one article, the second regenerated later, and seen in between: one release, one edit."""
    for page in columns:
        story.look(page, A)
    story.clock.skip(days=1)
    for page, text in zip(columns, (B, A), strict=True):
        story.look(page, text)
    story.clock.skip(minutes=15)
    for page in columns:
        story.look(page, B)
    story.clock.skip(days=1)
    for page in columns:
        story.look(page, B)
    assert [reason for _, _, reason in story.identities()] == ["first", "same-article-id"]
    assert releases(story) == [(columns[0], f"{columns[0]}@2", "live", 1)]


class Patient:
    """A policy that lets every page wait."""

    def due(self, *_):
        """Say that a page is due years later."""
        return "2030-01-01T00:00:00.000Z", "age"

    def taught(self, *_):
        """Learn nothing."""


@pytest.fixture
def policy(path, clock):
    """Begin a story whose policy lets a page wait for a month, so that what is brought forward shows."""
    archive = Archive.open(path, schedule=Patient(), now=clock)
    with archive:
        yield Story(archive, clock)


def test_a_copy_is_seen_again_when_the_hour_is_over(policy):
    """The copy is due at once, then an hour after the change, then by the policy again: nothing goes in circles."""
    first, second = policy.sweep([article_url(1), article_url(2)])
    for page in (first, second):
        policy.look(page, A)
    policy.clock.skip(days=1)
    policy.look(first, A)
    policy.look(second, B)
    changed = policy.state(second)["last_changed_at"]
    due, reason = frontier(policy, first)
    assert (due <= instant(policy.clock.moment), reason) == (True, "copy")
    for _ in range(3):
        assert policy.look(first, A).look_at == ()
        assert frontier(policy, first) == (later(changed, 3_600_000), "copy")
        policy.clock.skip(minutes=15)
    policy.clock.skip(minutes=15)
    policy.look(first, A)
    assert policy.identities()[-1] == (second, second, "diverged")
    for page in (first, second):
        policy.look(page, A if page == first else B)
        assert frontier(policy, page) == ("2030-01-01T00:00:00.000Z", "age")


def test_an_hour_is_never_waited_for_longer_than_the_policy(story, addresses):
    """A page that is due earlier by itself keeps its time."""
    first, second = addresses
    for page in addresses:
        story.look(page, A)
    story.look(second, B)
    story.look(first, A)
    assert frontier(story, first)[1].startswith("live")


@pytest.mark.parametrize("follows", ["first", "second"])
def test_a_page_that_diverged_comes_back(story, addresses, follows):
    """Whichever of the two takes the other's text: one release again, under its old number, as a rebuild has it."""
    first, second = addresses
    part(story, first, second)
    story.look(*{"first": (first, B), "second": (second, A)}[follows])
    assert story.identities()[2:] == [(second, second, "diverged"), (second, first, "same-content")]
    assert [row[0] for row in releases(story)] == [first]
    before = story.rows("SELECT * FROM _current")
    story.archive.rebuild()
    assert story.rows("SELECT * FROM _current") == before
    part(story, first, second)
    assert story.identities()[-1] == (second, second, "diverged")


def test_what_joined_a_page_that_diverged_comes_back_with_it(story, columns):
    """A third page of the text that parted belongs to the release that it joined, wherever that goes."""
    first, second = columns
    part(story, first, second)
    story.imported(B)
    [third] = story.sweep([article_url(8)])
    story.look(third, B)
    assert story.identities()[-1] == (third, second, "same-content")
    story.look(first, B)
    assert {(page, release) for page, release, _ in story.identities()[-3:]} == {
        (page, first) for page in (second, third, third - 1)
    }
    assert story.identities()[-3] == (second, first, "same-article-id")
    assert [row[0] for row in releases(story)] == [first]


def test_what_was_no_release_of_its_own_does_not_come_back(story, addresses):
    """A page that founded its release by itself joins nobody later, whatever it comes to say."""
    first, second = addresses
    story.look(first, A)
    story.look(second, B)
    story.look(second, A)
    assert [reason for *_, reason in story.identities()] == ["first", "first"]


def test_a_lagging_copy_that_does_not_answer(story, addresses):
    """Nothing is claimed of a copy that cannot be seen."""
    first, second = addresses
    for page in addresses:
        story.look(page, A)
    story.look(second, B)
    story.times_out(first)
    story.fails(first, Outcome.CHALLENGE, 412)
    assert [reason for _, _, reason in story.identities()] == ["first", "same-content"]


def test_a_cached_copy_does_not_prove_divergence(story, addresses):
    """A body that stood in a cache since before the edit lags, however late it was asked for."""
    first, second = addresses
    for page in addresses:
        story.look(page, A)
    story.clock.skip(hours=1)
    story.look(second, B)
    story.look(first, A, headers={"Age": "1800"})
    assert [reason for _, _, reason in story.identities()] == ["first", "same-content"]
    story.clock.skip(hours=1)
    story.look(first, A, headers={"Age": "60"})
    assert [reason for _, _, reason in story.identities()] == ["first", "same-content"]
    story.look(first, A)
    assert story.identities()[-1] == (second, second, "diverged")


def test_another_reader_parts_no_copies(story, columns):
    """A copy first read by a new reader differs from its twin as the old one read it: no divergence, whichever is read when."""
    first, second = columns
    footer = "\n\nPrinted by the portal."
    story.look(first, A)
    story.look(second, A + footer, reader=OTHER_READER)
    story.look(first, A + footer, reader=OTHER_READER, rereading=reading(A + footer, OTHER_READER))
    assert [reason for _, _, reason in story.identities()] == ["first", "same-article-id"]
    assert story.look(second, A + footer, reader=OTHER_READER).kind is None
    assert [reason for _, _, reason in story.identities()] == ["first", "same-article-id"]


def test_another_reader_parts_no_copies_either_way(story, columns):
    """Both were read by the old reader; one is read by the new one before the other."""
    first, second = columns
    footer = "\n\nPrinted by the portal."
    story.look(first, A)
    story.look(second, A)
    for page in (second, first, second):
        story.look(page, A + footer, reader=OTHER_READER, rereading=reading(A + footer, OTHER_READER))
        assert [reason for _, _, reason in story.identities()] == ["first", "same-article-id"]


def test_an_import_and_a_crawled_page(story):
    """The crawled page joins the file's release; an edit of the page is an edit of the release, and no divergence."""
    imported = story.imported(A)
    [page] = story.sweep([article_url(1)])
    story.look(page, A)
    assert story.identities() == [(imported, imported, "first"), (page, imported, "same-content")]
    assert releases(story) == [(imported, f"{page}@1", "live", 0)]
    story.look(page, B)
    story.look(page, C)
    assert len(story.identities()) == 2
    assert releases(story) == [(imported, f"{page}@3", "live", 2)]
    assert story.state(imported)["state"] == "imported"


def test_an_import_of_what_was_crawled(story):
    """The other way round: the file joins the page's release and never becomes its face while the page is there."""
    [page] = story.sweep([article_url(1)])
    story.look(page, A)
    imported = story.imported(A)
    assert story.identities()[-1] == (imported, page, "same-content")
    story.fails(page)
    assert releases(story) == [(page, f"{page}@1", "suspect", 0)]
    assert [reason for _, _, reason in story.identities()] == ["first", "same-content"]


def test_an_import_alone(story):
    """A file that nobody served is a release of its own, and its state says that nobody saw it answer."""
    imported = story.imported(A)
    assert releases(story) == [(imported, f"{imported}@1", "imported", 0)]


def test_the_first_crawled_page_may_move_away_from_an_import(story):
    """Beside an import the crawled pages move as they would without it."""
    story.imported(A)
    old, new = story.sweep([article_url(1), article_url(2)])
    story.look(old, A)
    story.look(new, A)
    story.fails(old)
    assert [reason for _, _, reason in story.identities()] == ["first", "same-content", "same-content", "moved"]


def test_every_page_that_was_read_has_an_identity(story, addresses, columns):
    """And none that was not."""
    story.look(addresses[0], A)
    story.fails(columns[0])
    assert [page for page, *_ in story.identities()] == [addresses[0]]
    assert story.state(columns[0])["release_id"] is None


def test_a_release_is_suspect_when_no_page_of_it_is_live(story, addresses):
    """One live page keeps it live; its face is the page that answers."""
    first, second = addresses
    for page in addresses:
        story.look(page, A)
    story.fails(first)
    assert releases(story) == [(first, f"{second}@1", "live", 0)]
    story.fails(second)
    assert releases(story) == [(first, f"{first}@1", "suspect", 0)]
    assert story.look(second, A).state is State.LIVE
    assert releases(story) == [(first, f"{second}@1", "live", 0)]


def test_news_of_copies(story, addresses):
    """A second address is no news; an edit of it is."""
    story.sweep([article_url(n) for n in (1, 2)])
    fresh, copy = story.sweep([article_url(n) for n in (10, 11)])
    story.look(fresh, A)
    story.look(copy, A)
    story.look(copy, B)
    assert story.outbox() == [("new", f"{fresh}@1"), ("silent", f"{copy}@2")]
    assert story.column("SELECT ref FROM changes ORDER BY ref") == [f"{fresh}@1", f"{copy}@2"]


def test_what_is_told_stands_in_changes(story, addresses, columns):
    """Every version in the outbox is one that the view `changes` shows."""
    news = story.sweep([article_url(n) for n in (20, 21, 22)])
    for text in (A, B, A):
        for page in (*news, *addresses, *columns):
            story.look(page, text)
    told = {ref for _, ref in story.outbox() if ref}
    assert told
    assert told <= set(story.column("SELECT ref FROM changes"))


def test_an_edit_in_two_columns_is_one_edit(story, columns):
    """The copies say where they stand (another breadcrumb), and are compared without it: the step counts once."""
    for text in (A, B, A):
        for page, column in zip(columns, ("News", "Culture"), strict=True):
            story.look(page, content(text, breadcrumb=("Home", column)))
    assert releases(story) == [(columns[0], f"{columns[0]}@3", "live", 2)]
