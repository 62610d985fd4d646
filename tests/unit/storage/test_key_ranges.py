"""Ranges of keys: together they are the whole, and no key is in two of them."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.bucket import Bucket, StoredObject
from chalicelib.storage.key_ranges import MAX_PROBES, Divider
from tests.unit.storage.test_bucket import MODIFIED

KEYS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab/"), max_size=6).map(
        lambda key: f"in/{key}"
    ),
    max_size=40,
)


class Listed(Bucket):
    """Keys in order, listed as S3 lists them."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = sorted(set(keys))
        self.requests = 0

    def page(
        self, prefix: str, after: str | None, limit: int = 1000
    ) -> tuple[list[StoredObject], bool]:
        self.requests += 1
        keys = [k for k in self.keys if k.startswith(prefix) and (after is None or k > after)]
        return [StoredObject(k, "e", 1, MODIFIED) for k in keys[:limit]], len(keys) > limit


@given(KEYS, st.integers(2, 9), st.data())
def test_each_key_is_in_exactly_one_range(
    keys: list[str], wanted: int, data: st.DataObject
) -> None:
    bucket = Listed(keys)
    bounds = st.none() | st.sampled_from(bucket.keys) if bucket.keys else st.none()
    after, last = data.draw(bounds), data.draw(bounds)
    if after is not None and last is not None and after > last:
        after, last = last, after
    ranges = Divider(bucket, "in/").divide((after, last), wanted)
    assert 1 <= len(ranges) <= wanted
    whole = [k for k in bucket.keys if _is_in(k, after, last)]
    parts = [k for low, high in ranges for k in bucket.keys if _is_in(k, low, high)]
    assert parts == whole


def _is_in(key: str, after: str | None, last: str | None) -> bool:
    return (after is None or key > after) and (last is None or key <= last)


def test_keys_with_a_common_prefix_are_divided_after_it() -> None:
    bucket = Listed([f"in/2026/report-{n:05}.txt" for n in range(3_000)])
    ranges = Divider(bucket, "in/").divide((None, None), 16)
    sizes = [sum(_is_in(k, low, high) for k in bucket.keys) for low, high in ranges]
    assert len(sizes) > 8
    assert max(sizes) <= 3_000 / 4
    assert bucket.requests <= MAX_PROBES
