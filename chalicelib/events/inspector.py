"""Objects that somebody names without their place in the order of events.

S3 names a restored object so, S3 Batch Operations and Step Functions those of a list. Each is
looked at as reconciling looks at a listed one: its object and its record decide whether it is
converted.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.pipeline.reconciliation import is_behind, upload_of
from chalicelib.records import naming
from chalicelib.records.record import Clock, utc_now
from chalicelib.records.s3_changes import NamedObject, Upload
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.table import Records


@dataclass(frozen=True)
class Inspector:
    """Finds out whether a named object is to be converted; `bucket` gives the bucket of a name."""

    records: Records
    bucket: Callable[[str], Bucket]
    prefix: str
    clock: Clock = utc_now

    def upload(self, named: NamedObject) -> Upload | None:
        """Return the upload to convert: one HeadObject and one GetItem.

        None if there is no such object, if it is none of the stage's, or if its record is true.
        """
        if naming.is_folder(named.key) or not named.key.startswith(self.prefix):
            return None
        stored = self.bucket(named.bucket).head(named.key)
        if stored is None:
            return None
        record = self.records.get(named.bucket, named.key, consistent=True)
        if record is not None and not is_behind(record, stored, self.clock(), failures=True):
            return None
        return upload_of(named.bucket, stored, record)
