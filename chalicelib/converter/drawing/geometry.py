"""The positions of rows, header and footer, in points from the lower left corner of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.converter.fonts.face import ASCENT, CELL, DESCENT
from chalicelib.converter.layout.rows import TAB
from chalicelib.converter.options import Options, Orientation, Switch

_MM = 72 / 25.4

_SMALL = 8.0
"""Font size of header and footer, in points."""

_BAND = 18.0
"""Height of the area for header or footer, between margin and text, in points."""

_NUMBER_GAP = 1.3
"""Cells between a line number and its line, for the mark of continued rows."""

_COLUMN_GAP = 6 * _MM
"""Minimum space between columns, in points."""

_MARKED_GAP = 2
"""Minimum cells between columns: the marks of continued rows on both sides take 1.7."""

_MIN_CELLS = 2
"""Minimum cells of a row, which a wide character takes.

Only on the smallest page with two columns in the largest type is there less room, and such a row
reaches into the gap.
"""

_UNPRINTED = 5 * _MM
"""Width of the edge that printers leave blank, in points."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page with a grid of cells, a header line above it and a footer line below.

    All lengths are in points; `size` is the font size of the text, and `gutter` the space between
    the left margin and the text, for line numbers. `tab` is the number of cells between tab stops.
    Of `text_columns` columns of rows side by side, with `gap` between them, the positions are those
    in the first column.
    """

    width: float
    height: float
    margin: float
    size: float
    gutter: float = 0.0
    tab: int = TAB
    text_columns: int = 1
    gap: float = 0.0

    @classmethod
    def of(cls, options: Options) -> "Geometry":
        """Return the geometry of a page with these options."""
        width, height = options.page_size.points
        if options.orientation is Orientation.LANDSCAPE:
            width, height = height, width
        margin = options.margin * _MM
        plain = cls(
            width,
            height,
            margin,
            options.font_size,
            tab=options.tab_size,
            text_columns=options.columns,
        )
        gap = max(_COLUMN_GAP, _MARKED_GAP * plain.cell)
        if options.line_numbers is Switch.OFF:
            return replace(plain, gap=gap)
        # Line numbers use the margin too, except for its unprinted edge.
        room = plain.number_digits * plain.number_size * CELL / 1000 + _NUMBER_GAP * plain.cell
        shared = min(room, plain.margin - _UNPRINTED)
        # The numbers of the second column stay a cell away from the first.
        return replace(plain, gutter=room - shared, gap=max(gap, shared + plain.cell))

    @property
    def left(self) -> float:
        """Left edge of the rows."""
        return self.margin + self.gutter

    @property
    def number_digits(self) -> int:
        """Number of digits of a line number that have room in front of a row."""
        return 6

    @property
    def number_size(self) -> float:
        """Font size of line numbers."""
        return min(0.7 * self.size, _SMALL)

    @property
    def numbers_right(self) -> float:
        """Right edge of the line numbers."""
        return self.left - _NUMBER_GAP * self.cell

    @property
    def small(self) -> float:
        """Font size of header and footer."""
        return _SMALL

    @property
    def cell(self) -> float:
        """Width of a cell."""
        return self.size * CELL / 1000

    @property
    def leading(self) -> float:
        """Height of a row, which is that of the font, so that box-drawing characters join."""
        return self.size * (ASCENT + DESCENT) / 1000

    @property
    def columns(self) -> int:
        """Number of cells in a row."""
        return max(_MIN_CELLS, int((self.column_width - self.gutter) / self.cell + 1e-6))

    @property
    def column_width(self) -> float:
        """Width of a column of rows and of its gutter."""
        gaps = (self.text_columns - 1) * self.gap
        return (self.width - 2 * self.margin - gaps) / self.text_columns

    def column_offset(self, column: int) -> float:
        """Return how far a column, counted from 0, is to the right of the first."""
        return column * (self.column_width + self.gap)

    @property
    def rows(self) -> int:
        """Number of rows on a page."""
        return int((self.height - 2 * self.margin - 2 * _BAND) / self.leading + 1e-6)

    @property
    def small_columns(self) -> int:
        """Number of cells in the header or footer."""
        return int((self.width - 2 * self.margin) / (_SMALL * CELL / 1000) + 1e-6)

    @property
    def first_baseline(self) -> float:
        """Baseline of the first row."""
        return self.height - self.margin - _BAND - self.size * ASCENT / 1000

    def baseline(self, row: int, shift: int = 0) -> float:
        """Return the baseline of a row, counted from 0.

        `shift` is how far it is below its place on the grid, in thousandths of the font size.
        """
        return self.first_baseline - row * self.leading - shift * self.size / 1000

    def baselines(self, shifts: Sequence[int] = ()) -> list[float]:
        """Return the baselines of all rows of a page, which are shifted if there are shifts."""
        if not shifts:
            return [self.baseline(row) for row in range(self.rows)]
        return [self.baseline(row, shift) for row, shift in enumerate(shifts)]

    @property
    def header_baseline(self) -> float:
        """Baseline of the file's name."""
        return self.height - self.margin - _SMALL * ASCENT / 1000

    @property
    def footer_baseline(self) -> float:
        """Baseline of the page number."""
        return self.margin + _SMALL * DESCENT / 1000

    @property
    def total_x(self) -> float:
        """Where the total number of pages begins in the footer, after 'page n of '."""
        return self.width / 2 + 2 * _SMALL * CELL / 1000
