"""S3 event JSON → [Upload | Removal]: every record of it, keys decoded once, here.

Source of the format: S3 User Guide, 'Event message structure'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

SEQUENCER_WIDTH = 32
"""Hex digits to which sequencers are padded; S3 sends 16 to 18."""

REMOVALS = ("ObjectRemoved", "LifecycleExpiration")
"""Event types that report a deletion: by a request, and by a lifecycle rule (S3 User Guide,
'Configuring S3 Lifecycle event notifications')."""

RECONCILE = "text-to-pdf:reconcile"
"""Event source of the events with which `reconcile` starts a conversion."""


@dataclass(frozen=True)
class Upload:
    """One object as one ObjectCreated event announced it.

    `sequencer` is padded and orders the events of one key; `size` is in bytes. One that
    `is_reconciled` was found by listing the bucket: it must leave a run at work alone.
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
    """The deletion of one object, in the same order of events as its uploads."""

    bucket: str
    key: str
    sequencer: str
    removed_at: datetime


Change = Upload | Removal


@dataclass(frozen=True)
class NamedObject:
    """An object that is named without a place in the order of its key's events."""

    bucket: str
    key: str


def padded(sequencer: str) -> str:
    """The sequencer in the one form in which it is stored and compared.

    Sequencers are hex strings of differing length, compared after padding the shorter one with
    zeros on the right. Raise ValueError for what is no sequencer.
    """
    if len(sequencer) > SEQUENCER_WIDTH or not set(sequencer) <= set("0123456789abcdefABCDEF"):
        raise ValueError(f"not a sequencer: {sequencer!r}")
    return sequencer.upper().ljust(SEQUENCER_WIDTH, "0")


def following(sequencer: str) -> str:
    """The padded sequencer next after this padded one.

    Whatever S3 sends later is greater still: its 16 to 18 digits leave the last ones to us.
    """
    return f"{int(sequencer, 16) + 1:0{SEQUENCER_WIDTH}X}"


def changes(event: Mapping[str, Any]) -> list[Change]:
    """Every record of an event that creates or removes an object.

    None for the `s3:TestEvent` that S3 sends at set-up. Raise ValueError for an event structure of
    an unknown major version.
    """
    read = (_change(record) for record in event.get("Records", []))
    return [change for change in read if change is not None]


def restored(event: Mapping[str, Any]) -> list[NamedObject]:
    """Every object that was restored from an archive, which gives its event no sequencer."""
    return [
        NamedObject(
            record["s3"]["bucket"]["name"],
            unquote_plus(record["s3"]["object"]["key"], errors="strict"),
        )
        for record in event.get("Records", [])
        if record["eventName"].removeprefix("s3:") == "ObjectRestore:Completed"
    ]


def _change(record: Mapping[str, Any]) -> Change | None:
    kind = record["eventName"].removeprefix("s3:").partition(":")[0]
    if kind not in {"ObjectCreated", *REMOVALS}:
        return None
    if record["eventVersion"].split(".")[0] != "2":
        raise ValueError(f"unknown S3 event version {record['eventVersion']!r}")
    bucket, obj = record["s3"]["bucket"]["name"], record["s3"]["object"]
    key = unquote_plus(obj["key"], errors="strict")
    sequencer = padded(obj.get("sequencer", ""))
    moment = datetime.fromisoformat(record["eventTime"]).astimezone(UTC)
    if kind in REMOVALS:
        return Removal(bucket, key, sequencer, moment)
    return Upload(
        bucket=bucket,
        key=key,
        sequencer=sequencer,
        uploaded_at=moment,
        etag=obj.get("eTag"),
        version_id=obj.get("versionId"),
        size=obj.get("size"),
        is_reconciled=record.get("eventSource") == RECONCILE,
    )


def reconciling(*changes: Change) -> dict[str, Any]:
    """The event that `changes` reads as these changes, found by listing the bucket."""
    return {"Records": [_reconciling(change) for change in changes]}


def _reconciling(change: Change) -> dict[str, Any]:
    obj: dict[str, Any] = {"key": quote_plus(change.key), "sequencer": change.sequencer}
    if isinstance(change, Upload):
        name, moment = "ObjectCreated:Reconcile", change.uploaded_at
        obj |= {"eTag": change.etag, "size": change.size}
    else:
        name, moment = "ObjectRemoved:Reconcile", change.removed_at
    return {
        "eventVersion": "2.1",
        "eventSource": RECONCILE,
        "eventName": name,
        "eventTime": moment.isoformat(),
        "s3": {"bucket": {"name": change.bucket}, "object": obj},
    }
