"""What the web page needs that `chalice deploy` cannot set: limits on requests, and CORS.

The origin of the API is known only once it is deployed, so this follows each deployment.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from infra import configuration, deployed
from infra.explanation import StageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OPEN_ROUTES = ("/", "/web/{version}/{name}")
RATES = {"API_RATE": 100.0, "PAGE_RATE": 5.0}
"""Requests a second: of each method that wants the token, and of each that does not."""
BURST_SECONDS = 20
"""How many seconds' worth of requests may come at once: a first visit fetches three."""

PREFLIGHT_SECONDS = 3600


def check(settings: Mapping[str, str]) -> None:
    """Raise StageError if one of the page's settings is mistyped."""
    _limits(settings)
    _origins(settings, "")


def configure(stage: str, project: Path, session: boto3.Session) -> None:
    """Set the limits of the stage's API, and let its page upload, or no longer."""
    config = configuration.read(project)
    settings = configuration.environment(config, config["stages"][stage])
    resources = deployed.resources(stage, project)
    api = next(r for r in resources if r["resource_type"] == "rest_api")
    session.client("apigateway").update_stage(
        restApiId=api["rest_api_id"],
        stageName=deployed.API_STAGE,
        patchOperations=_limits(settings),
    )
    bucket = settings["INPUT_BUCKET"]
    is_on = (settings.get("UPLOADS") or "on") == "on"
    origins = _origins(settings, deployed.api_url(stage, project)) if is_on else []
    allow_uploads(session.client("s3"), bucket, stage, origins)


def allow_uploads(client: "S3Client", bucket: str, stage: str, origins: list[str]) -> None:
    """Let pages of exactly these origins upload to the bucket; its other CORS rules stay."""
    name = f"text-to-pdf-{stage}-page"
    before: list[Any] = _rules(client, bucket)
    rules = [rule for rule in before if rule.get("ID") != name]
    if origins:
        rules.append(
            {
                "ID": name,
                "AllowedOrigins": origins,
                "AllowedMethods": ["POST"],
                "AllowedHeaders": ["content-type"],
                "MaxAgeSeconds": PREFLIGHT_SECONDS,
            }
        )
    if rules:
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    elif before:
        client.delete_bucket_cors(Bucket=bucket)


def _rules(client: "S3Client", bucket: str) -> list[Any]:
    try:
        return list(client.get_bucket_cors(Bucket=bucket)["CORSRules"])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchCORSConfiguration", "NoSuchBucket"}:
            return []
        raise


def _origins(settings: Mapping[str, str], url: str) -> list[str]:
    """The API's own origin, and those in PAGE_ORIGINS (for a domain of one's own)."""
    more = settings.get("PAGE_ORIGINS", "").split()
    for origin in more:
        parts = urlsplit(origin)
        if not (parts.scheme in {"https", "http"} and origin == f"{parts.scheme}://{parts.netloc}"):
            raise StageError(
                f"PAGE_ORIGINS has {origin!r}, which is no origin: write "
                "https://pages.example.com, without a path"
            )
    parts = urlsplit(url)
    return list(dict.fromkeys([f"{parts.scheme}://{parts.netloc}", *more]))


def _limits(settings: Mapping[str, str]) -> list[Any]:
    """Source of the paths: API Gateway API Reference, UpdateStage, 'patch operations'."""
    rates = {name: _rate(settings, name) for name in RATES}
    limited = {"*/*": rates["API_RATE"]}
    for route in OPEN_ROUTES:
        limited[route.replace("/", "~1") + "/GET"] = rates["PAGE_RATE"]
    return [
        {"op": "replace", "path": f"/{method}/throttling/{limit}", "value": value}
        for method, rate in limited.items()
        for limit, value in (
            ("rateLimit", f"{rate:g}"),
            ("burstLimit", str(math.ceil(rate * BURST_SECONDS))),
        )
    ]


def _rate(settings: Mapping[str, str], name: str) -> float:
    text = settings.get(name)
    try:
        rate = RATES[name] if text is None else float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 10_000:
        raise StageError(
            f"{name} in .chalice/config.json is {text!r}; it is a number of requests a second, "
            "more than 0 and at most 10000"
        )
    return rate
