"""Exhaustive exploration of all states that the runs of a few events for one key can reach.

A state consists of the contents of the record, the output object and the input object, the time,
and the progress of each run. In each state, any run may make its next call, be killed, or lose the
response to a call that was executed; the next upload may happen; time may pass beyond all leases.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.records.s3_changes import Change
from tests.protocol.cells import Call, Services
from tests.protocol.memory import Item, Object, Reply
from tests.protocol.replay import KEY, Ended, Replay, Start
from tests.protocol.scopes import RECONCILE, Scope

NAMES = [f"records/input#0/{KEY}", "output/a.pdf", f"input/{KEY}"]
"""Names of the cells in a state."""
RECORD, INPUT = 0, 2
"""Positions of two of them."""
ATTEMPTS = 3
"""Lambda's first attempt and two retries; then the event is sent to the failure queue."""
DONE, DEAD = -1, -2
"""States of an event that was processed, or is in the failure queue. Lower numbers are events that
wait for an attempt, and numbers from 0 on the history of the event's run."""
ENDED = {DONE, DEAD}


class State(NamedTuple):
    """The numbers of the contents of the cells NAMES, and the states of the events.

    `uploads` is the number of changes made, and `faults` that of the faults that may still occur.
    """

    cells: tuple[int, ...]
    epoch: int
    uploads: int
    faults: int
    events: tuple[int, ...]

    def after(self, which: int, index: int, effect: "Effect") -> "State":
        """Return the state after an effect on the cell and the event of these positions."""
        return State(
            _with(self.cells, which, effect.cell),
            self.epoch,
            self.uploads,
            self.faults - effect.is_fault,
            _with(self.events, index, effect.event),
        )


class Effect(NamedTuple):
    """What the next call of a run, or a fault, makes of the call's cell and of the run's event."""

    label: str
    cell: int
    event: int
    is_fault: bool = True


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
        return self.uploads == len(self.scope.texts) and all(e in ENDED for e in self.events)


@dataclass
class Explorer:
    """Explores one scope with one pipeline."""

    scope: Scope
    replay: Replay
    check: Check
    step: Step
    _effects: dict[tuple[Call, int, bool, bool], list[Effect]] = field(default_factory=dict)
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
        empty = Item(), Object(), Object(self.scope.is_versioned)
        return State(
            cells=tuple(self.replay.cells.number(cell) for cell in empty),
            epoch=0,
            uploads=0,
            faults=self.scope.faults,
            events=tuple(
                self._waiting(None if event == RECONCILE else self.scope.change(event), index, 0)
                for index, event in enumerate(self.scope.events)
            ),
        )

    def _successors(self, state: State) -> list[tuple[str, State]]:
        steps: list[tuple[str, State]] = []
        if state.uploads < len(self.scope.texts):
            steps.append(("upload", self._uploaded(state)))
        if state.epoch < self.scope.epochs:
            steps.append(("time passes", state._replace(epoch=state.epoch + 1)))
        for index, event in enumerate(state.events):
            if event >= 0:
                steps += self._steps(state, index, event)
            elif event not in ENDED and self._may_begin(state, index):
                start = self._waits[-3 - event]._replace(epoch=state.epoch)
                steps += self._steps(state, index, self.replay.started(start))
        return steps

    def _may_begin(self, state: State, index: int) -> bool:
        if self.scope.events[index] != RECONCILE:
            return state.uploads > self.scope.events[index]
        if not self.scope.reconciles_last:
            return True
        others = (e for i, e in enumerate(state.events) if i != index)
        return state.uploads == len(self.scope.texts) and all(e in ENDED for e in others)

    def _uploaded(self, state: State) -> State:
        text = self.scope.texts[state.uploads]
        cell = self.replay.cells[state.cells[INPUT]]
        assert isinstance(cell, Object)
        now = self.scope.moment(state.uploads)
        after = cell.put(None if text is None else text.encode(), now)
        cells = _with(state.cells, INPUT, self.replay.cells.number(after))
        return state._replace(cells=cells, uploads=state.uploads + 1)

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

    def _steps(self, state: State, index: int, history: int) -> list[tuple[str, State]]:
        call = self._next(state, history)
        assert isinstance(call, Call)
        which = NAMES.index(call.cell)
        key = call, state.cells[which], state.events[index] >= 0, state.faults > 0
        effects = self._effects.get(key)
        if effects is None:
            effects = self._effects[key] = list(self._effects_of(call, state, index, history))
        return [(effect.label, state.after(which, index, effect)) for effect in effects]

    def _next(self, state: State, history: int) -> Call | Ended:
        """Return the next call of a run in this state, or its end."""
        return self.replay.next(history, state.epoch, lambda: self._alone(state))

    def _alone(self, state: State) -> Services:
        """Return the services for a run that alone continues from this state."""
        return self.replay.cells.services(dict(zip(NAMES, state.cells, strict=True)))

    def _effects_of(self, call: Call, state: State, index: int, history: int) -> Iterator[Effect]:
        which = NAMES.index(call.cell)
        before = state.cells[which]
        after, reply = self.replay.cells.apply(call, before)
        label = f"{index}: {call.operation} → {reply.error or 'ok'}"
        changed = state._replace(cells=_with(state.cells, which, after))
        yield Effect(label, after, self._replied(changed, index, history, reply), is_fault=False)
        if not state.faults:
            return
        kinds = self.scope.kinds
        if state.events[index] >= 0 and "kill" in kinds:
            yield Effect(f"{index}: killed", before, self._retried(index, history))
        if "loss" in kinds and call.is_write and reply.error is None:
            yield Effect(f"{label}, response lost", after, history)
        if "error" in kinds:
            event = self._replied(state, index, history, Reply((), "SlowDown", 503))
            yield Effect(f"{index}: {call.operation} → error", before, event)

    def _replied(self, state: State, index: int, history: int, reply: Reply) -> int:
        """Return the state of an event after the reply to its run's next call."""
        after = self.replay.replied(history, state.epoch, reply)
        step = self._next(state, after)
        if isinstance(step, Call):
            return after
        if step.outcome is None:
            return self._retried(index, after)
        return self._waiting(step.started, index, 0) if step.started else DONE

    def _assert_invariants(self, state: State) -> None:
        ended = tuple([event if event in ENDED else 0 for event in state.events])
        view = (*state.cells, state.uploads, *ended)
        if view in self._checked:
            return
        record, output, source = (self.replay.cells[number] for number in state.cells)
        assert isinstance(record, Item)
        assert isinstance(output, Object)
        assert isinstance(source, Object)
        wrong = self.check(World(self.scope, record, output, source, state.uploads, ended))
        if wrong:
            raise Violation(f"{wrong}\n{self.scope}\n" + "\n".join(self._steps_to(state)))
        self._checked.add(view)

    def _assert_allowed(self, before: State, after: State, label: str) -> None:
        pair = before.cells[RECORD], after.cells[RECORD]
        if pair[0] == pair[1] or pair in self._allowed:
            return
        old, new = (self.replay.cells[number] for number in pair)
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


def _with(numbers: tuple[int, ...], position: int, number: int) -> tuple[int, ...]:
    """Return the numbers with another one at this position."""
    return (*numbers[:position], number, *numbers[position + 1 :])
