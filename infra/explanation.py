"""Explanations of AWS errors: one line for the user with the cause and what to do."""

import os

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
)
from botocore.exceptions import (
    ConnectionError as Unreachable,
)

from chalicelib.errors import SettingsError

REFUSED_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
DENIED = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
"""Error codes; 403 is the code of a denied HEAD request to S3, whose response has no body."""


class StageError(Exception):
    """A command of this package cannot continue; the message says why, for the user."""


def explain(error: Exception) -> str:
    """Return the message about an error for the user of a command.

    For botocore's errors it is one line with the cause and, if that is known, what to do; for
    StageError and SettingsError it is their own message. Raises any other error itself.
    """
    match error:
        case NoCredentialsError() | PartialCredentialsError() | CredentialRetrievalError():
            return (
                "no AWS credentials: set AWS_PROFILE to a profile of yours (`aws configure list` "
                "shows the current one), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        case ProfileNotFound():
            return f"AWS_PROFILE: {error}; `aws configure list-profiles` lists yours"
        case NoRegionError():
            return "no AWS region: set AWS_DEFAULT_REGION, for example to eu-central-1"
        case Unreachable() | ProxyConnectionError():
            return (
                f"{error} Check the region (AWS_DEFAULT_REGION is "
                f"{os.environ.get('AWS_DEFAULT_REGION', 'not set')}) and the network."
            )
        case ClientError():
            return _explain_client_error(error)
        case BotoCoreError() | StageError() | SettingsError():
            return str(error)
    raise error


def _explain_client_error(error: ClientError) -> str:
    """Return one line for an error response of AWS."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if code in REFUSED_CREDENTIALS:
        return (
            f"AWS does not accept these credentials ({code}): sign in again, "
            "or set AWS_PROFILE to another profile"
        )
    if code in DENIED:
        return (
            f"no permission for {error.operation_name}: {message}; "
            "docs/deploy.md#rights lists the permissions that deploying and querying need"
        )
    return f"AWS refused {error.operation_name} ({code}): {message}"
