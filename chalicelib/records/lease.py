"""Leases: how long a run may hold a record. Lambda has killed a run whose lease has expired."""

from dataclasses import replace
from datetime import datetime

from chalicelib.records.record import Record, Status, timestamp


def is_at_work(record: Record, now: datetime) -> bool:
    """Return whether the record is PROCESSING and its lease has not expired at `now`."""
    return record.status is Status.PROCESSING and record.lease_expires_at >= timestamp(now)


def as_seen_at(record: Record, now: datetime) -> Record:
    """Return a record as users see it at the time `now`.

    If it is PROCESSING but its lease has expired, Lambda has killed the run, and the result is a
    retryable FAILED with the error code `Stopped`. Any other record is returned unchanged.
    """
    if record.status is not Status.PROCESSING or is_at_work(record, now):
        return record
    return replace(
        record,
        status=Status.FAILED,
        error_code="Stopped",
        error="The conversion was stopped before it finished (out of time or memory); "
        "it will be tried again.",
        retryable=True,
    )
