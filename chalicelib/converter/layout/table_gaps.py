"""Finds the gaps between the columns of a table that is padded with blanks.

In scripts whose letters have many widths, they are as wide as on a terminal only if they end where
the terminal's cells do.
"""

import re

from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.scripts.script import SHAPED

_LINES = "|\u2502\u2503\u2551"
_GAP = re.compile(f" {{2,}}| (?=[{_LINES}])")

# Two blanks may follow a sentence.
_IS_TABLE = re.compile(f" {{3,}}| [{_LINES}]")

PARTS_WITH_GAPS = re.compile(
    f" +|[^ {SOFT_HYPHEN}]+(?: (?![{_LINES}])[^ {SOFT_HYPHEN}]+)*|{SOFT_HYPHEN}"
)
"""Matches a gap, or what is between gaps, or a soft hyphen, of a line without tabs."""


def table_gaps(line: str, columns: int) -> dict[int, tuple[int, int]]:
    """Return, for the start of each gap, its length and the column at which it ends.

    Gaps are two blanks or more, or one in front of a vertical line. There are none in lines that
    need no shaping or are wider than `columns` cells, as prose may have two blanks as well.
    """
    if "\t" in line or not _IS_TABLE.search(line):
        return {}
    if not SHAPED.search(line) or cells(line) > columns:
        return {}
    return {gap.start(): (len(gap[0]), cells(line[: gap.end()])) for gap in _GAP.finditer(line)}


def cells(text: str) -> int:
    """Return how many cells a text takes on a terminal."""
    from wcwidth import wcswidth  # as for `terminal_cells`

    return wcswidth(text)
