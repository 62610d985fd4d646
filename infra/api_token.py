"""The API's bearer token, a SecureString in Parameter Store: creation, rotation, reading.

python -m infra.api_token rotate --stage dev
"""

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from chalicelib.api.authorization import KEPT_SECONDS
from infra import configuration
from infra.command import exit_status, stage_parser

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

PROJECT = Path(__file__).parents[1]
TOKEN_BYTES = 32
"""Number of random bytes in a token."""


def parameter_name(stage: str, project: Path) -> str:
    """Return the name of the stage's parameter in Parameter Store, which holds its token."""
    return f"/{configuration.app_name(project)}/{stage}/token"


def create(client: "SSMClient", name: str) -> None:
    """Store a new random token in the parameter `name`; if that exists, leave it unchanged."""
    try:
        client.put_parameter(
            Name=name,
            Description="Bearer token of the text-to-pdf API",
            Type="SecureString",
            Value=secrets.token_urlsafe(TOKEN_BYTES),
            Overwrite=False,
        )
    except client.exceptions.ParameterAlreadyExists:
        return


def rotate(client: "SSMClient", name: str) -> None:
    """Replace the token in the parameter `name` by a new random one.

    Raises the client's ParameterNotFound if there is no such parameter.
    """
    client.get_parameter(Name=name)  # put_parameter would create it
    client.put_parameter(
        Name=name, Type="SecureString", Value=secrets.token_urlsafe(TOKEN_BYTES), Overwrite=True
    )


def read(client: "SSMClient", name: str) -> str:
    """Return the token in the parameter `name`, decrypted.

    Raises the client's ParameterNotFound if there is no such parameter.
    """
    return client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Rotate a stage's token without printing it, and return the exit status.

    `arguments` are those after the program's name, by default this process's. Raises SystemExit
    if they are wrong.
    """
    parser = stage_parser("make token", __doc__)
    parser.add_argument("action", choices=["rotate"])
    stage: str = parser.parse_args(arguments).stage
    return exit_status("make token", lambda: _rotate(stage))


def _rotate(stage: str) -> int:
    """Rotate the stage's token, print when the old one expires, and return 0."""
    name = parameter_name(stage, PROJECT)
    rotate(boto3.client("ssm"), name)
    print(f"{name} holds a new token. The old one expires within {2 * KEPT_SECONDS} seconds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
