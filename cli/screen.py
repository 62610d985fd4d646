"""What may be shown on a terminal: keys are hostile, and progress is for people only."""

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def shown(text: str) -> str:
    """The text with every character escaped that is not seen as itself.

    That is what `str.isprintable` denies: control characters, which may be terminal commands,
    those that turn the direction of writing, line ends, and spaces that pass for others.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown_json(text: str) -> str:
    """JSON text with such characters escaped as JSON does it; the text's own line ends stay."""
    return re.sub(r"[^\n]", lambda match: _json_escaped(match[0]), text)


def _json_escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def progress() -> "Progress":
    """A progress display on stderr, which shows nothing unless that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(
        *columns,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
