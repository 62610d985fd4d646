"""Use of existing buckets: `make deploy STAGE=dev INPUT_BUCKET=… OUTPUT_BUCKET=…`.

Their configuration is inspected and reported, but not changed, with one exception: chalice adds an
entry to the input bucket's notifications on deployment, and removes it when the stage is deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from infra.explanation import StageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EVENTS = ("ObjectCreated", "ObjectRemoved", "LifecycleExpiration", "ObjectRestore")
"""Groups of S3's event types with types that a stage is notified of."""
_TARGETS = ("LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations")


@dataclass(frozen=True)
class Inspection:
    """The result of inspecting a bucket.

    `kms_key` is the ARN of the customer managed key that encrypts it, if any; each of `findings`
    completes a sentence that begins with the bucket's name.
    """

    kms_key: str | None
    findings: tuple[str, ...]


@dataclass(frozen=True)
class ExistingBucket:
    """An existing bucket, `name`, that a stage uses as its input or output bucket.

    `use` is INPUT or OUTPUT. The session is for the stage's account and region.
    """

    session: boto3.Session
    name: str
    use: str

    @cached_property
    def _s3(self) -> "S3Client":
        return self.session.client("s3")

    def inspect(self) -> Inspection:
        """Return the bucket's KMS key, and what the user should know about its configuration.

        Raises StageError if the bucket does not exist or is in another region than the session, and
        botocore's ClientError if a request is denied.
        """
        self._check_region()
        kms_key = self._kms_key()
        return Inspection(kms_key, tuple(self._findings(kms_key)))

    def check_notifications(self, prefix: str, function: str) -> None:
        """Raise StageError if another target is notified of events that the stage needs.

        S3 allows only one target for an event. `prefix` is the stage's INPUT_PREFIX, empty for all
        keys; a notification conflicts if it has one of EVENTS and its prefix overlaps, whatever its
        suffix. That of `function`, the name of the stage's own function, is ignored.
        """
        configuration = self._s3.get_bucket_notification_configuration(Bucket=self.name)
        for target in (t for kind in _TARGETS for t in configuration.get(kind, ())):  # type: ignore[attr-defined]
            arn = next(value for name, value in target.items() if name.endswith("Arn"))
            other_prefix = _prefix(target)
            overlaps = other_prefix.startswith(prefix) or prefix.startswith(other_prefix)
            events = {event.split(":")[1] for event in target["Events"]}
            if overlaps and events & set(EVENTS) and arn.rpartition(":")[2] != function:
                raise StageError(
                    f"bucket {self.name} already notifies {arn} of objects under {other_prefix!r}, "
                    "and S3 notifies only one target: choose an INPUT_PREFIX that does not overlap "
                    "with that prefix, or have an SNS topic notify both targets"
                )

    def _check_region(self) -> None:
        """Raise StageError if the bucket does not exist, or is in another region."""
        try:
            region = self._s3.head_bucket(Bucket=self.name).get("BucketRegion")
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
                raise
            raise StageError(
                f"{self.use}_BUCKET {self.name!r} does not exist: create it, or omit "
                f"{self.use}_BUCKET to have one created"
            ) from error
        if region and region != self.session.region_name:
            raise StageError(
                f"{self.use}_BUCKET {self.name!r} is in region {region}, and the stage would be in "
                f"{self.session.region_name}: S3 notifies only functions in its own region; set "
                f"AWS_DEFAULT_REGION to {region}"
            )

    def _findings(self, kms_key: str | None) -> Iterator[str]:
        """Yield findings about the bucket's configuration that the user should know."""
        versioning = self._s3.get_bucket_versioning(Bucket=self.name).get("Status")
        if versioning != "Enabled":
            yield (
                "is not versioned: overwritten objects are lost, and two uploads of one key at the "
                "same moment may cause only one event"
            )
        blocked = self._setting("get_public_access_block", "PublicAccessBlockConfiguration")
        if not blocked or not all(blocked.values()):
            yield "does not block all public access"
        if self._setting("get_bucket_request_payment", "Payer") == "Requester":
            yield "is a Requester Pays bucket: its files may not be readable"
        if self.use == "OUTPUT":
            yield (
                "keeps its bucket policy: docs/deploy.md#buckets-that-exist has a statement to add "
                "that denies all writes of PDFs but conditional ones"
            )
        if kms_key:
            yield (
                f"is encrypted with {kms_key}: the key policy must let roles of this account use it"
            )

    def _kms_key(self) -> str | None:
        """Return the ARN of the customer managed key that encrypts new objects by default.

        None for encryption with keys of S3 (SSE-S3) and for the AWS managed key `aws/s3`, which
        needs no permission.
        """
        rules = self._setting("get_bucket_encryption", "ServerSideEncryptionConfiguration") or {}
        for rule in rules.get("Rules", ()):
            key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
            if key and key.startswith("arn:") and ":key/" in key:
                return str(key)
            if key and "alias/aws/" not in key:
                response = self.session.client("kms").describe_key(KeyId=key)
                return response["KeyMetadata"]["Arn"]
        return None

    def _setting(self, operation: str, member: str) -> Any:
        """Return a member of an operation's response; None if the bucket has no such setting."""
        try:
            return getattr(self._s3, operation)(Bucket=self.name).get(member)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code.startswith("NoSuch") or code.endswith("NotFoundError"):
                return None
            raise


def _prefix(target: dict[str, Any]) -> str:
    """Return the prefix of a notification's filter; empty if it has none."""
    rules = target.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    return next((rule["Value"] for rule in rules if rule["Name"].lower() == "prefix"), "")
