"""The consumer of the table's stream: it audits each change and announces each settled file.

A change is in the stream only after it was written, so nothing is announced too early. A crash
loses no message, since Lambda delivers a batch again until it was processed.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib import metrics
from chalicelib.errors import NotPublished
from chalicelib.events import table_stream
from chalicelib.events.announcement import Announcement

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

log = logging.getLogger(__name__)

MAX_BATCH_MESSAGES = 10
"""Maximum messages per PublishBatch request (SNS API Reference)."""


class Topic:
    """The SNS topic that settled files are announced on."""

    def __init__(self, client: "SNSClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish the announcements in order, at most MAX_BATCH_MESSAGES per request.

        Raises NotPublished if SNS rejects one of them. Those of later requests are then not sent.
        """
        for first in range(0, len(announcements), MAX_BATCH_MESSAGES):
            batch = announcements[first : first + MAX_BATCH_MESSAGES]
            response = self._client.publish_batch(
                TopicArn=self._arn,
                PublishBatchRequestEntries=[
                    {
                        "Id": str(number),
                        "Message": announcement.message,
                        "MessageStructure": "json",
                        "Subject": announcement.subject,
                        "MessageAttributes": {
                            name: {"DataType": "String", "StringValue": value}
                            for name, value in announcement.attributes.items()
                        },
                    }
                    for number, announcement in enumerate(batch)
                ],
            )
            for failure in response.get("Failed", ()):
                key = batch[int(failure["Id"])].record.input_key
                raise NotPublished(f"SNS refused the message about {key!r} ({failure['Code']}).")


@dataclass(frozen=True)
class Announcer:
    """Audits and announces the changes of one stage's records."""

    topic: Topic
    stage: str

    def process(self, event: Mapping[str, Any], request_id: str) -> int:
        """Audit the changes in an event of the stream, and announce the files that they settled.

        Return the number of announcements. Raises NotPublished or an AWS error if the whole batch
        must be delivered again.
        """
        changes = table_stream.record_changes(event)
        for change in changes:
            reason = change.violation
            if reason is not None:
                metrics.record_violation(request_id, self.stage, reason, change.old, change.new)
        announcements = [
            Announcement(change.id, self.stage, record)
            for change in changes
            if (record := change.settled) is not None
        ]
        self.topic.publish(announcements)
        return len(announcements)
