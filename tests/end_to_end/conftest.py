"""A table of faults and their outcomes in the test summary."""

from collections.abc import Callable

import pytest

from tests.notes import OUTCOME


@pytest.fixture
def record_outcome(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Add a line to the table."""
    return lambda line: record_property(OUTCOME, line)
