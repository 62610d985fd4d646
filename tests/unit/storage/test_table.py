"""What the table keeps when events meet, over services in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.records.claim import Claim
from chalicelib.records.record import Record, Result, Status
from chalicelib.records.s3_changes import Removal, Upload, pad_sequencer
from chalicelib.storage.table import Records
from tests import seeding
from tests.protocol.memory import Cloud

NOW = datetime(2026, 3, 1, tzinfo=UTC)
UPLOAD = Upload("in", "a.txt", pad_sequencer("01"), NOW)


@pytest.fixture
def records() -> Records:
    return Records(Cloud().client, "records", 16, lambda: NOW)


def finished(records: Records, result: Result) -> None:
    claim = records.claim(UPLOAD, "run", NOW + timedelta(minutes=10))
    assert isinstance(claim, Claim)
    assert records.finish(claim, result)


@pytest.mark.parametrize(
    "result",
    [
        Result(status=Status.FAILED, error_code="NotText", error="A picture.", retryable=False),
        Result(status=Status.SUCCESS, output_bucket="out", output_key="a.pdf", pages=1),
    ],
    ids=["failed for good", "success"],
)
def test_removal_does_not_change_the_result_of_a_finished_record(
    records: Records, result: Result
) -> None:
    finished(records, result)
    assert records.remove(Removal("in", "a.txt", pad_sequencer("02"), NOW))
    record = records.get("in", "a.txt")
    assert record is not None
    assert (record.status, record.error_code, record.output_key, record.pages) == (
        result.status,
        result.error_code,
        result.output_key,
        result.pages,
    )
    assert record.input_deleted_at == "2026-03-01T00:00:00.000Z"
    assert record.sequencer == pad_sequencer("02")


def test_removal_ends_a_retryable_record(records: Records) -> None:
    finished(records, Result(status=Status.FAILED, error_code="ClientError", retryable=True))
    assert records.remove(Removal("in", "a.txt", pad_sequencer("02"), NOW))
    record = records.get("in", "a.txt")
    assert record is not None
    assert (record.status, record.error_code, record.retryable) == (
        Status.FAILED,
        "ObjectGone",
        False,
    )


def test_removal_older_than_the_record_changes_nothing(records: Records) -> None:
    finished(records, Result(status=Status.SUCCESS))
    before = records.get("in", "a.txt")
    assert not records.remove(Removal("in", "a.txt", pad_sequencer("00"), NOW))
    assert records.get("in", "a.txt") == before


class Pages:
    """A client whose only answer is these records, whatever is asked."""

    def __init__(self, keys: list[str]) -> None:
        self._items = [seeding.item(seeding.record("in", key), 16) for key in keys]

    def get_paginator(self, _operation: str) -> "Pages":
        return self

    def paginate(self, **_parameters: Any) -> Iterator[dict[str, Any]]:
        yield {"Items": self._items}


def keys_of(records: Iterator[Record]) -> list[str]:
    return [record.input_key for record in records]


def test_records_between_two_keys_are_after_the_first_and_up_to_the_last() -> None:
    """BETWEEN includes both of its ends."""
    client: Any = Pages(["a.txt", "b.txt", "c.txt"])
    records = Records(client, "records", 16)
    assert keys_of(records.between("in", 0, "a.txt", "c.txt")) == ["b.txt", "c.txt"]
