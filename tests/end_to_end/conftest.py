"""Fixtures of modules that deploy stages, and a table of faults in the test summary."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.notes import OUTCOME
from tests.stack import copy_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def record_outcome(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Add a line to the table."""
    return lambda line: record_property(OUTCOME, line)
