"""Fixtures that all tests share."""

from collections.abc import Iterator

import pytest

from tests import stack as stacks


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """A stage deployed once per session; each test uses different keys."""
    with stacks.deployed(tmp_path_factory.mktemp("project")) as deployed:
        yield deployed
