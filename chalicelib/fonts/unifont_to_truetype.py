"""`python unifont_to_truetype.py unifont.otf unifont.ttf`: how the two Unifont files here were made.

GNU Unifont is published with CFF outlines and 64 units per em, but without the FontMatrix that
tells so; PDF readers, which see the CFF table alone, draw it at a fifteenth of its size or not
at all. Its outlines are polygons on a grid of pixels, so TrueType holds them exactly.
Never run by the product; it needs fontTools only.
"""

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

_SCALE = 16  # 64 units per em become 1024; TrueType wants a power of two


def convert(source: Path, target: Path) -> None:
    """Write the glyphs, the character map and the metrics of one font as another."""
    font = TTFont(source)
    outlines = font.getGlyphSet()
    order = font.getGlyphOrder()
    names = {old: f"g{number}" if number else ".notdef" for number, old in enumerate(order)}
    glyphs = {}
    for old, new in names.items():
        pen = TTGlyphPen(None)
        # PostScript outlines turn the other way round than TrueType's, which fills both alike.
        outlines[old].draw(TransformPen(pen, (_SCALE, 0, 0, _SCALE, 0, 0)))
        glyphs[new] = pen.glyph()
    builder = FontBuilder(1024, isTTF=True)
    builder.setupGlyphOrder(list(names.values()))
    builder.setupCharacterMap({code: names[old] for code, old in font.getBestCmap().items()})
    builder.setupGlyf(glyphs)
    metrics = font["hmtx"].metrics
    builder.setupHorizontalMetrics(
        {new: (metrics[old][0] * _SCALE, metrics[old][1] * _SCALE) for old, new in names.items()}
    )
    builder.setupHorizontalHeader(
        ascent=font["hhea"].ascent * _SCALE, descent=font["hhea"].descent * _SCALE
    )
    records = {1: "familyName", 2: "styleName", 5: "version", 13: "licenseDescription"}
    builder.setupNameTable(
        {key: font["name"].getDebugName(number) or "" for number, key in records.items()}
    )
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False, isFixedPitch=1)
    builder.save(target)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
