"""What the API answers, over a stage in memory."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from chalice.app import Response

from chalicelib import VERSION, clients
from chalicelib.api import routes
from chalicelib.records.record import Status
from chalicelib.services import Services
from chalicelib.storage.pdf_links import Links
from tests import seeding
from tests.unit.stage_in_memory import SETTINGS, services, stored

DONE = seeding.record("in", "a/done.txt", output_bucket="out")
FAILED = seeding.record("in", "a/failed.txt", Status.FAILED)
BUSY = seeding.record("in", "b/busy.txt", Status.PROCESSING)
RECORDS = [DONE, FAILED, BUSY]


def ask(path: str, stage: Services, **parameters: str) -> tuple[int, Any, Response]:
    response = routes.respond(path, {name: [value] for name, value in parameters.items()}, stage)
    return response.status_code, json.loads(response.body or "null"), response


@pytest.fixture
def stage() -> Services:
    return services(RECORDS, map(stored, RECORDS), ["a/done.pdf"])


def test_status_of_a_key_is_its_record(stage: Services) -> None:
    code, body, response = ask("/status", stage, key="a/done.txt")
    assert (code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.headers["Content-Type"] == "application/json"
    assert (body["status"], body["output_key"], body["pages"]) == ("SUCCESS", "a/done.pdf", 7)
    assert body["detail"] is None
    assert "claim" not in body


def test_unknown_key_is_404(stage: Services) -> None:
    code, body, _ = ask("/status", stage, key="A/done.txt")
    assert (code, body["type"]) == (404, "urn:text-to-pdf:problem:not-found")
    assert "'A/done.txt'" in body["detail"]
    assert "bucket in" in body["detail"]


def test_an_object_without_a_record_is_not_processed() -> None:
    code, body, _ = ask("/status", services([], [stored(DONE)]), key="a/done.txt")
    assert (code, body["status"], body["size"]) == (200, "NOT PROCESSED", DONE.size)
    assert body["uploaded_at"].startswith("2026-03-01T00:00:00")


def test_object_without_the_input_prefix_is_404() -> None:
    stage = services([], [stored(DONE)], settings=replace(SETTINGS, input_prefix="b/"))
    assert ask("/status", stage, key="a/done.txt")[0] == 404


def test_files_with_a_prefix_are_paginated(stage: Services) -> None:
    code, body, _ = ask("/status", stage, prefix="", limit="2")
    assert code == 200
    assert [file["input_key"] for file in body["files"]] == ["a/done.txt", "a/failed.txt"]
    code, body, _ = ask("/status", stage, prefix="", limit="2", next=body["next"])
    assert [file["input_key"] for file in body["files"]] == ["b/busy.txt"]
    assert body["next"] is None


def test_next_token_is_valid_for_its_query_only(stage: Services) -> None:
    token = ask("/status", stage, prefix="", limit="2")[1]["next"]
    for path, parameters in (
        ("/status", {"prefix": "a/"}),
        ("/status", {"prefix": "", "status": "FAILED"}),
        ("/status/summary", {"prefix": ""}),
    ):
        code, body, _ = ask(path, stage, next=token, **parameters)
        assert (code, body["parameter"]) == (400, "next")


def test_filters_select_matching_files(stage: Services) -> None:
    _, body, _ = ask("/status", stage, prefix="", status="FAILED")
    assert [file["input_key"] for file in body["files"]] == ["a/failed.txt"]
    assert body["next"] is None
    _, body, _ = ask("/status", stage, prefix="a/", since="2100-01-01")
    assert body["files"] == []


def test_page_that_would_be_too_large_is_cut(
    stage: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [ask("/status", stage, key=record.input_key)[1] for record in RECORDS]
    largest = max(len(json.dumps(json.dumps(file))) for file in files)
    monkeypatch.setattr(routes, "MAX_BODY_BYTES", largest)
    keys, parameters = [], {"prefix": ""}
    while True:
        _, body, _ = ask("/status", stage, **parameters)
        assert len(body["files"]) == 1
        keys += [file["input_key"] for file in body["files"]]
        if body["next"] is None:
            break
        parameters["next"] = body["next"]
    assert keys == [record.input_key for record in RECORDS]


def test_summary_counts_files_by_status(stage: Services) -> None:
    code, body, _ = ask("/status/summary", stage, prefix="a/")
    assert (code, body["files"], body["next"]) == (200, 2, None)
    assert body["counts"] == {"SUCCESS": 1, "FAILED": 1, "PROCESSING": 0}
    assert body["prefix"] == "a/"


def test_summary_that_takes_too_long_is_continued_by_token(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [seeding.record("in", f"{n:05}.txt") for n in range(11_000)]
    stage = services(records)
    monkeypatch.setattr(routes, "MAX_COUNT_SECONDS", 0)
    _, first, _ = ask("/status/summary", stage, prefix="")
    _, second, _ = ask("/status/summary", stage, prefix="", next=first["next"])
    assert first["files"] + second["files"] == 11_000
    assert second["next"] is None


def test_download_redirects_to_the_pdf(stage: Services) -> None:
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=clients.SIGNING_CONFIG,
    )
    stage.__dict__["links"] = Links(client, "out")
    code, _, response = ask("/download", stage, key="a/done.txt")
    url = urlsplit(str(response.headers["Location"]))
    assert (code, url.path) == (302, "/a/done.pdf")
    assert parse_qs(url.query)["X-Amz-Expires"] == ["300"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("record", [FAILED, BUSY])
def test_a_file_without_a_pdf_is_409_and_says_why(stage: Services, record: Any) -> None:
    code, body, _ = ask("/download", stage, key=record.input_key)
    assert (code, body["type"]) == (409, "urn:text-to-pdf:problem:no-pdf")
    assert body["file"]["input_key"] == record.input_key
    assert (record.error or "Being converted") in body["detail"]


def test_a_pdf_that_was_deleted_is_410() -> None:
    code, body, _ = ask("/download", services([DONE], [stored(DONE)]), key="a/done.txt")
    assert (code, body["type"]) == (410, "urn:text-to-pdf:problem:pdf-gone")


@pytest.mark.parametrize(
    ("path", "parameters", "kind"),
    [
        ("/status", {}, "no-subject"),
        ("/status", {"key": "a", "prefix": "a"}, "no-subject"),
        ("/status", {"key": ""}, "bad-parameter"),
        ("/status", {"key": "a", "limit": "5"}, "bad-parameter"),
        ("/status", {"key": "a", "status": "FAILED"}, "bad-parameter"),
        ("/status", {"prefix": "", "limit": "0"}, "bad-parameter"),
        ("/status", {"prefix": "", "limit": "1001"}, "bad-parameter"),
        ("/status", {"prefix": "", "next": ""}, "bad-parameter"),
        ("/status/summary", {"prefix": "", "next": ""}, "bad-parameter"),
        ("/status/summary", {"prefix": "", "limit": "5"}, "unknown-parameter"),
        ("/download", {"key": "a", "prefix": ""}, "unknown-parameter"),
        ("/health", {"key": "a"}, "unknown-parameter"),
    ],
)
def test_invalid_parameters_are_400(
    stage: Services, path: str, parameters: dict[str, str], kind: str
) -> None:
    code, body, response = ask(path, stage, **parameters)
    assert (code, body["type"]) == (400, f"urn:text-to-pdf:problem:{kind}")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_repeated_parameter_is_400(stage: Services) -> None:
    response = routes.respond("/status", {"key": ["a", "b"]}, stage)
    assert response.status_code == 400
    assert "repeated-parameter" in response.body


def test_health_and_openapi_send_no_request_to_aws() -> None:
    stage = Services(SETTINGS)
    assert ask("/health", stage)[:2] == (200, {"status": "ok", "version": VERSION})
    assert ask("/openapi.json", stage)[1]["openapi"].startswith("3.1")
    assert set(vars(stage)) == {"settings"}


def test_an_unexpected_error_is_a_problem_document(stage: Services) -> None:
    class Broken:
        def get(self, *_: Any, **__: Any) -> None:
            raise KeyError("secret of ours")

    stage.__dict__["records"] = Broken()
    code, body, response = ask("/status", stage, key="a.txt")
    assert (code, body["type"]) == (500, "urn:text-to-pdf:problem:internal")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in response.body
