"""Where things are on a page, in points from its lower left corner."""

from dataclasses import dataclass

from chalicelib.converter.fonts.font import ASCENT, CELL, DESCENT
from chalicelib.converter.options import Options, Orientation

_MM = 72 / 25.4
_SMALL = 8.0  # pt, the size of header and footer
_BAND = 18.0  # pt between the margin and the text, for header and footer


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page of `rows` by `columns` cells, with a line above and a line below them."""

    width: float
    height: float
    margin: float
    size: float  # of the text

    @classmethod
    def of(cls, options: Options) -> "Geometry":
        """The page that the options describe."""
        width, height = options.page_size.points
        if options.orientation is Orientation.LANDSCAPE:
            width, height = height, width
        return cls(width, height, options.margin * _MM, options.font_size)

    @property
    def small(self) -> float:
        """Size of header and footer."""
        return _SMALL

    @property
    def cell(self) -> float:
        """Width of a cell."""
        return self.size * CELL / 1000

    @property
    def leading(self) -> float:
        """Height of a row: that of the font, so that box-drawing characters join."""
        return self.size * (ASCENT + DESCENT) / 1000

    @property
    def columns(self) -> int:
        """Cells in a row."""
        return int((self.width - 2 * self.margin) / self.cell + 1e-6)

    @property
    def rows(self) -> int:
        """Rows on a page."""
        return int((self.height - 2 * self.margin - 2 * _BAND) / self.leading + 1e-6)

    @property
    def small_columns(self) -> int:
        """Cells that header or footer have."""
        return int((self.width - 2 * self.margin) / (_SMALL * CELL / 1000) + 1e-6)

    @property
    def first_baseline(self) -> float:
        """Baseline of the first row."""
        return self.height - self.margin - _BAND - self.size * ASCENT / 1000

    def baseline(self, row: int) -> float:
        """Baseline of a row, counted from 0."""
        return self.first_baseline - row * self.leading

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
        """Where the footer's 'page n of ' ends and N, known only at the very end, begins."""
        return self.width / 2 + 2 * _SMALL * CELL / 1000
