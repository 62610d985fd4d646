"""Uploads and removals of objects, parsed from S3 events; keys are URL-decoded here only.

Source of the format: S3 User Guide, 'Event message structure'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

SEQUENCER_WIDTH = 32
"""Length in hex digits to which sequencers are padded; S3 sends 16 to 18 digits."""

REMOVAL_EVENTS = ("ObjectRemoved", "LifecycleExpiration")
"""Event types that report a deletion: by a request and by a lifecycle rule (S3 User Guide,
'Configuring S3 Lifecycle event notifications')."""

RECONCILE_SOURCE = "text-to-pdf:reconcile"
"""`eventSource` of the events by which `reconcile` starts conversions."""


@dataclass(frozen=True)
class Upload:
    """An object that was created, as an ObjectCreated event describes it.

    `sequencer` is padded and orders the events of one key; `size` is in bytes. `is_reconciled`
    means that reconciliation found the object by listing the bucket; such an upload must not take
    over from a run that may still be alive.
    """

    bucket: str
    key: str
    sequencer: str
    uploaded_at: datetime
    etag: str | None = None
    version_id: str | None = None
    size: int | None = None
    is_reconciled: bool = False


@dataclass(frozen=True)
class Removal:
    """The deletion of an object; its `sequencer` is ordered with those of the key's uploads."""

    bucket: str
    key: str
    sequencer: str
    removed_at: datetime


Change = Upload | Removal


@dataclass(frozen=True)
class NamedObject:
    """The bucket and key of an object, from an event that has no sequencer."""

    bucket: str
    key: str


def pad_sequencer(sequencer: str) -> str:
    """Return a sequencer in upper case, padded with zeros on the right to SEQUENCER_WIDTH.

    In this form sequencers, which are hex strings of differing length, compare as S3 orders them.
    An empty one, for events without a sequencer, becomes zeros only, which precede all others.
    Raises ValueError if the string is longer than that or has a character that is not a hex digit.
    """
    if len(sequencer) > SEQUENCER_WIDTH or not set(sequencer) <= set("0123456789abcdefABCDEF"):
        raise ValueError(f"not a sequencer: {sequencer!r}")
    return sequencer.upper().ljust(SEQUENCER_WIDTH, "0")


def next_sequencer(sequencer: str) -> str:
    """Return the padded sequencer that follows this padded one.

    Sequencers of later S3 events are greater still: S3 sets at most the first 18 digits, and this
    increments the last one.
    """
    return f"{int(sequencer, 16) + 1:0{SEQUENCER_WIDTH}X}"


def changes(event: Mapping[str, Any]) -> list[Change]:
    """Return the uploads and removals in an S3 event, in the order of its records.

    Other types of events are left out, and the list is empty for the `s3:TestEvent` that S3 sends
    when notifications are configured. Raises ValueError if the event structure has an unknown major
    version or a value is malformed, and KeyError if a member is missing.
    """
    parsed = (_change(record) for record in event.get("Records", []))
    return [change for change in parsed if change is not None]


def restored(event: Mapping[str, Any]) -> list[NamedObject]:
    """Return the objects whose restoration from an archive is complete according to an S3 event.

    S3 sends no sequencer for them.
    """
    return [
        NamedObject(
            record["s3"]["bucket"]["name"],
            unquote_plus(record["s3"]["object"]["key"], errors="strict"),
        )
        for record in event.get("Records", [])
        if record["eventName"].removeprefix("s3:") == "ObjectRestore:Completed"
    ]


def _change(record: Mapping[str, Any]) -> Change | None:
    """Return the upload or removal in a record of an S3 event, or None for other event types."""
    kind = record["eventName"].removeprefix("s3:").partition(":")[0]
    if kind not in {"ObjectCreated", *REMOVAL_EVENTS}:
        return None
    if record["eventVersion"].split(".")[0] != "2":
        raise ValueError(f"unknown S3 event version {record['eventVersion']!r}")
    bucket, obj = record["s3"]["bucket"]["name"], record["s3"]["object"]
    key = unquote_plus(obj["key"], errors="strict")
    sequencer = pad_sequencer(obj.get("sequencer", ""))
    occurred_at = datetime.fromisoformat(record["eventTime"]).astimezone(UTC)
    if kind in REMOVAL_EVENTS:
        return Removal(bucket, key, sequencer, occurred_at)
    return Upload(
        bucket=bucket,
        key=key,
        sequencer=sequencer,
        uploaded_at=occurred_at,
        etag=obj.get("eTag"),
        version_id=obj.get("versionId"),
        size=obj.get("size"),
        is_reconciled=record.get("eventSource") == RECONCILE_SOURCE,
    )


def reconcile_event(*changes: Change) -> dict[str, Any]:
    """Return an S3 event from which `changes` parses these changes.

    Uploads are then marked as reconciled, and have no `version_id`.
    """
    return {"Records": [_reconcile_record(change) for change in changes]}


def _reconcile_record(change: Change) -> dict[str, Any]:
    """Return a change as a record of an S3 event."""
    obj: dict[str, Any] = {"key": quote_plus(change.key), "sequencer": change.sequencer}
    if isinstance(change, Upload):
        name, occurred_at = "ObjectCreated:Reconcile", change.uploaded_at
        obj |= {"eTag": change.etag, "size": change.size}
    else:
        name, occurred_at = "ObjectRemoved:Reconcile", change.removed_at
    return {
        "eventVersion": "2.1",
        "eventSource": RECONCILE_SOURCE,
        "eventName": name,
        "eventTime": occurred_at.isoformat(),
        "s3": {"bucket": {"name": change.bucket}, "object": obj},
    }
