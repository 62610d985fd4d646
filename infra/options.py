"""What `make deploy` can be told beyond the stage's name; docs/deploy.md is their reference."""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from infra import configuration, subscriptions, tags
from infra.buckets import Existing
from infra.explanation import StageError
from infra.target import ARCHITECTURES

_NAME_PREFIX = re.compile(r"[a-z][a-z0-9-]{0,9}-")
_ARN = re.compile(r"arn:[\w-]+:(?P<service>\w+):[\w-]*:\d{12}:\S+")
_PREFIXES = ("input_prefix", "output_prefix")
_ARNS = {"input_key": "kms", "output_key": "kms", "permissions_boundary": "iam"}
_NOT_IN_PREFIXES = set("*?$")
"""They would mean something else in a role's policy."""


@dataclass(frozen=True)
class DeployOptions:
    """The options of one deployment; what is empty stays as it is.

    `parameters` are the template's, `environment` the stage's variables, by name.
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
    "log_days": ("LogDays", "for how many days logs are kept (30 at first)"),
    "alarm_email": ("AlarmEmail", "who is told of alarms"),
    "input_key": ("InputKey", "ARN of the KMS key of the input bucket (else it is looked up)"),
    "output_key": ("OutputKey", "ARN of the KMS key of the output bucket (else it is looked up)"),
    "permissions_boundary": ("PermissionsBoundary", "ARN of the policy that bounds every role"),
}
"""Parameter of the template and explanation, by option."""
OTHERS = {
    "input_bucket": "a bucket of yours to read from, instead of one that is made",
    "output_bucket": "a bucket of yours to write to, instead of one that is made",
    "input_prefix": "convert only objects whose keys begin with this",
    "output_prefix": "store PDFs under keys that begin with this",
    "name_prefix": "what the names of all resources begin with, such as acme-",
    "arch": "architecture of the functions: x86_64 (at first) or arm64",
    "tags": "tags of all resources: 'name=value name=value'",
    "notify_email": "an address to be told of every settled file",
    "notify_url": "an https:// address to be told of every settled file",
}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser; an empty value is as good as none, as make passes them."""
    texts = {name: text for name, (_, text) in PARAMETERS.items()} | OTHERS
    for name, text in texts.items():
        parser.add_argument(f"--{name.replace('_', '-')}", default="", help=text)


def parse(given: argparse.Namespace) -> DeployOptions:
    """Return what was given; raise StageError that names the option and the way out."""
    values: dict[str, str] = {n: getattr(given, n) for n in (*PARAMETERS, *OTHERS)}
    subscriptions.check(values["notify_email"], values["notify_url"])
    if values["name_prefix"] and not _NAME_PREFIX.fullmatch(values["name_prefix"]):
        raise StageError(
            f"NAME_PREFIX is {values['name_prefix']!r}: use lower-case letters, digits and "
            "hyphens, a letter first, a hyphen last, 11 at most, such as acme-"
        )
    if values["arch"] and values["arch"] not in ARCHITECTURES:
        raise StageError(f"ARCH is {values['arch']!r}: use {' or '.join(ARCHITECTURES)}")
    for name, service in _ARNS.items():
        _check_arn(name, values[name], service)
    for name in _PREFIXES:
        if _NOT_IN_PREFIXES & set(values[name]):
            raise StageError(
                f"{name.upper()} is {values[name]!r}: *, ? and $ mean something else in the "
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
    match = _ARN.fullmatch(value)
    if value and (match is None or match["service"] != service):
        raise StageError(
            f"{name.upper()} is {value!r}: give the whole ARN, which begins with arn:aws:{service}:"
        )


def adopt(stage: str, project: Path, options: DeployOptions) -> dict[str, str]:
    """Look at the buckets that are given, print what matters, return the template's parameters.

    Raise StageError if the stage could not work with one of them.
    """
    session = boto3.Session()
    parameters: dict[str, str] = {}
    for use, name in options.buckets.items():
        bucket = Existing(session, name, use.upper())
        found = bucket.inspect()
        for finding in found.findings:
            print(f"NOTE  bucket {name} {finding}", flush=True)
        parameters[f"{use.capitalize()}BucketName"] = name
        if found.key:
            parameters[f"{use.capitalize()}Key"] = found.key
        if use == "input":
            function = f"{configuration.app_name(project)}-{stage}-convert"
            bucket.check_notifications(options.environment.get("INPUT_PREFIX", ""), function)
    return parameters
