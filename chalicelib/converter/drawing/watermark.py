"""The watermark: text behind the text of every page, from corner to corner.

It is drawn as shapes, so it is not copied with the text.
"""

from collections.abc import Iterator
from math import atan2, cos, sin

import uharfbuzz as hb

from chalicelib.converter.drawing.code_point_labels import outline
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.face import Face
from chalicelib.converter.fonts.font import choose_font
from chalicelib.converter.scripts.script import itemize

_GREY = b"0.88 g\n"

# Length of the text relative to the diagonal, and its maximum font size relative to the width of
# the page.
_LENGTH = 0.7
_MAX_SIZE = 0.25


def watermark(text: str, geometry: Geometry) -> bytes:
    """Return operators that draw a text across a page, or b"" if it has no width."""
    glyphs = list(_glyphs(text))
    advance = sum(width for _, _, _, _, width in glyphs)
    if not advance:
        return b""
    width, height = geometry.width, geometry.height
    angle = atan2(height, width)
    size = min(_LENGTH * (width**2 + height**2) ** 0.5 / advance, _MAX_SIZE * width)
    across, up = size * cos(angle), size * sin(angle)
    x = width / 2 - advance / 2 * across + 0.35 * up
    y = height / 2 - advance / 2 * up - 0.35 * across
    out = [_GREY, b"q %.4f %.4f %.4f %.4f %.2f %.2f cm\n" % (across, up, -up, across, x, y)]
    pen = 0.0
    for face, glyph, right, above, width in glyphs:
        scale = face.scale / 1000
        out.append(b"q %.5f 0 0 %.5f %.4f %.4f cm\n" % (scale, scale, pen + right, above))
        out.append(outline(face, glyph) + b"Q\n")
        pen += width
    return b"".join([*out, b"Q\n"])


def _glyphs(text: str) -> Iterator[tuple[Face, int, float, float, float]]:
    """Yield face, glyph, offsets and advance from left to right, relative to the font size."""
    for start, end, wanted in itemize(text) if text else ():
        part = text[start:end]
        parts = [(part, wanted)] if wanted else [(one, choose_font(ord(one)).face) for one in part]
        for part, face in parts:
            buffer = hb.Buffer()
            buffer.add_str(face.shown(part))
            buffer.guess_segment_properties()
            buffer.language = "und"
            hb.shape(face.hb_font, buffer)
            unit = face.scale / face.hb_face.upem
            for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                yield (
                    face,
                    info.codepoint,
                    position.x_offset * unit,
                    position.y_offset * unit,
                    position.x_advance * unit,
                )
