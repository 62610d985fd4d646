"""What becomes of events that fail, which `chalice deploy` can't set.

Lambda tries each event twice more; then it goes to the failure queue of the template.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3

from infra.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

RETRIES = 2
MAX_AGE_SECONDS = 6 * 3600
"""Both are the most that Lambda allows."""


def configure_failure_queue(stack: Stack, functions: Iterable[str], session: boto3.Session) -> None:
    """Set it for these functions of the stage, which are invoked asynchronously."""
    client: LambdaClient = session.client("lambda")
    queue = stack.outputs()["FailureQueue"]
    for name in functions:
        client.put_function_event_invoke_config(
            FunctionName=f"{stack.name}-{name}",
            MaximumRetryAttempts=RETRIES,
            MaximumEventAgeInSeconds=MAX_AGE_SECONDS,
            DestinationConfig={"OnFailure": {"Destination": queue}},
        )
    # It goes on by invoking itself, which Lambda would stop after 16 times, taking it for a loop.
    client.put_function_recursion_config(
        FunctionName=f"{stack.name}-reconcile", RecursiveLoop="Allow"
    )
