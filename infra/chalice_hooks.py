"""Hooks into `chalice deploy`: checks before it, and configuration after it that chalice lacks.

app.py imports this when chalice's command line loads it, before anything is built or deployed. So
plain `chalice deploy` ends as `make deploy` does: with a fully configured stage, or with one line
that says what is wrong and what to do. Other commands of chalice are not affected.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError
from chalice.deploy.deployer import ChaliceDeploymentError

from chalicelib.errors import SettingsError
from chalicelib.settings import Settings
from infra import (
    configuration,
    deployed_resources,
    event_source_mapping,
    failure_queue,
    tags,
    throttling_and_cors,
)
from infra.explanation import StageError, explain
from infra.package import build
from infra.provision import check_region_and_account, environment_variables
from infra.stack import Stack

PROJECT = Path(__file__).parents[1]


def install_deploy_hooks() -> None:
    """If the running command is `chalice deploy`, check the stage and build its packages now.

    When the command ends, the deployed resources are configured. Within any other command, or none,
    this does nothing. Raises SystemExit with a message if a check or a build fails.
    """
    context = click.get_current_context(silent=True)
    if context is not None and context.command.name == "deploy":
        context.with_resource(_deployment(context.params["stage"], context.params["profile"]))


@contextmanager
def _deployment(stage: str, profile: str | None) -> Iterator[None]:
    """Wrap chalice's deployment. Raises SystemExit with one line if anything fails."""
    try:
        session = boto3.Session(profile_name=profile)
        outputs = check_stage(stage, session)
        os.environ["STREAM"] = outputs["Stream"]  # for app.py, which is being loaded
        sys.dont_write_bytecode = True  # chalice packs every file in chalicelib
        build(PROJECT, configuration.architecture(PROJECT, stage))
        yield
        _configure(stage, session)
        throttling_and_cors.configure(stage, PROJECT, session)
    except ChaliceDeploymentError as error:
        raise SystemExit(f"chalice deploy: {_explain_deployment_error(error)}") from None
    except (StageError, SettingsError, BotoCoreError, ClientError) as error:
        raise SystemExit(f"chalice deploy: {explain(error)}") from None


def _configure(stage: str, session: boto3.Session) -> None:
    """Make the settings of deployed resources that chalice cannot make."""
    stack = Stack.of(stage, PROJECT, session)
    functions = deployed_resources.asynchronous_functions(stage, PROJECT)
    failure_queue.configure_failure_queue(stack, functions, session)
    event_source_mapping.configure(stack, PROJECT, session)
    stage_tags = configuration.read(PROJECT)["stages"][stage].get("tags", {})
    tags.apply(stage, PROJECT, stage_tags, stack.outputs()["TokenParameter"], session)


def _explain_deployment_error(error: ChaliceDeploymentError) -> str:
    """Return the explanation of the AWS error that chalice wrapped, or its message in one line."""
    inner = error.__context__
    original = getattr(inner, "original_error", inner)
    if isinstance(original, BotoCoreError | ClientError):
        return explain(original)
    return " ".join(str(error).split())


def check_stage(stage: str, session: boto3.Session) -> dict[str, str]:
    """Check that a stage is ready to be deployed, and return its stack's outputs.

    Raises StageError or SettingsError if the stage is not completely provisioned in the session's
    region and account, or its settings are wrong, and botocore's errors if AWS refuses a check.
    """
    settings = Settings.from_chalice_config(PROJECT / ".chalice", stage)
    config = configuration.read(PROJECT)
    recorded = config["stages"][stage]
    throttling_and_cors.check(configuration.environment(config, recorded))
    check_region_and_account(stage, recorded, session)
    stack = Stack.of(stage, PROJECT, session)
    outputs = stack.outputs()
    if not outputs:
        raise StageError(
            f"there is no stack {stack.name} in region {session.region_name}: set "
            f"AWS_DEFAULT_REGION to the region of stage {stage!r}, or provision it here with "
            f"`make deploy STAGE={stage}`"
        )
    if "Stream" not in outputs:
        raise StageError(
            f"stack {stack.name} is of an earlier version: update it with "
            f"`make deploy STAGE={stage}`"
        )
    _check_recorded(stage, recorded, outputs)
    _check_resources(settings, session)
    return outputs


def _check_recorded(stage: str, recorded: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
    """Raise SettingsError unless chalice's configuration names the resources of the stack."""
    variables = recorded.get("environment_variables", {})
    errors = [
        f"{name} is {variables.get(name)}, but the stack has {value}"
        for name, value in environment_variables(stage, outputs).items()
        if variables.get(name) != value
    ]
    errors += [
        f"iam_role_arn of {function} is {config.get('iam_role_arn')}, which is not in the stack"
        for function, config in recorded.get("lambda_functions", {}).items()
        if config.get("iam_role_arn") not in outputs.values()
    ]
    if errors:
        raise SettingsError(
            f"in .chalice/config.json, stage {stage!r}, {errors[0]}: "
            f"correct it with `make deploy STAGE={stage}`"
        )


def _check_resources(settings: Settings, session: boto3.Session) -> None:
    """Raise StageError if a bucket or the table was deleted although the stack exists."""
    s3, dynamodb = session.client("s3"), session.client("dynamodb")
    checks: dict[str, Callable[[], object]] = {
        "INPUT_BUCKET": lambda: s3.head_bucket(Bucket=settings.input_bucket),
        "OUTPUT_BUCKET": lambda: s3.head_bucket(Bucket=settings.output_bucket),
        "TABLE": lambda: dynamodb.describe_table(TableName=settings.table),
    }
    for name, check in checks.items():
        try:
            check()
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "ResourceNotFoundException"}:
                raise
            stage = settings.stage
            raise StageError(
                f"{name} {getattr(settings, name.lower())} is gone, though stage {stage!r} is "
                f"provisioned: delete the rest with `make destroy STAGE={stage} DATA=delete "
                f"CONFIRM={stage}`, then create it anew with `make deploy STAGE={stage}`"
            ) from error
