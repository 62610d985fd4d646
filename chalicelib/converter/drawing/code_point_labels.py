"""Draws the code points of characters that no font has, in boxes like those of browsers.

The boxes are shapes, not text. What a reader copies is the character itself, which is in the text
as empty cells.
"""

from functools import cache

import uharfbuzz as hb

from chalicelib.converter.fonts.face import ASCENT, BODY_FACE, CELL, DESCENT, Face
from chalicelib.converter.fonts.font import MISSING_CELLS

Point = tuple[float, float]

DIGIT_BOX = (-DESCENT, CELL, ASCENT)
"""Bottom, right and top edge of a digit's form, in thousandths of the type size."""

# Measures of a box in thousandths of the type size, as all coordinates in a form.
_DIGIT_SCALE = 0.55
_LINE_WIDTH = 30
_BOTTOM, _TOP = -DESCENT + 30, ASCENT - 30
_BASELINES = (_BOTTOM + 624, _BOTTOM + 100)  # of the two rows of digits
_FRAME = b"%d w %d %d %d %d re S\n" % (
    _LINE_WIDTH,
    2 * _LINE_WIDTH,
    _BOTTOM,
    MISSING_CELLS * CELL - 4 * _LINE_WIDTH,
    _TOP - _BOTTOM,
)
_STEP = b"1 0 0 1 %d 0 cm\n" % CELL  # from one digit to the next


class Labels:
    """Draws boxes with one form XObject for each digit; `drawn` is the number of boxes."""

    def __init__(self) -> None:
        self.drawn = 0
        self._digits: set[str] = set()

    def draw(self, code_point: int, x: float, y: float, size: float) -> bytes:
        """Return operators that draw a code point in cells from `x`, `y` on; all in points."""
        self.drawn += 1
        digits = f"{code_point:04X}" if code_point < 0x10000 else f"{code_point:06X}"
        self._digits.update(digits)
        half = len(digits) // 2
        upper, lower = _BASELINES
        return b"q %.4g 0 0 %.4g %.2f %.2f cm\n%b%b%bQ\n" % (
            size / 1000,
            size / 1000,
            x,
            y,
            _FRAME,
            _row(digits[:half], upper),
            _row(digits[half:], lower),
        )

    def digits(self, digits: str) -> bytes:
        """Return operators that draw digits, in thousandths of the type size."""
        self._digits.update(digits)
        return _STEP.join(b"/Label%X Do\n" % ord(digit) for digit in digits)

    def forms(self) -> dict[bytes, bytes]:
        """Return resource name and operators of the form of every digit that was drawn."""
        return {b"/Label%X" % ord(digit): _outline(digit) for digit in sorted(self._digits)}


@cache
def _row(digits: str, baseline: int) -> bytes:
    """Return operators that draw digits centred in the cells; there are 5,000 rows of them."""
    left = (MISSING_CELLS * CELL - len(digits) * _DIGIT_SCALE * CELL) / 2
    drawn = _STEP.join(b"/Label%X Do\n" % ord(digit) for digit in digits)
    return b"q %g 0 0 %g %d %d cm\n" % (_DIGIT_SCALE, _DIGIT_SCALE, left, baseline) + drawn + b"Q\n"


def _outline(digit: str) -> bytes:
    """Return operators that fill the outline of a digit, in thousandths of the type size."""
    return outline(BODY_FACE, BODY_FACE.glyph(ord(digit)) or 0)


def outline(face: Face, glyph: int) -> bytes:
    """Return operators that fill the outline of a glyph, in thousandths of the type size."""
    font = hb.Font(face.hb_face)
    pen = _OutlinePen(1000 / face.hb_face.upem)
    font.draw_glyph_with_pen(glyph, pen)
    return b"".join(pen.operators) + b"f\n"


class _OutlinePen:
    """Converts an outline from HarfBuzz to path operators (PDF 32000-1, 8.5.2)."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._at: Point = (0, 0)
        self.operators: list[bytes] = []

    def moveTo(self, point: Point) -> None:  # noqa: N802 - HarfBuzz calls these names
        self._draw(b"m", point)

    def lineTo(self, point: Point) -> None:  # noqa: N802
        self._draw(b"l", point)

    def qCurveTo(self, control: Point, end: Point) -> None:  # noqa: N802
        """Draw a quadratic curve as the equal cubic one, as PDF has only cubic curves."""
        self.curveTo(_two_thirds(self._at, control), _two_thirds(end, control), end)

    def curveTo(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802
        self._draw(b"c", first, second, end)

    def closePath(self) -> None:  # noqa: N802
        self.operators.append(b"h\n")

    def _draw(self, operator: bytes, *points: Point) -> None:
        """Append a path operator with its points as operands."""
        self._at = points[-1]
        numbers = [b"%g" % round(value * self._scale, 1) for point in points for value in point]
        self.operators.append(b" ".join([*numbers, operator]) + b"\n")


def _two_thirds(start: Point, end: Point) -> Point:
    """Return the point at two thirds of the way from start to end."""
    return (start[0] + (end[0] - start[0]) * 2 / 3, start[1] + (end[1] - start[1]) * 2 / 3)
