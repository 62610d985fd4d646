"""What chalice recorded of the resources that it made for a stage."""

import json
from pathlib import Path

from infra.explanation import StageError

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


def fired_by_events(stage: str, project: Path) -> list[str]:
    """Names, as in app.py, of the functions that are invoked asynchronously."""
    made = resources(stage, project)
    reading = {r["lambda_arn"] for r in made if r["resource_type"] == "dynamodb_event"}
    functions = (r for r in made if r["resource_type"] == "lambda_function")
    names = {r["name"] for r in functions if r["lambda_arn"] not in reading}
    return sorted(names - ANSWERING)
