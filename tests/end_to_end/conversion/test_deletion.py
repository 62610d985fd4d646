"""Deleting an input, on a deployed stage."""

from chalicelib.records.record import Status
from tests.stack import Stack, wait_for


def test_a_deleted_input_is_recorded_and_its_pdf_kept(stack: Stack) -> None:
    stack.upload("deletion/a.txt")
    stack.settled("deletion/a.txt")
    stack.s3.delete_object(Bucket=stack.settings.input_bucket, Key="deletion/a.txt")
    wait_for(lambda: stack.settled("deletion/a.txt").input_deleted_at, "the deletion on record")
    body = stack.get("/status", {"key": "deletion/a.txt"}).json
    assert (body["status"], body["output_key"]) == ("SUCCESS", "deletion/a.pdf")
    assert body["input_deleted_at"].endswith("Z")
    assert stack.pdf("deletion/a.pdf").startswith(b"%PDF-")


def test_deleting_an_old_version_changes_no_record(stack: Stack) -> None:
    bucket = stack.settings.input_bucket
    stack.upload("deletion/versions.txt", b"first")
    old = stack.settled("deletion/versions.txt")
    assert old.version_id is not None
    stack.upload("deletion/versions.txt", b"second")
    stack.s3.delete_object(Bucket=bucket, Key="deletion/versions.txt", VersionId=old.version_id)
    stack.upload("deletion/later.txt")
    stack.s3.delete_object(Bucket=bucket, Key="deletion/later.txt")
    wait_for(
        lambda: (r := stack.records.get(bucket, "deletion/later.txt")) and r.input_deleted_at,
        "a later deletion on record",
    )

    def second() -> bool | None:
        return stack.settled("deletion/versions.txt").sequencer > old.sequencer or None

    wait_for(second, "the second upload")
    record = stack.settled("deletion/versions.txt")
    assert (record.status, record.input_deleted_at) == (Status.SUCCESS, None)


def test_an_upload_after_a_deletion_is_converted(stack: Stack) -> None:
    stack.upload("deletion/back.txt", b"first")
    stack.settled("deletion/back.txt")
    stack.s3.delete_object(Bucket=stack.settings.input_bucket, Key="deletion/back.txt")
    wait_for(lambda: stack.settled("deletion/back.txt").input_deleted_at, "the deletion on record")
    stack.upload("deletion/back.txt", b"second")

    def back() -> bool | None:
        return stack.settled("deletion/back.txt").input_deleted_at is None or None

    wait_for(back, "the file to be back")
    assert stack.settled("deletion/back.txt").status is Status.SUCCESS
