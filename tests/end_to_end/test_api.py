"""The REST face, on a deployed stage."""

import base64
import json
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest

from chalicelib import VERSION, clients
from chalicelib.api import routes
from chalicelib.records.record import Status
from chalicelib.services import Services
from tests import seeding
from tests.stack import Answer, Stack


def put(stack: Stack, *keys: str, status: Status = Status.SUCCESS, **more: str) -> None:
    """Records of files that were never there."""
    bucket = stack.settings.input_bucket
    records = [seeding.record(bucket, key, status, **more) for key in keys]
    seeding.write(stack.dynamodb, stack.settings.table, stack.settings.shards, records)


def test_a_converted_key_is_answered_with_its_facts(stack: Stack) -> None:
    stack.upload("api/one.txt")
    stack.settled("api/one.txt")
    answer = stack.get("/status", {"key": "api/one.txt"})
    told = answer.json
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert told["status"] == "SUCCESS"
    assert (told["input_bucket"], told["input_key"]) == (stack.settings.input_bucket, "api/one.txt")
    assert (told["output_bucket"], told["output_key"]) == (
        stack.settings.output_bucket,
        "api/one.pdf",
    )
    assert (told["error"], told["pages"]) == (None, 1)
    assert told["processed_at"].endswith("Z")


def test_numbers_are_whole_numbers(stack: Stack) -> None:
    put(stack, "api-numbers/a.txt")
    body = stack.get("/status", {"key": "api-numbers/a.txt"}).body.decode()
    assert '"pages": 7,' in body
    assert '"size": 20000,' in body


def test_a_failed_key_is_answered_with_its_error_and_what_to_do(stack: Stack) -> None:
    stack.upload("api/letter.docx")
    stack.settled("api/letter.docx")
    told = stack.get("/status", {"key": "api/letter.docx"}).json
    assert (told["status"], told["error_code"]) == ("FAILED", "UnsupportedType")
    assert ".txt" in told["error"]
    assert "upload" in told["detail"]
    assert told["output_key"] is None


def test_a_key_being_converted_is_answered_with_since_when_and_which_attempt(stack: Stack) -> None:
    put(stack, "api/going.txt", status=Status.PROCESSING)
    told = stack.get("/status", {"key": "api/going.txt"}).json
    assert (told["status"], told["attempts"]) == ("PROCESSING", 1)
    assert told["processed_at"] in told["detail"]
    assert "attempt 1" in told["detail"]


def test_an_object_without_a_record_is_not_processed(stack: Stack) -> None:
    with stack.unnoticed():
        stack.upload("api/unnoticed.txt")
        told = stack.get("/status", {"key": "api/unnoticed.txt"}).json
    assert told["status"] == "NOT PROCESSED"
    assert "has no record" in told["detail"]
    assert (told["size"], told["output_key"]) == (4, None)


def test_a_record_of_an_older_upload_does_not_answer_for_the_newer(stack: Stack) -> None:
    stack.upload("api/again.txt", b"first")
    first = stack.settled("api/again.txt")
    with stack.unnoticed():
        stack.upload("api/again.txt", b"first")  # the same text even: it may have other metadata
        told = stack.get("/status", {"key": "api/again.txt"}).json
    assert told["status"] == "NOT PROCESSED"
    assert "older upload" in told["detail"]
    assert first.uploaded_at in told["detail"]
    assert told["version_id"] not in {None, first.version_id}


def test_a_converted_file_that_was_deleted_since_is_still_converted(stack: Stack) -> None:
    put(stack, "api/deleted.txt")
    assert stack.get("/status", {"key": "api/deleted.txt"}).json["status"] == "SUCCESS"


def test_an_unknown_key_is_404_and_says_what_to_do(stack: Stack) -> None:
    answer = stack.get("/status", {"key": "api/never.txt"})
    assert answer.status == 404
    assert answer.json["type"] == "urn:text-to-pdf:problem:not-found"
    assert "upload" in answer.json["detail"]


def test_locations_are_as_good_as_keys(stack: Stack) -> None:
    put(stack, "api-location/a.txt")
    for location in (
        f"s3://{stack.settings.input_bucket}/api-location/a.txt",
        f"s3://{stack.settings.output_bucket}/api-location/a.pdf",
    ):
        told = stack.get("/status", {"key": location}).json
        assert told["input_key"] == "api-location/a.txt"


