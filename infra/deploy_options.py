"""The options of `make deploy` besides the stage's name; docs/deploy.md is their reference."""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from infra import configuration, subscriptions, tags
from infra.buckets import ExistingBucket
from infra.explanation import StageError
from infra.target import ARCHITECTURES

_NAME_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,9}-")
_ARN = re.compile(r"arn:[\w-]+:(?P<service>\w+):[\w-]*:\d{12}:\S+")
_PREFIXES = ("input_prefix", "output_prefix")
_ARNS = {"input_key": "kms", "output_key": "kms", "permissions_boundary": "iam"}
_FORBIDDEN_IN_PREFIXES = set("*?$")
"""Wildcards and the beginning of variables in a role's policy."""


@dataclass(frozen=True)
class DeployOptions:
    """The options of one deployment; an empty option leaves its setting unchanged.

    `parameters` are parameters of the template, `environment` environment variables of the stage,
    and `buckets` the names of existing buckets by `input` or `output`.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    buckets: Mapping[str, str] = field(default_factory=dict)
    name_prefix: str = ""
    architecture: str = ""
    notify_email: str = ""
    notify_url: str = ""


PARAMETERS = {
    "log_days": ("LogDays", "number of days to keep logs (initially 30)"),
    "alarm_email": ("AlarmEmail", "email address that alarms are sent to"),
    "input_key": ("InputKey", "ARN of the input bucket's KMS key (default: read from the bucket)"),
    "output_key": (
        "OutputKey",
        "ARN of the output bucket's KMS key (default: read from the bucket)",
    ),
    "permissions_boundary": (
        "PermissionsBoundary",
        "ARN of the policy that is the permissions boundary of every role",
    ),
}
"""Parameter of the template and help text, by option."""
OTHER_OPTIONS = {
    "input_bucket": "existing bucket to read from, instead of a new one",
    "output_bucket": "existing bucket to write to, instead of a new one",
    "input_prefix": "convert only objects whose keys begin with this",
    "output_prefix": "store PDFs under keys that begin with this",
    "name_prefix": "prefix of the names of all resources, such as acme-",
    "arch": "architecture of the functions: x86_64 (the default) or arm64",
    "tags": "tags of all resources: 'name=value name=value'",
    "notify_email": "email address to notify of every settled file",
    "notify_url": "https:// address to notify of every settled file",
}
"""Help text by option, for options that are not parameters of the template."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add PARAMETERS and OTHER_OPTIONS to a parser as options, such as --log-days.

    Each is an empty string by default, which is also what make passes if it is not set.
    """
    texts = {name: text for name, (_, text) in PARAMETERS.items()} | OTHER_OPTIONS
    for name, text in texts.items():
        parser.add_argument(f"--{name.replace('_', '-')}", default="", help=text)


def parse(namespace: argparse.Namespace) -> DeployOptions:
    """Return the options of a parser with `add_options`.

    Raises StageError, which names the option and says what to do, if one is invalid. Whether
    buckets exist, and what CloudFormation checks, is not checked here.
    """
    values: dict[str, str] = {n: getattr(namespace, n) for n in (*PARAMETERS, *OTHER_OPTIONS)}
    subscriptions.check(values["notify_email"], values["notify_url"])
    if values["name_prefix"] and not _NAME_PREFIX.fullmatch(values["name_prefix"]):
        raise StageError(
            f"NAME_PREFIX is {values['name_prefix']!r}: use at most 11 lower-case letters, digits "
            "and hyphens, beginning with a letter and ending with a hyphen, such as acme-"
        )
    if values["arch"] and values["arch"] not in ARCHITECTURES:
        raise StageError(f"ARCH is {values['arch']!r}: use {' or '.join(ARCHITECTURES)}")
    for name, service in _ARNS.items():
        _check_arn(name, values[name], service)
    for name in _PREFIXES:
        if _FORBIDDEN_IN_PREFIXES & set(values[name]):
            raise StageError(
                f"{name.upper()} is {values[name]!r}: *, ? and $ have a special meaning in the "
                "policies of roles; choose a prefix without them"
            )
    return DeployOptions(
        parameters={p: values[n] for n, (p, _) in PARAMETERS.items() if values[n]},
        environment={n.upper(): values[n] for n in _PREFIXES if values[n]},
        tags=tags.parse(values["tags"]),
        buckets={u: values[f"{u}_bucket"] for u in ("input", "output") if values[f"{u}_bucket"]},
        name_prefix=values["name_prefix"],
        architecture=values["arch"],
        notify_email=values["notify_email"],
        notify_url=values["notify_url"],
    )


def _check_arn(name: str, value: str, service: str) -> None:
    """Raise StageError unless the value is empty or an ARN of the service."""
    match = _ARN.fullmatch(value)
    if value and (match is None or match["service"] != service):
        raise StageError(
            f"{name.upper()} is {value!r}: give the whole ARN, which begins with arn:aws:{service}:"
        )


def bucket_parameters(stage: str, project: Path, options: DeployOptions) -> dict[str, str]:
    """Inspect the existing buckets, print findings, and return the template's parameters for them.

    These are the values of InputBucketName, InputKey and the like; none if `options` names no
    bucket. Raises StageError if the stage cannot use one of the buckets.
    """
    session = boto3.Session()
    parameters: dict[str, str] = {}
    for use, name in options.buckets.items():
        bucket = ExistingBucket(session, name, use.upper())
        inspection = bucket.inspect()
        for finding in inspection.findings:
            print(f"NOTE  bucket {name} {finding}", flush=True)
        parameters[f"{use.capitalize()}BucketName"] = name
        if inspection.kms_key:
            parameters[f"{use.capitalize()}Key"] = inspection.kms_key
        if use == "input":
            function = f"{configuration.app_name(project)}-{stage}-convert"
            bucket.check_notifications(options.environment.get("INPUT_PREFIX", ""), function)
    return parameters
