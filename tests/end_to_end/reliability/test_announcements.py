"""Every settled file is announced at least once, despite faults, and nothing else is."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import boto3
import pytest

from chalicelib.events import table_stream
from infra import event_source_mapping
from infra.emulator import Emulator
from tests import stack as stacks
from tests.faults import Call, Fault, Proxy, Rule
from tests.stack import Stack, wait_for

FILES = 20
FAULTS = [
    (Fault.KILLED_BEFORE, 1),
    (Fault.KILLED_AFTER, 1),
    (Fault.ERROR, 6),
    (Fault.DENIED, 2),
    (Fault.CUT_AFTER, 3),
    (Fault.THROTTLED, 4),
]
"""Faults of the requests that publish, and how many requests each affects: 17 in total."""


class State(NamedTuple):
    """A settled state of a file."""

    key: str
    sequencer: str
    type: str


@pytest.fixture(scope="module")
def stage(aws: Emulator, tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Iterator[Stack]:
    """A stage whose functions call AWS through the proxy."""

    def configure(config: dict[str, Any]) -> None:
        proxy.configure(config)
        config["lambda_functions"]["convert"]["reserved_concurrency"] = 2

    folder = tmp_path_factory.mktemp("project")
    with stacks.deployed(aws, folder, "noisy", configure) as deployed:
        yield deployed


class Queue:
    """A queue that is subscribed to the stage's topic."""

    def __init__(self, stage: Stack, name: str, policy: dict[str, Any] | None = None) -> None:
        self._sqs = stage.sqs
        self._url = stage.sqs.create_queue(QueueName=name)["QueueUrl"]
        response = stage.sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = response["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": stage.settings.topic}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        stage.sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": document})
        attributes = {"RawMessageDelivery": "true"}
        if policy:
            attributes["FilterPolicy"] = json.dumps(policy)
        boto3.client("sns").subscribe(
            TopicArn=stage.settings.topic, Protocol="sqs", Endpoint=arn, Attributes=attributes
        )
        self.bodies: list[dict[str, Any]] = []

    def states(self) -> list[State]:
        """Return every state announced so far, in order of arrival."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.bodies.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [State(b["record"]["input_key"], b["sequencer"], b["type"]) for b in self.bodies]


def settled_states(stage: Stack) -> set[State]:
    """Return every settled state that a record ever had, from the table's stream."""
    arn = stage.dynamodb.describe_table(TableName=stage.settings.table)["Table"]["LatestStreamArn"]
    shards = stage.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    images = []
    for shard in shards:
        iterator: str | None = stage.streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = stage.streams.get_records(ShardIterator=iterator)
            images += [r["dynamodb"]["NewImage"] for r in page["Records"]]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return {
        State(i["input_key"]["S"], i["sequencer"]["S"], kind) for i in images if (kind := _type(i))
    }


def _type(image: dict[str, Any]) -> str | None:
    if "input_deleted_at" in image:
        return "deleted"
    if image["status"]["S"] == "SUCCESS":
        return "converted"
    is_final = image.get("retryable") == {"BOOL": False}
    return "failed" if image["status"]["S"] == "FAILED" and is_final else None


@pytest.fixture(scope="module")
def queue(stage: Stack) -> Queue:
    return Queue(stage, "burst")


def test_every_settled_state_of_a_burst_is_announced(
    stage: Stack, proxy: Proxy, queue: Queue, record_outcome: Callable[[str], None]
) -> None:
    proxy.rules += [Rule("", Call.PUBLISH, fault, times) for fault, times in FAULTS]
    upload_burst(stage)
    rules = [rule for rule in proxy.rules if rule.call is Call.PUBLISH]

    def complete() -> set[State] | None:
        """Return the settled states once all are announced and every fault has happened."""
        expected = settled_states(stage)
        is_complete = expected <= set(queue.states()) and not any(rule.times for rule in rules)
        return expected if is_complete else None

    expected = wait_for(complete, "all settled states to be announced", within=300)
    announced = queue.states()
    duplicates = len(announced) - len(set(announced))
    record_outcome(
        f"burst | settled {len(expected)} | published {len(set(announced))} | "
        f"duplicates {duplicates} | lost {len(expected - set(announced))} |"
    )
    assert set(announced) == expected
    assert {state.type for state in expected} == {"converted", "failed", "deleted"}
    assert len(announced) > len(expected), "a killed run or a lost response causes duplicates"


def upload_burst(stage: Stack) -> None:
    """Upload files, some of which are not text, some overwritten, and some deleted."""
    for number in range(FILES):
        stage.upload(f"storm/{number:03}.txt", f"text {number}".encode())
        stage.upload(f"storm/{number:03}.docx") if number % 8 == 0 else None
        stage.upload(f"storm/{number:03}.txt", b"anew") if number % 5 == 0 else None
    for number in range(0, FILES, 4):
        key = f"storm/{number:03}.txt"
        stage.settled(key)
        stage.s3.delete_object(Bucket=stage.settings.input_bucket, Key=key)
    for number in range(0, FILES, 4):
        key = f"storm/{number:03}.txt"
        wait_for(lambda key=key: stage.settled(key).input_deleted_at, f"{key} to be gone")  # type: ignore[misc]
    for number in range(FILES):
        stage.settled(f"storm/{number:03}.txt")


