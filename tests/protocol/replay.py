"""Runs of the real pipeline, each AWS call of which may get any reply.

A run is a function of the replies that it gets. So it is run again from its start with the replies
so far, to learn its next call. Each such history is run only once, however many states it occurs
in. Two things make that cheap: what the methods of Records returned is remembered, and a run does
not stop at its next call, but continues to its end, since the histories on that way follow anyway.
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
from tests.protocol.cells import Call, Cells, Services
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


@dataclass(eq=False)
class _Node:
    """A run so far: that of `parent`, if any, and the reply to its next call, in this epoch.

    `children` are numbers, so that nodes have no cycles. `next` is what follows in each epoch.
    `returned` is the result of the method of Records, if any, that ended with this reply, and the
    number of replies before that method.
    """

    number: int
    start: Start
    parent: "_Node | None" = None
    epoch: int = 0
    reply: Reply | None = None
    children: dict[tuple[int, Reply], int] = field(default_factory=dict)
    next: dict[int, Call | Ended] = field(default_factory=dict)
    returned: tuple[int, Any] | None = None

    def path(self) -> "list[_Node]":
        """Return the nodes from the start to this one."""
        path = [self]
        while path[-1].parent is not None:
            path.append(path[-1].parent)
        return path[::-1]


class Replay:
    """All histories of runs of one pipeline, by number, and the `cells` that their calls change."""

    def __init__(self, build: Build) -> None:
        self.cells = Cells()
        self._build = build
        self._nodes: list[_Node] = []
        self._starts: dict[Start, _Node] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def started(self, start: Start) -> int:
        """Return the history of a run that has made no call so far."""
        node = self._starts.get(start)
        if node is None:
            node = self._starts[start] = self._added(start)
        return node.number

    def replied(self, history: int, epoch: int, reply: Reply) -> int:
        """Return the history after the reply to its next call."""
        return self._child(self._nodes[history], epoch, reply).number

    def start(self, history: int) -> Start:
        """Return the start of the history's run."""
        return self._nodes[history].start

    def next(self, history: int, epoch: int, services: Callable[[], Services]) -> Call | Ended:
        """Return the run's next call in this epoch, or its end.

        If it is not known yet, the run is repeated, and continues to its end with the replies of
        `services()`.
        """
        node = self._nodes[history]
        if epoch not in node.next:
            _Run(node.path(), epoch, services(), self._child).run(self._build)
        return node.next[epoch]

    def _child(self, node: _Node, epoch: int, reply: Reply) -> _Node:
        number = node.children.get((epoch, reply))
        if number is not None:
            return self._nodes[number]
        child = self._added(node.start, node, epoch, reply)
        node.children[epoch, reply] = child.number
        return child

    def _added(self, start: Start, *history: Any) -> _Node:
        self._nodes.append(_Node(len(self._nodes), start, *history))
        return self._nodes[-1]


@dataclass
class _Run:
    """A run that gets the replies of a path, and those of `services` in the epoch after that.

    `replies` is the number of replies that it got so far.
    """

    path: list[_Node]
    epoch: int
    services: Services
    child: Callable[[_Node, int, Reply], _Node]
    replies: int = 0

    def run(self, build: Build) -> None:
        """Run to the end, and add what followed on the path, and beyond it, to the nodes."""
        try:
            ended = self._run(build)
        except (TransientError, ClientError):
            ended = Ended(None)
        self.path[-1].next[self.epoch] = ended

    def _run(self, build: Build) -> Ended:
        start = self.path[0].start
        client = Client(self._execute)
        if start.change is None:
            return _reconcile(client, self._clock)
        begun = at(start.epoch)
        pipeline = build(client, self._clock)
        records: Any = _Remembered(pipeline.records, self._remembered)
        run = Invocation(start.claim_id, begun, begun + LEASE)
        return Ended(replace(pipeline, records=records).process(start.change, run))

    def _clock(self) -> datetime:
        following = self.path[self.replies + 1 : self.replies + 2]
        return at(following[0].epoch if following else self.epoch)

    def _execute(self, cell: str, operation: str, parameters: dict[str, Any]) -> Reply:
        is_consistent = operation != "get_item" or parameters["ConsistentRead"]
        assert is_consistent, "an inconsistent read may be stale"
        self.replies += 1
        if self.replies == len(self.path):
            last = self.path[-1]
            call = last.next[self.epoch] = Call(cell, operation, parameters)
            self.path.append(self.child(last, self.epoch, self.services(call)))
        reply = self.path[self.replies].reply
        assert reply is not None
        return reply

    def _remembered(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Return what the method returned when it got the same replies, or else call it.

        That is the same in every epoch, since no method reads the clock after its last reply.
        """
        before = self.replies
        for replies in range(before + 1, len(self.path)):
            returned = self.path[replies].returned
            if returned is not None and returned[0] == before:
                self.replies = replies
                return returned[1]
        result = method(*arguments, **options)
        self.path[self.replies].returned = before, result
        return result


@dataclass(frozen=True)
class _Remembered:
    """Records whose methods are called by `call`."""

    records: Records
    call: Callable[..., Any]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self.call, getattr(self.records, name))


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
