"""Queries for the status of files: a prefix with filters, and the parsing of their values.

The API and query.py validate what users enter with these functions, before any request to AWS.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.errors import BadQuestion
from chalicelib.records import naming
from chalicelib.records.naming import MAX_KEY_BYTES
from chalicelib.records.record import Record, Status, timestamp
from chalicelib.settings import Settings
from chalicelib.status import location

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
"""Default and maximum number of files on a page."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class StatusQuery:
    """A query for the files whose keys begin with `prefix`, which may be empty, with filters.

    Keys that begin with its composed or decomposed form (`naming.unicode_forms`) match, too.
    `status` selects files with this status, `since` those whose `processed_at` is equal or later (a
    string as of `record.timestamp`), and `has_warnings`, if set, those with warnings.
    """

    prefix: str
    status: Status | None = None
    since: str | None = None
    has_warnings: bool = False

    @classmethod
    def parse(
        cls, prefix_text: str, status_text: str | None, since_text: str | None, settings: Settings
    ) -> "StatusQuery":
        """Return the query for these values of a request; None means no filter.

        The prefix may be a location (`s3://bucket/prefix`). Raises BadQuestion if a value is
        invalid.
        """
        return cls(
            prefix(location.key_of_location(prefix_text, settings, name="prefix")),
            None if status_text is None else status(status_text),
            None if since_text is None else since(since_text),
        )

    @property
    def prefixes(self) -> list[str]:
        """The forms of the prefix that keys may begin with, in the order of keys."""
        return sorted(naming.unicode_forms(self.prefix), key=str.encode)

    @property
    def is_filtered(self) -> bool:
        """Whether the query has any filter besides the prefix."""
        return self.status is not None or self.since is not None or self.has_warnings

    def admits(self, record: Record) -> bool:
        """Return whether a record passes the filters; its key is not compared with the prefix.

        The record must be as of `lease.as_seen_at`.
        """
        return (
            (self.status is None or record.status is self.status)
            and (self.since is None or record.processed_at >= self.since)
            and (record.has_warnings or not self.has_warnings)
        )


def key(text: str) -> str:
    """Return the text, as `prefix` does, if it may be a key. Raises BadQuestion if it is none."""
    if not text:
        raise BadQuestion("key", "The key is empty: give a key, or an empty prefix for all files.")
    return prefix(text, name="key")


def prefix(text: str, *, name: str = "prefix") -> str:
    """Return the text if it may be a prefix of a key, which may be empty.

    If it is longer than MAX_KEY_BYTES, its composed form may be one. Raises BadQuestion, about the
    parameter `name`, if that is too long as well, or if the text is not valid Unicode.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise BadQuestion(name, f"The {name} is not valid Unicode: keys are UTF-8.") from error
    forms = naming.unicode_forms(text)
    if not forms:
        raise BadQuestion(
            name, f"The {name} has {size} bytes, and keys in S3 have at most {MAX_KEY_BYTES}."
        )
    return forms[0]


def limit(text: str) -> int:
    """Return the maximum number of files on a page from its decimal digits.

    Raises BadQuestion unless it is a whole number from 1 to MAX_LIMIT.
    """
    if not re.fullmatch("[1-9][0-9]{0,3}", text) or int(text) > MAX_LIMIT:
        raise BadQuestion("limit", f"A limit is a whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def status(text: str) -> Status:
    """Return the status of this name, in capitals. Raises BadQuestion if there is none."""
    try:
        return Status(text)
    except ValueError as error:
        known = ", ".join(Status)
        raise BadQuestion("status", f"A status is one of {known}, in capitals.") from error


def since(text: str) -> str:
    """Return a time (ISO 8601 with a time zone), or the start of a day in UTC, as a timestamp.

    A day is written like 2026-01-31. Raises BadQuestion for anything else. A `+` in a URL must be
    written as `%2B`.
    """
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None and not _DAY.fullmatch(text):
            raise BadQuestion("since", "The time has no time zone: append Z for UTC.")
        return timestamp(time if time.tzinfo else time.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise BadQuestion(
            "since",
            "A time is a day like 2026-01-31 or a time like 2026-01-31T08:00:00Z (ISO 8601); "
            "in a URL, write %2B for the plus sign of a time zone.",
        ) from error
