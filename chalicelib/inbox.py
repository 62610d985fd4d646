"""The input bucket, as the answers see it: which objects are there now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Present:
    """An object that is in the input bucket; a listing does not tell the `version_id`."""

    key: str
    etag: str
    size: int
    uploaded_at: datetime
    version_id: str | None = None


class Inbox:
    """The objects of one bucket whose keys begin with `input_prefix`: only they are converted."""

    def __init__(self, client: "S3Client", bucket: str, input_prefix: str = "") -> None:
        self._client = client
        self.bucket = bucket
        self.input_prefix = input_prefix

    def head(self, key: str) -> Present | None:
        """The object as it is now, or None: one HeadObject.

        S3 answers 400 for the few texts that no object can have as its key.
        """
        try:
            head = self._client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 404}:
                return None
            raise
        return Present(
            key,
            head["ETag"].strip('"'),
            head["ContentLength"],
            head["LastModified"],
            head.get("VersionId"),
        )

    def list(self, prefix: str) -> Iterator[Present]:
        """Objects whose keys begin with `prefix`, in key order: one request a thousand.

        Source of the order: S3 API Reference, ListObjectsV2 (UTF-8 binary order).
        """
        narrower = max(prefix, self.input_prefix, key=len)
        if not (narrower.startswith(prefix) and narrower.startswith(self.input_prefix)):
            return
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=narrower
        )
        for page in pages:
            for item in page.get("Contents", []):
                yield Present(
                    item["Key"], item["ETag"].strip('"'), item["Size"], item["LastModified"]
                )
