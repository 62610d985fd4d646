"""Wrong settings, met by the real commands: one line that names the setting and the way out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest

from infra.deploy import PROJECT
from tests.stack import Stack, copy_project

COMMANDS = {
    "make deploy": ["-m", "infra.deploy", "--stage", "mistaken"],
    "make destroy": ["-m", "infra.destroy", "--stage", "test"],
    "make token": ["-m", "infra.api_token", "rotate", "--stage", "test"],
    "query.py": ["query.py", "a.txt", "--stage", "test"],
}


@pytest.fixture
def project(stack: Stack, tmp_path: Path) -> Path:
    """A copy of everything, which knows the stage that is deployed."""
    folder = tmp_path / "project"
    folder.mkdir()
    copy_project(folder)
    shutil.copytree(PROJECT / "infra", folder / "infra")
    shutil.copy(PROJECT / "requirements.lock", folder)
    shutil.copy(stack.project / ".chalice/config.json", folder / ".chalice")
    shutil.copytree(stack.project / ".chalice/deployed", folder / ".chalice/deployed")
    return folder


def run(
    project: Path, command: list[str], changed: Mapping[str, str | None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the project, with environment variables changed or (None) taken away."""
    environment = {**os.environ, **(changed or {})}
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The only line on standard error."""
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


NO_CREDENTIALS = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_without_credentials(project: Path, command: list[str]) -> None:
    done = run(project, command, NO_CREDENTIALS)
    assert "credentials" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_without_credentials_deploying_names_the_variables(project: Path) -> None:
    done = run(project, COMMANDS["make deploy"], NO_CREDENTIALS)
    assert "AWS_PROFILE" in complaint(done)


def test_without_a_region(project: Path) -> None:
    done = run(project, COMMANDS["make deploy"], {"AWS_DEFAULT_REGION": None})
    assert "AWS_DEFAULT_REGION" in complaint(done)


def test_a_profile_that_is_not_there(project: Path) -> None:
    done = run(project, COMMANDS["make deploy"], {"AWS_PROFILE": "nobody"})
    assert "AWS_PROFILE" in complaint(done)
    assert "nobody" in complaint(done)


def test_the_region_of_another_stage(project: Path) -> None:
    command = ["-m", "infra.deploy", "--stage", "test"]
    told = complaint(run(project, command, {"AWS_DEFAULT_REGION": "eu-west-1"}))
    assert "us-east-1" in told
    assert "eu-west-1" in told


def test_a_region_that_does_not_exist(project: Path) -> None:
    """With no emulator in between: the name of such an endpoint does not resolve."""
    changed = {"AWS_DEFAULT_REGION": "us-eest-1", "AWS_ENDPOINT_URL": None, "AWS_CA_BUNDLE": None}
    changed |= {"AWS_MAX_ATTEMPTS": "1"}
    told = complaint(run(project, COMMANDS["make deploy"], changed))
    assert "AWS_DEFAULT_REGION is us-eest-1" in told


def test_the_account_of_somebody_else(project: Path) -> None:
    config = project / ".chalice/config.json"
    config.write_text(config.read_text().replace("000000000000", "111111111111"))
    told = complaint(run(project, ["-m", "infra.deploy", "--stage", "test"]))
    assert "111111111111" in told
    assert "AWS_PROFILE" in told


@pytest.mark.parametrize("stage", ["Dev", "my_stage", "1st", "x" * 21, ""])
def test_a_stage_name_that_cannot_be(project: Path, stage: str) -> None:
    told = complaint(run(project, ["-m", "infra.deploy", "--stage", stage]))
    assert "STAGE" in told
    assert "lower-case" in told


def test_overlapping_prefixes(project: Path) -> None:
    config = project / ".chalice/config.json"
    settings = json.loads(config.read_text())
    variables = settings["stages"]["test"]["environment_variables"]
    variables |= {"OUTPUT_BUCKET": variables["INPUT_BUCKET"], "INPUT_PREFIX": "in/"}
    variables |= {"OUTPUT_PREFIX": "in/out/"}
    config.write_text(json.dumps(settings))
    chalice = str(Path(sys.executable).with_name("chalice"))
    by_chalice = subprocess.run(
        [chalice, "deploy", "--stage", "test"], cwd=project, capture_output=True, text=True
    )
    for done in (by_chalice, run(project, COMMANDS["query.py"])):
        assert "INPUT_PREFIX" in complaint(done)
        assert "overlap" in complaint(done)


def test_a_stage_that_was_never_provisioned(project: Path) -> None:
    chalice = str(Path(sys.executable).with_name("chalice"))
    by_chalice = subprocess.run(
        [chalice, "deploy", "--stage", "nowhere"], cwd=project, capture_output=True, text=True
    )
    told = complaint(by_chalice)
    assert "INPUT_BUCKET" in told
    assert "make deploy" in told
    assert "make deploy" in complaint(run(project, ["query.py", "a", "--stage", "nowhere"]))


def test_credentials_that_aws_does_not_know(project: Path) -> None:
    changed = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wrong"}
    told = complaint(run(project, COMMANDS["make deploy"], changed))
    assert "does not accept these credentials" in told
    assert "AWS_PROFILE" in told


def test_no_permission(stack: Stack, project: Path) -> None:
    """As a user who may do nothing at all."""
    iam = boto3.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    changed = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    assert stack.settings.stage == "test"
    told = complaint(run(project, COMMANDS["make deploy"], changed))
    assert "no permission" in told
    assert "cloudformation:DescribeStacks" in told
    assert "docs/deploy.md#rights" in told


def test_a_bucket_name_that_is_taken(stack: Stack, project: Path) -> None:
    """Something half-made is cleared away, so the same command works once the name is free."""
    taken = "text-to-pdf-mistaken-output-000000000000-us-east-1"
    stack.s3.create_bucket(Bucket=taken)
    done = run(project, COMMANDS["make deploy"])
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "OutputBucket" in done.stderr
    assert taken in done.stderr
    assert "docs/operations.md#a-stack-that-was-deleted-by-hand" in done.stderr
    stack.s3.delete_bucket(Bucket=taken)
    done = run(project, COMMANDS["make deploy"])
    assert done.returncode == 0, done.stderr
    assert "Deployed" in done.stdout
