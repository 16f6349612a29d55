"""The embedded portal's state: what is published at this moment, what can be done to it, and the diary of what was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from seeds.catalogue import attachment, catalogue, picture, reports
from seeds.listing import PER_PAGE
from seeds.records import PHOTOS, SECOND, TODAY, Change, Event, File, Gone, Platform, Release, Stamp
from seeds.shelf import Shelf
from seeds.texts import compose, dice, sentence, without_a_sentence
from seeds.weather import Skies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ZONE", "Portal"]

ZONE = ZoneInfo("Asia/Shanghai")
BUILT_AT = datetime(2026, 11, 21, 18, 14, 7, tzinfo=UTC)
"""When the static pages were generated that stand there at the beginning."""
REPLACED_AT_ONCE = "an article that was taken down cannot be changed: restore it first"


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def _printed(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"


def _later(published: str, moment: datetime) -> str:
    """Return `moment` as a printed date, or the minute after `published` where that would not move the date."""
    now = _printed(moment)
    if now != published:
        return now
    return f"{datetime.fromisoformat(published) + timedelta(minutes=1):%Y-%m-%d %H:%M}"


def _content(release: Release) -> tuple[object, ...]:
    """Return what readers compare: title, text and attachments; the printed date is asked for apart."""
    return release.title, release.paragraphs, release.attachment_names


def _paths(release: Release | None) -> set[str]:
    return set(release.paths) if release is not None and release.state != "removed" else set()


def _kinds(before: Release, after: Release) -> str | None:
    if before.published != after.published:
        return "edited"
    return None if _content(before) == _content(after) else "silent"


def _changes(before: Release | None, after: Release | None) -> tuple[Change, ...]:
    """Return what a tracker of single pages ought to find when an article went from `before` to `after`."""
    number = (after or before).id  # type: ignore[union-attr] # one of the two is there
    old, new = _paths(before), _paths(after)
    arrival = "restored" if before is not None and before.state == "removed" else "new"
    found = [Change("removed", number, path) for path in sorted(old - new)]
    found += [Change(arrival, number, path) for path in sorted(new - old)]
    if before is not None and after is not None and (kind := _kinds(before, after)):
        found += [Change(kind, number, path) for path in sorted(old & new)]
    return (*found, *_replaced(before, after))


def _replaced(before: Release | None, after: Release | None) -> list[Change]:
    """Return the files in whose place others were put, by the address that they have now."""
    if before is None or after is None:
        return []
    revisions = {file.name: file.revision for file in before.attachments}
    kind = "silent" if before.published == after.published else "edited"
    return [
        Change(kind, after.id, file.path) for file in after.attachments if revisions.get(file.name, file.revision) < file.revision
    ]


class Portal(Skies):
    """A government portal that publishes, corrects, rewrites and withdraws when it is told to, and remembers that it did.

    `seed` and `releases` settle what stands there at the beginning, `per_page` how many rows a page of the listings has,
    `platform` in which markup and at which addresses; `now` is the clock that dates what is done later (aware).  What can go
    wrong with it is `Skies`.
    Every call is safe from any thread.  Articles are named by their id; a wrong id raises KeyError.
    """

    def __init__(
        self,
        seed: int = 1,
        releases: int = 260,
        now: Callable[[], datetime] = _wall_clock,
        *,
        per_page: int = PER_PAGE,
        platform: Platform = Platform.JCMS,
    ) -> None:
        articles = {article.id: article for article in [*reports(seed, platform), *catalogue(seed, releases, platform)]}
        super().__init__(Shelf(articles, Stamp(0, BUILT_AT)), now)
        self.seed = seed
        self.platform = platform
        self.per_page = per_page
        self._last_content: dict[int, Release] = {}
        self._draws = 0

    # What is there

    @property
    def releases(self) -> list[Release]:
        """The press releases of "Jiaxing Today" that answer, newest first (unlisted ones too)."""
        with self.lock:
            online = [each for each in self.shelf.articles.values() if each.listed_in == TODAY and each.state != "removed"]
        return sorted(online, key=lambda article: (article.published, article.id), reverse=True)

    @property
    def golden(self) -> Release:
        """The seed press release of 2022-09-20 10:46, as long as nobody has moved its date."""
        return next(release for release in self.releases if release.published == "2022-09-20 10:46")

    @property
    def listing_stamp(self) -> Stamp:
        """When the listings were last generated."""
        with self.lock:
            return self.shelf.listing_stamp

    def release(self, number: int) -> Release:
        """Return the article with this id as it stands, also one that was taken down.  Raises KeyError."""
        with self.lock:
            return self.shelf.articles[number]

    def stamp(self, number: int) -> Stamp:
        """Return when the article's pages were last generated."""
        with self.lock:
            return self.shelf.stamps[number]

    def at_path(self, path: str) -> tuple[Release, int] | None:
        """Return the article that answers at `path` and the column it stands in there; None where nothing answers."""
        with self.lock:
            return self.shelf.at_path(path)

    def rows(self, column: int) -> list[tuple[Release, int]]:
        """Return the rows of a column's listing in order: each article with the column that its link names."""
        with self.lock:
            return self.shelf.rows(column)

    def file(self, path: str) -> File | None:
        """Return the attachment or picture with this path and query, of whatever article."""
        with self.lock:
            return self.shelf.file(path)

    def expected_changes(self, since: int = 0) -> list[tuple[str, int]]:
        """Return (kind, article id) of what the publisher did from diary entry `since` on, each entry's pairs once.

        A second address of an article that was live anyway is none.  Every step counts, also where a later one undoes it.
        """
        pairs: list[tuple[str, int]] = []
        for event in self.diary[since:]:
            moved = event.before is not None and event.after is not None and bool(_paths(event.before) and _paths(event.after))
            kinds = dict.fromkeys((change.kind, change.id) for change in event.changes)
            pairs += [pair for pair in kinds if not (moved and pair[0] in {"new", "removed"})]
        return pairs

    def expected_pages(self, since: int = 0) -> list[tuple[str, str]]:
        """Return (kind, path) of what happened to single addresses from diary entry `since` on."""
        return [(change.kind, change.path) for event in self.diary[since:] for change in event.changes]

    # What the publisher does

    def publish(  # noqa: PLR0913 - a press release has that many fields, all of them optional
        self,
        title: str | None = None,
        *,
        paragraphs: Sequence[str] | None = None,
        published: str | None = None,
        source: str = "",
        attachments: Sequence[str] = (),
        images: Sequence[str] = (),
        column: int = TODAY,
        spread: int = 0,
    ) -> Release:
        """Publish a new press release, by default one of the portal's own making dated now; it is listed in "Jiaxing Today"."""
        with self.lock:
            draft = compose(dice(self.seed, "published", self._draw()))
            printed = published or _printed(self.now())
            article = Release(
                id=self._next_id(),
                title=title or draft.title,
                published=printed,
                paragraphs=tuple(paragraphs) if paragraphs is not None else draft.paragraphs,
                source=source,
                attachments=tuple(attachment(name, self.platform) for name in attachments),
                images=tuple(picture(name, self.platform) for name in images),
                columns=(column,),
                day=printed[:10],
                platform=self.platform,
                spread=spread,
            )
            return self._put("publish", None, article)

    def edit(
        self, number: int, *, title: str | None = None, paragraphs: Sequence[str] | None = None, published: str | None = None
    ) -> Release:
        """Correct an article openly: new words (by default a sentence more in the first paragraph), and the printed date moves."""
        with self.lock:
            before = self._standing(number)
            first, *others = before.paragraphs
            amended = (f"{first.rstrip()} {sentence(dice(self.seed, number, self._draw()))}", *others)
            after = replace(
                before,
                title=title or before.title,
                paragraphs=tuple(paragraphs) if paragraphs is not None else before.paragraphs if title else amended,
                published=published or _later(before.published, self.now()),
            )
            return self._put("edit", before, after)

    def silent_edit(self, number: int, *, title: str | None = None, paragraphs: Sequence[str] | None = None) -> Release:
        """Rewrite an article (by default a sentence of its longest paragraph vanishes) and leave its printed date as it is."""
        with self.lock:
            before = self._standing(number)
            texts = before.paragraphs if title else without_a_sentence(before.paragraphs)
            after = replace(before, title=title or before.title, paragraphs=tuple(paragraphs) if paragraphs is not None else texts)
            return self._put("silent_edit", before, after)

    def replace_file(self, number: int, name: str, *, path: str | None = None) -> Release:
        """Put other bytes in the place of an article's attachment, at its address or at a new one; the page stays as it is."""
        with self.lock:
            before = self._standing(number)
            files = [
                file._replace(revision=file.revision + 1, path=path or file.path) if file.name == name else file
                for file in before.attachments
            ]
            return self._put("replace_file", before, replace(before, attachments=tuple(files)))

    def backdate(self, number: int, published: str) -> Release:
        """Move an article's printed date (`YYYY-MM-DD HH:MM`) and nothing else; its address stays."""
        with self.lock:
            before = self._standing(number)
            return self._put("backdate", before, replace(before, published=published))

    def revert(self, number: int) -> Release:
        """Put back the title, text and printed date that stood before the article's last edit; a second call takes that back."""
        with self.lock:
            before, earlier = self._standing(number), self._last_content[number]
            after = replace(before, title=earlier.title, paragraphs=earlier.paragraphs, published=earlier.published)
            return self._put("revert", before, after)

    def remove(self, number: int, how: Gone = Gone.NOT_FOUND) -> Release:
        """Take an article down: 404 (or what `how` says) at each of its addresses, and off every listing."""
        with self.lock:
            before = self._standing(number)
            self.shelf.gone[number] = how
            return self._put("remove", before, replace(before, state="removed"))

    def restore(self, number: int) -> Release:
        """Put an article back, or back on its listing, as it was."""
        with self.lock:
            before = self.shelf.articles[number]
            return self._put("restore", before, replace(before, state="live"))

    def unlist(self, number: int) -> Release:
        """Take an article off every listing; its pages go on answering."""
        with self.lock:
            before = self._standing(number)
            return self._put("unlist", before, replace(before, state="unlisted"))

    def republish(self, number: int) -> Release:
        """Publish the same content under a new id, in its old place on the listing, and take the old address down."""
        with self.lock:
            before = self._standing(number)
            self._put("republish", before, replace(before, state="removed"))
            return self._put("republish", None, replace(before, id=self._next_id()))

    def copy(self, number: int, column: int = TODAY) -> Release:
        """Publish the same content a second time, under a new id; both are listed and both answer."""
        with self.lock:
            return self._put("copy", None, replace(self._standing(number), id=self._next_id(), columns=(column,), pinned=False))

    def copy_to_column(self, number: int, column: int = SECOND) -> Release:
        """Let an article answer under one more column, with the same id; "Jiaxing Today" lists both addresses."""
        with self.lock:
            before = self._standing(number)
            return self._put("copy_to_column", before, replace(before, columns=(*before.columns, column)))

    def move(self, number: int, column: int = PHOTOS) -> Release:
        """Move an article to another column: its id stays, its old addresses answer 404, its row links to the new one."""
        with self.lock:
            before = self._standing(number)
            return self._put("move", before, replace(before, columns=(column,)))

    def rebuild(self) -> None:
        """Generate every static page anew: another Maketime, ETag and Last-Modified, and the same content."""
        with self.lock:
            moment = self.now()
            self.shelf.regenerate(moment)
            self.diary.append(Event(moment, "rebuild", weather=self.weather))

    def _draw(self) -> int:
        self._draws += 1
        return self._draws

    def _next_id(self) -> int:
        return max(self.shelf.articles) + 7

    def _standing(self, number: int) -> Release:
        """Return the article to be changed.  Raises KeyError where it is unknown, ValueError where it was taken down."""
        article = self.shelf.articles[number]
        if article.state == "removed":
            raise ValueError(REPLACED_AT_ONCE)
        return article

    def _put(self, what: str, before: Release | None, after: Release) -> Release:
        """Let `after` stand in the place of `before`: new stamps, a diary entry, and the former words kept for `revert`."""
        moment = self.now()
        if before is not None and _kinds(before, after):
            self._last_content[after.id] = before
        shelf = self.shelf
        shelf.listing_stamp = shelf.listing_stamp.next(moment)
        former = shelf.stamps.get(after.id, shelf.listing_stamp)
        shelf.put(after, Stamp(shelf.listing_stamp.revision + former.revision, moment))
        self.diary.append(Event(moment, what, after.id, before, after, _changes(before, after), self.weather))
        return after
