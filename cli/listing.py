"""The list that a person sees in a terminal: it fits the width, and explains below what failed."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.status.answer import Answer, FileStatus
from cli.screen import shown

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    FileStatus.SUCCESS: "green",
    FileStatus.FAILED: "bold red",
    FileStatus.PROCESSING: "yellow",
    FileStatus.NOT_PROCESSED: "yellow",
}

_TIME = len("2026-01-31 08:00:00Z")
_GAP = 2
_INDENT = 4
_MIN_KEY = 8  # cells that a key has in the narrowest of terminals
_MIN_KEYS = 30  # cells from which on there is room for the PDF's key, too

ALIGNED_AT_ONCE = 1000
"""Lines that a table looks ahead for how wide its columns are."""

Row = tuple[Answer, str | None]
"""An answer, and the link to its PDF if that was asked for."""


class FileTable:
    """Prints files below a heading that names the buckets once; a line each, and what to know."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._buckets: tuple[str, str | None] | None = None

    def print(self, rows: Iterable[Row]) -> None:
        """Print all rows; they come in blocks, each of which is aligned for itself."""
        for block in blocks(rows):
            status_width = max(len(answer.status) for answer, _ in block)
            outputs = (answer.public["output_bucket"] for answer, _ in block)
            output = next(filter(None, outputs), None)
            for answer, link in block:
                output = answer.public["output_bucket"] or output
                self._print_heading(answer.bucket, output)
                self._print_line(answer, status_width)
                self._print_below(answer, link)

    def _print_heading(self, bucket: str, output: str | None) -> None:
        """Print the buckets unless those of the file above are the same."""
        if self._buckets != (bucket, output):
            self._line(f"Text  s3://{bucket}", "bold")
            if output:
                self._line(f"PDF   s3://{output}", "bold")
            self._buckets = bucket, output

    def _print_line(self, answer: Answer, status_width: int) -> None:
        from rich.text import Text

        told = answer.public
        room = self._console.width - status_width - _TIME - 2 * _GAP
        room = max(room, _MIN_KEY)
        line = Text(f"{answer.status:<{status_width}}", style=STYLES[answer.status])
        line.append(" " * _GAP, style="default")
        keys = _fitted(shown(answer.key), shown(told["output_key"] or ""), room)
        line.append(keys, style="default not bold")
        line.append(" " * _GAP + _time(told), style="default dim not bold")
        self._console.print(line, overflow="ignore", no_wrap=True, crop=False)

    def _print_below(self, answer: Answer, link: str | None) -> None:
        from rich.padding import Padding
        from rich.text import Text

        told = answer.public
        remarks = [Text(shown(one)) for one in (told["error"], told["detail"]) if one]
        remarks += [Text(f"! {warning}", "yellow") for warning in warnings(answer)]
        for remark in remarks:
            self._console.print(Padding(remark, (0, 0, 0, _INDENT), expand=False))
        if link:
            self._line(" " * _INDENT + link, "")

    def _line(self, text: str, style: str) -> None:
        """Print a line that may be copied whole: only the terminal wraps it."""
        from rich.text import Text

        self._console.print(Text(text, style), soft_wrap=True)


def warnings(answer: Answer) -> Iterator[str]:
    """Yield, in a sentence each, what to check in the PDF of a file."""
    replaced, repaired = answer.public["replaced"], answer.public["repaired"]
    if replaced:
        yield f"{replaced:,} characters could not be read or shown."
    for warning in answer.public["warnings"] or ():
        yield shown(warning["message"])
    if repaired:
        yield f"{repaired:,} bytes were not UTF-8 and were read as Windows-1252."


def _time(told: dict[str, str | None]) -> str:
    """The time in whole seconds of UTC: `2026-01-31 08:00:00Z`."""
    time = told["processed_at"] or told["uploaded_at"] or ""
    return f"{time[:19].replace('T', ' ')}Z" if time else ""


def _fitted(key: str, output_key: str, room: int) -> str:
    """Both keys with an arrow between them, cut in the middle if need be, in exactly that room."""
    from rich.cells import cell_len, set_cell_size

    if not output_key or room < _MIN_KEYS:
        return set_cell_size(_cut(key, room), room)
    arrow = " → "
    space = room - len(arrow)
    longer = max(space - min(cell_len(key), cell_len(output_key)), space - space // 2)
    widths = [min(cell_len(one), longer) for one in (key, output_key)]
    if sum(widths) > space:
        widths = [space - space // 2, space // 2]
    parts = (_cut(one, width) for one, width in zip((key, output_key), widths, strict=True))
    return set_cell_size(arrow.join(parts), room)


def _cut(text: str, width: int) -> str:
    """The text with an ellipsis in its middle if it takes more than `width` cells."""
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return text
    end = width // 2
    return _taken(text, width - 1 - end) + "…" + _taken(text[::-1], end)[::-1]


def _taken(text: str, width: int) -> str:
    """The beginning of a text that takes at most `width` cells."""
    from rich.cells import cell_len

    taken = 0
    for at, letter in enumerate(text):
        taken += cell_len(letter)
        if taken > width:
            return text[:at]
    return text


def blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in blocks of which each is aligned for itself, as they come."""
    iterator = iter(rows)
    while block := list(islice(iterator, ALIGNED_AT_ONCE)):
        yield block
