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

STAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
"""What the template allows; names of buckets are made of it."""
ROLES = {
    "convert": "ConvertRole",
    "reconcile": "ReconcileRole",
    "api_handler": "ApiRole",
    "authorize": "AuthorizeRole",
}
"""Output of the template with the role, by function."""


def provision(stage: str, project: Path, parameters: Mapping[str, str] | None = None) -> None:
    """Bring the stage's stack up to date, make its token if there is none, record both.

    `parameters` are the template's; those not given keep their values. Raise StageError if it
    cannot be done.
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
    given = {"Stage": stage, "Tracing": _tracing(config, recorded), **(parameters or {})}
    stack = Stack(session.client("cloudformation"), stage)
    outputs = stack.apply(TEMPLATE.read_text("utf-8"), given)
    api_token.make(session.client("ssm"), outputs["TokenParameter"])
    _record(recorded, stage, outputs)
    configuration.write(project, config)


def check_place(stage: str, recorded: Mapping[str, Any], session: boto3.Session) -> None:
    """Raise StageError if the stage exists, but in another region or account.

    Raise NoRegionError without any region.
    """
    if session.region_name is None:
        raise NoRegionError
    bucket = recorded.get("environment_variables", {}).get("INPUT_BUCKET", "")
    place = re.fullmatch(rf"text-to-pdf-{stage}-input-(?P<account>\d{{12}})-(?P<region>.+)", bucket)
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


def variables(stage: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of the stage's functions that provisioning decides."""
    return {
        "STAGE": stage,
        "INPUT_BUCKET": outputs["InputBucket"],
        "OUTPUT_BUCKET": outputs["OutputBucket"],
        "TABLE": outputs["Table"],
        "TOKEN_PARAMETER": outputs["TokenParameter"],
    }


def _record(recorded: dict[str, Any], stage: str, outputs: Mapping[str, str]) -> None:
    """Set the stage's part of chalice's configuration; everything else in it stays."""
    recorded.setdefault("environment_variables", {}).update(variables(stage, outputs))
    functions = recorded.setdefault("lambda_functions", {})
    for function, role in ROLES.items():
        functions.setdefault(function, {})["iam_role_arn"] = outputs[role]
