"""Records written straight into the table, as many as a test or a benchmark wants."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.records.record import Record, Status, attributes, partition, timestamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE = 25
"""DynamoDB API Reference, BatchWriteItem: at most 25 items a request."""


def record(bucket: str, key: str, status: Status = Status.SUCCESS, **more: Any) -> Record:
    """A record as the pipeline leaves it; PROCESSING has a lease that is still good."""
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
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
        facts |= {
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
        facts |= {"error_code": "NotText", "error": "It is a picture.", "retryable": False}
    return Record(**facts | more)


def write(client: "DynamoDBClient", table: str, shards: int, records: Iterable[Record]) -> None:
    """Put all of them."""
    batches = iter(records)

    def put(batch: list[Record]) -> None:
        items = [{"PutRequest": {"Item": item(one, shards)}} for one in batch]
        answer = client.batch_write_item(RequestItems={table: items})  # type: ignore[dict-item]
        assert not answer["UnprocessedItems"]

    with ThreadPoolExecutor(4) as pool:
        while many := list(islice(batches, 40 * AT_ONCE)):
            list(pool.map(put, (many[i : i + AT_ONCE] for i in range(0, len(many), AT_ONCE))))


def item(one: Record, shards: int) -> dict[str, Any]:
    """Return the item that holds a record."""
    values = attributes(one) | {"pk": partition(one.input_bucket, one.input_key, shards)}
    return {name: _typed(value) for name, value in values.items()}


def _typed(value: str | int | bool) -> dict[str, Any]:
    """As DynamoDB wants it; by far the larger part of writing many is in boto3's own way."""
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": str(value)}
