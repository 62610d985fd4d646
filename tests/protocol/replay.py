"""The real pipeline, stopped before each of its AWS calls and taken on from there with any reply.

A run is a function of the replies that it got. So it is run again from its start with those so far,
until it makes the next call, and each such history is run only once, however many states of the
world it is part of.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, BinaryIO, NamedTuple

from botocore.exceptions import ClientError

from chalicelib.converter import Basis, Report
from chalicelib.converter.reading.compression import Readable
from chalicelib.errors import TransientError
from chalicelib.pipeline.invocation import Invocation
from chalicelib.pipeline.pipeline import Outcome, Pipeline
from chalicelib.pipeline.reconciliation import ReconcileRequest, Reconciliation
from chalicelib.records.record import Clock, Record
from chalicelib.records.s3_changes import Change
from chalicelib.settings import Settings
from chalicelib.storage.bucket import Bucket, StoredObject
from chalicelib.storage.table import Records
from tests.protocol.memory import DAWN, Client, Reply

SETTINGS = Settings(
    stage="model",
    input_bucket="input",
    output_bucket="output",
    table="records",
    token_parameter="/none",
    shards=1,
)
KEY = "a.txt"
LEASE = timedelta(minutes=10)
EPOCH = timedelta(hours=1)
"""Time goes on in epochs, each of which is longer than a lease."""

Build = Callable[[Any, Clock], Pipeline]
"""A client that stands in for both services, and a clock → the pipeline over them."""


def at(epoch: int) -> datetime:
    """The moment at which an epoch begins."""
    return DAWN + EPOCH * epoch


def text_to_pdf(
    source: Readable, sink: BinaryIO, about: Any, _options: Any, _progress: Any
) -> Report:
    """A PDF as far as the protocol goes: bytes made of the document's identity and of the text."""
    sink.write(about.document_id.encode() + b"\n" + source.read(1 << 20))
    return Report(pages=1, encoding="utf-8", encoding_basis=Basis.CERTAIN, replaced=0)


def build(client: Any, clock: Clock, kind: type[Pipeline] = Pipeline) -> Pipeline:
    """The pipeline as it is deployed, but for its clients, clock and converter."""
    return kind(
        records=Records(client, SETTINGS.table, SETTINGS.shards, clock),
        bucket=partial(Bucket, client),
        settings=SETTINGS,
        clock=clock,
        convert=text_to_pdf,
    )


@dataclass(frozen=True, eq=False)
class Call:
    """The call that a run is about to make; `number` tells it from every other."""

    number: int
    cell: str
    operation: str
    parameters: dict[str, Any] = field(repr=False)

    @property
    def is_write(self) -> bool:
        return self.operation in {"update_item", "put_object"}


class Ended(NamedTuple):
    """How a run ended; without an outcome if it raised, so that Lambda tries again.

    Reconciling ends with the change, if any, that it has the converter process.
    """

    outcome: Outcome | None
    started: Change | None = None


class Start(NamedTuple):
    """One attempt at one event: its change, None to reconcile, and the epoch in which it began."""

    change: Change | None
    claim_id: str
    attempt: int
    epoch: int


class _Stopped(BaseException):
    """Passes through the pipeline, which catches only what is an Exception."""

    def __init__(self, cell: str, operation: str, parameters: dict[str, Any]) -> None:
        self.call = cell, operation, parameters


@dataclass
class _Node:
    """A run so far: its start, and its replies with the epochs in which they came."""

    start: Start
    replies: tuple[tuple[int, Reply], ...] = ()
    children: dict[tuple[int, Reply], int] = field(default_factory=dict)
    next: dict[int, Call | Ended] = field(default_factory=dict)


class Replay:
    """All histories of runs of one pipeline, by number."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._nodes: list[_Node] = []
        self._starts: dict[Start, int] = {}
        self._calls = 0

    def __len__(self) -> int:
        return len(self._nodes)

    def started(self, start: Start) -> int:
        """The history of a run that has done nothing yet."""
        number = self._starts.get(start)
        if number is None:
            number = self._starts[start] = len(self._nodes)
            self._nodes.append(_Node(start))
        return number

    def replied(self, history: int, epoch: int, reply: Reply) -> int:
        """The history after the reply to its next call."""
        node = self._nodes[history]
        number = node.children.get((epoch, reply))
        if number is None:
            number = node.children[epoch, reply] = len(self._nodes)
            self._nodes.append(_Node(node.start, (*node.replies, (epoch, reply))))
        return number

    def start(self, history: int) -> Start:
        """How the run began."""
        return self._nodes[history].start

    def next(self, history: int, epoch: int) -> Call | Ended:
        """What the run does next if the time is now `epoch`."""
        node = self._nodes[history]
        known = node.next.get(epoch)
        if known is None:
            known = node.next[epoch] = self._run(node, epoch)
        return known

    def _run(self, node: _Node, epoch: int) -> Call | Ended:
        replies = iter(node.replies)
        epochs = iter([*(then for then, _ in node.replies), epoch])
        now = next(epochs)

        def answer(cell: str, operation: str, parameters: dict[str, Any]) -> Reply:
            nonlocal now
            assert operation != "get_item" or parameters["ConsistentRead"], "it may be stale"
            reply = next(replies, None)
            if reply is None:
                raise _Stopped(cell, operation, parameters)
            now = next(epochs)
            return reply[1]

        try:
            return self._ran(node.start, Client(answer), lambda: at(now))
        except _Stopped as stopped:
            self._calls += 1
            return Call(self._calls, *stopped.call)
        except (TransientError, ClientError):
            return Ended(None)

    def _ran(self, start: Start, client: Any, clock: Clock) -> Ended:
        if start.change is None:
            return _reconciled(client, clock)
        begun = at(start.epoch)
        run = Invocation(start.claim_id, begun, begun + LEASE)
        return Ended(self._build(client, clock).process(start.change, run))


def _reconciled(client: Any, clock: Clock) -> Ended:
    one = _OneKey(client)
    parts: Any = one
    Reconciliation(parts, parts, parts, "", clock).run(ReconcileRequest(), at(0))
    return Ended(Outcome.IGNORED, one.started[0] if one.started else None)


class _OneKey:
    """A bucket and a table of one key, listed and queried as one object and one item."""

    shards = 1
    name = SETTINGS.input_bucket

    def __init__(self, client: Any) -> None:
        self._client = client
        self.started: list[Change] = []

    def start(self, changes: Sequence[Change]) -> None:
        self.started += changes

    def continue_later(self, asked: ReconcileRequest) -> None:
        raise AssertionError(f"one key is one page: {asked}")

    def page(
        self, _prefix: str, _after: str | None, _limit: int
    ) -> tuple[list[StoredObject], bool]:
        found = Bucket(self._client, self.name).head(KEY)
        return [replace(found, version_id=None)] if found else [], False

    def between(
        self, bucket: str, _shard: int, _after: str | None, _last: str | None
    ) -> Iterator[Record]:
        record = Records(self._client, SETTINGS.table, 1).get(bucket, KEY, consistent=True)
        return iter([record] if record else [])
