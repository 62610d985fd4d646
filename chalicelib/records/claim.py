"""Claims: the rules by which runs take, finish and lose the record of an input object.

    (none) ──claim──► PROCESSING ──finish──► SUCCESS
                       ▲      └────finish──► FAILED (permanent or retryable)
                       └──claim: by a newer upload, or by a retry if retryable or the run is dead

A removal marks the input as deleted. A finished record is otherwise kept; any other one ends as
FAILED. The rules are pure functions; `storage.table` applies them by conditional updates.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.errors import ObjectGone
from chalicelib.records.lease import is_at_work
from chalicelib.records.record import Record, Status, timestamp
from chalicelib.records.s3_changes import Removal, Upload


class Refusal(StrEnum):
    """The reason why an upload could not be claimed.

    SUPERSEDED: the record is of a newer upload or removal. DUPLICATE: this upload was converted or
    failed permanently. LEASED: another run, which may be alive, is converting this upload.
    LEFT_ALONE: reconciliation found the upload, and a run that may be alive is converting an older
    one.
    """

    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    LEASED = "leased"
    LEFT_ALONE = "left alone"


@dataclass(frozen=True)
class Claim:
    """The right of one run to convert one upload.

    `id` is the request id of the run's invocation. `attempts` counts the claims of this upload,
    this one included. `old` is the record that the claim replaced; None if there was none or it was
    damaged.
    """

    upload: Upload
    id: str
    attempts: int
    old: Record | None

    def is_of(self, record: Record | None) -> bool:
        """Return whether this claim is the record's latest, finished or not.

        False if there is no record.
        """
        return (
            record is not None
            and record.sequencer == self.upload.sequencer
            and record.claim == self.id
            and record.attempts == self.attempts
        )

    def is_held_by(self, record: Record | None) -> bool:
        """Return whether this claim is the record's latest and not finished, even after its lease.

        False if there is no record.
        """
        return self.is_of(record) and record is not None and record.status is Status.PROCESSING


def refusal(old: Record, upload: Upload, claim_id: str, now: datetime) -> Refusal | None:
    """Return why `upload` may not be claimed over the record `old`, or None if it may.

    `claim_id` is Lambda's request id, which is the same for each retry of an invocation. So a run
    that finds its own id in a PROCESSING record knows that the previous attempt is dead. Another
    run is dead once its lease has expired.
    """
    if old.sequencer > upload.sequencer:
        return Refusal.SUPERSEDED
    if old.sequencer < upload.sequencer:
        return Refusal.LEFT_ALONE if upload.is_reconciled and is_at_work(old, now) else None
    if old.status is Status.PROCESSING:
        is_dead = old.claim == claim_id or not is_at_work(old, now)
        return None if is_dead else Refusal.LEASED
    return None if old.retryable else Refusal.DUPLICATE


def claim_record(claim: Claim, now: datetime, lease_until: datetime) -> Record:
    """Return the PROCESSING record that a claim writes at the time `now`.

    Its lease expires after `lease_until`. It keeps the `output_etag` of `claim.old`.
    """
    upload, old = claim.upload, claim.old
    return Record(
        input_bucket=upload.bucket,
        input_key=upload.key,
        status=Status.PROCESSING,
        processed_at=timestamp(now),
        uploaded_at=timestamp(upload.uploaded_at),
        sequencer=upload.sequencer,
        attempts=claim.attempts,
        claim=claim.id,
        lease_expires_at=timestamp(lease_until),
        etag=upload.etag,
        version_id=upload.version_id,
        size=upload.size,
        output_etag=old.output_etag if old else None,
    )


def removed_record(removal: Removal, old: Record | None, now: datetime) -> Record:
    """Return the record that the deletion of the input object writes over the record `old`.

    A SUCCESS or a permanent failure is kept, with the sequencer and the time of the removal.
    Anything else, also None, becomes FAILED with ObjectGone, since it can no longer be converted;
    `now` is then the time at which it was processed.
    """
    deleted_at = timestamp(removal.removed_at)
    if old is not None and (old.status is Status.SUCCESS or old.retryable is False):
        return replace(old, sequencer=removal.sequencer, input_deleted_at=deleted_at)
    return Record(
        input_bucket=removal.bucket,
        input_key=removal.key,
        status=Status.FAILED,
        processed_at=timestamp(now),
        uploaded_at=old.uploaded_at if old else deleted_at,
        sequencer=removal.sequencer,
        attempts=old.attempts if old else 0,
        claim=old.claim if old else "",
        lease_expires_at=old.lease_expires_at if old else deleted_at,
        output_etag=old.output_etag if old else None,
        input_deleted_at=deleted_at,
        error_code=ObjectGone.__name__,
        error="The file was deleted before it could be converted: upload it again.",
        retryable=False,
    )
