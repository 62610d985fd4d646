"""The rules of claims and removals."""

from dataclasses import replace
from datetime import datetime

import pytest

from chalicelib.records.claim import Claim, Refusal, claim_record, refusal, removed_record
from chalicelib.records.record import Record, Status, timestamp
from chalicelib.records.s3_changes import Removal, Upload, pad_sequencer
from tests.unit.records.samples import DONE, FAILED, LATER, NOW, RETRYABLE, UPLOAD, WORKING

RECONCILED = replace(UPLOAD, is_reconciled=True)


@pytest.mark.parametrize(
    ("old", "sequencer", "upload", "claim_id", "now", "expected"),
    [
        (WORKING, "04", UPLOAD, "new", NOW, Refusal.SUPERSEDED),
        (DONE, "04", UPLOAD, "new", NOW, Refusal.SUPERSEDED),
        (WORKING, "06", UPLOAD, "new", NOW, None),
        (WORKING, "06", RECONCILED, "new", NOW, Refusal.LEFT_ALONE),
        (WORKING, "06", RECONCILED, "new", LATER, None),
        (DONE, "06", RECONCILED, "new", NOW, None),
        (WORKING, "05", UPLOAD, "new", NOW, Refusal.LEASED),
        (WORKING, "05", UPLOAD, "new", LATER, None),
        (WORKING, "05", UPLOAD, "run", NOW, None),
        (DONE, "05", UPLOAD, "run", LATER, Refusal.DUPLICATE),
        (FAILED, "05", UPLOAD, "run", NOW, Refusal.DUPLICATE),
        (RETRYABLE, "05", UPLOAD, "new", NOW, None),
    ],
)
def test_claims_that_are_refused_and_allowed(
    old: Record,
    sequencer: str,
    upload: Upload,
    claim_id: str,
    now: datetime,
    expected: Refusal | None,
) -> None:
    assert (
        refusal(old, replace(upload, sequencer=pad_sequencer(sequencer)), claim_id, now) is expected
    )


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, True),
        ({"sequencer": pad_sequencer("06")}, False),
        ({"claim": "other"}, False),
        ({"attempts": 3}, False),
    ],
)
def test_claim_is_held_by_the_record_that_it_wrote(change: dict[str, object], held: bool) -> None:
    claim = Claim(UPLOAD, "run", 2, None)
    record = replace(WORKING, **change)  # type: ignore[arg-type]
    assert claim.is_held_by(record) is held
    assert claim.is_of(record) is held
    done = replace(record, status=Status.SUCCESS)
    assert claim.is_of(done) is held
    assert not claim.is_held_by(done)
    assert not claim.is_held_by(None)
    assert not claim.is_of(None)


@pytest.mark.parametrize("old", [None, DONE])
def test_claim_record_has_the_values_of_the_event(old: Record | None) -> None:
    written = claim_record(Claim(UPLOAD, "new", 3, old), NOW, LATER)
    assert written == Record(
        input_bucket="in",
        input_key="a.txt",
        status=Status.PROCESSING,
        processed_at="2026-03-01T12:00:00.000Z",
        uploaded_at="2026-03-01T12:00:00.000Z",
        sequencer=pad_sequencer("05"),
        attempts=3,
        claim="new",
        lease_expires_at="2026-03-01T12:01:00.001Z",
        etag="etag",
        version_id="v1",
        size=4,
        output_etag="pdf" if old else None,
    )


REMOVAL = Removal("in", "a.txt", pad_sequencer("07"), NOW)


@pytest.mark.parametrize("old", [DONE, FAILED])
def test_removal_keeps_a_finished_record(old: Record) -> None:
    assert removed_record(REMOVAL, old, LATER) == replace(
        old, sequencer=pad_sequencer("07"), input_deleted_at=timestamp(NOW)
    )


@pytest.mark.parametrize("old", [None, WORKING, RETRYABLE])
def test_removal_ends_an_unfinished_record_as_object_gone(old: Record | None) -> None:
    deleted = timestamp(NOW)
    assert removed_record(REMOVAL, old, LATER) == Record(
        input_bucket="in",
        input_key="a.txt",
        status=Status.FAILED,
        processed_at=timestamp(LATER),
        uploaded_at=old.uploaded_at if old else deleted,
        sequencer=pad_sequencer("07"),
        attempts=2 if old else 0,
        claim="run" if old else "",
        lease_expires_at=old.lease_expires_at if old else deleted,
        output_etag="pdf" if old else None,
        input_deleted_at=deleted,
        error_code="ObjectGone",
        error="The file was deleted before it could be converted: upload it again.",
        retryable=False,
    )
