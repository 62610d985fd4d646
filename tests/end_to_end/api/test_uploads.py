"""Upload forms: what they allow, and stages with uploads turned off."""

import base64
import json
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.deploy import chalice
from infra.emulator import Emulator
from infra.explanation import StageError
from infra.provision import provision
from infra.throttling_and_cors import allow_uploads
from tests.end_to_end.actor import DENIED, Actor, put_input
from tests.stack import Response, Stack, copy_project, deploy


def post(url: str, body: bytes, headers: dict[str, str]) -> Response:
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request) as response:
            return Response(response.status, dict(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(error.code, dict(error.headers), error.read())


def request_form(stack: Stack, upload: Any) -> Response:
    """Request a form from the API; a string is sent unchanged as the request's body."""
    body = upload if isinstance(upload, str) else json.dumps(upload)
    headers = {"Authorization": f"Bearer {stack.token}", "Content-Type": "application/json"}
    return post(f"{stack.url}/uploads", body.encode(), headers)


def send(form: Any, content: bytes, **changed: str) -> Response:
    """Send the form to S3, with some of its fields changed."""
    boundary = uuid.uuid4().hex
    fields = {**form["fields"], **{name.replace("_", "-"): v for name, v in changed.items()}}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    parts.append(head.encode() + content + f"\r\n--{boundary}--\r\n".encode())
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return post(form["url"], b"".join(parts), headers)


def test_a_form_uploads_its_file(stack: Stack) -> None:
    key = "form/naïve\nname.txt"
    response = request_form(stack, {"key": key, "size": 5, "options": {"pdf-page-size": "letter"}})
    assert response.status == 201
    assert response.headers["Cache-Control"] == "no-store"
    assert send(response.json, b"words").status == 204
    assert stack.settled(key).status == "SUCCESS"
    head = stack.s3.head_object(Bucket=stack.settings.input_bucket, Key=key)
    assert head["ContentType"] == "text/plain"
    assert head["Metadata"] == {"pdf-page-size": "letter"}


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "form/another.txt"},
        {"key": "form/${filename}.txt"},
        {"Content_Type": "text/html"},
        {"x_amz_meta_pdf_page_size": "a4"},
        {"x_amz_meta_pdf_margin": "5"},
        {"policy": "e30="},
    ],
)
def test_a_form_rejects_other_fields(stack: Stack, changed: dict[str, str]) -> None:
    upload = {"key": "form/exact.txt", "size": 1, "options": {"pdf-page-size": "letter"}}
    form = request_form(stack, upload).json
    response = send(form, b"x", **changed)
    assert response.status in {400, 403}
    assert stack.answers.about("form/exact.txt") is None


def test_a_form_limits_the_size(stack: Stack) -> None:
    form = request_form(stack, {"key": "form/bounded.txt", "size": 1}).json
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert ["content-length-range", 0, stack.settings.max_bytes] in policy["conditions"]


def test_an_existing_file_is_replaced_only_on_request(stack: Stack) -> None:
    stack.upload("form/exists.txt", b"old")
    stack.settled("form/exists.txt")
    refused = request_form(stack, {"key": "form/exists.txt", "size": 3})
    assert (refused.status, refused.json["type"]) == (
        409,
        "urn:text-to-pdf:problem:already-exists",
    )
    assert refused.json["file"]["status"] == "SUCCESS"
    allowed = request_form(stack, {"key": "form/exists.txt", "size": 3, "overwrite": True})
    assert send(allowed.json, b"new").status == 204


