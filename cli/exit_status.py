"""How the command ends, for scripts and people."""

import sys
from enum import IntEnum

from cli.screen import shown


class Exit(IntEnum):
    """Exit statuses."""

    ALL_SUCCESS = 0
    SOME_NOT = 1
    USAGE = 2
    NOTHING_FOUND = 3
    NO_ACCESS = 4
    STILL_GOING_ON = 5
    INTERRUPTED = 130


def fail(status: Exit, message: str) -> Exit:
    """Say why on stderr; the status."""
    say(message)
    return status


def say(message: str) -> None:
    """Tell people something; stdout is for data."""
    print(f"query.py: {shown(message)}", file=sys.stderr)
