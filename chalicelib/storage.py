"""The two buckets: where text is read from and where PDFs are stored.

Source of the conditional writes: S3 User Guide, 'How to prevent object overwrites with
conditional writes'.
"""

from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import ClientError

from chalicelib.errors import ObjectGone
from chalicelib.notification import Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Conflict(Exception):
    """The output object is not in the state that the write was conditional on."""


@dataclass(frozen=True)
class Opened:
    """An input object opened for reading; `etag` and `version_id` are of what is being read."""

    body: BinaryIO
    etag: str
    size: int
    version_id: str | None = None
    charset: str | None = None
    language: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredObject:
    """An object that is in a bucket; `size` in bytes. A listing does not tell the `version_id`."""

    key: str
    etag: str
    size: int
    modified_at: datetime
    version_id: str | None = None


class Source:
    """The input bucket."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def open(self, upload: Upload) -> Opened:
        """Open the version that the event names, else the current object: one GetObject.

        Raise ObjectGone if there is none.
        """
        version: dict[str, Any] = {"VersionId": upload.version_id} if upload.version_id else {}
        try:
            answer = self._client.get_object(Bucket=upload.bucket, Key=upload.key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchVersion"}:
                raise ObjectGone(
                    "The file was deleted before it could be read: upload it again."
                ) from error
            raise
        return Opened(
            body=cast("BinaryIO", answer["Body"]),
            etag=answer["ETag"].strip('"'),
            size=answer["ContentLength"],
            version_id=answer.get("VersionId"),
            charset=charset(answer.get("ContentType", "")),
            language=answer.get("ContentLanguage"),
            metadata=answer["Metadata"],
        )

    def exists(self, bucket: str, key: str) -> bool:
        """Whether there is an object now: one HeadObject."""
        return head(self._client, bucket, key) is not None


class Listing:
    """The input bucket's keys, in the order of their UTF-8 bytes."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def page(
        self, bucket: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[StoredObject], bool]:
        """Up to `limit` objects after a key, and whether more follow: one ListObjectsV2."""
        return _listed(self._client, bucket, prefix, after, limit)


class Sink:
    """The output bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def put(self, key: str, pdf: BinaryIO, expected_etag: str | None) -> str:
        """Store the PDF if the object still has `expected_etag`, or is absent if that is None.

        One PutObject; the new etag. Raise Conflict if the condition did not hold.
        """
        condition: dict[str, Any] = (
            {"IfMatch": f'"{expected_etag}"'} if expected_etag else {"IfNoneMatch": "*"}
        )
        pdf.seek(0)
        try:
            answer = self._client.put_object(
                Bucket=self.bucket, Key=key, Body=pdf, ContentType="application/pdf", **condition
            )
        except ClientError as error:
            # 404: an If-Match on an object that was deleted meanwhile.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 409, 412} and (
                error.response["Error"]["Code"] != "NoSuchBucket"
            ):
                raise Conflict from error
            raise
        return answer["ETag"].strip('"')

    def etag(self, key: str) -> str | None:
        """The etag that the output object has now, or None if there is none: one HeadObject."""
        found = head(self._client, self.bucket, key)
        return found.etag if found else None


def head(client: "S3Client", bucket: str, key: str) -> StoredObject | None:
    """Return the object as it is now, or None if there is none: one HeadObject.

    Raise ClientError for anything but 404. The answer to a HEAD has no body, so a 400 may be an
    expired credential, an object under a key of the customer's own (SSE-C), or a text that no
    object can have as its key: a listing of that key tells which.
    """
    try:
        answer = client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return None
        if status != 400:
            raise
        found, _ = _listed(client, bucket, key, None, 1)
        return next((one for one in found if one.key == key), None)
    return StoredObject(
        key,
        answer["ETag"].strip('"'),
        answer["ContentLength"],
        answer["LastModified"],
        answer.get("VersionId"),
    )


def _listed(
    client: "S3Client", bucket: str, prefix: str, after: str | None, limit: int
) -> tuple[list[StoredObject], bool]:
    start: dict[str, Any] = {} if after is None else {"StartAfter": after}
    answer = client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=limit, **start)
    found = [
        StoredObject(one["Key"], one["ETag"].strip('"'), one["Size"], one["LastModified"])
        for one in answer.get("Contents", [])
    ]
    return found, answer["IsTruncated"]


def charset(content_type: str) -> str | None:
    """The charset parameter of a Content-Type (RFC 9110, 8.3), if it has one."""
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset()
