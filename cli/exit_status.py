"""Exit statuses of query.py, and the messages on stderr that explain them."""

import sys
from enum import IntEnum

from cli.screen import escape


class Exit(IntEnum):
    """Exit statuses of query.py; `query.py --help` explains them."""

    ALL_SUCCESS = 0
    NOT_ALL_SUCCESS = 1
    USAGE = 2
    NOTHING_FOUND = 3
    NO_ACCESS = 4
    WAIT_TIMED_OUT = 5
    INTERRUPTED = 130


def fail(status: Exit, message: str) -> Exit:
    """Print the message on stderr as `print_message` does, and return the status."""
    print_message(message)
    return status


def print_message(message: str) -> None:
    """Print a message on stderr, escaped and after `query.py: `; stdout is for data."""
    print(f"query.py: {escape(message)}", file=sys.stderr)
