"""Mistakes in settings and options are reported by the commands in one line with advice."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest

from infra.provision import provision
from tests.stack import Stack, copy_project

CHALICE = str(Path(sys.executable).with_name("chalice"))
COMMANDS = {
    "make deploy": [sys.executable, "-m", "infra.deploy", "--stage", "mistaken"],
    "make deploy again": [sys.executable, "-m", "infra.deploy", "--stage", "test"],
    "chalice deploy": [CHALICE, "deploy", "--stage", "test"],
    "make destroy": [sys.executable, "-m", "infra.destroy", "--stage", "test"],
    "make reconcile": [sys.executable, "-m", "infra.reconcile", "--stage", "test"],
    "make token": [sys.executable, "-m", "infra.api_token", "rotate", "--stage", "test"],
    "query.py": [sys.executable, "query.py", "a.txt", "--stage", "test"],
}
COMMANDS_WITH_REGION = ["make deploy", "make deploy again", "chalice deploy", "query.py"]


@pytest.fixture
def project(stack: Stack, tmp_path: Path) -> Path:
    """A copy of the project with the configuration of the deployed stage."""
    folder = tmp_path / "project"
    folder.mkdir()
    copy_project(folder)
    shutil.copy(stack.project / ".chalice/config.json", folder / ".chalice")
    shutil.copytree(stack.project / ".chalice/deployed", folder / ".chalice/deployed")
    return folder


def run(
    project: Path, command: list[str], changed: Mapping[str, str | None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the project, with environment variables changed or, if None, removed."""
    environment = {**os.environ, **(changed or {})}
    return subprocess.run(
        command,
        cwd=project,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


def error_line(result: subprocess.CompletedProcess[str]) -> str:
    """Check that the command failed with one line on stderr, and return the line."""
    assert result.returncode != 0, result.stdout
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


NO_CREDENTIALS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))


@pytest.mark.parametrize("name", COMMANDS)
def test_missing_credentials(project: Path, name: str) -> None:
    message = error_line(run(project, COMMANDS[name], NO_CREDENTIALS))
    assert "credentials" in message
    assert name == "make destroy" or "AWS_PROFILE" in message


@pytest.mark.parametrize("name", COMMANDS_WITH_REGION)
def test_missing_region(project: Path, name: str) -> None:
    message = error_line(run(project, COMMANDS[name], {"AWS_DEFAULT_REGION": None}))
    assert "AWS_DEFAULT_REGION" in message


@pytest.mark.parametrize("name", COMMANDS_WITH_REGION)
def test_unknown_profile(project: Path, name: str) -> None:
    message = error_line(run(project, COMMANDS[name], {"AWS_PROFILE": "nobody"}))
    assert "AWS_PROFILE" in message
    assert "nobody" in message


def test_the_profile_option_of_chalice_is_used(project: Path) -> None:
    message = error_line(run(project, [*COMMANDS["chalice deploy"], "--profile", "nobody"]))
    assert "nobody" in message


@pytest.mark.parametrize("name", ["make deploy again", "chalice deploy"])
def test_stage_in_another_region(project: Path, name: str) -> None:
    message = error_line(run(project, COMMANDS[name], {"AWS_DEFAULT_REGION": "eu-west-1"}))
    assert "AWS_DEFAULT_REGION" in message
    assert "us-east-1" in message
    assert "eu-west-1" in message


@pytest.mark.parametrize("name", ["make deploy", "make destroy", "query.py"])
def test_configuration_that_is_not_json(project: Path, name: str) -> None:
    (project / ".chalice/config.json").write_text('{"stages": ')
    assert ".chalice/config.json" in error_line(run(project, COMMANDS[name]))


@pytest.mark.parametrize("command", [["infra.deploy", "--url"], ["infra.reconcile"]])
def test_stage_that_is_not_deployed(project: Path, command: list[str]) -> None:
    message = error_line(run(project, [sys.executable, "-m", *command, "--stage", "nope"]))
    assert "make deploy STAGE=nope" in message


