"""The bearer token that opens the API; without one configured and readable, nobody gets in."""

import hmac
import logging
import time

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import connections

log = logging.getLogger(__name__)

KEPT_SECONDS = 60
"""For how long a token that was read is believed before it is read again."""

_tokens: dict[str, tuple[float, str]] = {}


def is_allowed(header: str, parameter: str) -> bool:
    """Whether an Authorization header carries the stage's token, compared in constant time."""
    scheme, _, presented = header.partition(" ")
    expected = _token(parameter)
    return (
        bool(expected)
        and scheme.lower() == "bearer"
        and hmac.compare_digest(presented.strip().encode(), expected.encode())
    )


def _token(parameter: str) -> str:
    """The token, or an empty string if it cannot be read."""
    read_at, token = _tokens.get(parameter, (0.0, ""))
    if token and time.monotonic() - read_at < KEPT_SECONDS:
        return token
    try:
        answer = connections.ssm().get_parameter(Name=parameter, WithDecryption=True)
    except (BotoCoreError, ClientError):
        log.exception("the API's token cannot be read: access is refused")
        return ""
    token = answer["Parameter"]["Value"].strip()
    _tokens[parameter] = (time.monotonic(), token)
    return token
