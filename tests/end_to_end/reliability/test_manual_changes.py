"""The auditor of a deployed stage reports manual changes of the table, and no others."""

import json

from chalicelib.records.record import Status, partition
from tests.end_to_end.reliability.test_logs import Line, assert_embedded_metrics, lines
from tests.stack import Stack, wait_for


def violations(stack: Stack, key: str) -> list[Line]:
    reported = [
        line for line in lines(stack, "-announce") if line["message"] == "illegal transition"
    ]
    return [line for line in reported if (line.get("new_image") or {}).get("input_key") == key]


def test_a_manual_change_is_logged_with_both_images_and_counted(stack: Stack) -> None:
    key = "audit/touched.txt"
    stack.upload(key)
    record = stack.settled(key)
    assert record.status is Status.SUCCESS
    stack.dynamodb.update_item(
        TableName=stack.settings.table,
        Key={
            "pk": {"S": partition(record.input_bucket, key, stack.settings.shards)},
            "input_key": {"S": key},
        },
        UpdateExpression="SET sequencer = :older",
        ExpressionAttributeValues={":older": {"S": "0" * 32}},
    )
    line = wait_for(lambda: next(iter(violations(stack, key)), None), "the line about it")
    assert "went back" in line["reason"]
    assert line["old_image"]["sequencer"] == record.sequencer
    assert line["new_image"]["sequencer"] == "0" * 32
    assert line["IllegalTransitions"] == 1
    assert_embedded_metrics(line)
    assert json.dumps(line).count(key) >= 2


def test_transitions_of_the_product_are_allowed(stack: Stack) -> None:
    keys = [f"audit/{name}" for name in ("good.txt", "bad.docx", "gone.txt", "twice.txt")]
    for key in keys:
        stack.upload(key, b"first")
        stack.settled(key)
    stack.upload("audit/twice.txt", b"second")
    stack.s3.delete_object(Bucket=stack.settings.input_bucket, Key="audit/gone.txt")
    wait_for(lambda: stack.settled("audit/gone.txt").input_deleted_at, "the deletion")
    stack.settled("audit/twice.txt")
    touched = "audit/last.txt"
    stack.upload(touched)
    stack.settled(touched)
    stack.dynamodb.delete_item(
        TableName=stack.settings.table,
        Key={
            "pk": {"S": partition(stack.settings.input_bucket, touched, stack.settings.shards)},
            "input_key": {"S": touched},
        },
    )
    # The stream is read in order: once this change is reported, all earlier ones would be, too.
    wait_for(lambda: _deletion(stack, touched), "the deleted record to be reported")
    assert [line for key in keys for line in violations(stack, key)] == []


def _deletion(stack: Stack, key: str) -> Line | None:
    return next(
        (
            line
            for line in lines(stack, "-announce")
            if line["message"] == "illegal transition"
            and line["reason"] == "a record was deleted"
            and line["old_image"]["input_key"] == key
        ),
        None,
    )
