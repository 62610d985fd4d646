"""Which files a command line speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.records.record import Status
from chalicelib.settings import Settings
from chalicelib.status import location, status_query
from chalicelib.status.answer import Answer, FileStatus
from chalicelib.status.answers import Answers
from chalicelib.status.status_query import StatusQuery


@dataclass(frozen=True)
class Subject:
    """Exactly the file `key`; or, if that is None, the files of a prefix.

    Unless `is_prefix`, what is given as the prefix may be a key as well.
    """

    key: str | None
    question: StatusQuery
    is_prefix: bool

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        either: str | None,
        key: str | None,
        prefix: str | None,
        status: str | None,
        since: str | None,
        has_warnings: bool = False,
    ) -> "Subject":
        """The subject that these arguments name, of which one is given; else BadQuestion."""
        given = next(text for text in (either, key, prefix) if text is not None)
        place = location.key_of_location(given, settings)
        asked = StatusQuery(
            status_query.prefix(place, name="argument"),
            Status(status) if status else None,
            status_query.since(since) if since else None,
            has_warnings,
        )
        exactly = status_query.key(place) if key is not None else None
        return cls(exactly, asked, prefix is not None)

    @property
    def text(self) -> str:
        """The key or the prefix."""
        return self.question.prefix

    def found(self, answers: Answers) -> Iterator[Answer]:
        """What became of them."""
        if self.key is not None:
            answer = answers.about(self.key)
            is_meant = answer is not None and answer.is_admitted_by(self.question)
            return iter([answer] if answer and is_meant else [])
        if self.is_prefix:
            return map(Answer.of, answers.listing.all(self.question))
        return answers.matching(self.question)

    def awaited(self, answers: Answers) -> Iterator[Answer]:
        """What became of the objects in the bucket: unlike `found`, with those not recorded yet."""
        if self.key is None and (self.is_prefix or not self._is_recorded(answers)):
            return answers.objects(self.text)
        answer = answers.about(self.text)
        return iter([answer] if answer else [])

    def missing(self, answers: Answers) -> Iterator[Answer]:
        """Those objects of the bucket of which there is no record, or one of an older upload."""
        return (a for a in answers.objects(self.text) if a.status is FileStatus.NOT_PROCESSED)

    def _is_recorded(self, answers: Answers) -> bool:
        return bool(self.text) and answers.key(self.text) is not None
