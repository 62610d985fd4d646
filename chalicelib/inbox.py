"""The input bucket, as the answers see it: which objects are there now."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.storage import Listing, StoredObject, head

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = 1000
"""Objects a request lists: the most that S3 allows."""


class Inbox:
    """The objects of one bucket whose keys begin with `input_prefix`: only they are converted."""

    def __init__(self, client: "S3Client", bucket: str, input_prefix: str = "") -> None:
        self._client = client
        self.bucket = bucket
        self.input_prefix = input_prefix

    def head(self, key: str) -> StoredObject | None:
        """Return the object as it is now, or None: one HeadObject."""
        return head(self._client, self.bucket, key)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose keys begin with `prefix`, in key order: one request a thousand.

        Source of the order: S3 API Reference, ListObjectsV2 (UTF-8 binary order).
        """
        narrower = max(prefix, self.input_prefix, key=len)
        if not (narrower.startswith(prefix) and narrower.startswith(self.input_prefix)):
            return
        listing = Listing(self._client)
        after: str | None = None
        more = True
        while more:
            found, more = listing.page(self.bucket, narrower, after, PAGE)
            yield from found
            after = found[-1].key if found else after
