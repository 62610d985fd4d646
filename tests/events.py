"""S3 event notifications as S3 writes them (S3 User Guide, 'Event message structure')."""

from typing import Any
from urllib.parse import quote_plus

SEQUENCER = "0066A1B2C3D4E5F601"


def created(
    *keys: str, bucket: str = "input", sequencer: str = SEQUENCER, **of_object: Any
) -> dict[str, Any]:
    """Return an event with a record for each of the keys."""
    return {"Records": [_record(key, bucket, sequencer, of_object) for key in keys]}


def _record(key: str, bucket: str, sequencer: str, of_object: dict[str, Any]) -> dict[str, Any]:
    return {
        "eventVersion": "2.3",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": "2026-03-01T09:30:00.123Z",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {
                "key": quote_plus(key, safe="/"),
                "size": 4,
                "eTag": "0cc175b9c0f1b6a831c399e269772661",
                "sequencer": sequencer,
            }
            | of_object,
        },
    }
