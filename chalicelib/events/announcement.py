"""The SNS message about a settled file; docs/events.md describes it.

Source of the limits: SNS API Reference, Publish and PublishBatch; SQS API Reference, SendMessage,
for the characters that a subscribed queue accepts.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from chalicelib.records.record import Record, Status
from chalicelib.status.file_status import Answer

MESSAGE_VERSION = 1
"""Version of the message format; it changes if a member is removed or changes its meaning."""

MAX_SUBJECT_LENGTH = 99
"""Maximum characters of a subject, which SNS requires to be ASCII and shorter than 100."""

_NOT_IN_MESSAGES = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Announcement:
    """The message about one settled file; `id` is the same if the change is announced again.

    `record` is that after the change.
    """

    id: str
    stage: str
    record: Record

    @property
    def type(self) -> str:
        """The type of the message: `converted`, `failed`, or `deleted` if the input was deleted."""
        if self.record.input_deleted_at:
            return "deleted"
        return "converted" if self.record.status is Status.SUCCESS else "failed"

    @property
    def has_warnings(self) -> bool:
        """Whether there is something to check in the PDF, as `Record.has_warnings` says.

        It is never so if the conversion failed.
        """
        return self.record.has_warnings

    @property
    def body(self) -> dict[str, Any]:
        """The message for programs as a JSON object, with the record as the API returns it."""
        return {
            "version": MESSAGE_VERSION,
            "id": self.id,
            "type": self.type,
            "stage": self.stage,
            "sequencer": self.record.sequencer,
            "record": Answer.of(self.record).public,
        }

    @property
    def attributes(self) -> dict[str, str]:
        """The message attributes, which subscriptions can filter by, as strings.

        `first_prefix` and `prefix` end with the first and the last `/` of the key; a key without a
        `/` has neither. Characters that SQS does not accept become U+FFFD.
        """
        key = _NOT_IN_MESSAGES.sub("\ufffd", self.record.input_key)
        attributes = {
            "type": self.type,
            "status": str(self.record.status),
            "has_warnings": "true" if self.has_warnings else "false",
        }
        if "/" in key:
            attributes |= {
                "first_prefix": key.partition("/")[0] + "/",
                "prefix": key.rpartition("/")[0] + "/",
            }
        return attributes

    @property
    def subject(self) -> str:
        """The subject of an email, in ASCII; other characters of the key become `?`.

        It is cut to MAX_SUBJECT_LENGTH characters and then ends in `...`.
        """
        name = re.sub("[^ -~]", "?", self.record.input_key)
        subject = f"{self.type}: {name}"
        return (
            subject
            if len(subject) <= MAX_SUBJECT_LENGTH
            else subject[: MAX_SUBJECT_LENGTH - 3] + "..."
        )

    @property
    def text(self) -> str:
        """The text of an email, in several lines.

        Characters of keys and warnings that SQS does not accept become U+FFFD.
        """
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
        messages = [one["message"] for one in record.warnings or ()]
        lines += ["Check: " + _NOT_IN_MESSAGES.sub("\ufffd", message) for message in messages]
        lines += [f"Uploaded: {record.uploaded_at}", f"Stage: {self.stage}"]
        return "\n".join(lines)

    @property
    def _sentence(self) -> str:
        """One sentence that says what happened to the file."""
        where = f"s3://{self.record.input_bucket}/{self.record.input_key}"
        match self.type:
            case "converted":
                return f"{where} was converted."
            case "failed":
                return f"{where} could not be converted."
        return f"{where} was deleted on {self.record.input_deleted_at}."

    @property
    def message(self) -> str:
        """The SNS message of structure `json`: the text for email, the body for other protocols."""
        return json.dumps({"default": json.dumps(self.body), "email": self.text})
