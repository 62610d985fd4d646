"""What the API answers before it looks anything up."""

import json

import pytest

from chalicelib import api, connections
from chalicelib.settings import Settings

SETTINGS = Settings("unit", "in", "out", "table", "/token")


@pytest.mark.parametrize("path", ["/status", "/status/summary"])
def test_an_empty_token_is_refused_by_every_route_that_takes_one(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    response = api.respond(path, {"prefix": [""], "next": [""]}, SETTINGS)
    assert response.status_code == 400
    assert json.loads(response.body)["parameter"] == "next"


def test_an_unexpected_error_is_a_problem_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_settings: Settings) -> None:
        raise KeyError("secret of ours")

    monkeypatch.setattr(connections, "answers", fail)
    response = api.respond("/status", {"prefix": [""]}, SETTINGS)
    problem = json.loads(response.body)
    assert (response.status_code, problem["type"]) == (500, "urn:text-to-pdf:problem:internal")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in response.body
