"""What becomes of events that fail, which `chalice deploy` can't set.

Lambda tries each event twice more; then it goes to the failure queue of the template.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from infra.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

RETRIES = 2
MAX_AGE_SECONDS = 6 * 3600
"""Both are the most that Lambda allows."""


def arrange(stage: str, project: Path) -> None:
    """Set it for the deployed functions that events fire, whatever app.py calls them."""
    client: LambdaClient = boto3.client("lambda")
    queue = Stack(boto3.client("cloudformation"), stage).outputs()["FailureQueue"]
    deployed = json.loads((project / f".chalice/deployed/{stage}.json").read_text("utf-8"))
    for resource in deployed["resources"]:
        if resource["resource_type"] in {"s3_event", "cloudwatch_event"}:
            client.put_function_event_invoke_config(
                FunctionName=resource["lambda_arn"],
                MaximumRetryAttempts=RETRIES,
                MaximumEventAgeInSeconds=MAX_AGE_SECONDS,
                DestinationConfig={"OnFailure": {"Destination": queue}},
            )
        if resource["resource_type"] == "cloudwatch_event":
            # It goes on by invoking itself, which Lambda would stop after 16 times as a loop.
            client.put_function_recursion_config(
                FunctionName=resource["lambda_arn"], RecursiveLoop="Allow"
            )
