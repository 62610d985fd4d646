"""Fixtures that all tests share, and what holds for every run."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

from infra.emulator import Emulator
from tests import stack as stacks
from tests.examples import examples
from tests.notes import write_summary

STAGE = "test"

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile(
    "unhurried", settings(), deadline=None, max_examples=examples(settings().max_examples)
)
settings.load_profile("unhurried")

LONGEST = (
    *("test_many_uploads", "test_faults", "test_stages", "test_announcements", "test_mistakes"),
    *("test_run", "test_exhaustive", "test_robustness", "test_upgrades", "test_query"),
    *("test_reconcile", "test_for_everybody", "test_existing_buckets", "test_interrupted_uploads"),
    *("test_finding_and_reading", "test_uploading", "test_signing_in", "test_contract"),
    *("test_layers", "test_uploads", "test_any_text", "test_names", "test_damaged_records"),
    *("test_tokens", "test_package", "test_wheel", "test_audit", "test_document", "test_links"),
)
"""Modules that take longest, in that order: no process is to be left alone with one at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest modules where several processes share them (pytest-xdist)."""
    if hasattr(config, "workerinput"):
        items.sort(key=_place)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what tests noted for the end of the run."""
    write_summary(terminalreporter)


def _place(item: pytest.Item) -> int:
    module = item.path.stem
    return LONGEST.index(module) if module in LONGEST else len(LONGEST)


# For mutation testing: whether a change is noticed counts, not the smallest example that does.
settings.register_profile(
    "mutants", phases=(Phase.explicit, Phase.generate), database=None, derandomize=True
)


@pytest.fixture(scope="session")
def aws() -> Iterator[Emulator]:
    """A local AWS that enforces policies, started once per session."""
    with stacks.policy_enforcing_aws() as running:
        yield running


@pytest.fixture(scope="session")
def stack(aws: Emulator, tmp_path_factory: pytest.TempPathFactory) -> stacks.Stack:
    """A stage deployed once per session; each test uses different keys."""
    return stacks.deploy(aws, stacks.copy_project(tmp_path_factory.mktemp("project")), STAGE)
