"""Emoji in colour: images, drawn over the empty cells of their characters.

They are not text: what is copied is the characters, which are there as empty cells.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO

import uharfbuzz as hb

from chalicelib.converter.fonts.font import ASCENT, CELL, DESCENT, FOLDER
from chalicelib.converter.pdf.objects import ObjectWriter

CELLS = 2  # that a picture takes

# In thousandths of the size. All of the font's pictures are of 85 x 80 pixels; they fill their
# cells from side to side, and are in the middle between the body font's ascent and descent.
_WIDTH = CELLS * CELL
_HEIGHT = _WIDTH * 80 / 85
_BOTTOM = (ASCENT - DESCENT - _HEIGHT) / 2

_IMAGE = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8"
_KNOWN = 4096  # emoji whose pictures are kept in mind, in a megabyte or two


@dataclass(frozen=True, slots=True)
class Picture:
    """A glyph of the emoji font, which has a PNG file for it."""

    glyph: int

    @property
    def name(self) -> bytes:
        """Resource name of the image."""
        return b"/Emoji%d" % self.glyph

    def write(self, objects: ObjectWriter) -> int:
        """Write the image (32000-1, 8.9.5) and its soft mask (11.6.5.3); returns its number."""
        from PIL.PngImagePlugin import PngImageFile  # few texts have emoji

        with PngImageFile(BytesIO(_font().get_glyph_color_png(self.glyph).data)) as image:
            opacity = image.convert("RGBA").getchannel("A").tobytes()
            palette = bytes(image.getpalette("RGB") or ())
            indices = image.tobytes()
        entries = _IMAGE % image.size
        mask = objects.add_stream(opacity, entries + b"/ColorSpace/DeviceGray")
        colours = b"/ColorSpace[/Indexed/DeviceRGB %d<%b>]/SMask %d 0 R" % (
            len(palette) // 3 - 1,
            palette.hex().encode(),
            mask,
        )
        return objects.add_stream(indices, entries + colours)


@cache
def _font() -> hb.Font:
    """The emoji font, mapped into memory; pictures that nobody asks for are never read."""
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(FOLDER / "emoji.ttf"))))


@lru_cache(_KNOWN)
def pictures(emoji: str) -> tuple[Picture, ...]:
    """What an emoji is drawn as, from left to right; nothing if the font lacks a part of it.

    It is one picture if the font has one for the whole sequence, else one for each part, which is
    what Unicode Technical Standard 51 wants (2.2).
    """
    buffer = hb.Buffer()
    buffer.add_str(emoji)
    buffer.direction, buffer.script, buffer.language = "ltr", "Zyyy", "und"
    hb.shape(_font(), buffer)
    glyphs = [info.codepoint for info in buffer.glyph_infos]
    if 0 in glyphs:
        return ()
    # What joins and selects has glyphs too, but no pictures.
    return tuple(Picture(one) for one in glyphs if len(_font().get_glyph_color_png(one)))


class Pictures:
    """Draws emoji with one image XObject for each picture; knows which pictures."""

    def __init__(self) -> None:
        self._drawn: set[Picture] = set()

    def draw(self, emoji: str, x: float, y: float, size: float) -> bytes:
        """Operators that draw an emoji from its baseline's left end (all in points).

        Two cells for each of its `pictures`.
        """
        out = b""
        for at, picture in enumerate(pictures(emoji)):
            self._drawn.add(picture)
            out += b"q %.4g 0 0 %.4g %.2f %.2f cm\n%b Do\nQ\n" % (
                _WIDTH * size / 1000,
                _HEIGHT * size / 1000,
                x + at * _WIDTH * size / 1000,
                y + _BOTTOM * size / 1000,
                picture.name,
            )
        return out

    def write(self, objects: ObjectWriter) -> bytes:
        """Write every picture drawn; returns entries of an /XObject resource dictionary."""
        drawn = sorted(self._drawn, key=lambda picture: picture.glyph)
        return b"".join(b"%b %d 0 R" % (one.name, one.write(objects)) for one in drawn)
