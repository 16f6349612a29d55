"""Which pages are one press release: opinions from facts, as the design's rule 6 has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.identity import Identity, Member, first_identity, reconcile, reunite
from storage.instants import later
from storage.records import PageKind, Reason, State

FOUNDER = Member(
    page_id=1,
    release_id=1,
    kind=PageKind.RELEASE,
    state=State.LIVE,
    reason=Reason.FIRST,
    compare_sha256="a" * 64,
    title="A visit",
    has_text=True,
    same_article=False,
    changed_at="2026-01-01T08:00:00.000Z",
    confirmed_at="2026-01-01T12:00:00.000Z",
    reader="1/a/b",
)
COPY = replace(FOUNDER, page_id=2, reason=Reason.SAME_CONTENT)
OTHER = "b" * 64
ABSENT = [State.SUSPECT, State.REMOVED]


def first(*others, compare_sha256=FOUNDER.compare_sha256, title=FOUNDER.title, has_text=True):
    """Say where page 9 belongs at first sight."""
    return first_identity(9, compare_sha256, title, has_text=has_text, others=others)


def test_alone_a_page_founds_its_release():
    """Without a sibling a page is a release of its own."""
    assert first() == Identity(9, 9, Reason.FIRST)


def test_one_article_in_two_columns():
    """The same article number joins where title or content agree, whatever the other says."""
    same = replace(FOUNDER, same_article=True)
    assert first(same) == Identity(9, 1, Reason.SAME_ARTICLE_ID)
    assert first(same, compare_sha256=OTHER) == Identity(9, 1, Reason.SAME_ARTICLE_ID)
    assert first(same, title="Other") == Identity(9, 1, Reason.SAME_ARTICLE_ID)


def test_an_article_number_alone_is_not_trusted():
    """Numbers restart when a site is migrated: title and content both other means another release."""
    assert first(replace(FOUNDER, same_article=True), compare_sha256=OTHER, title="Other") == Identity(9, 9, Reason.FIRST)


def test_the_article_number_weighs_more_than_the_content():
    """Of two siblings the one with the article's number is joined."""
    twin, same = FOUNDER, replace(FOUNDER, page_id=5, release_id=5, same_article=True)
    assert first(twin, same) == Identity(9, 5, Reason.SAME_ARTICLE_ID)


def test_same_content_at_a_second_address():
    """The same content joins; the release is the one that the sibling belongs to, not the sibling."""
    assert first(replace(COPY, page_id=3)) == Identity(9, 1, Reason.SAME_CONTENT)


@pytest.mark.parametrize(("mine", "theirs"), [(False, True), (True, False), (False, False)])
def test_pages_without_text_are_not_thereby_one(mine, theirs):
    """Two pages of pictures under one heading have the same content, and may be anything."""
    assert first(replace(FOUNDER, has_text=theirs), has_text=mine) == Identity(9, 9, Reason.FIRST)


@pytest.mark.parametrize("state", ABSENT)
def test_moved_at_first_sight(state):
    """A page with the content of one that does not answer is that one, moved."""
    assert first(replace(FOUNDER, state=state)) == Identity(9, 1, Reason.MOVED)


@pytest.mark.parametrize("state", list(State))
def test_an_import_is_never_moved(state):
    """A file was never at an address that could have been left."""
    assert first(replace(FOUNDER, kind=PageKind.IMPORT, state=state)) == Identity(9, 1, Reason.SAME_CONTENT)


def test_copies_alike_need_no_opinion():
    """Pages that say the same and answer are what they were held to be."""
    assert reconcile([FOUNDER, COPY]) == ([], {})
    assert reconcile([]) == ([], {})


@pytest.mark.parametrize("state", ABSENT)
def test_moved_and_back(state):
    """When the older page goes the copy is the moved original; when it answers again both are copies."""
    moved = Identity(2, 1, Reason.MOVED)
    assert reconcile([replace(FOUNDER, state=state), COPY]) == ([moved], {})
    assert reconcile([replace(FOUNDER, state=state), replace(COPY, reason=Reason.MOVED)]) == ([], {})
    assert reconcile([FOUNDER, replace(COPY, reason=Reason.MOVED)]) == ([Identity(2, 1, Reason.SAME_CONTENT)], {})


def test_an_article_in_two_columns_does_not_move():
    """The same article number says more than content: taking one column's copy down moves nothing."""
    gone = replace(FOUNDER, state=State.REMOVED)
    assert reconcile([gone, replace(COPY, reason=Reason.SAME_ARTICLE_ID)]) == ([], {})


def test_not_moved_while_one_older_copy_answers():
    """Only when every older page of the same content is absent has the release moved."""
    gone, third = replace(FOUNDER, state=State.REMOVED), replace(COPY, page_id=3)
    opinions, _ = reconcile([gone, COPY, third])
    assert opinions == [Identity(2, 1, Reason.MOVED)]


HOUR = 3_600_000


def test_a_copy_that_lags_is_no_divergence():
    """A copy not seen since the other changed may have changed too: it is to be looked at, and nothing is claimed."""
    edited = replace(FOUNDER, compare_sha256=OTHER, changed_at="2026-01-01T12:00:00.001Z", confirmed_at="2026-01-01T12:00:00.001Z")
    assert reconcile([edited, COPY]) == ([], {2: "2026-01-01T12:00:00.001Z"})


def test_a_copy_that_is_written_later_is_no_divergence():
    """A copy that still differs within the hour may be written anew yet: it is to be seen when that is over, and then it tells."""
    changed = "2026-01-01T12:00:00.001Z"
    edited = replace(FOUNDER, compare_sha256=OTHER, changed_at=changed, confirmed_at=changed)
    for confirmed_at in (changed, later(changed, HOUR - 1)):
        assert reconcile([edited, replace(COPY, confirmed_at=confirmed_at)]) == ([], {2: later(changed, HOUR)})
    parted = replace(COPY, confirmed_at=later(changed, HOUR))
    assert reconcile([edited, parted]) == ([Identity(2, 2, Reason.DIVERGED)], {})


