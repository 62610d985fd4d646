"""Stages: deployed twice, deleted, deployed again, and side by side."""

import json
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import api_token, destroy
from infra.emulator import Emulator
from tests.end_to_end.stages import apis, assert_works, functions, notified
from tests.stack import deploy


def test_deploying_twice_leaves_one_complete_stage(aws: Emulator, project: Path) -> None:
    deploy(aws, project, "twice")
    before = functions("twice"), apis()
    stack = deploy(aws, project, "twice")
    assert (functions("twice"), apis()) == before
    assert notified(stack) == ["text-to-pdf-twice-convert"]
    assert_works(stack, "a.txt")


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
