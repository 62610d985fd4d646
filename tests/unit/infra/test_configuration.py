"""Chalice's configuration file, in which provisioning records stages."""

import json
from pathlib import Path

import pytest

from infra import configuration


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
