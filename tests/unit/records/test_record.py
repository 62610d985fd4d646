"""The rules of the record: who may claim, what a removal leaves, what a reader is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.records.record import (
    Claim,
    Record,
    Refusal,
    Status,
    attributes,
    claim_record,
    partition,
    record_from,
    refusal,
    removed_record,
    shard_partition,
    timestamp,
    utc_now,
)
from chalicelib.records.s3_changes import Removal, Upload, pad_sequencer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UPLOAD = Upload("in", "a.txt", pad_sequencer("05"), NOW, "etag", "v1", 4)
WORKING = Record(
    input_bucket="in",
    input_key="a.txt",
    status=Status.PROCESSING,
    processed_at=timestamp(NOW),
    uploaded_at=timestamp(NOW - timedelta(hours=1)),
    sequencer=pad_sequencer("05"),
    attempts=2,
    claim="run",
    lease_expires_at=timestamp(NOW + timedelta(minutes=1)),
    output_etag="pdf",
)
DONE = replace(WORKING, status=Status.SUCCESS)
RETRYABLE = replace(WORKING, status=Status.FAILED, retryable=True)
FAILED = replace(WORKING, status=Status.FAILED, retryable=False)
LATER = NOW + timedelta(minutes=1, milliseconds=1)
RECONCILED = replace(UPLOAD, is_reconciled=True)


@pytest.mark.parametrize(
    ("old", "sequencer", "upload", "claim_id", "now", "expected"),
    [
        (WORKING, "04", UPLOAD, "new", NOW, Refusal.SUPERSEDED),
        (DONE, "04", UPLOAD, "new", NOW, Refusal.SUPERSEDED),
        (WORKING, "06", UPLOAD, "new", NOW, None),
        (WORKING, "06", RECONCILED, "new", NOW, Refusal.LEFT_ALONE),
        (WORKING, "06", RECONCILED, "new", LATER, None),
        (DONE, "06", RECONCILED, "new", NOW, None),
        (WORKING, "05", UPLOAD, "new", NOW, Refusal.LEASED),
        (WORKING, "05", UPLOAD, "new", LATER, None),
        (WORKING, "05", UPLOAD, "run", NOW, None),
        (DONE, "05", UPLOAD, "run", LATER, Refusal.DUPLICATE),
        (FAILED, "05", UPLOAD, "run", NOW, Refusal.DUPLICATE),
        (RETRYABLE, "05", UPLOAD, "new", NOW, None),
    ],
)
def test_which_uploads_can_be_claimed(
    old: Record,
    sequencer: str,
    upload: Upload,
    claim_id: str,
    now: datetime,
    expected: Refusal | None,
) -> None:
    assert (
        refusal(old, replace(upload, sequencer=pad_sequencer(sequencer)), claim_id, now) is expected
    )


def test_a_lease_is_valid_until_its_end() -> None:
    last = NOW + timedelta(minutes=1)
    assert WORKING.is_at_work(last)
    assert not WORKING.is_at_work(LATER)
    assert not DONE.is_at_work(NOW)


def test_a_record_in_progress_without_a_lease_is_reported_as_stopped() -> None:
    assert WORKING.as_seen_at(NOW) == WORKING
    assert DONE.as_seen_at(LATER) == DONE
    told = WORKING.as_seen_at(LATER)
    assert (told.status, told.error_code, told.retryable) == (Status.FAILED, "Stopped", True)
    assert told.error == (
        "The conversion was stopped before it finished (out of time or memory); "
        "it will be tried again."
    )
    assert (
        replace(told, status=Status.PROCESSING, error_code=None, error=None, retryable=None)
        == WORKING
    )


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, True),
        ({"sequencer": pad_sequencer("06")}, False),
        ({"claim": "other"}, False),
        ({"attempts": 3}, False),
    ],
)
def test_a_claim_is_held_by_the_record_it_wrote(change: dict[str, object], held: bool) -> None:
    claim = Claim(UPLOAD, "run", 2, None)
    record = replace(WORKING, **change)  # type: ignore[arg-type]
    assert claim.is_held_by(record) is held
    assert claim.is_of(record) is held
    done = replace(record, status=Status.SUCCESS)
    assert claim.is_of(done) is held
    assert not claim.is_held_by(done)
    assert not claim.is_held_by(None)
    assert not claim.is_of(None)


@pytest.mark.parametrize("old", [None, DONE])
def test_a_claim_writes_the_values_of_the_event(old: Record | None) -> None:
    written = claim_record(Claim(UPLOAD, "new", 3, old), NOW, LATER)
    assert written == Record(
        input_bucket="in",
        input_key="a.txt",
        status=Status.PROCESSING,
        processed_at="2026-03-01T12:00:00.000Z",
        uploaded_at="2026-03-01T12:00:00.000Z",
        sequencer=pad_sequencer("05"),
        attempts=3,
        claim="new",
        lease_expires_at="2026-03-01T12:01:00.001Z",
        etag="etag",
        version_id="v1",
        size=4,
        output_etag="pdf" if old else None,
    )


REMOVAL = Removal("in", "a.txt", pad_sequencer("07"), NOW)


@pytest.mark.parametrize("old", [DONE, FAILED])
def test_a_removal_keeps_a_finished_record(old: Record) -> None:
    assert removed_record(REMOVAL, old, LATER) == replace(
        old, sequencer=pad_sequencer("07"), input_deleted_at=timestamp(NOW)
    )


@pytest.mark.parametrize("old", [None, WORKING, RETRYABLE])
def test_a_removal_ends_an_upload_in_progress(old: Record | None) -> None:
    deleted = timestamp(NOW)
    assert removed_record(REMOVAL, old, LATER) == Record(
        input_bucket="in",
        input_key="a.txt",
        status=Status.FAILED,
        processed_at=timestamp(LATER),
        uploaded_at=old.uploaded_at if old else deleted,
        sequencer=pad_sequencer("07"),
        attempts=2 if old else 0,
        claim="run" if old else "",
        lease_expires_at=old.lease_expires_at if old else deleted,
        output_etag="pdf" if old else None,
        input_deleted_at=deleted,
        error_code="ObjectGone",
        error="The file was deleted before it could be converted: upload it again.",
        retryable=False,
    )


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    east = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 1, 31, 8, 0, 0, 123_999, east)) == "2026-01-31T06:00:00.123Z"
    assert timestamp(datetime(2026, 1, 31, 8, tzinfo=UTC)) == "2026-01-31T08:00:00.000Z"
    assert utc_now().utcoffset() == timedelta(0)


@given(st.text(max_size=20), st.integers(1, 64))
def test_a_key_has_exactly_one_partition(key: str, shards: int) -> None:
    name = partition("in", key, shards)
    assert name in {shard_partition("in", shard) for shard in range(shards)}
    assert name == partition("in", key, shards)


def test_partitions_do_not_change() -> None:
    """Another spread of keys would lose every record that is in a table already."""
    keys = ("a.txt", "b/2026.txt", "日本.txt")
    assert [partition("in", key, 16) for key in keys] == ["in#5", "in#8", "in#13"]


def test_keys_are_distributed_evenly() -> None:
    counts = [0] * 16
    for n in range(1600):
        counts[int(partition("in", f"{n}.txt", 16).partition("#")[2])] += 1
    assert min(counts) > 60
    assert max(counts) < 140


@pytest.mark.parametrize("record", [WORKING, DONE, FAILED, RETRYABLE])
def test_a_record_is_read_as_written(record: Record) -> None:
    written = attributes(record)
    assert None not in written.values()
    assert record_from(written) == record
    assert record_from(written | {"pk": "in#1", "unknown": 5}) == record


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"status": "DONE"}, "'DONE' is not a valid Status"),
        ({"status": None}, "'' is not a valid Status"),
        ({"attempts": "two"}, "attribute attempts is a str"),
        ({"input_key": 5}, "attribute input_key is a int"),
        ({"sequencer": None}, "an attribute is missing"),
    ],
)
def test_an_item_that_is_not_a_record_is_rejected(damage: dict[str, object], reason: str) -> None:
    damaged = {n: v for n, v in (attributes(DONE) | damage).items() if v is not None}
    with pytest.raises(ValueError, match=reason):
        record_from(damaged)