def test_a_prefix_is_answered_in_key_order(stack: Stack) -> None:
    keys = [f"api/order/{name}.txt" for name in ("b", "a", "ü", "A", "é", "z", "🙂", "\uffff")]
    put(stack, *keys)
    told = stack.get("/status", {"prefix": "api/order/"}).json
    assert [file["input_key"] for file in told["files"]] == sorted(keys, key=str.encode)
    assert (told["prefix"], told["next"]) == ("api/order/", None)


def all_pages(stack: Stack, parameters: dict[str, str]) -> list[Answer]:
    answers = [stack.get("/status", parameters)]
    while (token := answers[-1].json["next"]) is not None:
        answers.append(stack.get("/status", parameters | {"next": token}))
    return answers


def test_pages_follow_each_other_without_gap_or_repeat(stack: Stack) -> None:
    keys = [f"api-pages/{number:03}.txt" for number in range(95)]
    put(stack, *keys)
    answers = all_pages(stack, {"prefix": "api-pages/", "limit": "10"})
    told = [file["input_key"] for answer in answers for file in answer.json["files"]]
    assert told == keys
    assert all(len(answer.json["files"]) <= 10 for answer in answers)


def test_a_page_holds_a_hundred_files_unless_told_otherwise(stack: Stack) -> None:
    put(stack, *(f"api-hundred/{number:03}.txt" for number in range(130)))
    told = stack.get("/status", {"prefix": "api-hundred/"}).json
    assert len(told["files"]) <= 100
    assert told["next"] is not None


def test_filters_keep_what_stands_there_since_then(stack: Stack) -> None:
    put(stack, "api-filter/a.txt", "api-filter/b.txt")
    put(stack, "api-filter/c.txt", status=Status.FAILED)
    put(stack, "api-filter/old.txt", status=Status.FAILED, processed_at="2020-01-01T00:00:00.000Z")
    asked = {"prefix": "api-filter/", "status": "FAILED", "since": "2026-01-01"}
    told = stack.get("/status", asked).json
    assert [file["input_key"] for file in told["files"]] == ["api-filter/c.txt"]


@pytest.mark.parametrize(
    "other",
    [{"prefix": "api-token/x"}, {"status": "FAILED"}, {"since": "2026-01-01"}],
    ids=["prefix", "status", "since"],
)
def test_a_token_of_another_question_is_400(stack: Stack, other: dict[str, str]) -> None:
    put(stack, *(f"api-token/{number}.txt" for number in range(40)))
    asked = {"prefix": "api-token/", "limit": "1"}
    token = stack.get("/status", asked).json["next"]
    answer = stack.get("/status", asked | other | {"next": token})
    assert (answer.status, answer.json["parameter"]) == (400, "next")


def test_a_token_of_a_list_does_not_go_on_with_a_count(stack: Stack) -> None:
    put(stack, *(f"api-token/{number}.txt" for number in range(40)))
    token = stack.get("/status", {"prefix": "api-token/", "limit": "1"}).json["next"]
    answer = stack.get("/status/summary", {"prefix": "api-token/", "next": token})
    assert (answer.status, answer.json["parameter"]) == (400, "next")


def test_a_summary_counts_where_files_stand(stack: Stack) -> None:
    put(stack, *(f"api-summary/{number}.txt" for number in range(20)))
    put(stack, "api-summary/x.txt", status=Status.FAILED)
    put(stack, "api-summary/y.txt", status=Status.PROCESSING)
    assert stack.get("/status/summary", {"prefix": "api-summary/"}).json == {
        "prefix": "api-summary/",
        "next": None,
        "files": 22,
        "counts": {"PROCESSING": 1, "SUCCESS": 20, "FAILED": 1},
    }


def test_a_download_leads_to_the_pdf_under_its_own_name(stack: Stack) -> None:
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


def test_there_is_no_download_of_what_was_not_converted(stack: Stack) -> None:
    put(stack, "api-download/failed.txt", status=Status.FAILED)
    answer = stack.get("/download", {"key": "api-download/failed.txt"})
    assert (answer.status, answer.json["type"]) == (409, "urn:text-to-pdf:problem:no-pdf")
    assert "picture" in answer.json["detail"]
    assert answer.json["file"]["status"] == "FAILED"


