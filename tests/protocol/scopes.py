"""The scopes that are explored exhaustively: changes of one key, their events, and faults."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.records.s3_changes import Change, Removal, Upload, pad_sequencer
from tests.protocol.memory import DAWN
from tests.protocol.replay import KEY, SETTINGS

RECONCILE = -1
"""Stands for a run of reconcile among the events of a scope."""


@dataclass(frozen=True)
class Scope:
    """A sequence of uploads (texts) and deletions (None) of one key, with events and faults.

    `events` has, for each event, the position in `texts` of its change; a position that occurs
    twice is an event that is delivered twice, and a missing one is lost. `faults` is the maximum
    number of faults of the `kinds`: a run is killed, the response to a call is lost, or a service
    returns an error. `keeps_id` says whether retries have the request id of the first attempt, as
    in Lambda. `epochs` is how often time may pass beyond all leases.
    """

    texts: tuple[str | None, ...]
    events: tuple[int, ...]
    is_versioned: bool = True
    epochs: int = 1
    faults: int = 1
    kinds: frozenset[str] = frozenset({"kill"})
    keeps_id: bool = True
    reconciles_last: bool = True

    def moment(self, position: int) -> datetime:
        """Return the time of a change."""
        return DAWN + timedelta(minutes=position)

    def change(self, position: int) -> Change:
        sequencer = pad_sequencer(f"{position + 1:02X}")
        text = self.texts[position]
        if text is None:
            return Removal(SETTINGS.input_bucket, KEY, sequencer, self.moment(position))
        version = f"v{position + 1}" if self.is_versioned else None
        size = len(text)
        moment = self.moment(position)
        return Upload(SETTINGS.input_bucket, KEY, sequencer, moment, None, version, size)


Story = tuple[tuple[str | None, ...], tuple[int, ...]]

ALL_KINDS = frozenset({"kill", "loss", "error"})

_TWO_EVENTS: dict[str, Story] = {
    "newer and older": (("x", "y"), (0, 1)),
    "duplicate": (("x",), (0, 0)),
    "equal texts": (("x", "x"), (0, 1)),
    "deletion": (("x", None), (0, 1)),
}
_THREE_EVENTS: dict[str, Story] = {
    "the older one twice": (("x", "y"), (0, 0, 1)),
    "the newer one twice": (("x", "y"), (0, 1, 1)),
    "equal texts, one twice": (("x", "x"), (0, 1, 1)),
    "revert to an earlier text": (("x", "y", "x"), (0, 1, 2)),
    "deletion and upload again": (("x", None, "x"), (0, 1, 2)),
    "a late duplicate after deletion": (("x", None), (0, 0, 1)),
}
_RECONCILED: dict[str, Story] = {
    "no event at all": (("x",), (RECONCILE,)),
    "the newer event lost": (("x", "y"), (0, RECONCILE)),
    "a reverting event lost": (("x", "y", "x"), (0, 1, RECONCILE)),
    "the event of equal text lost": (("x", "x"), (0, RECONCILE)),
    "the deletion lost": (("x", None), (0, RECONCILE)),
}
_RECONCILED_MEANWHILE: dict[str, Story] = {
    "reconciled at any time": (("x", "y"), (0, RECONCILE)),
    "reconciled twice at any time": (("x",), (0, RECONCILE, RECONCILE)),
}


def _named(versioned: bool, name: str) -> str:
    return f"{name}, {'versioned' if versioned else 'unversioned'}"


SCOPES: dict[str, Scope] = {}
for versioned in (True, False):
    for name, (texts, events) in _TWO_EVENTS.items():
        SCOPES[_named(versioned, name) + ", anything fails"] = Scope(
            texts, events, versioned, kinds=ALL_KINDS
        )
        SCOPES[_named(versioned, name) + ", killed twice"] = Scope(
            texts, events, versioned, faults=2
        )
        SCOPES[_named(versioned, name) + ", retried under new ids"] = Scope(
            texts, events, versioned, keeps_id=False
        )
    for name, (texts, events) in _THREE_EVENTS.items():
        SCOPES[_named(versioned, name) + ", killed"] = Scope(texts, events, versioned, epochs=0)
        SCOPES[_named(versioned, name) + ", leases end"] = Scope(texts, events, versioned, faults=0)
    for name, (texts, events) in _RECONCILED.items():
        SCOPES[_named(versioned, name) + ", reconciled"] = Scope(texts, events, versioned)
    for name, (texts, events) in _RECONCILED_MEANWHILE.items():
        SCOPES[_named(versioned, name)] = Scope(
            texts, events, versioned, epochs=0, reconciles_last=False
        )

DEEP: dict[str, Scope] = {}
"""Scopes that take minutes and gigabytes each; run them with PROTOCOL_SCOPES=deep."""
for versioned in (True, False):
    for name, (texts, events) in _THREE_EVENTS.items():
        DEEP[_named(versioned, name) + ", killed, leases end"] = Scope(texts, events, versioned)
    for name, (texts, events) in _RECONCILED.items():
        DEEP[_named(versioned, name) + ", reconciled, any two failures"] = Scope(
            texts, events, versioned, faults=2, kinds=ALL_KINDS
        )
    for name, (texts, events) in _RECONCILED_MEANWHILE.items():
        DEEP[_named(versioned, name) + ", killed, leases end"] = Scope(
            texts, events, versioned, reconciles_last=False
        )
    for name, (texts, events) in _TWO_EVENTS.items():
        DEEP[_named(versioned, name) + ", any two failures"] = Scope(
            texts, events, versioned, faults=2, kinds=ALL_KINDS
        )
    DEEP[_named(versioned, "two reconciles while texts revert")] = Scope(
        ("x", "y", "x"),
        (0, RECONCILE, RECONCILE),
        versioned,
        epochs=2,
        faults=0,
        reconciles_last=False,
    )
