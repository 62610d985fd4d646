"""Stages: deployed twice, deleted, deployed again, side by side, and upgraded."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.records.record import Status
from infra import api_token, configuration, destroy
from infra.deploy import chalice
from infra.emulator import Emulator
from infra.package import build_layer
from infra.provision import provision
from infra.stack import Stack
from tests.stack import Stack as Deployed
from tests.stack import copy_project, deploy, policy_enforcing_aws

FIRST_TEMPLATE = Path(__file__).parent / "first-template.yaml"
"""The template of the first version, which existing stacks may still have."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with policy_enforcing_aws() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return copy_project(folder)


def functions(stage: str) -> set[str]:
    listed = boto3.client("lambda").list_functions()["Functions"]
    names = {f["FunctionName"] for f in listed}
    prefix = f"text-to-pdf-{stage}"
    return {name for name in names if name == prefix or name.startswith(f"{prefix}-")}


def apis() -> int:
    return len(boto3.client("apigateway").get_rest_apis()["items"])


def notified(stack: Deployed) -> list[str]:
    """Return the names of the functions that the input bucket notifies of uploads."""
    response = stack.s3.get_bucket_notification_configuration(Bucket=stack.settings.input_bucket)
    targets = response.get("LambdaFunctionConfigurations", [])
    return [target["LambdaFunctionArn"].rpartition(":")[2] for target in targets]


def assert_works(stack: Deployed, key: str) -> None:
    stack.upload(key)
    assert stack.settled(key).status is Status.SUCCESS
    assert stack.get("/status", {"key": key}).json["status"] == "SUCCESS"


def test_deploying_twice_leaves_one_complete_stage(aws: Emulator, project: Path) -> None:
    deploy(aws, project, "twice")
    before = functions("twice"), apis()
    stack = deploy(aws, project, "twice")
    assert (functions("twice"), apis()) == before
    assert notified(stack) == ["text-to-pdf-twice-convert"]
    assert_works(stack, "a.txt")


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


def test_a_deleted_stage_can_be_deployed_again_with_its_data(aws: Emulator, project: Path) -> None:
    stack = deploy(aws, project, "back")
    assert_works(stack, "before.txt")
    token, before = stack.token, apis()
    destroy.remove_functions("back", project)
    assert functions("back") == set()
    assert apis() == before - 1
    assert notified(stack) == []
    assert stack.pdf("before.pdf").startswith(b"%PDF-")
    stack.upload("meanwhile.txt")
    again = deploy(aws, project, "back")
    assert again.token == token
    assert again.get("/status", {"key": "before.txt"}).json["status"] == "SUCCESS"
    assert_works(again, "after.txt")


def test_two_stages_are_independent(aws: Emulator, project: Path) -> None:
    first = deploy(aws, project, "one")
    second = deploy(aws, project, "two")
    assert_works(first, "a.txt")
    assert second.get("/status", {"key": "a.txt"}).status == 404
    assert second.get("/status", {"prefix": ""}, token=first.token).status in {401, 403}
    destroy.remove_functions("one", project)
    assert functions("one") == set()
    assert_works(second, "b.txt")


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


def test_deleting_the_data_removes_the_whole_stage(aws: Emulator, project: Path) -> None:
    stack = deploy(aws, project, "gone")
    assert_works(stack, "a.txt")
    stack.upload("a.txt", b"a second version")
    stack.settled("a.txt")
    stack.s3.create_multipart_upload(Bucket=stack.settings.input_bucket, Key="abandoned.txt")
    destroy.remove_functions("gone", project)
    destroy.delete_data("gone", project)
    assert not [b for b in stack.s3.list_buckets()["Buckets"] if "-gone-" in b["Name"]]
    assert "text-to-pdf-gone" not in stack.dynamodb.list_tables()["TableNames"]
    with pytest.raises(ClientError, match="ParameterNotFound"):
        api_token.read(boto3.client("ssm"), stack.settings.token_parameter)
    with pytest.raises(ClientError, match="does not exist"):
        boto3.client("cloudformation").describe_stacks(StackName="text-to-pdf-gone")
    groups = boto3.client("logs").describe_log_groups(
        logGroupNamePrefix="/aws/lambda/text-to-pdf-gone"
    )
    assert groups["logGroups"] == []
    assert "gone" not in json.loads((project / ".chalice/config.json").read_text())["stages"]
    assert_works(deploy(aws, project, "gone"), "anew.txt")


@pytest.mark.parametrize("confirm", ["", "other", "KEPT"])
def test_data_is_deleted_only_if_the_stage_is_named_again(
    confirm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        destroy.main(["--stage", "kept", "--data", "delete", "--confirm", confirm])
    assert "CONFIRM=kept" in capsys.readouterr().err


def test_a_rotated_token_is_accepted_and_the_old_one_is_not(aws: Emulator, project: Path) -> None:
    stack = deploy(aws, project, "rotated")
    old = stack.token
    assert api_token.main(["rotate", "--stage", "rotated"]) == 0
    new = api_token.read(boto3.client("ssm"), stack.settings.token_parameter)
    assert new != old
    # The authorizer has cached no token yet, so the rotation takes effect at once.
    assert stack.get("/status", {"prefix": ""}, token=old).status in {401, 403}
    assert stack.get("/status", {"prefix": ""}, token=new).status == 200


def test_without_a_readable_token_all_requests_are_rejected(aws: Emulator, project: Path) -> None:
    stack = deploy(aws, project, "tokenless")
    boto3.client("ssm").delete_parameter(Name=stack.settings.token_parameter)
    assert stack.get("/status", {"prefix": ""}).status in {401, 403, 500}


def test_the_token_is_in_no_file_and_no_log(aws: Emulator, project: Path) -> None:
    stack = deploy(aws, project, "secret")
    assert_works(stack, "a.txt")
    stack.get("/status", {"prefix": ""}, token="nearly" + stack.token)
    parameter = boto3.client("ssm").get_parameter(Name=stack.settings.token_parameter)
    assert parameter["Parameter"]["Type"] == "SecureString"
    assert stack.token not in parameter["Parameter"]["Value"]
    assert stack.token not in aws.log.read_text("utf-8", "replace")
    files = [p for p in project.rglob("*") if p.is_file() and p.suffix != ".zip"]
    assert not [p for p in files if stack.token.encode() in p.read_bytes()]


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
