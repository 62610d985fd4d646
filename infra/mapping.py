"""How the function `announce` reads the table's stream, as far as `chalice deploy` cannot set it.

A batch that fails comes again, in halves, so that one change which no retry can announce keeps the
others waiting for hours at most, and not for the 24 hours that a stream lasts. Where it was in the
stream is then told to the failure queue.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from infra import deployed
from infra.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

RETRIES = 1_000
MAX_AGE_SECONDS = 6 * 3600
"""Whichever comes first. SNS may be out of reach for hours; Lambda spaces its retries."""


def configure(stack: Stack, project: Path, session: boto3.Session) -> None:
    """Set it for each mapping of the stage to a stream."""
    client: LambdaClient = session.client("lambda")
    queue = stack.outputs()["FailureQueue"]
    for identifier in identifiers(stack.stage, project):
        client.update_event_source_mapping(
            UUID=identifier,
            MaximumRetryAttempts=RETRIES,
            MaximumRecordAgeInSeconds=MAX_AGE_SECONDS,
            BisectBatchOnFunctionError=True,
            DestinationConfig={"OnFailure": {"Destination": queue}},
        )


def identifiers(stage: str, project: Path) -> list[str]:
    """Return the UUID of each mapping of the stage to a stream."""
    made = deployed.resources(stage, project)
    return [r["event_uuid"] for r in made if r["resource_type"] == "dynamodb_event"]
