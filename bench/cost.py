"""The cost of a million files for docs/cost.md: measured CPU time and sizes, times list prices.

python -m bench.cost

CPU time is that of a warm function, without a cold start, on one core of this machine; Lambda's may
be faster or slower.
"""

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.corpus import corpus
from chalicelib.converter import Source, convert

MILLION, GB = 1_000_000, 1_000_000_000
SIZES = {"1 kB": 1_000, "100 kB": 100_000, "1 MB": 1_000_000, "10 MB": 10_000_000}
MEASURING_SECONDS = 5
MEMORY_GB = 1769 / 1024
CALLS_SECONDS = 0.1
"""Assumed time of the four AWS calls of a conversion, which only an account can show."""
LOG_BYTES = 1_200
"""Measured on a stage of the local AWS: our line of 950 bytes, and three lines of Lambda."""
# List prices of us-east-1 in dollars.
GB_SECOND, GB_SECOND_ARM64 = 0.0000166667, 0.0000133334
REQUEST = 0.20 / MILLION
PUT, GET = 0.005 / 1000, 0.0004 / 1000
WRITE = 0.625 / MILLION
LOG_GB, STORED_GB_MONTH = 0.50, 0.023


@dataclass(frozen=True)
class Cost:
    """Sizes of a file and its PDF in bytes, and CPU seconds of the conversion."""

    text: int
    pdf: int
    cpu: float

    def time(self, gb_second: float = GB_SECOND) -> float:
        """Return dollars for the function's time, at a price per gigabyte-second."""
        return (self.cpu + CALLS_SECONDS) * MEMORY_GB * gb_second

    def once(self, gb_second: float = GB_SECOND) -> float:
        """Return dollars for the conversion; a record of up to 1 kB is one unit a write."""
        others = REQUEST + 2 * PUT + GET + 2 * WRITE + LOG_BYTES / GB * LOG_GB
        return self.time(gb_second) + others

    @property
    def stored(self) -> float:
        """Gigabytes of storage for text and PDF."""
        return (self.text + self.pdf) / GB


ROWS: dict[str, Callable[[Cost], str]] = {
    "CPU a file, measured, s": lambda c: f"{c.cpu:.3f}",
    "PDF a file, measured, kB": lambda c: _figure(c.pdf / 1000),
    "Lambda time": lambda c: _dollars(c.time() * MILLION),
    "Lambda requests": lambda _: _dollars(REQUEST * MILLION),
    "S3: your upload, our GET, our PUT": lambda _: _dollars((2 * PUT + GET) * MILLION),
    "DynamoDB: two writes": lambda _: _dollars(2 * WRITE * MILLION),
    "Logs": lambda _: _dollars(LOG_BYTES / GB * LOG_GB * MILLION),
    "once": lambda c: _dollars(c.once() * MILLION),
    "once, on arm64 if it takes as long": lambda c: _dollars(c.once(GB_SECOND_ARM64) * MILLION),
    "storage of text and PDF, GB": lambda c: _figure(c.stored * MILLION),
    "a month": lambda c: _dollars(c.stored * MILLION * STORED_GB_MONTH),
}


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def measure(path: Path) -> Cost:
    """Convert the file repeatedly for some seconds, and return the median, without the first."""
    body = path.read_bytes()
    source = Source("a.txt", datetime.now(UTC), "a")
    pdf = io.BytesIO()
    convert(io.BytesIO(body), pdf, source)
    times: list[float] = []
    deadline = time.monotonic() + MEASURING_SECONDS
    while len(times) < 3 or time.monotonic() < deadline:
        start = time.process_time()
        convert(io.BytesIO(body), io.BytesIO(), source)
        times.append(time.process_time() - start)
    return Cost(len(body), len(pdf.getvalue()), statistics.median(times))


def main() -> None:
    """Measure the costs, and print them as a Markdown table."""
    with tempfile.TemporaryDirectory() as folder:
        costs = [measure(corpus(Path(folder), "ascii", size)) for size in SIZES.values()]
    print("| a million files of |", " | ".join(SIZES), "|")
    print("|---" * (len(SIZES) + 1) + "|")
    for name, row in ROWS.items():
        print(f"| {name} |", " | ".join(row(cost) for cost in costs), "|")


if __name__ == "__main__":
    main()
