"""Stages whose code, template, settings or architecture change."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import boto3
import pytest

from infra import api_token, configuration
from infra.deploy import chalice
from infra.emulator import Emulator
from infra.package import build_layer
from infra.provision import provision
from infra.stack import Stack
from tests.end_to_end.stages import assert_works, functions, notified
from tests.stack import deploy

FIRST_TEMPLATE = Path(__file__).parent / "first-template.yaml"
"""The template of the first version, which existing stacks may still have."""


def test_a_renamed_function_replaces_the_old_one(aws: Emulator, project: Path) -> None:
    stack = deploy(aws, project, "renamed")
    app = project / "app.py"
    app.write_text(app.read_text().replace("def convert(event", "def transform(event"))
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    for scope in (settings, settings["stages"]["renamed"]):
        scope["lambda_functions"]["transform"] = scope["lambda_functions"].pop("convert")
    config.write_text(json.dumps(settings))
    chalice("deploy", "renamed", project)
    assert "text-to-pdf-renamed-transform" in functions("renamed")
    assert "text-to-pdf-renamed-convert" not in functions("renamed")
    assert notified(stack) == ["text-to-pdf-renamed-transform"]
    kept = boto3.client("lambda").get_function_event_invoke_config(
        FunctionName="text-to-pdf-renamed-transform"
    )
    assert "failures" in kept["DestinationConfig"]["OnFailure"]["Destination"]
    assert_works(stack, "a.txt")


def test_a_stack_of_the_first_template_is_upgraded_with_its_data(
    aws: Emulator, project: Path
) -> None:
    stack = Stack(boto3.client("cloudformation"), "upgraded")
    first = stack.apply(FIRST_TEMPLATE.read_text("utf-8"), {"Stage": "upgraded"})
    api_token.create(boto3.client("ssm"), first["TokenParameter"])
    token = api_token.read(boto3.client("ssm"), first["TokenParameter"])
    boto3.client("s3").put_object(Bucket=first["InputBucket"], Key="old.txt", Body=b"old")
    boto3.client("s3").put_object(Bucket=first["OutputBucket"], Key="old.pdf", Body=b"%PDF-old")
    record = {"pk": {"S": "kept#0"}, "input_key": {"S": "old.txt"}}
    boto3.client("dynamodb").put_item(TableName=first["Table"], Item=record)

    new = deploy(aws, project, "upgraded")
    assert new.token == token
    assert new.s3.get_object(Bucket=first["InputBucket"], Key="old.txt")["Body"].read() == b"old"
    assert new.pdf("old.pdf") == b"%PDF-old"
    assert new.dynamodb.get_item(TableName=first["Table"], Key=record)["Item"] == record
    assert_works(new, "new.txt")
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")
    kept = {g["logGroupName"]: g.get("retentionInDays") for g in groups["logGroups"]}
    assert {kept[f"/aws/lambda/{name}"] for name in functions("upgraded")} == {30}


@pytest.mark.usefixtures("aws")
def test_settings_of_a_stage_apply_to_its_functions(project: Path) -> None:
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    settings["stages"]["tuned"] = {
        "xray": True,
        "lambda_functions": {"convert": {"reserved_concurrency": 7}},
    }
    config.write_text(json.dumps(settings))
    provision("tuned", project, {"LogDays": "90", "AlarmEmail": "ops@example.com"})
    chalice("deploy", "tuned", project)
    client = boto3.client("lambda")
    for name in functions("tuned"):
        tracing = client.get_function_configuration(FunctionName=name)["TracingConfig"]
        assert tracing["Mode"] == "Active"
    concurrency = client.get_function_concurrency(FunctionName="text-to-pdf-tuned-convert")
    assert concurrency["ReservedConcurrentExecutions"] == 7
    provision("tuned", project)  # parameters that are not given keep their values
    groups = boto3.client("logs").describe_log_groups(
        logGroupNamePrefix="/aws/lambda/text-to-pdf-tuned"
    )["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {90}
    topic = next(
        t["TopicArn"]
        for t in boto3.client("sns").list_topics()["Topics"]
        if t["TopicArn"].endswith("text-to-pdf-tuned-alarms")
    )
    subscribed = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [subscription["Endpoint"] for subscription in subscribed] == ["ops@example.com"]


def test_a_stage_is_moved_to_arm64_with_the_libraries_for_it(aws: Emulator, project: Path) -> None:
    """The emulator would run them on this machine's processor, so they are only looked at."""
    deploy(aws, project, "moved")
    client = boto3.client("lambda")

    def architectures() -> set[str]:
        found = [client.get_function_configuration(FunctionName=f) for f in functions("moved")]
        return {name for function in found for name in function["Architectures"]}

    assert architectures() == {"x86_64"}
    configuration.set_architecture(project, "moved", "arm64")
    deploy(aws, project, "moved")
    assert architectures() == {"arm64"}
    (layer,) = [
        name for name in client.list_layers()["Layers"] if "moved" in str(name["LayerName"])
    ]
    assert layer["LatestMatchingVersion"]["CompatibleArchitectures"] == ["arm64"]
    version = client.get_layer_version(
        LayerName=layer["LayerName"], VersionNumber=layer["LatestMatchingVersion"]["Version"]
    )
    built = sha256(build_layer(project, "arm64").read_bytes()).digest()
    assert version["Content"]["CodeSha256"] == b64encode(built).decode()
