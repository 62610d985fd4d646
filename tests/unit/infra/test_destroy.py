"""Deletion of the objects in a stage's buckets, checked against botocore's model of S3."""

import boto3
import pytest
from botocore.stub import Stubber

from infra import destroy
from infra.explanation import StageError


def test_a_page_of_versions_takes_one_request_and_an_error_names_the_object() -> None:
    client = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    versions = [(f"{number}.txt", "v") for number in range(1000)]
    objects = [{"Key": key, "VersionId": version} for key, version in versions]
    request = {"Bucket": "in", "Delete": {"Objects": objects, "Quiet": True}}
    with Stubber(client) as stub:
        stub.add_response("delete_objects", {}, request)
        destroy._delete_versions(client, "in", versions)
        stub.add_response(
            "delete_objects", {"Errors": [{"Key": "7.txt", "Code": "AccessDenied"}]}, request
        )
        with pytest.raises(StageError, match=r"7\.txt.*AccessDenied"):
            destroy._delete_versions(client, "in", versions)
        stub.assert_no_pending_responses()


def test_an_empty_page_takes_no_request() -> None:
    client = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client):
        destroy._delete_versions(client, "in", [])
