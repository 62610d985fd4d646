"""Cost of reconciling a bucket: measured calls and read units, and estimates for larger buckets.

    python -m bench.backfill [--objects 1000 10000]

All requests of the AWS clients are counted. The time is the CPU time of this process, since the
emulator's says nothing about AWS; the time of AWS calls is an assumption, which is printed with the
table.
"""

import argparse
import math
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from bench.answers import BUCKET, SHARDS, Meter, key_of
from chalicelib import clients
from chalicelib.pipeline.reconciliation import (
    MAX_EVENT_FILES,
    SCHEDULED_RANGES,
    ReconcileRequest,
    Reconciliation,
    Tally,
)
from chalicelib.records.record import timestamp
from chalicelib.records.s3_changes import Change, reconcile_event
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.key_ranges import Divider
from chalicelib.storage.table import Records
from infra import emulator
from tests import seeding

TABLE = "bench-backfill"
PAGE = 1_000
SECONDS_PER_PAGE = 0.6
"""Measured CPU time on one CPU, as `reconcile` has, plus an assumed 0.15 s for a listing and 16
parallel queries in Lambda."""
GB_SECOND = 0.0000166667
GB = 1769 / 1024
RECORD_KB = 0.69
UNITS_PER_PAGE = SHARDS * math.ceil(PAGE / SHARDS * RECORD_KB / 4)
LIST, UNIT, REQUEST = 5.0, 0.125, 0.20
"""Dollars a million: ListObjectsV2, read units of DynamoDB, requests of Lambda."""
CONVERSION = 15.37
"""Dollars a million files of 1 kB (docs/cost.md)."""
FILES_PER_SECOND = 8_000
"""Maximum with 16 shards: docs/scale.md."""


@dataclass
class Events:
    """A stand-in for the deployed functions that counts events and the files in them."""

    events: int = 0
    files: int = 0
    largest: int = 0
    parts: list[ReconcileRequest] = field(default_factory=list)

    def start(self, changes: Sequence[Change]) -> None:
        self.events += 1
        self.files += len(changes)
        self.largest = max(self.largest, len(str(reconcile_event(*changes))))

    def continue_later(self, request: ReconcileRequest) -> None:
        self.parts.append(request)


@contextmanager
def stage() -> Iterator[None]:
    """A bucket and a table on an emulator."""
    with emulator.running() as aws:
        os.environ |= aws.client_environment
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
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
        yield


def fill(first: int, last: int) -> None:
    """Put objects with these numbers, and records of nine in ten of them."""
    client = boto3.client("s3", config=clients.CONFIG)
    keys = [key_of(number) for number in range(first, last)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda k: client.put_object(Bucket=BUCKET, Key=k, Body=k.encode()), keys))
    recorded = (key for number, key in enumerate(keys) if number % 10)
    later = timestamp(datetime.now(UTC) + timedelta(hours=1))
    records = (replace(seeding.record(BUCKET, key), uploaded_at=later) for key in recorded)
    seeding.write(boto3.client("dynamodb"), TABLE, SHARDS, records)


def measured(objects: int) -> str:
    """Reconcile the bucket, in which every tenth record is missing, and return a table row."""
    s3 = boto3.client("s3", config=clients.CONFIG)
    dynamodb = boto3.client("dynamodb", config=clients.CONFIG)
    meter, events = Meter(), Events()
    meter.watch(s3)
    meter.watch(dynamodb)
    records = Records(dynamodb, TABLE, SHARDS)
    bucket = Bucket(s3, BUCKET)
    functions: Any = events
    reconciliation = Reconciliation(bucket, records, functions, "")
    start = time.process_time()
    tally = reconciliation.run(ReconcileRequest(), datetime.now(UTC) + timedelta(hours=1))
    cpu = time.process_time() - start
    assert isinstance(tally, Tally)
    assert (tally.seen, tally.missing) == (objects, objects // 10), tally
    pages = math.ceil(objects / PAGE)
    lists, queries = meter.requests["s3"], meter.requests["dynamodb"]
    ranges = Divider(bucket, "").divide((None, None), SCHEDULED_RANGES)
    probes = meter.requests["s3"] - lists
    return (
        f"| {objects:,} | {pages:,} | {lists:,} "
        f"| {queries:,} | {events.files:,} | {events.events:,} "
        f"| {events.largest / 1000:.1f} | {1000 * cpu / pages:.0f} "
        f"| {len(ranges)} | {probes} |"
    )


def computed(objects: int) -> str:
    """Return a table row of estimates for a bucket without missing records, and without records."""
    pages = math.ceil(objects / PAGE)
    units = pages * UNITS_PER_PAGE
    reading = pages * LIST / 1e6 + units * UNIT / 1e6 + pages * SECONDS_PER_PAGE * GB * GB_SECOND
    hours = pages * SECONDS_PER_PAGE / 3600
    events = math.ceil(objects / MAX_EVENT_FILES)
    return (
        f"| {objects:,} | {pages:,} | {pages * (SHARDS + 1):,} | {units:,} | ${reading:,.2f} "
        f"| {_time(hours)} | {_time(hours / SCHEDULED_RANGES)} "
        f"| {events:,} (${events * REQUEST / 1e6:,.2f}) "
        f"| {_time(objects / FILES_PER_SECOND / 3600)} | ${objects * CONVERSION / 1e6:,.2f} |"
    )


def _time(hours: float) -> str:
    if hours < 1 / 60:
        return f"{hours * 3600:.0f} s"
    return f"{hours * 60:.0f} min" if hours < 2 else f"{hours:.1f} h"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="make bench-backfill", description=__doc__)
    parser.add_argument("--objects", type=int, nargs="+", default=[1_000, 10_000])
    sizes: list[int] = sorted(parser.parse_args().objects)
    print(
        "| objects | pages | LIST | Query | files started | events | largest, kB "
        "| CPU a page, ms | ranges | probes |"
    )
    print("|" + "---:|" * 10)
    with stage():
        filled = 0
        for size in sizes:
            fill(filled, size)
            filled = size
            print(measured(size), flush=True)
    print(f"\nComputed, at {SECONDS_PER_PAGE} s a page and {SCHEDULED_RANGES} ranges:\n")
    print(
        "| objects | pages | calls | read units | reading | in one chain | in parallel "
        "| events, all missing | converting | its price |"
    )
    print("|" + "---:|" * 10)
    for objects in (100_000, 10_000_000, 1_000_000_000):
        print(computed(objects))


if __name__ == "__main__":
    main()
