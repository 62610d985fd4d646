"""The answer about one file, and the form in which programs get it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.records.record import Record, Status, timestamp
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.bucket import StoredObject


class FileStatus(StrEnum):
    """What became of a file: where its record stands, or that no record is of this upload."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    NOT_PROCESSED = "NOT PROCESSED"

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to wait for."""
        return self in {FileStatus.SUCCESS, FileStatus.FAILED}


PUBLIC = (
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
    "replaced",
    "repaired",
    "warnings",
    "duration_ms",
)
"""What a program is told of a record; who worked on it until when stays inside."""


@dataclass(frozen=True)
class Answer:
    """What became of the file `key`.

    `record` is what is known of it, as a reader may be told. If that is nothing, or is of another
    upload than the object that is in the bucket, then `present` is that object, and the file is
    NOT PROCESSED.
    """

    bucket: str
    key: str
    record: Record | None
    present: StoredObject | None = None

    @classmethod
    def of(cls, record: Record) -> "Answer":
        """The answer that a record gives."""
        return cls(record.input_bucket, record.input_key, record)

    @property
    def status(self) -> FileStatus:
        """What became of the file."""
        if self.present is not None or self.record is None:
            return FileStatus.NOT_PROCESSED
        return FileStatus(self.record.status)

    def is_admitted_by(self, question: StatusQuery) -> bool:
        """Whether the question's filters let it through; they are about records."""
        if self.record is None or self.present is not None:
            return not question.is_filtered
        return question.admits(self.record)

    @property
    def detail(self) -> str | None:
        """What to make of it, in a sentence; None if the rest says everything."""
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
                return "It may work next time: it is tried again; or upload the file again."
            case FileStatus.FAILED:
                return "Trying again would end the same: upload a file without this fault."
            case _:
                return None

    @property
    def public(self) -> dict[str, Any]:
        """The answer as programs see it: every name is always there, with None for 'has none'."""
        told: dict[str, Any] = dict.fromkeys(PUBLIC)
        told |= {"input_bucket": self.bucket, "input_key": self.key, "status": self.status}
        if self.present is not None:
            told |= {
                "uploaded_at": timestamp(self.present.modified_at),
                "etag": self.present.etag,
                "version_id": self.present.version_id,
                "size": self.present.size,
            }
        elif self.record is not None:
            told |= {name: getattr(self.record, name) for name in PUBLIC if name != "status"}
        return told | {"detail": self.detail}


def is_of(record: Record, present: StoredObject) -> bool:
    """Whether the record is of this very object; a record without an etag is believed to be."""
    if record.version_id and present.version_id:
        return record.version_id == present.version_id
    return record.etag is None or record.etag == present.etag


def _not_processed(other: Record | None) -> str:
    if other is None:
        return (
            "The file is in the bucket and nothing is recorded of it: its turn has not come yet, "
            "or it was there before the deployment."
        )
    ended = "is being converted" if other.status is Status.PROCESSING else f"ended {other.status}"
    return (
        "The file is in the bucket and its turn has not come yet: what is recorded is of an older "
        f"upload, of {other.uploaded_at}, which {ended}."
    )
