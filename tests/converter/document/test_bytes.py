"""A conversion as a whole: its bytes, its progress, and what it leaves behind."""

import io
import itertools
import subprocess
import sys
from dataclasses import replace

import pikepdf
import pytest

from chalicelib.converter import Progress, convert
from chalicelib.errors import NotText
from tests.converter.converted import ABOUT, made
from tests.converter.texts import MIXED


@pytest.mark.slow
def test_the_same_upload_gives_the_same_bytes_in_any_process() -> None:
    script = (
        "import sys, hashlib; from tests.converter.converted import made;"
        "from tests.converter.texts import MIXED;"
        # One character in seventy is of many fonts and planes.
        "spread = ''.join(map(chr, (*range(256, 0xD800, 70), *range(0x10000, 0x30000, 70))));"
        "print([hashlib.sha256(made(text).pdf).hexdigest() for text in (MIXED, spread)])"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_two_uploads_of_equal_text_differ() -> None:
    assert made("x").pdf != made("x", about=replace(ABOUT, document_id="upload 2")).pdf


class Trickle(io.RawIOBase):
    """A source that gives a few bytes at a time."""

    def __init__(self, source: bytes, size: int) -> None:
        super().__init__()
        self._source, self._size = io.BytesIO(source), size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._source.read(min(self._size, size))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_reads_does_not_change_the_bytes(size: int) -> None:
    sink = io.BytesIO()
    convert(Trickle(MIXED.encode(), size), sink, ABOUT)
    assert sink.getvalue() == made(MIXED).pdf


class Pipe(io.RawIOBase):
    """A sink like a pipe: takes a part of what it gets, and knows no position."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        part = bytes(data)[:1000]  # type: ignore[call-overload]
        self.taken += part
        return len(part)


def test_a_sink_that_cannot_seek_gets_the_same_bytes() -> None:
    pipe = Pipe()
    convert(io.BytesIO(MIXED.encode()), pipe, ABOUT)  # type: ignore[arg-type]
    assert bytes(pipe.taken) == made(MIXED).pdf


def test_progress_is_reported_and_its_callback_may_abort() -> None:
    seen: list[Progress] = []
    text = b"line\n" * 200_000
    sink = io.BytesIO(b"before")
    sink.seek(6)

    def watch(progress: Progress) -> None:
        seen.append(progress)
        if progress.pages > 1000:
            raise TimeoutError("enough")

    with pytest.raises(TimeoutError):
        convert(io.BytesIO(text), sink, replace(ABOUT, size=len(text)), progress=watch)
    assert sink.getvalue() == b"before"
    assert {one.size for one in seen} == {len(text)}
    steps = [b.pages - a.pages for a, b in itertools.pairwise(seen)]
    assert max(steps) <= 64


def test_a_rejected_file_leaves_no_output() -> None:
    sink = io.BytesIO()
    with pytest.raises(NotText):
        convert(io.BytesIO(bytes(5000)), sink, ABOUT)
    assert sink.getvalue() == b""


def test_an_empty_file_is_one_empty_page() -> None:
    document = made(b"")
    assert document.report.pages == 1
    assert document.pages == [""]


@pytest.mark.parametrize("pages", [1, 64, 65, 4096, 4097])
def test_the_page_tree_holds_any_number_of_pages(pages: int) -> None:
    document = made("x\f" * pages)
    with pikepdf.open(io.BytesIO(document.pdf)) as opened:
        assert len(opened.pages) == pages == document.report.pages
        assert opened.check_pdf_syntax() == []
