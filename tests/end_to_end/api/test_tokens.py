"""The token of a stage: kept secret, replaced, and required."""

from collections.abc import Iterator

import boto3
import pytest

from infra import api_token
from infra.emulator import Emulator
from tests import stack as stacks
from tests.end_to_end.stages import assert_works
from tests.stack import Stack


@pytest.fixture(scope="module")
def stage(aws: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stacks.deployed(aws, tmp_path_factory.mktemp("project"), "secret") as deployed:
        yield deployed


def rotated(stage: Stack) -> str:
    """Replace the token, and return the new one, which the API has never seen."""
    assert api_token.main(["rotate", "--stage", stage.settings.stage]) == 0
    return api_token.read(boto3.client("ssm"), stage.settings.token_parameter)


def forget_token(stage: Stack) -> None:
    """Replace the environment of the authorizer, which caches the token for a minute."""
    name = stage.function("authorize")
    timeout = stage.functions.get_function_configuration(FunctionName=name)["Timeout"]
    stage.functions.update_function_configuration(FunctionName=name, Timeout=timeout + 1)


def test_the_token_is_in_no_file_and_no_log(stage: Stack) -> None:
    assert_works(stage, "a.txt")
    stage.get("/status", {"prefix": ""}, token="nearly" + stage.token)
    parameter = boto3.client("ssm").get_parameter(Name=stage.settings.token_parameter)
    assert parameter["Parameter"]["Type"] == "SecureString"
    assert stage.token not in parameter["Parameter"]["Value"]
    assert stage.token not in stage.aws.log.read_text("utf-8", "replace")
    files = [p for p in stage.project.rglob("*") if p.is_file() and p.suffix != ".zip"]
    assert not [p for p in files if stage.token.encode() in p.read_bytes()]


def test_a_rotated_token_is_accepted_and_the_old_one_is_not(stage: Stack) -> None:
    old, new = rotated(stage), rotated(stage)
    assert new != old
    forget_token(stage)
    # API Gateway has cached neither token, so the rotation takes effect at once.
    assert stage.get("/status", {"prefix": ""}, token=old).status in {401, 403}
    assert stage.get("/status", {"prefix": ""}, token=new).status == 200


def test_without_a_readable_token_all_requests_are_rejected(stage: Stack) -> None:
    token = rotated(stage)
    boto3.client("ssm").delete_parameter(Name=stage.settings.token_parameter)
    forget_token(stage)
    assert stage.get("/status", {"prefix": ""}, token=token).status in {401, 403, 500}
