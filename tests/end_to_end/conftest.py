"""Fixtures of modules that deploy stages, and a table of faults in the test summary."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.notes import OUTCOME
from tests.stack import copy_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return copy_project(folder)


@pytest.fixture
def record_outcome(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Add a line to the table."""
    return lambda line: record_property(OUTCOME, line)