def test_states_of_one_file_arrive_in_order(queue: Queue) -> None:
    sequencers_by_key: dict[str, list[str]] = {}
    for state in dict.fromkeys(queue.states()):
        sequencers_by_key.setdefault(state.key, []).append(state.sequencer)
    assert sequencers_by_key
    assert all(sequencers == sorted(sequencers) for sequencers in sequencers_by_key.values())


def test_a_replayed_stream_announces_the_same_states_again(stage: Stack, queue: Queue) -> None:
    before = set(queue.states())
    ids = {body["id"] for body in queue.bodies}
    (uuid,) = event_source_mapping.mapping_ids(stage.settings.stage, stage.project)
    client = stage.functions
    current = client.get_event_source_mapping(UUID=uuid)
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    queue.bodies.clear()
    replay = client.create_event_source_mapping(
        EventSourceArn=current["EventSourceArn"],
        FunctionName=stage.function("announce"),
        StartingPosition="TRIM_HORIZON",
        BatchSize=100,
    )["UUID"]
    try:
        wait_for(lambda: before <= set(queue.states()) or None, "the replay")
    finally:
        client.delete_event_source_mapping(UUID=replay)
        client.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert set(queue.states()) == settled_states(stage)
    assert {body["id"] for body in queue.bodies} == ids, "subscribers can recognize duplicates"


def test_a_message_contains_the_public_record(stage: Stack, queue: Queue) -> None:
    stage.upload("public/märz.txt", "öffentlich".encode())
    stage.settled("public/märz.txt")
    key = "public/märz.txt"
    wait_for(lambda: key in {s.key for s in queue.states()} or None, "the message")
    body = next(b for b in queue.bodies if b["record"]["input_key"] == key)
    assert (body["version"], body["type"], body["stage"]) == (1, "converted", "noisy")
    assert body["record"] == stage.get("/status", {"key": key}).json


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"status": ["FAILED"]}, {"filtered/a.docx"}),
        ({"prefix": ["filtered/deep/"]}, {"filtered/deep/b.txt"}),
        ({"first_prefix": ["filtered/"]}, None),
        ({"has_warnings": ["true"], "first_prefix": ["filtered/"]}, {"filtered/odd.txt"}),
    ],
    ids=["status", "prefix", "first_prefix", "has_warnings"],
)
def test_subscribers_can_filter(
    stage: Stack, policy: dict[str, Any], expected: set[str] | None
) -> None:
    name = "-".join(policy)
    queue, everything = Queue(stage, f"filtered-{name}", policy), Queue(stage, f"all-{name}")
    files = {
        "filtered/a.docx": b"no",
        "filtered/deep/b.txt": b"b",
        "filtered/odd.txt": "odd \U0010f8ff".encode(),
        "elsewhere/c.txt": b"c",
    }
    for key, text in files.items():
        stage.upload(key, text)
    wait_for(lambda: {s.key for s in everything.states()} >= set(files) or None, "all messages")
    expected_keys = expected or {key for key in files if key.startswith("filtered/")}
    assert {state.key for state in queue.states()} == expected_keys


def test_a_change_that_always_fails_does_not_block_the_stream(stage: Stack, proxy: Proxy) -> None:
    (uuid,) = event_source_mapping.mapping_ids(stage.settings.stage, stage.project)
    current = stage.functions.get_event_source_mapping(UUID=uuid)
    assert current["BisectBatchOnFunctionError"]
    assert current["MaximumRetryAttempts"] == 1_000
    assert current["MaximumRecordAgeInSeconds"] == 6 * 3600
    queue = Queue(stage, "poisoned")
    stage.functions.update_event_source_mapping(UUID=uuid, MaximumRecordAgeInSeconds=1)
    try:
        proxy.rules.append(Rule("poison", Call.PUBLISH, Fault.DENIED, -1))
        stage.upload("poison.txt")
        wait_for(lambda: _discarded(stage), "the change in the failure queue")
        stage.upload("healthy.txt")
        wait_for(lambda: "healthy.txt" in {s.key for s in queue.states()} or None, "the next one")
    finally:
        proxy.rules.clear()
        stage.functions.update_event_source_mapping(UUID=uuid, MaximumRecordAgeInSeconds=6 * 3600)


def _discarded(stage: Stack) -> bool | None:
    messages = [json.loads(body) for body in stage.failed_events()]
    return any("DDBStreamBatchInfo" in message for message in messages) or None


def test_announcing_takes_no_call_of_the_pipeline(stage: Stack, proxy: Proxy) -> None:
    stage.upload("cost/four.txt")
    stage.settled("cost/four.txt")
    counts = Counter(call for call in proxy.calls("cost/four.") if call is not Call.PUBLISH)
    assert counts == {Call.CLAIM: 1, Call.READ: 1, Call.STORE: 1, Call.FINISH: 1}


def test_every_settled_record_is_announced(stage: Stack) -> None:
    records = [
        record
        for shard in range(stage.settings.shards)
        for record in stage.records.between(stage.settings.input_bucket, shard, None, None)
    ]
    announced = {(s.key, s.sequencer) for s in settled_states(stage)}
    settled = {(r.input_key, r.sequencer) for r in records if table_stream.is_settled(r)}
    assert settled <= announced
