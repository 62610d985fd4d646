"""A stage in memory for tests of the API: records in shards, and the objects of buckets."""

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
    """Records as DynamoDB returns them: by shard, in key order, with a limit."""

    records: list[Record]
    shards: int = 4
    reads: list[tuple[int, str | None, int]] = field(default_factory=list)

    def get(self, bucket: str, key: str, *, consistent: bool = False) -> Record | None:  # noqa: ARG002
        matches = (r for r in self.records if (r.input_bucket, r.input_key) == (bucket, key))
        return next(matches, None)

    def query(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        self.reads.append((shard, after, limit))
        matches = sorted(
            (
                record
                for record in self.records
                if record.input_bucket == bucket
                and crc32(record.input_key.encode()) % self.shards == shard
                and record.input_key.startswith(prefix)
                and (after is None or record.input_key.encode() > after.encode())
            ),
            key=lambda record: record.input_key.encode(),
        )
        page = matches[:limit]
        return page, page[-1].input_key if len(page) == limit else None

    query_required = query


@dataclass
class Objects:
    """A bucket with these objects by key."""

    name: str
    keys: dict[str, StoredObject] = field(default_factory=dict)

    def head(self, key: str) -> StoredObject | None:
        return self.keys.get(key)

    def list(self, prefix: str) -> Iterable[StoredObject]:
        return iter([self.keys[key] for key in sorted(self.keys) if key.startswith(prefix)])


def stored(record: Record) -> StoredObject:
    """Return the input object of a record."""
    return StoredObject(
        record.input_key, record.etag or "", record.size or 0, UPLOADED, record.version_id
    )


def services(
    records: Iterable[Record] = (),
    inputs: Iterable[StoredObject] = (),
    outputs: Iterable[str] = (),
    settings: Settings = SETTINGS,
) -> Services:
    """Return the services of a stage with these records, input objects, and PDFs of these keys."""
    table: Any = Table(list(records))
    input_bucket: Any = Objects("in", {stored.key: stored for stored in inputs})
    output_bucket: Any = Objects(
        "out", {key: StoredObject(key, "e", 1, UPLOADED) for key in outputs}
    )
    built = Services(settings)
    built.__dict__ |= {"records": table, "inputs": input_bucket, "outputs": output_bucket}
    return built
