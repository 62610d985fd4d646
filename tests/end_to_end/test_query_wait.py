"""`query.py --wait`: until every file is settled, or the time is over."""

import json

from chalicelib.records.record import Status
from tests import seeding
from tests.stack import Stack


def test_wait_lasts_until_every_file_is_converted(stack: Stack) -> None:
    keys = [f"wait-all/{number}.txt" for number in range(3)]
    for key in keys:
        stack.upload(key)
    done = stack.query("wait-all/", "--wait", "60", "--output", "jsonl")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(file["input_key"], file["status"]) for file in told] == [
        (key, "SUCCESS") for key in keys
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_wait_lasts_until_the_newer_upload_is_converted(stack: Stack) -> None:
    stack.upload("wait-again/a.txt", b"first")
    stack.settled("wait-again/a.txt")
    answer = stack.s3.put_object(
        Bucket=stack.settings.input_bucket, Key="wait-again/a.txt", Body=b"second"
    )
    done = stack.query("wait-again/a.txt", "--wait=60", "--output", "jsonl")
    assert json.loads(done.stdout)["version_id"] == answer["VersionId"]
    assert done.returncode == 0


def test_a_failure_ends_the_wait(stack: Stack) -> None:
    stack.upload("wait-failed/a.docx")
    done = stack.query("--wait", "wait-failed/")
    assert done.returncode == 1
    assert "FAILED" in done.stdout


def test_a_wait_that_times_out_prints_the_files_and_exits_with_5(stack: Stack) -> None:
    with stack.unnoticed():
        stack.upload("wait-never/a.txt")
    done = stack.query("wait-never/a.txt", "--wait", "0.5")
    assert done.returncode == 5
    assert "NOT PROCESSED" in done.stdout
    assert "not all files were settled within 0.5 s" in done.stderr


def test_wait_waits_for_a_file_in_progress(stack: Stack) -> None:
    bucket, key = stack.settings.input_bucket, "wait-going/a.txt"
    going = seeding.record(bucket, key, Status.PROCESSING)
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, [going])
    assert stack.query("--key", key, "--wait", "0.5").returncode == 5


def test_wait_for_no_files_exits_with_3(stack: Stack) -> None:
    assert stack.query("wait-nothing/", "--wait").returncode == 3
