"""Reconciling by hand, with the counts shown as it goes: `make reconcile STAGE=dev`.

python -m infra.reconcile --stage dev
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PAGES = 10
"""How many pages of 1,000 objects one invocation compares before the counts are shown."""
CONFIG = Config(read_timeout=910, retries={"total_max_attempts": 1})


def main(arguments: Sequence[str] | None = None) -> int:
    """Reconcile the stage; the exit status."""
    parser = argparse.ArgumentParser(prog="make reconcile", description=__doc__)
    parser.add_argument("--stage", required=True, help="name of the stage, such as dev")
    stage = parser.parse_args(arguments).stage
    asked: dict[str, Any] | None = {"pages": PAGES, "follows": False}
    try:
        while asked is not None:
            told = _invoke(stage, asked)
            if "errorMessage" in told:
                print(f"make reconcile: {told['errorMessage']}", file=sys.stderr)
                return 1
            asked = told.pop("next")
            counts = ", ".join(f"{count:,} {what}" for what, count in told.items())
            print(counts + (" so far …" if asked else ""), flush=True)
    except (BotoCoreError, ClientError) as error:
        print(f"make reconcile: {error}", file=sys.stderr)
        return 1
    return 0


def _invoke(stage: str, asked: dict[str, Any]) -> dict[str, Any]:
    answer = boto3.client("lambda", config=CONFIG).invoke(
        FunctionName=f"text-to-pdf-{stage}-reconcile", Payload=json.dumps(asked)
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


if __name__ == "__main__":
    sys.exit(main())
