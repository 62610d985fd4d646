"""Log lines, as records become them."""

import json
import logging
import sys

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import NotText
from chalicelib.json_log import JsonFormatter, event


def line_of(error: Exception) -> str:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed: %r", ("a\nb",), None)
    try:
        raise error
    except type(error):
        record.exc_info = sys.exc_info()
    return JsonFormatter().format(record)


def test_messages_of_libraries_are_not_logged() -> None:
    line = line_of(ValueError("cannot encode 'the secret of the text'"))
    assert "secret" not in line
    logged = json.loads(line)["errors"]
    assert [error["class"] for error in logged] == ["ValueError"]
    assert "test_json_log.py" in logged[0]["at"][0]


def test_messages_of_own_errors_and_of_aws_are_logged() -> None:
    refused = ClientError({"Error": {"Code": "SlowDown", "Message": "later"}}, "PutObject")
    assert "SlowDown" in line_of(refused)
    assert "no text in it" in line_of(NotText("There is no text in it."))


def test_all_causes_of_an_error_are_logged() -> None:
    outer = NotText("outer")
    outer.__cause__ = ValueError("inner")
    logged = json.loads(line_of(outer))["errors"]
    assert [error["class"] for error in logged] == ["NotText", "ValueError"]


def test_log_record_is_one_line_of_printable_ascii() -> None:
    line = line_of(NotText("a\x1b[31m\n\r\u2028\u202e\x7f\x85\ud800b"))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == "failed: 'a\\nb'"


def test_metric_has_the_stage_alone_and_all_dimensions_together(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("tests.journal")
    caplog.set_level(logging.INFO, log.name)
    dimensions = {"Stage": "dev", "ErrorCode": "NotText"}
    event(log, "failed", {"key": "a", "gone": None}, {"Failed": (1, "Count")}, dimensions)
    logged = json.loads(JsonFormatter().format(caplog.records[0]))
    assert logged["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["Stage"],
        ["Stage", "ErrorCode"],
    ]
    assert (logged["Failed"], logged["Stage"], logged["ErrorCode"]) == (1, "dev", "NotText")
    assert "gone" not in logged
