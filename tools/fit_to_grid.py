"""Make a font of the converter: `python tools/fit_to_grid.py FROM TO`.

Two things are changed:

- Marks and other characters without width get an advance of zero, and are drawn over the
  preceding character. DejaVu Sans Mono and some glyphs of Unifont give them a cell, and PDF readers
  interpret the backward move that this needs as the beginning of another line.
- GNU Unifont's outlines are converted to TrueType. It is published as CFF with 64 units per em, but
  without the FontMatrix that says so; PDF readers use only the CFF table, and draw nothing. Its
  outlines are polygons on a grid of pixels, which TrueType represents exactly.

The product never runs this.
"""

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from wcwidth import wcwidth

_SCALE = 16  # Unifont's 64 units per em become 1024; TrueType requires a power of two

# Characters that are copied, but not visible. Their outline is a line forth and back, which has an
# extent but no ink: pdfium ignores glyphs without an extent.
_NOTHING = 0x200B  # ZERO WIDTH SPACE: without advance
_BLANK = 0x3164  # HANGUL FILLER: one cell


def fit(source: Path, target: Path) -> None:
    """Write the font `source` to `target` with the two changes above."""
    font = TTFont(source, recalcTimestamp=False)
    if "CFF " in font:
        font = _truetype(font)
    _remove_advance(font)
    for table in ("GPOS", "GSUB", "GDEF", "FFTM", "kern"):
        if table in font:
            del font[table]
    font.save(target)


def _remove_advance(font: TTFont) -> None:
    """Give every character without width a separate glyph without advance."""
    outlines = font.getGlyphSet()
    zero = {code: old for code, old in font.getBestCmap().items() if wcwidth(chr(code)) == 0}
    fitted = {}
    for code, old in zero.items():
        pen = TTGlyphPen(None)
        advance = font["hmtx"][old][0]
        outlines[old].draw(_Decomposing(pen, (1, 0, 0, 1, -advance, 0), outlines))
        fitted[code] = pen.glyph()
    cell = font["hmtx"]["space"][0] if "space" in font["hmtx"].metrics else 0
    if cell:  # the body font
        fitted[_NOTHING], fitted[_BLANK] = _line(-cell, cell), _line(cell, cell)
    order = font.getGlyphOrder()
    for code, glyph in fitted.items():
        name = f"zero{code:X}"
        order.append(name)
        font["glyf"].glyphs[name] = glyph
        glyph.recalcBounds(font["glyf"])
        advance = cell if code == _BLANK else 0
        font["hmtx"].metrics[name] = (advance, getattr(glyph, "xMin", 0))
        for table in font["cmap"].tables:
            if table.isUnicode() and (code <= 0xFFFF or table.format == 12):
                table.cmap[code] = name
    font.setGlyphOrder(order)


def _line(x: int, y: int) -> Glyph:
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((x, y))
    pen.closePath()
    return pen.glyph()


class _Decomposing(TransformPen):  # type: ignore[misc] # fontTools has no types
    """A pen that draws components as outlines, since other glyphs may use the same components."""

    def __init__(
        self, pen: TTGlyphPen, move: tuple[int, ...], glyphs: dict[str, TTGlyphPen]
    ) -> None:
        super().__init__(pen, move)
        self._glyphs = glyphs

    def addComponent(self, name: str, move: tuple[float, ...], **_: object) -> None:  # noqa: N802
        self._glyphs[name].draw(TransformPen(self, move))


def _truetype(font: TTFont) -> TTFont:
    """Return a TrueType font with the glyphs, character map, metrics and names of a CFF font."""
    outlines = font.getGlyphSet()
    order = font.getGlyphOrder()
    names = {old: f"g{number}" if number else ".notdef" for number, old in enumerate(order)}
    glyphs = {}
    for old, new in names.items():
        pen = TTGlyphPen(None)
        outlines[old].draw(TransformPen(pen, (_SCALE, 0, 0, _SCALE, 0, 0)))
        glyphs[new] = pen.glyph()
    builder = FontBuilder(64 * _SCALE, isTTF=True)
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
    records = {0: "copyright", 1: "familyName", 2: "styleName", 5: "version"}
    records[13] = "licenseDescription"
    builder.setupNameTable(
        {key: font["name"].getDebugName(number) or "" for number, key in records.items()}
    )
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False, isFixedPitch=1)
    return builder.font


if __name__ == "__main__":
    fit(Path(sys.argv[1]), Path(sys.argv[2]))
