"""What the stream's function does with changes, down to the requests to SNS."""

import json
from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.stub import ANY, Stubber

from chalicelib.errors import NotPublished
from chalicelib.events.announcement import Announcement
from chalicelib.events.announcer import Announcer, Topic
from chalicelib.records.record import Record, attributes
from tests.unit.records.test_violations import CLAIMED, DONE, FAILED, RETRYABLE

ARN = "arn:aws:sns:us-east-1:000000000000:text-to-pdf-dev-settled"


class Board(Topic):
    """A topic that keeps what it is given."""

    def __init__(self) -> None:
        self.announced: list[Announcement] = []

    def publish(self, announcements: Sequence[Announcement]) -> None:
        self.announced += announcements


def event(*steps: tuple[Record | None, Record | None]) -> dict[str, Any]:
    """A batch of the stream, as Lambda delivers it."""
    images = ((_image(old), _image(new)) for old, new in steps)
    return {
        "Records": [
            {
                "eventID": str(number),
                "eventName": "MODIFY",
                "dynamodb": {"OldImage": old, "NewImage": new},
            }
            for number, (old, new) in enumerate(images)
        ]
    }


def _image(record: Record | None) -> dict[str, Any] | None:
    serialize = TypeSerializer().serialize
    return {n: serialize(v) for n, v in attributes(record).items()} if record else None


def violations(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [r.facts for r in caplog.records if r.getMessage() == "illegal transition"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "announced"),
    [
        (None, CLAIMED, 0),
        (CLAIMED, DONE, 1),
        (CLAIMED, FAILED, 1),
        (CLAIMED, RETRYABLE, 0),
        (DONE, DONE, 0),
    ],
    ids=["claimed", "converted", "failed", "to be retried", "unchanged"],
)
def test_only_settled_files_are_announced(
    old: Record | None, new: Record, announced: int, caplog: pytest.LogCaptureFixture
) -> None:
    board = Board()
    caplog.set_level("INFO")
    assert Announcer(board, "dev").process(event((old, new)), "request") == announced
    assert len(board.announced) == announced
    assert violations(caplog) == []


def test_violation_is_logged_with_both_images_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    Announcer(Board(), "dev").process(event((DONE, CLAIMED)), "request")
    (facts,) = violations(caplog)
    assert facts["old_image"]["status"] == "SUCCESS"
    assert facts["new_image"]["status"] == "PROCESSING"
    assert facts["IllegalTransitions"] == 1
    assert facts["Stage"] == "dev"
    json.dumps(facts)


def test_damaged_item_is_logged_and_other_files_are_announced(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    board = Board()
    batch = event((None, CLAIMED), (CLAIMED, DONE))
    batch["Records"][0]["dynamodb"]["NewImage"] = {"pk": {"S": "in#0"}, "attempts": {"N": "1.5"}}
    assert Announcer(board, "dev").process(batch, "request") == 1
    assert [facts["reason"] for facts in violations(caplog)] == ["the item is no record"]


@pytest.fixture
def sns() -> Any:
    return boto3.client(
        "sns", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )


def test_ten_messages_are_one_request(sns: Any) -> None:
    announcements = [Announcement(str(n), "dev", DONE) for n in range(25)]
    with Stubber(sns) as stub:
        for _ in range(3):
            stub.add_response(
                "publish_batch",
                {"Successful": [], "Failed": []},
                {"TopicArn": ARN, "PublishBatchRequestEntries": ANY},
            )
        Topic(sns, ARN).publish(announcements)
        stub.assert_no_pending_responses()


def test_message_that_sns_rejects_makes_the_batch_fail(sns: Any) -> None:
    with Stubber(sns) as stub:
        failed = [{"Id": "0", "Code": "InternalError", "SenderFault": False}]
        stub.add_response("publish_batch", {"Successful": [], "Failed": failed})
        with pytest.raises(NotPublished, match=r"a\.txt.*InternalError"):
            Topic(sns, ARN).publish([Announcement("1", "dev", DONE)])
