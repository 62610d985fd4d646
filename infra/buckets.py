"""Buckets that exist already: `make deploy STAGE=dev INPUT_BUCKET=… OUTPUT_BUCKET=…`.

They are looked at, and what matters about them is told; nothing of theirs is changed but the input
bucket's notification, to which chalice adds one entry, and takes it away again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from infra.explanation import StageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EVENTS = ("ObjectCreated", "ObjectRemoved", "LifecycleExpiration", "ObjectRestore")
_TARGETS = ("LambdaFunctionConfigurations", "QueueConfigurations", "TopicConfigurations")


@dataclass(frozen=True)
class Inspection:
    """What was found: the ARN of the bucket's own KMS key, if any, and what to know about it."""

    key: str | None
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Existing:
    """One bucket, to be used as `use`: `INPUT` or `OUTPUT`."""

    session: boto3.Session
    name: str
    use: str

    @property
    def _s3(self) -> "S3Client":
        return self.session.client("s3")

    def inspect(self) -> Inspection:
        """Look at the bucket; raise StageError if the stage could not work with it."""
        self._check_place()
        key = self._key()
        return Inspection(key, tuple(self._findings(key)))

    def check_notifications(self, prefix: str, function: str) -> None:
        """Raise StageError if somebody else is told of the same uploads, which S3 allows only once.

        `function` is the name of the stage's own function.
        """
        told = self._s3.get_bucket_notification_configuration(Bucket=self.name)
        for target in (one for kind in _TARGETS for one in told.get(kind, ())):  # type: ignore[attr-defined]
            arn = next(value for name, value in target.items() if name.endswith("Arn"))
            theirs = _prefix(target)
            overlaps = theirs.startswith(prefix) or prefix.startswith(theirs)
            events = {event.split(":")[1] for event in target["Events"]}
            if overlaps and events & set(EVENTS) and arn.rpartition(":")[2] != function:
                raise StageError(
                    f"bucket {self.name} already tells {arn} of objects under {theirs!r}, and S3 "
                    "tells one target only: choose an INPUT_PREFIX that neither begins with that "
                    "nor is the beginning of it, or put an SNS topic in front of both"
                )

    def _check_place(self) -> None:
        try:
            region = self._s3.head_bucket(Bucket=self.name).get("BucketRegion")
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
                raise
            raise StageError(
                f"{self.use}_BUCKET {self.name!r} does not exist: create it, or leave "
                f"{self.use}_BUCKET out and one is made"
            ) from error
        if region and region != self.session.region_name:
            raise StageError(
                f"{self.use}_BUCKET {self.name!r} is in region {region}, and the stage would be in "
                f"{self.session.region_name}: S3 tells only functions of its own region; set "
                f"AWS_DEFAULT_REGION to {region}"
            )

    def _findings(self, key: str | None) -> Iterator[str]:
        versioning = self._s3.get_bucket_versioning(Bucket=self.name).get("Status")
        if versioning != "Enabled":
            yield (
                "is not versioned: what is overwritten is gone, and two uploads of one key at the "
                "same moment may be told of once"
            )
        blocked = self._answer("get_public_access_block", "PublicAccessBlockConfiguration")
        if not blocked or not all(blocked.values()):
            yield "does not block all public access"
        if self._answer("get_bucket_request_payment", "Payer") == "Requester":
            yield "is read at the requester's expense (Requester Pays): files may not be readable"
        if self.use == "OUTPUT":
            yield (
                "gets no policy of ours: docs/deploy.md#buckets-that-exist has the statement that "
                "lets nothing but a conditional write replace a PDF"
            )
        if key:
            yield f"is encrypted with {key}: its key policy must let roles of this account use it"

    def _key(self) -> str | None:
        """The ARN of the customer's KMS key that encrypts what is stored by default.

        None for S3's own encryption, and for AWS's key `aws/s3`, which needs no right.
        """
        rules = self._answer("get_bucket_encryption", "ServerSideEncryptionConfiguration") or {}
        for rule in rules.get("Rules", ()):
            key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
            if key and key.startswith("arn:") and ":key/" in key:
                return str(key)
            if key and "alias/aws/" not in key:
                about = self.session.client("kms").describe_key(KeyId=key)
                return about["KeyMetadata"]["Arn"]
        return None

    def _answer(self, operation: str, member: str) -> Any:
        """A part of the bucket's configuration; None where there is none."""
        try:
            return getattr(self._s3, operation)(Bucket=self.name).get(member)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code.startswith("NoSuch") or code.endswith("NotFoundError"):
                return None
            raise


def _prefix(target: dict[str, Any]) -> str:
    rules = target.get("Filter", {}).get("Key", {}).get("FilterRules", ())
    return next((rule["Value"] for rule in rules if rule["Name"].lower() == "prefix"), "")
