"""Cost of queries for tables of growing size: HTTP requests, bytes read, and ratios of times.

    python -m bench.answers [--records 1000 10000 100000]

All requests of the AWS clients are counted, including retries. Times are those of the local
emulator and say nothing about AWS; only their ratios between tables are meaningful. The tables are
measured alternately, so that a busy machine affects all alike.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from chalicelib import clients
from chalicelib.records.record import Status
from chalicelib.status.answers import Answers
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.table import Records
from infra import emulator
from tests import seeding

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

SHARDS = 16
FOLDERS = 100
ROUNDS = 1000
MAX_SUMMARY_RECORDS = 100_000
"""Summaries of larger tables are measured partly: the emulator sorts a partition every time."""
BUCKET = "bench-input"


@dataclass
class Meter:
    """Counts the requests of AWS clients by service, and the bytes of response bodies."""

    requests: dict[str, int] = field(default_factory=dict)
    received: int = 0

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-send", self._on_request)
        client.meta.events.register("after-call", self._on_response)

    def _on_request(self, event_name: str, **_more: Any) -> None:
        service = event_name.split(".")[1]
        self.requests[service] = self.requests.get(service, 0) + 1

    def _on_response(self, http_response: Any, **_more: Any) -> None:
        self.received += len(http_response.content)

    def of(self, query: Callable[[], object]) -> tuple[str, int]:
        """Run the query, and return its requests as text and the bytes received."""
        self.requests, self.received = {}, 0
        query()
        counts = " + ".join(f"{count} {name}" for name, count in sorted(self.requests.items()))
        return counts, self.received


@dataclass(frozen=True)
class Table:
    """A table with `size` records, and some of their keys."""

    size: int
    answers: Answers
    keys: Sequence[str]


def key_of(number: int) -> str:
    """Return a key such as `f042/0000042.txt`; all folders have the same number of files."""
    return f"f{number % FOLDERS:03}/{number:07}.txt"


def create_table(client: "DynamoDBClient", s3: "S3Client", size: int) -> Table:
    """Create a table with `size` records, of which one in a hundred is FAILED."""
    name = f"bench-{size}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "input_key", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "input_key", "KeyType": "RANGE"},
        ],
    )
    records = (
        seeding.record(BUCKET, key_of(n), Status.FAILED if n % 100 == 7 else Status.SUCCESS)
        for n in range(size)
    )
    start = time.monotonic()
    seeding.write(client, name, SHARDS, records)
    print(f"{size:>9,} records written in {time.monotonic() - start:.0f} s", flush=True)
    keys = [key_of(n * 7919 % size) for n in range(ROUNDS)]
    s3.put_object(Bucket=BUCKET, Key=keys[0], Body=keys[0].encode())  # has the record's etag
    return Table(size, Answers(Records(client, name, SHARDS), Bucket(s3, BUCKET)), keys)


def queries(table: Table) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the measured queries with their names."""
    answers, listing = table.answers, table.answers.listing
    middle = sorted(table.keys)[ROUNDS // 2]
    yield "a key's record", lambda: answers.record(table.keys[0])
    yield "a key, all five answers", lambda: answers.about(table.keys[0])
    yield "page of 100, first", lambda: listing.page(StatusQuery(""))
    yield "page of 100, middle", lambda: listing.page(StatusQuery(""), middle)
    yield "page of 100, one folder", lambda: listing.page(StatusQuery("f042/"))
    yield "page of 100, empty", lambda: listing.page(StatusQuery("g"))
    yield "page of 1,000", lambda: listing.page(StatusQuery(""), limit=1000)
    yield "page of 100 FAILED", lambda: listing.page(StatusQuery("", Status.FAILED))
    yield "summary of one folder", lambda: listing.counts(StatusQuery("f042/"))
    if table.size <= MAX_SUMMARY_RECORDS:
        yield "summary of everything", lambda: listing.counts(StatusQuery(""))
    else:
        yield (
            "summary of everything, first step",
            lambda: listing.counts(StatusQuery(""), seconds=0),
        )


def median_times(tables: Sequence[Table], query: Callable[[Table, int], object]) -> list[float]:
    """Return the median seconds of a query for each table, measured alternately."""
    times_by_table: list[list[float]] = [[] for _ in tables]
    for number in range(ROUNDS):
        for table, times in zip(tables, times_by_table, strict=True):
            start = time.perf_counter()
            query(table, number)
            times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in times_by_table]


@contextmanager
def local_aws() -> Iterator[tuple["DynamoDBClient", "S3Client"]]:
    with emulator.running() as aws:
        os.environ.update(aws.client_environment)
        # No retries by timeout, since the emulator is slow with large tables.
        config = clients.CONFIG.merge(Config(read_timeout=600))
        s3 = boto3.client("s3", config=config)
        s3.create_bucket(Bucket=BUCKET)
        yield boto3.client("dynamodb", config=config), s3


def main() -> None:
    """Print the results as Markdown tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.answers", description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    sizes = parser.parse_args().records
    with local_aws() as (dynamodb, s3):
        tables = [create_table(dynamodb, s3, size) for size in sizes]
        meter = Meter()
        meter.watch(dynamodb)
        meter.watch(s3)
        print_costs(tables, meter)
        print_times(tables)


def print_costs(tables: Sequence[Table], meter: Meter) -> None:
    print("\n| query | " + " | ".join(f"{t.size:,} records" for t in tables) + " |")
    print("|---|" + "---|" * len(tables))
    for row in zip(*map(queries, tables), strict=True):
        costs = [meter.of(query) for _, query in row]
        cells = (f"{requests}; {received:,} bytes" for requests, received in costs)
        print(f"| {row[0][0]} | " + " | ".join(cells) + " |")


def print_times(tables: Sequence[Table]) -> None:
    medians = median_times(tables, lambda table, n: table.answers.record(table.keys[n]))
    print(f"\n| time, relative to {tables[0].size:,} records | ", end="")
    print(" | ".join(f"{t.size:,} records" for t in tables) + " |")
    print("|---|" + "---|" * len(tables))
    cells = (f"{median / medians[0]:.2f} ({median * 1000:.2f} ms)" for median in medians)
    print(f"| a key's record, median of {ROUNDS} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
