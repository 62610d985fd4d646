"""The gate, with a Parameter Store and a clock of its own."""

import json
import logging
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.api.authorization import KEPT_SECONDS, TokenAuthorizer
from chalicelib.json_log import JsonFormatter
from chalicelib.settings import Settings

SETTINGS = Settings("unit", "in", "out", "table", "/text-to-pdf/unit/token")


class Store:
    """A Parameter Store with one parameter, or with a reason why it cannot be read."""

    def __init__(self, token: str = "", error: Exception | None = None) -> None:
        self.token = token
        self.error = error

    def get_parameter(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"Name": SETTINGS.token_parameter, "WithDecryption": True}
        if self.error:
            raise self.error
        return {"Parameter": {"Value": self.token}}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def gate(store: Store, clock: Clock | None = None) -> TokenAuthorizer:
    return TokenAuthorizer(cast("Any", store), SETTINGS, clock or Clock())


def test_a_rotated_token_replaces_the_old_one_when_the_cache_expires() -> None:
    store, clock = Store("old"), Clock()
    guard = gate(store, clock)
    assert guard.admits("Bearer old")
    store.token = "new"
    clock.now += KEPT_SECONDS - 1
    assert guard.admits("Bearer old")
    clock.now += 1
    assert not guard.admits("Bearer old")
    assert guard.admits("Bearer new")


@pytest.mark.parametrize("header", ["Bearer ", "Bearer", "", "bearer  ", "Bearer \x00"])
def test_an_empty_token_is_rejected(header: str) -> None:
    assert not gate(Store("")).admits(header)
    assert not gate(Store("  ")).admits(header)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "GetParameter"),
        ClientError({"Error": {"Code": "ParameterNotFound", "Message": ""}}, "GetParameter"),
        EndpointConnectionError(endpoint_url="https://ssm"),
    ],
)
def test_an_unreadable_token_rejects_all_requests_and_is_counted(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "chalicelib")
    store, clock = Store("right"), Clock()
    guard = gate(store, clock)
    assert guard.admits("Bearer right")
    store.error = error
    clock.now += KEPT_SECONDS
    assert not guard.admits("Bearer right")
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert [line["TokenUnreadable"] for line in lines if "_aws" in line] == [1]
    assert "right" not in json.dumps(lines)


@pytest.mark.parametrize("token", ["tokén", "\udcff", "🗝"])
def test_a_token_that_is_not_ascii_is_compared(token: str) -> None:
    assert not gate(Store("right")).admits(f"Bearer {token}")
