"""Pages that `portal probe --save` kept: every folder dropped into `tests/data/portals/` must read as its `expected.json` says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from crawler.probe_fixture import EXPECTED, read_fixture

FOLDERS = sorted(file.parent for file in (Path(__file__).parent / "data" / "portals").glob(f"*/{EXPECTED}"))


def differences(expected: object, read: object, at: str = "") -> list[str]:
    """Return where what was read is not as expected; what is not expected is not compared."""
    if isinstance(expected, dict) and isinstance(read, dict):
        return [each for key, value in expected.items() for each in differences(value, read.get(key), f"{at}.{key}")]
    if isinstance(expected, list) and isinstance(read, list) and len(expected) == len(read):
        pairs = enumerate(zip(expected, read, strict=True))
        return [each for place, (one, other) in pairs for each in differences(one, other, f"{at}[{place}]")]
    return [] if expected == read else [f"{at}: expected {expected!r}, read {read!r}"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_pages_read_as_expected(folder):
    """Listing, second page, press releases and robots.txt of a portal read as a person says that they do."""
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    assert differences(expected, read_fixture(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_is_whole(folder):
    """It holds two answers of a listing at least and two press releases, rows on the listing, and no file that nothing reads."""
    plan = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    named = [each["file"] for each in (*plan["listing"], *plan["releases"], *([plan["robots"]] if "robots" in plan else []))]
    assert sorted((*named, EXPECTED)) == sorted(file.name for file in folder.iterdir())
    assert len(plan["listing"]) >= 2
    assert sum(len(each["records"]) for each in plan["listing"]) > 0
    assert len(plan["releases"]) == 2


def test_there_is_something_to_read():
    """Folders of several platforms are there."""
    platforms = {json.loads((folder / EXPECTED).read_text())["listing"][-1]["platform"] for folder in FOLDERS}
    assert {"jpage", "jpaas", "trs", "static"} <= platforms


@pytest.mark.parametrize(
    ("page", "before", "after", "where"),
    [
        ("listing-1.html", "第3座", "第4座", ".listing[0].records[2].title"),
        ("listing-1.html", "<record>", "<recorded>", ".listing[0].records"),
        ("release-2.html", "工人。", "工人！", ".releases[1].paragraphs[1]"),
        ("robots.txt", "/jrobot/", "/art/", ".robots.forbidden"),
    ],
)
def test_what_reads_otherwise_is_told(tmp_path, page, before, after, where):
    """A page that reads otherwise than expected is found out, with the place."""
    folder = tmp_path / "copy"
    shutil.copytree(next(folder for folder in FOLDERS if folder.name == "jcms-chinese"), folder)
    text = (folder / page).read_text(encoding="utf-8")
    assert before in text
    (folder / page).write_text(text.replace(before, after), encoding="utf-8")
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    assert any(each.startswith(where) for each in differences(expected, read_fixture(folder)))


def test_what_is_taken_out_is_not_compared():
    """A person who is not sure of a field deletes it."""
    assert differences({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3}) == []
    assert differences({"a": [1]}, {"a": [1, 2]}) == [".a: expected [1], read [1, 2]"]
