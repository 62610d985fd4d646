"""Records written directly to the table, for tests and benchmarks."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.records.record import Record, Status, attributes, partition, timestamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_ITEMS = 25
"""Maximum number of items in a request (DynamoDB API Reference, BatchWriteItem)."""


def record(bucket: str, key: str, status: Status = Status.SUCCESS, **more: Any) -> Record:
    """Return a record as the pipeline writes it; the lease of a PROCESSING one has not expired."""
    now = datetime.now(UTC)
    fields: dict[str, Any] = {
        "input_bucket": bucket,
        "input_key": key,
        "status": status,
        "processed_at": timestamp(now),
        "uploaded_at": timestamp(now - timedelta(seconds=2)),
        "sequencer": "0055AED6DCD90281E5".ljust(32, "0"),
        "attempts": 1,
        "claim": "8f2a4c3e-1b5d-4e6f-9a7b-0c1d2e3f4a5b",
        "lease_expires_at": timestamp(now + timedelta(days=1)),
        "etag": hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(),
        "version_id": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
        "size": 20_000,
    }
    if status is Status.SUCCESS:
        fields |= {
            "output_bucket": bucket.replace("input", "output"),
            "output_key": key.removesuffix(".txt") + ".pdf",
            "output_etag": hashlib.md5(b"pdf" + key.encode(), usedforsecurity=False).hexdigest(),
            "output_size": 40_000,
            "pages": 7,
            "encoding": "utf-8",
            "replaced": 0,
            "duration_ms": 900,
        }
    if status is Status.FAILED:
        fields |= {"error_code": "NotText", "error": "It is a picture.", "retryable": False}
    return Record(**fields | more)


def write(client: "DynamoDBClient", table: str, shards: int, records: Iterable[Record]) -> None:
    """Write all records to the table."""
    batches = iter(records)

    def put(batch: list[Record]) -> None:
        items = [{"PutRequest": {"Item": item(record, shards)}} for record in batch]
        response = client.batch_write_item(RequestItems={table: items})  # type: ignore[dict-item]
        assert not response["UnprocessedItems"]

    with ThreadPoolExecutor(4) as pool:
        while part := list(islice(batches, 40 * BATCH_ITEMS)):
            starts = range(0, len(part), BATCH_ITEMS)
            list(pool.map(put, (part[start : start + BATCH_ITEMS] for start in starts)))


def item(record: Record, shards: int) -> dict[str, Any]:
    """Return the item that holds a record."""
    pk = partition(record.input_bucket, record.input_key, shards)
    values = attributes(record) | {"pk": pk}
    return {name: _typed(value) for name, value in values.items()}


def _typed(value: str | int | bool) -> dict[str, Any]:
    """Return a DynamoDB attribute value; much faster than boto3's serializer."""
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": str(value)}
