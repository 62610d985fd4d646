"""Retries and the failure queue of asynchronous invocations, which `chalice deploy` cannot set.

Lambda retries a failed event twice, then sends it to the stage's failure queue.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3

from infra.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

RETRIES = 2
MAX_AGE_SECONDS = 6 * 3600
"""Both are the maximum that Lambda allows."""


def configure_failure_queue(stack: Stack, functions: Iterable[str], session: boto3.Session) -> None:
    """Configure retries and the failure queue for these functions of the stage.

    `functions` are the names, as in app.py, of those that are invoked asynchronously. `reconcile`
    is also allowed to invoke itself without limit. The stack must exist, and the functions too.
    """
    client: LambdaClient = session.client("lambda")
    queue = stack.outputs()["FailureQueue"]
    for name in functions:
        client.put_function_event_invoke_config(
            FunctionName=f"{stack.name}-{name}",
            MaximumRetryAttempts=RETRIES,
            MaximumEventAgeInSeconds=MAX_AGE_SECONDS,
            DestinationConfig={"OnFailure": {"Destination": queue}},
        )
    # `reconcile` continues by invoking itself; Lambda's loop detection would stop it after 16 runs.
    client.put_function_recursion_config(
        FunctionName=f"{stack.name}-reconcile", RecursiveLoop="Allow"
    )
