"""What an answer costs, over tables of growing size: HTTP requests, bytes read, and time as ratios.

    python -m bench.answers [--records 1000 10000 100000]

Every request that leaves the AWS client is counted where it is sent, retries too. Times are those
of the local emulator and say nothing about AWS; only their ratios between tables are of interest,
and they are measured in turns, so that a busy machine slows all alike.
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
COUNTED_WHOLE = 100_000
"""Of larger tables only a part is counted: the emulator sorts a partition for every request."""
BUCKET = "bench-input"


@dataclass
class Meter:
    """Counts requests and bytes of bodies received, by service."""

    requests: dict[str, int] = field(default_factory=dict)
    received: int = 0

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-send", self._sent)
        client.meta.events.register("after-call", self._answered)

    def _sent(self, event_name: str, **_more: Any) -> None:
        service = event_name.split(".")[1]
        self.requests[service] = self.requests.get(service, 0) + 1

    def _answered(self, http_response: Any, **_more: Any) -> None:
        self.received += len(http_response.content)

    def of(self, ask: Callable[[], object]) -> tuple[str, int]:
        """Requests and bytes received that asking took."""
        self.requests, self.received = {}, 0
        ask()
        told = " + ".join(f"{count} {name}" for name, count in sorted(self.requests.items()))
        return told, self.received


@dataclass(frozen=True)
class Table:
    """A table of so many records, and the answers out of it."""

    size: int
    answers: Answers
    keys: Sequence[str]


def key_of(number: int) -> str:
    """`f042/000123.txt`: every folder has as many files as any other."""
    return f"f{number % FOLDERS:03}/{number:07}.txt"


def made(client: "DynamoDBClient", s3: "S3Client", size: int) -> Table:
    """A new table with so many records, one in a hundred FAILED."""
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
    begun = time.monotonic()
    seeding.write(client, name, SHARDS, records)
    print(f"{size:>9,} records written in {time.monotonic() - begun:.0f} s", flush=True)
    keys = [key_of(n * 7919 % size) for n in range(ROUNDS)]
    s3.put_object(
        Bucket=BUCKET, Key=keys[0], Body=keys[0].encode()
    )  # the text that the record is of
    return Table(size, Answers(Records(client, name, SHARDS), Bucket(s3, BUCKET)), keys)


def questions(table: Table) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is asked of each table, by name."""
    answers, listing = table.answers, table.answers.listing
    middle = sorted(table.keys)[ROUNDS // 2]
    yield "a key's record", lambda: answers.key(table.keys[0])
    yield "a key, all five answers", lambda: answers.about(table.keys[0])
    yield "page of 100, first", lambda: listing.page(StatusQuery(""))
    yield "page of 100, middle", lambda: listing.page(StatusQuery(""), middle)
    yield "page of 100, one folder", lambda: listing.page(StatusQuery("f042/"))
    yield "page of 100, nothing there", lambda: listing.page(StatusQuery("g"))
    yield "page of 1,000", lambda: listing.page(StatusQuery(""), limit=1000)
    yield "page of 100 FAILED", lambda: listing.page(StatusQuery("", Status.FAILED))
    yield "summary of one folder", lambda: listing.counts(StatusQuery("f042/"))
    if table.size <= COUNTED_WHOLE:
        yield "summary of everything", lambda: listing.counts(StatusQuery(""))
    else:
        yield (
            "summary of everything, first step",
            lambda: listing.counts(StatusQuery(""), seconds=0),
        )


def compared(tables: Sequence[Table], ask: Callable[[Table, int], object]) -> list[float]:
    """Median seconds of each table, asked in turns."""
    taken: list[list[float]] = [[] for _ in tables]
    for number in range(ROUNDS):
        for table, times in zip(tables, taken, strict=True):
            begun = time.perf_counter()
            ask(table, number)
            times.append(time.perf_counter() - begun)
    return [statistics.median(times) for times in taken]


@contextmanager
def local_aws() -> Iterator[tuple["DynamoDBClient", "S3Client"]]:
    with emulator.running() as aws:
        os.environ.update(aws.client_environment)
        # A question is to be counted once, however long the emulator takes over a large table.
        config = clients.CONFIG.merge(Config(read_timeout=600))
        s3 = boto3.client("s3", config=config)
        s3.create_bucket(Bucket=BUCKET)
        yield boto3.client("dynamodb", config=config), s3


def main() -> None:
    """Print the figures as Markdown tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.answers", description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    sizes = parser.parse_args().records
    with local_aws() as (dynamodb, s3):
        tables = [made(dynamodb, s3, size) for size in sizes]
        meter = Meter()
        meter.watch(dynamodb)
        meter.watch(s3)
        print_costs(tables, meter)
        print_times(tables)


def print_costs(tables: Sequence[Table], meter: Meter) -> None:
    print("\n| question | " + " | ".join(f"{t.size:,} records" for t in tables) + " |")
    print("|---|" + "---|" * len(tables))
    for asked in zip(*map(questions, tables), strict=True):
        costs = [meter.of(ask) for _, ask in asked]
        cells = (f"{requests}; {received:,} bytes" for requests, received in costs)
        print(f"| {asked[0][0]} | " + " | ".join(cells) + " |")


def print_times(tables: Sequence[Table]) -> None:
    medians = compared(tables, lambda table, n: table.answers.key(table.keys[n]))
    print(f"\n| time, against {tables[0].size:,} records | ", end="")
    print(" | ".join(f"{t.size:,} records" for t in tables) + " |")
    print("|---|" + "---|" * len(tables))
    cells = (f"{median / medians[0]:.2f} ({median * 1000:.2f} ms)" for median in medians)
    print(f"| a key's record, median of {ROUNDS} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
