"""Events that fail: permanent errors are recorded, and others recorded and raised."""

import json
from typing import Any

import boto3

from chalicelib.pipeline.pipeline import EMPTY_KEY_RECORD
from chalicelib.records.record import Status
from tests import events
from tests.stack import Stack


def invoke(stack: Stack, event: dict[str, Any]) -> bool:
    """Invoke the deployed function, and return whether it succeeded."""
    response = boto3.client("lambda").invoke(
        FunctionName=f"text-to-pdf-{stack.settings.stage}-convert", Payload=json.dumps(event)
    )
    return "FunctionError" not in response


def test_a_missing_object_fails_permanently(stack: Stack) -> None:
    bucket = stack.settings.input_bucket
    assert invoke(stack, events.created("failures/gone.txt", bucket=bucket))
    record = stack.records.get(bucket, "failures/gone.txt")
    assert record is not None
    assert (record.status, record.error_code, record.retryable) == (
        Status.FAILED,
        "ObjectGone",
        False,
    )


def test_an_event_without_a_key_fails_permanently(stack: Stack) -> None:
    bucket = stack.settings.input_bucket
    assert invoke(stack, events.created("", bucket=bucket))
    record = stack.records.get(bucket, EMPTY_KEY_RECORD)
    assert record is not None
    assert (record.status, record.error_code) == (Status.FAILED, "EmptyKey")


def test_an_unexpected_error_is_recorded_and_raised(stack: Stack) -> None:
    assert not invoke(stack, events.created("failures/x.txt", bucket="no-such-bucket"))
    record = stack.records.get("no-such-bucket", "failures/x.txt")
    assert record is not None
    assert (record.status, record.retryable) == (Status.FAILED, True)
    assert "NoSuchBucket" in (record.error or "")


def test_one_failure_does_not_stop_the_other_files_of_an_event(stack: Stack) -> None:
    bucket = stack.settings.input_bucket
    stack.s3.put_object(Bucket=bucket, Key="failures/good.txt", Body=b"good")
    bad = events.created("failures/bad.txt", bucket="no-such-bucket")
    good = events.created("failures/good.txt", bucket=bucket, sequencer="FF")
    assert not invoke(stack, {"Records": bad["Records"] + good["Records"]})
    assert stack.settled("failures/good.txt").status is Status.SUCCESS
