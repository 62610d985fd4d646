"""The REST API of a deployed stage."""

import json
from urllib.parse import quote

import pytest

from chalicelib import VERSION
from chalicelib.records.record import Status
from tests import seeding
from tests.stack import Response, Stack


def put(stack: Stack, *keys: str, status: Status = Status.SUCCESS, **more: str) -> None:
    """Write records of files that never existed."""
    bucket = stack.settings.input_bucket
    records = [seeding.record(bucket, key, status, **more) for key in keys]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)


def test_a_converted_key_returns_its_record(stack: Stack) -> None:
    stack.upload("api/one.txt")
    stack.settled("api/one.txt")
    response = stack.get("/status", {"key": "api/one.txt"})
    body = response.json
    assert response.status == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert body["status"] == "SUCCESS"
    assert (body["input_bucket"], body["input_key"]) == (stack.settings.input_bucket, "api/one.txt")
    assert (body["output_bucket"], body["output_key"]) == (
        stack.settings.output_bucket,
        "api/one.pdf",
    )
    assert (body["error"], body["pages"]) == (None, 1)
    assert body["processed_at"].endswith("Z")


def test_numbers_are_whole_numbers(stack: Stack) -> None:
    put(stack, "api-numbers/a.txt")
    body = stack.get("/status", {"key": "api-numbers/a.txt"}).body.decode()
    assert '"pages": 7,' in body
    assert '"size": 20000,' in body


def test_a_failed_key_returns_its_error_and_what_to_do(stack: Stack) -> None:
    stack.upload("api/letter.docx")
    stack.settled("api/letter.docx")
    body = stack.get("/status", {"key": "api/letter.docx"}).json
    assert (body["status"], body["error_code"]) == ("FAILED", "UnsupportedType")
    assert ".txt" in body["error"]
    assert "upload" in body["detail"]
    assert body["output_key"] is None


def test_a_key_in_progress_returns_the_time_and_number_of_the_attempt(stack: Stack) -> None:
    put(stack, "api/going.txt", status=Status.PROCESSING)
    body = stack.get("/status", {"key": "api/going.txt"}).json
    assert (body["status"], body["attempts"]) == ("PROCESSING", 1)
    assert body["processed_at"] in body["detail"]
    assert "attempt 1" in body["detail"]


def test_an_object_without_a_record_is_not_processed(stack: Stack) -> None:
    with stack.unnoticed():
        stack.upload("api/unnoticed.txt")
        body = stack.get("/status", {"key": "api/unnoticed.txt"}).json
    assert body["status"] == "NOT PROCESSED"
    assert "has no record" in body["detail"]
    assert (body["size"], body["output_key"]) == (4, None)


def test_a_record_of_an_older_upload_is_not_returned_for_a_newer_one(stack: Stack) -> None:
    stack.upload("api/again.txt", b"first")
    first = stack.settled("api/again.txt")
    with stack.unnoticed():
        stack.upload("api/again.txt", b"first")  # the same text even: it may have other metadata
        body = stack.get("/status", {"key": "api/again.txt"}).json
    assert body["status"] == "NOT PROCESSED"
    assert "older upload" in body["detail"]
    assert first.uploaded_at in body["detail"]
    assert body["version_id"] not in {None, first.version_id}


def test_a_file_deleted_after_its_conversion_is_success(stack: Stack) -> None:
    put(stack, "api/deleted.txt")
    assert stack.get("/status", {"key": "api/deleted.txt"}).json["status"] == "SUCCESS"


def test_an_unknown_key_is_404_and_says_what_to_do(stack: Stack) -> None:
    response = stack.get("/status", {"key": "api/never.txt"})
    assert response.status == 404
    assert response.json["type"] == "urn:text-to-pdf:problem:not-found"
    assert "upload" in response.json["detail"]


def test_locations_are_accepted_as_keys(stack: Stack) -> None:
    put(stack, "api-location/a.txt")
    for location in (
        f"s3://{stack.settings.input_bucket}/api-location/a.txt",
        f"s3://{stack.settings.output_bucket}/api-location/a.pdf",
    ):
        body = stack.get("/status", {"key": location}).json
        assert body["input_key"] == "api-location/a.txt"


def test_a_prefix_returns_files_in_key_order(stack: Stack) -> None:
    keys = [f"api/order/{name}.txt" for name in ("b", "a", "ü", "A", "é", "z", "🙂", "\uffff")]
    put(stack, *keys)
    body = stack.get("/status", {"prefix": "api/order/"}).json
    assert [file["input_key"] for file in body["files"]] == sorted(keys, key=str.encode)
    assert (body["prefix"], body["next"]) == ("api/order/", None)


def all_pages(stack: Stack, parameters: dict[str, str]) -> list[Response]:
    responses = [stack.get("/status", parameters)]
    while (token := responses[-1].json["next"]) is not None:
        responses.append(stack.get("/status", parameters | {"next": token}))
    return responses


def test_pages_have_no_gaps_or_duplicates(stack: Stack) -> None:
    keys = [f"api-pages/{number:03}.txt" for number in range(95)]
    put(stack, *keys)
    responses = all_pages(stack, {"prefix": "api-pages/", "limit": "10"})
    listed = [file["input_key"] for response in responses for file in response.json["files"]]
    assert listed == keys
    assert all(len(response.json["files"]) <= 10 for response in responses)


