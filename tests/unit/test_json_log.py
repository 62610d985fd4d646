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


def test_messages_of_libraries_are_omitted_since_they_may_quote_the_text() -> None:
    line = line_of(ValueError("cannot encode 'the secret of the text'"))
    assert "secret" not in line
    told = json.loads(line)["errors"]
    assert [error["class"] for error in told] == ["ValueError"]
    assert "test_json_log.py" in told[0]["at"][0]


def test_messages_of_the_product_and_of_aws_are_kept() -> None:
    refused = ClientError({"Error": {"Code": "SlowDown", "Message": "later"}}, "PutObject")
    assert "SlowDown" in line_of(refused)
    assert "no text in it" in line_of(NotText("There is no text in it."))


def test_every_cause_is_reported() -> None:
    outer = NotText("outer")
    outer.__cause__ = ValueError("inner")
    told = json.loads(line_of(outer))["errors"]
    assert [error["class"] for error in told] == ["NotText", "ValueError"]


def test_a_log_line_is_printable_ascii() -> None:
    line = line_of(NotText("a\x1b[31m\n\r\u2028\u202e\x7f\x85\ud800b"))
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == "failed: 'a\\nb'"


def test_a_metric_has_the_stage_and_all_dimensions(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger("tests.journal")
    caplog.set_level(logging.INFO, log.name)
    dimensions = {"Stage": "dev", "ErrorCode": "NotText"}
    event(log, "failed", {"key": "a", "gone": None}, {"Failed": (1, "Count")}, dimensions)
    told = json.loads(JsonFormatter().format(caplog.records[0]))
    assert told["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage"], ["Stage", "ErrorCode"]]
    assert (told["Failed"], told["Stage"], told["ErrorCode"]) == (1, "dev", "NotText")
    assert "gone" not in told
