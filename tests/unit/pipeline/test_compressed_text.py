"""Compressed uploads, with the real pipeline over services in memory."""

import gzip
from dataclasses import replace

from chalicelib.records.record import Record, Status
from chalicelib.storage.bucket import Bucket, OpenObject
from tests.unit.pipeline.stage import (
    RUN,
    SETTINGS,
    UPLOAD,
    Stage,
)


class Compressed(Bucket):
    """A bucket whose objects have this Content-Encoding."""

    encoding: str | None = "gzip"

    def open(self, key: str, version_id: str | None = None) -> OpenObject:
        return replace(super().open(key, version_id), content_encoding=self.encoding)


def process_compressed(
    body: bytes, encoding: str | None, key: str = "in/2026/a.txt", max_bytes: int = 1 << 20
) -> tuple[Stage, Record]:
    stage = Stage()
    stage.upload(key, body)

    def bucket(name: str) -> Bucket:
        made = Compressed(stage.cloud.client, name)
        made.encoding = encoding
        return made

    limited = replace(SETTINGS, max_bytes=max_bytes)
    pipeline = replace(stage.pipeline, bucket=bucket, settings=limited)
    pipeline.process(replace(UPLOAD, key=key), RUN)
    record = stage.records.get("input", key, consistent=True)
    assert record
    return stage, record


def test_compressed_text_is_converted_by_its_encoding_and_by_its_name() -> None:
    body = gzip.compress(b"the text")
    for encoding, key in (("gzip", "in/a.txt"), (None, "in/a.log.gz"), ("gzip", "in/a.log.gz")):
        stage, record = process_compressed(body, encoding, key)
        assert record.status is Status.SUCCESS
        assert record.size == len(body)
        assert stage.calls[0][0] == b"the text"


def test_a_compressed_text_that_is_too_large_is_not_even_begun() -> None:
    stage, record = process_compressed(gzip.compress(bytes(2 << 20)), "gzip")
    assert (record.error_code, record.retryable) == ("TooLarge", False)
    assert "decompressed" in str(record.error)
    assert stage.calls == []


def test_compressed_text_that_is_cut_off_fails_for_good_and_names_the_place() -> None:
    stage, record = process_compressed(gzip.compress(b"the text")[:-9], None, "in/a.csv.gz")
    assert (record.error_code, record.retryable) == ("Damaged", False)
    assert "cut off at byte 19" in str(record.error)
    assert stage.calls == []


def test_another_content_encoding_fails_for_good() -> None:
    _, record = process_compressed(b"?", "br")
    assert (record.error_code, record.retryable) == ("UnsupportedCoding", False)
