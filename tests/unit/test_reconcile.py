"""Which objects reconciling takes for behind, by their listing alone."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.reconcile import SAME_UPLOAD, is_behind
from chalicelib.records import Record, Status, timestamp
from chalicelib.storage import Listed

UPLOADED = datetime(2026, 3, 1, 8, 0, 0, 700_000, tzinfo=UTC)
RECORD = Record(
    status=Status.SUCCESS,
    etag="same",
    input_bucket="in",
    input_key="a.txt",
    processed_at=timestamp(UPLOADED),
    uploaded_at=timestamp(UPLOADED),
    sequencer="01",
    attempts=1,
    claim="c",
    lease_expires_at=timestamp(UPLOADED),
)


@pytest.mark.parametrize(
    ("listed_at", "behind"),
    [
        (UPLOADED.replace(microsecond=0), False),
        (UPLOADED.replace(second=1, microsecond=0), False),
        (UPLOADED + SAME_UPLOAD, False),
        (UPLOADED + SAME_UPLOAD + timedelta(milliseconds=1), True),
        (UPLOADED + timedelta(days=1), True),
        (UPLOADED - timedelta(days=1), False),
    ],
    ids=["cut to seconds", "rounded up", "at the limit", "beyond it", "next day", "day before"],
)
def test_equal_bytes_are_another_upload_once_they_are_dated_later(
    listed_at: datetime, behind: bool
) -> None:
    listed = Listed("a.txt", "same", 4, listed_at)
    assert is_behind(RECORD, listed, UPLOADED + timedelta(days=2), failures=False) is behind
