"""Pages over all shards have every key once and in order, even during concurrent writes."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.records.record import Record, Status, partition
from chalicelib.status.file_status import Answer
from chalicelib.status.listing import Listing
from chalicelib.status.status_query import StatusQuery
from tests import seeding
from tests.stack import Stack

letters = st.sampled_from(["a", "b", "/", "é", "\u0301", "ü", "🙂", "\uffff", "\x01", "~"])
keys = st.text(letters, min_size=1, max_size=6)
SHARDS = 16
limits = st.integers(1, 5) | st.integers(1, 70)
statuses = st.sampled_from(Status)


@st.composite
def drawn_files(draw: st.DrawFn) -> dict[str, Status]:
    """Few files or many, spread over all shards, or most of them in the first shard."""
    least = draw(st.sampled_from([0, 16]))
    files = draw(st.dictionaries(keys, statuses, min_size=least, max_size=24))
    if draw(st.booleans()):
        named = enumerate(files.items())
        files = {in_first_shard(key) if at % 4 else key: status for at, (key, status) in named}
    return files


def in_first_shard(key: str) -> str:
    """Return the key with a suffix that puts it into the first shard."""
    candidates = (f"{key}{number}" for number in count())
    return next(c for c in candidates if partition("b", c, SHARDS) == "b#0")


files = drawn_files()
UNBALANCED = {
    in_first_shard(f"{number:02}") if number % 4 else f"{number:02}": Status.SUCCESS
    for number in range(40)
}
"""More files in one shard than a page reads from each, and others in other shards."""
bounded = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def filled(stack: Stack, files: dict[str, Status]) -> Listing:
    """Write records of a new bucket without objects, and return its listing."""
    assert stack.settings.shards == SHARDS
    bucket = f"bucket-{uuid.uuid4()}"
    records = [seeding.record(bucket, key, status) for key, status in files.items()]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)
    return Listing(stack.records, bucket)


def pages(listing: Listing, question: StatusQuery, limit: int) -> Iterator[list[Record]]:
    page = listing.page(question, limit=limit)
    yield page.records
    while page.next_after is not None:
        page = listing.page(question, page.next_after, limit)
        yield page.records


@contextmanager
def written_meanwhile(stack: Stack, bucket: str, keys: set[str]) -> Iterator[None]:
    """Write records of these keys repeatedly until the context ends."""
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            records = [seeding.record(bucket, key) for key in keys]
            seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


@given(files=files, prefix=st.text(letters, max_size=2), limit=limits, others=st.lists(keys))
@example(files=UNBALANCED, prefix="", limit=10, others=["a", "b", "~"])
@bounded
def test_pages_return_every_key_once_and_in_order_during_concurrent_writes(
    stack: Stack, files: dict[str, Status], prefix: str, limit: int, others: list[str]
) -> None:
    listing = filled(stack, files)
    with written_meanwhile(stack, listing.bucket, {*others, *list(files)[::2]}):
        matching_pages = list(pages(listing, StatusQuery(prefix), limit))
    listed = [record.input_key for page in matching_pages for record in page]
    assert all(len(page) <= limit for page in matching_pages)
    assert listed == sorted(set(listed), key=str.encode)
    expected = {key for key in files if key.startswith(prefix)}
    assert expected <= set(listed) <= expected | set(others)


@given(
    files=files, prefix=st.text(letters, max_size=1), limit=limits, status=st.sampled_from(Status)
)
@bounded
def test_filtered_pages_return_exactly_the_matching_files(
    stack: Stack, files: dict[str, Status], prefix: str, limit: int, status: Status
) -> None:
    matching_pages = pages(filled(stack, files), StatusQuery(prefix, status), limit)
    listed = [record.input_key for page in matching_pages for record in page]
    expected = [key for key in files if key.startswith(prefix) and files[key] is status]
    assert listed == sorted(expected, key=str.encode)


@given(files=files, prefix=st.text(letters, max_size=1))
@bounded
def test_counts_equal_those_of_the_list(
    stack: Stack, files: dict[str, Status], prefix: str
) -> None:
    counts = filled(stack, files).counts(StatusQuery(prefix))
    expected = [status for key, status in files.items() if key.startswith(prefix)]
    assert counts.next_after is None
    assert {status: counts.files[status] for status in Status} == {
        status: expected.count(status) for status in Status
    }


def test_a_count_that_runs_out_of_time_can_be_continued(stack: Stack) -> None:
    files = {f"{number:05}": Status.SUCCESS for number in range(300)}
    listing = replace(filled(stack, files), counted_at_once=100)
    first = listing.counts(StatusQuery(""), seconds=0)
    assert first.next_after is not None
    rest = listing.counts(StatusQuery(""), first.next_after)
    assert first.files.total() + rest.files.total() == len(files)
    assert rest.next_after is None


def test_the_file_of_a_killed_run_is_listed_as_failed(stack: Stack) -> None:
    bucket = f"bucket-{uuid.uuid4()}"
    dead = seeding.record(
        bucket, "dead.txt", Status.PROCESSING, lease_expires_at="2026-01-01T00:00:00.000Z"
    )
    alive = seeding.record(bucket, "alive.txt", Status.PROCESSING)
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, [dead, alive])
    listing = Listing(stack.records, bucket)
    failed = listing.page(StatusQuery("", Status.FAILED)).records
    assert [(record.input_key, record.error_code) for record in failed] == [("dead.txt", "Stopped")]
    processing = listing.page(StatusQuery("", Status.PROCESSING)).records
    assert [record.input_key for record in processing] == ["alive.txt"]
    assert Answer.of(processing[0]).detail is not None


def test_files_can_be_filtered_by_time(stack: Stack) -> None:
    bucket = f"bucket-{uuid.uuid4()}"
    days = [f"2026-01-0{day}T12:00:00.000Z" for day in range(1, 6)]
    records = [seeding.record(bucket, f"{at}.txt", processed_at=at) for at in days]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)
    page = Listing(stack.records, bucket).page(StatusQuery("", since=days[3]))
    assert [record.processed_at for record in page.records] == days[3:]
