"""What `chalice deploy` does not do itself: look before it leaps, say in one line what is wrong,
and give failed events their queue.

app.py brings this in when chalice's command line loads it, before anything is built or sent. So
plain `chalice deploy` ends as `make deploy` does: with a whole stage, or with one line that names
the setting and the way out. Every other command of chalice is let pass.
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
from infra import configuration, deployed, failure_queue, mapping, tags, web
from infra.explanation import StageError, explain
from infra.package import build_code, build_layer
from infra.provision import check_place, variables
from infra.stack import Stack

PROJECT = Path(__file__).parents[1]


def install_deploy_hooks() -> None:
    """If `chalice deploy` is what runs, check all that it rests on, and see to its end."""
    context = click.get_current_context(silent=True)
    if context is not None and context.command.name == "deploy":
        context.with_resource(_deployment(context.params["stage"], context.params["profile"]))


@contextmanager
def _deployment(stage: str, profile: str | None) -> Iterator[None]:
    """Around all of chalice's own work; SystemExit with one line if anything fails."""
    try:
        session = boto3.Session(profile_name=profile)
        os.environ["STREAM"] = check(stage, session)["Stream"]  # for app.py, which is being loaded
        sys.dont_write_bytecode = True  # chalice packs all that lies in chalicelib
        build_layer(PROJECT, configuration.architecture(PROJECT, stage))
        build_code(PROJECT)
        yield
        _complete(stage, session)
        web.configure(stage, PROJECT, session)
    except ChaliceDeploymentError as error:
        raise SystemExit(f"chalice deploy: {_told(error)}") from None
    except (StageError, SettingsError, BotoCoreError, ClientError) as error:
        raise SystemExit(f"chalice deploy: {explain(error)}") from None


def _complete(stage: str, session: boto3.Session) -> None:
    """What chalice has deployed, made whole."""
    stack = Stack.of(stage, PROJECT, session)
    failure_queue.configure_failure_queue(stack, deployed.fired_by_events(stage, PROJECT), session)
    mapping.configure(stack, PROJECT, session)
    given = configuration.read(PROJECT)["stages"][stage].get("tags", {})
    tags.apply(stage, PROJECT, given, stack.outputs()["TokenParameter"], session)


def _told(error: ChaliceDeploymentError) -> str:
    """What AWS refused, which chalice wraps twice and breaks into lines."""
    inner = error.__context__
    refused = getattr(inner, "original_error", inner)
    if isinstance(refused, BotoCoreError | ClientError):
        return explain(refused)
    return " ".join(str(error).split())


def check(stage: str, session: boto3.Session) -> dict[str, str]:
    """Return the outputs of the stage's stack.

    Raise StageError or SettingsError unless the stage is provisioned, and whole, where we are.

    What AWS refuses is raised as it is.
    """
    settings = Settings.from_chalice_config(PROJECT / ".chalice", stage)
    whole = configuration.read(PROJECT)
    config = whole["stages"][stage]
    web.check(configuration.environment(whole, config))
    check_place(stage, config, session)
    stack = Stack.of(stage, PROJECT, session)
    outputs = stack.outputs()
    if not outputs:
        raise StageError(
            f"there is no stack {stack.name} in region {session.region_name}: set "
            f"AWS_DEFAULT_REGION to where stage {stage!r} is, or provision it here: "
            f"`make deploy STAGE={stage}`"
        )
    if "Stream" not in outputs:
        raise StageError(
            f"stack {stack.name} is of an earlier version: `make deploy STAGE={stage}` updates it"
        )
    _check_recorded(stage, config, outputs)
    _check_resources(settings, session)
    return outputs


def _check_recorded(stage: str, config: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
    """Raise SettingsError unless chalice's configuration speaks of the stack's own resources."""
    given = config.get("environment_variables", {})
    wrong = [
        f"{name} is {given.get(name)}, but the stack has {value}"
        for name, value in variables(stage, outputs).items()
        if given.get(name) != value
    ]
    wrong += [
        f"iam_role_arn of {function} is {settings.get('iam_role_arn')}, which the stack has not"
        for function, settings in config.get("lambda_functions", {}).items()
        if settings.get("iam_role_arn") not in outputs.values()
    ]
    if wrong:
        raise SettingsError(
            f"in .chalice/config.json, stage {stage!r}, {wrong[0]}: "
            f"`make deploy STAGE={stage}` records it anew"
        )


def _check_resources(settings: Settings, session: boto3.Session) -> None:
    """Raise StageError if buckets or table were deleted although their stack is there."""
    s3, dynamodb = session.client("s3"), session.client("dynamodb")
    looks: dict[str, Callable[[], object]] = {
        "INPUT_BUCKET": lambda: s3.head_bucket(Bucket=settings.input_bucket),
        "OUTPUT_BUCKET": lambda: s3.head_bucket(Bucket=settings.output_bucket),
        "TABLE": lambda: dynamodb.describe_table(TableName=settings.table),
    }
    for name, look in looks.items():
        try:
            look()
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "ResourceNotFoundException"}:
                raise
            stage = settings.stage
            raise StageError(
                f"{name} {getattr(settings, name.lower())} is gone, though stage {stage!r} is "
                f"provisioned: `make destroy STAGE={stage} DATA=delete CONFIRM={stage}` clears "
                f"away the rest, and `make deploy STAGE={stage}` makes it anew"
            ) from error
