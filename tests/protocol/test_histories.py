"""Random histories that are too long for exhaustive exploration.

They have uploads, deletions, duplicate and lost events, delays, kills, lost responses and errors of
services, in any order.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.protocol.explorer import Explorer
from tests.protocol.invariants import forbidden, violated
from tests.protocol.replay import Replay, build
from tests.protocol.scopes import ALL_KINDS, RECONCILE, Scope


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Up to six changes of one key and nine events."""
    texts = draw(st.lists(st.sampled_from(["x", "y", "z", None]), min_size=1, max_size=6))
    events = st.integers(RECONCILE, len(texts) - 1)
    return Scope(
        tuple(texts),
        # The newest event is never lost; lost events are explored exhaustively.
        (*draw(st.lists(events, max_size=8)), len(texts) - 1),
        is_versioned=draw(st.booleans()),
        epochs=draw(st.integers(0, 3)),
        faults=draw(st.integers(0, 8)),
        kinds=ALL_KINDS,
        keeps_id=draw(st.booleans()),
        reconciles_last=draw(st.booleans()),
    )


@given(scopes(), st.data())
@settings(max_examples=examples(60), deadline=None, derandomize=True)
def test_pdf_and_record_are_consistent_throughout_any_history(
    scope: Scope, data: st.DataObject
) -> None:
    explorer = Explorer(scope, Replay(build), violated, forbidden)
    explorer.walk(lambda steps: data.draw(st.integers(0, steps - 1)))
