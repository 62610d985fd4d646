"""Throttling of the API and CORS for the web page, which `chalice deploy` cannot configure.

The API's origin is known only once it is deployed, so this runs after each deployment.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from infra import configuration, deployed_resources
from infra.explanation import StageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OPEN_ROUTES = ("/", "/web/{version}/{name}")
"""Routes without authorization."""
DEFAULT_RATES = {"API_RATE": 100.0, "PAGE_RATE": 5.0}
"""Requests a second for each method with authorization, and for each without."""
BURST_SECONDS = 20
"""Burst limit, in seconds' worth of requests; a first visit makes three requests at once."""

PREFLIGHT_SECONDS = 3600
"""Time for which browsers may cache the response to a CORS preflight request."""


def check(settings: Mapping[str, str]) -> None:
    """Raise StageError if API_RATE, PAGE_RATE or PAGE_ORIGINS is invalid.

    `settings` are the stage's environment variables; each of these three may be missing.
    """
    _patches(settings)
    _origins(settings, "")


def configure(stage: str, project: Path, session: boto3.Session) -> None:
    """Set the throttling of a deployed API, and allow or forbid uploads from its page.

    Uploads to the input bucket are allowed, by a CORS rule, if the setting UPLOADS is `on` or not
    set; PAGE_ORIGINS names origins besides the page's own. `check` must have accepted the stage's
    settings. Raises StageError if the stage is not deployed from this project.
    """
    config = configuration.read(project)
    resources = deployed_resources.resources(stage, project)
    settings = configuration.environment(config, config["stages"][stage])
    api = next(r for r in resources if r["resource_type"] == "rest_api")
    session.client("apigateway").update_stage(
        restApiId=api["rest_api_id"],
        stageName=deployed_resources.API_STAGE,
        patchOperations=_patches(settings),
    )
    bucket = settings["INPUT_BUCKET"]
    is_on = (settings.get("UPLOADS") or "on") == "on"
    origins = _origins(settings, deployed_resources.api_url(stage, project)) if is_on else []
    allow_uploads(session.client("s3"), bucket, stage, origins)


def allow_uploads(client: "S3Client", bucket: str, stage: str, origins: list[str]) -> None:
    """Allow uploads to the bucket from pages of exactly these origins, by one CORS rule.

    The rule replaces that of the same stage, or removes it if there are no origins; all other rules
    are kept. Removing it from a bucket that does not exist does nothing.
    """
    rule_id = f"text-to-pdf-{stage}-page"
    current: list[Any] = _rules(client, bucket)
    rules = [rule for rule in current if rule.get("ID") != rule_id]
    if origins:
        rules.append(
            {
                "ID": rule_id,
                "AllowedOrigins": origins,
                "AllowedMethods": ["POST"],
                "AllowedHeaders": ["content-type"],
                "MaxAgeSeconds": PREFLIGHT_SECONDS,
            }
        )
    if rules:
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    elif current:
        client.delete_bucket_cors(Bucket=bucket)


def _rules(client: "S3Client", bucket: str) -> list[Any]:
    """Return the bucket's CORS rules; empty if it has none, or does not exist."""
    try:
        return list(client.get_bucket_cors(Bucket=bucket)["CORSRules"])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchCORSConfiguration", "NoSuchBucket"}:
            return []
        raise


def _origins(settings: Mapping[str, str], url: str) -> list[str]:
    """Return the API's own origin, and those in PAGE_ORIGINS (for custom domains).

    Raises StageError if one in PAGE_ORIGINS is not an origin.
    """
    page_origins = settings.get("PAGE_ORIGINS", "").split()
    for origin in page_origins:
        parts = urlsplit(origin)
        if not (parts.scheme in {"https", "http"} and origin == f"{parts.scheme}://{parts.netloc}"):
            raise StageError(
                f"PAGE_ORIGINS has {origin!r}, which is not an origin: write one as "
                "https://pages.example.com, without a path"
            )
    parts = urlsplit(url)
    return list(dict.fromkeys([f"{parts.scheme}://{parts.netloc}", *page_origins]))


def _patches(settings: Mapping[str, str]) -> list[Any]:
    """Return the patch operations that set rate and burst limits of the API's stage.

    Source of the paths: API Gateway API Reference, UpdateStage, 'patch operations'.
    """
    rates = {name: _rate(settings, name) for name in DEFAULT_RATES}
    rate_by_method = {"*/*": rates["API_RATE"]}
    for route in OPEN_ROUTES:
        rate_by_method[route.replace("/", "~1") + "/GET"] = rates["PAGE_RATE"]
    return [
        {"op": "replace", "path": f"/{method}/throttling/{limit}", "value": value}
        for method, rate in rate_by_method.items()
        for limit, value in (
            ("rateLimit", f"{rate:g}"),
            ("burstLimit", str(math.ceil(rate * BURST_SECONDS))),
        )
    ]


def _rate(settings: Mapping[str, str], name: str) -> float:
    """Return the setting's rate, or its default. Raises StageError if it is invalid."""
    text = settings.get(name)
    try:
        rate = DEFAULT_RATES[name] if text is None else float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 10_000:
        raise StageError(
            f"{name} in .chalice/config.json is {text!r}: set it to a number of requests a second, "
            "more than 0 and at most 10000"
        )
    return rate
