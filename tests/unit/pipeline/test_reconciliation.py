"""Which objects reconciling takes for behind, by their listing alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.pipeline.reconciliation import (
    LISTING_TIME_TOLERANCE,
    MAX_EVENT_BYTES,
    MAX_EVENT_FILES,
    SCHEDULED_RANGES,
    ReconcileRequest,
    Reconciliation,
    Tally,
    event_batches,
    is_outdated,
    reconciled_upload,
)
from chalicelib.records.record import Record, Status, timestamp
from chalicelib.records.s3_changes import Change, Removal, Upload
from chalicelib.storage.bucket import StoredObject

UPLOADED = datetime(2026, 3, 1, 8, 0, 0, 700_000, tzinfo=UTC)
RECORD = Record(
    status=Status.SUCCESS,
    etag="same",
    input_bucket="in",
    input_key="a.txt",
    processed_at=timestamp(UPLOADED),
    uploaded_at=timestamp(UPLOADED),
    sequencer="01".ljust(32, "0"),
    attempts=1,
    claim="c",
    lease_expires_at=timestamp(UPLOADED),
)


@dataclass
class Stage:
    """A stage with these objects and records, and what reconciling starts in it."""

    objects: list[StoredObject]
    records: list[Record]
    started: list[Change] = field(default_factory=list)
    parts: list[ReconcileRequest] = field(default_factory=list)
    shards: int = 1
    name: str = "in"

    def page(self, prefix: str, after: str | None, limit: int) -> tuple[list[StoredObject], bool]:
        found = [one for one in self.objects if one.key.startswith(prefix)]
        found = [one for one in found if after is None or one.key > after]
        return found[:limit], len(found) > limit

    def between(
        self, _bucket: str, _shard: int, _after: str | None, _last: str | None
    ) -> Iterator[Record]:
        return iter(self.records)

    def start(self, changes: Sequence[Change]) -> None:
        self.started += changes

    def continue_later(self, asked: ReconcileRequest) -> None:
        self.parts.append(asked)


def test_records_outside_the_current_prefix_are_ignored() -> None:
    records = [replace(RECORD, input_key=key) for key in ("new/gone.txt", "old/a.txt", "new.txt")]
    objects = [
        StoredObject("old/a.txt", "same", 4, UPLOADED),
        StoredObject("new/b.txt", "same", 4, UPLOADED),
    ]
    stage = Stage(objects, records)
    parts: Any = stage
    tally = Reconciliation(parts, parts, parts, "new/").run(ReconcileRequest(), UPLOADED)
    assert {(type(change), change.key) for change in stage.started} == {
        (Removal, "new/gone.txt"),
        (Upload, "new/b.txt"),
    }
    assert tally == Tally(seen=1, missing=1, gone=1, started=1)


@pytest.mark.parametrize(
    ("listed_at", "behind"),
    [
        (UPLOADED.replace(microsecond=0), False),
        (UPLOADED.replace(second=1, microsecond=0), False),
        (UPLOADED + LISTING_TIME_TOLERANCE, False),
        (UPLOADED + LISTING_TIME_TOLERANCE + timedelta(milliseconds=1), True),
        (UPLOADED + timedelta(days=1), True),
        (UPLOADED - timedelta(days=1), False),
    ],
    ids=["cut to seconds", "rounded up", "at the limit", "beyond it", "next day", "day before"],
)
def test_equal_bytes_with_a_later_date_are_another_upload(
    listed_at: datetime, behind: bool
) -> None:
    listed = StoredObject("a.txt", "same", 4, listed_at)
    assert is_outdated(RECORD, listed, UPLOADED + timedelta(days=2), failures=False) is behind


def test_a_bucket_too_large_for_one_run_is_divided_and_compared_completely() -> None:
    keys = [f"{letter}/{number}.txt" for letter in "abcdefgh" for number in range(5)]
    stage = Stage([StoredObject(key, "new", 4, UPLOADED) for key in keys], [])
    parts: Any = stage
    whole = Reconciliation(parts, parts, parts, "")
    whole.handle(ReconcileRequest(pages=1, page_size=10, ranges=4), UPLOADED)
    assert 1 < len(stage.parts) <= 4
    parts, stage.parts = stage.parts, []
    for part in parts:
        assert (part.ranges, part.pages, part.tally) == (1, None, Tally())
        assert isinstance(whole.run(part, datetime.max.replace(tzinfo=UTC)), Tally)
    assert sorted(change.key for change in stage.started) == keys


def test_a_scheduled_run_divides_a_bucket_that_takes_too_long() -> None:
    assert ReconcileRequest.from_event({"source": "aws.events"}).ranges == SCHEDULED_RANGES
    assert ReconcileRequest.from_event({}).ranges == 1


def test_an_event_has_no_more_files_than_a_run_can_convert() -> None:
    sizes = [1] * 50 + [MAX_EVENT_BYTES, MAX_EVENT_BYTES + 1, 1]
    changes = [
        reconciled_upload("in", StoredObject(f"{n}.txt", "e", size, UPLOADED), None)
        for n, size in enumerate(sizes)
    ]
    groups = list(event_batches(changes))
    assert [change for group in groups for change in group] == changes
    assert max(map(len, groups)) == MAX_EVENT_FILES
    totals = [sum(c.size or 0 for c in g if isinstance(c, Upload)) for g in groups if len(g) > 1]
    assert max(totals) <= MAX_EVENT_BYTES
    assert list(event_batches([])) == []
