"""The answer about one file where record and bucket disagree; no stage is needed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.records.record import Record
from chalicelib.status.answers import Answers
from chalicelib.status.file_status import FileStatus
from chalicelib.status.location import FormerText
from chalicelib.storage.bucket import StoredObject
from tests import seeding

OBJECT = StoredObject("a.txt", "new", 4, datetime(2026, 3, 1, tzinfo=UTC), "v2")
OLD = replace(seeding.record("in", "a.txt"), etag="old", version_id="v1")
NEW = replace(OLD, etag="new", version_id="v2")


@dataclass
class Table:
    """A table whose eventually consistent reads are behind."""

    behind: Record | None
    now: Record | None
    reads: list[bool] = field(default_factory=list)

    def get(self, _bucket: str, _key: str, *, consistent: bool = False) -> Record | None:
        self.reads.append(consistent)
        return self.now if consistent else self.behind


@dataclass
class Inputs:
    """A bucket with one object, or none."""

    present: StoredObject | None
    name: str = "in"

    def head(self, _key: str) -> StoredObject | None:
        return self.present


def status_of(table: Table, present: StoredObject | None) -> FileStatus | None:
    records: Any = table
    bucket: Any = Inputs(present)
    answer = Answers(records, bucket).about("a.txt")
    return answer.status if answer else None


def test_outdated_record_is_read_again_consistently() -> None:
    table = Table(behind=OLD, now=NEW)
    assert status_of(table, OBJECT) is FileStatus.SUCCESS
    assert table.reads == [False, True]


def test_missing_record_is_read_again_consistently() -> None:
    table = Table(behind=None, now=NEW)
    assert status_of(table, OBJECT) is FileStatus.SUCCESS
    assert table.reads == [False, True]


def test_upload_without_a_record_is_not_processed() -> None:
    assert status_of(Table(behind=OLD, now=OLD), OBJECT) is FileStatus.NOT_PROCESSED
    assert status_of(Table(behind=None, now=None), OBJECT) is FileStatus.NOT_PROCESSED


def test_record_of_the_current_object_takes_one_read() -> None:
    table = Table(behind=NEW, now=NEW)
    assert status_of(table, OBJECT) is FileStatus.SUCCESS
    assert table.reads == [False]


def test_no_record_and_no_object_is_none() -> None:
    assert status_of(Table(behind=None, now=None), None) is None


def test_the_pdf_of_an_earlier_version_is_found_by_its_location() -> None:
    kept = replace(seeding.record("in", "app.log.txt"), output_key="app.log.pdf")
    log = replace(seeding.record("in", "app.log"), output_key="app.log.pdf")

    class Both:
        def __init__(self, *records: Record) -> None:
            self.records = {record.input_key: record for record in records}

        def get(self, _bucket: str, key: str, **_: bool) -> Record | None:
            return self.records.get(key)

    def found(*records: Record) -> str | None:
        table: Any = Both(*records)
        bucket: Any = Inputs(None)
        former = FormerText("app.log.txt", "app.log.pdf")
        answer = Answers(table, bucket).about("app.log", former)
        return answer.key if answer else None

    moved = replace(kept, output_key="app.log.txt.pdf")
    failed = replace(log, output_key=None)
    assert found(kept) == "app.log.txt"
    assert found(kept, failed) == "app.log.txt"
    assert found(moved, log) == "app.log"
    assert found(moved) is None
    assert found() is None
