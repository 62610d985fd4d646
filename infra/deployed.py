"""What chalice recorded of the resources that it made for a stage."""

import json
from pathlib import Path

ANSWERING = {"api_handler", "authorize"}
"""Functions that somebody waits for; all others are fired by events."""


def resources(stage: str, project: Path) -> list[dict[str, str]]:
    """Each resource, as chalice describes it."""
    path = project / ".chalice/deployed" / f"{stage}.json"
    made: list[dict[str, str]] = json.loads(path.read_text("utf-8"))["resources"]
    return made


def fired_by_events(stage: str, project: Path) -> list[str]:
    """Names, as in app.py, of the functions that are invoked asynchronously."""
    made = {r["name"] for r in resources(stage, project) if r["resource_type"] == "lambda_function"}
    return sorted(made - ANSWERING)
