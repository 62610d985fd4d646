"""The files that a command line selects."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.records.record import Status
from chalicelib.settings import Settings
from chalicelib.status import location, status_query
from chalicelib.status.answers import Answers
from chalicelib.status.file_status import Answer, FileStatus
from chalicelib.status.location import FormerText
from chalicelib.status.status_query import StatusQuery


@dataclass(frozen=True)
class Subject:
    """Exactly the file `key`, or, if that is None, the files that match `query`.

    The prefix of the query is then `key`, too. If neither `key` nor `is_prefix` is set, the prefix
    may also be a key. `former` is another file that may be meant if the location of a PDF is given.
    """

    key: str | None
    query: StatusQuery
    is_prefix: bool
    former: FormerText | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        key_or_prefix: str | None,
        key: str | None,
        prefix: str | None,
        status: str | None,
        since: str | None,
        has_warnings: bool = False,
    ) -> "Subject":
        """Return the subject for these options; exactly one of the first three is not None.

        `key_or_prefix`, `key` and `prefix` may be locations; `status` is the name of a Status.
        Raises BadQuestion if a value is invalid.
        """
        text = next(text for text in (key_or_prefix, key, prefix) if text is not None)
        place = location.key_of_location(text, settings)
        query = StatusQuery(
            status_query.prefix(place, name="argument"),
            Status(status) if status else None,
            status_query.since(since) if since else None,
            has_warnings,
        )
        exact_key = status_query.key(place) if key is not None else None
        return cls(exact_key, query, prefix is not None, location.former_text(text, settings))

    @property
    def text(self) -> str:
        """The key or the prefix, not as a location."""
        return self.query.prefix

    def files(self, answers: Answers) -> Iterator[Answer]:
        """Return the selected files that pass the filters, in key order.

        They are those with records. A file that is selected by its key may have an object only.
        """
        is_single = self.key is not None
        if is_single or (self.former and not self.is_prefix):
            answer = answers.about(self.text, self.former)
            is_admitted = answer is not None and answer.is_admitted_by(self.query)
            if is_single or answer is not None:
                return iter([answer] if answer and is_admitted else [])
        if self.is_prefix:
            return map(Answer.of, answers.listing.all(self.query))
        return answers.matching(self.query)

    def for_waiting(self, answers: Answers) -> Iterator[Answer]:
        """Return the selected objects of the bucket, including those without a record so far.

        The filters are not applied. A file that is selected by its key may have a record only.
        """
        if self.key is None and (self.is_prefix or answers.recorded_key(self.text) is None):
            return answers.objects(self.text)
        answer = answers.about(self.text)
        return iter([answer] if answer else [])

    def missing(self, answers: Answers) -> Iterator[Answer]:
        """Return the objects with the prefix without a record, or with one of an older upload.

        The filters are not applied.
        """
        return (a for a in answers.objects(self.text) if a.status is FileStatus.NOT_PROCESSED)
