"""Fixtures of the protocol's tests, and the number of states in the test summary."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import boto3
import pytest

from infra import emulator
from tests.notes import STATES
from tests.protocol.memory import Cloud
from tests.protocol.replay import Replay, build
from tests.protocol.services import Make, Services


@pytest.fixture(scope="module")
def replay() -> Replay:
    """Histories of runs of the real pipeline, shared by all scopes, which have many in common."""
    return Replay(build)


@pytest.fixture(scope="session")
def emulated() -> Iterator[Make]:
    with emulator.running() as aws:
        access = {
            "endpoint_url": aws.endpoint,
            "region_name": emulator.REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        s3, dynamodb = boto3.client("s3", **access), boto3.client("dynamodb", **access)  # type: ignore[call-overload]
        for bucket in ("versioned", "plain"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
        dynamodb.create_table(
            TableName="records",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "input_key", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "input_key", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield lambda: Services(s3, dynamodb, "records", "versioned", "plain", uuid4().hex)


@pytest.fixture(scope="session")
def in_memory() -> Make:
    client = Cloud(versioned_buckets=frozenset({"versioned"})).client
    return lambda: Services(client, client, "records", "versioned", "plain", uuid4().hex)


@pytest.fixture(params=["in_memory", "emulated"])
def services(request: pytest.FixtureRequest) -> Services:
    make: Make = request.getfixturevalue(request.param)
    return make()


@pytest.fixture
def record_states(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """A function that records the number of states of a scope for the test summary."""
    return lambda name, count: record_property(STATES, (name, count))
