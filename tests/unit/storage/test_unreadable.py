"""What S3 refuses to hand out, in the words of its documentation, and the messages to users."""

from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from chalicelib import errors
from chalicelib.records.s3_changes import Upload
from chalicelib.storage.bucket import Bucket

UPLOAD = Upload("in", "a.txt", "0" * 32, datetime(2026, 3, 1, tzinfo=UTC))
WHO = "User: arn:aws:sts::111122223333:assumed-role/r/f is not authorized to perform: "
CASES = {
    "archived": (
        ("InvalidObjectState", "The operation is not valid for the object's storage class", 403),
        errors.Archived,
        "restore",
    ),
    "customer's key": (
        (
            "InvalidRequest",
            (
                "The object was stored using a form of Server Side Encryption. The correct "
                "parameters must be provided to retrieve the object."
            ),
            400,
        ),
        errors.CustomerKey,
        "SSE-C",
    ),
    "key denied": (
        (
            "AccessDenied",
            WHO + "kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key/k because no "
            "identity-based policy allows the kms:Decrypt action",
            403,
        ),
        errors.KeyDenied,
        "INPUT_KEY",
    ),
    "key disabled": (("KMS.DisabledException", "key is disabled", 400), errors.KeyDenied, "enable"),
    "requester pays": (
        (
            "AccessDenied",
            "Bucket is requester pays bucket but no requester payer header found.",
            403,
        ),
        errors.RequesterPays,
        "Requester Pays",
    ),
    "bucket policy": (
        (
            "AccessDenied",
            WHO + 's3:GetObject on resource: "arn:aws:s3:::in/a.txt" with an explicit deny in a '
            "resource-based policy",
            403,
        ),
        errors.PolicyDenied,
        "policy",
    ),
}


def opened(code: str, message: str, status: int) -> None:
    client = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        stub.add_client_error("get_object", code, message, http_status_code=status)
        Bucket(client, "in").open("a.txt")


@pytest.mark.parametrize("name", CASES)
def test_permanent_refusals_of_s3_are_explained(name: str) -> None:
    answer, expected, way_out = CASES[name]
    with pytest.raises(expected, match=way_out) as caught:
        opened(*answer)
    assert "111122223333" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "Access Denied"),
        (
            "AccessDenied",
            WHO + "s3:GetObject because no identity-based policy allows the s3:GetObject action",
        ),
        ("InvalidRequest", "something else"),
        ("SlowDown", "Please reduce your request rate."),
    ],
)
def test_other_refusals_of_s3_are_retried(code: str, message: str) -> None:
    with pytest.raises(ClientError):
        opened(code, message, 403)
