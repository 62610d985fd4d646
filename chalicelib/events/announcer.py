"""What the table's stream is read for: each change is audited, and each settled file announced.

The stream tells of what the table already says, so nothing is announced before it is true, and a
crash between record and message loses none: Lambda delivers the batch again until it is published.
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

BATCH = 10
"""Messages a request: the most that SNS takes."""


class Topic:
    """The SNS topic of settled files."""

    def __init__(self, client: "SNSClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish them in this order: one request for ten. Raise NotPublished if one is refused."""
        for first in range(0, len(announcements), BATCH):
            some = announcements[first : first + BATCH]
            answer = self._client.publish_batch(
                TopicArn=self._arn,
                PublishBatchRequestEntries=[
                    {
                        "Id": str(number),
                        "Message": one.message,
                        "MessageStructure": "json",
                        "Subject": one.subject,
                        "MessageAttributes": {
                            name: {"DataType": "String", "StringValue": value}
                            for name, value in one.attributes.items()
                        },
                    }
                    for number, one in enumerate(some)
                ],
            )
            for refused in answer.get("Failed", ()):
                key = some[int(refused["Id"])].record.input_key
                raise NotPublished(f"SNS refused the message about {key!r} ({refused['Code']}).")


@dataclass(frozen=True)
class Announcer:
    """Reads the changes of one stage's records."""

    topic: Topic
    stage: str

    def process(self, event: Mapping[str, Any], request_id: str) -> int:
        """Audit each change of the event and announce what it settled; the number announced.

        Raise NotPublished, or what AWS refused, if the whole batch has to come again.
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
