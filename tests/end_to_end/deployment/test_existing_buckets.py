"""Stages with existing buckets, and in accounts with rules for names, tags and boundaries."""

import argparse
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.records.record import Status
from chalicelib.settings import Settings
from infra import configuration, deploy_options, destroy
from infra.emulator import Emulator
from infra.explanation import StageError
from infra.provision import provision
from infra.stack import Stack
from tests.end_to_end.actor import Actor
from tests.stack import Stack as Deployed
from tests.stack import copy_project, deploy

INBOX, OUTBOX = "acme-inbox", "acme-pdfs"
GETTERS = (
    *("get_bucket_versioning", "get_bucket_encryption", "get_public_access_block"),
    *("get_bucket_policy", "get_bucket_tagging", "get_bucket_lifecycle_configuration"),
    *("get_bucket_cors", "get_bucket_ownership_controls", "get_bucket_logging"),
    "get_bucket_notification_configuration",
)


def parse(**given: str) -> deploy_options.DeployOptions:
    parser = argparse.ArgumentParser()
    deploy_options.add_options(parser)
    arguments = [a for n, v in given.items() for a in (f"--{n.replace('_', '-')}", v)]
    return deploy_options.parse(parser.parse_args(arguments))


def template_parameters(
    stage: str, project: Path, chosen: deploy_options.DeployOptions
) -> dict[str, str]:
    return deploy_options.bucket_parameters(stage, project, chosen) | dict(chosen.parameters)


def deployed(aws: Emulator, project: Path, stage: str, **given: str) -> Deployed:
    """Deploy as `make deploy` does with these options."""
    chosen = parse(**given)
    if chosen.name_prefix:
        configuration.set_name_prefix(project, chosen.name_prefix, stage)
    parameters = template_parameters(stage, project, chosen)
    return deploy(
        aws, project, stage, None, parameters, environment=chosen.environment, tags=chosen.tags
    )


def create_kms_key() -> str:
    return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


def configured(bucket: str) -> dict[str, Any]:
    """Return all settings of a bucket by the operation that returns them."""
    client = boto3.client("s3")
    settings: dict[str, Any] = {}
    for getter in GETTERS:
        try:
            response = getattr(client, getter)(Bucket=bucket)
        except ClientError as error:
            response = {"none": error.response["Error"]["Code"]}
        response.pop("ResponseMetadata", None)
        settings[getter] = response
    return settings


@pytest.fixture(scope="module")
def keys(aws: Emulator) -> dict[str, str]:  # noqa: ARG001
    """The KMS keys of two buckets, which are created here with settings of other users."""
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="theirs")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn["QueueArn"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    keys = {}
    for bucket in (INBOX, OUTBOX):
        s3.create_bucket(Bucket=bucket)
        keys[bucket] = create_kms_key()
        rule: Any = {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": keys[bucket],
            }
        }
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        tag: Any = {"TagSet": [{"Key": "owner", "Value": "acme"}]}
        s3.put_bucket_tagging(Bucket=bucket, Tagging=tag)
    s3.delete_public_access_block(Bucket=OUTBOX)
    their_filter: Any = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "other/"}]}}
    s3.put_bucket_notification_configuration(
        Bucket=INBOX,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": "theirs",
                    "QueueArn": arn["QueueArn"],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": their_filter,
                }
            ]
        },
    )
    return keys


OURS = {
    "input_bucket": INBOX,
    "output_bucket": OUTBOX,
    "input_prefix": "in/",
    "output_prefix": "out/",
}


