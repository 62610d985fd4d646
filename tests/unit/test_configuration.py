"""The configuration that provisioning records stages in."""

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


def test_a_configuration_that_cannot_be_written_leaves_the_old_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(self: Path, text: str, encoding: str) -> None:
        self.write_bytes(text.encode(encoding)[:5])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", torn)
    with pytest.raises(OSError, match="No space"):
        configuration.write(project, {"stages": {"dev": {}}})
    path = configuration.path(project)
    assert path.read_text("utf-8") == '{"stages": {}}'
    assert [file.name for file in path.parent.iterdir()] == ["config.json"]
