"""Every interleaving of two or three events for one key, with all possible faults."""

import gc
import os
from collections.abc import Callable, Iterator

import pytest

from chalicelib.storage import item_format
from tests.protocol.explorer import Explorer, Violation
from tests.protocol.invariants import forbidden, violated
from tests.protocol.mutations import MUTATIONS
from tests.protocol.replay import Build, Replay, build
from tests.protocol.scopes import DEEP, SCOPES, Scope

pytestmark = pytest.mark.slow

SELECTED = SCOPES | (DEEP if os.environ.get("PROTOCOL_SCOPES") == "deep" else {})
DETECTING_SCOPES = [
    Scope(("x",), (0,), keeps_id=False),
    Scope(("x", "y"), (0, 1)),
    Scope(("x", None), (0, 1)),
    Scope(("x", "y", "x"), (0, 1, 2), faults=0),
]


@pytest.fixture(autouse=True, scope="module")
def _uncollected() -> Iterator[None]:
    """Do not search for garbage: there are millions of objects, none of them in a cycle."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", SELECTED)
def test_pdf_and_record_are_consistent_in_every_state(
    name: str, replay: Replay, record_states: Callable[[str, int], None]
) -> None:
    record_states(name, Explorer(SELECTED[name], replay, violated, forbidden).explore())


@pytest.mark.parametrize("build", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_deliberate_defect_is_detected(build: Build) -> None:
    replay = Replay(build)
    assert any(is_detected(scope, replay) for scope in DETECTING_SCOPES)


def is_detected(scope: Scope, replay: Replay) -> bool:
    try:
        Explorer(scope, replay, violated, anything).explore()
    except Violation:
        return True
    return False


@pytest.mark.parametrize("scope", DETECTING_SCOPES)
def test_the_checks_that_detect_defects_pass_without_them(scope: Scope, replay: Replay) -> None:
    assert Explorer(scope, replay, violated, forbidden).explore() > 0


def anything(*_state: object) -> None:
    """Allow every state and every change, so that only the other check is effective."""


WEAKENED = {
    "an older event may claim": (
        "newer_than_record",
        "attribute_not_exists(#pk) OR #sequencer <> :sequencer",
        Scope(("x", "y"), (0, 1)),
    ),
    "any run of the same sequencer may finish": (
        "still_claimed",
        (
            "#sequencer = :sequencer AND #claim <> :old_status AND #status <> :old_claim"
            " AND #attempts >= :old_attempts"
        ),
        Scope(("x",), (0, 0), epochs=2),
    ),
}
"""Conditions of the table's updates that are too weak, and a scope whose events show it.

Each replaces the expression that a function of `item_format` returns; its values stay.
"""


@pytest.mark.parametrize("name", WEAKENED)
def test_a_transition_allowed_by_a_weakened_condition_is_detected(
    name: str, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, expression, scope = WEAKENED[name]
    assert not is_forbidden(scope, replay)
    real = getattr(item_format, function)
    monkeypatch.setattr(item_format, function, lambda *values: (expression, real(*values)[1]))
    assert is_forbidden(scope, Replay(build))


def is_forbidden(scope: Scope, replay: Replay) -> bool:
    try:
        Explorer(scope, replay, anything, forbidden).explore()
    except Violation:
        return True
    return False
