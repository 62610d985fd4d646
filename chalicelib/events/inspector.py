"""Uploads from events without a sequencer: restored objects, S3 Batch Operations, Step Functions.

As in reconciliation, the state of the object and of its record decide whether it is converted.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.pipeline.reconciliation import is_outdated, reconciled_upload
from chalicelib.records import naming
from chalicelib.records.record import Clock, utc_now
from chalicelib.records.s3_changes import NamedObject, Upload
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.table import Records


@dataclass(frozen=True)
class Inspector:
    """Decides whether a named object must be converted; `bucket` returns the bucket of a name.

    Only keys that begin with `prefix` are converted.
    """

    records: Records
    bucket: Callable[[str], Bucket]
    prefix: str
    clock: Clock = utc_now

    def upload(self, named: NamedObject) -> Upload | None:
        """Return the upload to convert, by at most one HeadObject and one GetItem.

        None if there is no such object, if its key lacks the prefix or is that of a folder, if a
        run may be converting it, or if it was converted. Permanent failures are converted again.
        """
        if naming.is_folder(named.key) or not named.key.startswith(self.prefix):
            return None
        stored = self.bucket(named.bucket).head(named.key)
        if stored is None:
            return None
        record = self.records.get(named.bucket, named.key, consistent=True)
        if record is not None and not is_outdated(record, stored, self.clock(), failures=True):
            return None
        return reconciled_upload(named.bucket, stored, record)
