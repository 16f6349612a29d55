"""Labels in running text: found by how they begin, since a search for plain words is several times as fast as one for patterns.

Pure.  Most of what stands around a press release is menus, and nothing in them is a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

__all__ = ["Label", "folded"]

# To a pattern that ignores case these are one letter with i and s; `lower` leaves them, or makes two of one.
_FOLDED = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"))


def folded(text: str) -> str:
    """Return a text in lower case, of the same length: what a pattern takes for one letter is one."""
    for odd, plain in _FOLDED:
        text = text.replace(odd, plain)
    return text.lower()


@dataclass(frozen=True, slots=True)
class Label:
    """A pattern, and how all that it matches begins: plain words in lower case or single signs, one of them at its very start.

    No word may end as another begins, unless the pattern needs a word's boundary before it: the second would be overlooked.
    """

    beginnings: re.Pattern[str]
    pattern: re.Pattern[str]

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Yield what the pattern matches in a text, as its `finditer` would."""
        passed = 0
        for beginning in self.beginnings.finditer(folded(text)):
            found = self.pattern.match(text, beginning.start()) if beginning.start() >= passed else None
            if found is not None:
                passed = found.end()
                yield found
