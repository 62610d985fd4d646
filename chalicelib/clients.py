"""AWS clients, each created once per process, when it is first needed."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=16,
)
SIGNING_CONFIG = CONFIG.merge(Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
"""Configuration for presigned URLs: SigV4, and the bucket's endpoint in its region. S3's global
endpoint redirects to other regions, where the signature would be invalid."""


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the DynamoDB client."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def s3() -> "S3Client":
    """Return the S3 client."""
    return boto3.client("s3", config=CONFIG)


@cache
def signer() -> "S3Client":
    """Return the S3 client that signs URLs and upload forms."""
    return boto3.client("s3", config=SIGNING_CONFIG)


def s3_endpoint() -> str:
    """Return the URL of S3's API in this region, which the URLs of buckets are derived from."""
    return signer().meta.endpoint_url


@cache
def sns() -> "SNSClient":
    """Return the SNS client."""
    return boto3.client("sns", config=CONFIG)


@cache
def ssm() -> "SSMClient":
    """Return the Parameter Store client."""
    return boto3.client("ssm", config=CONFIG)


@cache
def functions() -> "LambdaClient":
    """Return the Lambda client."""
    return boto3.client("lambda", config=CONFIG)