def test_the_founder_lags():
    """The founding page is to be looked at in its turn."""
    edited = replace(COPY, compare_sha256=OTHER, changed_at="2026-01-01T13:00:00.000Z", confirmed_at="2026-01-01T13:00:00.000Z")
    assert reconcile([FOUNDER, edited]) == ([], {1: "2026-01-01T13:00:00.000Z"})
    seen = replace(FOUNDER, confirmed_at="2026-01-01T13:59:59.999Z")
    assert reconcile([seen, edited]) == ([], {1: "2026-01-01T14:00:00.000Z"})
    seen = replace(FOUNDER, confirmed_at="2026-01-01T14:00:00.000Z")
    assert reconcile([seen, edited]) == ([Identity(2, 2, Reason.DIVERGED)], {})


def test_of_several_changes_the_first_is_waited_for():
    """A page that lags behind two is to be seen as soon as that says more of either."""
    edits = [
        replace(
            COPY, page_id=page, compare_sha256=f"{page}" * 64, changed_at=f"2026-01-01T{hour}:00:00.000Z", confirmed_at="2026-02"
        )
        for page, hour in ((2, 13), (3, 14))
    ]
    assert reconcile([FOUNDER, *edits])[1] == {1: "2026-01-01T13:00:00.000Z"}


PARTED = replace(COPY, release_id=2, reason=Reason.DIVERGED)


def test_a_page_that_parted_comes_back():
    """What says again what its former release's first page says is one with it, and what joined it meanwhile comes along."""
    joined = replace(PARTED, page_id=3, reason=Reason.SAME_CONTENT)
    assert reunite(PARTED, [PARTED], [FOUNDER]) == [Identity(2, 1, Reason.SAME_CONTENT)]
    assert reunite(PARTED, [PARTED, joined], [replace(FOUNDER, same_article=True)]) == [
        Identity(2, 1, Reason.SAME_ARTICLE_ID),
        Identity(3, 1, Reason.SAME_CONTENT),
    ]


@pytest.mark.parametrize(
    ("page", "former"),
    [
        (replace(PARTED, compare_sha256=OTHER), [FOUNDER]),
        (replace(PARTED, state=State.SUSPECT), [FOUNDER]),
        (replace(PARTED, has_text=False), [replace(FOUNDER, has_text=False)]),
        (PARTED, []),
        (PARTED, [replace(FOUNDER, state=State.REMOVED)]),
        (PARTED, [replace(FOUNDER, kind=PageKind.IMPORT)]),
        (PARTED, [replace(FOUNDER, compare_sha256=OTHER), replace(COPY, page_id=3)]),
    ],
)
def test_a_page_that_parted_stays_apart(page, former):
    """Another text, no text, no answer, or nobody there who speaks for the release it left: nothing says that it is one again."""
    assert reunite(page, [page], former) == []


def test_two_readers_part_nothing():
    """What two readers made of two pages differs for that reason alone, however lately both were seen."""
    other = replace(COPY, compare_sha256=OTHER, reader="2/a/b")
    assert reconcile([FOUNDER, other]) == ([], {})
    assert reconcile([replace(FOUNDER, reader="2/a/b"), other]) == ([Identity(2, 2, Reason.DIVERGED)], {})


@pytest.mark.parametrize("state", ABSENT)
def test_a_page_that_does_not_answer_does_not_diverge(state):
    """What is not there says nothing else."""
    assert reconcile([FOUNDER, replace(COPY, state=state, compare_sha256=OTHER)]) == ([], {})
    assert reconcile([replace(FOUNDER, state=state), replace(COPY, state=state)]) == ([], {})


def test_an_import_takes_no_part():
    """A file never changes: an edit of the crawled page parts it from nothing."""
    imported = replace(FOUNDER, kind=PageKind.IMPORT, state=State.IMPORTED)
    assert reconcile([imported, replace(COPY, compare_sha256=OTHER)]) == ([], {})


MEMBERS = st.lists(
    st.builds(
        replace,
        st.just(FOUNDER),
        kind=st.sampled_from([PageKind.RELEASE, PageKind.IMPORT]),
        state=st.sampled_from([State.LIVE, *ABSENT]),
        reason=st.sampled_from([Reason.SAME_CONTENT, Reason.MOVED, Reason.SAME_ARTICLE_ID]),
        compare_sha256=st.sampled_from(["a" * 64, OTHER, "c" * 64]),
        changed_at=st.integers(10, 19).map("2026-01-01T{}:00:00.000Z".format),
        confirmed_at=st.integers(10, 19).map("2026-01-01T{}:00:00.000Z".format),
    ),
    min_size=1,
    max_size=5,
).map(lambda members: [replace(member, page_id=number + 1) for number, member in enumerate(members)])


@given(MEMBERS)
def test_opinions_settle(members):
    """Followed once, the opinions lead to no further ones, and a live page always stays with the release."""
    opinions, lagging = reconcile(members)
    told = {opinion.page_id: opinion for opinion in opinions}
    assert set(lagging) <= {member.page_id for member in members if member.state is State.LIVE}
    kept = []
    for member in members:
        opinion = told.get(member.page_id)
        if opinion is None or opinion.release_id == member.release_id:
            kept.append(replace(member, reason=opinion.reason) if opinion else member)
    assert reconcile(kept)[0] == []
    if any(member.state is State.LIVE and member.kind is not PageKind.IMPORT for member in members):
        assert any(member.state is State.LIVE and member.kind is not PageKind.IMPORT for member in kept)
