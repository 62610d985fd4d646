"""Subscriptions to settled files: `make deploy STAGE=dev NOTIFY_EMAIL=… NOTIFY_URL=…`."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra.explanation import StageError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check(email: str, url: str) -> None:
    """Raise StageError unless each is empty or has the form of an address to notify.

    That is an `email` with one `@` between other characters, and a `url` with a host that begins
    with https://, or whose host is this machine (LOOPBACK).
    """
    if email and not (email.count("@") == 1 and email.strip("@") == email):
        raise StageError(f"NOTIFY_EMAIL is {email!r}: use one address, such as ops@example.com")
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or parts.hostname in LOOPBACK
    if url and not (is_safe and parts.hostname):
        raise StageError(
            f"NOTIFY_URL is {url!r}: use an address that begins with https://, so that names of "
            "files are sent encrypted"
        )


def subscribe(client: "SNSClient", topic: str, email: str, url: str) -> list[str]:
    """Subscribe `email` and `url`, unless empty, to a topic; return a message to print for each.

    `topic` is its ARN. Both must have passed `check`. SNS asks each to confirm the subscription,
    except those that are subscribed already.
    """
    endpoints = {"email": email, urlsplit(url).scheme: url}
    messages = []
    for protocol, endpoint in endpoints.items():
        if endpoint:
            client.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
            messages.append(f"{endpoint} was asked to confirm the subscription (docs/events.md)")
    return messages
