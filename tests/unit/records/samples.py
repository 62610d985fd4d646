"""Records in each state, and the upload that they are of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.records.record import Record, Status, timestamp
from chalicelib.records.s3_changes import Upload, pad_sequencer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UPLOAD = Upload("in", "a.txt", pad_sequencer("05"), NOW, "etag", "v1", 4)
WORKING = Record(
    input_bucket="in",
    input_key="a.txt",
    status=Status.PROCESSING,
    processed_at=timestamp(NOW),
    uploaded_at=timestamp(NOW - timedelta(hours=1)),
    sequencer=pad_sequencer("05"),
    attempts=2,
    claim="run",
    lease_expires_at=timestamp(NOW + timedelta(minutes=1)),
    output_etag="pdf",
)
DONE = replace(WORKING, status=Status.SUCCESS)
RETRYABLE = replace(WORKING, status=Status.FAILED, retryable=True)
FAILED = replace(WORKING, status=Status.FAILED, retryable=False)
LATER = NOW + timedelta(minutes=1, milliseconds=1)