BAD = {
    "no JSON": ("{", 400, "bad-body"),
    "no object": ([], 400, "bad-body"),
    "empty": ("", 400, "bad-body"),
    "deep": ("[" * 100_000, 400, "bad-body"),
    "no key": ({"size": 1}, 400, "bad-body"),
    "no size": ({"key": "a.txt"}, 400, "bad-body"),
    "unknown member": ({"key": "a.txt", "size": 1, "acl": "public-read"}, 400, "bad-body"),
    "size is no number": ({"key": "a.txt", "size": "1"}, 400, "bad-parameter"),
    "size is true": ({"key": "a.txt", "size": True}, 400, "bad-parameter"),
    "negative": ({"key": "a.txt", "size": -1}, 400, "bad-parameter"),
    "too large": ({"key": "a.txt", "size": 2**28 + 1}, 422, "too-large"),
    "another kind": ({"key": "a.docx", "size": 1}, 422, "unsupported-type"),
    "a folder": ({"key": "a/", "size": 0}, 422, "unsupported-type"),
    "empty key": ({"key": "", "size": 1}, 400, "bad-parameter"),
    "too long": ({"key": "é" * 511 + ".txt", "size": 1}, 400, "bad-parameter"),
    "half a character": ('{"key": "\\ud800.txt", "size": 1}', 400, "bad-parameter"),
    "S3's variable": ({"key": "${filename}.txt", "size": 1}, 400, "bad-parameter"),
    "unknown option": (
        {"key": "a.txt", "size": 1, "options": {"pdf-colour": "red"}},
        400,
        "bad-parameter",
    ),
    "no option of ours": (
        {"key": "a.txt", "size": 1, "options": {"x": "y"}},
        400,
        "bad-parameter",
    ),
    "bad value": (
        {"key": "a.txt", "size": 1, "options": {"pdf-margin": "900"}},
        400,
        "bad-parameter",
    ),
    "a header more": (
        {"key": "a.txt", "size": 1, "options": {"pdf-charset": "utf-8\r\nx: y"}},
        400,
        "bad-parameter",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_an_invalid_upload_request_gets_a_problem_document(stack: Stack, case: str) -> None:
    upload, status, kind = BAD[case]
    response = request_form(stack, upload)
    assert (response.status, response.json["type"]) == (status, f"urn:text-to-pdf:problem:{kind}")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in response.body.decode()


def test_the_page_and_its_files_are_open_and_reveal_nothing_about_the_stage(stack: Stack) -> None:
    page = stack.get("/", token=None)
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-cache"
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    files = [part.split('"')[0] for part in page.body.decode().split('="web/')[1:]]
    assert len(files) >= 3
    total = len(page.body)
    for name in set(files):
        response = stack.get(f"/web/{name}", token=None)
        assert response.status == 200
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        total += len(response.body)
    assert total < 100_000
    for secret in (stack.settings.input_bucket, "000000000000", stack.token, stack.settings.table):
        assert secret not in page.body.decode()
        assert secret not in str(page.headers)
    assert stack.get("/web/0/page.js", token=None).status == 404
    assert stack.get("/link", {"key": "a.txt"}, token=None).status == 401


def test_a_cached_page_is_not_sent_again(stack: Stack) -> None:
    tag = stack.get("/", token=None).headers["ETag"]
    again = stack.fetch(f"{stack.url}/", {"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")


def test_open_routes_are_throttled_more_than_the_others(stack: Stack) -> None:
    api_id, name = stack.url.split("/")[-2:]
    settings = boto3.client("apigateway").get_stage(restApiId=api_id, stageName=name)
    limits = {
        method: (limit["throttlingRateLimit"], limit["throttlingBurstLimit"])
        for method, limit in settings["methodSettings"].items()
    }
    assert limits["*/*"] == (100.0, 2000)
    assert {limit for method, limit in limits.items() if method != "*/*"} == {(5.0, 100)}
    assert len(limits) == 3


@pytest.fixture(scope="module")
def without_uploads(aws: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stage whose uploads were on, and then turned off."""
    project = copy_project(tmp_path_factory.mktemp("off"))
    on = deploy(aws, project, "off")
    assert origins(on) == ["https://" + on.url.split("/")[2]]
    path = project / ".chalice/config.json"
    config = json.loads(path.read_text())
    variables = config["stages"]["off"]["environment_variables"]
    variables |= {"UPLOADS": "off", "PAGE_RATE": "1", "API_RATE": "7"}
    path.write_text(json.dumps(config))
    return deploy(aws, project, "off")


def origins(stack: Stack) -> list[str]:
    """Return the origins that may upload to the input bucket."""
    rules = stack.s3.get_bucket_cors(Bucket=stack.settings.input_bucket)["CORSRules"]
    return [origin for rule in rules for origin in rule["AllowedOrigins"]]


def test_turning_uploads_off_removes_route_permission_and_cors(
    without_uploads: Stack,
) -> None:
    stack = without_uploads
    assert request_form(stack, {"key": "a.txt", "size": 1}).json == {
        "message": "Missing Authentication Token"
    }
    assert stack.get("/settings").json["uploads"] is None
    with pytest.raises(ClientError) as caught:
        put_input(Actor(stack.settings, "api"))
    assert caught.value.response["Error"]["Code"] in DENIED
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        origins(stack)


def test_the_rate_limit_of_the_page_does_not_affect_other_routes(without_uploads: Stack) -> None:
    codes = [without_uploads.get("/", token=None).status for _ in range(40)]
    assert codes[0] == 200
    assert 429 in codes
    assert without_uploads.get("/health").status == 200


@pytest.mark.usefixtures("aws")
def test_other_cors_rules_of_the_bucket_are_kept() -> None:
    client = boto3.client("s3")
    client.create_bucket(Bucket="shared-by-others")
    theirs = {"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["GET"]}
    client.put_bucket_cors(
        Bucket="shared-by-others",
        CORSConfiguration={"CORSRules": [theirs]},  # type: ignore[list-item]
    )
    for ours in (["https://p.example"], ["https://q.example"], []):
        allow_uploads(client, "shared-by-others", "dev", ours)
        rules = client.get_bucket_cors(Bucket="shared-by-others")["CORSRules"]
        allowed_origins = [origin for rule in rules for origin in rule["AllowedOrigins"]]
        assert allowed_origins == ["https://a.example", *ours]


@pytest.mark.usefixtures("aws")
def test_an_invalid_setting_of_the_page_is_reported(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    provision("typo", project)
    path = project / ".chalice/config.json"
    config = json.loads(path.read_text())
    config["stages"]["typo"]["environment_variables"]["PAGE_RATE"] = "fast"
    path.write_text(json.dumps(config))
    with pytest.raises(StageError, match="PAGE_RATE in "):
        chalice("deploy", "typo", project)
