"""Reasons why S3 refuses to return an existing object, for which a retry cannot help.

Source of the codes and texts: S3 API Reference, GetObject and 'Error responses'; S3 User Guide,
'Troubleshoot access denied (403 Forbidden) errors'. If the reason is not certain, the error remains
a ClientError, which is retried: the next deployment may add a missing permission.
"""

from botocore.exceptions import ClientError

from chalicelib.errors import (
    Archived,
    CustomerKey,
    KeyDenied,
    PermanentError,
    PolicyDenied,
    RequesterPays,
)

_RETRY_HINT = "then upload the file again, or run `make reconcile`."


def cause(error: ClientError) -> PermanentError | None:
    """Return the permanent failure that an error of GetObject means.

    Return None if a retry may help or the reason is not certain.
    """
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"].lower()
    if code == "InvalidObjectState":
        return Archived(
            f"The file is archived ({_storage_class(error)}) and cannot be read: restore it "
            "(`aws s3api restore-object`); it is converted as soon as that is complete."
        )
    if code == "InvalidRequest" and "server side encryption" in text:
        return CustomerKey(
            "The file is encrypted with a customer-provided key (SSE-C), so nobody else can read "
            "it: upload it without one."
        )
    if code.startswith("KMS."):
        return KeyDenied(
            f"The KMS key that encrypts the file cannot be used ({code.removeprefix('KMS.')}): "
            f"enable the key or encrypt with another one, {_RETRY_HINT}"
        )
    if code in {"AccessDenied", "403"}:
        return _denial(text)
    return None


def _denial(text: str) -> PermanentError | None:
    """Return the permanent failure that the message of an AccessDenied error means, or None."""
    if "kms:" in text or "kms key" in text:
        return KeyDenied(
            "The conversion may not use the KMS key that encrypts the file: deploy the stage with "
            f"INPUT_KEY=<ARN of the key> and allow it in the key's policy, {_RETRY_HINT}"
        )
    if "requester pays" in text:
        return RequesterPays(
            "The bucket charges its readers (Requester Pays), which this stage does not accept: "
            "upload the file to another bucket, or turn that off, " + _RETRY_HINT
        )
    if "explicit deny" in text and "identity-based" not in text:
        return PolicyDenied(
            "A policy of the bucket or of your organization forbids the conversion to read the "
            f"file: allow the stage's role for `convert` in it, {_RETRY_HINT}"
        )
    return None


def _storage_class(error: ClientError) -> str:
    """Return the storage class of an archived object."""
    storage_class = dict(error.response["Error"]).get("StorageClass")
    return str(storage_class or "GLACIER or DEEP_ARCHIVE")
