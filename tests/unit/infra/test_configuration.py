"""Chalice's configuration file, in which provisioning records stages."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import configuration
from infra.explanation import StageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".chalice").mkdir()
    configuration.path(tmp_path).write_text('{"stages": {}}', "utf-8")
    configuration.path(tmp_path).chmod(0o640)
    return tmp_path


def test_a_new_configuration_replaces_the_old_one_and_keeps_its_permissions(project: Path) -> None:
    configuration.write(project, {"stages": {"dev": {}}})
    path = configuration.path(project)
    assert json.loads(path.read_text("utf-8")) == {"stages": {"dev": {}}}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in path.parent.iterdir()] == ["config.json"]


def test_a_failed_write_keeps_the_old_configuration(project: Path) -> None:
    with pytest.raises(TypeError):
        configuration.write(project, {"stages": object()})
    path = configuration.path(project)
    assert path.read_text("utf-8") == '{"stages": {}}'
    assert [file.name for file in path.parent.iterdir()] == ["config.json"]


def test_a_stage_has_the_default_architecture_until_another_is_recorded(project: Path) -> None:
    configuration.write(project, {"stages": {"dev": {"api_gateway_stage": "api"}, "prod": {}}})
    assert configuration.architecture(project, "dev") == "x86_64"
    configuration.set_architecture(project, "dev", "arm64")
    assert configuration.architecture(project, "dev") == "arm64"
    assert configuration.architecture(project, "prod") == "x86_64"
    assert configuration.read(project)["stages"]["dev"]["api_gateway_stage"] == "api"


def test_an_architecture_can_be_set_for_all_stages_and_an_unknown_one_is_rejected(
    project: Path,
) -> None:
    configuration.write(project, {"lambda_architecture": "arm64", "stages": {"dev": {}}})
    assert configuration.architecture(project, "dev") == "arm64"
    configuration.write(project, {"stages": {"dev": {"lambda_architecture": "mips"}}})
    with pytest.raises(StageError, match="'mips': set it to x86_64 or arm64"):
        configuration.architecture(project, "dev")


def test_name_prefix_is_set_unless_a_stage_is_provisioned_under_another_name(
    project: Path,
) -> None:
    stages: dict[str, Any] = {"dev": {"environment_variables": {"UPLOADS": "off"}}}
    configuration.write(project, {"app_name": "text-to-pdf", "stages": stages})
    configuration.set_name_prefix(project, "acme-", "dev")
    assert configuration.read(project)["app_name"] == "acme-text-to-pdf"
    stages["prod"] = {"environment_variables": {"TABLE": "text-to-pdf-prod"}}
    configuration.write(project, {"app_name": "text-to-pdf", "stages": stages})
    with pytest.raises(StageError, match="'prod'"):
        configuration.set_name_prefix(project, "acme-", "dev")
    assert configuration.read(project)["app_name"] == "text-to-pdf"
