"""Shared parts of the commands behind `make`: the argument parser and error reporting."""

import argparse
import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import SettingsError
from infra.explanation import StageError, explain

INTERRUPTED = 130
"""Exit status after Ctrl-C, by the convention of shells: 128 plus the number of SIGINT."""


def stage_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return a parser for the command `name`, shown in its messages, with a required --stage."""
    parser = argparse.ArgumentParser(
        prog=name,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--stage", required=True, help="name of the stage, such as dev")
    return parser


def exit_status(name: str, work: Callable[[], int]) -> int:
    """Call `work` and return its result as the exit status of the command `name`.

    StageError, SettingsError and botocore's errors are explained on stderr, and return 1; Ctrl-C
    returns INTERRUPTED. Any other exception is passed on.
    """
    try:
        return work()
    except (StageError, SettingsError, BotoCoreError, ClientError) as error:
        print(f"{name}: {explain(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return INTERRUPTED
