"""Which file is which: by address, by printed name, by place.  Pure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.children import Child, Offered, matched
from storage.records import PageKind

FILE, PART = PageKind.ATTACHMENT, PageKind.PART


def child(page: int, key: str, name: str | None, position: int = 1, kind: PageKind = FILE) -> Child:
    """Return a page that hangs on another."""
    return Child(page, kind, f"https://{key}", key, name, position)


def offered(key: str, name: str, position: int = 1, kind: PageKind = FILE) -> Offered:
    """Return what a press release names."""
    return Offered(kind, f"https://{key}", key, name, position)


def pages(known: list[Child], named: list[Offered]) -> list[int | None]:
    """Return the number of each one's child."""
    return [found.page if found else None for found in matched(known, named)]


def test_an_address_goes_before_a_name():
    """Two files that exchanged their names stay where they are."""
    known = [child(1, "h/a", "A", 1), child(2, "h/b", "B", 2)]
    assert pages(known, [offered("h/b", "A", 1), offered("h/a", "B", 2)]) == [2, 1]


def test_a_name_at_a_new_address_is_the_same_file():
    """However the spaces in it are printed."""
    known = [child(1, "h/a?sign=1", "Plan\u00a0A.pdf")]
    assert pages(known, [offered("h/a?sign=2", "Plan A.pdf")]) == [1]


def test_of_two_with_one_name_the_nearer_is_meant():
    """Many a page calls all of its files the same."""
    known = [child(1, "h/a", "附件", 1), child(2, "h/b", "附件", 2)]
    assert pages(known, [offered("h/c", "附件", 2), offered("h/d", "附件", 1)]) == [2, 1]


def test_a_file_that_was_never_read_is_known_by_its_place():
    """Nothing else is known of it; one whose address is named still is not taken for another."""
    assert pages([child(1, "h/a?sign=1", None, 2)], [offered("h/a?sign=2", "Plan", 2)]) == [1]
    assert pages([child(1, "h/a", None, 1)], [offered("h/b", "Plan", 2), offered("h/a", "Map", 1)]) == [None, 1]


def test_what_is_new_is_nobodys():
    """Another address under another name is another file."""
    assert pages([child(1, "h/a", "A")], [offered("h/b", "B")]) == [None]
    assert pages([], [offered("h/b", "B")]) == [None]


def test_further_pages_are_known_by_their_address_alone():
    """They have no names, and a file is none of them."""
    known = [child(1, "h/t_1", "A", 2, PART), child(2, "h/f", "A", 2)]
    assert pages(known, [offered("h/t_2", "A", 2, PART)]) == [None]
    assert pages(known, [offered("h/t_1", "", 2, PART), offered("h/g", "A", 2)]) == [1, 2]


NAMES = st.sampled_from(["A", "B", "C"])
KEYS = st.sampled_from(["h/1", "h/2", "h/3", "h/4"])


@given(
    st.lists(st.tuples(KEYS, st.none() | NAMES, st.integers(1, 3)), unique_by=lambda each: each[0]),
    st.lists(st.tuples(KEYS, NAMES, st.integers(1, 3)), unique_by=lambda each: each[0]),
)
def test_no_child_is_two_files(known, named):
    """Each is matched once at most, and one whose address is offered is that one."""
    children = [child(number, key, name, place) for number, (key, name, place) in enumerate(known, start=1)]
    files = [offered(key, name, place) for key, name, place in named]
    found = matched(children, files)
    pages_found = [each.page for each in found if each is not None]
    assert len(set(pages_found)) == len(pages_found)
    by_key = {each.url_key: each for each in children}
    assert all(each == by_key[file.url_key] for each, file in zip(found, files, strict=True) if file.url_key in by_key)
