"""Resources of a deployed stage, as chalice recorded them in .chalice/deployed/."""

import json
import os
from pathlib import Path

from infra.explanation import StageError

PROJECT = Path(__file__).parents[1]
API_STAGE = "api"
"""Name of API Gateway's stage, `api_gateway_stage` in .chalice/config.json."""
SYNCHRONOUS_FUNCTIONS = {"api_handler", "authorize"}
"""Functions invoked synchronously; all others are invoked by events, or read a stream."""


def resources(stage: str, project: Path) -> list[dict[str, str]]:
    """Return chalice's description of each resource: its `resource_type`, `name`, ids and ARNs.

    Raises StageError if the stage is not deployed from this project.
    """
    path = project / ".chalice/deployed" / f"{stage}.json"
    try:
        recorded: list[dict[str, str]] = json.loads(path.read_text("utf-8"))["resources"]
    except (OSError, ValueError, KeyError) as error:
        raise StageError(
            f"stage {stage!r} is not deployed from this folder: run `make deploy STAGE={stage}`"
        ) from error
    return recorded


def api_url(stage: str, project: Path = PROJECT) -> str:
    """Return the base URL of the deployed API, without a trailing slash.

    It is a URL of the emulator if AWS_ENDPOINT_URL is set. Raises StageError as `resources` does.
    """
    api = next(r for r in resources(stage, project) if r["resource_type"] == "rest_api")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:  # the emulator serves APIs below its own endpoint
        return f"{endpoint}/_aws/execute-api/{api['rest_api_id']}/{API_STAGE}"
    url: str = api["rest_api_url"]
    return url.rstrip("/")


def asynchronous_functions(stage: str, project: Path) -> list[str]:
    """Return the names of the deployed functions that are invoked asynchronously, sorted.

    The names are those in app.py. Raises StageError as `resources` does.
    """
    recorded = resources(stage, project)
    stream_readers = {r["lambda_arn"] for r in recorded if r["resource_type"] == "dynamodb_event"}
    functions = (r for r in recorded if r["resource_type"] == "lambda_function")
    names = {r["name"] for r in functions if r["lambda_arn"] not in stream_readers}
    return sorted(names - SYNCHRONOUS_FUNCTIONS)
