"""Any text file: names, compression, holes, print files and warnings on a deployed stage."""

import gzip
import io
import json
import zlib
from typing import Any

import pypdfium2
import pytest

from chalicelib.records.record import Record, Status
from tests.stack import Stack


def text_of(stack: Stack, record: Record) -> str:
    """The text of every page of the record's PDF, without header and footer."""
    assert record.output_key
    with pypdfium2.PdfDocument(io.BytesIO(stack.pdf(record.output_key))) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


NAMES = {
    "any/app.log": "any/app.log.pdf",
    "any/App.LOG": "any/App.LOG.pdf",
    "any/app.log.txt": "any/app.log.txt.pdf",
    "any/notes.md": "any/notes.md.pdf",
    "any/data.csv.gz": "any/data.csv.gz.pdf",
    "any/a.txt.gz": "any/a.txt.gz.pdf",
    "any/main.py": "any/main.py.pdf",
}


def test_files_of_every_suffix_are_converted_and_found_by_either_end(stack: Stack) -> None:
    for key in NAMES:
        stack.upload(key, f"this is {key}".encode())
    for key, output_key in NAMES.items():
        record = stack.settled(key)
        assert (record.status, record.output_key) == (Status.SUCCESS, output_key)
        assert f"this is {key}" in text_of(stack, record)
        location = f"s3://{stack.settings.output_bucket}/{output_key}"
        assert stack.get("/status", {"key": location}).json["input_key"] == key
        (file,) = json.loads(stack.query(location, "--output", "json").stdout)
        assert file["input_key"] == key


def test_another_suffix_fails_with_the_list(stack: Stack) -> None:
    stack.upload("any/photo.jpeg")
    record = stack.settled("any/photo.jpeg")
    assert (record.status, record.error_code) == (Status.FAILED, "UnsupportedType")
    assert all(f" {one}," in str(record.error) for one in (".txt", ".log", ".csv", ".md", ".py"))
    assert stack.get("/settings").json["uploads"]["suffixes"][:2] == [".txt", ".log"]


TEXT = b"".join(b"line %d of the text\n" % number for number in range(300))


@pytest.mark.parametrize(
    ("key", "body", "headers"),
    [
        ("zip/firehose.txt", gzip.compress(TEXT), {"ContentEncoding": "gzip"}),
        ("zip/deflate.txt", zlib.compress(TEXT), {"ContentEncoding": "deflate"}),
        ("zip/app.log.gz", gzip.compress(TEXT), {}),
        ("zip/members.log.gz", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]), {}),
        ("zip/both.log.gz", gzip.compress(TEXT), {"ContentEncoding": "gzip"}),
    ],
)
def test_compressed_text_is_converted(
    stack: Stack, key: str, body: bytes, headers: dict[str, Any]
) -> None:
    stack.upload(key, body, **headers)
    record = stack.settled(key)
    assert record.status is Status.SUCCESS
    assert (record.size, record.text_size) == (len(body), len(TEXT))
    assert "line 299 of the text" in text_of(stack, record)


def bomb(megabytes: int) -> bytes:
    compressor = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    parts = [compressor.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join(parts) + compressor.flush()


def test_a_bomb_a_damaged_and_a_cut_stream_fail_for_good(stack: Stack) -> None:
    whole = gzip.compress(TEXT)
    stack.upload("zip/bomb.log.gz", bomb(1024))
    stack.upload("zip/cut.log.gz", whole[:-20])
    stack.upload("zip/damaged.log.gz", whole[:100] + bytes(50) + whole[150:])
    stack.upload("zip/other.txt", TEXT, ContentEncoding="br")
    found = {}
    for name in ("bomb.log.gz", "cut.log.gz", "damaged.log.gz", "other.txt"):
        record = stack.settled(f"zip/{name}")
        assert (record.status, record.retryable, record.output_key) == (Status.FAILED, False, None)
        found[name] = record.error_code
    assert found == {
        "bomb.log.gz": "TooLarge",
        "cut.log.gz": "Damaged",
        "damaged.log.gz": "Damaged",
        "other.txt": "UnsupportedCoding",
    }
    cut = stack.settled("zip/cut.log.gz")
    assert f"at byte {len(whole) - 20}" in str(cut.error)


@pytest.mark.parametrize(
    ("name", "body", "shown", "pages", "codes"),
    [
        ("rotated.log", bytes(4096) + b"a line\n" * 9, "[4,096 NUL bytes]", 1, ["holes"]),
        ("ff.prn", b"\x0cone\r\n\x0ctwo\r\n\x0c\r\n\x1a", "two", 2, None),
        ("padded.prn", (b"account".ljust(132) + b"\r\n") * 50, "account", 1, None),
        ("crcrlf.txt", b"one\r\r\ntwo\r\r\n", "two", 1, None),
        ("struck.prn", b"Title\r_____\r\ntext\r\n", "Title", 1, None),
        ("pcl.prn", b"\x1bE\x1b&l1O\x1b&d0DTitle\x1b&d@\r\ntext\r\n\x1bE", "Title", 1, None),
        ("bell.log", b"a bell \x07 rings\n", "bell ␇ rings", 1, ["controls-shown"]),
        ("asa.prn", b"1PAGE 1\n line\n1PAGE 2\n line\n", "1PAGE 1", 1, ["carriage-control"]),
        ("stray.txt", "naïve café – 5 €".encode() + b" \xe9t\xe9\n", "été", 1, ["repaired"]),
        ("lost.txt", "naïve café – 5 €".encode() + b" \x81\n", "�", 1, ["replaced"]),
    ],
)
def test_what_printers_and_accidents_leave_is_shown_and_told(
    stack: Stack, name: str, body: bytes, shown: str, pages: int, codes: list[str] | None
) -> None:
    key = f"print/{name}"
    stack.upload(key, body)
    record = stack.settled(key)
    assert (record.status, record.pages) == (Status.SUCCESS, pages)
    assert shown in text_of(stack, record)
    warnings = stack.get("/status", {"key": key}).json["warnings"]
    assert (warnings and [one["code"] for one in warnings]) == codes
    listed = stack.query(key, "--warnings")
    assert listed.returncode == (0 if codes else 3)
    assert ("SUCCESS (!)" in listed.stdout) is bool(codes)


def test_carriage_control_is_obeyed_where_it_is_asked_for(stack: Stack) -> None:
    body = b"1PAGE 1\n line\n1PAGE 2\n line\n"
    stack.upload("print/asked.prn", body, Metadata={"pdf-carriage-control": "asa"})
    record = stack.settled("print/asked.prn")
    assert (record.status, record.pages, record.warnings) == (Status.SUCCESS, 2, None)
    assert "1PAGE" not in text_of(stack, record)
