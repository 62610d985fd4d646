"""Deployment of a stage: provisioning, then `chalice deploy`.

python -m infra.deploy --stage dev
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from chalicelib.settings import Settings
from infra import api_token, configuration, deploy_options, subscriptions
from infra.command import exit_status, stage_parser
from infra.deploy_options import DeployOptions
from infra.deployed_resources import api_url
from infra.explanation import StageError
from infra.package import build_layer, remove_caches
from infra.provision import provision

PROJECT = Path(__file__).parents[1]
LOCAL_STAGE = "local"


def chalice(command: str, stage: str, project: Path = PROJECT) -> None:
    """Run chalice's command `deploy` or `delete` for a stage, without showing its output.

    `deploy` needs a provisioned stage; infra/chalice_hooks.py hooks into it. Raises StageError with
    chalice's error message if it fails, or if the configuration cannot be read.
    """
    configuration.read(project)  # raises StageError where chalice would print a traceback
    remove_caches(project)
    program = Path(sys.executable).with_name("chalice")
    process = subprocess.run(
        [str(program), "--project-dir", str(project), command, "--stage", stage],
        cwd=project,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if process.returncode:
        message = _without_traceback(process.stderr or process.stdout)
        is_prefixed = message.startswith("chalice ")
        raise StageError(message if is_prefixed else f"chalice {command}: {message}")


def _without_traceback(output: str) -> str:
    """Return the message of the last exception in the output, or all of it if there is none."""
    text = output.strip()
    _, traceback, rest = text.rpartition("Traceback (most recent call last):\n")
    if not traceback:
        return text
    return "\n".join(line for line in rest.splitlines() if line and not line.startswith(" "))


def token(stage: str, project: Path = PROJECT) -> str:
    """Return the bearer token of the stage's API. Raises SSM's ParameterNotFound if it has none."""
    return api_token.read(boto3.client("ssm"), api_token.parameter_name(stage, project))


def main(arguments: Sequence[str] | None = None) -> int:
    """Provision and deploy a stage, print how to use it, and return the exit status.

    With --url, only prints the URL of its API. `arguments` are those after the program's name, by
    default this process's. Raises SystemExit if they are wrong.
    """
    parser = stage_parser("make deploy", __doc__)
    deploy_options.add_options(parser)
    parser.add_argument("--url", action="store_true", help="only print the deployed API's URL")
    namespace = parser.parse_args(arguments)
    stage: str = namespace.stage
    if namespace.url:
        return exit_status("make deploy", lambda: _print_url(stage))
    if stage == LOCAL_STAGE and "AWS_ENDPOINT_URL" not in os.environ:
        parser.error("stage 'local' is reserved for make run: choose another name for AWS")
    return exit_status("make deploy", lambda: _deploy(stage, deploy_options.parse(namespace)))


def _print_url(stage: str) -> int:
    """Print the URL of the stage's API, and return 0."""
    print(api_url(stage))
    return 0


def _deploy(stage: str, options: DeployOptions) -> int:
    """Provision and deploy the stage, subscribe addresses, print next steps, and return 0."""
    if options.name_prefix:
        configuration.set_name_prefix(PROJECT, options.name_prefix, stage)
    bucket_parameters = deploy_options.bucket_parameters(stage, PROJECT, options)
    print(f"Provisioning stage {stage}: buckets, table, roles, token, alarms …", flush=True)
    provision(
        stage,
        PROJECT,
        bucket_parameters | dict(options.parameters),
        environment=options.environment,
        tags=options.tags,
    )
    if options.architecture:
        configuration.set_architecture(PROJECT, stage, options.architecture)
    settings = Settings.from_chalice_config(PROJECT / ".chalice", stage)
    print("Building the packages from the wheels that requirements.lock pins …", flush=True)
    build_layer(PROJECT, configuration.architecture(PROJECT, stage))
    print("Deploying the functions and the API …", flush=True)
    chalice("deploy", stage)
    messages = subscriptions.subscribe(
        boto3.client("sns"),
        settings.topic,
        options.notify_email,
        options.notify_url,
    )
    print("\n".join([*messages, _next_steps(settings)]))
    return 0


def _next_steps(settings: Settings) -> str:
    """Return instructions to use the deployed stage."""
    stage = settings.stage
    return f"""
Deployed. Open the web page and sign in with the token: {api_url(stage)}/
Or use the command line:
  aws s3 cp data/prose.txt s3://{settings.input_bucket}/{settings.input_prefix}
  python query.py {settings.input_prefix}prose.txt --stage {stage}
  TOKEN=$(aws ssm get-parameter --name {settings.token_parameter} --with-decryption \\
    --query Parameter.Value --output text)
  curl -H "Authorization: Bearer $TOKEN" "{api_url(stage)}/status?prefix="
"""


if __name__ == "__main__":
    sys.exit(main())
