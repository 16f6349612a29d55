"""What stands on the embedded portal from the beginning."""

from __future__ import annotations

import re

import pytest

from seeds.catalogue import FEWEST, REPORT_ROWS, attachment, catalogue, picture, reports
from seeds.records import PHOTOS, REPORTS, SECOND, TODAY
from seeds.texts import seed_document

MADE = catalogue(1, 260)


def test_it_depends_on_the_seed_alone():
    """Two catalogues of one seed are equal, and those of two seeds are not."""
    assert catalogue(1, 260) == MADE
    assert catalogue(2, 260) != MADE


def test_there_are_as_many_as_asked_for_with_unique_ids_titles_and_dates():
    """Nothing in it can be mistaken for something else."""
    assert len(MADE) == 260
    for values in ([made.id for made in MADE], [made.title for made in MADE], [made.published for made in MADE]):
        assert len(set(values)) == 260
    assert not {made.id for made in MADE} & {row[0] for row in REPORT_ROWS}
    assert [made.published for made in MADE] == sorted(made.published for made in MADE)
    assert MADE[0].published[:4] <= "2014"
    assert MADE[-1].published[:4] == "2026"


def test_ids_rise_with_time_except_among_the_migrated():
    """The oldest articles were imported in bulk: their ids say nothing about their age, and all are below the others."""
    old = [made.id for made in MADE if made.published < "2019"]
    new = [made.id for made in MADE if made.published >= "2019"]
    assert len(old) > 20
    assert old != sorted(old)
    assert new == sorted(new)
    assert max(old) < min(new)
    golden = next(made for made in MADE if made.title == seed_document().title)
    assert 59540939 < golden.id < 59638993


def test_the_oddities_are_there():
    """Some have attachments of both kinds, pictures, sources, another home column or a second one; an old one is pinned."""
    names = [name for made in MADE for name in made.attachment_names]
    assert any(name.endswith(".pdf") for name in names)
    assert any(name.endswith(".doc") for name in names)
    assert any(made.images for made in MADE)
    assert any(made.source for made in MADE)
    assert any(not made.source for made in MADE)
    assert any(made.columns == (PHOTOS,) for made in MADE)
    assert sum(made.columns == (TODAY, SECOND) for made in MADE) == 2
    assert [made.published < "2024" for made in MADE if made.pinned] == [True]


def test_paths_are_unpadded_and_carry_the_date():
    """A path is /art/Y/M/D/art_column_id.html, and month and day have no zero in front."""
    for made in MADE:
        year, month, day = map(int, made.published[:10].split("-"))
        assert made.path == f"/art/{year}/{month}/{day}/art_{made.column}_{made.id}.html"


def test_file_paths_are_of_jcms():
    """PDF files go by the download page, others lie in a folder; the name settles the path."""
    assert re.fullmatch(r"/module/download/downfile\.jsp\?classid=0&filename=[0-9a-f]{32}\.pdf", attachment("Plan.pdf").path)
    assert re.fullmatch(r"/attach/0/[0-9a-f]{32}\.doc", attachment("Form.doc").path)
    assert re.fullmatch(r"/picture/0/[0-9a-f]{32}\.jpg", picture("one").path)
    assert attachment("Plan.pdf") == attachment("Plan.pdf") != attachment("Plan 2.pdf")


def test_reports_stand_at_the_known_addresses():
    """The seven English pages that are known of the real portal answer here too, in their own column."""
    made = reports(1)
    assert made[0].path == "/art/2013/7/26/art_1591186_26395025.html"
    assert made[-1].path == "/art/2024/4/17/art_1591186_59638993.html"
    assert {report.listed_in for report in made} == {REPORTS}


def test_too_few_are_refused():
    """A portal too small for its oddities is an error."""
    with pytest.raises(ValueError, match="at least 12"):
        catalogue(1, FEWEST - 1)
    for seed in range(1, 41):
        small = catalogue(seed, FEWEST)
        assert len(small) == FEWEST
        assert sum(made.pinned for made in small) == 1
        assert any(made.columns == (TODAY, SECOND) for made in small)
