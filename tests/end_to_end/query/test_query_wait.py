"""`query.py --wait` waits until every file is settled, or the time is over."""

import json

from chalicelib.records.record import Status
from tests import seeding
from tests.stack import Stack


def test_wait_lasts_until_every_file_is_converted(stack: Stack) -> None:
    keys = [f"wait-all/{number}.txt" for number in range(3)]
    for key in keys:
        stack.upload(key)
    result = stack.query("wait-all/", "--wait", "60", "--output", "jsonl")
    files = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(file["input_key"], file["status"]) for file in files] == [
        (key, "SUCCESS") for key in keys
    ]
    assert (result.returncode, result.stderr) == (0, "")


def test_wait_lasts_until_the_newer_upload_is_converted(stack: Stack) -> None:
    stack.upload("wait-again/a.txt", b"first")
    stack.settled("wait-again/a.txt")
    response = stack.s3.put_object(
        Bucket=stack.settings.input_bucket, Key="wait-again/a.txt", Body=b"second"
    )
    result = stack.query("wait-again/a.txt", "--wait=60", "--output", "jsonl")
    assert json.loads(result.stdout)["version_id"] == response["VersionId"]
    assert result.returncode == 0


def test_a_failure_ends_the_wait(stack: Stack) -> None:
    stack.upload("wait-failed/a.docx")
    result = stack.query("--wait", "wait-failed/")
    assert result.returncode == 1
    assert "FAILED" in result.stdout


def test_a_wait_that_times_out_prints_the_files_and_exits_with_5(stack: Stack) -> None:
    with stack.unnoticed():
        stack.upload("wait-never/a.txt")
    result = stack.query("wait-never/a.txt", "--wait", "0.5")
    assert result.returncode == 5
    assert "NOT PROCESSED" in result.stdout
    assert "not all files were settled within 0.5 s" in result.stderr


def test_wait_waits_for_a_file_in_progress(stack: Stack) -> None:
    bucket, key = stack.settings.input_bucket, "wait-going/a.txt"
    going = seeding.record(bucket, key, Status.PROCESSING)
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, [going])
    assert stack.query("--key", key, "--wait", "0.5").returncode == 5


def test_wait_for_no_files_exits_with_3(stack: Stack) -> None:
    assert stack.query("wait-nothing/", "--wait").returncode == 3
