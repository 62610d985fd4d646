"""Clients with the permissions of one role, and operations to try with them."""

import uuid
from collections.abc import Callable
from typing import Any

import boto3

from chalicelib.settings import Settings

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
