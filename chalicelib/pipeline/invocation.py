"""One invocation and its bounds: when Lambda would kill it, and what is stopped before that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.converter import Progress
from chalicelib.errors import OutOfTime, TooLarge, TooManyPages
from chalicelib.records.record import Clock, utc_now

LEASE_GRACE = timedelta(seconds=2)
"""How long a claim outlives the run's deadline: Lambda was seen to kill a run 0.7 s after it."""

RESERVE = 10
"""One part in so many of a run's time is kept for storing the PDF and finishing the record."""


@dataclass(frozen=True)
class Invocation:
    """One invocation: its request id, its start, and the moment at which Lambda would kill it."""

    id: str
    started: datetime
    deadline: datetime

    @classmethod
    def of(cls, context: Any, clock: Clock = utc_now) -> "Invocation":
        """The run that this Lambda context belongs to."""
        now = clock()
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        return cls(context.aws_request_id, now, now + left)

    @property
    def lease_until(self) -> datetime:
        """When the run is surely dead, and another may take its upload over."""
        return self.deadline + LEASE_GRACE

    @property
    def convert_until(self) -> datetime:
        """When converting has to be over."""
        return self.deadline - (self.deadline - self.started) / RESERVE


@dataclass(frozen=True)
class Bounds:
    """What one conversion may use. All of them are permanent failures: trying again is no help."""

    run: Invocation
    clock: Clock
    max_bytes: int
    max_pages: int

    def check_size(self, size: int | None) -> None:
        """Raise TooLarge for more bytes than are converted."""
        if size is not None and size > self.max_bytes:
            raise TooLarge(
                f"The file has {size:,} bytes, and no more than {self.max_bytes:,} are converted: "
                "split it, or raise MAX_BYTES."
            )

    def check_pages(self, pages: int) -> None:
        """Raise TooManyPages for more pages than a PDF may have."""
        if pages > self.max_pages:
            raise TooManyPages(
                f"The PDF would have more than {self.max_pages:,} pages: "
                "split the file, or raise MAX_PAGES."
            )

    def check(self, progress: Progress) -> None:
        """Called again and again while converting; raise TooManyPages or OutOfTime."""
        self.check_pages(progress.pages)
        if self.clock() >= self.run.convert_until:
            limit = (self.run.deadline - self.run.started).total_seconds()
            raise OutOfTime(
                f"The conversion could not be finished within the {limit:,.0f} s that the function "
                f"is given ({progress.pages:,} pages were done): split the file, or raise "
                "`lambda_timeout` of `convert` in .chalice/config.json (900 s at most)."
            )
