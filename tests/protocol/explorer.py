"""Exhaustive exploration of all states that the runs of a few events for one key can reach.

A state consists of the contents of the record, the output object and the input object, the time,
and the progress of each run. In each state, any run may make its next call, be killed, or lose the
response to a call that was executed; the next upload may happen; time may pass beyond all leases.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.records.s3_changes import Change, Removal, Upload, pad_sequencer
from tests.protocol.memory import DAWN, Cell, Item, Object, Reply, execute
from tests.protocol.replay import KEY, SETTINGS, Call, Ended, Replay, Start

NAMES = [f"records/input#0/{KEY}", "output/a.pdf", f"input/{KEY}"]
ATTEMPTS = 3
"""Lambda's first attempt and two retries; then the event is sent to the failure queue."""
DONE, DEAD = -1, -2
"""States of an event that was processed, or is in the failure queue. Lower numbers are events that
wait for an attempt, and numbers from 0 on the history of the event's run."""
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


class State(NamedTuple):
    """Numbers of the cells, epoch, number of changes made, remaining faults, states of events."""

    record: int
    output: int
    input: int
    epoch: int
    uploads: int
    faults: int
    events: tuple[int, ...]


class Violation(AssertionError):
    """An invariant is violated; the message lists the steps to the state."""


Check = Callable[["World"], str | None]
Step = Callable[[Item, Item], str | None]
"""Returns what is wrong with a change of the record from one cell to another, or None."""


class World(NamedTuple):
    """The contents of a state, for invariants."""

    scope: Scope
    record: Item
    output: Object
    input: Object
    uploads: int
    events: tuple[int, ...]

    @property
    def is_quiescent(self) -> bool:
        return self.uploads == len(self.scope.texts) and all(e in {DONE, DEAD} for e in self.events)


