"""Chalice's configuration, .chalice/config.json, in which provisioning records the stages."""

import json
import secrets
import shutil
from pathlib import Path
from typing import Any

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
    target = path(project)
    unfinished = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        unfinished.write_text(json.dumps(config, indent=2) + "\n", "utf-8")
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
