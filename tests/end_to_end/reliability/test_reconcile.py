"""Reconciliation, on a separate stage, since it compares the whole bucket."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from chalicelib.records.record import Record, Status, partition
from infra import destroy
from infra.deploy import PROJECT
from infra.emulator import Emulator
from tests import events
from tests import stack as stacks
from tests.stack import Stack, wait_for

NOTHING = {"missing": 0, "stale": 0, "gone": 0, "started": 0}


@pytest.fixture(scope="module")
def stage(aws: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stage without notifications, on which every event is lost."""
    with stacks.deployed(aws, tmp_path_factory.mktemp("project"), "lossy") as deployed:
        bucket = deployed.settings.input_bucket
        deployed.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={}
        )
        yield deployed


@pytest.fixture(autouse=True)
def _empty(stage: Stack) -> Iterator[None]:
    """Delete the objects afterwards, and wait until that is recorded."""
    yield
    bucket = stage.settings.input_bucket
    for stored in stage.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        stage.s3.delete_object(Bucket=bucket, Key=stored["Key"])
    reconcile(stage)
    wait_for(lambda: all(r.input_deleted_at for r in records(stage)) or None, "all to be gone")


def records(stage: Stack) -> list[Record]:
    settings = stage.settings
    shards = range(settings.shards)
    return [r for s in shards for r in stage.records.between(settings.input_bucket, s, None, None)]


def reconcile(stage: Stack, **request: Any) -> dict[str, Any]:
    response = stage.functions.invoke(
        FunctionName=stage.function("reconcile"), Payload=json.dumps(request)
    )
    counts: dict[str, Any] = json.loads(response["Payload"].read())
    assert "errorMessage" not in counts, counts
    return counts


def test_an_object_without_a_record_is_converted(stage: Stack) -> None:
    stage.upload("before.txt", b"before the deployment")
    counts = reconcile(stage)
    assert counts == NOTHING | {"seen": 1, "missing": 1, "started": 1, "next": None}
    assert stage.settled("before.txt").status is Status.SUCCESS
    assert reconcile(stage) == NOTHING | {"seen": 1, "next": None}


def test_an_overwrite_whose_event_was_lost_is_converted(stage: Stack) -> None:
    stage.upload("over.txt", b"first")
    reconcile(stage)
    first = stage.settled("over.txt")
    stage.upload("over.txt", b"second")
    assert reconcile(stage)["stale"] == 1
    wait_for(lambda: stage.settled("over.txt").sequencer > first.sequencer or None, "the second")
    head = stage.s3.head_object(Bucket=stage.settings.input_bucket, Key="over.txt")
    record = stage.settled("over.txt")
    assert (record.status, record.etag) == (Status.SUCCESS, head["ETag"].strip('"'))
    assert record.version_id == head["VersionId"]


def test_an_upload_of_the_same_bytes_whose_event_was_lost_is_converted(stage: Stack) -> None:
    stage.upload("same.txt", b"the same")
    reconcile(stage)
    first = stage.settled("same.txt")
    set_uploaded_at(stage, first, "2026-01-01T00:00:00.000Z")
    stage.upload("same.txt", b"the same")
    assert reconcile(stage)["stale"] == 1
    wait_for(lambda: stage.settled("same.txt").sequencer > first.sequencer or None, "the second")
    head = stage.s3.head_object(Bucket=stage.settings.input_bucket, Key="same.txt")
    record = stage.settled("same.txt")
    assert (record.status, record.version_id) == (Status.SUCCESS, head["VersionId"])
    assert reconcile(stage) == NOTHING | {"seen": 1, "next": None}


def set_uploaded_at(stage: Stack, record: Record, uploaded_at: str) -> None:
    """Change the time of the upload in a record."""
    pk = partition(record.input_bucket, record.input_key, stage.settings.shards)
    stage.dynamodb.update_item(
        TableName=stage.settings.table,
        Key={"pk": {"S": pk}, "input_key": {"S": record.input_key}},
        UpdateExpression="SET uploaded_at = :at",
        ExpressionAttributeValues={":at": {"S": uploaded_at}},
    )


