"""Emoji as colour images, drawn over the empty cells of their characters.

The images are not text. What a reader copies is the characters, which are in the text as empty
cells.
"""

from functools import cache, lru_cache
from io import BytesIO
from typing import NamedTuple

import uharfbuzz as hb

from chalicelib.converter.fonts.face import ASCENT, CELL, DESCENT, FONT_FOLDER
from chalicelib.converter.pdf.objects import ObjectWriter

PICTURE_CELLS = 2
"""Cells that a picture takes."""

# Size of a picture and the height of its lower edge above the baseline, in thousandths of the type
# size. All of the font's pictures are 85 x 80 pixels: they fill the width of their cells and are
# centred between the body font's ascent and descent.
_WIDTH = PICTURE_CELLS * CELL
_HEIGHT = _WIDTH * 80 / 85
_BOTTOM = (ASCENT - DESCENT - _HEIGHT) / 2

_IMAGE = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8"

_CACHED_EMOJI = 4096
"""Maximum emoji whose pictures and operators are cached, which takes a few megabytes."""


class EmojiPicture(NamedTuple):
    """A PNG image of the emoji font, identified by its glyph id."""

    glyph: int

    @property
    def name(self) -> bytes:
        """Name of the image in an /XObject resource dictionary."""
        return b"/Emoji%d" % self.glyph

    def write(self, objects: ObjectWriter) -> int:
        """Write the image (PDF 32000-1, 8.9.5) and its soft mask (11.6.5.3).

        Returns the object number of the image.
        """
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
    """Return the emoji font, memory-mapped: pictures that are not drawn are not read."""
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(FONT_FOLDER / "emoji.ttf"))))


@lru_cache(_CACHED_EMOJI)
def pictures_of(emoji: str) -> tuple[EmojiPicture, ...]:
    """Return the pictures of an emoji from left to right; none if the font lacks a part of it.

    `emoji` is an emoji sequence, which is one picture if the font has one for the whole of it, else
    one for each part (Unicode Technical Standard #51, 2.2).
    """
    buffer = hb.Buffer()
    buffer.add_str(emoji)
    buffer.direction, buffer.script, buffer.language = "ltr", "Zyyy", "und"
    hb.shape(_font(), buffer)
    glyphs = [info.codepoint for info in buffer.glyph_infos]
    if 0 in glyphs:
        return ()
    # Joiners and variation selectors have glyphs but no pictures.
    return tuple(EmojiPicture(glyph) for glyph in glyphs if len(_font().get_glyph_color_png(glyph)))


@lru_cache(_CACHED_EMOJI)
def _operators(emoji: str, size: float) -> list[tuple[bytes, float, bytes]]:
    """Return the operators that draw each picture of an emoji, at a type size in points.

    They are what comes before and behind the coordinates of its lower left corner (8.3.3). Between
    them is how far the corner is to the right of the emoji's left end.
    """
    scaling = b"q %.4g 0 0 %.4g " % (_WIDTH * size / 1000, _HEIGHT * size / 1000)
    return [
        (scaling, index * _WIDTH * size / 1000, b" cm\n%b Do\nQ\n" % picture.name)
        for index, picture in enumerate(pictures_of(emoji))
    ]


class EmojiPictures:
    """Draws emoji with one image XObject for each picture, and writes those that were drawn."""

    def __init__(self) -> None:
        self._drawn: set[EmojiPicture] = set()

    def draw(self, emoji: str, x: float, y: float, size: float) -> bytes:
        """Return operators that draw an emoji; nothing if the font lacks a part of it.

        `x` and `y` are the left end of its baseline, and `size` is the type size, all in points.
        Each of its pictures takes PICTURE_CELLS.
        """
        self._drawn.update(pictures_of(emoji))
        bottom = y + _BOTTOM * size / 1000
        return b"".join(
            [
                b"%b%.2f %.2f%b" % (before, x + offset, bottom, behind)
                for before, offset, behind in _operators(emoji, size)
            ]
        )

    def write(self, objects: ObjectWriter) -> bytes:
        """Write each picture that was drawn; return entries of an /XObject resource dictionary."""
        drawn = sorted(self._drawn)
        return b"".join(b"%b %d 0 R" % (picture.name, picture.write(objects)) for picture in drawn)
