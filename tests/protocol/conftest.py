"""What the protocol's tests share, and the count of states at the end of a run."""

import pytest

from tests.protocol.replay import Replay, build

EXPLORED = pytest.StashKey[dict[str, int]]()


@pytest.fixture(scope="session")
def replay() -> Replay:
    """The histories of the real pipeline's runs: those of one scope are found again in others."""
    return Replay(build)


@pytest.fixture(scope="session")
def explored(pytestconfig: pytest.Config) -> dict[str, int]:
    """States by scope."""
    return pytestconfig.stash.setdefault(EXPLORED, {})


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    states = config.stash.get(EXPLORED, {})
    if states:
        terminalreporter.section("states of the protocol, all of them explored")
        for name, count in states.items():
            terminalreporter.line(f"{count:>10,}  {name}")
        terminalreporter.line(f"{sum(states.values()):>10,}  in all")
