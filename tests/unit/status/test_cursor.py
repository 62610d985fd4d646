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
token_scopes = st.tuples(kinds, st.sampled_from(["in", "other"]), questions)


@given(token_scopes, st.text(max_size=40))
def test_token_decodes_to_its_key(question: tuple[str, str, StatusQuery], rest: str) -> None:
    after = question[2].prefix + rest
    assume(after)
    token = cursor.encode(*question, after)
    assert cursor.decode(*question, token) == after
    assert token.isascii()
    assert not set(token) & set("+/=&?%")


@given(token_scopes, token_scopes)
def test_token_of_another_query_is_refused(
    mine: tuple[str, str, StatusQuery], other: tuple[str, str, StatusQuery]
) -> None:
    assume(mine != other)
    token = cursor.encode(*other, other[2].prefix + "x")
    with pytest.raises(BadQuestion):
        cursor.decode(*mine, token)


@given(
    token_scopes,
    st.text(max_size=60) | st.binary(max_size=60).map(base64.b64encode).map(bytes.decode),
)
def test_invalid_token_is_refused(question: tuple[str, str, StatusQuery], token: str) -> None:
    with pytest.raises(BadQuestion):
        cursor.decode(*question, token)


@given(token_scopes, st.integers(0), st.sampled_from("Ab-_9"))
def test_a_damaged_token_is_refused(
    question: tuple[str, str, StatusQuery], at: int, letter: str
) -> None:
    token = cursor.encode(*question, question[2].prefix + "x")
    # The last letter carries bits that mean nothing; those before it all count.
    at %= len(token) - 1
    assume(token[at] != letter)
    with pytest.raises(BadQuestion):
        cursor.decode(*question, token[:at] + letter + token[at + 1 :])


def test_forged_token_outside_its_query_is_refused() -> None:
    question = StatusQuery("reports/")
    for after in ("other/x", "", "reports/" + "x" * 2000):
        with pytest.raises(BadQuestion):
            cursor.decode("page", "in", question, cursor.encode("page", "in", question, after))
