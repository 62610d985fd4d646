"""Leases of runs: when they expire, and what users see then."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.records.lease import as_seen_at, is_at_work
from chalicelib.records.record import Status
from tests.unit.records.samples import DONE, LATER, NOW, WORKING


def test_lease_is_valid_until_its_end_inclusive() -> None:
    last = NOW + timedelta(minutes=1)
    assert is_at_work(WORKING, last)
    assert not is_at_work(WORKING, LATER)
    assert not is_at_work(DONE, NOW)


def test_record_with_an_expired_lease_is_seen_as_failed() -> None:
    assert as_seen_at(WORKING, NOW) == WORKING
    assert as_seen_at(DONE, LATER) == DONE
    seen = as_seen_at(WORKING, LATER)
    assert (seen.status, seen.error_code, seen.retryable) == (Status.FAILED, "Stopped", True)
    assert seen.error == (
        "The conversion was stopped before it finished (out of time or memory); "
        "it will be tried again."
    )
    assert (
        replace(seen, status=Status.PROCESSING, error_code=None, error=None, retryable=None)
        == WORKING
    )
