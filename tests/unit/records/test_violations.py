"""Which steps of a record the protocol forbids; the allowed ones are explored in tests/protocol."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.records.record import Record, Status, timestamp
from chalicelib.records.violations import violation

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
CLAIMED = Record(
    status=Status.PROCESSING,
    input_bucket="in",
    input_key="a.txt",
    processed_at=timestamp(NOW),
    uploaded_at=timestamp(NOW),
    sequencer="02".ljust(32, "0"),
    attempts=1,
    claim="one",
    lease_expires_at=timestamp(NOW + timedelta(minutes=10)),
)
DONE = replace(
    CLAIMED,
    status=Status.SUCCESS,
    etag="e",
    output_bucket="out",
    output_key="a.pdf",
    output_etag="p",
    pages=1,
)
FAILED = replace(
    CLAIMED, status=Status.FAILED, error_code="NotText", error="It is no text.", retryable=False
)
RETRYABLE = replace(FAILED, error_code="SlowDown", retryable=True)
NEWER: dict[str, Any] = {"sequencer": "03".ljust(32, "0"), "claim": "two"}
GONE: dict[str, Any] = {"sequencer": "04".ljust(32, "0"), "input_deleted_at": timestamp(NOW)}

ALLOWED = {
    "a first claim": (None, CLAIMED),
    "a success": (CLAIMED, DONE),
    "a failure": (CLAIMED, FAILED),
    "a retry": (RETRYABLE, replace(CLAIMED, attempts=2, claim="two")),
    "a newer upload": (DONE, replace(CLAIMED, **NEWER, output_etag="p")),
    "a removal of what was finished": (DONE, replace(DONE, **GONE)),
    "a removal before any claim": (None, replace(FAILED, **GONE, error_code="ObjectGone")),
    "the same again": (DONE, DONE),
}
FORBIDDEN = {
    "deleted": (DONE, None),
    "began as SUCCESS": (None, DONE),
    "went back": (replace(CLAIMED, **NEWER), CLAIMED),
    "no etag": (CLAIMED, replace(DONE, etag=None)),
    "no output_key": (CLAIMED, replace(DONE, output_key=None)),
    "has a error": (CLAIMED, replace(DONE, error="no")),
    "no error_code": (CLAIMED, replace(FAILED, error_code=None)),
    "has a output_key": (DONE, replace(CLAIMED, **NEWER, output_key="a.pdf")),
    "without a claim": (RETRYABLE, DONE),
    "a newer upload ended": (DONE, replace(DONE, **NEWER)),
    "another run": (CLAIMED, replace(DONE, claim="two")),
    "a finished upload": (DONE, replace(CLAIMED, attempts=2, claim="two")),
    "before its lease ended": (CLAIMED, replace(CLAIMED, attempts=2, claim="two")),
    "taken over as attempt": (RETRYABLE, replace(CLAIMED, attempts=5, claim="two")),
    "changed the output_etag": (DONE, replace(CLAIMED, **NEWER)),
    "a removal changed": (DONE, replace(FAILED, **GONE)),
    "left an unfinished": (CLAIMED, replace(DONE, **GONE)),
    "another file": (CLAIMED, replace(DONE, input_key="b.txt")),
    "a first claim is attempt": (None, replace(CLAIMED, attempts=2)),
}


@pytest.mark.parametrize(("old", "new"), ALLOWED.values(), ids=ALLOWED.keys())
def test_allowed_changes_of_a_record_are_no_violation(
    old: Record | None, new: Record | None
) -> None:
    assert violation(old, new) is None


@pytest.mark.parametrize("name", FORBIDDEN)
def test_forbidden_changes_of_a_record_are_described(name: str) -> None:
    assert name in (violation(*FORBIDDEN[name]) or "")