@dataclass
class Explorer:
    """Explores one scope with one pipeline."""

    scope: Scope
    replay: Replay
    check: Check
    step: Step
    _cells: list[Cell] = field(default_factory=list)
    _numbers: dict[Cell, int] = field(default_factory=dict)
    _applied: dict[tuple[int, int], tuple[int, Reply]] = field(default_factory=dict)
    _seen: dict[State, tuple[State, str] | None] = field(default_factory=dict)
    _waits: list[Start] = field(default_factory=list)
    _checked: set[tuple[int, ...]] = field(default_factory=set)
    _allowed: set[tuple[int, int]] = field(default_factory=set)

    def explore(self) -> int:
        """Explore all states, and return their number.

        Raises Violation with the steps to the first state that violates an invariant.
        """
        stack = [self._first()]
        self._seen[stack[0]] = None
        while stack:
            state = stack.pop()
            for label, after in self._successors(state):
                self._assert_allowed(state, after, label)
                if after not in self._seen:
                    self._seen[after] = state, label
                    self._assert_invariants(after)
                    stack.append(after)
        return len(self._seen)

    def walk(self, choose: Callable[[int], int]) -> None:
        """Take steps from the first state to a final one; `choose` picks one of n steps.

        Raises Violation if an invariant is violated.
        """
        state = self._first()
        self._seen[state] = None
        while steps := list(self._successors(state)):
            before = state
            label, state = steps[choose(len(steps))]
            self._seen.setdefault(state, (before, label))
            self._assert_invariants(state)
            self._assert_allowed(before, state, label)

    def _first(self) -> State:
        return State(
            record=self._number(Item()),
            output=self._number(Object()),
            input=self._number(Object(self.scope.is_versioned)),
            epoch=0,
            uploads=0,
            faults=self.scope.faults,
            events=tuple(
                self._waiting(None if event == RECONCILE else self.scope.change(event), index, 0)
                for index, event in enumerate(self.scope.events)
            ),
        )

    def _number(self, cell: Cell) -> int:
        number = self._numbers.get(cell)
        if number is None:
            number = self._numbers[cell] = len(self._cells)
            self._cells.append(cell)
        return number

    def _successors(self, state: State) -> Iterator[tuple[str, State]]:
        if state.uploads < len(self.scope.texts):
            yield "upload", self._uploaded(state)
        if state.epoch < self.scope.epochs:
            yield "time passes", state._replace(epoch=state.epoch + 1)
        for index, event in enumerate(state.events):
            if event >= 0:
                yield from self._steps(state, index, event)
            elif event not in {DONE, DEAD} and self._may_begin(state, index):
                start = self._waits[-3 - event]._replace(epoch=state.epoch)
                yield from self._steps(state, index, self.replay.started(start))

    def _may_begin(self, state: State, index: int) -> bool:
        if self.scope.events[index] != RECONCILE:
            return state.uploads > self.scope.events[index]
        if not self.scope.reconciles_last:
            return True
        others = (e for i, e in enumerate(state.events) if i != index)
        return state.uploads == len(self.scope.texts) and all(e in {DONE, DEAD} for e in others)

    def _uploaded(self, state: State) -> State:
        text = self.scope.texts[state.uploads]
        cell = self._cells[state.input]
        assert isinstance(cell, Object)
        now = self.scope.moment(state.uploads)
        after = cell.put(None if text is None else text.encode(), now)
        return state._replace(input=self._number(after), uploads=state.uploads + 1)

    def _waiting(self, change: Change | None, index: int, attempt: int) -> int:
        """Return the state of an event that waits for an attempt."""
        if attempt >= ATTEMPTS:
            return DEAD
        claim_id = f"{index}" if self.scope.keeps_id else f"{index}.{attempt}"
        start = Start(change, claim_id, attempt, epoch=0)
        if start not in self._waits:
            self._waits.append(start)
        return -3 - self._waits.index(start)

    def _retried(self, index: int, history: int) -> int:
        """Return the state of an event after its run has failed."""
        start = self.replay.start(history)
        return self._waiting(start.change, index, start.attempt + 1)

    def _steps(self, state: State, index: int, history: int) -> Iterator[tuple[str, State]]:
        call = self.replay.next(history, state.epoch)
        assert isinstance(call, Call)
        which = NAMES.index(call.cell)
        cell, reply = self._apply(call, state[:3][which])
        changed = _with_cell(state, which, cell)
        label = f"{index}: {call.operation} → {reply.error or 'ok'}"
        yield label, self._replied(changed, index, history, reply)
        if not state.faults:
            return
        less = state._replace(faults=state.faults - 1)
        kinds = self.scope.kinds
        if state.events[index] >= 0 and "kill" in kinds:
            yield f"{index}: killed", _with_event(less, index, self._retried(index, history))
        if "loss" in kinds and call.is_write and reply.error is None:
            lost = _with_cell(less, which, cell)
            yield f"{label}, response lost", _with_event(lost, index, history)
        if "error" in kinds:
            failed = self._replied(less, index, history, Reply((), "SlowDown", 503))
            yield f"{index}: {call.operation} → error", failed

    def _apply(self, call: Call, cell: int) -> tuple[int, Reply]:
        result = self._applied.get((call.number, cell))
        if result is None:
            after, reply = execute(self._cells[cell], call.operation, call.parameters)
            result = self._applied[call.number, cell] = self._number(after), reply
        return result

    def _replied(self, state: State, index: int, history: int, reply: Reply) -> State:
        after = self.replay.replied(history, state.epoch, reply)
        step = self.replay.next(after, state.epoch)
        if isinstance(step, Ended):
            if step.outcome is None:
                after = self._retried(index, after)
            else:
                after = self._waiting(step.started, index, 0) if step.started else DONE
        return _with_event(state, index, after)

    def _assert_invariants(self, state: State) -> None:
        ended = tuple(event if event in {DONE, DEAD} else 0 for event in state.events)
        view = (state.record, state.output, state.input, state.uploads, *ended)
        if view in self._checked:
            return
        record, output, source = (self._cells[number] for number in state[:3])
        assert isinstance(record, Item)
        assert isinstance(output, Object)
        assert isinstance(source, Object)
        wrong = self.check(World(self.scope, record, output, source, state.uploads, ended))
        if wrong:
            raise Violation(f"{wrong}\n{self.scope}\n" + "\n".join(self._steps_to(state)))
        self._checked.add(view)

    def _assert_allowed(self, before: State, after: State, label: str) -> None:
        pair = before.record, after.record
        if pair[0] == pair[1] or pair in self._allowed:
            return
        old, new = (self._cells[number] for number in pair)
        assert isinstance(old, Item)
        assert isinstance(new, Item)
        wrong = self.step(old, new)
        if wrong:
            steps = [*self._steps_to(before), label]
            raise Violation(f"{wrong}\n{old}\n{new}\n{self.scope}\n" + "\n".join(steps))
        self._allowed.add(pair)

    def _steps_to(self, state: State) -> list[str]:
        labels: list[str] = []
        step = self._seen[state]
        while step is not None:
            state, label = step
            labels.append(label)
            step = self._seen[state]
        return labels[::-1]


def _with_cell(state: State, which: int, cell: int) -> State:
    return state._replace(**{State._fields[which]: cell})  # type: ignore[arg-type]


def _with_event(state: State, index: int, event: int) -> State:
    events = state.events
    return state._replace(events=(*events[:index], event, *events[index + 1 :]))
