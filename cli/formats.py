"""Output formats: functions that print rows as they arrive; tables collect BLOCK_ROWS at a time."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from textwrap import indent
from typing import Any

from cli.listing import STYLES, FileTable, Row, has_warnings, in_blocks, warnings
from cli.screen import escape, escape_json


def print_table(rows: Iterable[Row]) -> None:
    """Print a table for people, fitted to the terminal's width.

    If stdout is not a terminal, print one full line a file instead.
    """
    from rich.console import Console

    if sys.stdout.isatty():
        FileTable(Console(highlight=False)).print(rows)
    else:
        _print_full_lines(rows)


def _print_full_lines(rows: Iterable[Row]) -> None:
    """Print one aligned line a file, of any width."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=1_000_000)
    widths = [0] * 7
    for block in in_blocks(rows):
        lines = [_table_cells(row) for row in block]
        columns = zip(widths, *lines, strict=True)
        widths = [max(width, *map(cell_len, cells)) for width, *cells in columns]
        grid = Table.grid(padding=(0, 2))
        for width in widths:
            grid.add_column(no_wrap=True, min_width=width, overflow="ignore")
        for (answer, _), line in zip(block, lines, strict=True):
            styles = [""] * len(line)
            styles[_STATUS_COLUMN] = STYLES[answer.status] if not has_warnings(answer) else "yellow"
            grid.add_row(*map(Text, line, styles))  # Text: brackets in a key are not markup
        with console.capture() as captured:
            console.print(grid)
        for printed in captured.get().splitlines():
            print(printed.rstrip())


def print_text(rows: Iterable[Row]) -> None:
    """Print tab-separated fields for cut and awk: status, text, PDF, time, remark, link.

    A field without a value is `-`.
    """
    for row in rows:
        source, _, output, status, time, remark, link = _cells(row)
        print(status, source, output, time or "-", remark or "-", link or "-", sep="\t")


def print_json_lines(rows: Iterable[Row]) -> None:
    """Print one JSON object a line: `Answer.public`, and `url` if the row has a link."""
    for row in rows:
        print(_json(_fields(row)))


def print_json(rows: Iterable[Row]) -> None:
    """Print one JSON array with an element for each file, as `print_json_lines` has it.

    It is empty if there are no rows.
    """
    before = "["
    for row in rows:
        print(before, indent(_json(_fields(row), spaces=2), "  "), sep="\n", end="")
        before = ","
    print("[]" if before == "[" else "\n]")


FORMATS: Mapping[str, Callable[[Iterable[Row]], None]] = {
    "table": print_table,
    "json": print_json,
    "jsonl": print_json_lines,
    "text": print_text,
}


def print_summary(summary: Mapping[str, Any], output_format: str) -> None:
    """Print how many files have each status, in one of FORMATS.

    `summary` has the members `prefix`, `files` (the total) and `counts` (by status).
    """
    if output_format in {"json", "jsonl"}:
        print(_json(summary, spaces=2 if output_format == "json" else None))
        return
    for status, files in summary["counts"].items():
        print(f"{status}\t{files}" if output_format == "text" else f"{status:<10}  {files:>10,}")


_STATUS_COLUMN = 3


def _cells(row: Row) -> list[str]:
    """Return the cells of a row: text, arrow, PDF, status, time, remark, link."""
    answer, link = row
    fields = answer.public
    output = "-"
    if fields["output_key"]:
        output = f"s3://{fields['output_bucket']}/{fields['output_key']}"
    parts = [fields["error"], fields["detail"], *warnings(answer)]
    remark = " ".join(part for part in parts if part)
    source = f"s3://{answer.bucket}/{answer.key}"
    time = fields["processed_at"] or fields["uploaded_at"] or ""
    return [escape(source), "→", escape(output), answer.status, time, escape(remark), link or ""]


def _table_cells(row: Row) -> list[str]:
    """Return the cells of a row, with a mark beside the status of a file that has warnings."""
    cells = _cells(row)
    if has_warnings(row[0]):
        cells[_STATUS_COLUMN] += " (!)"
    return cells


def _fields(row: Row) -> dict[str, Any]:
    """Return the JSON members of a row."""
    answer, link = row
    return answer.public if link is None else answer.public | {"url": link}


def _json(value: Any, *, spaces: int | None = None) -> str:
    """Return the value as JSON, in ASCII unless stdout's encoding is a UTF."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return escape_json(json.dumps(value, ensure_ascii=not is_unicode, indent=spaces))
