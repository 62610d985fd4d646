"""Events that fail after all retries are sent to the failure queue, on a deployed stage."""

import json

import pytest

from tests import events
from tests.stack import Stack, wait_for


def test_an_event_that_fails_after_all_retries_is_in_the_failure_queue(stack: Stack) -> None:
    event = events.created("queue/lost.txt", bucket="no-such-bucket")
    stack.functions.invoke(
        FunctionName=stack.function("convert"), InvocationType="Event", Payload=json.dumps(event)
    )

    def message() -> str | None:
        return next((body for body in stack.failed_events() if "queue/lost.txt" in body), None)

    body = json.loads(wait_for(message, "the message in the failure queue"))
    assert body["requestPayload"] == event
    assert "queue/lost.txt" in body["responsePayload"]["errorMessage"]
    record = stack.records.get("no-such-bucket", "queue/lost.txt")
    assert record is not None
    assert (record.attempts, record.retryable) == (3, True)


@pytest.mark.parametrize("name", ["convert", "reconcile"])
def test_failing_events_are_retried_twice_and_then_queued(stack: Stack, name: str) -> None:
    config = stack.functions.get_function_event_invoke_config(FunctionName=stack.function(name))
    assert config["MaximumRetryAttempts"] == 2
    queue = config["DestinationConfig"]["OnFailure"]["Destination"]
    assert queue.endswith(f"text-to-pdf-{stack.settings.stage}-failures")
