"""What stands on the embedded portal at a moment: articles, listings, and when their pages were generated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seeds.addresses import part_of
from seeds.records import Gone, Layout

if TYPE_CHECKING:
    from datetime import datetime

    from seeds.records import File, Release, Stamp

__all__ = ["Shelf"]


@dataclass(slots=True)
class Shelf:
    """The articles by id, taken down ones too, with what their pages depend on; a copy of it is what a cache holds.

    `gone` says how an article answers that was taken down, where that is not by 404.
    """

    articles: dict[int, Release]
    listing_stamp: Stamp
    stamps: dict[int, Stamp] = field(default_factory=dict)
    gone: dict[int, Gone] = field(default_factory=dict)
    layout: Layout = Layout.USUAL
    _by_path: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.stamps:
            self.stamps = dict.fromkeys(self.articles, self.listing_stamp)
        if not self._by_path:
            self._by_path = {path: article.id for article in self.articles.values() for path in article.paths}

    def copy(self) -> Shelf:
        """Return what stands here now, to be kept."""
        return Shelf(dict(self.articles), self.listing_stamp, dict(self.stamps), dict(self.gone), self.layout, dict(self._by_path))

    def put(self, article: Release, stamp: Stamp) -> None:
        """Let an article stand in the place of what had its id."""
        self.articles[article.id] = article
        self.stamps[article.id] = stamp
        self._by_path |= dict.fromkeys(article.paths, article.id)

    def regenerate(self, moment: datetime) -> None:
        """Generate every page anew."""
        for number, stamp in self.stamps.items():
            self.stamps[number] = stamp.next(moment)
        self.listing_stamp = self.listing_stamp.next(moment)

    def number_at(self, path: str) -> int | None:
        """Return the id of the article that answers, or once answered, at `path`; None where no article ever did."""
        return self._by_path.get(part_of(path)[0])

    def at_path(self, path: str) -> tuple[Release, int] | None:
        """Return the article that answers at `path` and the column it stands in there; None where nothing answers."""
        whole, part = part_of(path)
        article = self.articles.get(self._by_path.get(whole, 0))
        if article is None or article.state == "removed" or part >= article.pages:
            return None
        return next(((article, column) for column in article.columns if article.path_in(column) == whole), None)

    def way_gone(self, path: str) -> Gone:
        """Return how an address answers at which nothing stands."""
        return self.gone.get(self._by_path.get(part_of(path)[0], 0), Gone.NOT_FOUND)

    def rows(self, column: int) -> list[tuple[Release, int]]:
        """Return the rows of a column's listing in order: each article with the column that its link names.

        Pinned articles come first, then the newest.  In the listing it belongs to, an article that answers under two columns
        has a row for each.
        """
        live = [article for article in self.articles.values() if article.state == "live"]
        live.sort(key=lambda article: (article.pinned, article.published, article.id), reverse=True)
        return [(article, shown) for article in live for shown in article.columns if column in (article.listed_in, shown)]

    def file(self, path: str) -> File | None:
        """Return the attachment or picture with this path and query, of whatever article."""
        files = (file for article in self.articles.values() for file in (*article.attachments, *article.images))
        return next((file for file in files if file.path == path), None)
