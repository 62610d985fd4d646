"""The answer about one file where record and bucket disagree; no stage is needed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.records.record import Record
from chalicelib.status import status_query
from chalicelib.status.answers import Answers
from chalicelib.status.file_status import FileStatus
from chalicelib.status.location import FormerText
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.bucket import StoredObject
from tests import seeding
from tests.unit.stage_in_memory import services, stored

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


COMPOSED, DECOMPOSED = "r\u00e9sum\u00e9.txt", "re\u0301sume\u0301.txt"


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        (COMPOSED, DECOMPOSED),
        (DECOMPOSED, COMPOSED),
        (f"\u00e9t\u00e9/{DECOMPOSED}", f"\u00e9t\u00e9/{COMPOSED}"),
        (f"e\u0301te\u0301/{COMPOSED}", f"\u00e9t\u00e9/{DECOMPOSED}"),
        ("/".join(["\u00e9"] * 9) + ".txt", "/".join(["e\u0301"] * 9) + ".txt"),
        ("\u00e9" * 500 + ".txt", "e\u0301" * 500 + ".txt"),  # S3 allows no key of so many bytes
    ],
    ids=["nfd", "nfc", "folder", "name", "many", "long"],
)
def test_a_file_is_found_however_its_letters_are_spelled(kept: str, typed: str) -> None:
    records = [seeding.record("in", key) for key in (kept, f"{kept}.txt")]
    answers = services(records, map(stored, records)).answers
    typed = status_query.key(typed)
    prefix = typed.removesuffix(".txt")
    assert [found.key for found in answers.matching(StatusQuery(typed))] == [kept]
    assert [found.key for found in answers.matching(StatusQuery(prefix))] == [kept, f"{kept}.txt"]
    assert [found.key for found in answers.objects(prefix)] == [kept, f"{kept}.txt"]
    assert [found.key for found in [answers.about(typed)] if found] == [kept]
    without_record = services((), [stored(records[0])]).answers
    assert [found.key for found in without_record.matching(StatusQuery(typed))] == [kept]


def test_of_two_files_with_the_same_letters_the_one_that_was_typed_is_meant() -> None:
    answers = services([seeding.record("in", key) for key in (COMPOSED, DECOMPOSED)]).answers
    for typed in (COMPOSED, DECOMPOSED):
        assert [found.key for found in answers.matching(StatusQuery(typed))] == [typed]
        assert [found.key for found in [answers.about(typed)] if found] == [typed]
    both = [found.key for found in answers.matching(StatusQuery(COMPOSED[:-1]))]
    assert both == [DECOMPOSED, COMPOSED]
