"""The press releases that stand on the embedded portal from the beginning: the same ones for the same seed number."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from seeds.addresses import ADDRESSES
from seeds.records import PHOTOS, REPORTS, SECOND, TODAY, File, Platform, Release
from seeds.texts import dice, drafts, seed_document

if TYPE_CHECKING:
    import random

    from seeds.texts import Draft

__all__ = ["attachment", "catalogue", "picture", "reports"]

FIRST_DAY = date(2013, 1, 7)
LAST_DAY = date(2026, 11, 20)
MIGRATED_BEFORE = "2019-01-01"
"""Older articles were imported in bulk: their ids are of 2018, and in no order of time."""
MIGRATED_IDS = 26395100
SOURCES = ("Jiaxing Daily", "Nanhu Evening News", "Jiaxing Municipal Bureau of Commerce", "Jiaxing Foreign Affairs Office")
TEMPLATES = ("Detailed plan", "Annex 1: figures by district", "Application form", "List of approved projects")
FEWEST = 12
"""Press releases of the smallest portal."""
# What the real portal's stored English pages show: the day and the id that was given on it.
KNOWN_IDS = (
    (date(2019, 2, 18), 30382760),
    (date(2020, 6, 4), 44942890),
    (date(2021, 4, 1), 59185070),
    (date(2022, 7, 6), 59540939),
    (date(2024, 4, 17), 59638993),
    (date(2026, 12, 31), 59761000),
)
# The yearly reports, at the real portal's known addresses, with texts of the project's own.
REPORT_ROWS = (
    (26395025, "2013-07-26 14:46"),
    (26395022, "2015-04-07 10:30"),
    (30382760, "2019-02-18 10:55"),
    (44942890, "2020-06-04 16:33"),
    (59185070, "2021-04-01 16:59"),
    (59540939, "2022-07-06 17:38"),
    (59638993, "2024-04-17 16:10"),
)


def attachment(name: str, platform: Platform = Platform.JCMS) -> File:
    """Return the file that a press release carries under `name`; the path is one of those that the platform writes."""
    files = ADDRESSES[platform].files
    if name.endswith(".pdf"):
        return File(name, files.pdf(name), "application/pdf")
    return File(name, files.doc(name), "application/msword")


def picture(name: str, platform: Platform = Platform.JCMS) -> File:
    """Return the picture `name` as an article shows it."""
    return File(name, ADDRESSES[platform].files.picture(name), "image/jpeg")


def _moments(total: int, golden: str, rng: random.Random) -> list[str]:
    """Return `total` different printed dates, `golden` among them, oldest first; the newer years are fuller than the older."""
    days = (LAST_DAY - FIRST_DAY).days
    taken = {golden}
    while len(taken) < total:
        moment = datetime.combine(LAST_DAY, datetime.min.time()) - timedelta(days=int(days * rng.random() ** 1.6))
        taken.add(f"{moment + timedelta(hours=rng.randint(8, 17), minutes=rng.randint(0, 59)):%Y-%m-%d %H:%M}")
    return sorted(taken)


def _guessed_id(day: date) -> int:
    """Return the id that the real portal would have given on `day`, by its known ones."""
    place = min(max(bisect_right(KNOWN_IDS, (day, 0)), 1), len(KNOWN_IDS) - 1)
    (before, low), (after, high) = KNOWN_IDS[place - 1], KNOWN_IDS[place]
    return low + round((high - low) * ((day - before) / (after - before)))


def _ids(moments: list[str], rng: random.Random) -> list[int]:
    """Return an id for each of the moments: rising, but shuffled among the migrated ones."""
    old = sum(moment < MIGRATED_BEFORE for moment in moments)
    ids = [MIGRATED_IDS + 3 * number for number in range(old)]
    rng.shuffle(ids)
    reserved = {row[0] for row in REPORT_ROWS}
    newest = MIGRATED_IDS + 3 * old
    for moment in moments[old:]:
        newest = max(newest + 1, _guessed_id(date.fromisoformat(moment[:10])))
        newest += newest in reserved
        ids.append(newest)
    return ids


def _files(number: int, rng: random.Random, platform: Platform) -> tuple[File, ...]:
    if rng.random() > 0.15:  # noqa: PLR2004 - the share with attachments
        return ()
    names = rng.sample(TEMPLATES, rng.randint(1, 2))
    return tuple(attachment(f"{name} ({number}){rng.choice(('.pdf', '.doc'))}", platform) for name in names)


def _pictures(number: int, rng: random.Random, platform: Platform) -> tuple[File, ...]:
    share = 0.25
    return tuple(picture(f"{number}-{place}", platform) for place in range(rng.randint(1, 2))) if rng.random() < share else ()


def _made(row: tuple[Draft, str, int], rng: random.Random, platform: Platform) -> Release:
    draft, published, number = row
    return Release(
        id=number,
        title=draft.title,
        published=published,
        paragraphs=draft.paragraphs,
        source=rng.choice(SOURCES) if rng.random() < 0.6 else "",  # noqa: PLR2004 - the share with a source
        attachments=_files(number, rng, platform),
        images=_pictures(number, rng, platform),
        day=published[:10],
        columns=(PHOTOS,) if rng.random() < 0.06 else (TODAY,),  # noqa: PLR2004 - the share of another column's articles
        platform=platform,
    )


def _with_quirks(releases: list[Release], golden: str) -> list[Release]:
    """Pin an old article, let two answer under a second column, and one under another; the one titled `golden` is left alone."""
    own = [place for place, release in enumerate(releases) if release.column == TODAY and release.title != golden]
    pinned = own[len(own) // 3]
    releases[pinned] = replace(releases[pinned], pinned=True)
    for place, columns in ((own[-min(9, len(own))], (TODAY, SECOND)), (own[len(own) // 2], (TODAY, SECOND)), (own[-4], (PHOTOS,))):
        releases[place] = replace(releases[place], columns=columns)
    return releases


def catalogue(seed: int, total: int, platform: Platform = Platform.JCMS) -> list[Release]:
    """Return `total` press releases of a portal of `platform`, oldest first, the seed document among them.

    Raises ValueError for fewer than `FEWEST`: the listing's oddities need room.
    """
    if total < FEWEST:
        raise ValueError(f"a portal has at least {FEWEST} press releases, not {total}")
    document = seed_document()
    rng = dice(seed, "catalogue")
    moments = _moments(total, document.published, rng)
    made = [_made(row, rng, platform) for row in zip(islice(drafts(seed), total), moments, _ids(moments, rng), strict=True)]
    golden = moments.index(document.published)
    made[golden] = Release(
        made[golden].id, document.title, document.published, document.paragraphs, day=document.published[:10], platform=platform
    )
    return _with_quirks(made, document.title)


def reports(seed: int, platform: Platform = Platform.JCMS) -> list[Release]:
    """Return the yearly reports of the government, which stand in a column of their own."""
    return [
        Release(
            number,
            f"Report on the Work of the Jiaxing Municipal Government ({published[:4]})",
            published,
            draft.paragraphs,
            columns=(REPORTS,),
            listed_in=REPORTS,
            day=published[:10],
            platform=platform,
        )
        for (number, published), draft in zip(REPORT_ROWS, drafts(seed + 1_000_000), strict=False)
    ]
