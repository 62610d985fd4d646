"""What chalice recorded of the resources that it made for a stage."""

import json
import os
from pathlib import Path

from infra.explanation import StageError

PROJECT = Path(__file__).parents[1]
API_STAGE = "api"
"""The name of API Gateway's stage, `api_gateway_stage` in .chalice/config.json."""
ANSWERING = {"api_handler", "authorize"}
"""Functions that somebody waits for; all others are fired by events, or read a stream."""


def resources(stage: str, project: Path) -> list[dict[str, str]]:
    """Return each resource, as chalice describes it; raise StageError if nothing is deployed."""
    path = project / ".chalice/deployed" / f"{stage}.json"
    try:
        made: list[dict[str, str]] = json.loads(path.read_text("utf-8"))["resources"]
    except (OSError, ValueError, KeyError) as error:
        raise StageError(
            f"stage {stage!r} is not deployed from this folder: run `make deploy STAGE={stage}`"
        ) from error
    return made


def api_url(stage: str, project: Path = PROJECT) -> str:
    """Return the base URL of the deployed API, without a slash at its end."""
    api = next(r for r in resources(stage, project) if r["resource_type"] == "rest_api")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:  # the emulator serves every API under its own address
        return f"{endpoint}/_aws/execute-api/{api['rest_api_id']}/{API_STAGE}"
    url: str = api["rest_api_url"]
    return url.rstrip("/")


def fired_by_events(stage: str, project: Path) -> list[str]:
    """Names, as in app.py, of the functions that are invoked asynchronously."""
    made = resources(stage, project)
    reading = {r["lambda_arn"] for r in made if r["resource_type"] == "dynamodb_event"}
    functions = (r for r in made if r["resource_type"] == "lambda_function")
    names = {r["name"] for r in functions if r["lambda_arn"] not in reading}
    return sorted(names - ANSWERING)
