"""Chalice's configuration file, .chalice/config.json, in which provisioning records stages."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.converter.output_file import replacing
from infra.explanation import StageError
from infra.target import ARCHITECTURES, X86_64


def path(project: Path) -> Path:
    """Return the path of a project's configuration file."""
    return project / ".chalice" / "config.json"


_ARCHITECTURE = "lambda_architecture"
APP = "text-to-pdf"
"""Application name; names of resources begin with NAME_PREFIX and this."""


def app_name(project: Path) -> str:
    """Return chalice's `app_name`, with which the names of all stages' resources begin.

    It is APP if the configuration has none. Raises StageError as `read` does.
    """
    return str(read(project).get("app_name", APP))


def read(project: Path) -> dict[str, Any]:
    """Return the content of the configuration file.

    Raises StageError if it cannot be read or is not a JSON object.
    """
    try:
        config = json.loads(path(project).read_text("utf-8"))
    except OSError as error:
        raise StageError(f".chalice/config.json cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise StageError(
            f".chalice/config.json is not JSON ({error}): correct it, or restore it with "
            "`git checkout .chalice/config.json`"
        ) from error
    if not isinstance(config, dict):
        raise StageError(
            ".chalice/config.json is not a JSON object: restore it from version control"
        )
    return config


def environment(config: Mapping[str, Any], recorded: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment variables that all functions of a stage have.

    `config` is the whole configuration, and `recorded` the stage's part of it, whose variables
    override those for all stages. Variables of single functions are not included.
    """
    merged: dict[str, str] = {}
    for scope in (config, recorded):
        merged |= scope.get("environment_variables", {})
    return merged


def architecture(project: Path, stage: str) -> str:
    """Return the architecture of the stage's functions: chalice's `lambda_architecture`.

    It is the stage's own, or else that for all stages, or else x86_64. Raises StageError if it is
    not one of ARCHITECTURES, or as `read` does.
    """
    config = read(project)
    recorded = config.get("stages", {}).get(stage, {})
    name = str(recorded.get(_ARCHITECTURE, config.get(_ARCHITECTURE, X86_64)))
    if name not in ARCHITECTURES:
        raise StageError(
            f".chalice/config.json: lambda_architecture of stage {stage!r} is {name!r}: "
            f"set it to {' or '.join(ARCHITECTURES)}"
        )
    return name


def set_architecture(project: Path, stage: str, name: str) -> None:
    """Write the architecture of a stage's functions, `name`, to the configuration file.

    `name` is one of ARCHITECTURES, which is not checked. Raises KeyError if the file does not have
    the stage, and StageError as `read` does.
    """
    config = read(project)
    config["stages"][stage][_ARCHITECTURE] = name
    write(project, config)


def write(project: Path, config: dict[str, Any]) -> None:
    """Replace the whole content of the configuration file atomically; it keeps its permissions."""
    with replacing(path(project)) as file:
        file.write((json.dumps(config, indent=2) + "\n").encode())


def set_name_prefix(project: Path, prefix: str, stage: str) -> None:
    """Set chalice's `app_name` in the configuration file to `prefix`, followed by APP.

    `stage` is the stage to be deployed. Raises StageError, and writes nothing, if the file has any
    stage except the emulator's, `stage` included, that was provisioned under another name.
    """
    config = read(project)
    name = f"{prefix}{APP}"
    others = [
        other
        for other, recorded in config.get("stages", {}).items()
        if other != "local"
        and recorded.get("environment_variables", {}).get("TABLE", f"{name}-{other}")
        != f"{name}-{other}"
    ]
    if others:
        raise StageError(
            f"NAME_PREFIX is {prefix!r}, but stage {others[0]!r} is provisioned from this folder "
            f"under other names: deploy {stage!r} without it, or from a copy of this folder"
        )
    config["app_name"] = name
    write(project, config)
