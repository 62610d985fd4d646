"""The record of an input object: its state, and the rules of its changes.

    (none) ──claim──► PROCESSING ──finish──► SUCCESS
                       ▲      └────finish──► FAILED (permanent or retryable)
                       └──claim: by a newer upload, or by a retry if retryable or the run is dead

A removal marks the input as deleted. A finished record is otherwise kept; any other one ends as
FAILED. The rules are pure functions; `storage.table` applies them by conditional updates.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias, cast

from chalicelib.errors import ObjectGone
from chalicelib.records.s3_changes import Removal, Upload

Clock = Callable[[], datetime]
"""A function that returns the current time, with its time zone."""


def utc_now() -> datetime:
    """Return the current time, with the time zone UTC."""
    return datetime.now(UTC)


class Status(StrEnum):
    """The status of an upload."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


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


Warnings: TypeAlias = list[dict[str, str]]
"""Warnings of a record, each with a `code` and a `message`."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of a run: SUCCESS with its output, or FAILED with its error.

    `etag`, `version_id` and `size` (bytes) are those of the object that was read, and `text_size`
    (bytes) is that of its text when decompressed. `page_format` is paper, orientation and font
    size, as the options set them or the text's lines needed. `replaced` is the number of characters
    that could not be decoded or shown; `repaired` is the number of bytes that are not UTF-8 within
    a text that is, and were decoded in another charset. `warnings` have a `code` and a `message`
    each; None if there are none.
    """

    status: Status
    etag: str | None = None
    version_id: str | None = None
    size: int | None = None
    text_size: int | None = None
    output_bucket: str | None = None
    output_key: str | None = None
    output_etag: str | None = None
    output_size: int | None = None
    pages: int | None = None
    encoding: str | None = None
    encoding_basis: str | None = None
    encoding_step: str | None = None
    page_format: str | None = None
    replaced: int | None = None
    repaired: int | None = None
    warnings: Warnings | None = None
    duration_ms: int | None = None
    error_code: str | None = None
    error: str | None = None
    retryable: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Record(Result):
    """The record of an input object: a result, the upload that it belongs to, and the latest claim.

    A newer claim keeps `output_etag`, since the output object still has it, but removes
    `output_bucket` and `output_key`, which are set only if the PDF is of this upload.
    `input_deleted_at` is set when the input object is deleted; `sequencer` is then that of the
    deletion.
    """

    input_bucket: str
    input_key: str
    processed_at: str
    uploaded_at: str
    sequencer: str
    attempts: int
    claim: str
    lease_expires_at: str
    input_deleted_at: str | None = None

    @property
    def has_warnings(self) -> bool:
        """Whether there is something to check in the PDF: warnings or, in older records, counts.

        Only a SUCCESS can have any.
        """
        return bool(self.warnings or self.replaced or self.repaired)

    def is_at_work(self, now: datetime) -> bool:
        """Return whether the record is PROCESSING and its lease has not expired at `now`."""
        return self.status is Status.PROCESSING and self.lease_expires_at >= timestamp(now)

    def as_seen_at(self, now: datetime) -> "Record":
        """Return the record as users see it at the time `now`.

        If it is PROCESSING but its lease has expired, Lambda has killed the run, and the result is
        a retryable FAILED with the error code `Stopped`. Any other record is returned unchanged.
        """
        if self.status is not Status.PROCESSING or self.is_at_work(now):
            return self
        return replace(
            self,
            status=Status.FAILED,
            error_code="Stopped",
            error="The conversion was stopped before it finished (out of time or memory); "
            "it will be tried again.",
            retryable=True,
        )


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
    Anything else, also None, becomes FAILED with ObjectGone, since it can no longer be converted.
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


def refusal(old: Record, upload: Upload, claim_id: str, now: datetime) -> Refusal | None:
    """Return why `upload` may not be claimed over the record `old`, or None if it may.

    `claim_id` is Lambda's request id, which is the same for each retry of an invocation. So a run
    that finds its own id in a PROCESSING record knows that the previous attempt is dead. Another
    run is dead once its lease has expired.
    """
    if old.sequencer > upload.sequencer:
        return Refusal.SUPERSEDED
    if old.sequencer < upload.sequencer:
        return Refusal.LEFT_ALONE if upload.is_reconciled and old.is_at_work(now) else None
    if old.status is Status.PROCESSING:
        is_dead = old.claim == claim_id or not old.is_at_work(now)
        return None if is_dead else Refusal.LEASED
    return None if old.retryable else Refusal.DUPLICATE


def timestamp(moment: datetime) -> str:
    """Return a time as UTC in ISO 8601 with milliseconds, like `2026-01-31T08:00:00.123Z`.

    `moment` must have a time zone; smaller fractions are cut off. Timestamps sort as strings.
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def partition(bucket: str, key: str, shards: int) -> str:
    """Return the partition key of an object's record, which depends on a hash of the object's key.

    DynamoDB limits a partition to 1,000 writes per second, so each bucket has `shards` of them.
    """
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return shard_partition(bucket, int.from_bytes(digest) % shards)


def shard_partition(bucket: str, shard: int) -> str:
    """Return the partition key of one shard of a bucket; the shards are numbered from 0."""
    return f"{bucket}#{shard}"


def attributes(record: Result) -> dict[str, Any]:
    """Return the attributes of a result or record that are not None, by name."""
    values = ((field.name, getattr(record, field.name)) for field in fields(record))
    return {name: value for name, value in values if value is not None}


def record_from(values: dict[str, Any]) -> Record:
    """Return the record with these attributes by name.

    Unknown ones, as of a later version, are ignored. Raises ValueError if an attribute that every
    record has is missing, or if a value is invalid.
    """
    types = {field.name: field.type for field in fields(Record)}
    known_values = {name: value for name, value in values.items() if name in types}
    known_values["status"] = Status(values.get("status", ""))
    if not _are_warnings(known_values.get("warnings")):
        raise ValueError("attribute warnings is not a list of warnings")
    for name, value in known_values.items():
        if name != "warnings" and not isinstance(value, cast("type", types[name])):
            raise ValueError(f"attribute {name} is a {type(value).__name__}")
    try:
        return Record(**known_values)
    except TypeError as error:
        raise ValueError("an attribute is missing") from error


def _are_warnings(value: object) -> bool:
    """Return whether a value is valid as the warnings of a record."""
    if value is None:
        return True
    return isinstance(value, list) and all(
        isinstance(warning, dict)
        and isinstance(warning.get("code"), str)
        and isinstance(warning.get("message"), str)
        for warning in value
    )
