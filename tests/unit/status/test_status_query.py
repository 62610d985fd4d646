"""What may be asked, and what is refused before anything is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BadQuestion
from chalicelib.records import naming
from chalicelib.status import status_query


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00.000Z"),
        ("2026-01-31T08:00:00.1239+02:00", "2026-01-31T06:00:00.123Z"),
    ],
)
def test_since_is_a_day_or_a_time_with_a_time_zone(text: str, moment: str) -> None:
    assert status_query.since(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01",
        "2026-01-31T08:00:00",
        "2026W05T08",
        "20260131T0",
        "0001-01-01T00:00:00+23:59",
        "\ud800",
    ],
)
def test_invalid_since_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        status_query.since(text)
    assert refused.value.part == "since"


@pytest.mark.parametrize("text", ["0", "1001", "-1", "+5", "1e2", " 5", "5 ", "٥", "05", ""])
def test_limit_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion):
        status_query.limit(text)


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("100", 100), ("1000", 1000)])
def test_limit_in_range_is_accepted(text: str, limit: int) -> None:
    assert status_query.limit(text) == limit


@given(st.text(alphabet=st.characters(), max_size=600))
def test_a_key_has_at_most_1024_bytes_of_utf_8(text: str) -> None:
    try:
        is_possible = 1 <= len(text.encode()) <= 1024
    except UnicodeEncodeError:
        is_possible = False
    if is_possible:
        assert status_query.key(text) == text
    else:
        with pytest.raises(BadQuestion):
            status_query.key(text)


@given(st.text(max_size=40))
def test_parsers_raise_only_bad_question_for_any_text(text: str) -> None:
    for read in (status_query.since, status_query.limit, status_query.status):
        try:
            read(text)
        except BadQuestion:
            continue


@pytest.mark.parametrize("text", ["a\ud800", "a" * 5000 + "\ud800"])
def test_a_key_that_is_no_unicode_is_refused_however_long_it_is(text: str) -> None:
    with pytest.raises(BadQuestion, match="not valid Unicode"):
        status_query.key(text)


def test_a_long_text_is_refused_without_looking_at_its_letters() -> None:
    assert naming.unicode_forms("e\u0301" * 4000) == []
    with pytest.raises(BadQuestion, match="keys in S3 have at most 1024"):
        status_query.prefix("é/" * 1_000_000)
