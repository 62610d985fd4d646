"""The status of one file, and the JSON that the API and query.py return for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.records.record import Record, Status, timestamp
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.bucket import StoredObject


class FileStatus(StrEnum):
    """The status of a file: that of its record, or NOT PROCESSED if the upload has no record."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    NOT_PROCESSED = "NOT PROCESSED"

    @property
    def is_settled(self) -> bool:
        """Whether conversion has ended: SUCCESS, or FAILED, even if it will be tried again."""
        return self in {FileStatus.SUCCESS, FileStatus.FAILED}


PUBLIC_ATTRIBUTES = (
    "input_bucket",
    "input_key",
    "status",
    "output_bucket",
    "output_key",
    "processed_at",
    "uploaded_at",
    "input_deleted_at",
    "error",
    "error_code",
    "retryable",
    "attempts",
    "etag",
    "version_id",
    "size",
    "text_size",
    "output_size",
    "pages",
    "encoding",
    "encoding_basis",
    "encoding_step",
    "page_format",
    "replaced",
    "repaired",
    "warnings",
    "duration_ms",
)
"""Attributes of a record that are returned to users; claim, lease and sequencer are internal."""


@dataclass(frozen=True)
class Answer:
    """The status of the file `key`.

    `record` is its record as of `lease.as_seen_at`, or None. If there is none, or if it belongs to
    another upload than the object in the bucket, then `present` is that object, and the file is
    NOT PROCESSED.
    """

    bucket: str
    key: str
    record: Record | None
    present: StoredObject | None = None

    @classmethod
    def of(cls, record: Record) -> "Answer":
        """Return the answer for a file whose record, as of `lease.as_seen_at`, is up to date."""
        return cls(record.input_bucket, record.input_key, record)

    @property
    def status(self) -> FileStatus:
        """The status of the file: NOT PROCESSED unless it has an up-to-date record."""
        if self.present is not None or self.record is None:
            return FileStatus.NOT_PROCESSED
        return FileStatus(self.record.status)

    def is_admitted_by(self, query: StatusQuery) -> bool:
        """Return whether the file passes the filters of a query; its prefix is not compared.

        A file without an up-to-date record passes only if no filter is set.
        """
        if self.record is None or self.present is not None:
            return not query.is_filtered
        return query.admits(self.record)

    @property
    def detail(self) -> str | None:
        """One sentence of explanation or advice for the user, or None.

        The error of the record is not repeated.
        """
        if self.present is not None or self.record is None:
            return _not_processed(self.record)
        match self.status:
            case FileStatus.PROCESSING:
                return (
                    f"Being converted since {self.record.processed_at}, "
                    f"attempt {self.record.attempts}."
                )
            case _ if self.record.input_deleted_at:
                return f"The file itself was deleted on {self.record.input_deleted_at}."
            case FileStatus.FAILED if self.record.retryable:
                return "A retry may succeed: wait for the automatic one, or upload the file again."
            case FileStatus.FAILED:
                return "Retrying will not help. Correct the file and upload it again."
            case _:
                return None

    @property
    def public(self) -> dict[str, Any]:
        """The answer as a JSON object, which always has all members; None means no value.

        Those are PUBLIC_ATTRIBUTES and `detail`. If the file is NOT PROCESSED, they describe the
        object in the bucket only.
        """
        members: dict[str, Any] = dict.fromkeys(PUBLIC_ATTRIBUTES)
        members |= {"input_bucket": self.bucket, "input_key": self.key, "status": self.status}
        if self.present is not None:
            members |= {
                "uploaded_at": timestamp(self.present.modified_at),
                "etag": self.present.etag,
                "version_id": self.present.version_id,
                "size": self.present.size,
            }
        elif self.record is not None:
            members |= {
                name: getattr(self.record, name) for name in PUBLIC_ATTRIBUTES if name != "status"
            }
        return members | {"detail": self.detail}


def is_of(record: Record, present: StoredObject) -> bool:
    """Return whether the record belongs to this object.

    The version ids decide if both have one, or else the etags. A record without an etag is assumed
    to belong to it.
    """
    if record.version_id and present.version_id:
        return record.version_id == present.version_id
    return record.etag is None or record.etag == present.etag


def _not_processed(other: Record | None) -> str:
    """Return why a file is NOT PROCESSED; `other` is the record of an older upload, if any."""
    if other is None:
        return (
            "The file is in the bucket and has no record: its event has not been processed yet, "
            "or it was uploaded before the deployment."
        )
    ended = "is being converted" if other.status is Status.PROCESSING else f"ended {other.status}"
    return (
        "The file is in the bucket and its event has not been processed yet: the record is of an "
        f"older upload, of {other.uploaded_at}, which {ended}."
    )
