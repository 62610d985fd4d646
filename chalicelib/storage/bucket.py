"""Buckets: where text is read from, and where PDFs are stored.

Source of the conditional writes: S3 User Guide, 'How to prevent object overwrites with
conditional writes'.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from botocore.exceptions import ClientError

from chalicelib.errors import ObjectGone
from chalicelib.storage import unreadable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


PAGE = 1000
"""Objects a request lists: the most that S3 allows."""


class Conflict(Exception):
    """The output object is not in the state that the write was conditional on."""


@dataclass(frozen=True)
class OpenObject:
    """An input object opened for reading; `etag` and `version_id` are of what is being read."""

    body: BinaryIO
    etag: str
    size: int
    version_id: str | None = None
    charset: str | None = None
    language: str | None = None
    content_encoding: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredObject:
    """An object that is in a bucket; `size` in bytes. A listing does not tell the `version_id`."""

    key: str
    etag: str
    size: int
    modified_at: datetime
    version_id: str | None = None


class Bucket:
    """One S3 bucket: heads, lists, opens and stores its objects."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self.name = name

    def head(self, key: str) -> StoredObject | None:
        """Return the object as it is now, or None if there is none: one HeadObject.

        Raise ClientError for anything but 404. The answer to a HEAD has no body, so a 400 may be
        an expired credential, an object under a key of the customer's own (SSE-C), or a text that
        no object can have as its key: a listing of that key tells which.
        """
        try:
            answer = self._client.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:
                return None
            if status != 400:
                raise
            found, _ = self.page(key, None, 1)
            return next((one for one in found if one.key == key), None)
        return StoredObject(
            key,
            answer["ETag"].strip('"'),
            answer["ContentLength"],
            answer["LastModified"],
            answer.get("VersionId"),
        )

    def page(
        self, prefix: str, after: str | None, limit: int = PAGE
    ) -> tuple[list[StoredObject], bool]:
        """Return up to `limit` objects after a key, and whether more follow: one ListObjectsV2."""
        start: dict[str, Any] = {} if after is None else {"StartAfter": after}
        answer = self._client.list_objects_v2(
            Bucket=self.name, Prefix=prefix, MaxKeys=limit, **start
        )
        found = [
            StoredObject(one["Key"], one["ETag"].strip('"'), one["Size"], one["LastModified"])
            for one in answer.get("Contents", [])
        ]
        return found, answer["IsTruncated"]

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose keys begin with `prefix`, in key order: one request a thousand.

        Source of the order: S3 API Reference, ListObjectsV2 (UTF-8 binary order).
        """
        after: str | None = None
        more = True
        while more:
            found, more = self.page(prefix, after)
            yield from found
            after = found[-1].key if found else after

    def open(self, key: str, version_id: str | None = None) -> OpenObject:
        """Open this version of an object, or the current one if None: one GetObject.

        Raise ObjectGone if there is none, and another PermanentError if it cannot be read.
        """
        version: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        try:
            answer = self._client.get_object(Bucket=self.name, Key=key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchVersion"}:
                raise ObjectGone(
                    "The file was deleted before it could be read: upload it again."
                ) from error
            if permanent := unreadable.cause(error):
                raise permanent from error
            raise
        return OpenObject(
            body=cast("BinaryIO", answer["Body"]),
            etag=answer["ETag"].strip('"'),
            size=answer["ContentLength"],
            version_id=answer.get("VersionId"),
            charset=charset(answer.get("ContentType", "")),
            language=answer.get("ContentLanguage"),
            content_encoding=answer.get("ContentEncoding"),
            metadata=answer["Metadata"],
        )

    def put(self, key: str, pdf: BinaryIO, expected_etag: str | None) -> str:
        """Store a PDF if the object still has `expected_etag`, or is absent if that is None.

        One PutObject; the new etag. Raise Conflict if the condition did not hold.
        """
        condition: dict[str, Any] = (
            {"IfMatch": f'"{expected_etag}"'} if expected_etag else {"IfNoneMatch": "*"}
        )
        pdf.seek(0)
        try:
            answer = self._client.put_object(
                Bucket=self.name, Key=key, Body=pdf, ContentType="application/pdf", **condition
            )
        except ClientError as error:
            # 404: an If-Match on an object that was deleted meanwhile.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 409, 412} and (
                error.response["Error"]["Code"] != "NoSuchBucket"
            ):
                raise Conflict from error
            raise
        return answer["ETag"].strip('"')


def charset(content_type: str) -> str | None:
    """The charset parameter of a Content-Type (RFC 9110, 8.3), if it has one."""
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset()
