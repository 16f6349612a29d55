"""Whether a page that came in another form is believed or kept aside: pure, as a table of cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.aside import ASIDE, Known, aside, judged
from storage.forms import WITNESSES
from storage.records import Attachment, DateCandidate, Outcome, Reading
from tests.builders import READER, content, reading

OLD, NEW = "old form", "new form"
TITLE = "A visit to the port"
BEFORE = reading(template=OLD)
AS_BEFORE = reading(template=NEW)
UNREADABLE = Reading(READER, Outcome.UNREADABLE, problems=("body not found",), template=NEW)
EVERYTHING = ("title", "published", "text", "attachments")
UNREAD = "the layout is not understood"
UNLISTED = "first seen in a layout that no other page came in, and the listing does not say the same of it"


def unlike(*fields: str) -> str:
    """Return why a page that reads otherwise in a new form is kept aside."""
    return (
        f"another layout, and nothing shows that it is read rightly: {' and '.join(fields)} would differ from what was read before"
    )


def known(*witnessed: str, base: Reading | None = None, **more) -> Known:
    """Return what is known of a page: other pages bear witness of the fields `witnessed`, one too few of all others.

    Its form is a common one where it is `common`.
    """
    common = more.pop("common", False)
    facts = {"was_read": base is not None, "established": True, "listed_title": TITLE, "listed_date": "2022-09-20", **more}
    return Known(
        base=base, is_common=lambda: common, witnesses=lambda field: WITNESSES if field in witnessed else WITNESSES - 1, **facts
    )


def edited(template: str | None = NEW, **fields) -> Reading:
    """Return a page of which something reads otherwise than before."""
    return reading(replace(content(), **fields), template=template)


ATTACHED = (Attachment("Plan.pdf", "http://h/plan.pdf"),)
READ_BEFORE = {
    "in its own form it was edited": (edited(OLD, text="Other."), known(base=BEFORE), None),
    "read before forms had names": (edited(text="Other."), known(base=replace(BEFORE, template=None)), None),
    "in a new form, as before": (AS_BEFORE, known(base=BEFORE), None),
    "in a new form, with another source": (edited(source="Jiaxing Daily"), known(base=BEFORE), None),
    "another text, and no witness": (edited(text="Other."), known(base=BEFORE), unlike("text")),
    "another text in a common form": (edited(text="Other."), known(base=BEFORE, common=True), unlike("text")),
    "another text, and witnesses of the title": (edited(text="Other."), known("title", base=BEFORE), unlike("text")),
    "another text, and witnesses of texts": (edited(text="Other."), known("text", base=BEFORE), None),
    "no date any more": (edited(published=None), known("title", "text", base=BEFORE), unlike("published")),
    "attachments, of which nobody knows": (edited(attachments=ATTACHED), known("text", base=BEFORE), unlike("attachments")),
    "two things, one of them witnessed": (edited(title="Other", text="Other."), known("text", base=BEFORE), unlike("title")),
    "everything": (
        edited(title="Other", published="2022-09-21", text="Other.", attachments=ATTACHED),
        known(base=BEFORE),
        unlike(*EVERYTHING),
    ),
    "a base that cannot be read": (AS_BEFORE, known(base=replace(UNREADABLE, template=OLD)), None),
    "a base that the reader never read": (AS_BEFORE, known(was_read=True, listed_title=None), None),
    "unreadable": (UNREADABLE, known(base=BEFORE), UNREAD),
    "unreadable in its own form": (replace(UNREADABLE, template=OLD), known(base=BEFORE), UNREAD),
    "unreadable in a young section": (UNREADABLE, known(base=BEFORE, established=False), UNREAD),
}
FIRST_SIGHTS = {
    "as listed": (AS_BEFORE, known(), None),
    "another title": (edited(title="Error"), known(), UNLISTED),
    "another title in a form that others came in": (edited(title="Error"), known(common=True), None),
    "another title, and witnesses": (edited(title="Error"), known(*EVERYTHING), UNLISTED),
    "another title in a young section": (edited(title="Error"), known(established=False), None),
    "never listed": (AS_BEFORE, known(listed_title=None), UNLISTED),
    "listed without a title": (AS_BEFORE, known(listed_title=""), UNLISTED),
    "listed without a day": (AS_BEFORE, known(listed_date=None), None),
    "listed with what is no day": (AS_BEFORE, known(listed_date="yesterday"), None),
    "listed a day later": (AS_BEFORE, known(listed_date="2022-09-21"), None),
    "listed two days later": (AS_BEFORE, known(listed_date="2022-09-22"), UNLISTED),
    "no day on it": (edited(published_on=None), known(), UNLISTED),
    "no date at all": (replace(AS_BEFORE, dates=()), known(), UNLISTED),
    "no day on it, and none listed": (edited(published_on=None), known(listed_date=None), None),
    "a day that its address names": (replace(AS_BEFORE, dates=(DateCandidate("2022-09-20", "url"),)), known(), UNLISTED),
    "listed with its title cut": (AS_BEFORE, known(listed_title="A visit to the..."), None),
    "listed with its title cut, in other words": (AS_BEFORE, known(listed_title="A visit to a …"), UNLISTED),
    "listed with next to nothing of its title": (AS_BEFORE, known(listed_title="A visit…"), UNLISTED),
    "listed with other spaces": (AS_BEFORE, known(listed_title="A\u00a0visit  to the\u200b port。"), None),
    "listed by a short title": (edited(title="通知"), known(listed_title="通知"), None),
    "unreadable": (UNREADABLE, known(), UNREAD),
    "unreadable in a young section": (UNREADABLE, known(established=False), None),
}
OTHERWISE = {
    "no reader looked for a form": (Reading(READER, Outcome.UNREADABLE, problems=("not a web page",)), known(base=BEFORE), None),
    "a notice": (Reading(READER, Outcome.SOFT_GONE, template=NEW), known(base=BEFORE), None),
    "an empty page": (Reading(READER, Outcome.EMPTY, template=NEW), known(base=BEFORE), None),
}


@pytest.mark.parametrize(
    ("read", "knowing", "reason"),
    [*READ_BEFORE.values(), *FIRST_SIGHTS.values(), *OTHERWISE.values()],
    ids=[*READ_BEFORE, *(f"first sight, {name}" for name in FIRST_SIGHTS), *OTHERWISE],
)
def test_what_is_kept_aside(read, knowing, reason):
    """Each case is believed (None), or kept aside for its reason; what is kept aside has no content, and another reader's name."""
    assert aside(read, knowing) == reason
    kept = judged(read, knowing)
    if reason is None:
        assert kept == read
    else:
        problems = (reason, *read.problems)
        expected = {"reader": READER + ASIDE, "outcome": Outcome.QUARANTINED, "content": None, "problems": problems}
        assert kept == replace(read, **expected)
