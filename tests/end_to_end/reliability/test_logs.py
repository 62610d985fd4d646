"""Logs of the deployed functions: JSON lines with metrics, and without secrets."""

import json
from typing import Any

import boto3

from tests.stack import Stack, wait_for

Line = dict[str, Any]


def lines(stack: Stack, function: str) -> list[Line]:
    """Return the lines that our code wrote to the function's log, without Lambda's own lines."""
    client = boto3.client("logs")
    group = f"/aws/lambda/text-to-pdf-{stack.settings.stage}{function}"
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
    messages = [event["message"] for page in pages for event in page["events"]]
    return [json.loads(message) for message in messages if message.startswith("{")]


def line_about(stack: Stack, key: str) -> Line:
    """Wait for the line about this key, and return it."""

    def find() -> Line | None:
        return next((line for line in lines(stack, "-convert") if line.get("key") == key), None)

    return wait_for(find, f"a line about {key!r}")


def assert_embedded_metrics(line: Line) -> None:
    """Check a line against CloudWatch User Guide, 'Specification: Embedded metric format'."""
    envelope = line["_aws"]
    assert isinstance(envelope["Timestamp"], int)
    assert envelope["Timestamp"] > 1_000_000_000_000  # milliseconds, not seconds
    for directive in envelope["CloudWatchMetrics"]:
        assert 0 < len(directive["Namespace"]) <= 256
        assert 0 < len(directive["Metrics"]) <= 100
        for names in directive["Dimensions"]:
            assert len(names) <= 30
            assert all(isinstance(line[name], str) and line[name] for name in names)
        for metric in directive["Metrics"]:
            assert metric["Unit"] in {"Count", "Bytes", "Milliseconds"}
            value = line[metric["Name"]]
            assert isinstance(value, int | float)
            assert not isinstance(value, bool)


def test_a_conversion_logs_one_line_with_metrics(stack: Stack) -> None:
    stack.upload("logs/one.txt", b"eleven byte")
    record = stack.settled("logs/one.txt")
    logged = line_about(stack, "logs/one.txt")
    assert_embedded_metrics(logged)
    assert logged["outcome"] == "converted"
    assert logged["bucket"] == stack.settings.input_bucket
    assert logged["sequencer"] == record.sequencer
    assert logged["request_id"] == record.claim
    assert (logged["Converted"], logged["InputBytes"], logged["Pages"]) == (1, 11, 1)
    assert logged["OutputBytes"] == record.output_size
    assert logged["ConversionTime"] == record.duration_ms
    assert logged["EventAge"] >= 0
    about = [line for line in lines(stack, "-convert") if line.get("key") == "logs/one.txt"]
    assert len(about) == 1


def test_a_failure_is_counted_by_its_error_code(stack: Stack) -> None:
    stack.upload("logs/x.docx")
    stack.settled("logs/x.docx")
    logged = line_about(stack, "logs/x.docx")
    assert_embedded_metrics(logged)
    assert (logged["outcome"], logged["Failed"], logged["ErrorCode"]) == (
        "failed",
        1,
        "UnsupportedType",
    )
    assert logged["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["Stage"],
        ["Stage", "ErrorCode"],
    ]


def test_a_hostile_key_cannot_break_a_log_line(stack: Stack) -> None:
    key = 'logs/\x1b[31m\n{"level": "FORGED"}\u202e\u2028\x7f.txt'
    stack.upload(key)
    stack.settled(key)
    assert line_about(stack, key)["outcome"] == "converted"
    assert not [line for line in lines(stack, "-convert") if line.get("level") == "FORGED"]
    client = boto3.client("logs")
    group = f"/aws/lambda/text-to-pdf-{stack.settings.stage}-convert"
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
    ours = [e["message"] for p in pages for e in p["events"] if e["message"].startswith("{")]
    assert all(message.isascii() and message.isprintable() for message in ours)


def test_the_text_of_a_file_is_in_no_log(stack: Stack) -> None:
    stack.upload("logs/secret.txt", b"the-secret-of-the-text\n" * 10)
    stack.settled("logs/secret.txt")
    stack.upload("logs/binary.txt", b"\x00\x01the-secret-of-the-text\xff")
    stack.settled("logs/binary.txt")
    line_about(stack, "logs/binary.txt")
    assert "the-secret-of-the-text" not in stack.aws.log.read_text("utf-8", "replace")


def test_the_token_is_in_no_log(stack: Stack) -> None:
    assert stack.get("/status", {"prefix": "logs/"}).status == 200
    assert stack.get("/status", {"prefix": "logs/"}, token=f"{stack.token}x").status != 200
    assert stack.token not in stack.aws.log.read_text("utf-8", "replace")


def test_every_log_group_has_a_retention(stack: Stack) -> None:
    stack.get("/status", {"prefix": "logs/"})
    mine = f"text-to-pdf-{stack.settings.stage}"
    prefix = f"/aws/lambda/{mine}"
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    days = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
    assert set(days.values()) == {30}
    functions = boto3.client("lambda").list_functions()["Functions"]
    ours = {f["FunctionName"] for f in functions if f["FunctionName"].startswith(mine)}
    assert {f"/aws/lambda/{name}" for name in ours} == days.keys()
