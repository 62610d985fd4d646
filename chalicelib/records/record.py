"""The record of an input object, its latest state, and the rules by which it changes.

    (none) ──claim──► PROCESSING ──finish──► SUCCESS
                       ▲      └────finish──► FAILED (for good, or retryable)
                       └──claim: a newer upload; or the same one, if retryable or its run is dead

A removal in between leaves what was finished, marks the input as gone, and ends the rest as FAILED.
The rules are pure; `table` keeps them in DynamoDB, where each change is one conditional update.
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
"""Tells the time, with its zone."""


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class Status(StrEnum):
    """Where an upload stands."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


class Refusal(StrEnum):
    """Why an upload could not be claimed."""

    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    LEASED = "leased"
    LEFT_ALONE = "left alone"


Warnings: TypeAlias = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came out of a run: SUCCESS with its output, or FAILED with its error.

    `etag`, `version_id` and `size` (bytes) are those of the object actually read. `replaced`
    counts the characters that could not be decoded or shown, `repaired` the bytes that are no UTF-8
    in a text that is, and were read in another charset. `warnings` have a `code` and a `message`
    each; there are none in a record whose PDF is beyond doubt.
    """

    status: Status
    etag: str | None = None
    version_id: str | None = None
    size: int | None = None
    output_bucket: str | None = None
    output_key: str | None = None
    output_etag: str | None = None
    output_size: int | None = None
    pages: int | None = None
    encoding: str | None = None
    encoding_basis: str | None = None
    encoding_step: str | None = None
    replaced: int | None = None
    repaired: int | None = None
    warnings: Warnings | None = None
    duration_ms: int | None = None
    error_code: str | None = None
    error: str | None = None
    retryable: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Record(Result):
    """A result, of which upload it is, and who works or worked on it until when.

    `output_etag` outlives a newer claim, since the output object still has it; `output_bucket`
    and `output_key` are there only while the PDF is of this very upload. `input_deleted_at` is
    there once the input object is gone; `sequencer` is then the deletion's.
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

    def is_at_work(self, now: datetime) -> bool:
        """Whether a run has claimed the upload and may still be alive."""
        return self.status is Status.PROCESSING and self.lease_expires_at >= timestamp(now)

    def as_seen_at(self, now: datetime) -> "Record":
        """What a reader may be told: a run whose lease has ended was killed and is not working."""
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
    """The right of one run to convert one upload, and the record that it took over, if any."""

    upload: Upload
    id: str
    attempts: int
    old: Record | None

    def is_of(self, record: Record | None) -> bool:
        """Whether no other run has claimed the record since."""
        return (
            record is not None
            and record.sequencer == self.upload.sequencer
            and record.claim == self.id
            and record.attempts == self.attempts
        )

    def is_held_by(self, record: Record | None) -> bool:
        """Whether the record is still the one that this claim wrote."""
        return self.is_of(record) and record is not None and record.status is Status.PROCESSING


def claim_record(claim: Claim, now: datetime, lease_until: datetime) -> Record:
    """The record that a claim writes."""
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
    """The record that a deletion of the input writes over `old`.

    What was finished for good stays true and stays. What was not never will be.
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
    """Why `upload` may not be claimed over the record `old`; None if it may.

    The claim id is Lambda's request id, which is kept when a killed run is tried again: a run
    that finds its own id in PROCESSING knows that its former self is dead.
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
    """UTC, ISO 8601 with milliseconds: `2026-01-31T08:00:00.123Z`; text order is time order."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def partition(bucket: str, key: str, shards: int) -> str:
    """The partition of an input object: one takes 1,000 writes a second, so there are several."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return shard_partition(bucket, int.from_bytes(digest) % shards)


def shard_partition(bucket: str, shard: int) -> str:
    """Name of a shard's partition."""
    return f"{bucket}#{shard}"


def attributes(record: Result) -> dict[str, Any]:
    """The attributes that have a value, by name."""
    named = ((field.name, getattr(record, field.name)) for field in fields(record))
    return {name: value for name, value in named if value is not None}


def record_from(values: dict[str, Any]) -> Record:
    """Return the record with these attributes; unknown ones, of a later version, are left out.

    Raise ValueError if an attribute is missing or has a value that no record has.
    """
    known = {field.name: field.type for field in fields(Record)}
    picked = {name: value for name, value in values.items() if name in known}
    picked["status"] = Status(values.get("status", ""))
    if not _are_warnings(picked.get("warnings")):
        raise ValueError("attribute warnings has none")
    for name, value in picked.items():
        if name != "warnings" and not isinstance(value, cast("type", known[name])):
            raise ValueError(f"attribute {name} is a {type(value).__name__}")
    try:
        return Record(**picked)
    except TypeError as error:
        raise ValueError("an attribute is missing") from error


def _are_warnings(value: object) -> bool:
    """Return whether this is what a record may have as its warnings."""
    if value is None:
        return True
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("code"), str)
        and isinstance(one.get("message"), str)
        for one in value
    )
