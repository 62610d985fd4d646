"""Runs of the real pipeline, which stop before each AWS call and continue with any reply.

A run is a function of the replies that it gets. So it is run again from its start with the replies
so far, until it makes the next call. Each such history is run only once, however many states it
occurs in.
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
"""Time advances in epochs, each of which is longer than a lease."""

Build = Callable[[Any, Clock], Pipeline]
"""Builds a pipeline with a stand-in for the clients of both services, and a clock."""


def at(epoch: int) -> datetime:
    """Return the time at which an epoch begins."""
    return DAWN + EPOCH * epoch


def text_to_pdf(
    source: Readable, sink: BinaryIO, about: Any, _options: Any, _progress: Any
) -> Report:
    """Write a stand-in for a PDF, which consists of the document's id and the text."""
    sink.write(about.document_id.encode() + b"\n" + source.read(1 << 20))
    return Report(pages=1, encoding="utf-8", encoding_basis=Basis.CERTAIN, replaced=0)


def build(client: Any, clock: Clock, kind: type[Pipeline] = Pipeline) -> Pipeline:
    """Return the pipeline as deployed, except for its clients, clock and converter."""
    return kind(
        records=Records(client, SETTINGS.table, SETTINGS.shards, clock),
        bucket=partial(Bucket, client),
        settings=SETTINGS,
        clock=clock,
        convert=text_to_pdf,
    )


@dataclass(frozen=True, eq=False)
class Call:
    """The call that a run is about to make, with a unique `number`."""

    number: int
    cell: str
    operation: str
    parameters: dict[str, Any] = field(repr=False)

    @property
    def is_write(self) -> bool:
        return self.operation in {"update_item", "put_object"}


class Ended(NamedTuple):
    """The end of a run; `outcome` is None if it raised an error, so that Lambda retries.

    `started` is the change, if any, whose conversion a reconciliation started.
    """

    outcome: Outcome | None
    started: Change | None = None


class Start(NamedTuple):
    """An attempt to process an event: its change (None to reconcile) and the epoch of its start."""

    change: Change | None
    claim_id: str
    attempt: int
    epoch: int


class _Stopped(BaseException):
    """Stops a run; no Exception, since the pipeline would catch it."""

    def __init__(self, cell: str, operation: str, parameters: dict[str, Any]) -> None:
        self.call = cell, operation, parameters


@dataclass
class _Node:
    """A run so far: its start, and the replies with their epochs."""

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
        """Return the history of a run that has made no call so far."""
        number = self._starts.get(start)
        if number is None:
            number = self._starts[start] = len(self._nodes)
            self._nodes.append(_Node(start))
        return number

    def replied(self, history: int, epoch: int, reply: Reply) -> int:
        """Return the history after the reply to its next call."""
        node = self._nodes[history]
        number = node.children.get((epoch, reply))
        if number is None:
            number = node.children[epoch, reply] = len(self._nodes)
            self._nodes.append(_Node(node.start, (*node.replies, (epoch, reply))))
        return number

    def start(self, history: int) -> Start:
        """Return the start of the history's run."""
        return self._nodes[history].start

    def next(self, history: int, epoch: int) -> Call | Ended:
        """Return the run's next call in this epoch, or its end."""
        node = self._nodes[history]
        step = node.next.get(epoch)
        if step is None:
            step = node.next[epoch] = self._run(node, epoch)
        return step

    def _run(self, node: _Node, epoch: int) -> Call | Ended:
        replies = iter(node.replies)
        epochs = iter([*(reply_epoch for reply_epoch, _ in node.replies), epoch])
        now = next(epochs)

        def execute(cell: str, operation: str, parameters: dict[str, Any]) -> Reply:
            nonlocal now
            is_consistent = operation != "get_item" or parameters["ConsistentRead"]
            assert is_consistent, "an inconsistent read may be stale"
            reply = next(replies, None)
            if reply is None:
                raise _Stopped(cell, operation, parameters)
            now = next(epochs)
            return reply[1]

        try:
            return self._run_to_end(node.start, Client(execute), lambda: at(now))
        except _Stopped as stopped:
            self._calls += 1
            return Call(self._calls, *stopped.call)
        except (TransientError, ClientError):
            return Ended(None)

    def _run_to_end(self, start: Start, client: Any, clock: Clock) -> Ended:
        if start.change is None:
            return _reconcile(client, clock)
        begun = at(start.epoch)
        run = Invocation(start.claim_id, begun, begun + LEASE)
        return Ended(self._build(client, clock).process(start.change, run))


def _reconcile(client: Any, clock: Clock) -> Ended:
    services = _SingleKey(client)
    parts: Any = services
    Reconciliation(parts, parts, parts, "", clock).run(ReconcileRequest(), at(0))
    return Ended(Outcome.IGNORED, services.started[0] if services.started else None)


class _SingleKey:
    """A bucket and a table with a single key, and the functions that reconciliation invokes."""

    shards = 1
    name = SETTINGS.input_bucket

    def __init__(self, client: Any) -> None:
        self._client = client
        self.started: list[Change] = []

    def start(self, changes: Sequence[Change]) -> None:
        self.started += changes

    def continue_later(self, request: ReconcileRequest) -> None:
        raise AssertionError(f"a single key fits on one page: {request}")

    def page(
        self, _prefix: str, _after: str | None, _limit: int
    ) -> tuple[list[StoredObject], bool]:
        stored = Bucket(self._client, self.name).head(KEY)
        return [replace(stored, version_id=None)] if stored else [], False

    def between(
        self, bucket: str, _shard: int, _after: str | None, _last: str | None
    ) -> Iterator[Record]:
        record = Records(self._client, SETTINGS.table, 1).get(bucket, KEY, consistent=True)
        return iter([record] if record else [])
