"""The status of one file, and of all files with a prefix, for the API and query.py."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.records.lease import as_seen_at
from chalicelib.records.naming import is_folder, unicode_forms
from chalicelib.records.record import Record, Status
from chalicelib.status.file_status import Answer, is_of
from chalicelib.status.listing import Listing
from chalicelib.status.location import FormerText
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.bucket import Bucket, StoredObject
from chalicelib.storage.table import Records


@dataclass(frozen=True)
class Answers:
    """The status of files of one input bucket, from its records and, where needed, its objects.

    Only objects whose keys begin with `input_prefix` and do not end in `/` are converted; others
    have no status. Records are returned as of `lease.as_seen_at`.
    """

    records: Records
    bucket: Bucket
    input_prefix: str = ""

    @property
    def listing(self) -> Listing:
        """The listing of the bucket's records by prefix."""
        return Listing(self.records, self.bucket.name)

    def record(self, key: str) -> Record | None:
        """Return the record of this key by one GetItem, or None; it may be of an older upload."""
        return self._read(key, consistent=False)

    def recorded_key(self, text: str) -> str | None:
        """Return the first form of a text that is the key of a record, or None."""
        forms = unicode_forms(text) if text else ()
        return next((form for form in forms if self.record(form) is not None), None)

    def about(self, key: str, former: FormerText | None = None) -> Answer | None:
        """Return the status of this file, or None if it has neither a record nor an object.

        `former` is another text, which is meant if the requested PDF is on its record and not on
        that of this file; this takes up to two GetItem more.

        It takes one GetItem and, unless the file is being converted, one HeadObject, since the
        object may have been replaced after the record was finished. If the two differ, the record
        is read again by a consistent read before the file is reported as NOT PROCESSED. If there
        are neither, other forms of the key are tried (`naming.unicode_forms`).
        """
        record = self.record(key)
        if (
            former is not None
            and not _has_pdf(record, former.output_key)
            and _has_pdf(self.record(former.key), former.output_key)
        ):
            return self.about(former.key)
        others = unicode_forms(key)[1:]
        answers = (self._about(form, self.record(form)) for form in others)
        return self._about(key, record) or next(filter(None, answers), None)

    def _about(self, key: str, record: Record | None) -> Answer | None:
        """Return the status of the file with exactly this key, and this record if it has one."""
        if record is not None and record.status is Status.PROCESSING:
            return Answer.of(record)
        present = self._head(key)
        if present is not None and (record is None or not is_of(record, present)):
            record = self._read(key, consistent=True)
        return self._compare(record, present)

    def matching(self, query: StatusQuery) -> Iterator[Answer]:
        """Yield the files that a query selects, if its prefix may be meant as a key instead.

        If there is a record of this key, in any form, only that file is meant; it is left out if it
        does not pass the filters. Otherwise these are the records that match the query, or, if
        there are none, the object with this key, if any. An empty prefix is never a key.
        """
        text = query.prefix
        if (key := self.recorded_key(text)) is not None:
            yield from self._single(replace(query, prefix=key))
            return
        has_records = False
        for record in self.listing.all(query):
            has_records = True
            yield Answer.of(record)
        if text and not has_records:
            yield from self._single(query)

    def objects(self, prefix: str) -> Iterator[Answer]:
        """Yield the status of each converted object in the bucket with this prefix, in key order.

        It takes one request per 1,000 objects, and a listing of the records with the prefix,
        without consistent reads.
        """
        records = self.listing.all(StatusQuery(prefix))
        record = next(records, None)
        for present in self._present(prefix):
            if is_folder(present.key):
                continue
            key = present.key.encode()
            while record is not None and record.input_key.encode() < key:
                record = next(records, None)
            is_same = record is not None and record.input_key == present.key
            answer = self._compare(record if is_same else None, present)
            if answer is not None:
                yield answer

    def _read(self, key: str, *, consistent: bool) -> Record | None:
        """Return the record of this key as users see it, or None."""
        record = self.records.get(self.bucket.name, key, consistent=consistent)
        return as_seen_at(record, datetime.now(UTC)) if record else None

    def _head(self, key: str) -> StoredObject | None:
        """Return the object of this key if it exists and is one that is converted, or None."""
        is_converted = key.startswith(self.input_prefix) and not is_folder(key)
        return self.bucket.head(key) if is_converted else None

    def _present(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects with this prefix, in any form, that are converted."""
        for form in StatusQuery(prefix).prefixes:
            if form.startswith(self.input_prefix):
                yield from self.bucket.list(form)
            elif self.input_prefix.startswith(form):
                yield from self.bucket.list(self.input_prefix)

    def _single(self, query: StatusQuery) -> Iterator[Answer]:
        """Yield the file whose key is the prefix of the query, if it exists and matches."""
        answer = self.about(query.prefix)
        if answer is not None and answer.is_admitted_by(query):
            yield answer

    def _compare(self, record: Record | None, present: StoredObject | None) -> Answer | None:
        """Return the status of a file by its record and its object, or None if it has neither."""
        if present is None:
            return Answer.of(record) if record else None
        if record is not None and is_of(record, present):
            return Answer.of(record)
        return Answer(self.bucket.name, present.key, record, present)


def _has_pdf(record: Record | None, output_key: str) -> bool:
    return record is not None and record.output_key == output_key
