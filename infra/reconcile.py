"""Reconciling by hand, with the counts shown as it goes: `make reconcile STAGE=dev`.

python -m infra.reconcile --stage dev
"""

import json
import sys
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config

from infra.command import exit_status, stage_parser
from infra.explanation import StageError

PAGES = 10
"""How many pages of 1,000 objects one invocation compares before the counts are shown."""
CONFIG = Config(read_timeout=910, retries={"total_max_attempts": 1})


def main(arguments: Sequence[str] | None = None) -> int:
    """Reconcile the stage; the exit status."""
    stage: str = stage_parser("make reconcile", __doc__).parse_args(arguments).stage
    return exit_status("make reconcile", lambda: _reconcile(stage))


def _reconcile(stage: str) -> int:
    asked: dict[str, Any] | None = {"pages": PAGES, "follows": False}
    while asked is not None:
        told = _invoke(stage, asked)
        if "errorMessage" in told:
            raise StageError(told["errorMessage"])
        asked = told.pop("next")
        counts = ", ".join(f"{count:,} {what}" for what, count in told.items())
        print(counts + (" so far …" if asked else ""), flush=True)
    return 0


def _invoke(stage: str, asked: dict[str, Any]) -> dict[str, Any]:
    client = boto3.client("lambda", config=CONFIG)
    try:
        answer = client.invoke(
            FunctionName=f"text-to-pdf-{stage}-reconcile", Payload=json.dumps(asked)
        )
    except client.exceptions.ResourceNotFoundException as error:
        raise StageError(
            f"stage {stage!r} is not deployed in this region: check AWS_DEFAULT_REGION, "
            f"or run `make deploy STAGE={stage}`"
        ) from error
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


if __name__ == "__main__":
    sys.exit(main())
