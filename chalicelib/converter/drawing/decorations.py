"""Operators for the lines and backgrounds of styled text."""

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.converter.styles.colours import PALETTE, Colour, printed
from chalicelib.converter.styles.styles import Style

# Height of lines above the baseline, and their thickness, relative to the font size.
_UNDERLINE, _STRIKE = -0.12, 0.28
_THICKNESS = 0.05


class Span(NamedTuple):
    """A run of text in one style: the start of its baseline, and its width, in points."""

    style: Style
    x: float
    baseline: float
    width: float


def lines(span: Span, size: float) -> Iterator[bytes]:
    """Yield operators that draw lines under and through text of this font size."""
    style = span.style
    if not style.underlined and not style.struck:
        return
    coloured = bool(style.foreground or style.background)
    if coloured:
        yield b"q " + fill(printed(style.foreground, style.background))
    if style.underlined:
        yield _line(span, _UNDERLINE * size, size)
    if style.struck:
        yield _line(span, _STRIKE * size, size)
    if coloured:
        yield b"Q\n"


def background(span: Span, ascent: float, descent: float) -> bytes:
    """Return operators that fill the background of text with this ascent and descent."""
    return fill(PALETTE[span.style.background]) + b"%.2f %.2f %.2f %.2f re f\n" % (
        span.x,
        span.baseline - descent,
        span.width,
        ascent + descent,
    )


def fill(colour: Colour) -> bytes:
    """Return the operator that sets the colour of fills."""
    return b"%.3g %.3g %.3g rg\n" % _parts(colour)


def stroke(colour: Colour) -> bytes:
    """Return the operator that sets the colour of strokes."""
    return b"%.3g %.3g %.3g RG\n" % _parts(colour)


def _parts(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (level / 255 for level in colour)
    return red, green, blue


def _line(span: Span, above: float, size: float) -> bytes:
    y = span.baseline + above
    return b"%.2f %.2f %.2f %.2f re f\n" % (span.x, y, span.width, _THICKNESS * size)
