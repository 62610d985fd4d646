"""Permissions of the deployed roles, tested with an emulator that enforces policies."""

import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.settings import Settings
from infra import emulator
from infra.provision import provision
from infra.web import OPEN_ROUTES
from tests.stack import Stack, copy_project

Operation = Callable[["Actor"], Any]
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"}


class Actor:
    """Clients with the permissions of a function's role, and no others."""

    def __init__(self, settings: Settings, role: str) -> None:
        self.settings = settings
        region = boto3.Session().region_name
        name = f"text-to-pdf-{settings.stage}-{region}-{role}"
        arn = boto3.client("iam").get_role(RoleName=name)["Role"]["Arn"]
        response = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
        credentials = response["Credentials"]
        self._session = boto3.Session(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )

    def do(self, service: str, operation: str, **parameters: Any) -> Any:
        return getattr(self._session.client(service), operation)(**parameters)  # type: ignore[call-overload]

    def key(self, name: str) -> dict[str, Any]:
        return {"pk": {"S": f"{self.settings.input_bucket}#0"}, "input_key": {"S": name}}


def get_input(a: Actor) -> Any:
    return a.do("s3", "get_object", Bucket=a.settings.input_bucket, Key="access/a.txt")


def put_input(a: Actor) -> Any:
    return a.do("s3", "put_object", Bucket=a.settings.input_bucket, Key="access/b.txt", Body=b"b")


def delete_input(a: Actor) -> Any:
    return a.do("s3", "delete_object", Bucket=a.settings.input_bucket, Key="access/a.txt")


def list_input(a: Actor) -> Any:
    return a.do("s3", "list_objects_v2", Bucket=a.settings.input_bucket, MaxKeys=1)


def get_output(a: Actor) -> Any:
    return a.do("s3", "get_object", Bucket=a.settings.output_bucket, Key="access/a.pdf")


def put_output(a: Actor) -> Any:
    where = {"Bucket": a.settings.output_bucket, "Key": f"access/{uuid.uuid4()}.pdf"}
    return a.do("s3", "put_object", **where, Body=b"", IfNoneMatch="*")


def delete_output(a: Actor) -> Any:
    return a.do("s3", "delete_object", Bucket=a.settings.output_bucket, Key="access/a.pdf")


def get_elsewhere(a: Actor) -> Any:
    return a.do("s3", "get_object", Bucket="elsewhere", Key="a.txt")


def put_elsewhere(a: Actor) -> Any:
    return a.do("s3", "put_object", Bucket="elsewhere", Key="b.txt", Body=b"b")


def get_item(a: Actor) -> Any:
    return a.do("dynamodb", "get_item", TableName=a.settings.table, Key=a.key("access"))


def query(a: Actor) -> Any:
    return a.do(
        "dynamodb",
        "query",
        TableName=a.settings.table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"{a.settings.input_bucket}#0"}},
    )


def update_item(a: Actor) -> Any:
    return a.do(
        "dynamodb",
        "update_item",
        TableName=a.settings.table,
        Key=a.key("(access)/"),
        UpdateExpression="REMOVE nothing",
    )


def put_item(a: Actor) -> Any:
    return a.do("dynamodb", "put_item", TableName=a.settings.table, Item=a.key("(access)/"))


def delete_item(a: Actor) -> Any:
    return a.do("dynamodb", "delete_item", TableName=a.settings.table, Key=a.key("(access)/"))


def scan(a: Actor) -> Any:
    return a.do("dynamodb", "scan", TableName=a.settings.table)


def read_token(a: Actor) -> Any:
    name = a.settings.token_parameter
    return a.do("ssm", "get_parameter", Name=name, WithDecryption=True)


def read_other_parameter(a: Actor) -> Any:
    return a.do("ssm", "get_parameter", Name="/text-to-pdf/another/token", WithDecryption=True)


def replace_token(a: Actor) -> Any:
    name = a.settings.token_parameter
    return a.do("ssm", "put_parameter", Name=name, Value="mine", Overwrite=True)


def make_log_group(a: Actor) -> Any:
    return a.do("logs", "create_log_group", logGroupName="/aws/lambda/access")


def publish(a: Actor) -> Any:
    return a.do("sns", "publish", TopicArn=a.settings.topic, Message="access")


def read_stream(a: Actor) -> Any:
    table = boto3.client("dynamodb").describe_table(TableName=a.settings.table)["Table"]
    return a.do("dynamodbstreams", "describe_stream", StreamArn=table["LatestStreamArn"])


def invoke(a: Actor) -> Any:
    return a.do("lambda", "invoke", FunctionName=f"text-to-pdf-{a.settings.stage}-convert")


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
