"""Reconciling by hand, with the counts shown as it goes: `make reconcile STAGE=dev`.

python -m infra.reconcile --stage dev
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra import configuration
from infra.command import exit_status, stage_parser
from infra.explanation import StageError

PAGES = 10
"""How many pages of 1,000 objects one invocation compares before the counts are shown."""
MAX_RANGES = 100
"""More would read the table faster than the 40,000 units a second that are its quota."""
PROJECT = Path(__file__).parents[1]
CONFIG = Config(read_timeout=910, retries={"total_max_attempts": 1})


def main(arguments: Sequence[str] | None = None) -> int:
    """Reconcile the stage; the exit status."""
    parser = stage_parser("make reconcile", __doc__)
    parser.add_argument("--ranges", type=int, help="list so many ranges of keys side by side")
    asked = parser.parse_args(arguments)
    stage: str = asked.stage
    ranges: int | None = asked.ranges
    if ranges is not None and not 2 <= ranges <= MAX_RANGES:
        parser.error(f"RANGES is {ranges}: choose from 2 to {MAX_RANGES}, or leave it out")
    if ranges is None:
        return exit_status("make reconcile", lambda: _reconcile(stage))
    return exit_status("make reconcile", lambda: _reconcile_ranges(stage, ranges))


def _reconcile_ranges(stage: str, ranges: int) -> int:
    """Have the first page compared, and the rest side by side; nobody waits for the end of that."""
    told = _invoke(stage, {"pages": 1, "ranges": ranges})
    if "errorMessage" in told:
        raise StageError(told["errorMessage"])
    if told["next"] is None:
        print(f"{told['seen']:,} objects: nothing is left to divide")
        return 0
    print(
        f"At most {ranges} ranges of keys are being compared side by side. Each run writes its "
        "counts to the log of `reconcile` as 'reconciled': docs/operations.md#backfill"
    )
    return 0


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
    name = f"{configuration.app_name(PROJECT)}-{stage}-reconcile"
    try:
        answer = client.invoke(FunctionName=name, Payload=json.dumps(asked))
    except client.exceptions.ResourceNotFoundException as error:
        raise StageError(
            f"stage {stage!r} is not deployed in this region: check AWS_DEFAULT_REGION, "
            f"or run `make deploy STAGE={stage}`"
        ) from error
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


if __name__ == "__main__":
    sys.exit(main())
