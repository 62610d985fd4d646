"""The faces: font files, and the sizes at which they fit the grid of cells.

A cell is as wide as the body font's advance. Every other font is scaled so that its half-width and
full-width glyphs fill one and two cells; glyphs of other widths are scaled horizontally to fit.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from unicodedata import mirrored

import uharfbuzz as hb

_VENDOR = Path(__file__).parents[3] / "vendor"


def _font_folder() -> Path:
    """Return the folder of the font files and their licences.

    It is in the project's vendor/ or, on Lambda and where a wheel is installed, among the
    libraries. Raises ModuleNotFoundError if it is in neither.
    """
    package = PathFinder.find_spec("text_to_pdf_fonts", [str(_VENDOR), *sys.path])
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the fonts of text-to-pdf are missing", name="text_to_pdf_fonts")
    return Path(package.origin).parent


FONT_FOLDER = _font_folder()

CELL = 602
"""Width of a grid cell: the body font's advance, in thousandths of the type size."""

ASCENT, DESCENT = 928, 236
"""The body font's ascent and descent (its hhea table), in thousandths of the type size."""

FALLBACK_SCALE = 2 * CELL / 1000
"""Scale at which a full-width glyph of 1 em fills two cells."""


@dataclass(frozen=True, eq=False)
class Face:
    """A font file, or a font of a collection, and how it is drawn.

    `index` is the font's index in a collection. `scale` is its size relative to the body font's,
    and `rise` the height of its baseline above the row's, in thousandths of the body font's size.
    If `blank` is set, that character's empty glyph is drawn for every character. `excluded`
    characters, which the font draws wrongly, count as missing. `substitutes` has, by code point,
    characters whose glyphs are drawn for others.
    """

    name: str
    file: str
    index: int = 0
    scale: float = 1.0
    blank: int | None = None
    rise: int = 0
    excluded: str = ""
    substitutes: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def hb_face(self) -> hb.Face:
        """The font for HarfBuzz, memory-mapped: parts that are not used are not read."""
        return hb.Face(hb.Blob.from_file_path(str(FONT_FOLDER / self.file)), self.index)

    @cached_property
    def hb_font(self) -> hb.Font:
        """The font for HarfBuzz, which measures it in units of the font file."""
        return hb.Font(self.hb_face)

    def shown(self, text: str) -> str:
        """Return the text whose glyphs are drawn for a text of this face."""
        return text.translate(self.substitutes) if self.substitutes else text

    def glyph(self, code_point: int) -> int | None:
        """Return the character's glyph id in the font file, or None if the file has none.

        If `blank` is set, it is that of `blank`. Whether the character is `excluded` does not
        matter here.
        """
        glyph: int | None = self.hb_font.get_nominal_glyph(self.blank or code_point)
        return glyph

    def left_edge(self, glyph: int) -> int:
        """Return how far the glyph extends left of its origin, in thousandths of its size."""
        extents = self.hb_font.get_glyph_extents(glyph)
        return max(0, self.thousandths(-extents.x_bearing)) if extents else 0

    def advance(self, glyph: int) -> int:
        """Return the glyph's advance in thousandths of the size it is drawn at."""
        return self.thousandths(self.hb_font.get_glyph_h_advance(glyph))

    def thousandths(self, units: int) -> int:
        """Convert a width from units of the font file to whole thousandths of the size."""
        upem: int = self.hb_face.upem
        return round(units * 1000 / upem)

    @cached_property
    def characters(self) -> frozenset[str]:
        """All characters that the font has and draws correctly."""
        return frozenset(map(chr, self.hb_face.unicodes)).difference(self.excluded)

    @cached_property
    def mirrored_characters(self) -> dict[int, str]:
        """The characters with the Bidi_Mirrored property, by their glyph ids."""
        glyphs = (
            (self.glyph(ord(character)), character)
            for character in self.characters
            if mirrored(character)
        )
        return {glyph: character for glyph, character in glyphs if glyph is not None}

    def has_ink(self, glyph: int) -> bool:
        """Return whether anything of the glyph is visible."""
        extents = self.hb_font.get_glyph_extents(glyph)
        return bool(extents and extents.width and extents.height)


BODY_FACE = Face("DejaVuSansMono", "DejaVuSansMono.ttf")
BOLD_FACE = Face("DejaVuSansMono-Bold", "DejaVuSansMono-Bold.ttf")
BLANK_FACE = Face("DejaVuSansMono-Blank", "DejaVuSansMono.ttf", blank=0x3164)
ZERO_WIDTH_FACE = Face("DejaVuSansMono-Nothing", "DejaVuSansMono.ttf", blank=0x200B)
CJK_FACE = Face("WenQuanYiMicroHeiMono", "wqy-microhei.ttc", 1, FALLBACK_SCALE)
UNIFONT_FACE = Face("Unifont", "unifont.ttf", 0, FALLBACK_SCALE)
UNIFONT_UPPER_FACE = Face("UnifontUpper", "unifont_upper.ttf", 0, FALLBACK_SCALE)

FALLBACK_CHAIN = (BODY_FACE, CJK_FACE, UNIFONT_FACE, UNIFONT_UPPER_FACE)
"""The faces that are searched for a visible character, in this order."""

GRID_FACES = (*FALLBACK_CHAIN, BLANK_FACE, ZERO_WIDTH_FACE)
"""All faces of the grid; the last two are for invisible characters, with and without a width."""
