"""A stage deployed to the emulator with `chalice deploy`, and helpers for tests to use it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import boto3

from chalicelib.records.record import Record, Status
from chalicelib.settings import Settings
from chalicelib.status.answers import Answers
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.table import Records
from infra import emulator, event_source_mapping
from infra.deploy import PROJECT, chalice, token
from infra.deployed_resources import api_url, resources
from infra.provision import provision

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

T = TypeVar("T")

Configure = Callable[[dict[str, Any]], None]
SETTLED_WITHIN_SECONDS = 300
"""Far more than it takes, so that a test on a busy machine fails for its own reason only."""
KEEP_IDLE = {"LAMBDA_WARM_TTL_SECONDS": "3600"}
"""Option of ministack that keeps idle environments for the session, since starting one is slow."""
COPIED = (
    *("app.py", "query.py", "chalicelib", "cli", "infra"),
    *("requirements.txt", "requirements.lock"),
)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Stack:
    """A deployed stage."""

    aws: emulator.Emulator
    project: Path
    settings: Settings
    url: str
    token: str
    environment: Mapping[str, str] = field(repr=False)

    @cached_property
    def s3(self) -> "S3Client":
        return boto3.client("s3")

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return boto3.client("dynamodb")

    @cached_property
    def sqs(self) -> "SQSClient":
        return boto3.client("sqs")

    @cached_property
    def streams(self) -> Any:
        return boto3.client("dynamodbstreams")

    @cached_property
    def functions(self) -> "LambdaClient":
        return boto3.client("lambda")

    def function(self, name: str) -> str:
        """Return the deployed name of a function of app.py."""
        return f"text-to-pdf-{self.settings.stage}-{name}"

    def stop(self) -> None:
        """Delete the functions, whose idle environments would take memory."""
        stage = self.settings.stage
        for mapping_id in event_source_mapping.mapping_ids(stage, self.project):
            self.functions.delete_event_source_mapping(UUID=mapping_id)
        for resource in resources(stage, self.project):
            if resource["resource_type"] == "lambda_function":
                self.functions.delete_function(FunctionName=resource["lambda_arn"])

    @cached_property
    def records(self) -> Records:
        return Records(self.dynamodb, self.settings.table, self.settings.shards)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.records, Bucket(self.s3, self.settings.input_bucket))

    def upload(self, key: str, body: bytes = b"text", **more: Any) -> None:
        self.s3.put_object(Bucket=self.settings.input_bucket, Key=key, Body=body, **more)

    def settled(self, key: str) -> Record:
        """Wait until the record of the key is not PROCESSING, and return it."""
        return wait_for(lambda: self._settled(key), f"{key!r} to be settled")

    def _settled(self, key: str) -> Record | None:
        record = self.records.get(self.settings.input_bucket, key, consistent=True)
        return record if record and record.status is not Status.PROCESSING else None

    def failed_events(self) -> list[str]:
        """Return the bodies of the messages in the failure queue, without removing them."""
        queue = self.sqs.get_queue_url(QueueName=f"text-to-pdf-{self.settings.stage}-failures")
        response = self.sqs.receive_message(
            QueueUrl=queue["QueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in response.get("Messages", [])]

    def pdf(self, key: str) -> bytes:
        response = self.s3.get_object(Bucket=self.settings.output_bucket, Key=key)
        return response["Body"].read()

    def get(
        self, path: str, parameters: Mapping[str, str] | None = None, token: str | None = ""
    ) -> Response:
        """Send a GET request to the API, with the stage's token unless `token` is given.

        None stands for no token.
        """
        url = f"{self.url}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        headers = {} if token is None else {"Authorization": f"Bearer {token or self.token}"}
        return self.fetch(url, headers)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Send a GET request without following redirects."""
        request = urllib.request.Request(url, headers=dict(headers or {}))
        try:
            with _OPENER.open(request) as response:
                return Response(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, dict(error.headers), error.read())

    @contextmanager
    def unnoticed(self) -> Iterator[None]:
        """Suspend notifications, so that uploads send no events."""
        bucket = self.settings.input_bucket
        before = self.s3.get_bucket_notification_configuration(Bucket=bucket)
        kept = {name: value for name, value in before.items() if name != "ResponseMetadata"}
        self.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
        try:
            yield
        finally:
            self.s3.put_bucket_notification_configuration(
                Bucket=bucket,
                NotificationConfiguration=kept,  # type: ignore[arg-type]
            )

    def query(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run query.py with these arguments."""
        return subprocess.run(
            [sys.executable, "query.py", *arguments],
            cwd=self.project,
            env=dict(self.environment),
            capture_output=True,
            text=True,
        )


def wait_for(
    condition: Callable[[], T | None], what: str, within: float = SETTLED_WITHIN_SECONDS
) -> T:
    """Return the condition's first value that is not None. Raises AssertionError on timeout.

    The longer it takes, the less often it is tried, as trying takes time of the same processors.
    """
    deadline = time.monotonic() + within
    pause = 0.02
    while time.monotonic() < deadline:
        value = condition()
        if value is not None:
            return value
        time.sleep(pause)
        pause = min(1.3 * pause, 0.25)
    raise AssertionError(f"waited {within} s without success for {what}")


def copy_project(folder: Path) -> Path:
    """Copy what deployment needs to the folder; the fonts and the cache of packages are shared."""
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "vendor").symlink_to(PROJECT / "vendor")
    (folder / ".chalice").mkdir()
    shutil.copy(PROJECT / ".chalice/config.json", folder / ".chalice/config.json")
    cache = PROJECT / ".chalice/deployments"
    cache.mkdir(exist_ok=True)
    (folder / ".chalice/deployments").symlink_to(cache)
    return folder


@contextmanager
def policy_enforcing_aws() -> Iterator[emulator.Emulator]:
    """Run an emulator that enforces policies, and point AWS clients of this process at it."""
    before = dict(os.environ)
    with emulator.running(KEEP_IDLE, enforces_policies=True) as aws:
        os.environ.clear()
        os.environ.update({k: v for k, v in before.items() if not k.startswith("AWS_")})
        os.environ.update(aws.client_environment)
        try:
            yield aws
        finally:
            os.environ.clear()
            os.environ.update(before)


def deploy(
    aws: emulator.Emulator,
    project: Path,
    stage: str,
    configure: Configure | None = None,
    parameters: Mapping[str, str] | None = None,
    **more: Mapping[str, str],
) -> Stack:
    """Provision and deploy a stage as `make deploy` does; `more` are options of `provision`.

    `configure` can change the stage's part of chalice's configuration between the two steps.
    """
    provision(stage, project, parameters, **more)
    if configure:
        path = project / ".chalice/config.json"
        config = json.loads(path.read_text())
        configure(config["stages"][stage])
        path.write_text(json.dumps(config))
    chalice("deploy", stage, project)
    return opened(aws, project, stage)


def opened(aws: emulator.Emulator, project: Path, stage: str) -> Stack:
    """Return a stage that is deployed."""
    settings = Settings.from_chalice_config(project / ".chalice", stage)
    url, secret = api_url(stage, project), token(stage, project)
    return Stack(aws, project, settings, url, secret, dict(os.environ))


@contextmanager
def deployed(
    aws: emulator.Emulator, folder: Path, stage: str, configure: Configure | None = None
) -> Iterator[Stack]:
    """Deploy a stage that others do not use, and stop its functions when the block ends."""
    stack = deploy(aws, copy_project(folder), stage, configure)
    try:
        yield stack
    finally:
        stack.stop()
