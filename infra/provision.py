"""Provisioning: create or update a stage's stack and token, and record them for `chalice deploy`.

Works with AWS and, through AWS_ENDPOINT_URL, with the emulator. Running it again changes nothing
unless the template or a parameter has changed.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import NoRegionError

from infra import api_token, configuration
from infra.explanation import StageError
from infra.stack import TEMPLATE, Stack

MAX_BUCKET_NAME = 63
STAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
"""Names of stages that the template allows; they become part of bucket names."""
_TOPIC_ARN = re.compile(r"arn:[\w-]+:sns:(?P<region>[^:]+):(?P<account>\d{12}):.+")
_INPUT_BUCKET = re.compile(r"text-to-pdf-[a-z0-9-]+-input-(?P<account>\d{12})-(?P<region>.+)")
"""Both tell a stage's region and account; stages of early versions have no topic."""
ROLES = {
    "convert": "ConvertRole",
    "reconcile": "ReconcileRole",
    "api_handler": "ApiRole",
    "authorize": "AuthorizeRole",
    "announce": "AnnounceRole",
}
"""Name of the template's output with the role's ARN, by function."""


def provision(
    stage: str,
    project: Path,
    parameters: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Create or update the stage's stack, create its token if there is none, and record both.

    They are recorded, with `environment` and `tags`, in chalice's configuration. `parameters` are
    parameters of the template, `environment` environment variables of the stage; those not given
    keep their values. `tags` replace all tags; without any, those are kept. Raises StageError, and
    records nothing, if an argument is wrong, the stage is in another region or account or would
    change its buckets, or CloudFormation fails; NoRegionError if no region is configured.
    """
    if not STAGE_NAME.fullmatch(stage):
        raise StageError(
            f"STAGE is {stage!r}: use at most 20 lower-case letters, digits and hyphens, beginning "
            "with a letter"
        )
    session = boto3.Session()
    config = configuration.read(project)
    recorded = config.setdefault("stages", {}).setdefault(stage, {})
    check_region_and_account(stage, recorded, session)
    recorded.setdefault("environment_variables", {}).update(environment or {})
    if tags:
        recorded["tags"] = dict(tags)
    stack = Stack.of(stage, project, session)
    _check_buckets(stage, stack.outputs(), parameters or {})
    _check_bucket_name(stack.name, session.region_name or "", parameters or {})
    all_parameters = {
        "Stage": stage,
        "App": configuration.app_name(project),
        "Tracing": _tracing(config, recorded),
        "Uploads": _uploads(config, recorded),
        **_prefixes(config, recorded),
        **(parameters or {}),
    }
    outputs = stack.apply(TEMPLATE.read_text("utf-8"), all_parameters, tags)
    api_token.create(session.client("ssm"), outputs["TokenParameter"])
    _record(recorded, stage, outputs)
    configuration.write(project, config)


def _prefixes(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, str]:
    """Return the template's parameters for the input and output prefixes of the functions."""
    environment = config.get("environment_variables", {}) | recorded["environment_variables"]
    return {
        "InputPrefix": environment.get("INPUT_PREFIX", ""),
        "OutputPrefix": environment.get("OUTPUT_PREFIX", ""),
    }


def _check_buckets(stage: str, outputs: Mapping[str, str], parameters: Mapping[str, str]) -> None:
    """Raise StageError if an existing stage would change its buckets, which its records name."""
    for use in ("Input", "Output"):
        current, requested = outputs.get(f"{use}Bucket"), parameters.get(f"{use}BucketName")
        if current and requested and current != requested:
            raise StageError(
                f"{use.upper()}_BUCKET is {requested!r}, but stage {stage!r} uses {current}, which "
                "its records name: choose another STAGE for another bucket"
            )


def _check_bucket_name(name: str, region: str, parameters: Mapping[str, str]) -> None:
    """Raise StageError if the output bucket would get a longer name than S3 allows.

    `name` is the stack's, with which the names of both buckets begin; that of the output bucket is
    the longer one. `parameters` are the stack's: an existing bucket is not checked.
    """
    longest = len(f"{name}-output-{'0' * 12}-{region}")
    if longest > MAX_BUCKET_NAME and "OutputBucketName" not in parameters:
        raise StageError(
            f"the output bucket's name would begin with {name!r} and have {longest} characters, "
            f"and S3 allows {MAX_BUCKET_NAME}: choose a STAGE or NAME_PREFIX that is "
            f"{longest - MAX_BUCKET_NAME} shorter"
        )


def check_region_and_account(
    stage: str, recorded: Mapping[str, Any], session: boto3.Session
) -> None:
    """Raise StageError if the session is for another region or account than the stage.

    `recorded` is the stage's part of the configuration. If it does not tell them, as before the
    stage is provisioned, any will do. Raises NoRegionError if the session has no region.
    """
    if session.region_name is None:
        raise NoRegionError
    variables = recorded.get("environment_variables", {})
    topic = _TOPIC_ARN.fullmatch(variables.get("TOPIC", ""))
    match = topic or _INPUT_BUCKET.fullmatch(variables.get("INPUT_BUCKET", ""))
    if match is None:
        return
    if session.region_name != match["region"]:
        raise StageError(
            f"stage {stage!r} is in region {match['region']}, but AWS_DEFAULT_REGION or the "
            f"profile says {session.region_name}: set it to {match['region']}, or choose another "
            "STAGE"
        )
    account = session.client("sts").get_caller_identity()["Account"]
    if account != match["account"]:
        raise StageError(
            f"stage {stage!r} is in account {match['account']}, but these credentials are for "
            f"account {account}: set AWS_PROFILE to a profile of {match['account']}, or choose "
            "another STAGE"
        )


def _tracing(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    """Return `true` if chalice's `xray` is on for the stage or one of its functions, or `false`."""
    scopes = [config, recorded]
    scopes += [f for s in (config, recorded) for f in s.get("lambda_functions", {}).values()]
    return "true" if any(scope.get("xray") for scope in scopes) else "false"


def _uploads(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    """Return the setting UPLOADS: `on` or `off`; CloudFormation rejects other values."""
    environment = configuration.environment(config, recorded)
    return environment.get("UPLOADS") or "on"


def environment_variables(stage: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that provisioning sets for the stage's functions.

    `outputs` are the outputs of its stack.
    """
    return {
        "STAGE": stage,
        "INPUT_BUCKET": outputs["InputBucket"],
        "OUTPUT_BUCKET": outputs["OutputBucket"],
        "TABLE": outputs["Table"],
        "TOKEN_PARAMETER": outputs["TokenParameter"],
        "TOPIC": outputs["Topic"],
    }


def _record(recorded: dict[str, Any], stage: str, outputs: Mapping[str, str]) -> None:
    """Record the stack's resources in the stage's part of chalice's configuration."""
    recorded.setdefault("environment_variables", {}).update(environment_variables(stage, outputs))
    functions = recorded.setdefault("lambda_functions", {})
    for function, role in ROLES.items():
        functions.setdefault(function, {})["iam_role_arn"] = outputs[role]
