"""Soft hyphens: places where a word may be divided; they are visible only where it is."""

from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.styles.styled_line import StyledLine, join_lines, slice_line


def visible(line: str, start: int, end: int) -> str:
    """Return `line[start:end]` without soft hyphens, except one at its end if the line continues.

    PDF readers would not find a word that contains one (PDF 32000-1, 14.8.2.2.3).
    """
    row = slice_line(line, start, end)
    if SOFT_HYPHEN not in row:
        return row
    divided = end < len(line) and line[end - 1] == SOFT_HYPHEN
    return _without(slice_line(row, 0, len(row) - 1), end=SOFT_HYPHEN) if divided else _without(row)


def _without(row: str, end: str = "") -> str:
    """Return the row without soft hyphens, and with `end` added in the style of its last one."""
    if not isinstance(row, StyledLine):
        return row.replace(SOFT_HYPHEN, "") + end
    shown = ""
    start = 0
    while (at := row.find(SOFT_HYPHEN, start)) >= 0:
        shown = join_lines(shown, slice_line(row, start, at))
        start = at + 1
    return join_lines(join_lines(shown, slice_line(row, start, len(row))), end)
