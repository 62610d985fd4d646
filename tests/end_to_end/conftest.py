"""The table of faults and fates at the end of a run."""

import pytest

FATES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def fates(pytestconfig: pytest.Config) -> list[str]:
    """One line a fault."""
    return pytestconfig.stash.setdefault(FATES, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    lines = config.stash.get(FATES, [])
    if lines:
        terminalreporter.section("faults")
        terminalreporter.line("call | fault | times | record | claims | AWS calls")
        for line in lines:
            terminalreporter.line(line)
