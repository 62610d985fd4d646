"""Every interleaving of two or three events for one key, with everything that may fail."""

import os

import pytest

from tests.protocol.explorer import Explorer, Scope, Violation
from tests.protocol.invariants import violated
from tests.protocol.mutations import MUTATIONS
from tests.protocol.replay import Build, Replay
from tests.protocol.scopes import DEEP, SCOPES

CHOSEN = SCOPES | (DEEP if os.environ.get("PROTOCOL_SCOPES") == "deep" else {})
CATCHING = [
    Scope(("x",), (0,), keeps_id=False),
    Scope(("x", "y"), (0, 1)),
    Scope(("x", None), (0, 1)),
    Scope(("x", "y", "x"), (0, 1, 2), faults=0),
]


@pytest.mark.parametrize("name", CHOSEN)
def test_pdf_and_record_are_true_in_every_state(
    name: str, replay: Replay, explored: dict[str, int]
) -> None:
    explored[name] = Explorer(CHOSEN[name], replay, violated).explore()


@pytest.mark.parametrize("build", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_protocol_that_is_broken_on_purpose_is_caught(build: Build) -> None:
    replay = Replay(build)
    assert any(is_caught(scope, replay) for scope in CATCHING)


def is_caught(scope: Scope, replay: Replay) -> bool:
    try:
        Explorer(scope, replay, violated).explore()
    except Violation:
        return True
    return False


@pytest.mark.parametrize("scope", CATCHING)
def test_what_catches_the_broken_ones_passes_the_real_one(scope: Scope, replay: Replay) -> None:
    assert Explorer(scope, replay, violated).explore() > 0