def test_query_in_a_region_without_the_table(project: Path) -> None:
    message = error_line(run(project, COMMANDS["query.py"], {"AWS_DEFAULT_REGION": "eu-west-1"}))
    assert "AWS_DEFAULT_REGION" in message
    assert "text-to-pdf-test" in message


def test_unknown_region(project: Path) -> None:
    """Without the emulator: the host name of the endpoint does not exist."""
    changed = {"AWS_DEFAULT_REGION": "us-eest-1", "AWS_ENDPOINT_URL": None, "AWS_CA_BUNDLE": None}
    changed |= {"AWS_MAX_ATTEMPTS": "1"}
    message = error_line(run(project, COMMANDS["make deploy"], changed))
    assert "AWS_DEFAULT_REGION is us-eest-1" in message


@pytest.mark.parametrize("name", ["make deploy again", "chalice deploy"])
def test_credentials_of_another_account(project: Path, name: str) -> None:
    config = project / ".chalice/config.json"
    config.write_text(config.read_text().replace("000000000000", "111111111111"))
    message = error_line(run(project, COMMANDS[name]))
    assert "111111111111" in message
    assert "AWS_PROFILE" in message


@pytest.mark.parametrize("stage", ["Dev", "my_stage", "1st", "x" * 21, ""])
def test_invalid_stage_name(project: Path, stage: str) -> None:
    message = error_line(run(project, [sys.executable, "-m", "infra.deploy", "--stage", stage]))
    assert "STAGE" in message
    assert "lower-case" in message


def with_settings(project: Path, stage: str = "test", **changed: str) -> None:
    """Change environment variables of the stage in chalice's configuration."""
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    settings["stages"][stage]["environment_variables"] |= changed
    config.write_text(json.dumps(settings))


@pytest.mark.parametrize("name", ["chalice deploy", "query.py"])
def test_overlapping_prefixes(project: Path, name: str) -> None:
    with_settings(
        project, OUTPUT_BUCKET="in", INPUT_BUCKET="in", INPUT_PREFIX="a/", OUTPUT_PREFIX="a/b/"
    )
    message = error_line(run(project, COMMANDS[name]))
    assert "INPUT_PREFIX" in message
    assert "overlap" in message


@pytest.mark.parametrize("name", ["chalice deploy", "query.py"])
def test_setting_that_is_not_a_number(project: Path, name: str) -> None:
    with_settings(project, MAX_PAGES="many")
    assert "MAX_PAGES is 'many'" in error_line(run(project, COMMANDS[name]))


def test_setting_that_differs_from_the_stack(project: Path) -> None:
    with_settings(project, TABLE="text-to-pdf-tset")
    message = error_line(run(project, COMMANDS["chalice deploy"]))
    assert "TABLE is text-to-pdf-tset" in message
    assert "make deploy STAGE=test" in message


@pytest.mark.parametrize(
    "command",
    [[CHALICE, "deploy", "--stage", "nowhere"], [CHALICE, "deploy"], COMMANDS["query.py"][:-1]],
    ids=["chalice deploy", "chalice deploy without --stage", "query.py"],
)
def test_stage_that_was_never_provisioned(project: Path, command: list[str]) -> None:
    full_command = [*command, "nowhere"] if command[-1] == "--stage" else command
    message = error_line(run(project, full_command))
    stage = "dev" if full_command[-1] == "deploy" else "nowhere"
    assert f"stage {stage!r} is not provisioned" in message
    assert "make deploy" in message


def test_stage_without_its_stack(project: Path) -> None:
    """The stack was deleted, or is in a region that the configuration does not name."""
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    stage = json.dumps(settings["stages"]["test"]).replace("text-to-pdf-test", "text-to-pdf-ghost")
    settings["stages"]["ghost"] = json.loads(stage)
    config.write_text(json.dumps(settings))
    message = error_line(run(project, [CHALICE, "deploy", "--stage", "ghost"]))
    assert "no stack text-to-pdf-ghost in region us-east-1" in message
    assert "AWS_DEFAULT_REGION" in message
    assert "make deploy STAGE=ghost" in message


