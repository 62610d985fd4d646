"""Names and values of metrics, as docs/operations.md lists them."""

import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import metrics
from chalicelib.converter.warning import WarningCode
from chalicelib.json_log import NAMESPACE, JsonFormatter
from chalicelib.records.record import Result, Status
from chalicelib.records.s3_changes import Removal, Upload
from infra.deploy import PROJECT

UPLOAD = Upload("in", "a.txt", "0" * 16, datetime.now(UTC))
CONVERTED = Result(status=Status.SUCCESS, size=11, output_size=2_000, pages=3, duration_ms=40)
FAILED = Result(status=Status.FAILED, size=5, duration_ms=2, error_code="NotText")


def line_of(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """Return the only log line as CloudWatch receives it."""
    (record,) = caplog.records
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return line


def values(line: dict[str, Any]) -> dict[str, float]:
    """Return the values of the metrics that CloudWatch extracts from a line, by name."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    return {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, metrics.log.name)
    return caplog


def test_a_converted_file_is_measured(caplog: pytest.LogCaptureFixture) -> None:
    upload = Upload("in", "a.txt", "0" * 16, datetime.now(UTC) - timedelta(minutes=3))
    metrics.record_outcome(upload, "run", "converted", CONVERTED, "dev")
    measured = values(line_of(caplog))
    assert 180_000 <= measured.pop("EventAge") < 240_000
    assert measured == {
        "Converted": 1,
        "InputBytes": 11,
        "OutputBytes": 2_000,
        "Pages": 3,
        "ConversionTime": 40,
    }


@pytest.mark.parametrize(("outcome", "name"), metrics.OUTCOME_METRICS.items())
def test_a_file_without_a_pdf_is_counted_by_its_outcome(
    caplog: pytest.LogCaptureFixture, outcome: str, name: str
) -> None:
    metrics.record_outcome(UPLOAD, "run", outcome, FAILED, "dev")
    line = line_of(caplog)
    assert values(line)[name] == 1
    assert not values(line).keys() & {"OutputBytes", "Pages", "WithWarnings"}
    assert (line["Stage"], line["ErrorCode"]) == ("dev", "NotText")


@pytest.mark.parametrize("code", list(WarningCode))
def test_a_file_is_counted_once_for_each_code_of_its_warnings(
    caplog: pytest.LogCaptureFixture, code: WarningCode
) -> None:
    warnings = [{"code": code.value, "message": "One."}, {"code": code.value, "message": "Two."}]
    warned = replace(CONVERTED, warnings=warnings)
    metrics.record_outcome(UPLOAD, "run", "converted", warned, "dev")
    line = line_of(caplog)
    counts = {name: value for name, value in values(line).items() if "Warning" in name}
    words = (word.capitalize() for word in code.value.split("-"))
    assert counts == {"WithWarnings": 1, "Warning" + "".join(words): 1}
    assert line["warnings"] == code.value


def test_removals_and_duplicates_are_logged_without_metrics(
    caplog: pytest.LogCaptureFixture,
) -> None:
    removal = Removal("in", "a.txt", "0" * 16, datetime.now(UTC))
    metrics.record_outcome(removal, "run", "removed", None, "dev")
    metrics.record_outcome(UPLOAD, "run", "duplicate", None, "dev")
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert [line["outcome"] for line in lines] == ["removed", "duplicate"]
    assert not any("_aws" in line for line in lines)


def test_an_illegal_transition_is_counted_and_shows_both_items(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics.record_violation("run", "dev", "The claim is older.", {"status": "SUCCESS"}, None)
    line = line_of(caplog)
    assert values(line) == {"IllegalTransitions": 1}
    assert (line["reason"], line["old_image"]) == ("The claim is older.", {"status": "SUCCESS"})


def test_the_documentation_lists_every_metric(caplog: pytest.LogCaptureFixture) -> None:
    page = (PROJECT / "docs/operations.md").read_text("utf-8")
    (listed,) = re.findall(r"^- \*\*Metrics\*\*.*?(?=^- )", page, re.MULTILINE | re.DOTALL)
    documented = set(re.findall(r"`([A-Z]\w+)`", listed)) - {NAMESPACE, "Stage", "ErrorCode"}
    warnings = [{"code": WarningCode.REPLACED.value, "message": "One."}]
    metrics.record_outcome(UPLOAD, "run", "converted", replace(CONVERTED, warnings=warnings), "dev")
    measured = values(line_of(caplog)).keys() | set(metrics.OUTCOME_METRICS.values())
    assert documented == measured | {"IllegalTransitions", "TokenUnreadable"}
