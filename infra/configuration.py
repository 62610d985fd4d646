"""Chalice's configuration, .chalice/config.json, in which provisioning records the stages."""

import json
import secrets
import shutil
from pathlib import Path
from typing import Any


def path(project: Path) -> Path:
    """Return where chalice keeps the configuration of a project."""
    return project / ".chalice" / "config.json"


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
