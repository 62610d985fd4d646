"""A table of faults and their outcomes in the test summary."""

import pytest

OUTCOMES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def outcomes(pytestconfig: pytest.Config) -> list[str]:
    """Lines of the table: one for each fault."""
    return pytestconfig.stash.setdefault(OUTCOMES, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    lines = config.stash.get(OUTCOMES, [])
    if lines:
        terminalreporter.section("faults")
        terminalreporter.line("call | fault | times | record | claims | AWS calls")
        for line in lines:
            terminalreporter.line(line)
