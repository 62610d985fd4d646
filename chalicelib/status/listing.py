"""Listings of the records with a prefix, in key order over all shards: by page, all, or counts.

Each step sends one Query per shard in parallel and merges the results. The position in a listing is
a single key, which is valid for all shards, since DynamoDB's ExclusiveStartKey need not exist.
"""

import heapq
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from chalicelib.records.lease import as_seen_at
from chalicelib.records.record import Record, Status
from chalicelib.status.status_query import DEFAULT_LIMIT, MAX_LIMIT, StatusQuery
from chalicelib.storage.table import Records


@dataclass(frozen=True)
class ListingPage:
    """Records in key order, and the key after which the next page begins, or None."""

    records: list[Record]
    next_after: str | None


@dataclass(frozen=True)
class Counts:
    """Number of files by status, and the key after which counting continues, or None."""

    files: Counter[Status]
    next_after: str | None


_Query = Callable[[str, int, str, str | None, int], tuple[list[Record], str | None]]


@dataclass(frozen=True)
class Listing:
    """The records of one input bucket, as of `lease.as_seen_at`.

    `counted_at_once` is the maximum number of records that one step of counting reads: with 16
    shards, about 0.5 MB of each.
    """

    records: Records
    bucket: str
    counted_at_once: int = 10_000

    def page(
        self, query: StatusQuery, after: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> ListingPage:
        """Return a page of at most `limit` matching records after the key `after`.

        None means from the start. It takes one Query per shard and form of the prefix. `limit` is
        at most MAX_LIMIT. A page may have fewer records although more follow. With filters, it has
        the matches among the next MAX_LIMIT records, approximately. A FilterExpression of DynamoDB
        would cost as much, and could not detect killed runs.
        """
        read_limit = MAX_LIMIT if query.is_filtered else limit
        seen, end = self._step(self.records.query, query.prefixes, after, read_limit)
        matches = [record for record in seen if query.admits(record)]
        if len(matches) > limit:
            matches = matches[:limit]
            end = matches[-1].input_key
        return ListingPage(matches, end)

    def all(self, query: StatusQuery) -> Iterator[Record]:
        """Yield all records that match the query, in key order, reading page by page."""
        page = self.page(query, limit=MAX_LIMIT)
        yield from page.records
        while page.next_after is not None:
            page = self.page(query, page.next_after, limit=MAX_LIMIT)
            yield from page.records

    def counts(
        self, query: StatusQuery, after: str | None = None, seconds: float = math.inf
    ) -> Counts:
        """Count the matching files after the key `after`, or from the start, by status.

        It counts until all are read or `seconds` have passed, but at least one step. Each status
        has a count, which may be 0.
        """
        deadline = time.monotonic() + seconds
        files = Counter(dict.fromkeys(Status, 0))
        while True:
            seen, after = self._step(
                self.records.query_required, query.prefixes, after, self.counted_at_once
            )
            files.update(record.status for record in seen if query.admits(record))
            if after is None or time.monotonic() >= deadline:
                return Counts(files, after)

    def _step(
        self, query: _Query, prefixes: list[str], after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """Return at most `limit` records, and the key after which there may be more, or None.

        `prefixes` are in the order of keys, and none begins with another.
        """
        seen: list[Record] = []
        for prefix in prefixes:
            if after is not None and not after.startswith(prefix):
                continue  # its records are on earlier pages
            records, after = self._with_prefix(query, prefix, after, limit - len(seen))
            seen += records
            if after is None and len(seen) == limit and prefix != prefixes[-1]:
                after = seen[-1].input_key
            if after is not None:
                break
        return seen, after

    def _with_prefix(
        self, query: _Query, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """Return at most `limit` records, and the key after which there may be more, or None."""
        shards = range(self.records.shards)
        share = _share(limit, len(shards))
        with ThreadPoolExecutor(len(shards)) as pool:
            results = list(
                pool.map(lambda shard: query(self.bucket, shard, prefix, after, share), shards)
            )
        merged = heapq.merge(*(records for records, _ in results), key=_order)
        # A shard that was cut off may have more records after its last key: stop at the first one.
        cut_off = [last for _, last in results if last is not None]
        horizon = min(cut_off, key=str.encode, default=None)
        complete = [r for r in merged if horizon is None or _order(r) <= horizon.encode()]
        now = datetime.now(UTC)
        seen = [as_seen_at(record, now) for record in islice(complete, limit)]
        return seen, seen[-1].input_key if len(complete) > limit else horizon


def _order(record: Record) -> bytes:
    """Return the sort key of a record: its key in UTF-8, as DynamoDB sorts."""
    return record.input_key.encode()


def _share(limit: int, shards: int) -> int:
    """Return the number of records to read per shard, which nearly always suffices for a page.

    Keys are distributed evenly: a shard has about limit/shards of the next `limit` records, and a
    standard deviation is the square root of that. Reading `limit` of each would cost `shards` times
    as much.
    """
    mean = limit / shards
    return math.ceil(mean + 3 * math.sqrt(mean)) + 1
