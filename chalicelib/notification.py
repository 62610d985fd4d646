"""S3 event JSON → [Upload]: every record of it, keys decoded once, here.

Source of the format: S3 User Guide, 'Event message structure'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

SEQUENCER_WIDTH = 32
"""Hex digits to which sequencers are padded; S3 sends 16 to 18."""


@dataclass(frozen=True)
class Upload:
    """One object as one ObjectCreated event announced it.

    `sequencer` is padded and orders the events of one key; `size` is in bytes.
    """

    bucket: str
    key: str
    sequencer: str
    uploaded_at: datetime
    etag: str | None = None
    version_id: str | None = None
    size: int | None = None


def padded(sequencer: str) -> str:
    """The sequencer in the one form in which it is stored and compared.

    Sequencers are hex strings of differing length, compared after padding the shorter one with
    zeros on the right. Raise ValueError for what is no sequencer.
    """
    if len(sequencer) > SEQUENCER_WIDTH or not set(sequencer) <= set("0123456789abcdefABCDEF"):
        raise ValueError(f"not a sequencer: {sequencer!r}")
    return sequencer.upper().ljust(SEQUENCER_WIDTH, "0")


def uploads(event: Mapping[str, Any]) -> list[Upload]:
    """Every ObjectCreated record of an event; none for the `s3:TestEvent` that S3 sends at set-up.

    Raise ValueError for an event structure of an unknown major version.
    """
    return [
        _upload(record)
        for record in event.get("Records", [])
        if record["eventName"].removeprefix("s3:").startswith("ObjectCreated:")
    ]


def _upload(record: Mapping[str, Any]) -> Upload:
    if record["eventVersion"].split(".")[0] != "2":
        raise ValueError(f"unknown S3 event version {record['eventVersion']!r}")
    bucket, obj = record["s3"]["bucket"], record["s3"]["object"]
    return Upload(
        bucket=bucket["name"],
        key=unquote_plus(obj["key"], errors="strict"),
        sequencer=padded(obj.get("sequencer", "")),
        uploaded_at=datetime.fromisoformat(record["eventTime"]).astimezone(UTC),
        etag=obj.get("eTag"),
        version_id=obj.get("versionId"),
        size=obj.get("size"),
    )
