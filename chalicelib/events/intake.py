"""The events that `convert` is invoked with, and the response that each sender expects.

- S3: notifications, without a response.
- S3 Batch Operations: tasks, with a result for each (S3 User Guide, 'Invoke AWS Lambda function').
- Step Functions, Distributed Map: items of a list or an inventory (Step Functions Developer Guide,
  'ItemReader' and 'ItemBatcher').
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from chalicelib.events.inspector import Inspector
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import Outcome, Pipeline
from chalicelib.records import s3_changes
from chalicelib.records.s3_changes import Change, NamedObject

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intake:
    """Passes the objects in an event to the pipeline.

    `bucket` is the name of the bucket of Step Functions items that have none.
    """

    pipeline: Pipeline
    inspector: Inspector
    bucket: str

    def process(self, event: Mapping[str, Any], run: Invocation) -> dict[str, Any] | None:
        """Process an event and return the response that its sender expects.

        It is None for S3 notifications. Raises EventFailed, or an AWS error, if the event must be
        retried. For S3 Batch Operations the response says so instead, for each task.
        """
        if "tasks" in event:
            return self._tasks(event, run)
        if "Items" in event:
            return self._items(event, run)
        changes = s3_changes.changes(event)
        restored = self._uploads(s3_changes.restored(event))
        self.pipeline.process_all([*changes, *restored], run)
        return None

    def _uploads(self, objects: list[NamedObject]) -> list[Change]:
        """Return uploads of those of the objects that must be converted."""
        uploads = (self.inspector.upload(named) for named in objects)
        return [upload for upload in uploads if upload is not None]

    def _tasks(self, event: Mapping[str, Any], run: Invocation) -> dict[str, Any]:
        """Process the tasks of S3 Batch Operations and return the response with their results."""
        return {
            "invocationSchemaVersion": event["invocationSchemaVersion"],
            "invocationId": event["invocationId"],
            "treatMissingKeysAs": "TemporaryFailure",
            "results": [{"taskId": t["taskId"], **self._task(t, run)} for t in event["tasks"]],
        }

    def _task(self, task: Mapping[str, Any], run: Invocation) -> dict[str, str]:
        """Process one task and return its result; a file with a FAILED record is a success, too."""
        bucket = task.get("s3Bucket") or task["s3BucketArn"].rpartition(":")[2]
        try:
            outcome = self._process_named(NamedObject(bucket, unquote_plus(task["s3Key"])), run)
        except Exception as error:
            log.warning("will be retried: %r", task["s3Key"], exc_info=error)
            return {"resultCode": "TemporaryFailure", "resultString": type(error).__name__}
        return {"resultCode": "Succeeded", "resultString": str(outcome)}

    def _process_named(self, named: NamedObject, run: Invocation) -> Outcome:
        """Convert an object if it must be, and return the outcome."""
        upload = self.inspector.upload(named)
        return Outcome.IGNORED if upload is None else self.pipeline.process(upload, run)

    def _items(self, event: Mapping[str, Any], run: Invocation) -> dict[str, Any]:
        """Process items of Step Functions, which have a Key and optionally a Bucket.

        Return the number of items and of those that had to be converted.
        """
        batch = event.get("BatchInput") or {}
        objects = [
            NamedObject(item.get("Bucket") or batch.get("Bucket") or self.bucket, item["Key"])
            for item in event["Items"]
        ]
        uploads = self._uploads([*objects, *_decoded(objects)])
        self.pipeline.process_all(uploads, run)
        return {"items": len(objects), "started": len(uploads)}


def _decoded(objects: list[NamedObject]) -> list[NamedObject]:
    """Return the objects with URL-decoded keys, if those differ.

    Inventories have URL-encoded keys, and it is not documented which senders decode them. So both
    keys are tried; a key that does not exist does no harm.
    """
    decoded = [NamedObject(named.bucket, unquote_plus(named.key)) for named in objects]
    return [new for old, new in zip(objects, decoded, strict=True) if new != old]
