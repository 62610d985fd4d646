"""Provisioning: what outlives a deploy, and what `chalice deploy` must know of it.

Works unchanged against AWS and, through AWS_ENDPOINT_URL, against the emulator. Running it again
changes nothing unless the template or a parameter has changed.
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
"""What the template allows; names of buckets are made of it."""
_PLACE_OF_TOPIC = re.compile(r"arn:[\w-]+:sns:(?P<region>[^:]+):(?P<account>\d{12}):.+")
_PLACE_OF_BUCKET = re.compile(r"text-to-pdf-[a-z0-9-]+-input-(?P<account>\d{12})-(?P<region>.+)")
"""Where a stage is, by what is recorded of it; the second of stages without a topic."""
ROLES = {
    "convert": "ConvertRole",
    "reconcile": "ReconcileRole",
    "api_handler": "ApiRole",
    "authorize": "AuthorizeRole",
    "announce": "AnnounceRole",
}
"""Output of the template with the role, by function."""


def provision(
    stage: str,
    project: Path,
    parameters: Mapping[str, str] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Bring the stage's stack up to date, make its token if there is none, record both.

    `parameters` are the template's, `environment` variables of the stage; those not given keep
    their values, and so do `tags`. Raise StageError if it cannot be done.
    """
    if not STAGE_NAME.fullmatch(stage):
        raise StageError(
            f"STAGE is {stage!r}: use lower-case letters, digits and hyphens, a letter first, "
            "20 at most"
        )
    session = boto3.Session()
    config = configuration.read(project)
    recorded = config.setdefault("stages", {}).setdefault(stage, {})
    check_place(stage, recorded, session)
    recorded.setdefault("environment_variables", {}).update(environment or {})
    if tags:
        recorded["tags"] = dict(tags)
    stack = Stack.of(stage, project, session)
    _check_buckets(stage, stack.outputs(), parameters or {})
    _check_names(stack.name, session.region_name or "", parameters or {})
    given = {
        "Stage": stage,
        "App": configuration.app_name(project),
        "Tracing": _tracing(config, recorded),
        "Uploads": _uploads(config, recorded),
        **_prefixes(config, recorded),
        **(parameters or {}),
    }
    outputs = stack.apply(TEMPLATE.read_text("utf-8"), given, tags)
    api_token.make(session.client("ssm"), outputs["TokenParameter"])
    _record(recorded, stage, outputs)
    configuration.write(project, config)


def _prefixes(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, str]:
    """The template's parameters for the prefixes that the functions will see."""
    environment = config.get("environment_variables", {}) | recorded["environment_variables"]
    return {
        "InputPrefix": environment.get("INPUT_PREFIX", ""),
        "OutputPrefix": environment.get("OUTPUT_PREFIX", ""),
    }


def _check_buckets(stage: str, outputs: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Raise StageError if an existing stage would get another bucket: its records name the old."""
    for use in ("Input", "Output"):
        there, wanted = outputs.get(f"{use}Bucket"), given.get(f"{use}BucketName")
        if there and wanted and there != wanted:
            raise StageError(
                f"{use.upper()}_BUCKET is {wanted!r}, but stage {stage!r} uses {there}, which its "
                "records name: choose another STAGE for another bucket"
            )


def _check_names(name: str, region: str, given: Mapping[str, str]) -> None:
    """Raise StageError if a bucket that is made would get a longer name than S3 allows."""
    longest = len(f"{name}-output-{'0' * 12}-{region}")
    if longest > MAX_BUCKET_NAME and "OutputBucketName" not in given:
        raise StageError(
            f"the output bucket's name would begin with {name!r} and have {longest} characters, "
            f"and S3 allows {MAX_BUCKET_NAME}: choose a STAGE or NAME_PREFIX that is "
            f"{longest - MAX_BUCKET_NAME} shorter"
        )


def check_place(stage: str, recorded: Mapping[str, Any], session: boto3.Session) -> None:
    """Raise StageError if the stage exists, but in another region or account.

    Raise NoRegionError without any region.
    """
    if session.region_name is None:
        raise NoRegionError
    variables = recorded.get("environment_variables", {})
    topic = _PLACE_OF_TOPIC.fullmatch(variables.get("TOPIC", ""))
    place = topic or _PLACE_OF_BUCKET.fullmatch(variables.get("INPUT_BUCKET", ""))
    if place is None:
        return
    if session.region_name != place["region"]:
        raise StageError(
            f"stage {stage!r} is in region {place['region']}, but AWS_DEFAULT_REGION, or else the "
            f"profile, says {session.region_name}: set it to {place['region']}, or choose another "
            "STAGE"
        )
    account = session.client("sts").get_caller_identity()["Account"]
    if account != place["account"]:
        raise StageError(
            f"stage {stage!r} is in account {place['account']}, but these credentials are of "
            f"{account}: set AWS_PROFILE to a profile of the former, or choose another STAGE"
        )


def _tracing(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    """Whether the stage, or one of its functions, has chalice's `xray` switched on."""
    scopes = [config, recorded]
    scopes += [f for s in (config, recorded) for f in s.get("lambda_functions", {}).values()]
    return "true" if any(scope.get("xray") for scope in scopes) else "false"


def _uploads(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    """Whether uploading over HTTP is on or off for the stage; CloudFormation refuses the rest."""
    environment = configuration.environment(config, recorded)
    return environment.get("UPLOADS") or "on"


def variables(stage: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of the stage's functions that provisioning decides."""
    return {
        "STAGE": stage,
        "INPUT_BUCKET": outputs["InputBucket"],
        "OUTPUT_BUCKET": outputs["OutputBucket"],
        "TABLE": outputs["Table"],
        "TOKEN_PARAMETER": outputs["TokenParameter"],
        "TOPIC": outputs["Topic"],
    }


def _record(recorded: dict[str, Any], stage: str, outputs: Mapping[str, str]) -> None:
    """Set the stage's part of chalice's configuration; everything else in it stays."""
    recorded.setdefault("environment_variables", {}).update(variables(stage, outputs))
    functions = recorded.setdefault("lambda_functions", {})
    for function, role in ROLES.items():
        functions.setdefault(function, {})["iam_role_arn"] = outputs[role]
