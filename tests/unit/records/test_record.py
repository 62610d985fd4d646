"""Records: times, partitions, and the values that are stored."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.records.record import (
    Record,
    attributes,
    partition,
    record_from,
    shard_partition,
    timestamp,
    utc_now,
)
from tests.unit.records.samples import DONE, FAILED, RETRYABLE, WORKING


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    east = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 1, 31, 8, 0, 0, 123_999, east)) == "2026-01-31T06:00:00.123Z"
    assert timestamp(datetime(2026, 1, 31, 8, tzinfo=UTC)) == "2026-01-31T08:00:00.000Z"
    assert utc_now().utcoffset() == timedelta(0)


@given(st.text(max_size=20), st.integers(1, 64))
def test_key_has_one_of_the_partitions(key: str, shards: int) -> None:
    name = partition("in", key, shards)
    assert name in {shard_partition("in", shard) for shard in range(shards)}
    assert name == partition("in", key, shards)


def test_partitions_of_existing_records_do_not_change() -> None:
    """Another spread of keys would lose every record that is in a table already."""
    keys = ("a.txt", "b/2026.txt", "日本.txt")
    assert [partition("in", key, 16) for key in keys] == ["in#5", "in#8", "in#13"]


def test_keys_are_distributed_evenly_over_partitions() -> None:
    counts = [0] * 16
    for n in range(1600):
        counts[int(partition("in", f"{n}.txt", 16).partition("#")[2])] += 1
    assert min(counts) > 60
    assert max(counts) < 140


@pytest.mark.parametrize("record", [WORKING, DONE, FAILED, RETRYABLE])
def test_record_is_the_same_after_a_round_trip(record: Record) -> None:
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
def test_damaged_record_is_refused(damage: dict[str, object], reason: str) -> None:
    damaged = {n: v for n, v in (attributes(DONE) | damage).items() if v is not None}
    with pytest.raises(ValueError, match=reason):
        record_from(damaged)
