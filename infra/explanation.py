"""What went wrong between us and AWS, in one line that names the cause and the way out."""

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
"""The first is how S3 answers a HEAD, which has no body."""


class StageError(Exception):
    """A stage could not be provisioned, deployed or destroyed; the text says why and what to do."""


def explain(error: Exception) -> str:
    """One line for the user; of our own errors, their text."""
    match error:
        case NoCredentialsError() | PartialCredentialsError() | CredentialRetrievalError():
            return (
                "no AWS credentials: set AWS_PROFILE to a profile of yours (`aws configure list` "
                "shows what is in force), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        case ProfileNotFound():
            return f"AWS_PROFILE: {error}; `aws configure list-profiles` lists yours"
        case NoRegionError():
            return "no AWS region: set AWS_DEFAULT_REGION, for example to eu-central-1"
        case Unreachable() | ProxyConnectionError():
            return (
                f"{error} Is the region right (AWS_DEFAULT_REGION is "
                f"{os.environ.get('AWS_DEFAULT_REGION', 'not set')}) and the network there?"
            )
        case ClientError():
            return _explain_answer(error)
        case BotoCoreError() | StageError() | SettingsError():
            return str(error)
    raise error


def _explain_answer(error: ClientError) -> str:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if code in REFUSED_CREDENTIALS:
        return (
            f"AWS does not accept these credentials ({code}): sign in again, "
            "or set AWS_PROFILE to another profile"
        )
    if code in DENIED:
        return (
            f"no permission for {error.operation_name}: {message}; "
            "docs/deploy.md#rights lists what deploying and asking need"
        )
    return f"AWS refused {error.operation_name} ({code}): {message}"
