"""Lays out long lines piece by piece, so that memory does not grow with the line."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from unicodedata import category

from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.layout.grid import Grid
from chalicelib.converter.line_breaking.soft_hyphens import visible
from chalicelib.converter.reading.overstrikes import Overstrikes, divisible_end
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine, join_lines, slice_line

if TYPE_CHECKING:
    from chalicelib.converter.layout.composer import Composer

MAX_LENGTH = 64 * 1024
"""Maximum characters of a piece of a line.

Pieces are counted from the start of the line, so that its rows depend on the text only, not on
where blocks end.
"""


def is_too_long(line: str) -> bool:
    """Return whether the line must be laid out piece by piece."""
    return len(line) > MAX_LENGTH


def any_too_long(text: str) -> bool:
    """Return whether any line of the text is too long, without looking at every character."""
    start = 0
    while len(text) - start > MAX_LENGTH:
        start = text.rfind("\n", start, start + MAX_LENGTH + 1) + 1
        if not start:
            return True
    return False


def pieces(line: str) -> Iterator[str]:
    """Yield the pieces of a line, the last of which may be empty.

    All but the last are independent of the text after them, and none ends within an overstrike.
    """
    start, length = 0, MAX_LENGTH
    while len(line) - start > length:
        end = start + divisible_end(line[start : start + length])
        if end == start:  # nothing but characters struck over each other
            length += MAX_LENGTH
            continue
        yield slice_line(line, start, end)
        start, length = end, MAX_LENGTH
    yield slice_line(line, start, len(line))


class LongLine:
    """Lays out long lines, one after another; only the last row of a line is in memory."""

    def __init__(
        self, grid: Grid, composer: Callable[[], "Composer"], overstrikes: Overstrikes
    ) -> None:
        self._overstrikes = overstrikes
        self._grid = grid
        self._composer = composer
        self._begin()

    def _begin(self) -> None:
        """Reset the state for another line."""
        self._rest = ""  # the last row so far
        self._blanks = 0  # after it, of which nobody knows yet whether anything follows
        self._continued = False  # whether that is not the line's first row
        self._start = 0.0  # where it starts, in thousandths of the type size from the line's start
        self._rtl: bool | None = None  # known once a part of the line has been composed

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._rest) or self._blanks > 0

    def add(self, piece: str, *, ends: bool, uniform: bool) -> Iterator[tuple[str, bool]]:
        """Yield the rows that are complete, and whether each continues the row before it.

        `ends` is whether the line ends with this piece.
        """
        piece = self._overstrikes.resolved(piece)
        is_plain = self._rtl is None and not self._grid.is_complex(piece)
        if is_plain and "\t" in piece:
            column = round(self._start / CELL) + self._grid.cells(self._rest) + self._blanks
            piece = self._grid.expand_tabs(piece, column, uniform=uniform)
        for part, is_last in self._with_blanks(piece, ends=ends, is_plain=is_plain):
            for row in self._rows(part, ends=ends and is_last, uniform=uniform):
                yield row, self._continued
                self._continued = True
        if ends:
            self._begin()

    def _with_blanks(self, piece: str, *, ends: bool, is_plain: bool) -> Iterator[tuple[str, bool]]:
        """Yield the piece after the blanks before it, in parts, and whether each is the last.

        Blanks at its end are kept back: they take no row if nothing follows.
        """
        blanks, length = self._blanks, _plain_length(piece)
        self._blanks = 0
        if is_plain and not length:
            blanks += len(piece)
            if not ends:
                self._blanks = blanks
                return
            yield " " * min(blanks, self._grid.columns), True
            return
        while blanks > MAX_LENGTH:
            yield " " * MAX_LENGTH, False
            blanks -= MAX_LENGTH
        if is_plain and not ends:
            self._blanks = len(piece) - length
            piece = slice_line(piece, 0, length)
        yield (join_lines(" " * blanks, piece) if blanks else piece), True

    def _rows(self, piece: str, *, ends: bool, uniform: bool) -> Iterable[str]:
        """Return the rows that are complete now."""
        if not self._rest:
            piece = with_base(piece)
        if self._rtl is not None or self._grid.is_complex(piece):
            return self._compose(join_lines(self._rest, piece), ends=ends)
        return self._divide(piece, ends=ends, uniform=uniform)

    def _divide(self, piece: str, *, ends: bool, uniform: bool) -> Iterator[str]:
        """The same on the grid."""
        uniform = uniform and self._grid.is_uniform(self._rest)
        line = join_lines(self._rest, piece)
        for start, end in self._grid.rows(line, uniform=uniform, ends=ends):
            if end == len(line) and not ends:
                self._rest = slice_line(line, start, end)
                self._start += self._grid.cells(line[:start]) * CELL
                break
            yield visible(line, start, end)

    def _compose(self, line: str, *, ends: bool) -> Iterable[str]:
        """The same for a line of which some part, so far, was not for the grid."""
        rows = self._composer().rows(line, rtl=self._rtl, start=self._start)
        self._rtl = rows[0].rtl
        if not ends:
            self._rest = slice_line(line, len(line) - len(rows.pop()), len(line))
            self._start += sum(piece.advance for row in rows for piece in row.pieces)
        return rows


def _plain_length(line: str) -> int:
    """Return the length of a line without the plain blanks at its end."""
    length = len(line.rstrip(" "))
    return max(length, len(line.styles.rstrip(PLAIN))) if isinstance(line, StyledLine) else length


def with_base(line: str) -> str:
    """Return the line, after a blank if it starts with a combining mark, which needs a base."""
    return join_lines(" ", line) if line and category(line[0])[0] == "M" else line
