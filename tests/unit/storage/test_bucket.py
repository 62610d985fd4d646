"""What the answers of S3 to a HEAD mean, against botocore's own model of S3."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from chalicelib.storage.bucket import Bucket, StoredObject

MODIFIED = datetime(2026, 3, 1, tzinfo=UTC)


def stubbed(client: Any, status: int, listed: list[str] | str | None = None) -> Stubber:
    """S3 that answers a HEAD with this status, and a listing with these keys or this error."""
    stub = Stubber(client)
    stub.add_client_error("head_object", str(status), http_status_code=status)
    if isinstance(listed, str):
        stub.add_client_error("list_objects_v2", listed, http_status_code=400)
    elif listed is not None:
        contents = [
            {"Key": key, "ETag": '"e"', "Size": 4, "LastModified": MODIFIED} for key in listed
        ]
        stub.add_response("list_objects_v2", {"Contents": contents, "IsTruncated": False})
    return stub


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def test_404_means_no_object(client: Any) -> None:
    with stubbed(client, 404):
        assert Bucket(client, "b").head("a.txt") is None


@pytest.mark.parametrize("status", [301, 403, 500, 503])
def test_other_errors_are_raised(client: Any, status: int) -> None:
    with stubbed(client, status), pytest.raises(ClientError):
        Bucket(client, "b").head("a.txt")


def test_400_for_expired_credentials_is_raised(client: Any) -> None:
    with stubbed(client, 400, "ExpiredToken"), pytest.raises(ClientError, match="ExpiredToken"):
        Bucket(client, "b").head("a.txt")


def test_400_for_an_impossible_key_means_no_object(client: Any) -> None:
    with stubbed(client, 400, []):
        assert Bucket(client, "b").head("../a.txt") is None
    with stubbed(client, 400, ["a.txt.bak"]):
        assert Bucket(client, "b").head("a.txt") is None


def test_400_for_an_object_with_a_customer_key_means_an_object(client: Any) -> None:
    with stubbed(client, 400, ["a.txt"]):
        assert Bucket(client, "b").head("a.txt") == StoredObject("a.txt", "e", 4, MODIFIED)
