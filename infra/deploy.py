"""Deployment of a stage: provision, then `chalice deploy`.

python -m infra.deploy --stage dev
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import failures
from infra.provision import ProvisioningError, provision

PROJECT = Path(__file__).parents[1]
LOCAL_STAGE = "local"


class DeploymentError(Exception):
    """The stage could not be deployed; the text says why."""


def chalice_deploy(stage: str, project: Path = PROJECT) -> None:
    """Run `chalice deploy` for a provisioned stage, and then what it can't do.

    DeploymentError with what it printed.
    """
    chalice = Path(sys.executable).with_name("chalice")
    command = [str(chalice), "--project-dir", str(project), "deploy", "--stage", stage]
    done = subprocess.run(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise DeploymentError(f"chalice deploy failed:\n{done.stdout.strip()}")
    failures.arrange(stage)


def api_url(stage: str, project: Path = PROJECT) -> str:
    """Base URL of the deployed API, without a slash at its end."""
    deployed = json.loads((project / ".chalice/deployed" / f"{stage}.json").read_text("utf-8"))
    api = next(r for r in deployed["resources"] if r["resource_type"] == "rest_api")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:  # the emulator serves every API under its own address
        return f"{endpoint}/_aws/execute-api/{api['rest_api_id']}/api"
    url: str = api["rest_api_url"]
    return url.rstrip("/")


def token(stage: str) -> str:
    """The API's bearer token."""
    answer = boto3.client("ssm").get_parameter(
        Name=f"/text-to-pdf/{stage}/token", WithDecryption=True
    )
    return answer["Parameter"]["Value"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Provision and deploy the stage; the exit status."""
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("--stage", required=True, help="name of the stage, such as dev")
    stage = parser.parse_args(arguments).stage
    if stage == LOCAL_STAGE and "AWS_ENDPOINT_URL" not in os.environ:
        parser.error("stage 'local' is the emulator's (make run): choose another name for AWS")
    try:
        print(f"Provisioning stage {stage}: buckets, table, roles, token …", flush=True)
        provision(stage, PROJECT)
        print("Deploying the functions and the API (the first time takes a minute) …", flush=True)
        chalice_deploy(stage)
    except (ProvisioningError, DeploymentError, BotoCoreError, ClientError) as error:
        print(f"make deploy: {error}", file=sys.stderr)
        return 1
    print(_next_steps(stage))
    return 0


def _next_steps(stage: str) -> str:
    config = json.loads((PROJECT / ".chalice/config.json").read_text("utf-8"))
    bucket = config["stages"][stage]["environment_variables"]["INPUT_BUCKET"]
    return f"""
Deployed. Try it:
  aws s3 cp data/prose.txt s3://{bucket}/
  python query.py prose.txt --stage {stage}
  TOKEN=$(aws ssm get-parameter --name /text-to-pdf/{stage}/token --with-decryption \\
    --query Parameter.Value --output text)
  curl -H "Authorization: Bearer $TOKEN" "{api_url(stage)}/status?prefix="
"""


if __name__ == "__main__":
    sys.exit(main())
