"""Finds objects whose record is missing or outdated, and starts their conversion.

These are files from before the deployment, files whose event was lost, and failures. A listing has
no sequencers, so each upload gets the one that follows its record's: the protocol then orders it
after what is on record and before any later event. Runs that may be alive are left alone.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.records import naming
from chalicelib.records.lease import is_at_work
from chalicelib.records.record import Clock, Record, Status, timestamp, utc_now
from chalicelib.records.s3_changes import (
    Change,
    Removal,
    Upload,
    next_sequencer,
    pad_sequencer,
    reconcile_event,
)
from chalicelib.storage.bucket import Bucket, StoredObject
from chalicelib.storage.key_ranges import Divider
from chalicelib.storage.table import Records

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

START_THREADS = 16
"""Number of threads that start conversions."""

SCHEDULER = "aws.events"
"""`source` of the events that a schedule sends."""

SCHEDULED_RANGES = 64
"""Number of key ranges that are listed in parallel if a scheduled run cannot list all keys itself.

They read about 19,000 of the 40,000 units per second that a table allows.
"""

MAX_EVENT_FILES = 20
MAX_EVENT_BYTES = 4 * 2**20
"""Maximum files, and maximum total size in bytes, of one event; a larger file is sent alone.

The files of an event are converted one after the other.
"""

LISTING_TIME_TOLERANCE = timedelta(seconds=2)
"""Tolerance when comparing a listing's LastModified with an event's time: S3 lists whole seconds.

A listing may so date an upload up to this much later than its event did.
"""


@dataclass(frozen=True)
class Tally:
    """Counts of a reconciliation.

    `seen` are objects, `missing` those without a record, `stale` those whose record is outdated,
    `gone` records whose object was deleted, and `started` conversions.
    """

    seen: int = 0
    missing: int = 0
    stale: int = 0
    gone: int = 0
    started: int = 0


@dataclass(frozen=True)
class ReconcileRequest:
    """The request of one invocation of `reconcile`.

    The invocation lists the keys after `after`, up to and with `last`, in at most `pages` pages of
    `page_size` objects; None means no bound. For the rest it invokes itself, in at most `ranges`
    key ranges in parallel; if `follows` is False, it only returns the next request. `failures`
    means that permanent failures are converted again, too. `tally` has the counts so far.
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
    def from_event(cls, event: Mapping[str, Any] | None) -> "ReconcileRequest":
        """Return the request in an event, sent by hand, by `continue_later` or by the schedule.

        The schedule does not retry permanent failures. Members that the event lacks have their
        defaults. Raises TypeError for an unknown member.
        """
        payload = dict(event or {})
        if payload.get("source") == SCHEDULER:
            return cls(failures=False, ranges=SCHEDULED_RANGES)
        return cls(**payload | {"tally": Tally(**payload.get("tally", {}))})


@dataclass(frozen=True)
class Functions:
    """The deployed functions, invoked asynchronously; `own` is the full name of `reconcile`."""

    client: "LambdaClient"
    own: str

    def start(self, changes: Sequence[Change]) -> None:
        """Invoke `convert` with one event of these changes, as S3 would send it.

        `event_batches` limits the number of changes.
        """
        self._invoke(self.own.removesuffix("reconcile") + "convert", reconcile_event(*changes))

    def continue_later(self, request: ReconcileRequest) -> None:
        """Invoke `reconcile` with this request, which `ReconcileRequest.from_event` reads."""
        self._invoke(self.own, asdict(request))

    def _invoke(self, name: str, event: Mapping[str, Any]) -> None:
        """Invoke a function asynchronously."""
        self.client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))


