"""A stage whose template, settings, code and architecture change, one after the other."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
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
from tests import stack as stacks
from tests.end_to_end.stages import assert_works, functions, notified
from tests.stack import deploy

FIRST_TEMPLATE = Path(__file__).parent / "first-template.yaml"
"""The template of the first version, which existing stacks may still have."""


OLD_RECORD = {"pk": {"S": "kept#0"}, "input_key": {"S": "old.txt"}}


@dataclass(frozen=True)
class Upgraded:
    """A stage that was deployed over a stack of the first version.

    `first` are the outputs of that stack, and `token` is the token that it had.
    """

    stage: stacks.Stack
    first: Mapping[str, str]
    token: str


@pytest.fixture(scope="module")
def upgraded(aws: Emulator, project: Path) -> Upgraded:
    first = Stack(boto3.client("cloudformation"), "upgraded").apply(
        FIRST_TEMPLATE.read_text("utf-8"), {"Stage": "upgraded"}
    )
    api_token.create(boto3.client("ssm"), first["TokenParameter"])
    token = api_token.read(boto3.client("ssm"), first["TokenParameter"])
    boto3.client("s3").put_object(Bucket=first["InputBucket"], Key="old.txt", Body=b"old")
    boto3.client("s3").put_object(Bucket=first["OutputBucket"], Key="old.pdf", Body=b"%PDF-old")
    boto3.client("dynamodb").put_item(TableName=first["Table"], Item=OLD_RECORD)
    return Upgraded(deploy(aws, project, "upgraded"), first, token)


def test_a_stack_of_the_first_template_is_upgraded_with_its_data(upgraded: Upgraded) -> None:
    stage, first = upgraded.stage, upgraded.first
    assert stage.token == upgraded.token
    assert stage.s3.get_object(Bucket=first["InputBucket"], Key="old.txt")["Body"].read() == b"old"
    assert stage.pdf("old.pdf") == b"%PDF-old"
    record = stage.dynamodb.get_item(TableName=first["Table"], Key=OLD_RECORD)["Item"]
    assert record == OLD_RECORD
    assert_works(stage, "new.txt")
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")
    kept = {g["logGroupName"]: g.get("retentionInDays") for g in groups["logGroups"]}
    assert {kept[f"/aws/lambda/{name}"] for name in functions("upgraded")} == {30}


@pytest.mark.usefixtures("upgraded")
def test_settings_of_a_stage_apply_to_its_functions(project: Path) -> None:
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    stage = settings["stages"]["upgraded"]
    stage["xray"] = True
    stage["lambda_functions"]["convert"]["reserved_concurrency"] = 7
    config.write_text(json.dumps(settings))
    provision("upgraded", project, {"LogDays": "90", "AlarmEmail": "ops@example.com"})
    chalice("deploy", "upgraded", project)
    client = boto3.client("lambda")
    for name in functions("upgraded"):
        tracing = client.get_function_configuration(FunctionName=name)["TracingConfig"]
        assert tracing["Mode"] == "Active"
    concurrency = client.get_function_concurrency(FunctionName="text-to-pdf-upgraded-convert")
    assert concurrency["ReservedConcurrentExecutions"] == 7
    provision("upgraded", project)  # parameters that are not given keep their values
    groups = boto3.client("logs").describe_log_groups(
        logGroupNamePrefix="/aws/lambda/text-to-pdf-upgraded"
    )["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {90}
    topic = next(
        t["TopicArn"]
        for t in boto3.client("sns").list_topics()["Topics"]
        if t["TopicArn"].endswith("text-to-pdf-upgraded-alarms")
    )
    subscribed = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [subscription["Endpoint"] for subscription in subscribed] == ["ops@example.com"]


def test_a_renamed_function_replaces_the_old_one(project: Path, upgraded: Upgraded) -> None:
    app = project / "app.py"
    app.write_text(app.read_text().replace("def convert(event", "def transform(event"))
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    for scope in (settings, settings["stages"]["upgraded"]):
        scope["lambda_functions"]["transform"] = scope["lambda_functions"].pop("convert")
    config.write_text(json.dumps(settings))
    chalice("deploy", "upgraded", project)
    assert "text-to-pdf-upgraded-transform" in functions("upgraded")
    assert "text-to-pdf-upgraded-convert" not in functions("upgraded")
    assert notified(upgraded.stage) == ["text-to-pdf-upgraded-transform"]
    kept = boto3.client("lambda").get_function_event_invoke_config(
        FunctionName="text-to-pdf-upgraded-transform"
    )
    assert "failures" in kept["DestinationConfig"]["OnFailure"]["Destination"]
    assert_works(upgraded.stage, "a.txt")


def test_a_stage_is_moved_to_arm64_with_the_libraries_for_it(
    aws: Emulator, project: Path, upgraded: Upgraded
) -> None:
    """The emulator would run them on this machine's processor, so they are only looked at."""
    stage = upgraded.stage.settings.stage
    client = boto3.client("lambda")

    def architectures() -> set[str]:
        found = [client.get_function_configuration(FunctionName=f) for f in functions(stage)]
        return {name for function in found for name in function["Architectures"]}

    assert architectures() == {"x86_64"}
    configuration.set_architecture(project, stage, "arm64")
    deploy(aws, project, stage)
    assert architectures() == {"arm64"}
    (layer,) = [name for name in client.list_layers()["Layers"] if stage in str(name["LayerName"])]
    assert layer["LatestMatchingVersion"]["CompatibleArchitectures"] == ["arm64"]
    version = client.get_layer_version(
        LayerName=layer["LayerName"], VersionNumber=layer["LatestMatchingVersion"]["Version"]
    )
    built = sha256(build_layer(project, "arm64").read_bytes()).digest()
    assert version["Content"]["CodeSha256"] == b64encode(built).decode()
