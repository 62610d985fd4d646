"""Requests that the REST API of a deployed stage rejects."""

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from chalicelib import clients
from chalicelib.api import routes
from chalicelib.services import Services
from tests.stack import Stack

HUGE_TOKEN = base64.urlsafe_b64encode(b"x" * 3000).decode()
HOSTILE = {
    "empty key": "key=",
    "long key": "key=" + "x" * 1025,
    "long wide key": urlencode({"key": "ü" * 513}),
    "long prefix": "prefix=" + "x" * 5000,
    "repeated key": "key=a&key=a",
    "repeated prefix": "prefix=&prefix=",
    "repeated limit": "prefix=&limit=1&limit=1",
    "misspelt": "prefx=a",
    "one more": "key=a&fields=all",
    "control characters in a name": "key=a&%00%1b%5b31m=1",
    "limit 0": "prefix=&limit=0",
    "limit 1001": "prefix=&limit=1001",
    "limit in letters": "prefix=&limit=ten",
    "limit empty": "prefix=&limit=",
    "limit of other digits": urlencode({"prefix": "", "limit": "٥"}),
    "limit with a key": "key=a&limit=1",
    "token with a key": "key=a&next=x",
    "token empty": "prefix=&next=",
    "token of other letters": urlencode({"prefix": "", "next": "ünïcödé"}),
    "token badly encoded": "prefix=&next=%ff%fe",
    "token huge": f"prefix=&next={HUGE_TOKEN}",
    "status in small letters": "prefix=&status=success",
    "status without a record": "prefix=&status=NOT%20PROCESSED",
    "since words": "prefix=&since=yesterday",
    "since a time too early": "prefix=&since=0001-01-01T00:00:00%2B23:59",
    "since without zone": "prefix=&since=2026-01-31T08:00:00",
    "since with a bare plus": "prefix=&since=2026-01-31T08:00:00+02:00",
    "another bucket": "key=s3://elsewhere/a.txt",
}


@pytest.mark.parametrize("parameters", [None, {"key": "a", "prefix": "b"}])
def test_a_request_without_exactly_one_of_key_and_prefix_is_400(
    stack: Stack, parameters: dict[str, str] | None
) -> None:
    response = stack.get("/status", parameters)
    assert response.status == 400
    assert "?prefix=" in response.json["detail"]


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_invalid_parameter_is_400_and_says_why(stack: Stack, query: str) -> None:
    response = stack.get(f"/status?{query}")
    assert response.status == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json["status"] == 400
    assert response.json["type"].startswith("urn:text-to-pdf:problem:")
    assert response.json["detail"]


@pytest.mark.parametrize(
    "key", ["%00", "%ff%fe", "%1b%5b2J", "%ed%a0%80", "..%2f..%2fetc", ".", "%F0%9F%99%82%0d%0a"]
)
def test_a_strange_key_is_404(stack: Stack, key: str) -> None:
    for path in ("/status", "/download"):
        response = stack.get(f"{path}?key={key}")
        assert (response.status, response.json["type"]) == (
            404,
            "urn:text-to-pdf:problem:not-found",
        )


def test_requests_without_a_token_are_rejected(stack: Stack) -> None:
    for path in ("/status?prefix=", "/status/summary?prefix=", "/download?key=a", "/health"):
        assert stack.get(path, token=None).status == 401
    assert stack.get("/openapi.json", token=None).status == 401


@pytest.mark.parametrize("token", ["wrong", "x" * 5000, "tokén"])
def test_requests_with_a_wrong_token_are_rejected(stack: Stack, token: str) -> None:
    assert stack.get("/status", {"prefix": ""}, token=token).status in {401, 403}


def test_when_aws_is_unavailable_it_is_503_with_retry_after(stack: Stack) -> None:
    cached = clients.dynamodb, clients.s3
    for client in cached:
        client.cache_clear()  # another test may have created them for another stage
    elsewhere = replace(stack.settings, table="nowhere")
    response = routes.respond("/status", {"prefix": [""]}, Services(elsewhere))
    for client in cached:
        client.cache_clear()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert json.loads(str(response.body))["type"] == "urn:text-to-pdf:problem:unavailable"
