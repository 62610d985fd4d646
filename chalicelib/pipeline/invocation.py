"""An invocation of a Lambda function, with its deadline, and the limits of a conversion."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.converter import Progress
from chalicelib.errors import OutOfTime, TooLarge, TooManyPages
from chalicelib.records.record import Clock, utc_now

LEASE_GRACE = timedelta(seconds=2)
"""Time between the deadline of a run and the end of its lease.

Lambda was observed to kill a run 0.7 s after its deadline.
"""

RESERVE_DIVISOR = 10
"""1/10 of the time of a run is reserved for storing the PDF and finishing the record."""


@dataclass(frozen=True)
class Invocation:
    """One invocation: its request id, its start time, and the deadline at which Lambda kills it."""

    id: str
    started: datetime
    deadline: datetime

    @classmethod
    def of(cls, context: Any, clock: Clock = utc_now) -> "Invocation":
        """Return the invocation that a Lambda context object belongs to.

        It counts as started now, by `clock`.
        """
        now = clock()
        remaining = timedelta(milliseconds=context.get_remaining_time_in_millis())
        return cls(context.aws_request_id, now, now + remaining)

    @property
    def lease_until(self) -> datetime:
        """The time after which the run is certainly dead, and another may take over its upload."""
        return self.deadline + LEASE_GRACE

    @property
    def convert_until(self) -> datetime:
        """The time at which conversion must end, so that the result can still be stored.

        It leaves 1/RESERVE_DIVISOR of the time from the start to the deadline.
        """
        return self.deadline - (self.deadline - self.started) / RESERVE_DIVISOR


@dataclass(frozen=True)
class Bounds:
    """Limits of one conversion. Exceeding one is a permanent failure, since a retry cannot help."""

    invocation: Invocation
    clock: Clock
    max_bytes: int
    max_pages: int

    def check_size(self, size: int | None) -> None:
        """Raise TooLarge if the object has more than `max_bytes` bytes; None is an unknown size."""
        if size is not None and size > self.max_bytes:
            raise TooLarge(
                f"The file has {size:,} bytes, and the limit is {self.max_bytes:,}: "
                "split the file, or raise MAX_BYTES."
            )

    def check_text_size(self, size: int) -> None:
        """Raise TooLarge if the text of a compressed file has more than `max_bytes` bytes.

        `size` is the number of bytes decompressed so far.
        """
        if size > self.max_bytes:
            raise TooLarge(
                f"The text has more than {self.max_bytes:,} bytes once it is decompressed, and no "
                "more are converted: split it, or raise MAX_BYTES."
            )

    def check_pages(self, pages: int) -> None:
        """Raise TooManyPages if there are more than `max_pages` pages."""
        if pages > self.max_pages:
            raise TooManyPages(
                f"The PDF would have more than {self.max_pages:,} pages: "
                "split the file, or raise MAX_PAGES."
            )

    def check(self, progress: Progress) -> None:
        """Raise TooManyPages above `max_pages` pages, or OutOfTime from `convert_until` on.

        The converter calls this regularly with its progress.
        """
        self.check_pages(progress.pages)
        if self.clock() >= self.invocation.convert_until:
            limit = (self.invocation.deadline - self.invocation.started).total_seconds()
            raise OutOfTime(
                f"The conversion could not be finished within the {limit:,.0f} s that the function "
                f"is given ({progress.pages:,} pages were done): split the file, or raise "
                "`lambda_timeout` of `convert` in .chalice/config.json (900 s at most)."
            )
