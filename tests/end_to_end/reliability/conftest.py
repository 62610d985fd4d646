"""A proxy for each module that injects faults."""

from collections.abc import Iterator

import pytest

from infra.emulator import Emulator
from tests import faults
from tests.faults import Proxy


@pytest.fixture(scope="module")
def proxy(aws: Emulator) -> Iterator[Proxy]:
    with faults.running(Proxy(aws.endpoint)) as served:
        yield served