def test_only_notification_and_cors_of_an_existing_bucket_change(
    aws: Emulator, project: Path, keys: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {bucket: configured(bucket) for bucket in (INBOX, OUTBOX)}
    stage = deployed(aws, project, "adopted", **OURS)
    output = capsys.readouterr().out
    assert f"bucket {INBOX} is not versioned" in output
    assert f"bucket {OUTBOX} is encrypted with {keys[OUTBOX]}" in output
    assert f"bucket {OUTBOX} does not block all public access" in output

    during = {bucket: configured(bucket) for bucket in (INBOX, OUTBOX)}
    assert during[OUTBOX] == before[OUTBOX]
    getter = "get_bucket_notification_configuration"
    added = during[INBOX][getter].pop("LambdaFunctionConfigurations")
    (rule,) = during[INBOX].pop("get_bucket_cors")["CORSRules"]
    assert (rule["ID"], rule["AllowedMethods"]) == ("text-to-pdf-adopted-page", ["POST"])
    assert during[INBOX] | {"get_bucket_cors": before[INBOX]["get_bucket_cors"]} == before[INBOX]
    assert [a["LambdaFunctionArn"].rpartition(":")[2] for a in added] == [
        "text-to-pdf-adopted-convert"
    ]

    stage.upload("in/a.txt")
    stage.upload("other/b.txt")
    assert stage.settled("in/a.txt").status is Status.SUCCESS
    assert stage.pdf("out/a.pdf").startswith(b"%PDF-")
    assert stage.get("/status", {"key": "in/a.txt"}).json["output_key"] == "out/a.pdf"
    assert stage.records.get(INBOX, "other/b.txt") is None

    destroy.remove_functions("adopted", project)
    assert {bucket: configured(bucket) for bucket in (INBOX, OUTBOX)} == before
    assert deployed(aws, project, "adopted").settings.input_bucket == INBOX
    destroy.remove_functions("adopted", project)
    assert destroy.delete_data("adopted", project) == [INBOX, OUTBOX]
    assert {bucket: configured(bucket) for bucket in (INBOX, OUTBOX)} == before
    assert stage.pdf("out/a.pdf").startswith(b"%PDF-")
    print(json.dumps({"before": before, "after": configured(INBOX)}, default=str))


@pytest.mark.usefixtures("aws")
def test_roles_allow_prefixes_and_kms_keys_of_existing_buckets(
    project: Path, keys: dict[str, str]
) -> None:
    chosen = parse(**OURS)
    parameters = template_parameters("fitted", project, chosen)
    provision("fitted", project, parameters, environment=chosen.environment)
    settings = Settings.from_chalice_config(project / ".chalice", "fitted")
    boto3.client("s3").put_object(Bucket=INBOX, Key="other/secret.txt", Body=b"theirs")
    convert = Actor(settings, "convert")
    data_key = convert.do("kms", "generate_data_key", KeyId=keys[OUTBOX], KeySpec="AES_256")
    assert data_key["KeyId"] == keys[OUTBOX]
    denied: list[tuple[str, str, dict[str, Any]]] = [
        ("kms", "generate_data_key", {"KeyId": keys[INBOX], "KeySpec": "AES_256"}),
        ("s3", "get_object", {"Bucket": INBOX, "Key": "other/secret.txt"}),
        ("s3", "put_object", {"Bucket": OUTBOX, "Key": "elsewhere.pdf", "Body": b""}),
    ]
    for service, operation, arguments in denied:
        with pytest.raises(ClientError, match="AccessDenied"):
            convert.do(service, operation, **arguments)


@pytest.mark.usefixtures("keys")
def test_an_unusable_bucket_is_rejected_before_anything_is_created(project: Path) -> None:
    with pytest.raises(StageError, match="does not exist: create it"):
        deploy_options.bucket_parameters("refused", project, parse(input_bucket="no-such-bucket"))
    with pytest.raises(StageError, match=r"already notifies .*theirs of objects under 'other/'"):
        deploy_options.bucket_parameters("refused", project, parse(input_bucket=INBOX))


@pytest.mark.usefixtures("keys")
def test_a_stage_cannot_change_its_buckets(project: Path) -> None:
    provision("kept", project)
    with pytest.raises(StageError, match="choose another STAGE for another bucket"):
        provision("kept", project, {"InputBucketName": INBOX})


@pytest.mark.usefixtures("aws")
def test_a_name_that_is_too_long_for_a_bucket_is_rejected(project: Path) -> None:
    with pytest.raises(StageError, match="choose a STAGE or NAME_PREFIX that is 8 shorter"):
        provision("twenty-letters-long", copy_with_name(project, "acme-docs-text-to-pdf"))


def copy_with_name(project: Path, name: str) -> Path:
    """Create another folder with chalice's configuration under this app name, and return it."""
    other = project.parent / name
    (other / ".chalice").mkdir(parents=True)
    config = json.loads((project / ".chalice/config.json").read_text())
    (other / ".chalice/config.json").write_text(json.dumps(config | {"app_name": name}))
    return other


def test_names_tags_and_boundaries_follow_the_options(aws: Emulator, tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    policy = {"Version": "2012-10-17", "Statement": [_ALL]}
    boundary = boto3.client("iam").create_policy(
        PolicyName="bounds", PolicyDocument=json.dumps(policy)
    )["Policy"]["Arn"]
    stage = deployed(
        aws,
        project,
        "bounded",
        name_prefix="acme-",
        tags="team=docs cost-center=42",
        permissions_boundary=boundary,
    )
    stage.upload("a.txt")
    assert stage.settled("a.txt").status is Status.SUCCESS
    resources = stack_resources("acme-text-to-pdf-bounded")
    roles = [boto3.client("iam").get_role(RoleName=n)["Role"] for n in resources["AWS::IAM::Role"]]
    assert len(roles) == 5
    assert {r["PermissionsBoundary"]["PermissionsBoundaryArn"] for r in roles} == {boundary}
    names = [n.rpartition(":")[2] for kind in resources.values() for n in kind]
    assert [n for n in names if "acme-text-to-pdf-bounded" not in n] == []
    expected_tags = {"team": "docs", "cost-center": "42"}
    for name, tags in tags_of(stage, project).items():
        assert expected_tags.items() <= tags.items(), name
    with pytest.raises(StageError, match="NAME_PREFIX is 'other-'"):
        configuration.set_name_prefix(project, "other-", "second")
    destroy.remove_functions("bounded", project)
    destroy.delete_data("bounded", project)
    assert not [b for b in stage.s3.list_buckets()["Buckets"] if "bounded" in b["Name"]]


_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def stack_resources(name: str) -> dict[str, list[str]]:
    """Return the names of the stack's resources by type, except types without own names."""
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
    resources: dict[str, list[str]] = {}
    for page in pages.paginate(StackName=name):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] not in {"AWS::S3::BucketPolicy", "AWS::SNS::Subscription"}:
                resources.setdefault(resource["ResourceType"], []).append(
                    resource["PhysicalResourceId"]
                )
    return resources


def tags_of(stage: Deployed, project: Path) -> dict[str, dict[str, str]]:
    """The tags of the stack, which CloudFormation hands on, and of all that is not in it."""
    found: dict[str, dict[str, str]] = {}
    stack = Stack.of("bounded", project, boto3.Session()).name
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    found["stack"] = _pairs(described["Tags"])
    functions = stage.functions.list_functions()["Functions"]
    mappings = stage.functions.list_event_source_mappings()["EventSourceMappings"]
    arns = [f["FunctionArn"] for f in functions if "bounded" in f["FunctionName"]]
    arns += [m["EventSourceMappingArn"] for m in mappings if "bounded" in m["FunctionArn"]]
    assert len(arns) == 6
    found |= {arn: stage.functions.list_tags(Resource=arn)["Tags"] for arn in arns}
    parameter = boto3.client("ssm").list_tags_for_resource(
        ResourceType="Parameter", ResourceId=stage.settings.token_parameter
    )
    found["token"] = _pairs(parameter["TagList"])
    api_id = stage.url.split("/")[-2]
    api = f"arn:aws:apigateway:us-east-1::/restapis/{api_id}"
    found["api"] = boto3.client("apigateway").get_tags(resourceArn=api)["tags"]
    events = boto3.client("events")
    rule = next(r for r in events.list_rules()["Rules"] if "bounded" in r["Name"])
    found["rule"] = _pairs(events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"])
    return found


def _pairs(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
