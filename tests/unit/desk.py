"""A stage in memory, for what answers questions: records in shards, and the objects of buckets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from chalicelib.records.record import Record
from chalicelib.services import Services
from chalicelib.settings import Settings
from chalicelib.storage.bucket import StoredObject

SETTINGS = Settings("unit", "in", "out", "table", "/token")
UPLOADED = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Table:
    """Records as DynamoDB hands them out: by shard, in key order, so many at a time."""

    records: list[Record]
    shards: int = 4
    reads: list[tuple[int, str | None, int]] = field(default_factory=list)

    def get(self, bucket: str, key: str, *, consistent: bool = False) -> Record | None:  # noqa: ARG002
        found = (one for one in self.records if (one.input_bucket, one.input_key) == (bucket, key))
        return next(found, None)

    def query(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        self.reads.append((shard, after, limit))
        found = sorted(
            (
                one
                for one in self.records
                if one.input_bucket == bucket
                and crc32(one.input_key.encode()) % self.shards == shard
                and one.input_key.startswith(prefix)
                and (after is None or one.input_key.encode() > after.encode())
            ),
            key=lambda one: one.input_key.encode(),
        )
        page = found[:limit]
        return page, page[-1].input_key if len(page) == limit else None

    query_required = query


@dataclass
class Objects:
    """A bucket."""

    name: str
    keys: dict[str, StoredObject] = field(default_factory=dict)

    def head(self, key: str) -> StoredObject | None:
        return self.keys.get(key)

    def list(self, prefix: str) -> Iterable[StoredObject]:
        return iter([self.keys[key] for key in sorted(self.keys) if key.startswith(prefix)])


def stored(record: Record) -> StoredObject:
    """The input object that a record is of."""
    return StoredObject(
        record.input_key, record.etag or "", record.size or 0, UPLOADED, record.version_id
    )


def services(
    records: Iterable[Record] = (),
    inputs: Iterable[StoredObject] = (),
    outputs: Iterable[str] = (),
    settings: Settings = SETTINGS,
) -> Services:
    """The services of a stage with these records, input objects, and PDFs of these keys."""
    table: Any = Table(list(records))
    given: Any = Objects("in", {one.key: one for one in inputs})
    made: Any = Objects("out", {key: StoredObject(key, "e", 1, UPLOADED) for key in outputs})
    built = Services(settings)
    built.__dict__ |= {"records": table, "inputs": given, "outputs": made}
    return built
