"""S3 buckets, from which texts are read and in which PDFs are stored.

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


MAX_LISTED_OBJECTS = 1000
"""Maximum objects per ListObjectsV2 request (S3 API Reference)."""


class Conflict(Exception):
    """The condition of a write did not hold, or another write to the object was under way."""


@dataclass(frozen=True)
class OpenObject:
    """An input object opened for reading; `size` is in bytes.

    `etag` and `version_id` are those of the object that is being read.
    """

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
    """An object in a bucket; `size` is in bytes. Listings do not have the `version_id`."""

    key: str
    etag: str
    size: int
    modified_at: datetime
    version_id: str | None = None


class Bucket:
    """An S3 bucket, whose objects can be listed, inspected, read and written."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self.name = name

    def head(self, key: str) -> StoredObject | None:
        """Return the current object of this key by one HeadObject, or None if there is none.

        None also if there is no such bucket. The response to a HEAD request has no body, so a 400
        may mean an expired credential, an object with a customer-provided key (SSE-C), or an
        invalid key. A second request, which lists the key, tells them apart. Raises ClientError for
        any other error.
        """
        try:
            response = self._client.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:
                return None
            if status != 400:
                raise
            objects, _ = self.page(key, None, 1)
            return next((listed for listed in objects if listed.key == key), None)
        return StoredObject(
            key,
            response["ETag"].strip('"'),
            response["ContentLength"],
            response["LastModified"],
            response.get("VersionId"),
        )

    def page(
        self, prefix: str, after: str | None, limit: int = MAX_LISTED_OBJECTS
    ) -> tuple[list[StoredObject], bool]:
        """Return up to `limit` objects whose keys begin with `prefix`, and whether more follow.

        They are those after the string `after`, which need not be a key; None begins with the
        first. It takes one ListObjectsV2 request, so `limit` is at most MAX_LISTED_OBJECTS.
        """
        start: dict[str, Any] = {} if after is None else {"StartAfter": after}
        response = self._client.list_objects_v2(
            Bucket=self.name, Prefix=prefix, MaxKeys=limit, **start
        )
        objects = [
            StoredObject(
                entry["Key"], entry["ETag"].strip('"'), entry["Size"], entry["LastModified"]
            )
            for entry in response.get("Contents", [])
        ]
        return objects, response["IsTruncated"]

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose keys begin with `prefix`, in UTF-8 binary order of their keys.

        It takes one request per 1,000 objects. Source of the order: S3 API Reference,
        ListObjectsV2.
        """
        after: str | None = None
        more = True
        while more:
            objects, more = self.page(prefix, after)
            yield from objects
            after = objects[-1].key if objects else after

    def open(self, key: str, version_id: str | None = None) -> OpenObject:
        """Open this version of an object, or the current one if None, by one GetObject.

        The caller closes its body. Raises ObjectGone if the object does not exist, another
        PermanentError if it certainly cannot be read, and ClientError if a retry may help.
        """
        version: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        try:
            response = self._client.get_object(Bucket=self.name, Key=key, **version)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchVersion"}:
                raise ObjectGone(
                    "The file was deleted before it could be read: upload it again."
                ) from error
            if permanent := unreadable.cause(error):
                raise permanent from error
            raise
        return OpenObject(
            body=cast("BinaryIO", response["Body"]),
            etag=response["ETag"].strip('"'),
            size=response["ContentLength"],
            version_id=response.get("VersionId"),
            charset=charset(response.get("ContentType", "")),
            language=response.get("ContentLanguage"),
            content_encoding=response.get("ContentEncoding"),
            metadata=response["Metadata"],
        )

    def put(self, key: str, pdf: BinaryIO, expected_etag: str | None) -> str:
        """Store the bytes of `pdf`, from its start, by one PutObject, and return the object's etag.

        The object must have `expected_etag`, or must not exist if that is None. Raises Conflict if
        this condition does not hold or another write to the object is under way.
        """
        condition: dict[str, Any] = (
            {"IfMatch": f'"{expected_etag}"'} if expected_etag else {"IfNoneMatch": "*"}
        )
        pdf.seek(0)
        try:
            response = self._client.put_object(
                Bucket=self.name, Key=key, Body=pdf, ContentType="application/pdf", **condition
            )
        except ClientError as error:
            # 404 is the response to If-Match if the object was deleted meanwhile.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {404, 409, 412} and (
                error.response["Error"]["Code"] != "NoSuchBucket"
            ):
                raise Conflict from error
            raise
        return response["ETag"].strip('"')


def charset(content_type: str) -> str | None:
    """Return the charset parameter of a Content-Type (RFC 9110, 8.3) in lower case, or None."""
    message = Message()
    message["Content-Type"] = content_type
    return message.get_content_charset()
