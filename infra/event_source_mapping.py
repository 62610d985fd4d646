"""Event source mapping of the function `announce`: settings that `chalice deploy` cannot make.

A failed batch is split in half and retried, so that one record that always fails delays the others
for hours at most, and not for the 24 hours that a stream keeps its records. Its position in the
stream is then sent to the failure queue.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from infra import deployed_resources
from infra.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

RETRIES = 1_000
MAX_AGE_SECONDS = 6 * 3600
"""Retrying ends at the first of both limits. SNS may be unreachable for hours."""


def configure(stack: Stack, project: Path, session: boto3.Session) -> None:
    """Set retries, splitting of batches, and the failure queue for the stage's stream mappings.

    The stack must exist. Raises StageError if the stage is not deployed.
    """
    client: LambdaClient = session.client("lambda")
    queue = stack.outputs()["FailureQueue"]
    for mapping_id in mapping_ids(stack.stage, project):
        client.update_event_source_mapping(
            UUID=mapping_id,
            MaximumRetryAttempts=RETRIES,
            MaximumRecordAgeInSeconds=MAX_AGE_SECONDS,
            BisectBatchOnFunctionError=True,
            DestinationConfig={"OnFailure": {"Destination": queue}},
        )


def mapping_ids(stage: str, project: Path) -> list[str]:
    """Return the UUIDs of the stage's event source mappings to a DynamoDB stream.

    Raises StageError if the stage is not deployed.
    """
    resources = deployed_resources.resources(stage, project)
    return [r["event_uuid"] for r in resources if r["resource_type"] == "dynamodb_event"]
