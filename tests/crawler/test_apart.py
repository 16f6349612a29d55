"""Reading apart: what costs too much is stopped, and says so."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.portal import Select
from crawler.answers import Reader, stored_answer
from crawler.apart import Allowance, apart, with_care, with_care_here
from crawler.errors import ReadError
from crawler.html import parse
from storage.records import Outcome

READER = Reader(Select(), ZoneInfo("Asia/Shanghai"))
FOR_EVER = ("(a+)+b", "a" * 60)  # a pattern and a text that take longer than the world is old, all of it inside a library


def answer(body):
    """Return an answer with this body."""
    return stored_answer("https://h.cn/a.html", (("Content-Type", "text/html"),), body.encode(), datetime(2026, 1, 1, tzinfo=UTC))


def reopened(tags):
    """Return a page of so many tags, each of which is opened anew in all that follow: some thousand tags make a million."""
    return "".join(f"<b id={number}><p>" for number in range(tags // 2))


def in_another_process(work, *args, allowance=None, **kwargs):
    """Return what a job returns there."""
    return asyncio.run(apart(allowance or Allowance(), work, *args, **kwargs))


def test_a_job_is_done_in_another_process():
    """What goes there and comes back is the same as here, names of arguments included."""
    assert in_another_process(os.getpid) != os.getpid()
    assert in_another_process(sorted, [1, 3, 2], reverse=True) == [3, 2, 1]
    page = answer("<h1>Lake cleaned</h1><p>Release date:2026-01-01</p><div id=zoom>By volunteers.</div>")
    assert in_another_process(READER.read, page) == READER.read(page)


@pytest.mark.parametrize(
    ("body", "is_here"), [(None, True), (b"<p>words", True), (b"<p>" * 5_000, False), (b"x" * 200_000, False), (b"<\0p\0", False)]
)
def test_only_what_may_cost_much_is_done_apart(body, is_here):
    """Ordinary pages cost no process; long ones, those of thousands of tags and those in UTF-16 do."""
    assert (asyncio.run(with_care(body, os.getpid)) == os.getpid()) is is_here


def test_what_a_job_raises_is_told():
    """A reader's error comes back as one, in its own words."""
    with pytest.raises(ReadError, match="the page nests more than 2000 elements"):
        in_another_process(parse, "<div>" * 3_000)
    with pytest.raises(ReadError, match="invalid literal for int"):
        in_another_process(int, "seven")


def test_a_job_that_takes_too_long_is_stopped():
    """The kernel counts the processor's time, also inside a library that never looks up."""
    with pytest.raises(ReadError, match=r"^to read it took more than 0\.2 s: it was stopped$") as caught:
        in_another_process(re.fullmatch, *FOR_EVER, allowance=Allowance(seconds=0.2))
    assert "kept" in caught.value.hint


def test_a_job_that_takes_too_much_memory_is_stopped():
    """The kernel counts the memory too."""
    with pytest.raises(ReadError, match=r"^to read it took more than 160 MB of memory: it was stopped$"):
        in_another_process(bytearray, 10**9)


def test_tags_that_multiply_are_stopped():
    """A page of 100 KB that would be 25 million elements: the parser gets no more memory, and that is a reading."""
    reading = in_another_process(READER.read, answer(reopened(14_000)))
    assert (reading.outcome, reading.content) == (Outcome.UNREADABLE, None)
    assert reading.problems == ("the parser has not the memory for what the page is made of",)


@pytest.mark.parametrize("code", [1, 77 + 1])
def test_a_process_that_dies_is_told(code):
    """Whatever kills the process that reads, ours goes on."""
    with pytest.raises(ReadError, match=rf"came to a bad end \({code}\)"):
        in_another_process(os._exit, code)


def test_one_page_is_read_at_a_time(tmp_path):
    """However many hosts are asked side by side, only one process reads for them: the second begins when the first has ended."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def both():
        first = asyncio.create_task(apart(Allowance(), pipe.read_bytes))
        ours = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)
        second = asyncio.create_task(apart(Allowance(), os.getpid))
        done, _ = await asyncio.wait([second], timeout=1.0)
        assert not done
        os.write(ours, b"first")
        os.close(ours)
        return await first, await second

    assert asyncio.run(both())[0] == b"first"


def test_no_process_is_left_behind(tmp_path):
    """A run that is broken off while a page is read elsewhere ends that reading too: nobody is left at the pipe's other end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def broken_off():
        reading = asyncio.create_task(apart(Allowance(), pipe.read_bytes))
        ours = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)  # waits until the other process has opened it
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        with pytest.raises(BrokenPipeError):
            os.write(ours, b"still there?")
        os.close(ours)

    asyncio.run(broken_off())


def test_a_stored_page_is_read_with_the_same_care():
    """What may cost much is read apart where nobody waits for anything else, too, and what costs too much says so."""
    plain, costly = b"<p>plain</p>", b"<b>" * 400_000
    assert with_care_here(plain, len, plain) == len(plain)
    assert with_care_here(costly, len, costly) == len(costly)
    with pytest.raises(ReadError, match="invalid literal"):
        with_care_here(costly, int, "x")
