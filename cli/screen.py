"""Safe output on a terminal: escaping, since keys may hold control characters, and progress."""

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def escape(text: str) -> str:
    """Return the text with a Python escape (`\\x1b`) for every character that is not printable.

    These are the characters for which `str.isprintable` is false: control characters, which may be
    terminal commands, controls of writing direction, line ends, and spaces other than U+0020.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def escape_json(text: str) -> str:
    """Return JSON text with `\\uXXXX` for characters that are not printable, except line feeds."""
    return re.sub(r"[^\n]", lambda match: _escape_json_character(match[0]), text)


def _escape_json_character(character: str) -> str:
    """Return the character, or `\\uXXXX` for each UTF-16 unit if it is not printable."""
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def progress() -> "Progress":
    """Return a progress display on stderr, which is disabled unless that is a terminal.

    It disappears when it ends.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(
        *columns,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
