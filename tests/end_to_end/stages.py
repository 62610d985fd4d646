"""What there is of stages in the emulator, and whether they work."""

import boto3

from chalicelib.records.record import Status
from tests.stack import Stack


def functions(stage: str) -> set[str]:
    """Return the names of the stage's functions."""
    listed = boto3.client("lambda").list_functions()["Functions"]
    names = {f["FunctionName"] for f in listed}
    prefix = f"text-to-pdf-{stage}"
    return {name for name in names if name == prefix or name.startswith(f"{prefix}-")}


def apis() -> int:
    """Return the number of APIs of all stages."""
    return len(boto3.client("apigateway").get_rest_apis()["items"])


def notified(stack: Stack) -> list[str]:
    """Return the names of the functions that the input bucket notifies of uploads."""
    response = stack.s3.get_bucket_notification_configuration(Bucket=stack.settings.input_bucket)
    targets = response.get("LambdaFunctionConfigurations", [])
    return [target["LambdaFunctionArn"].rpartition(":")[2] for target in targets]


def assert_works(stack: Stack, key: str) -> None:
    """Upload a text, and check that it is converted and that the API says so."""
    stack.upload(key)
    assert stack.settled(key).status is Status.SUCCESS
    assert stack.get("/status", {"key": key}).json["status"] == "SUCCESS"
