"""What the `make` commands have in common: their parser, and how errors reach the user."""

import argparse
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import SettingsError
from infra.explanation import StageError, explain

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the number of SIGINT."""


def stage_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser for the command `name`, which is about a stage."""
    parser = argparse.ArgumentParser(
        prog=name,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--stage", required=True, help="name of the stage, such as dev")
    return parser


def exit_status(name: str, work: Callable[[], int]) -> int:
    """Return what `work` returns; after an error 1, with one line on standard error."""
    try:
        return work()
    except (StageError, SettingsError, BotoCoreError, ClientError) as error:
        print(f"{name}: {explain(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return INTERRUPTED
