"""Fixtures of the tests that need no stage."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the deployed stage and whatever account this machine is set up for."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
