"""Records under a prefix, in key order over all shards: page by page, all, or only counted.

Each step is one Query a shard, in parallel, merged here. Where it goes on is a key: DynamoDB's
ExclusiveStartKey may name any key, so one key serves every shard and nothing has to be kept.
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

from chalicelib.records.record import Record, Status
from chalicelib.status.status_query import DEFAULT_LIMIT, MAX_LIMIT, StatusQuery
from chalicelib.storage.table import Records


@dataclass(frozen=True)
class ListingPage:
    """Records in key order, and the key after which the next page begins, if there is one."""

    records: list[Record]
    next_after: str | None


@dataclass(frozen=True)
class Counts:
    """How many files stand where, and the key after which counting goes on, if it does."""

    files: Counter[Status]
    next_after: str | None


_Query = Callable[[str, int, str, str | None, int], tuple[list[Record], str | None]]


@dataclass(frozen=True)
class Listing:
    """The records of one input bucket.

    A step of counting looks at `counted_at_once`: about 0.5 MB of each of 16 shards.
    """

    records: Records
    bucket: str
    counted_at_once: int = 10_000

    def page(
        self, question: StatusQuery, after: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> ListingPage:
        """A page of at most `limit` records: one Query a shard.

        A page may hold fewer records and still have a next one. With filters, it is what
        MAX_LIMIT records, or a few less, have of such ones: a filter on the side of DynamoDB
        would cost the same, and could not know that a run was killed.
        """
        looked_at = MAX_LIMIT if question.is_filtered else limit
        seen, end = self._step(self.records.query, question.prefix, after, looked_at)
        found = [record for record in seen if question.admits(record)]
        if len(found) > limit:
            found = found[:limit]
            end = found[-1].input_key
        return ListingPage(found, end)

    def all(self, question: StatusQuery) -> Iterator[Record]:
        """Every such record, in key order."""
        page = self.page(question, limit=MAX_LIMIT)
        yield from page.records
        while page.next_after is not None:
            page = self.page(question, page.next_after, limit=MAX_LIMIT)
            yield from page.records

    def counts(
        self, question: StatusQuery, after: str | None = None, seconds: float = math.inf
    ) -> Counts:
        """How many such files stand where; after `seconds` no further step is begun."""
        give_up = time.monotonic() + seconds
        files = Counter(dict.fromkeys(Status, 0))
        while True:
            seen, after = self._step(
                self.records.query_required, question.prefix, after, self.counted_at_once
            )
            files.update(record.status for record in seen if question.admits(record))
            if after is None or time.monotonic() >= give_up:
                return Counts(files, after)

    def _step(
        self, query: _Query, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Record], str | None]:
        """The next records, at most `limit`, and the key after which there may be more."""
        shards = range(self.records.shards)
        share = _share(limit, len(shards))
        with ThreadPoolExecutor(len(shards)) as pool:
            answers = list(
                pool.map(lambda shard: query(self.bucket, shard, prefix, after, share), shards)
            )
        merged = heapq.merge(*(found for found, _ in answers), key=_order)
        # Up to where every shard was read: one that was cut off may hold more beyond its last key.
        cut_off = [last for _, last in answers if last is not None]
        horizon = min(cut_off, key=str.encode, default=None)
        known = [r for r in merged if horizon is None or _order(r) <= horizon.encode()]
        now = datetime.now(UTC)
        seen = [record.as_seen_at(now) for record in islice(known, limit)]
        return seen, seen[-1].input_key if len(known) > limit else horizon


def _order(record: Record) -> bytes:
    return record.input_key.encode()


def _share(limit: int, shards: int) -> int:
    """How many records to ask of each shard so that together they nearly always fill a page.

    Keys are spread evenly, so a shard holds limit/shards of them give or take a few times the
    root of that; asking each for `limit` would read, and cost, `shards` times what is returned.
    """
    mean = limit / shards
    return math.ceil(mean + 3 * math.sqrt(mean)) + 1
