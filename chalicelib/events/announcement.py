"""The message that says what became of a file; docs/events.md is its reference.

Source of the limits: SNS API Reference, Publish and PublishBatch; SQS API Reference, SendMessage,
for the characters that a subscribed queue takes.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from chalicelib.records.record import Record, Status
from chalicelib.status.answer import Answer

VERSION = 1
"""Of the message's form; it changes when a member changes its meaning or goes away."""

MAX_SUBJECT = 99
"""Characters of a subject: SNS wants fewer than 100, all of them ASCII."""

_NOT_IN_MESSAGES = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Announcement:
    """What became of one file; `id` is the same whenever the same change is announced again."""

    id: str
    stage: str
    record: Record

    @property
    def type(self) -> str:
        """What happened: `converted`, `failed`, or `deleted` for the input."""
        if self.record.input_deleted_at:
            return "deleted"
        return "converted" if self.record.status is Status.SUCCESS else "failed"

    @property
    def has_warnings(self) -> bool:
        """Whether the PDF may differ from what its author meant, although it is a SUCCESS."""
        record = self.record
        return bool(record.warnings or record.replaced or record.repaired)

    @property
    def body(self) -> dict[str, Any]:
        """The message for programs: the record as the API returns it, and where it belongs."""
        return {
            "version": VERSION,
            "id": self.id,
            "type": self.type,
            "stage": self.stage,
            "sequencer": self.record.sequencer,
            "record": Answer.of(self.record).public,
        }

    @property
    def attributes(self) -> dict[str, str]:
        """What subscriptions can filter by. A key without a `/` has no prefix."""
        key = _NOT_IN_MESSAGES.sub("\ufffd", self.record.input_key)
        named = {
            "type": self.type,
            "status": str(self.record.status),
            "has_warnings": "true" if self.has_warnings else "false",
        }
        if "/" in key:
            named |= {
                "first_prefix": key.partition("/")[0] + "/",
                "prefix": key.rpartition("/")[0] + "/",
            }
        return named

    @property
    def subject(self) -> str:
        """The subject of a mail: ASCII, so other characters of the key are shown as `?`."""
        name = re.sub("[^ -~]", "?", self.record.input_key)
        subject = f"{self.type}: {name}"
        return subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 3] + "..."

    @property
    def text(self) -> str:
        """The text of a mail."""
        record = self.record
        lines = [_NOT_IN_MESSAGES.sub("\ufffd", self._sentence), ""]
        if record.status is Status.SUCCESS and record.output_key:
            output = _NOT_IN_MESSAGES.sub("\ufffd", record.output_key)
            lines += [f"PDF: s3://{record.output_bucket}/{output}", f"Pages: {record.pages:,}"]
        if record.error:
            lines.append(f"Cause: {record.error}")
        if self.has_warnings:
            lines.append(
                f"Replaced characters: {record.replaced or 0:,}; "
                f"repaired bytes: {record.repaired or 0:,}"
            )
        lines += [f"Uploaded: {record.uploaded_at}", f"Stage: {self.stage}"]
        return "\n".join(lines)

    @property
    def _sentence(self) -> str:
        where = f"s3://{self.record.input_bucket}/{self.record.input_key}"
        match self.type:
            case "converted":
                return f"{where} was converted."
            case "failed":
                return f"{where} could not be converted."
        return f"{where} was deleted on {self.record.input_deleted_at}."

    @property
    def message(self) -> str:
        """The SNS message of structure `json`: one text for mail, the body for all others."""
        return json.dumps({"default": json.dumps(self.body), "email": self.text})
