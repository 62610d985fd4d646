"""Fixtures that all tests share."""

from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

from tests import stack as stacks

# For mutation testing: whether a change is noticed counts, not the smallest example that does.
settings.register_profile(
    "mutants", phases=(Phase.explicit, Phase.generate), database=None, derandomize=True
)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """A stage deployed once per session; each test uses different keys."""
    with stacks.deployed(tmp_path_factory.mktemp("project")) as deployed:
        yield deployed
