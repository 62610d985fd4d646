"""Tokens: bound to their question, and nothing else gets through."""

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.errors import BadQuestion
from chalicelib.records.record import Status
from chalicelib.status import cursor
from chalicelib.status.status_query import StatusQuery

questions = st.builds(
    StatusQuery,
    prefix=st.text(max_size=20),
    status=st.none() | st.sampled_from(Status),
    since=st.none() | st.sampled_from(["2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"]),
)
kinds = st.sampled_from(["page", "count"])
asked = st.tuples(kinds, st.sampled_from(["in", "other"]), questions)


@given(asked, st.text(max_size=40))
def test_a_page_token_decodes_to_its_key(question: tuple[str, str, StatusQuery], rest: str) -> None:
    after = question[2].prefix + rest
    assume(after)
    token = cursor.encoded(*question, after)
    assert cursor.decoded(*question, token) == after
    assert token.isascii()
    assert not set(token) & set("+/=&?%")


@given(asked, asked)
def test_a_page_token_of_another_query_is_rejected(
    mine: tuple[str, str, StatusQuery], other: tuple[str, str, StatusQuery]
) -> None:
    assume(mine != other)
    token = cursor.encoded(*other, other[2].prefix + "x")
    with pytest.raises(BadQuestion):
        cursor.decoded(*mine, token)


@given(asked, st.text(max_size=60) | st.binary(max_size=60).map(base64.b64encode).map(bytes.decode))
def test_an_invalid_page_token_is_rejected(
    question: tuple[str, str, StatusQuery], token: str
) -> None:
    with pytest.raises(BadQuestion):
        cursor.decoded(*question, token)


@given(asked, st.integers(0), st.sampled_from("Ab-_9"))
def test_a_damaged_page_token_is_rejected(
    question: tuple[str, str, StatusQuery], at: int, letter: str
) -> None:
    token = cursor.encoded(*question, question[2].prefix + "x")
    # The last letter carries bits that mean nothing; those before it all count.
    at %= len(token) - 1
    assume(token[at] != letter)
    with pytest.raises(BadQuestion):
        cursor.decoded(*question, token[:at] + letter + token[at + 1 :])


def test_a_forged_page_token_cannot_leave_its_prefix() -> None:
    question = StatusQuery("reports/")
    for after in ("other/x", "", "reports/" + "x" * 2000):
        with pytest.raises(BadQuestion):
            cursor.decoded("page", "in", question, cursor.encoded("page", "in", question, after))
