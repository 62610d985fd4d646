"""Lists of objects in events of S3 Batch Operations and Step Functions."""

import json
from typing import Any
from urllib.parse import quote_plus

from chalicelib.records.record import Status
from tests.stack import Stack


def invoke(stack: Stack, event: dict[str, Any]) -> Any:
    response = stack.functions.invoke(
        FunctionName=stack.function("convert"), Payload=json.dumps(event)
    )
    return json.loads(response["Payload"].read())


def task(stack: Stack, key: str, version: str) -> dict[str, Any]:
    """Return the event that S3 Batch Operations sends for an object."""
    bucket = stack.settings.input_bucket
    named = {"s3BucketArn": f"arn:aws:s3:::{bucket}"} if version == "1.0" else {"s3Bucket": bucket}
    return {
        "invocationSchemaVersion": version,
        "invocationId": "invocation",
        "job": {"id": "job"},
        "tasks": [{"taskId": key, "s3Key": quote_plus(key), "s3VersionId": None, **named}],
    }


def test_tasks_of_batch_operations_are_converted_once(stack: Stack) -> None:
    key = "backfill/märz 2026.txt"
    with stack.unnoticed():
        stack.upload(key, b"before the deployment")
    for version, outcome in (("1.0", "converted"), ("2.0", "ignored")):
        assert invoke(stack, task(stack, key, version)) == {
            "invocationSchemaVersion": version,
            "invocationId": "invocation",
            "treatMissingKeysAs": "TemporaryFailure",
            "results": [{"taskId": key, "resultCode": "Succeeded", "resultString": outcome}],
        }
    assert stack.settled(key).attempts == 1


def test_a_task_with_a_retryable_error_is_a_temporary_failure(stack: Stack) -> None:
    stack.s3.create_bucket(Bucket="not-of-this-stage")
    event = task(stack, "backfill/a.txt", "2.0")
    event["tasks"][0]["s3Bucket"] = "not-of-this-stage"
    (result,) = invoke(stack, event)["results"]
    assert result["resultCode"] == "TemporaryFailure"


def test_items_of_a_distributed_map_are_converted(stack: Stack) -> None:
    keys = ["backfill/map/a b.txt", "backfill/map/100%25.txt", "backfill/map/c+d.txt"]
    bucket = stack.settings.input_bucket
    with stack.unnoticed():
        for key in keys:
            stack.upload(key)
    listed = {"Items": [{"Key": key} for key in keys[:2]]}
    assert invoke(stack, listed) == {"items": 2, "started": 2}
    inventory = {"Items": [{"Bucket": bucket, "Key": quote_plus(key)} for key in keys]}
    assert invoke(stack, inventory) == {"items": 3, "started": 1}
    for key in keys:
        assert stack.settled(key).status is Status.SUCCESS