def test_a_page_has_a_hundred_files_by_default(stack: Stack) -> None:
    put(stack, *(f"api-hundred/{number:03}.txt" for number in range(130)))
    body = stack.get("/status", {"prefix": "api-hundred/"}).json
    assert len(body["files"]) <= 100
    assert body["next"] is not None


def test_filters_select_by_status_and_time(stack: Stack) -> None:
    put(stack, "api-filter/a.txt", "api-filter/b.txt")
    put(stack, "api-filter/c.txt", status=Status.FAILED)
    put(stack, "api-filter/old.txt", status=Status.FAILED, processed_at="2020-01-01T00:00:00.000Z")
    parameters = {"prefix": "api-filter/", "status": "FAILED", "since": "2026-01-01"}
    body = stack.get("/status", parameters).json
    assert [file["input_key"] for file in body["files"]] == ["api-filter/c.txt"]


@pytest.mark.parametrize(
    "other",
    [{"prefix": "api-token/x"}, {"status": "FAILED"}, {"since": "2026-01-01"}],
    ids=["prefix", "status", "since"],
)
def test_a_page_token_of_another_query_is_400(stack: Stack, other: dict[str, str]) -> None:
    put(stack, *(f"api-token/{number}.txt" for number in range(40)))
    parameters = {"prefix": "api-token/", "limit": "1"}
    token = stack.get("/status", parameters).json["next"]
    response = stack.get("/status", parameters | other | {"next": token})
    assert (response.status, response.json["parameter"]) == (400, "next")


def test_a_page_token_of_a_list_is_not_accepted_by_a_summary(stack: Stack) -> None:
    put(stack, *(f"api-token/{number}.txt" for number in range(40)))
    token = stack.get("/status", {"prefix": "api-token/", "limit": "1"}).json["next"]
    response = stack.get("/status/summary", {"prefix": "api-token/", "next": token})
    assert (response.status, response.json["parameter"]) == (400, "next")


def test_a_summary_counts_files_by_status(stack: Stack) -> None:
    put(stack, *(f"api-summary/{number}.txt" for number in range(20)))
    put(stack, "api-summary/x.txt", status=Status.FAILED)
    put(stack, "api-summary/y.txt", status=Status.PROCESSING)
    assert stack.get("/status/summary", {"prefix": "api-summary/"}).json == {
        "prefix": "api-summary/",
        "next": None,
        "files": 22,
        "counts": {"PROCESSING": 1, "SUCCESS": 20, "FAILED": 1},
    }


def test_a_download_redirects_to_the_pdf_with_its_name(stack: Stack) -> None:
    key = "api-download/Grüße an „Zoë“.txt"
    stack.upload(key)
    stack.settled(key)
    there = stack.get("/download", {"key": key})
    assert there.status == 302
    assert there.headers["Cache-Control"] == "no-store"
    pdf = stack.fetch(there.headers["Location"])
    assert pdf.status == 200
    assert pdf.body == stack.pdf("api-download/Grüße an „Zoë“.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert quote("Grüße an „Zoë“.pdf") in pdf.headers["Content-Disposition"]


def test_a_file_that_is_not_converted_cannot_be_downloaded(stack: Stack) -> None:
    put(stack, "api-download/failed.txt", status=Status.FAILED)
    response = stack.get("/download", {"key": "api-download/failed.txt"})
    assert (response.status, response.json["type"]) == (409, "urn:text-to-pdf:problem:no-pdf")
    assert "picture" in response.json["detail"]
    assert response.json["file"]["status"] == "FAILED"


def test_a_deleted_pdf_cannot_be_downloaded(stack: Stack) -> None:
    put(stack, "api-download/deleted.txt")
    response = stack.get("/download", {"key": "api-download/deleted.txt"})
    assert (response.status, response.json["type"]) == (410, "urn:text-to-pdf:problem:pdf-gone")


def test_an_unknown_file_cannot_be_downloaded(stack: Stack) -> None:
    assert stack.get("/download", {"key": "api-download/never.txt"}).status == 404


def test_health_returns_the_version(stack: Stack) -> None:
    assert stack.get("/health").json == {"status": "ok", "version": VERSION}


def test_the_api_describes_itself(stack: Stack) -> None:
    body = stack.get("/openapi.json").json
    assert (body["openapi"], body["info"]["version"]) == ("3.1.0", VERSION)


@pytest.mark.parametrize("letter", ["\x01", "ü", '"', "🙂"])
def test_pages_of_the_longest_names_stay_below_lambdas_response_limit(
    stack: Stack, letter: str
) -> None:
    start = f"size-{ord(letter):x}/"
    room = (1024 - len(f"{start}0000.txt")) // len(letter.encode())
    keys = [f"{start}{number:04}{letter * room}.txt" for number in range(700)]
    put(stack, *keys)
    responses = all_pages(stack, {"prefix": start, "limit": "1000"})
    listed = [file["input_key"] for response in responses for file in response.json["files"]]
    assert listed == keys
    for response in responses:  # Lambda returns it as a JSON string, which escapes once more
        assert len(json.dumps(response.body.decode())) < 6_000_000
