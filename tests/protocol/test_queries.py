"""Queries of many records, with the emulator's DynamoDB."""

from uuid import uuid4

import pytest

from chalicelib.records.record import Record, Status, partition
from chalicelib.storage.table import Records
from tests import seeding
from tests.protocol.services import Make, Services

SHARDS = 2
KEYS = [f"{folder}/{n:02}.txt" for folder in ("a", "b") for n in range(12)]


@pytest.fixture(scope="module")
def table(emulated: Make) -> tuple[Records, str]:
    """A table, and a bucket with a record of each key in it."""
    services: Services = emulated()
    bucket = f"in-{uuid4().hex}"
    written = (
        seeding.record(bucket, key, Status.FAILED if key.endswith("3.txt") else Status.SUCCESS)
        for key in KEYS
    )
    seeding.write(services.dynamodb, services.table, SHARDS, written)
    return Records(services.dynamodb, services.table, SHARDS), bucket


def keys_of(records: list[Record]) -> list[str]:
    return [record.input_key for record in records]


def in_shard(bucket: str, shard: int) -> list[str]:
    return [key for key in KEYS if partition(bucket, key, SHARDS).endswith(f"{shard}")]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_query_reads_one_shard_in_key_order(table: tuple[Records, str], shard: int) -> None:
    records, bucket = table
    found, last = records.query(bucket, shard, "", None, 100)
    assert keys_of(found) == in_shard(bucket, shard)
    assert last is None
    assert len(found) > 3


def test_a_query_continues_after_a_key_of_any_shard(table: tuple[Records, str]) -> None:
    records, bucket = table
    for shard in range(SHARDS):
        whole = in_shard(bucket, shard)
        for after in KEYS:
            found, _ = records.query(bucket, shard, "", after, 100)
            assert keys_of(found) == [key for key in whole if key > after]


def test_a_query_reads_no_more_records_than_requested(table: tuple[Records, str]) -> None:
    records, bucket = table
    whole = in_shard(bucket, 0)
    found, last = records.query(bucket, 0, "", None, 2)
    assert (keys_of(found), last) == (whole[:2], whole[1])
    found, _ = records.query(bucket, 0, "", last, 2)
    assert keys_of(found) == whole[2:4]


@pytest.mark.parametrize("query", ["query", "query_required"])
def test_a_query_reads_only_its_prefix(table: tuple[Records, str], query: str) -> None:
    records, bucket = table
    found, last = getattr(records, query)(bucket, 1, "b/0", None, 100)
    assert keys_of(found) == [key for key in in_shard(bucket, 1) if key.startswith("b/0")]
    assert last is None


def test_a_query_of_few_attributes_returns_only_those(
    table: tuple[Records, str],
) -> None:
    records, bucket = table
    whole, _ = records.query(bucket, 0, "", None, 100)
    needed, _ = records.query_required(bucket, 0, "", None, 100)
    assert [(r.input_key, r.status, r.processed_at) for r in needed] == [
        (r.input_key, r.status, r.processed_at) for r in whole
    ]
    assert all(r.pages == 7 or r.status is Status.FAILED for r in whole)
    assert {r.pages for r in needed} == {None}


@pytest.mark.parametrize(
    ("after", "last"),
    [
        (None, None),
        (None, "a/00.txt"),
        (None, "b/05.txt"),
        ("a/03.txt", None),
        ("a/03.txt", "b/05.txt"),
        ("a/03.txtx", "zz"),
        ("b/11.txt", None),
    ],
)
def test_between_excludes_the_first_key_and_includes_the_last(
    table: tuple[Records, str], after: str | None, last: str | None
) -> None:
    records, bucket = table
    for shard in range(SHARDS):
        assert keys_of(list(records.between(bucket, shard, after, last))) == [
            key
            for key in in_shard(bucket, shard)
            if (after is None or key > after) and (last is None or key <= last)
        ]
