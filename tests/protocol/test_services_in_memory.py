"""S3 and DynamoDB in memory behave like the emulator's: one suite for both."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.records.claim import Claim, Refusal
from chalicelib.records.record import Result, Status
from chalicelib.storage.bucket import Bucket, Conflict
from tests.examples import examples
from tests.protocol.services import NOW, Make, Services


def test_a_claim_returns_the_previous_record_and_keeps_the_output_etag(services: Services) -> None:
    first = services.claimed("01")
    assert first.old is None
    success = Result(status=Status.SUCCESS, output_etag="e", output_key="k", pages=3)
    assert services.at(0).finish(first, success)
    second = services.claimed("02")
    assert second.old is not None
    assert (second.old.output_etag, second.old.pages) == ("e", 3)
    record = services.at(0).get(services.versioned, services.key, consistent=True)
    assert record is not None
    assert (record.status, record.output_etag) == (Status.PROCESSING, "e")
    assert (record.output_key, record.pages) == (None, None)


def test_sequencers_decide_who_may_claim(services: Services) -> None:
    first = services.claimed("0A")
    assert services.refused(services.upload("0A"), "b") is Refusal.LEASED
    assert services.at(0).finish(first, Result(status=Status.SUCCESS))
    assert services.refused(services.upload("0A"), "b") is Refusal.DUPLICATE
    assert services.refused(services.upload("09FF"), "b") is Refusal.SUPERSEDED
    assert services.claimed("0A0001").attempts == 1


def test_a_retryable_abandoned_or_own_claim_is_taken_over(services: Services) -> None:
    first = services.claimed(claim_id="a")
    own = services.claimed(claim_id="a")
    assert (own.attempts, services.at(0).holds(first), services.at(0).holds(own)) == (
        2,
        False,
        True,
    )
    assert not services.at(0).finish(first, Result(status=Status.SUCCESS))
    abandoned = services.claimed(claim_id="b", minute=11)
    assert services.at(0).finish(abandoned, Result(status=Status.FAILED, retryable=True))
    assert services.claimed(claim_id="c", minute=11).attempts == 4


def test_a_finish_can_be_repeated_after_a_lost_response(services: Services) -> None:
    claim = services.claimed()
    success = Result(status=Status.SUCCESS)
    assert services.at(0).finish(claim, success)
    assert services.at(0).finish(claim, success)
    services.claimed("02")
    assert not services.at(0).finish(claim, success)


def test_reconciliation_skips_a_run_in_progress(services: Services) -> None:
    services.claimed("01")
    listed = services.upload("02", is_reconciled=True)
    assert services.refused(listed, "r") is Refusal.LEFT_ALONE
    until = NOW + timedelta(minutes=30)
    assert isinstance(services.at(11).claim(listed, "r", until), Claim)


def test_reconciliation_claims_an_object_without_a_record(services: Services) -> None:
    listed = services.upload("", is_reconciled=True)
    assert isinstance(services.at(0).claim(listed, "r", NOW), Claim)


def test_a_removal_keeps_finished_records_and_stops_runs_in_progress(services: Services) -> None:
    claim = services.claimed("01")
    assert services.at(0).finish(claim, Result(status=Status.SUCCESS, output_etag="e"))
    assert services.at(0).remove(services.removal("02"))
    assert not services.at(0).remove(services.removal("01"))
    record = services.at(0).get(services.versioned, services.key, consistent=True)
    assert record is not None
    assert (record.status, record.output_etag) == (Status.SUCCESS, "e")
    assert record.input_deleted_at is not None
    again = services.claimed("03")
    assert services.at(0).remove(services.removal("04"))
    assert not services.at(0).finish(again, Result(status=Status.SUCCESS))
    record = services.at(0).get(services.versioned, services.key, consistent=True)
    assert record is not None
    assert (record.status, record.error_code) == (Status.FAILED, "ObjectGone")


def test_a_late_event_after_a_removal_is_superseded(services: Services) -> None:
    assert services.at(0).remove(services.removal("02"))
    assert services.refused(services.upload("01"), "a") is Refusal.SUPERSEDED


def put(bucket: Bucket, services: Services, body: bytes, expected: str | None) -> str:
    return bucket.put(services.key, BytesIO(body), expected)


def test_a_pdf_is_stored_only_over_the_expected_object(services: Services) -> None:
    bucket = Bucket(services.s3, services.plain)
    with pytest.raises(Conflict):
        put(bucket, services, b"x", "0" * 32)
    first = put(bucket, services, b"one", None)
    with pytest.raises(Conflict):
        put(bucket, services, b"two", None)
    second = put(bucket, services, b"two", first)
    stored = bucket.head(services.key)
    assert stored
    assert stored.etag == second != first
    with pytest.raises(Conflict):
        put(bucket, services, b"three", first)
    assert put(bucket, services, b"one", second) == first


def test_a_version_can_be_read_after_overwrite_and_deletion(services: Services) -> None:
    bucket = Bucket(services.s3, services.versioned)
    ids = []
    for body in (b"one", b"two", None):
        if body is None:
            services.s3.delete_object(Bucket=services.versioned, Key=services.key)
            continue
        services.s3.put_object(Bucket=services.versioned, Key=services.key, Body=body)
        ids.append(
            services.s3.head_object(Bucket=services.versioned, Key=services.key)["VersionId"]
        )
    assert bucket.head(services.key) is None
    for version_id, body in zip(ids, (b"one", b"two"), strict=True):
        opened = bucket.open(services.key, version_id)
        assert (opened.body.read(), opened.version_id, opened.size) == (body, version_id, 3)
    with pytest.raises(Exception, match="deleted"):
        bucket.open(services.key)


texts = st.sampled_from([b"x", b"y"])
etags = st.sampled_from(["none", "current", "other"])
operations = st.lists(
    st.one_of(
        st.tuples(st.just("put"), texts, etags),
        st.tuples(st.just("delete"), st.none(), st.none()),
        st.tuples(st.just("get"), st.none(), st.none()),
        st.tuples(st.just("head"), st.none(), st.none()),
    ),
    max_size=12,
)


@given(operations, st.booleans())
@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_history_of_an_object_gives_the_same_responses_on_both(
    emulated: Make, in_memory: Make, history: list[tuple[str, Any, Any]], versioned: bool
) -> None:
    responses = []
    for services in (emulated(), in_memory()):
        bucket = services.versioned if versioned else services.plain
        responses.append([response_to(services, bucket, *step) for step in history])
    assert responses[0] == responses[1]


def response_to(services: Services, bucket: str, operation: str, body: Any, condition: Any) -> Any:
    """Return the etag and the body of the response to an operation, or the error's code."""
    where = {"Bucket": bucket, "Key": services.key}
    try:
        if operation == "put":
            response = services.s3.put_object(
                **where, Body=body, **header(services, where, condition)
            )
        else:
            response = getattr(services.s3, f"{operation}_object")(**where)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    read = response["Body"].read() if operation == "get" else None
    return response.get("ETag"), read


def header(services: Services, where: dict[str, str], condition: str) -> dict[str, str]:
    if condition == "none":
        return {"IfNoneMatch": "*"}
    if condition == "other":
        return {"IfMatch": '"' + "0" * 32 + '"'}
    try:
        return {"IfMatch": services.s3.head_object(**where)["ETag"]}
    except ClientError:
        return {}
