"""AWS clients, made once and lazily, and what is built on them."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from chalicelib.api.authorization import TokenAuthorizer
from chalicelib.api.uploads import Forms
from chalicelib.settings import Settings
from chalicelib.status.answers import Answers
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.links import Links
from chalicelib.storage.table import Records

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

    from chalicelib.events.announcer import Announcer
    from chalicelib.events.intake import Intake
    from chalicelib.pipeline.pipeline import Pipeline
    from chalicelib.pipeline.reconciliation import Reconciliation

CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=16,
)
SIGNED = CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
"""For links: the bucket's own address in its region, and SigV4. Otherwise a link would lead to
S3's global address, from which other regions redirect, and a signature does not survive that."""


@cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client of this process."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def s3() -> "S3Client":
    """The S3 client of this process."""
    return boto3.client("s3", config=CONFIG)


@cache
def signer() -> "S3Client":
    """The S3 client that signs links and forms."""
    return boto3.client("s3", config=SIGNED)


def s3_endpoint() -> str:
    """The address of S3's API, of which a bucket's address is made."""
    return signer().meta.endpoint_url


@cache
def ssm() -> "SSMClient":
    """The Parameter Store client of this process."""
    return boto3.client("ssm", config=CONFIG)


@cache
def functions() -> "LambdaClient":
    """The Lambda client of this process."""
    return boto3.client("lambda", config=CONFIG)


@dataclass
class Services:
    """What the stage's functions and commands are built on, each made when it is first needed."""

    settings: Settings

    @cached_property
    def gate(self) -> TokenAuthorizer:
        """Who may ask the stage's API."""
        return TokenAuthorizer(ssm(), self.settings)

    @cached_property
    def records(self) -> Records:
        """The stage's records."""
        return Records(dynamodb(), self.settings.table, self.settings.shards)

    @cached_property
    def inputs(self) -> Bucket:
        """The bucket that text files are uploaded to."""
        return self.bucket(self.settings.input_bucket)

    @cached_property
    def outputs(self) -> Bucket:
        """The bucket that PDFs are stored in."""
        return self.bucket(self.settings.output_bucket)

    @cached_property
    def answers(self) -> Answers:
        """The answers about the stage's files."""
        return Answers(self.records, self.inputs, self.settings.input_prefix)

    @cached_property
    def links(self) -> Links:
        """The stage's links to PDFs."""
        return Links(signer(), self.settings.output_bucket)

    @cached_property
    def forms(self) -> Forms:
        """The stage's forms for uploading."""
        return Forms(signer(), self.settings.input_bucket, self.settings.max_bytes)

    @cached_property
    def pipeline(self) -> "Pipeline":
        """The stage's pipeline."""
        from chalicelib.pipeline.pipeline import Pipeline

        return Pipeline(self.records, self.bucket, self.settings)

    def reconciliation(self, function: str) -> "Reconciliation":
        """What the function of this name does."""
        from chalicelib.pipeline.reconciliation import Functions, Reconciliation

        return Reconciliation(
            bucket=self.inputs,
            records=self.records,
            functions=Functions(functions(), function),
            prefix=self.settings.input_prefix,
        )

    @cached_property
    def intake(self) -> "Intake":
        """What `convert` does with its events."""
        from chalicelib.events.inspector import Inspector
        from chalicelib.events.intake import Intake

        inspector = Inspector(self.records, self.bucket, self.settings.input_prefix)
        return Intake(self.pipeline, inspector, self.settings.input_bucket)

    @cached_property
    def announcer(self) -> "Announcer":
        """What `announce` does."""
        from chalicelib.events.announcer import Announcer, Topic

        sns = boto3.client("sns", config=CONFIG)
        return Announcer(Topic(sns, self.settings.topic), self.settings.stage)

    def bucket(self, name: str) -> Bucket:
        """The bucket of this name."""
        return Bucket(s3(), name)
