"""Provisioning: what outlives a deploy, and what `chalice deploy` must know of it.

Works unchanged against AWS and, through AWS_ENDPOINT_URL, against the emulator. Running it again
changes nothing unless the template has changed.
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ssm import SSMClient

TEMPLATE = Path(__file__).parent / "template.yaml"


class ProvisioningError(Exception):
    """The stage could not be provisioned; the text says why and what to do."""


def provision(stage: str, project: Path) -> None:
    """Bring the stage's stack up to date, make its token if there is none, record both."""
    session = boto3.Session()
    outputs = _apply_template(session.client("cloudformation"), stage)
    _make_token(session.client("ssm"), outputs["TokenParameter"])
    _record(project / ".chalice" / "config.json", stage, outputs)


def _apply_template(client: "CloudFormationClient", stage: str) -> dict[str, str]:
    name = f"text-to-pdf-{stage}"
    request: dict[str, Any] = {
        "StackName": name,
        "TemplateBody": TEMPLATE.read_text("utf-8"),
        "Parameters": [{"ParameterKey": "Stage", "ParameterValue": stage}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    try:
        client.create_stack(**request)
        waiter = client.get_waiter("stack_create_complete")
    except client.exceptions.AlreadyExistsException:
        if not _update(client, request):
            return _outputs(client, name)
        waiter = client.get_waiter("stack_update_complete")  # type: ignore[assignment]
    try:
        waiter.wait(StackName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 300})
    except WaiterError as error:
        raise ProvisioningError(_what_failed(client, name)) from error
    return _outputs(client, name)


def _update(client: "CloudFormationClient", request: Mapping[str, Any]) -> bool:
    """Whether there was anything to update."""
    try:
        client.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in error.response["Error"]["Message"]:
            return False
        raise
    return True


def failure_queue(stage: str) -> str:
    """ARN of the stage's failure queue."""
    client = boto3.client("cloudformation")
    return _outputs(client, f"text-to-pdf-{stage}")["FailureQueue"]


def _outputs(client: "CloudFormationClient", name: str) -> dict[str, str]:
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _what_failed(client: "CloudFormationClient", name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event.get("ResourceStatus", "").endswith("FAILED")
    ]
    return (
        f"CloudFormation could not bring stack {name} up to date:\n"
        + "\n".join(reasons)
        + f"\nMend the cause; if the stack is in ROLLBACK_COMPLETE, delete it first "
        f"(aws cloudformation delete-stack --stack-name {name}); then run this again."
    )


def _make_token(client: "SSMClient", parameter: str) -> None:
    try:
        client.put_parameter(
            Name=parameter,
            Description="Bearer token of the text-to-pdf API",
            Type="SecureString",
            Value=secrets.token_urlsafe(32),
            Overwrite=False,
        )
    except client.exceptions.ParameterAlreadyExists:
        return


def _record(path: Path, stage: str, outputs: Mapping[str, str]) -> None:
    """Write the stage's part of chalice's configuration; everything else in it stays."""
    config = json.loads(path.read_text("utf-8"))
    recorded = config.setdefault("stages", {}).setdefault(stage, {})
    recorded.setdefault("environment_variables", {}).update(
        STAGE=stage,
        INPUT_BUCKET=outputs["InputBucket"],
        OUTPUT_BUCKET=outputs["OutputBucket"],
        TABLE=outputs["Table"],
        TOKEN_PARAMETER=outputs["TokenParameter"],
    )
    functions = recorded.setdefault("lambda_functions", {})
    roles = {
        "convert": "ConvertRole",
        "reconcile": "ReconcileRole",
        "api_handler": "ApiRole",
        "authorize": "AuthorizeRole",
    }
    for function, role in roles.items():
        functions.setdefault(function, {})["iam_role_arn"] = outputs[role]
    path.write_text(json.dumps(config, indent=2) + "\n", "utf-8")
