"""A table of faults and their outcomes in the test summary."""

from collections.abc import Callable

import pytest

from tests.notes import noted

OUTCOME = "outcome"
"""Name of the report property that holds a line of the table."""


@pytest.fixture
def record_outcome(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Add a line to the table."""
    return lambda line: record_property(OUTCOME, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = noted(terminalreporter, OUTCOME)
    if lines:
        terminalreporter.section("faults")
        terminalreporter.line("call | fault | times | record | claims | AWS calls")
        for line in lines:
            terminalreporter.line(str(line))
