"""Manual reconciliation, with counts printed as it proceeds: `make reconcile STAGE=dev`.

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

PAGES_PER_INVOCATION = 10
"""Pages of 1,000 objects that one invocation compares before counts are printed."""
MAX_RANGES = 100
"""More ranges could exceed the table's quota of 40,000 read units a second."""
PROJECT = Path(__file__).parents[1]
CONFIG = Config(read_timeout=910, retries={"total_max_attempts": 1})


def main(arguments: Sequence[str] | None = None) -> int:
    """Reconcile a stage, print counts, and return the exit status.

    With --ranges, invocations that compare ranges of keys are started but not waited for.
    `arguments` are those after the program's name, by default this process's. Raises SystemExit
    if they are wrong.
    """
    parser = stage_parser("make reconcile", __doc__)
    parser.add_argument("--ranges", type=int, help="compare this many ranges of keys in parallel")
    options = parser.parse_args(arguments)
    stage: str = options.stage
    ranges: int | None = options.ranges
    if ranges is not None and not 2 <= ranges <= MAX_RANGES:
        parser.error(f"RANGES is {ranges}: choose a number from 2 to {MAX_RANGES}, or omit it")
    if ranges is None:
        return exit_status("make reconcile", lambda: _reconcile(stage))
    return exit_status("make reconcile", lambda: _reconcile_ranges(stage, ranges))


def _reconcile_ranges(stage: str, ranges: int) -> int:
    """Compare the first page, then start parallel invocations for the rest without waiting."""
    result = _invoke(stage, {"pages": 1, "ranges": ranges})
    if "errorMessage" in result:
        raise StageError(result["errorMessage"])
    if result["next"] is None:
        print(f"{result['seen']:,} objects: all were compared, none are left for other ranges")
        return 0
    print(
        f"At most {ranges} ranges of keys are being compared in parallel. Each invocation logs its "
        "counts as 'reconciled' in the log of `reconcile`: docs/operations.md#backfill"
    )
    return 0


def _reconcile(stage: str) -> int:
    """Compare the whole bucket in successive invocations, print counts, and return 0."""
    request: dict[str, Any] | None = {"pages": PAGES_PER_INVOCATION, "follows": False}
    while request is not None:
        result = _invoke(stage, request)
        if "errorMessage" in result:
            raise StageError(result["errorMessage"])
        request = result.pop("next")
        counts = ", ".join(f"{count:,} {name}" for name, count in result.items())
        print(counts + (" so far …" if request else ""), flush=True)
    return 0


def _invoke(stage: str, request: dict[str, Any]) -> dict[str, Any]:
    """Invoke the function `reconcile`, and return its result."""
    client = boto3.client("lambda", config=CONFIG)
    name = f"{configuration.app_name(PROJECT)}-{stage}-reconcile"
    try:
        response = client.invoke(FunctionName=name, Payload=json.dumps(request))
    except client.exceptions.ResourceNotFoundException as error:
        raise StageError(
            f"stage {stage!r} is not deployed in this region: check AWS_DEFAULT_REGION, "
            f"or run `make deploy STAGE={stage}`"
        ) from error
    result: dict[str, Any] = json.loads(response["Payload"].read())
    return result


if __name__ == "__main__":
    sys.exit(main())
