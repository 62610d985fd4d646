"""Deployment of a stage: provision, then `chalice deploy`.

python -m infra.deploy --stage dev
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from chalicelib.settings import Settings
from infra import api_token, configuration, options, subscriptions
from infra.command import exit_status, stage_parser
from infra.deployed import api_url
from infra.explanation import StageError
from infra.options import DeployOptions
from infra.package import build_layer, remove_caches
from infra.provision import provision

PROJECT = Path(__file__).parents[1]
LOCAL_STAGE = "local"


def chalice(command: str, stage: str, project: Path = PROJECT) -> None:
    """Run chalice's `deploy` or `delete` for a stage; StageError with what it said last.

    `deploy` is for a provisioned stage: see infra/preflight.py for what goes before and after it.
    """
    configuration.read(project)  # chalice ends in a traceback if it is no JSON
    remove_caches(project)
    program = Path(sys.executable).with_name("chalice")
    done = subprocess.run(
        [str(program), "--project-dir", str(project), command, "--stage", stage],
        cwd=project,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        cause = _cause(done.stderr or done.stdout)
        raise StageError(cause if cause.startswith("chalice ") else f"chalice {command}: {cause}")


def _cause(output: str) -> str:
    """What chalice printed, without the traceback on the way there."""
    text = output.strip()
    _, traceback, rest = text.rpartition("Traceback (most recent call last):\n")
    if not traceback:
        return text
    return "\n".join(line for line in rest.splitlines() if line and not line.startswith(" "))


def token(stage: str, project: Path = PROJECT) -> str:
    """The API's bearer token."""
    return api_token.read(boto3.client("ssm"), api_token.parameter(stage, project))


def main(arguments: Sequence[str] | None = None) -> int:
    """Provision and deploy the stage; the exit status."""
    parser = stage_parser("make deploy", __doc__)
    options.add_to(parser)
    parser.add_argument("--url", action="store_true", help="only print the deployed API's URL")
    asked = parser.parse_args(arguments)
    stage: str = asked.stage
    if asked.url:
        return exit_status("make deploy", lambda: _print_url(stage))
    if stage == LOCAL_STAGE and "AWS_ENDPOINT_URL" not in os.environ:
        parser.error("stage 'local' is the emulator's (make run): choose another name for AWS")
    return exit_status("make deploy", lambda: _deploy(stage, options.parse(asked)))


def _print_url(stage: str) -> int:
    print(api_url(stage))
    return 0


def _deploy(stage: str, given: DeployOptions) -> int:
    if given.name_prefix:
        configuration.set_name_prefix(PROJECT, given.name_prefix, stage)
    parameters = options.adopt(stage, PROJECT, given) | dict(given.parameters)
    print(f"Provisioning stage {stage}: buckets, table, roles, token, alarms …", flush=True)
    provision(stage, PROJECT, parameters, environment=given.environment, tags=given.tags)
    if given.architecture:
        configuration.set_architecture(PROJECT, stage, given.architecture)
    settings = Settings.from_chalice_config(PROJECT / ".chalice", stage)
    print("Building the package, and comparing it with requirements.lock …", flush=True)
    build_layer(PROJECT, configuration.architecture(PROJECT, stage))
    print("Deploying the functions and the API …", flush=True)
    chalice("deploy", stage)
    told = subscriptions.subscribe(
        boto3.client("sns"), settings.topic, given.notify_email, given.notify_url
    )
    print("\n".join([*told, _next_steps(settings)]))
    return 0


def _next_steps(settings: Settings) -> str:
    stage = settings.stage
    return f"""
Deployed. The page, which asks for the token: {api_url(stage)}/
Or try it from here:
  aws s3 cp data/prose.txt s3://{settings.input_bucket}/{settings.input_prefix}
  python query.py {settings.input_prefix}prose.txt --stage {stage}
  TOKEN=$(aws ssm get-parameter --name {settings.token_parameter} --with-decryption \\
    --query Parameter.Value --output text)
  curl -H "Authorization: Bearer $TOKEN" "{api_url(stage)}/status?prefix="
"""


if __name__ == "__main__":
    sys.exit(main())
