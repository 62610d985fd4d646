"""Line numbers in the left margin.

They are drawn as shapes, so they are not copied with the text.
"""

from collections.abc import Iterator, Sequence

from chalicelib.converter.drawing.code_point_labels import Labels
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.layout.page import Page

_GREY = b"0.45 g\n"  # with a contrast of 4.7:1 on white


class LineNumbers:
    """Numbers the lines of one page after another."""

    def __init__(self) -> None:
        self._next = 1

    def of(self, page: Page) -> Iterator[tuple[int, int]]:
        """Yield each row of a page with which a line begins, and the number of the line."""
        self._next += page.skipped
        continued = set(page.continued)
        for row in range(len(page.rows)):
            if row not in continued:
                yield row, self._next
                self._next += 1
        if page.breaks_line and page.rows:
            self._next -= 1  # the line continues after the form feed


def drawn(
    numbers: Iterator[tuple[int, int]],
    geometry: Geometry,
    baselines: Sequence[float],
    labels: Labels,
) -> bytes:
    """Return operators that draw line numbers beside their rows, which have these baselines."""
    scale = geometry.number_size / 1000
    operators: list[bytes] = []
    for row, number in numbers:
        digits = str(number)
        # Numbers with too many digits for the margin are condensed.
        narrow = min(1.0, geometry.number_digits / len(digits))
        width = len(digits) * CELL * scale * narrow
        operators.append(
            b"q %.4g 0 0 %.4g %.2f %.2f cm\n%bQ\n"
            % (
                scale * narrow,
                scale,
                geometry.numbers_right - width,
                baselines[row],
                labels.digits(digits),
            )
        )
    return b"q " + _GREY + b"".join(operators) + b"Q\n" if operators else b""