def test_a_deletion_whose_event_was_lost_is_recorded(stage: Stack) -> None:
    stage.upload("lost.txt")
    reconcile(stage)
    stage.settled("lost.txt")
    stage.s3.delete_object(Bucket=stage.settings.input_bucket, Key="lost.txt")
    assert reconcile(stage)["gone"] == 1
    wait_for(lambda: stage.settled("lost.txt").input_deleted_at, "the deletion to be recorded")


def test_permanent_failures_are_retried_by_hand_but_not_by_the_schedule(stage: Stack) -> None:
    stage.upload("letter.docx")
    reconcile(stage)
    failed = stage.settled("letter.docx")
    assert failed.error_code == "UnsupportedType"
    assert reconcile(stage, source="aws.events")["started"] == 0
    assert reconcile(stage)["started"] == 1


def remove_bucket(stage: Stack) -> Callable[[], object]:
    """Delete the output bucket, and return a function that restores it."""
    bucket = stage.settings.output_bucket
    destroy._delete_bucket(stage.s3, bucket)
    return lambda: stage.s3.create_bucket(Bucket=bucket)


def remove_table(stage: Stack) -> Callable[[], object]:
    """Delete the table, and return a function that creates it again, empty."""
    table = stage.settings.table
    description = stage.dynamodb.describe_table(TableName=table)["Table"]
    stage.dynamodb.delete_table(TableName=table)
    return lambda: stage.dynamodb.create_table(
        TableName=table,
        KeySchema=description["KeySchema"],
        AttributeDefinitions=description["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.mark.parametrize("remove", [remove_bucket, remove_table])
def test_files_that_failed_without_bucket_or_table_are_converted_once_it_is_restored(
    stage: Stack, remove: Callable[[Stack], Callable[[], object]]
) -> None:
    key = f"{remove.__name__}.txt"
    stage.upload(key)
    restore = remove(stage)
    event = events.created(key, bucket=stage.settings.input_bucket)
    stage.functions.invoke(
        FunctionName=stage.function("convert"), InvocationType="Event", Payload=json.dumps(event)
    )
    wait_for(
        lambda: any(key in body for body in stage.failed_events()) or None, "the failure queue"
    )
    restore()
    assert reconcile(stage)["started"] == 1
    wait_for(lambda: stage.settled(key).output_key, f"the PDF of {key}")
    assert stage.settled(key).status is Status.SUCCESS


def test_reconciliation_continues_through_any_number_of_pages(stage: Stack) -> None:
    """20 chained invocations: Lambda would stop them after 16 if recursion were not allowed."""
    bucket = stage.settings.input_bucket
    for number in range(19):
        stage.s3.put_object(Bucket=bucket, Key=f"many/{number:02}/", Body=b"")
    stage.upload("many/zz.txt")
    reconcile(stage)
    stage.settled("many/zz.txt")
    counts = reconcile(stage, page_size=1, pages=1)
    assert (counts["seen"], counts["next"]["after"]) == (0, "many/00/")

    def has_ended() -> bool | None:
        lines = (line for line in logged(stage, "reconcile") if line["message"] == "reconciled")
        return any(line["seen"] == 1 and "next" not in line for line in lines) or None

    wait_for(has_ended, "the last invocation to log its counts")


def logged(stage: Stack, function: str) -> Iterator[dict[str, Any]]:
    """Yield every JSON line of the function's log."""
    pages = boto3.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=f"/aws/lambda/{stage.function(function)}"):
        for event in page["events"]:
            lines = event["message"].splitlines()
            yield from (json.loads(line) for line in lines if line.startswith("{"))


@pytest.mark.parametrize(
    "command",
    [
        ["chalice", "invoke", "-n", "reconcile", "--stage", "lossy"],
        ["make", "reconcile", "STAGE=lossy"],
    ],
)
def test_reconciliation_can_be_started_by_hand(stage: Stack, command: list[str]) -> None:
    stage.upload("by-hand.txt")
    if command[0] == "make":  # run the command of its rule
        command = [sys.executable, "-m", "infra.reconcile", "--stage", "lossy"]
        folder = PROJECT
    else:
        command[0] = str(Path(sys.executable).with_name("chalice"))
        folder = stage.project
    result = subprocess.run(
        command,
        cwd=folder,
        env=dict(stage.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "seen" in result.stdout
    assert stage.settled("by-hand.txt").status is Status.SUCCESS
