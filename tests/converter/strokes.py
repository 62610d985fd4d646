"""Lines that a page strokes, those of its form XObjects included."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf

Point = tuple[float, float]


class Stroke(NamedTuple):
    """A path of straight lines: its points from the lower left of the page, and its line width."""

    points: list[Point]
    width: float


def strokes(page: pikepdf.Page) -> Iterator[Stroke]:
    """Yield the paths of straight lines that a page strokes."""
    yield from _strokes(page, page.resources, pikepdf.Matrix())


def _strokes(stream: Any, resources: Any, matrix: pikepdf.Matrix) -> Iterator[Stroke]:
    width, points = 1.0, list[Point]()
    saved: list[tuple[pikepdf.Matrix, float]] = []
    for instruction in pikepdf.parse_content_stream(stream):
        operands: list[Any] = list(instruction.operands)
        match str(instruction.operator):
            case "q":
                saved.append((matrix, width))
            case "Q":
                matrix, width = saved.pop()
            case "cm":
                matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
            case "w":
                width = float(operands[0])
            case "m" | "l":
                points.append(matrix.transform((float(operands[0]), float(operands[1]))))
            case "S" if points:
                yield Stroke(points, width)
                points = []
            case "Do":
                form = resources.XObject[operands[0]]
                if form.Subtype == "/Form":
                    yield from _strokes(form, form.Resources, matrix)
