"""The numbers of characters that no font has, drawn as shapes.

They are not text: what is copied is the character itself, which is there as empty cells.
"""

import uharfbuzz as hb

from chalicelib.converter.fonts import BODY, CELL

Point = tuple[float, float]


class Labels:
    """Draws labels with one form XObject a letter; knows which letters, and how many labels."""

    def __init__(self) -> None:
        self.drawn = 0
        self._letters: set[str] = set()

    def draw(self, label: str, x: float, y: float, size: float) -> bytes:
        """Operators that draw a label from its baseline's left end (all in points)."""
        self.drawn += 1
        self._letters.update(label)
        scale = size / 1000
        step = b"1 0 0 1 %d 0 cm\n" % CELL
        letters = step.join(b"/Label%X Do\n" % ord(letter) for letter in label)
        return b"q %.4g 0 0 %.4g %.2f %.2f cm\n" % (scale, scale, x, y) + letters + b"Q\n"

    def forms(self) -> dict[bytes, bytes]:
        """Resource name and operators of every letter, in thousandths of the size."""
        return {b"/Label%X" % ord(one): _outline(one) for one in sorted(self._letters)}


def _outline(letter: str) -> bytes:
    font = hb.Font(BODY.face)
    pen = _Outline(1000 / BODY.face.upem)
    font.draw_glyph_with_pen(BODY.glyph(ord(letter)), pen)
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
