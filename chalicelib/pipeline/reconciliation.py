"""Finds the objects whose record is missing or behind, and starts their conversion.

Files from before the deployment, lost events, failures that were mended since. Listing has no
sequencer, so each start gets the one next after the record's: the protocol then orders it like any
other event, after what is on record and before whatever comes later. A run at work is left alone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.records import naming
from chalicelib.records.record import Clock, Record, Status, timestamp, utc_now
from chalicelib.records.s3_changes import Change, Removal, Upload, following, padded, reconciling
from chalicelib.storage.bucket import Bucket, StoredObject
from chalicelib.storage.key_ranges import Divider
from chalicelib.storage.table import Records

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

THREADS = 16
SCHEDULER = "aws.events"
"""Source of the events that a schedule sends."""

RANGES = 64
"""Ranges of keys that are listed side by side when the schedule's run does not get through alone:
they read about 19,000 of the 40,000 units a second that a table may be read with."""

MAX_FILES = 20
MAX_BYTES = 4 * 2**20
"""What one event may hold, unless a single file is larger: its files are converted in turn."""

SAME_UPLOAD = timedelta(seconds=2)
"""By how much a listing may date an upload later than its event did: it tells whole seconds."""


@dataclass(frozen=True)
class Tally:
    """Objects seen, those of them without a record, those whose record is behind, records whose
    object is gone, and conversions started."""

    seen: int = 0
    missing: int = 0
    stale: int = 0
    gone: int = 0
    started: int = 0


@dataclass(frozen=True)
class ReconcileRequest:
    """What one invocation is asked to do.

    It goes on `after` a key up to the key `last`, through at most `pages` pages of `page_size`
    objects, and then has itself invoked for the rest, in at most `ranges` ranges of keys side by
    side, unless `follows` is False: then its answer says where to go on.
    With `failures`, files that failed for good are tried again, too.
    """

    after: str | None = None
    last: str | None = None
    ranges: int = 1
    pages: int | None = None
    page_size: int = 1000
    failures: bool = True
    follows: bool = True
    tally: Tally = Tally()

    @classmethod
    def of(cls, event: Mapping[str, Any] | None) -> "ReconcileRequest":
        """What an event asks: a person's or our own, or a schedule's, which spares failures."""
        told = dict(event or {})
        if told.get("source") == SCHEDULER:
            return cls(failures=False, ranges=RANGES)
        return cls(**told | {"tally": Tally(**told.get("tally", {}))})


@dataclass(frozen=True)
class Functions:
    """The deployed functions, each invoked asynchronously; `own` is the name of `reconcile`."""

    client: "LambdaClient"
    own: str

    def start(self, changes: Sequence[Change]) -> None:
        """Have some changes processed, in one event, as if S3 had told of them."""
        self._invoke(self.own.removesuffix("reconcile") + "convert", reconciling(*changes))

    def continue_later(self, asked: ReconcileRequest) -> None:
        """Have the rest reconciled by an invocation of its own."""
        self._invoke(self.own, asdict(asked))

    def _invoke(self, name: str, event: Mapping[str, Any]) -> None:
        self.client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))


@dataclass(frozen=True)
class Reconciliation:
    """Compares one bucket with its records."""

    bucket: Bucket
    records: Records
    functions: Functions
    prefix: str
    clock: Clock = utc_now

    def run(self, asked: ReconcileRequest, until: datetime) -> ReconcileRequest | Tally:
        """Go through pages until all are done, or `until`: the tally, or what is left to ask."""
        pages = 0
        while True:
            found, more = self._page(asked)
            last = found[-1].key if more else asked.last
            tally = self._compared(found, last, asked)
            if not more:
                return tally
            asked = replace(asked, after=last, tally=tally)
            pages += 1
            if self.clock() >= until or pages == asked.pages:
                return asked

    def answer(self, asked: ReconcileRequest, until: datetime) -> dict[str, Any]:
        """What an invocation returns: the counts so far, and what to ask next for the rest."""
        left = self.run(asked, until)
        if isinstance(left, Tally):
            return asdict(left) | {"next": None}
        if left.follows:
            for part in self._divided(left):
                self.functions.continue_later(part)
        return asdict(left.tally) | {"next": asdict(left)}

    def _page(self, asked: ReconcileRequest) -> tuple[list[StoredObject], bool]:
        """The next objects of the range of keys, and whether more of it follow."""
        found, more = self.bucket.page(self.prefix, asked.after, asked.page_size)
        if asked.last is None:
            return found, more
        inside = [listed for listed in found if listed.key <= asked.last]
        return inside, more and len(inside) == len(found)

    def _divided(self, left: ReconcileRequest) -> list[ReconcileRequest]:
        """What is left, as ranges of keys; each of them counts for itself."""
        if left.ranges == 1:
            return [left]
        divider = Divider(self.bucket, self.prefix)
        part = replace(left, ranges=1, pages=None, tally=Tally())
        return [
            replace(part, after=after, last=last)
            for after, last in divider.divide((left.after, left.last), left.ranges)
        ]

    def _compared(
        self, found: list[StoredObject], last: str | None, asked: ReconcileRequest
    ) -> Tally:
        """The tally after one page: its objects against the records of the same range of keys."""
        records = self._records(asked.after, last)
        now = self.clock()
        files = [listed for listed in found if not naming.is_folder(listed.key)]
        missing = [
            upload_of(self.bucket.name, listed, None)
            for listed in files
            if listed.key not in records
        ]
        stale = [
            upload_of(self.bucket.name, listed, record)
            for listed in files
            if (record := records.pop(listed.key, None))
            and is_behind(record, listed, now, failures=asked.failures)
        ]
        gone = [
            Removal(self.bucket.name, record.input_key, following(record.sequencer), now)
            for record in records.values()
            if not (record.input_deleted_at or record.is_at_work(now))
        ]
        starting: list[Change] = [*missing, *stale, *gone]
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in pool.map(self.functions.start, packed(starting)):
                pass
        tally = asked.tally
        return Tally(
            seen=tally.seen + len(files),
            missing=tally.missing + len(missing),
            stale=tally.stale + len(stale),
            gone=tally.gone + len(gone),
            started=tally.started + len(missing) + len(stale),
        )

    def _records(self, after: str | None, last: str | None) -> dict[str, Record]:
        """Return, by key, the records after one key up to another: one Query a shard, or a few.

        Records outside the prefix are of no object in the listing, and are left alone: they are
        from before INPUT_PREFIX was changed.
        """
        shards = range(self.records.shards)
        with ThreadPoolExecutor(len(shards)) as pool:
            answers = pool.map(
                lambda shard: list(self.records.between(self.bucket.name, shard, after, last)),
                shards,
            )
            records = (record for answer in answers for record in answer)
            return {
                record.input_key: record
                for record in records
                if record.input_key.startswith(self.prefix)
                and not naming.is_folder(record.input_key)
            }


def upload_of(bucket: str, listed: StoredObject, record: Record | None) -> Upload:
    """The upload that an object, as listed, is, placed after what is on record."""
    return Upload(
        bucket=bucket,
        key=listed.key,
        sequencer=following(record.sequencer if record else padded("")),
        uploaded_at=listed.modified_at,
        etag=listed.etag,
        size=listed.size,
        is_reconciled=True,
    )


def packed(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield them in groups that one run converts well within its time."""
    group: list[Change] = []
    total = 0
    for change in changes:
        size = (change.size or 0) if isinstance(change, Upload) else 0
        if group and (len(group) == MAX_FILES or total + size > MAX_BYTES):
            yield group
            group, total = [], 0
        group.append(change)
        total += size
    if group:
        yield group


def is_behind(record: Record, listed: StoredObject, now: datetime, *, failures: bool) -> bool:
    """Whether an object, as listed, has to be converted although it has a record.

    A listing names no version: of an upload of the very same bytes only the date tells that it is
    another one. `failures`: also if it failed for good, as it is now.
    """
    if record.is_at_work(now):
        return False
    if record.input_deleted_at or record.etag != listed.etag:
        return True
    if record.uploaded_at < timestamp(listed.modified_at - SAME_UPLOAD):
        return True
    if record.status is Status.SUCCESS:
        return False
    return failures or record.retryable is not False