@pytest.mark.parametrize("name", COMMANDS_WITH_REGION)
def test_invalid_credentials(project: Path, name: str) -> None:
    changed = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wrong"}
    message = error_line(run(project, COMMANDS[name], changed))
    assert "does not accept these credentials" in message
    assert "AWS_PROFILE" in message


def create_user(name: str, *actions: str) -> dict[str, str]:
    """Create a user who may do only these actions, and return its credentials."""
    iam = boto3.client("iam")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    if actions:
        iam.put_user_policy(UserName=name, PolicyName="actions", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@pytest.mark.parametrize(
    ("name", "denied"),
    [
        ("make deploy", "cloudformation:DescribeStacks"),
        ("chalice deploy", "cloudformation:DescribeStacks"),
        ("query.py", "dynamodb:GetItem"),
    ],
)
def test_no_permission(project: Path, name: str, denied: str) -> None:
    """A user without any permissions."""
    message = error_line(
        run(project, COMMANDS[name], create_user(f"nobody-{name.replace(' ', '-')}"))
    )
    assert "no permission" in message
    assert denied in message
    assert "docs/deploy.md#rights" in message


def test_no_permission_for_a_late_step(project: Path) -> None:
    """A user who may read everything: a request of chalice itself is denied."""
    actions = ["cloudformation:*", "s3:*", "dynamodb:*", "lambda:Get*", "lambda:List*"]
    actions += ["apigateway:GET", "events:Describe*", "events:List*"]
    message = error_line(run(project, COMMANDS["chalice deploy"], create_user("reader", *actions)))
    assert "no permission for PublishLayerVersion" in message
    assert "docs/deploy.md#rights" in message


def test_libraries_that_differ_from_the_lock(project: Path) -> None:
    lock = project / "requirements.lock"
    entry = re.compile(r"(?<=defusedxml==0\.7\.1)( \\\n +--hash=\S+)+")
    lock.write_text(entry.sub(" --hash=sha256:" + "0" * 64, lock.read_text("utf-8")), "utf-8")
    message = error_line(run(project, COMMANDS["chalice deploy"]))
    assert "requirements.lock" in message
    assert "defusedxml" in message


def test_packaging_needs_no_credentials(project: Path, tmp_path: Path) -> None:
    command = [CHALICE, "package", "--pkg-format", "terraform", "--stage", "test"]
    result = run(project, [*command, str(tmp_path / "out")], NO_CREDENTIALS)
    assert result.returncode == 0, result.stderr


def test_bucket_that_was_deleted_by_hand(stack: Stack, project: Path) -> None:
    provision("broken", project)
    stack.s3.delete_bucket(Bucket="text-to-pdf-broken-output-000000000000-us-east-1")
    message = error_line(run(project, [CHALICE, "deploy", "--stage", "broken"]))
    assert "OUTPUT_BUCKET text-to-pdf-broken-output-000000000000-us-east-1 is gone" in message
    assert "make deploy STAGE=broken" in message


def test_bucket_name_that_is_taken(stack: Stack, project: Path) -> None:
    """A partly created stack is removed, so the same command works once the name is free."""
    taken = "text-to-pdf-mistaken-output-000000000000-us-east-1"
    stack.s3.create_bucket(Bucket=taken)
    message = error_line(run(project, COMMANDS["make deploy"]))
    assert "OutputBucket" in message
    assert taken in message
    assert "docs/operations.md#a-stack-that-was-deleted-by-hand" in message
    assert "STAGE" in message
    stack.s3.delete_bucket(Bucket=taken)
    result = run(project, COMMANDS["make deploy"])
    assert result.returncode == 0, result.stderr
    assert "Deployed" in result.stdout
