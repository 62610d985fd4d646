"""The forms in which answers are printed: each takes them one by one, as they come."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from textwrap import indent
from typing import Any

from chalicelib.status.answer import Answer
from cli.listing import STYLES, FileTable, Row, blocks
from cli.screen import shown, shown_json


def table(rows: Iterable[Row]) -> None:
    """For people: fitted to a terminal, and elsewhere whole, a line each."""
    from rich.console import Console

    if sys.stdout.isatty():
        FileTable(Console(highlight=False)).print(rows)
    else:
        _whole_table(rows)


def _whole_table(rows: Iterable[Row]) -> None:
    """One line a file, aligned, never cut."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=1_000_000)
    widths = [0] * 7
    for block in blocks(rows):
        lines = [_marked(row) for row in block]
        columns = zip(widths, *lines, strict=True)
        widths = [max(width, *map(cell_len, cells)) for width, *cells in columns]
        grid = Table.grid(padding=(0, 2))
        for width in widths:
            grid.add_column(no_wrap=True, min_width=width, overflow="ignore")
        for (answer, _), line in zip(block, lines, strict=True):
            styles = [""] * len(line)
            styles[_STATUS_AT] = STYLES[answer.status] if not _warnings(answer) else "yellow"
            grid.add_row(*map(Text, line, styles))  # Text, since a key's brackets are no markup
        with console.capture() as captured:
            console.print(grid)
        for printed in captured.get().splitlines():
            print(printed.rstrip())


def text(rows: Iterable[Row]) -> None:
    """Fields apart by tabs, for cut and awk: status, text, PDF, time, remark, link."""
    for row in rows:
        source, _, output, status, time, remark, link = _cells(row)
        print(status, source, output, time or "-", remark or "-", link or "-", sep="\t")


def jsonl(rows: Iterable[Row]) -> None:
    """One JSON object a line."""
    for row in rows:
        print(_json(_public(row)))


def json_array(rows: Iterable[Row]) -> None:
    """One JSON array, an element a file."""
    before = "["
    for row in rows:
        print(before, indent(_json(_public(row), width=2), "  "), sep="\n", end="")
        before = ","
    print("[]" if before == "[" else "\n]")


FORMATS: Mapping[str, Callable[[Iterable[Row]], None]] = {
    "table": table,
    "json": json_array,
    "jsonl": jsonl,
    "text": text,
}


def counts(told: Mapping[str, Any], form: str) -> None:
    """How many files stand where."""
    if form in {"json", "jsonl"}:
        print(_json(told, width=2 if form == "json" else None))
        return
    for status, files in told["counts"].items():
        print(f"{status}\t{files}" if form == "text" else f"{status:<10}  {files:>10,}")


_STATUS_AT = 3


def _cells(row: Row) -> list[str]:
    answer, link = row
    told = answer.public
    output = f"s3://{told['output_bucket']}/{told['output_key']}" if told["output_key"] else "-"
    parts = [told["error"], told["detail"], *_warnings(answer)]
    remark = " ".join(part for part in parts if part)
    source = f"s3://{answer.bucket}/{answer.key}"
    time = told["processed_at"] or told["uploaded_at"] or ""
    return [shown(source), "→", shown(output), answer.status, time, shown(remark), link or ""]


def _marked(row: Row) -> list[str]:
    """The cells of a table, in which a status that comes with warnings has a mark."""
    cells = _cells(row)
    if _warnings(row[0]):
        cells[_STATUS_AT] += " (!)"
    return cells


def _warnings(answer: Answer) -> list[str]:
    return [warning["message"] for warning in answer.public["warnings"] or ()]


def _public(row: Row) -> dict[str, Any]:
    answer, link = row
    return answer.public if link is None else answer.public | {"url": link}


def _json(value: Any, *, width: int | None = None) -> str:
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return shown_json(json.dumps(value, ensure_ascii=not is_unicode, indent=width))