@dataclass(frozen=True)
class Reconciliation:
    """Compares the objects of a bucket whose keys begin with `prefix` with their records."""

    bucket: Bucket
    records: Records
    functions: Functions
    prefix: str
    clock: Clock = utc_now

    def run(self, request: ReconcileRequest, until: datetime) -> ReconcileRequest | Tally:
        """Compare pages of objects with their records, and start conversions and removals.

        Return the counts when all pages are done. Return the request for the rest instead if, after
        a page, the time `until` or the request's number of pages is reached; there is always one
        page.
        """
        pages = 0
        while True:
            objects, more = self._page(request)
            last = objects[-1].key if more else request.last
            tally = self._compare(objects, last, request)
            if not more:
                return tally
            request = replace(request, after=last, tally=tally)
            pages += 1
            if self.clock() >= until or pages == request.pages:
                return request

    def handle(self, request: ReconcileRequest, until: datetime) -> dict[str, Any]:
        """Run one invocation, and invoke `reconcile` for the rest if the request `follows`.

        Return the members of the Tally and, as `next`, the request for the rest, or None if all is
        done.
        """
        rest = self.run(request, until)
        if isinstance(rest, Tally):
            return asdict(rest) | {"next": None}
        if rest.follows:
            for part in self._split(rest):
                self.functions.continue_later(part)
        return asdict(rest.tally) | {"next": asdict(rest)}

    def _page(self, request: ReconcileRequest) -> tuple[list[StoredObject], bool]:
        """Return the next objects of the request's key range, and whether more follow."""
        objects, more = self.bucket.page(self.prefix, request.after, request.page_size)
        if request.last is None:
            return objects, more
        inside = [item for item in objects if item.key <= request.last]
        return inside, more and len(inside) == len(objects)

    def _split(self, rest: ReconcileRequest) -> list[ReconcileRequest]:
        """Return a request for each key range of the rest; each has counts of its own."""
        if rest.ranges == 1:
            return [rest]
        divider = Divider(self.bucket, self.prefix)
        part = replace(rest, ranges=1, pages=None, tally=Tally())
        return [
            replace(part, after=after, last=last)
            for after, last in divider.divide((rest.after, rest.last), rest.ranges)
        ]

    def _compare(
        self, objects: list[StoredObject], last: str | None, request: ReconcileRequest
    ) -> Tally:
        """Compare a page of objects with the records of its keys; return the updated counts."""
        records = self._records(request.after, last)
        now = self.clock()
        files = [listed for listed in objects if not naming.is_folder(listed.key)]
        missing = [
            reconciled_upload(self.bucket.name, listed, None)
            for listed in files
            if listed.key not in records
        ]
        stale = [
            reconciled_upload(self.bucket.name, listed, record)
            for listed in files
            if (record := records.pop(listed.key, None))
            and is_outdated(record, listed, now, failures=request.failures)
        ]
        gone = [
            Removal(self.bucket.name, record.input_key, next_sequencer(record.sequencer), now)
            for record in records.values()
            if not (record.input_deleted_at or is_at_work(record, now))
        ]
        starting: list[Change] = [*missing, *stale, *gone]
        with ThreadPoolExecutor(START_THREADS) as pool:
            for _ in pool.map(self.functions.start, event_batches(starting)):
                pass
        tally = request.tally
        return Tally(
            seen=tally.seen + len(files),
            missing=tally.missing + len(missing),
            stale=tally.stale + len(stale),
            gone=tally.gone + len(gone),
            started=tally.started + len(missing) + len(stale),
        )

    def _records(self, after: str | None, last: str | None) -> dict[str, Record]:
        """Return, by key, the records after the key `after`, up to and with `last`.

        It takes one Query or a few per shard. Records outside the prefix, from before INPUT_PREFIX
        was changed, are left out, since the listing does not have their objects.
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


def reconciled_upload(bucket: str, listed: StoredObject, record: Record | None) -> Upload:
    """Return a listed object as a reconciled upload.

    Its sequencer follows that of `record`, or a sequencer of zeros if that is None.
    """
    return Upload(
        bucket=bucket,
        key=listed.key,
        sequencer=next_sequencer(record.sequencer if record else pad_sequencer("")),
        uploaded_at=listed.modified_at,
        etag=listed.etag,
        size=listed.size,
        is_reconciled=True,
    )


def event_batches(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield the changes in order, in batches for one event each.

    A batch has at most MAX_EVENT_FILES changes, and its objects have at most MAX_EVENT_BYTES
    together; a larger object is in a batch of its own. Removals and unknown sizes count as 0 bytes.
    """
    batch: list[Change] = []
    total = 0
    for change in changes:
        size = (change.size or 0) if isinstance(change, Upload) else 0
        if batch and (len(batch) == MAX_EVENT_FILES or total + size > MAX_EVENT_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(change)
        total += size
    if batch:
        yield batch


def is_outdated(record: Record, listed: StoredObject, now: datetime, *, failures: bool) -> bool:
    """Return whether a listed object must be converted although it has a record.

    So it is if the record is of another upload, of a removal, of a dead run or of a retryable
    failure; with `failures`, also of a permanent one. It is not while a run may be at work. A
    listing has no version ids, so only the date distinguishes another upload of equal bytes.
    """
    if is_at_work(record, now):
        return False
    if record.input_deleted_at or record.etag != listed.etag:
        return True
    if record.uploaded_at < timestamp(listed.modified_at - LISTING_TIME_TOLERANCE):
        return True
    if record.status is Status.SUCCESS:
        return False
    return failures or record.retryable is not False
