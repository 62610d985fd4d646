"""An HTTP endpoint that subscribes, confirms and gets notifications."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from chalicelib.records.record import Status
from infra import subscriptions
from tests.stack import Stack, wait_for


class Endpoint(ThreadingHTTPServer):
    """A server that stores the body of each POST request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def body(self, kind: str, key: str = "") -> dict[str, Any] | None:
        matches = (b for b in self.bodies if b["Type"] == kind and key in b["Message"])
        return next(matches, None)


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.bodies.append(json.loads(self.rfile.read(length)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Log nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    served = Endpoint()
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def test_a_webhook_can_confirm_and_gets_notifications(
    stack: Stack, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    sns, topic = boto3.client("sns"), stack.settings.topic
    messages = subscriptions.subscribe(sns, topic, "ops@example.com", endpoint.url)
    assert [message.split()[0] for message in messages] == ["ops@example.com", endpoint.url]
    request = wait_for(lambda: endpoint.body("SubscriptionConfirmation"), "the request to confirm")
    sns.confirm_subscription(TopicArn=topic, Token=request["Token"])
    stack.upload("hook/a.txt", b"text")
    assert stack.settled("hook/a.txt").status is Status.SUCCESS
    body = wait_for(lambda: endpoint.body("Notification", "hook/a.txt"), "the webhook")
    assert body["Subject"] == "converted: hook/a.txt"
    assert body["MessageAttributes"]["status"]["Value"] == "SUCCESS"
    message = json.loads(body["Message"])
    assert message["record"] == stack.get("/status", {"key": "hook/a.txt"}).json
    with capsys.disabled():
        print("\n", json.dumps(body, indent=1))


def test_subscribing_again_changes_nothing(stack: Stack, endpoint: Endpoint) -> None:
    sns, topic = boto3.client("sns"), stack.settings.topic
    for _ in range(2):
        subscriptions.subscribe(sns, topic, "twice@example.com", "")
    subscribed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [s["Endpoint"] for s in subscribed].count("twice@example.com") == 1
    assert not endpoint.bodies
