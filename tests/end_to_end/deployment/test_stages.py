"""Stages: deployed twice, deleted, deployed again, and side by side."""

import json
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import api_token, destroy
from infra.emulator import Emulator
from tests.end_to_end.stages import apis, assert_works, functions, notified
from tests.stack import Stack, deploy, opened


@pytest.fixture(scope="module")
def _second(aws: Emulator, project: Path) -> None:
    deploy(aws, project, "second")


@pytest.fixture
def second(aws: Emulator, project: Path, _second: None) -> Stack:
    """A stage beside the session's, which each of these tests leaves deployed."""
    return opened(aws, project, "second")


def test_deploying_twice_leaves_one_complete_stage(
    aws: Emulator, project: Path, second: Stack
) -> None:
    before = functions("second"), apis()
    assert deploy(aws, project, "second").token == second.token
    assert (functions("second"), apis()) == before
    assert notified(second) == ["text-to-pdf-second-convert"]
    assert_works(second, "a.txt")


def test_two_stages_are_independent(stack: Stack, second: Stack) -> None:
    assert_works(second, "independent.txt")
    assert stack.get("/status", {"key": "independent.txt"}).status == 404
    assert stack.get("/status", {"prefix": ""}, token=second.token).status in {401, 403}


def test_a_deleted_stage_can_be_deployed_again_with_its_data(
    aws: Emulator, project: Path, stack: Stack, second: Stack
) -> None:
    assert_works(second, "before.txt")
    before = apis()
    destroy.remove_functions("second", project)
    assert functions("second") == set()
    assert apis() == before - 1
    assert notified(second) == []
    assert second.pdf("before.pdf").startswith(b"%PDF-")
    assert_works(stack, "beside-a-deleted-stage.txt")
    second.upload("meanwhile.txt")
    again = deploy(aws, project, "second")
    assert again.token == second.token
    assert again.get("/status", {"key": "before.txt"}).json["status"] == "SUCCESS"
    assert_works(again, "after.txt")


def test_deleting_the_data_removes_the_whole_stage(
    aws: Emulator, project: Path, second: Stack
) -> None:
    assert_works(second, "last.txt")
    second.upload("last.txt", b"a second version")
    second.settled("last.txt")
    second.s3.create_multipart_upload(Bucket=second.settings.input_bucket, Key="abandoned.txt")
    destroy.remove_functions("second", project)
    destroy.delete_data("second", project)
    assert not [b for b in second.s3.list_buckets()["Buckets"] if "-second-" in b["Name"]]
    assert "text-to-pdf-second" not in second.dynamodb.list_tables()["TableNames"]
    with pytest.raises(ClientError, match="ParameterNotFound"):
        api_token.read(boto3.client("ssm"), second.settings.token_parameter)
    with pytest.raises(ClientError, match="does not exist"):
        boto3.client("cloudformation").describe_stacks(StackName="text-to-pdf-second")
    groups = boto3.client("logs").describe_log_groups(
        logGroupNamePrefix="/aws/lambda/text-to-pdf-second"
    )
    assert groups["logGroups"] == []
    assert "second" not in json.loads((project / ".chalice/config.json").read_text())["stages"]
    assert_works(deploy(aws, project, "second"), "anew.txt")


@pytest.mark.parametrize("confirm", ["", "other", "KEPT"])
def test_data_is_deleted_only_if_the_stage_is_named_again(
    confirm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        destroy.main(["--stage", "kept", "--data", "delete", "--confirm", confirm])
    assert "CONFIRM=kept" in capsys.readouterr().err