def test_there_is_no_download_of_a_pdf_that_was_deleted(stack: Stack) -> None:
    put(stack, "api-download/deleted.txt")
    answer = stack.get("/download", {"key": "api-download/deleted.txt"})
    assert (answer.status, answer.json["type"]) == (410, "urn:text-to-pdf:problem:pdf-gone")


def test_there_is_no_download_of_an_unknown_file(stack: Stack) -> None:
    assert stack.get("/download", {"key": "api-download/never.txt"}).status == 404


def test_health_tells_the_version(stack: Stack) -> None:
    assert stack.get("/health").json == {"status": "ok", "version": VERSION}


def test_the_api_describes_itself(stack: Stack) -> None:
    told = stack.get("/openapi.json").json
    assert (told["openapi"], told["info"]["version"]) == ("3.1.0", VERSION)


@pytest.mark.parametrize("parameters", [None, {"key": "a", "prefix": "b"}])
def test_a_question_without_one_subject_is_400_and_says_how(
    stack: Stack, parameters: dict[str, str] | None
) -> None:
    answer = stack.get("/status", parameters)
    assert answer.status == 400
    assert "?prefix=" in answer.json["detail"]


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
    "status of answers only": "prefix=&status=NOT%20PROCESSED",
    "since words": "prefix=&since=yesterday",
    "since a time too early": "prefix=&since=0001-01-01T00:00:00%2B23:59",
    "since without zone": "prefix=&since=2026-01-31T08:00:00",
    "since with a bare plus": "prefix=&since=2026-01-31T08:00:00+02:00",
    "another bucket": "key=s3://elsewhere/a.txt",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_question_that_cannot_be_meant_is_400_and_says_why(stack: Stack, query: str) -> None:
    answer = stack.get(f"/status?{query}")
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == 400
    assert answer.json["type"].startswith("urn:text-to-pdf:problem:")
    assert answer.json["detail"]


@pytest.mark.parametrize(
    "key", ["%00", "%ff%fe", "%1b%5b2J", "%ed%a0%80", "..%2f..%2fetc", ".", "%F0%9F%99%82%0d%0a"]
)
def test_a_strange_key_is_no_such_file(stack: Stack, key: str) -> None:
    for path in ("/status", "/download"):
        answer = stack.get(f"{path}?key={key}")
        assert (answer.status, answer.json["type"]) == (404, "urn:text-to-pdf:problem:not-found")


@pytest.mark.parametrize("letter", ["\x01", "ü", '"', "🙂"])
def test_the_longest_names_stay_within_what_lambda_may_return(stack: Stack, letter: str) -> None:
    start = f"size-{ord(letter):x}/"
    room = (1024 - len(f"{start}0000.txt")) // len(letter.encode())
    keys = [f"{start}{number:04}{letter * room}.txt" for number in range(700)]
    put(stack, *keys)
    answers = all_pages(stack, {"prefix": start, "limit": "1000"})
    told = [file["input_key"] for answer in answers for file in answer.json["files"]]
    assert told == keys
    for answer in answers:  # Lambda returns it as a JSON string, which escapes once more
        assert len(json.dumps(answer.body.decode())) < 6_000_000


def test_without_a_token_there_is_no_answer(stack: Stack) -> None:
    for path in ("/status?prefix=", "/status/summary?prefix=", "/download?key=a", "/health"):
        assert stack.get(path, token=None).status == 401
    assert stack.get("/openapi.json", token=None).status == 401


@pytest.mark.parametrize("token", ["wrong", "x" * 5000, "tokén"])
def test_with_a_wrong_token_there_is_no_answer(stack: Stack, token: str) -> None:
    assert stack.get("/status", {"prefix": ""}, token=token).status in {401, 403}


def test_when_aws_cannot_be_asked_it_is_503_and_says_when_to_come_again(stack: Stack) -> None:
    cached = clients.dynamodb, clients.s3
    for client in cached:
        client.cache_clear()  # of this process; another test may have made them for another stack
    elsewhere = replace(stack.settings, table="nowhere")
    response = routes.respond("/status", {"prefix": [""]}, Services(elsewhere))
    for client in cached:
        client.cache_clear()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert json.loads(str(response.body))["type"] == "urn:text-to-pdf:problem:unavailable"
