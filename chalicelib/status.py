"""The questions: what became of one key, and of all keys with a prefix.

Used by the REST route and by query.py alike.
"""

import heapq
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

from chalicelib.records import Record

DEFAULT_LIMIT = 100


class RecordsPort(Protocol):
    """The records, as the questions need them."""

    @property
    def shards(self) -> int: ...
    def get(self, bucket: str, key: str) -> Record | None: ...
    def query(
        self, bucket: str, shard: int, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], bool]: ...


@dataclass(frozen=True)
class Page:
    """Records in key order, and the key after which the next page begins, if there is one."""

    records: list[Record]
    next_after: str | None


@dataclass(frozen=True)
class Answers:
    """Answers about one input bucket."""

    records: RecordsPort
    bucket: str

    def key(self, key: str) -> Record | None:
        """The record of exactly this key: one GetItem."""
        record = self.records.get(self.bucket, key)
        return record.as_seen_at(datetime.now(UTC)) if record else None

    def page(self, prefix: str, after: str | None = None, limit: int = DEFAULT_LIMIT) -> Page:
        """A page of at most `limit` records whose keys begin with `prefix`.

        Costs one Query a shard. A page may hold fewer records and still have a next one.
        """
        shards = range(self.records.shards)
        share = _share(limit, len(shards))
        with ThreadPoolExecutor(len(shards)) as pool:
            answers = list(
                pool.map(
                    lambda shard: self.records.query(self.bucket, shard, prefix, after, share),
                    shards,
                )
            )
        merged = heapq.merge(*(found for found, _ in answers), key=_order)
        # Beyond the last key that a cut-off shard returned, that shard may hold keys not yet seen.
        ends = [_order(found[-1]) for found, more in answers if more and found]
        horizon = min(ends, default=None)
        known = [r for r in merged if horizon is None or _order(r) <= horizon]
        now = datetime.now(UTC)
        records = [record.as_seen_at(now) for record in islice(known, limit)]
        is_last = horizon is None and len(known) <= limit
        return Page(records, None if is_last or not records else records[-1].input_key)

    def all(self, prefix: str) -> Iterator[Record]:
        """Every record whose key begins with `prefix`, in key order."""
        page = self.page(prefix, limit=1000)
        yield from page.records
        while page.next_after is not None:
            page = self.page(prefix, page.next_after, limit=1000)
            yield from page.records


PUBLIC = (
    "input_bucket",
    "input_key",
    "status",
    "output_bucket",
    "output_key",
    "processed_at",
    "uploaded_at",
    "error",
    "error_code",
    "attempts",
    "size",
    "output_size",
    "pages",
    "encoding",
    "encoding_basis",
    "replaced",
    "version_id",
    "duration_ms",
    "input_deleted_at",
)
"""What a program is told of a record; who worked on it until when stays inside."""


def public(record: Record) -> dict[str, Any]:
    """The record as programs see it: every name is always there, with None for 'has none'."""
    return {name: getattr(record, name) for name in PUBLIC}


def _order(record: Record) -> bytes:
    return record.input_key.encode()


def _share(limit: int, shards: int) -> int:
    """How many records to ask of each shard so that together they nearly always fill a page.

    Keys are spread evenly, so a shard holds limit/shards of them give or take a few times the
    root of that; asking each for `limit` would read, and cost, `shards` times what is returned.
    """
    mean = limit / shards
    return math.ceil(mean + 3 * math.sqrt(mean)) + 1
