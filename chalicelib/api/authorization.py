"""The check of the API's bearer token. If the token cannot be read, all requests are denied."""

import hmac
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import json_log
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

log = logging.getLogger(__name__)

KEPT_SECONDS = 60
"""Time for which a token is cached before it is read again."""


class TokenAuthorizer:
    """Checks requests for the stage's token, which is a parameter in Parameter Store.

    It is read when it is first needed, and again after KEPT_SECONDS by `clock`.
    """

    def __init__(
        self,
        client: "SSMClient",
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._settings = settings
        self._clock = clock
        self._token = ""
        self._read_at = 0.0

    def admits(self, header: str) -> bool:
        """Return whether an Authorization header has the scheme Bearer and the token.

        The token is compared in constant time. False also if the stage's token cannot be read or is
        empty.
        """
        scheme, _, presented = header.partition(" ")
        expected = self._expected()
        return (
            bool(expected)
            and scheme.lower() == "bearer"
            and hmac.compare_digest(
                presented.strip().encode(errors="surrogatepass"), expected.encode()
            )
        )

    def _expected(self) -> str:
        """Return the token, or an empty string if it cannot be read."""
        if self._token and self._clock() - self._read_at < KEPT_SECONDS:
            return self._token
        try:
            response = self._client.get_parameter(
                Name=self._settings.token_parameter, WithDecryption=True
            )
        except (BotoCoreError, ClientError):
            self._token = ""
            log.exception("the API's token cannot be read: access is denied")
            json_log.event(
                log,
                "token unreadable",
                {"parameter": self._settings.token_parameter},
                {"TokenUnreadable": (1, "Count")},
                {"Stage": self._settings.stage},
            )
            return ""
        self._token, self._read_at = response["Parameter"]["Value"].strip(), self._clock()
        return self._token
