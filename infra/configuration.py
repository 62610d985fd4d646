"""Chalice's configuration, .chalice/config.json, in which provisioning records the stages."""

import json
from pathlib import Path
from typing import Any

from chalicelib.converter.output_file import replacing
from infra.explanation import StageError


def path(project: Path) -> Path:
    """Return where chalice keeps the configuration of a project."""
    return project / ".chalice" / "config.json"


def read(project: Path) -> dict[str, Any]:
    """Return the configuration; raise StageError if it is missing or no JSON object."""
    try:
        config = json.loads(path(project).read_text("utf-8"))
    except OSError as error:
        raise StageError(f".chalice/config.json cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise StageError(
            f".chalice/config.json is no JSON ({error}): correct it, or restore it with "
            "`git checkout .chalice/config.json`"
        ) from error
    if not isinstance(config, dict):
        raise StageError(".chalice/config.json is no JSON object: restore it from version control")
    return config


def write(project: Path, config: dict[str, Any]) -> None:
    """Replace the configuration, whole or not at all; the file keeps its permissions."""
    with replacing(path(project)) as file:
        file.write((json.dumps(config, indent=2) + "\n").encode())
