"""Objects that cannot be read fail permanently, and are converted once they can be read."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.records.record import Record, Status
from tests.end_to_end.actor import Actor
from tests.stack import Stack, wait_for


def assert_permanent_failure(record: Record, code: str, advice: str) -> None:
    assert (record.status, record.error_code, record.retryable) == (Status.FAILED, code, False)
    assert advice in (record.error or "")


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_file_is_converted_once_it_is_restored(
    stack: Stack, storage_class: str
) -> None:
    key = f"unreadable/{storage_class}.txt"
    stack.upload(key, b"from the archive", StorageClass=storage_class)
    archived = stack.settled(key)
    assert_permanent_failure(archived, "Archived", "restore-object")
    assert storage_class in (archived.error or "")
    stack.s3.restore_object(Bucket=stack.settings.input_bucket, Key=key, RestoreRequest={"Days": 1})

    def converted() -> Record | None:
        record = stack.settled(key)
        return record if record.status is Status.SUCCESS else None

    restored = wait_for(converted, "the restored file")
    assert restored.sequencer > archived.sequencer
    assert stack.pdf(f"unreadable/{storage_class}.pdf").startswith(b"%PDF-")


def test_a_file_with_a_customer_provided_key_fails_permanently(stack: Stack) -> None:
    stack.upload("unreadable/ssec.txt", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)
    assert_permanent_failure(
        stack.settled("unreadable/ssec.txt"), "CustomerKey", "upload it without"
    )


def test_a_file_denied_by_the_bucket_policy_fails_permanently(stack: Stack) -> None:
    bucket = stack.settings.input_bucket
    before = stack.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    policy = json.loads(before)
    policy["Statement"].append(
        {
            "Sid": "NotThese",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": f"arn:aws:s3:::{bucket}/unreadable/forbidden*",
        }
    )
    stack.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    try:
        stack.upload("unreadable/forbidden.txt")
        record = stack.settled("unreadable/forbidden.txt")
    finally:
        stack.s3.put_bucket_policy(Bucket=bucket, Policy=before)
    assert_permanent_failure(record, "PolicyDenied", "make reconcile")


def test_only_conditional_writes_can_replace_a_pdf(stack: Stack) -> None:
    bucket = stack.settings.output_bucket
    stack.upload("unreadable/kept.txt")
    stack.settled("unreadable/kept.txt")
    pdf = stack.pdf("unreadable/kept.pdf")
    convert = Actor(stack.settings, "convert")
    put: dict[str, Any] = {"Bucket": bucket, "Key": "unreadable/kept.pdf", "Body": b"not ours"}
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        convert.do("s3", "put_object", **put)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        convert.do("s3", "put_object", **put, IfNoneMatch="*")
    assert stack.pdf("unreadable/kept.pdf") == pdf
    etag = stack.s3.head_object(Bucket=bucket, Key="unreadable/kept.pdf")["ETag"]
    convert.do("s3", "put_object", **put | {"Body": pdf}, IfMatch=etag)
