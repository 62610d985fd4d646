"""The list of files in a terminal: fitted to its width, with remarks below each file."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.status.file_status import Answer, FileStatus
from cli.screen import escape

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {
    FileStatus.SUCCESS: "green",
    FileStatus.FAILED: "bold red",
    FileStatus.PROCESSING: "yellow",
    FileStatus.NOT_PROCESSED: "yellow",
}

_TIME_WIDTH = len("2026-01-31 08:00:00Z")
_GAP_WIDTH = 2
_INDENT = 4
_MIN_KEY_WIDTH = 8  # of a key, even if the terminal is narrower
_MIN_WIDTH_FOR_BOTH_KEYS = 30  # below it, the PDF's key is left out

BLOCK_ROWS = 1000
"""Number of rows that are collected to align their columns."""

Row = tuple[Answer, str | None]
"""An answer, and a link to its PDF with --url."""


class FileTable:
    """Prints one line a file, with remarks below it; headings name the buckets."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._buckets: tuple[str, str | None] | None = None

    def print(self, rows: Iterable[Row]) -> None:
        """Print all rows, in blocks of BLOCK_ROWS that are each aligned separately."""
        for block in in_blocks(rows):
            status_width = max(len(answer.status) for answer, _ in block)
            outputs = (answer.public["output_bucket"] for answer, _ in block)
            output = next(filter(None, outputs), None)
            for answer, link in block:
                output = answer.public["output_bucket"] or output
                self._print_heading(answer.bucket, output)
                self._print_line(answer, status_width)
                self._print_below(answer, link)

    def _print_heading(self, bucket: str, output: str | None) -> None:
        """Print the buckets unless they are those of the file above."""
        if self._buckets != (bucket, output):
            self._print_unwrapped(f"Text  s3://{bucket}", "bold")
            if output:
                self._print_unwrapped(f"PDF   s3://{output}", "bold")
            self._buckets = bucket, output

    def _print_line(self, answer: Answer, status_width: int) -> None:
        """Print status, keys and time of a file on one line that fits the terminal."""
        from rich.text import Text

        fields = answer.public
        width = self._console.width - status_width - _TIME_WIDTH - 2 * _GAP_WIDTH
        width = max(width, _MIN_KEY_WIDTH)
        line = Text(f"{answer.status:<{status_width}}", style=STYLES[answer.status])
        line.append(" " * _GAP_WIDTH, style="default")
        keys = _fit_keys(escape(answer.key), escape(fields["output_key"] or ""), width)
        line.append(keys, style="default not bold")
        line.append(" " * _GAP_WIDTH + _time(fields), style="default dim not bold")
        self._console.print(line, overflow="ignore", no_wrap=True, crop=False)

    def _print_below(self, answer: Answer, link: str | None) -> None:
        """Print the error, advice, warnings and link of a file, indented below its line."""
        from rich.padding import Padding
        from rich.text import Text

        fields = answer.public
        remarks = [Text(escape(text)) for text in (fields["error"], fields["detail"]) if text]
        remarks += [Text(f"! {warning}", "yellow") for warning in warnings(answer)]
        for remark in remarks:
            self._console.print(Padding(remark, (0, 0, 0, _INDENT), expand=False))
        if link:
            self._print_unwrapped(" " * _INDENT + link, "")

    def _print_unwrapped(self, text: str, style: str) -> None:
        """Print a line that only the terminal wraps, so that users can copy it whole."""
        from rich.text import Text

        self._console.print(Text(text, style), soft_wrap=True)


def warnings(answer: Answer) -> Iterator[str]:
    """Yield one sentence, escaped for the terminal, for each thing to check in the file's PDF."""
    fields = answer.public
    codes = {warning["code"] for warning in fields["warnings"] or ()}
    for warning in fields["warnings"] or ():
        yield escape(warning["message"])
    # Records of earlier versions have counts only.
    if fields["replaced"] and "replaced" not in codes:
        yield f"{fields['replaced']:,} characters could not be read or shown."
    if fields["repaired"] and "repaired" not in codes:
        yield f"{fields['repaired']:,} bytes were not UTF-8 and were read as Windows-1252."


def has_warnings(answer: Answer) -> bool:
    """Return whether there is anything to check in the file's PDF."""
    return any(warnings(answer))


def _time(fields: dict[str, str | None]) -> str:
    """Return the time in UTC, without fractions of a second: `2026-01-31 08:00:00Z`."""
    time = fields["processed_at"] or fields["uploaded_at"] or ""
    return f"{time[:19].replace('T', ' ')}Z" if time else ""


def _fit_keys(key: str, output_key: str, width: int) -> str:
    """Return both keys with an arrow between them, shortened or padded to `width` cells."""
    from rich.cells import cell_len, set_cell_size

    if not output_key or width < _MIN_WIDTH_FOR_BOTH_KEYS:
        return set_cell_size(_shorten(key, width), width)
    arrow = " → "
    available = width - len(arrow)
    half = available - available // 2
    longer = max(available - min(cell_len(key), cell_len(output_key)), half)
    widths = [min(cell_len(text), longer) for text in (key, output_key)]
    if sum(widths) > available:
        widths = [half, available // 2]
    parts = (_shorten(text, w) for text, w in zip((key, output_key), widths, strict=True))
    return set_cell_size(arrow.join(parts), width)


def _shorten(text: str, width: int) -> str:
    """Return the text, with an ellipsis in its middle if it takes more than `width` cells."""
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return text
    end = width // 2
    return _beginning(text, width - 1 - end) + "…" + _beginning(text[::-1], end)[::-1]


def _beginning(text: str, width: int) -> str:
    """Return the longest beginning of the text that takes at most `width` cells."""
    from rich.cells import cell_len

    cells = 0
    for index, character in enumerate(text):
        cells += cell_len(character)
        if cells > width:
            return text[:index]
    return text


def in_blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in lists of BLOCK_ROWS; the last one may be shorter."""
    iterator = iter(rows)
    while block := list(islice(iterator, BLOCK_ROWS)):
        yield block
