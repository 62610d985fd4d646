"""Reconciling, on a stage of its own, since it looks at the whole bucket."""

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
from tests import events
from tests import stack as stacks
from tests.stack import Stack, wait_for

NOTHING = {"missing": 0, "stale": 0, "gone": 0, "started": 0}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One whose notification is off: every event is lost."""
    with stacks.deployed(tmp_path_factory.mktemp("project"), "lossy") as deployed:
        bucket = deployed.settings.input_bucket
        deployed.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={}
        )
        yield deployed


@pytest.fixture(autouse=True)
def _empty(stage: Stack) -> Iterator[None]:
    """Removes the objects afterwards, and has that recorded."""
    yield
    bucket = stage.settings.input_bucket
    for listed in stage.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        stage.s3.delete_object(Bucket=bucket, Key=listed["Key"])
    reconcile(stage)
    wait_for(lambda: all(r.input_deleted_at for r in records(stage)) or None, "all to be gone")


def records(stage: Stack) -> list[Record]:
    settings = stage.settings
    shards = range(settings.shards)
    return [r for s in shards for r in stage.records.between(settings.input_bucket, s, None, None)]


def reconcile(stage: Stack, **asked: Any) -> dict[str, Any]:
    answer = stage.functions.invoke(
        FunctionName=stage.function("reconcile"), Payload=json.dumps(asked)
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "errorMessage" not in told, told
    return told


def test_an_object_without_a_record_is_converted(stage: Stack) -> None:
    stage.upload("before.txt", b"before the deployment")
    told = reconcile(stage)
    assert told == NOTHING | {"seen": 1, "missing": 1, "started": 1, "next": None}
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
    date(stage, first, "2026-01-01T00:00:00.000Z")
    stage.upload("same.txt", b"the same")
    assert reconcile(stage)["stale"] == 1
    wait_for(lambda: stage.settled("same.txt").sequencer > first.sequencer or None, "the second")
    head = stage.s3.head_object(Bucket=stage.settings.input_bucket, Key="same.txt")
    record = stage.settled("same.txt")
    assert (record.status, record.version_id) == (Status.SUCCESS, head["VersionId"])
    assert reconcile(stage) == NOTHING | {"seen": 1, "next": None}


def date(stage: Stack, record: Record, uploaded_at: str) -> None:
    """Have the record speak of an upload of another day."""
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
    """Remove the output bucket; what puts it back."""
    bucket = stage.settings.output_bucket
    destroy._delete_bucket(stage.s3, bucket)
    return lambda: stage.s3.create_bucket(Bucket=bucket)


def remove_table(stage: Stack) -> Callable[[], object]:
    """Remove the table; what puts it back, empty."""
    table = stage.settings.table
    told = stage.dynamodb.describe_table(TableName=table)["Table"]
    stage.dynamodb.delete_table(TableName=table)
    return lambda: stage.dynamodb.create_table(
        TableName=table,
        KeySchema=told["KeySchema"],
        AttributeDefinitions=told["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.mark.parametrize("remove", [remove_bucket, remove_table])
def test_files_that_failed_without_bucket_or_table_are_converted_once_it_is_restored(
    stage: Stack, remove: Callable[[Stack], Callable[[], object]]
) -> None:
    key = f"{remove.__name__}.txt"
    stage.upload(key)
    put_back = remove(stage)
    event = events.created(key, bucket=stage.settings.input_bucket)
    stage.functions.invoke(
        FunctionName=stage.function("convert"), InvocationType="Event", Payload=json.dumps(event)
    )
    wait_for(
        lambda: any(key in body for body in stage.failed_events()) or None, "the failure queue"
    )
    put_back()
    assert reconcile(stage)["started"] == 1
    wait_for(lambda: stage.settled(key).output_key, f"the PDF of {key}")
    assert stage.settled(key).status is Status.SUCCESS


def test_reconciliation_continues_through_any_number_of_pages(stage: Stack) -> None:
    """20 invocations in a chain: Lambda would stop it after 16, were that not allowed."""
    bucket = stage.settings.input_bucket
    for number in range(19):
        stage.s3.put_object(Bucket=bucket, Key=f"many/{number:02}/", Body=b"")
    stage.upload("many/zz.txt")
    reconcile(stage)
    stage.settled("many/zz.txt")
    told = reconcile(stage, page_size=1, pages=1)
    assert (told["seen"], told["next"]["after"]) == (0, "many/00/")

    def has_ended() -> bool | None:
        lines = (line for line in logged(stage, "reconcile") if line["message"] == "reconciled")
        return any(line["seen"] == 1 and "next" not in line for line in lines) or None

    wait_for(has_ended, "the last of the chain to tell its counts")


def logged(stage: Stack, function: str) -> Iterator[dict[str, Any]]:
    """Every line of the function's journal."""
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
    if command[0] == "make":  # what its rule runs
        command = [sys.executable, "-m", "infra.reconcile", "--stage", "lossy"]
        folder = PROJECT
    else:
        command[0] = str(Path(sys.executable).with_name("chalice"))
        folder = stage.project
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(stage.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "seen" in done.stdout
    assert stage.settled("by-hand.txt").status is Status.SUCCESS
