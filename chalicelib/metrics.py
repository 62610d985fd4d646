"""Log lines, with metrics, about the outcome of a run, a protocol violation or a reconciliation."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib import json_log
from chalicelib.records.record import Result
from chalicelib.records.s3_changes import Change, Upload

log = logging.getLogger(__name__)

OUTCOME_METRICS = {"converted": "Converted", "failed": "Failed", "to be retried": "ToBeRetried"}
"""Name of the metric that counts files, by outcome."""


def _counted_as(code: str) -> str:
    """Return the metric that counts files with a warning: `WarningControlsShown`, and so on."""
    return "Warning" + "".join(map(str.title, code.split("-")))


def record_outcome(
    change: Change, request_id: str, outcome: str, result: Result | None, stage: str
) -> None:
    """Log the outcome of a run for one change, with metrics if an upload was converted or failed.

    `result` is None if no conversion was tried; with a result, `outcome` is a key of
    OUTCOME_METRICS.
    """
    facts: dict[str, str | int | bool | None] = {
        "request_id": request_id,
        "bucket": change.bucket,
        "key": change.key,
        "sequencer": change.sequencer,
        "outcome": outcome,
    }
    if result is None or not isinstance(change, Upload):
        json_log.event(log, outcome, facts)
        return
    codes = {one["code"] for one in result.warnings or ()}
    facts |= {
        "error_code": result.error_code,
        "version_id": result.version_id,
        "encoding": result.encoding,
        "replaced": result.replaced,
        "repaired": result.repaired,
        "warnings": ",".join(sorted(codes)) or None,
    }
    age = datetime.now(UTC) - change.uploaded_at
    measurements = {
        OUTCOME_METRICS[outcome]: (1, "Count"),
        "WithWarnings": (1 if codes else None, "Count"),
        **{_counted_as(code): (1, "Count") for code in codes},
        "InputBytes": (result.size, "Bytes"),
        "OutputBytes": (result.output_size, "Bytes"),
        "Pages": (result.pages, "Count"),
        "ConversionTime": (result.duration_ms, "Milliseconds"),
        "EventAge": (round(age.total_seconds() * 1000), "Milliseconds"),
    }
    metrics = {n: (value, unit) for n, (value, unit) in measurements.items() if value is not None}
    dimensions = {"Stage": stage} | ({"ErrorCode": result.error_code} if result.error_code else {})
    json_log.event(log, outcome, facts, metrics, dimensions)


def record_violation(
    request_id: str,
    stage: str,
    reason: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
) -> None:
    """Log a change of a record that the protocol does not allow, and count it in a metric.

    `reason` is what `violation` returned, `old` and `new` are the attributes of the item before and
    after the change, or None if there was no item.
    """
    facts = {"request_id": request_id, "reason": reason, "old_image": old, "new_image": new}
    metrics = {"IllegalTransitions": (1, "Count")}
    json_log.event(log, "illegal transition", facts, metrics, {"Stage": stage})


def record_reconciliation(request_id: str, counts: Mapping[str, Any]) -> None:
    """Log the counts that one invocation of `reconcile` returns."""
    json_log.event(log, "reconciled", {"request_id": request_id, **counts})
