"""The record of an input object: its status and all that is known of its conversion."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias, cast

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
