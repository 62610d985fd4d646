"""Records under a prefix, merged from all shards, page by page."""

from itertools import product
from typing import Any
from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.records.record import Record, Status
from chalicelib.status.listing import Listing
from chalicelib.status.status_query import StatusQuery
from tests import seeding
from tests.unit.stage_in_memory import Table

KEYS = st.lists(
    st.text("abe\u0301é\U0001f600\uffff/", min_size=1, max_size=4),
    unique=True,
    min_size=15,
    max_size=60,
)


PREFIXES = ["", "a", "é", "e\u0301", "éa", "e\u0301é", "é/é", "e\u0301/a/é"]


def begins_with(key: str, prefix: str) -> bool:
    """Whether a key begins with the prefix or with one that is the same text to a user."""
    forms = product(
        *((normalize("NFC", name), normalize("NFD", name)) for name in prefix.split("/"))
    )
    return key.startswith((prefix, *map("/".join, forms)))


def listing(records: list[Record], shards: int = 4) -> tuple[Listing, Table]:
    table = Table(records, shards)
    parts: Any = table
    return Listing(parts, "in", counted_at_once=7), table


@given(KEYS, st.integers(1, 5), st.integers(1, 20), st.sampled_from(PREFIXES))
def test_pages_have_each_record_once_in_binary_order(
    keys: list[str], shards: int, limit: int, prefix: str
) -> None:
    one, _ = listing([seeding.record("in", key) for key in keys], shards)
    seen: list[str] = []
    after = None
    while True:
        page = one.page(StatusQuery(prefix), after, limit)
        assert len(page.records) <= limit
        seen += [record.input_key for record in page.records]
        after = page.next_after
        if after is None:
            break
    wanted = sorted((key for key in keys if begins_with(key, prefix)), key=str.encode)
    assert seen == wanted
    assert [record.input_key for record in one.all(StatusQuery(prefix))] == wanted


@given(KEYS, st.integers(1, 5), st.sampled_from(PREFIXES))
def test_counts_include_all_records_with_the_prefix(
    keys: list[str], shards: int, prefix: str
) -> None:
    statuses = [Status.SUCCESS, Status.FAILED, Status.PROCESSING]
    records = [seeding.record("in", key, statuses[n % 3]) for n, key in enumerate(keys)]
    one, _ = listing(records, shards)
    counts = one.counts(StatusQuery(prefix))
    wanted = [record.status for record in records if begins_with(record.input_key, prefix)]
    assert counts.next_after is None
    assert counts.files == {status: wanted.count(status) for status in Status}


def test_filtered_page_respects_its_limit_and_continues_after_its_last_key() -> None:
    records = [
        seeding.record("in", f"{n:03}", Status.FAILED if n % 2 else Status.SUCCESS)
        for n in range(40)
    ]
    one, _ = listing(records)
    first = one.page(StatusQuery("", Status.FAILED), limit=5)
    assert [record.input_key for record in first.records] == ["001", "003", "005", "007", "009"]
    assert first.next_after == "009"
    second = one.page(StatusQuery("", Status.FAILED), first.next_after, limit=100)
    assert [record.input_key for record in second.records] == [f"{n:03}" for n in range(11, 40, 2)]


def test_page_reads_few_more_records_than_it_returns() -> None:
    records = [seeding.record("in", f"{n:05}") for n in range(5000)]
    one, table = listing(records, 16)
    page = one.page(StatusQuery(""), limit=1000)
    assert len(page.records) == 1000
    assert sorted(shard for shard, _, _ in table.reads) == list(range(16))
    assert sum(limit for _, _, limit in table.reads) < 1450
