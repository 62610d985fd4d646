"""The numbers of characters that no font has, drawn as shapes.

They are not text: what is copied is the character itself, which is there as empty cells.
"""

import uharfbuzz as hb

from chalicelib.converter.fonts.font import ASCENT, BODY_FACE, CELL, DESCENT, MISSING_CELLS

Point = tuple[float, float]

# Measures of a box, in thousandths of the type size, as everything in a form is. Its digits are in
# two rows, as in the boxes that browsers draw.
_DIGIT = 0.55  # size of a digit
_LINE = 30  # width of the frame
_BOTTOM, _TOP = -DESCENT + 30, ASCENT - 30
_ROWS = (_BOTTOM + 624, _BOTTOM + 100)  # baselines of the digits


class Labels:
    """Draws boxes with a form XObject a digit; knows which digits, and how many boxes."""

    def __init__(self) -> None:
        self.drawn = 0
        self._letters: set[str] = set()

    def draw(self, code_point: int, x: float, y: float, size: float) -> bytes:
        """Operators that draw the number in its cells, which begin at `x`, `y` (in points)."""
        self.drawn += 1
        digits = f"{code_point:04X}" if code_point < 0x10000 else f"{code_point:06X}"
        self._letters.update(digits)
        half = len(digits) // 2
        rows = zip((digits[:half], digits[half:]), _ROWS, strict=True)
        frame = b"%d w %d %d %d %d re S\n" % (
            _LINE,
            2 * _LINE,
            _BOTTOM,
            MISSING_CELLS * CELL - 4 * _LINE,
            _TOP - _BOTTOM,
        )
        return (
            b"q %.4g 0 0 %.4g %.2f %.2f cm\n" % (size / 1000, size / 1000, x, y)
            + frame
            + b"".join(_row(digits, baseline) for digits, baseline in rows)
            + b"Q\n"
        )

    def forms(self) -> dict[bytes, bytes]:
        """Resource name and operators of every letter, in thousandths of the size."""
        return {b"/Label%X" % ord(one): _outline(one) for one in sorted(self._letters)}


def _row(digits: str, baseline: int) -> bytes:
    """Operators that draw digits in the middle of their cells."""
    left = (MISSING_CELLS * CELL - len(digits) * _DIGIT * CELL) / 2
    step = b"1 0 0 1 %d 0 cm\n" % CELL
    drawn = step.join(b"/Label%X Do\n" % ord(digit) for digit in digits)
    return b"q %g 0 0 %g %d %d cm\n" % (_DIGIT, _DIGIT, left, baseline) + drawn + b"Q\n"


def _outline(letter: str) -> bytes:
    font = hb.Font(BODY_FACE.hb_face)
    pen = _Outline(1000 / BODY_FACE.hb_face.upem)
    font.draw_glyph_with_pen(BODY_FACE.glyph(ord(letter)), pen)
    return b"".join(pen.operators) + b"f\n"


class _Outline:
    """Takes an outline from HarfBuzz and turns it into path operators (32000-1, 8.5.2)."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._at: Point = (0, 0)
        self.operators: list[bytes] = []

    def moveTo(self, point: Point) -> None:  # noqa: N802 - HarfBuzz calls these names
        self._draw(b"m", point)

    def lineTo(self, point: Point) -> None:  # noqa: N802
        self._draw(b"l", point)

    def qCurveTo(self, control: Point, end: Point) -> None:  # noqa: N802
        """PDF has cubic curves only; a quadratic one is a cubic one with these controls."""
        self.curveTo(_two_thirds(self._at, control), _two_thirds(end, control), end)

    def curveTo(self, first: Point, second: Point, end: Point) -> None:  # noqa: N802
        self._draw(b"c", first, second, end)

    def closePath(self) -> None:  # noqa: N802
        self.operators.append(b"h\n")

    def _draw(self, operator: bytes, *points: Point) -> None:
        self._at = points[-1]
        numbers = [b"%g" % round(value * self._scale, 1) for point in points for value in point]
        self.operators.append(b" ".join([*numbers, operator]) + b"\n")


def _two_thirds(start: Point, end: Point) -> Point:
    return (start[0] + (end[0] - start[0]) * 2 / 3, start[1] + (end[1] - start[1]) * 2 / 3)
