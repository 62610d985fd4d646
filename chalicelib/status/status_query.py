"""What is asked: a key, or a prefix with filters; checked before anything is looked up."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.errors import BadQuestion
from chalicelib.records.naming import MAX_KEY_BYTES
from chalicelib.records.record import Record, Status, timestamp

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class StatusQuery:
    """All files whose keys begin with `prefix`, as a raw string; an empty one means every file.

    `status` keeps those that stand there; `since`, a `records.timestamp`, those whose
    `processed_at` is not before it; `has_warnings` those with warnings.
    """

    prefix: str
    status: Status | None = None
    since: str | None = None
    has_warnings: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether some files under the prefix may be left out."""
        return self.status is not None or self.since is not None or self.has_warnings

    def admits(self, record: Record) -> bool:
        """Whether the filters let this record through; it must be as a reader may be told."""
        return (
            (self.status is None or record.status is self.status)
            and (self.since is None or record.processed_at >= self.since)
            and (record.has_warnings or not self.has_warnings)
        )


def key(text: str) -> str:
    """The text, if it can be a key; else BadQuestion."""
    if not text:
        raise BadQuestion("key", "A key is never empty; an empty prefix means every file.")
    return prefix(text, name="key")


def prefix(text: str, *, name: str = "prefix") -> str:
    """The text, if a key can begin with it; else BadQuestion."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise BadQuestion(name, f"The {name} is not text: keys are UTF-8.") from error
    if size > MAX_KEY_BYTES:
        raise BadQuestion(
            name, f"The {name} has {size} bytes, and S3 allows a key {MAX_KEY_BYTES}."
        )
    return text


def limit(text: str) -> int:
    """How many files a page may hold, from 1 to MAX_LIMIT; else BadQuestion."""
    if not re.fullmatch("[1-9][0-9]{0,3}", text) or int(text) > MAX_LIMIT:
        raise BadQuestion("limit", f"A limit is a whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def status(text: str) -> Status:
    """The status of that name; else BadQuestion."""
    try:
        return Status(text)
    except ValueError as error:
        known = ", ".join(Status)
        raise BadQuestion("status", f"A status is one of {known}, in capitals.") from error


def since(text: str) -> str:
    """A moment (ISO 8601 with a zone) or the begin of a day (UTC) as a timestamp.

    Raise BadQuestion for anything else; a `+` in a URL must be written `%2B`.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and not _DAY.fullmatch(text):
            raise BadQuestion("since", "The time lacks its zone: put Z at its end for UTC.")
        return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise BadQuestion(
            "since",
            "A time is a day like 2026-01-31 or a moment like 2026-01-31T08:00:00Z (ISO 8601); "
            "in a URL, write %2B for the plus sign of a zone.",
        ) from error
