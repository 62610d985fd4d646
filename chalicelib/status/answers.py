"""The questions: what became of one file, and of all files under a prefix.

Used by the REST route and by query.py alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.records.naming import is_folder
from chalicelib.records.record import Record, Status
from chalicelib.status.answer import Answer, is_of
from chalicelib.status.listing import Listing
from chalicelib.status.location import FormerText
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.bucket import Bucket, StoredObject
from chalicelib.storage.table import Records


@dataclass(frozen=True)
class Answers:
    """Answers about one input bucket, out of its records and, where they do not do, itself.

    Only objects whose keys begin with `input_prefix` are converted.
    """

    records: Records
    bucket: Bucket
    input_prefix: str = ""

    @property
    def listing(self) -> Listing:
        """The questions about prefixes."""
        return Listing(self.records, self.bucket.name)

    def key(self, key: str) -> Record | None:
        """The record of exactly this key, of whichever upload it is: one GetItem."""
        return self._read(key, consistent=False)

    def about(self, key: str, former: FormerText | None = None) -> Answer | None:
        """What became of this file; None if there is no such file.

        `former` is another text that is meant if the PDF that was asked about is on its record,
        and not on that of this file.

        One GetItem, and one HeadObject unless the file is being converted: a finished record
        cannot tell whether the object was replaced since, and then it answers for another text.
        If the two disagree, the record is read once more, consistently, before that is said.
        """
        record = self.key(key)
        if (
            former is not None
            and not _has_pdf(record, former.output_key)
            and _has_pdf(self.key(former.key), former.output_key)
        ):
            return self.about(former.key)
        if record is not None and record.status is Status.PROCESSING:
            return Answer.of(record)
        present = self._head(key)
        if present is not None and (record is None or not is_of(record, present)):
            record = self._read(key, consistent=True)
        return self._compared(record, present)

    def matching(self, question: StatusQuery) -> Iterator[Answer]:
        """The files meant by an argument that may be a key or a prefix, given as the prefix.

        It means the file of exactly that key if there is a record of one; else all that begin
        with it; and if there are none of those, the object of that key, should there be one.
        """
        text = question.prefix
        if text and self.key(text) is not None:
            yield from self._one(question)
            return
        found = False
        for record in self.listing.all(question):
            found = True
            yield Answer.of(record)
        if text and not found:
            yield from self._one(question)

    def objects(self, prefix: str) -> Iterator[Answer]:
        """The answer about each object of the input bucket under the prefix, in key order.

        One listing request a thousand objects, and the records of the prefix beside it.
        """
        records = self.listing.all(StatusQuery(prefix))
        record = next(records, None)
        for present in self._present(prefix):
            if is_folder(present.key):
                continue
            order = present.key.encode()
            while record is not None and record.input_key.encode() < order:
                record = next(records, None)
            is_same = record is not None and record.input_key == present.key
            answer = self._compared(record if is_same else None, present)
            if answer is not None:
                yield answer

    def _read(self, key: str, *, consistent: bool) -> Record | None:
        record = self.records.get(self.bucket.name, key, consistent=consistent)
        return record.as_seen_at(datetime.now(UTC)) if record else None

    def _head(self, key: str) -> StoredObject | None:
        """The object, if it is one that is meant to be converted."""
        is_meant = key.startswith(self.input_prefix) and not is_folder(key)
        return self.bucket.head(key) if is_meant else None

    def _present(self, prefix: str) -> Iterator[StoredObject]:
        """The objects under the prefix that are meant to be converted."""
        if prefix.startswith(self.input_prefix):
            return self.bucket.list(prefix)
        return (
            self.bucket.list(self.input_prefix)
            if self.input_prefix.startswith(prefix)
            else iter(())
        )

    def _one(self, question: StatusQuery) -> Iterator[Answer]:
        answer = self.about(question.prefix)
        if answer is not None and answer.is_admitted_by(question):
            yield answer

    def _compared(self, record: Record | None, present: StoredObject | None) -> Answer | None:
        if present is None:
            return Answer.of(record) if record else None
        if record is not None and is_of(record, present):
            return Answer.of(record)
        return Answer(self.bucket.name, present.key, record, present)


def _has_pdf(record: Record | None, output_key: str) -> bool:
    return record is not None and record.output_key == output_key
