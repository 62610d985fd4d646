"""Permissions of the deployed roles, tested with an emulator that enforces policies."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.settings import Settings
from infra import emulator
from infra.provision import provision
from infra.throttling_and_cors import OPEN_ROUTES
from tests.end_to_end.actor import (
    DENIED,
    Actor,
    Operation,
    delete_input,
    delete_item,
    delete_output,
    get_elsewhere,
    get_input,
    get_item,
    get_output,
    invoke,
    list_input,
    make_log_group,
    publish,
    put_elsewhere,
    put_input,
    put_item,
    put_output,
    query,
    read_other_parameter,
    read_stream,
    read_token,
    replace_token,
    scan,
    update_item,
)
from tests.stack import Stack, copy_project

ALLOWED: dict[str, list[Operation]] = {
    "convert": [get_input, list_input, get_output, put_output, get_item, update_item],
    # Checking that an object exists (HEAD) needs the permission to read it.
    # An upload form has the permissions of the role that signed it.
    "api": [get_item, query, get_input, put_input, list_input, get_output],
    "reconcile": [list_input, query, invoke],
    "authorize": [read_token],
    "announce": [publish, read_stream],
}
DENIED_TO_ALL: list[Operation] = [
    delete_input,
    delete_output,
    get_elsewhere,
    put_elsewhere,
    put_item,
    delete_item,
    scan,
    replace_token,
    read_other_parameter,
    make_log_group,
]
FORBIDDEN: dict[str, list[Operation]] = {
    "convert": [*DENIED_TO_ALL, put_input, query, read_token, invoke, publish, read_stream],
    "api": [*DENIED_TO_ALL, put_output, update_item, read_token, invoke, publish, read_stream],
    "announce": [
        *DENIED_TO_ALL,
        *(get_input, put_input, get_output, put_output),
        *(get_item, query, update_item, read_token, invoke),
    ],
    "reconcile": [
        *DENIED_TO_ALL,
        get_input,
        put_input,
        get_output,
        put_output,
        get_item,
        update_item,
        read_token,
    ],
    "authorize": [
        *DENIED_TO_ALL,
        get_input,
        put_input,
        get_output,
        put_output,
        get_item,
        query,
        update_item,
        invoke,
    ],
}


@pytest.fixture(scope="module")
def actors(stack: Stack) -> Iterator[dict[str, Actor]]:
    """Each role, and the objects and parameters that the operations need."""
    stack.upload("access/a.txt")
    stack.settled("access/a.txt")
    stack.s3.create_bucket(Bucket="elsewhere")
    stack.s3.put_object(Bucket="elsewhere", Key="a.txt", Body=b"a")
    boto3.client("ssm").put_parameter(
        Name="/text-to-pdf/another/token", Type="SecureString", Value="theirs"
    )
    actors = {role: Actor(stack.settings, role) for role in ALLOWED}
    yield actors
    key = actors["convert"].key("(access)/")  # created by update_item
    stack.dynamodb.delete_item(TableName=stack.settings.table, Key=key)


def pairs(table: dict[str, list[Operation]]) -> list[Any]:
    return [
        pytest.param(role, operation, id=f"{role}-{operation.__name__}")
        for role, operations in table.items()
        for operation in operations
    ]


@pytest.mark.parametrize(("role", "operation"), pairs(ALLOWED))
def test_a_role_allows_what_its_function_needs(
    actors: dict[str, Actor], role: str, operation: Operation
) -> None:
    operation(actors[role])


@pytest.mark.parametrize(("role", "operation"), pairs(FORBIDDEN))
def test_a_role_denies_everything_else(
    actors: dict[str, Actor], role: str, operation: Operation
) -> None:
    with pytest.raises(ClientError) as caught:
        operation(actors[role])
    assert caught.value.response["Error"]["Code"] in DENIED


def test_each_function_has_its_own_role(stack: Stack) -> None:
    functions = boto3.client("lambda").list_functions()["Functions"]
    roles = {f["FunctionName"]: f["Role"].rpartition("/")[2] for f in functions}
    assert len(roles) == len(set(roles.values()))
    stage, region = stack.settings.stage, boto3.Session().region_name
    assert roles[f"text-to-pdf-{stage}-convert"] == f"text-to-pdf-{stage}-{region}-convert"
    assert roles[f"text-to-pdf-{stage}"] == f"text-to-pdf-{stage}-{region}-api"
    assert roles[f"text-to-pdf-{stage}-authorize"] == f"text-to-pdf-{stage}-{region}-authorize"


def test_buckets_deny_anonymous_reads(stack: Stack, actors: dict[str, Actor]) -> None:
    assert actors
    stranger = boto3.client("s3", config=Config(signature_version=UNSIGNED))
    for bucket, key in (
        (stack.settings.input_bucket, "access/a.txt"),
        (stack.settings.output_bucket, "access/a.pdf"),
    ):
        with pytest.raises(ClientError) as caught:
            stranger.get_object(Bucket=bucket, Key=key)
        assert caught.value.response["Error"]["Code"] in DENIED


def test_requests_without_tls_are_denied(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with emulator.running({"AUTH": "true"}) as plain:
        for name in ("AWS_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in plain.client_environment.items():
            monkeypatch.setenv(name, value)
        project = copy_project(tmp_path_factory.mktemp("plain"))
        provision("plain", project)
        actor = Actor(Settings.from_chalice_config(project / ".chalice", "plain"), "convert")
        for operation in (list_input, put_output):
            with pytest.raises(ClientError, match="explicit deny"):
                operation(actor)


def methods(stack: Stack) -> list[tuple[str, str]]:
    """Return every method of every route of the deployed API except the page's."""
    gateway = boto3.client("apigateway")
    api_id = stack.url.split("/")[-2]
    items = gateway.get_resources(restApiId=api_id, embed=["methods"])["items"]
    return [
        (method, item["path"])
        for item in items
        for method, settings in item.get("resourceMethods", {}).items()
        if (settings.get("authorizationType") != "NONE" or method != "OPTIONS")
        and item["path"] not in OPEN_ROUTES
    ]


def status(stack: Stack, method: str, path: str, header: str | None) -> int:
    headers = {"Content-Type": "application/json"}
    if header is not None:
        headers["Authorization"] = header
    request = urllib.request.Request(f"{stack.url}{path}", headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            code: int = response.status
            return code
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_every_route_rejects_requests_without_the_right_token(stack: Stack) -> None:
    token = stack.token
    wrong = {
        "none": None,
        "empty": "",
        "scheme only": "Bearer",
        "empty token": "Bearer ",
        "another": "Bearer wrong",
        "without scheme": token,
        "another scheme": f"Basic {token}",
        "cut short": f"Bearer {token[:-1]}",
        "one too many": f"Bearer {token}x",
        "one differs": f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
        "other case": f"Bearer {token.swapcase()}",
        "twice": f"Bearer {token} {token}",
        "huge": "Bearer " + "x" * 8000,
        "huge and right at first": f"Bearer {token}" + "x" * 8000,
    }
    routes = methods(stack)
    assert {("GET", "/status"), ("POST", "/uploads")} <= set(routes)
    codes = {
        (method, path, name): status(stack, method, path, header)
        for method, path in routes
        for name, header in wrong.items()
    }
    assert {case: code for case, code in codes.items() if code not in {401, 403}} == {}
    assert status(stack, "GET", "/status?prefix=access/", f"Bearer {token}") == 200
