"""Fixtures of modules that deploy stages, and a table of faults in the test summary."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.emulator import Emulator
from tests.notes import OUTCOME
from tests.stack import copy_project, policy_enforcing_aws


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with policy_enforcing_aws() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return copy_project(folder)


@pytest.fixture
def record_outcome(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Add a line to the table."""
    return lambda line: record_property(OUTCOME, line)
