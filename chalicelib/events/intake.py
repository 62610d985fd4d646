"""Every event that `convert` is invoked with, and what each of its senders wants to be answered.

- S3: notifications, of which nobody reads an answer.
- S3 Batch Operations: tasks, with a result each (S3 User Guide, 'Invoke AWS Lambda function').
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
    """Has the pipeline process whatever an event names; `bucket` is the stage's input bucket."""

    pipeline: Pipeline
    inspector: Inspector
    bucket: str

    def process(self, event: Mapping[str, Any], run: Invocation) -> dict[str, Any] | None:
        """Process the event and return the answer that its sender wants, if any.

        Raise EventFailed if it must come again; S3 Batch Operations is told so in its answer.
        """
        if "tasks" in event:
            return self._tasks(event, run)
        if "Items" in event:
            return self._items(event, run)
        changes = s3_changes.changes(event)
        restored = self._uploads(s3_changes.restored(event))
        self.pipeline.process_all([*changes, *restored], run)
        return None

    def _uploads(self, named: list[NamedObject]) -> list[Change]:
        found = [self.inspector.upload(one) for one in named]
        return [upload for upload in found if upload is not None]

    def _tasks(self, event: Mapping[str, Any], run: Invocation) -> dict[str, Any]:
        return {
            "invocationSchemaVersion": event["invocationSchemaVersion"],
            "invocationId": event["invocationId"],
            "treatMissingKeysAs": "TemporaryFailure",
            "results": [{"taskId": t["taskId"], **self._task(t, run)} for t in event["tasks"]],
        }

    def _task(self, task: Mapping[str, Any], run: Invocation) -> dict[str, str]:
        """The result of one task: it succeeded if a record says what became of the file."""
        bucket = task.get("s3Bucket") or task["s3BucketArn"].rpartition(":")[2]
        try:
            outcome = self._one(NamedObject(bucket, unquote_plus(task["s3Key"])), run)
        except Exception as error:
            log.warning("will be tried again: %r", task["s3Key"], exc_info=error)
            return {"resultCode": "TemporaryFailure", "resultString": type(error).__name__}
        return {"resultCode": "Succeeded", "resultString": str(outcome)}

    def _one(self, named: NamedObject, run: Invocation) -> Outcome:
        upload = self.inspector.upload(named)
        return Outcome.IGNORED if upload is None else self.pipeline.process(upload, run)

    def _items(self, event: Mapping[str, Any], run: Invocation) -> dict[str, Any]:
        """The number of items, and of those to be converted; an item has a Key, maybe a Bucket."""
        batch = event.get("BatchInput") or {}
        named = [
            NamedObject(item.get("Bucket") or batch.get("Bucket") or self.bucket, item["Key"])
            for item in event["Items"]
        ]
        uploads = self._uploads([*named, *_unquoted(named)])
        self.pipeline.process_all(uploads, run)
        return {"items": len(named), "started": len(uploads)}


def _unquoted(named: list[NamedObject]) -> list[NamedObject]:
    """The objects that are meant where keys are URL-encoded, as inventories write them.

    Which sender decodes them is not documented. Looking at one object too many does no harm.
    """
    decoded = [NamedObject(one.bucket, unquote_plus(one.key)) for one in named]
    return [new for old, new in zip(named, decoded, strict=True) if new != old]
