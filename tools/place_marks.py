"""Make the font for letters with marks: `python tools/place_marks.py MONO SANS TO`.

MONO is DejaVu Sans Mono, whose rules place 50 marks on 431 letters. Here any of its glyphs gets
anchors for any mark, from the extents of both, and marks for other marks, so that they are stacked
(OpenType, GPOS lookup types 4 and 6). Marks that only DejaVu Sans has are taken from SANS.

A mark keeps its place in its cell, unless that is too close to the letter; the anchors are all in
the middle of the cell. The class of a mark is its Canonical_Combining_Class (UAX #44, 5.7.4).

The product never runs this.
"""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.feaLib.builder import addOpenTypeFeatures
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

_CHARACTERS = (
    "U+20-52F,U+1AB0-1AFF,U+1D00-206F,U+2071-209C,U+20D0-20FF,U+2100-218F,U+2C60-2C7F,U+2DE0-2DFF,"
    "U+A640-A69F,U+A700-A7FF,U+AB30-AB6F,U+FB00-FB06,U+FE20-FE2F"
)
_CELL = 1233
_MIDDLE = _CELL // 2

# In units of the font: the least distance of a mark to what it is above or below, and where marks
# begin that are above or below a letter of usual height.
_GAP = 60
_ABOVE, _BELOW, _CLOSE_BELOW = 1262, -209, -63
_X_HEIGHT = 1147

# Rounded letters reach this far below the baseline.
_OVERSHOOT = 40

_KINDS = {1: "overlay", 202: "attached", 216: "horn"}
_BELOW_CLASSES = (218, 220, 222, 233, 240)
_DOUBLE_CLASSES = (233, 234)

# Letters whose dot a mark above replaces, and what they are without it.
_DOTS = "ij\u0456\u0458", "\u0131\u0237\u0131\u0237"

# Marks in the right and in the left half of their cell.
_RIGHT = (0x315, 0x31A, 0x31B, 0x358, 0xFE20, 0xFE22)
_LEFT = (0xFE21, 0xFE23)

# Lines under letters, which join, so that all have the same height.
_LINES = (0x332, 0x333)
_STACKS = {"above": ["above"], "below": ["below", "close", "line", "attached"]}


class _Mark(NamedTuple):
    """A mark: its glyph, its kind, the middle of its cell, its lower and its upper edge."""

    glyph: str
    kind: str
    x: int
    bottom: int
    top: int


def place_marks(mono: Path, sans: Path, target: Path) -> None:
    """Write the font with marks and rules."""
    font = _without_rules(mono)
    _add_marks(font, TTFont(sans))
    codes = _combining(font.getBestCmap())
    marks = [_mark(font, code, glyph) for code, glyph in codes.items()]
    addOpenTypeFeatures(font, StringIO("\n".join(_features(font, marks))))
    font["post"].formatType = 3.0  # without names of glyphs
    font.save(target)


def _without_rules(path: Path) -> TTFont:
    """Return a subset of a font, without hints and rules."""
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, glyph_names=True
    )
    options.drop_tables += ["FFTM", "gasp", "GSUB", "GPOS", "GDEF"]
    font = subset.load_font(path, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(_CHARACTERS))
    subsetter.subset(font)
    return font


def _combining(characters: dict[int, str]) -> dict[int, str]:
    """Return the entries of a character map that are for combining marks."""
    return {
        code: glyph
        for code, glyph in characters.items()
        if unicodedata.category(chr(code)) in ("Mn", "Me")
    }


def _add_marks(font: TTFont, sans: TTFont) -> None:
    """Add the marks that another font has, which are made narrower if they exceed a cell."""
    outlines = sans.getGlyphSet()
    order = font.getGlyphOrder()
    wanted = set(subset.parse_unicodes(_CHARACTERS)).difference(font.getBestCmap())
    for code, name in _combining(sans.getBestCmap()).items():
        glyph = sans["glyf"][name]
        if code not in wanted or not glyph.numberOfContours:
            continue
        is_double = unicodedata.combining(chr(code)) in _DOUBLE_CLASSES
        scale = 1.0 if is_double else min(1.0, _CELL / (glyph.xMax - glyph.xMin))
        pen = TTGlyphPen(None)
        decomposed = DecomposingRecordingPen(outlines)
        outlines[name].draw(decomposed)
        decomposed.replay(TransformPen(pen, (scale, 0, 0, 1, 0, 0)))
        new = f"mark{code:04X}"
        order.append(new)
        font["glyf"].glyphs[new] = drawn = pen.glyph()
        drawn.recalcBounds(font["glyf"])
        font["hmtx"].metrics[new] = (0, drawn.xMin)
        for table in font["cmap"].tables:
            table.cmap[code] = new
    font.setGlyphOrder(order)


def _mark(font: TTFont, code: int, name: str) -> _Mark:
    glyph = font["glyf"][name]
    combining = unicodedata.combining(chr(code))
    kind = _KINDS.get(combining, "above")
    if combining in _BELOW_CLASSES:
        kind = "close" if glyph.yMax > _BELOW else "below"
    if code in _LINES:
        kind = "line"
    if not combining:  # around the letter
        kind = "overlay"
    x = _MIDDLE
    if code in _RIGHT:
        x += glyph.xMax - _CELL
    elif code in _LEFT:
        x += glyph.xMin
    elif combining in _DOUBLE_CLASSES:
        x = (glyph.xMin + glyph.xMax) // 2 - _MIDDLE
    elif not font["hmtx"][name][0]:
        x = (glyph.xMin + glyph.xMax) // 2
    return _Mark(name, kind, x, glyph.yMin, glyph.yMax)


def _features(font: TTFont, marks: list[_Mark]) -> Iterable[str]:
    """Yield the rules in the syntax of Adobe's feature files."""
    names = {mark.glyph for mark in marks}
    bases = [name for name in font.getGlyphOrder() if name not in names]
    above = _glyphs(mark.glyph for mark in marks if mark.kind == "above")
    cmap = font.getBestCmap()
    dotted, dotless = (" ".join(cmap[ord(one)] for one in letters) for letters in _DOTS)
    yield f"lookup dotless {{ sub [{dotted}] by [{dotless}]; }} dotless;"
    yield f"feature ccmp {{ lookupflag UseMarkFilteringSet {above};"
    yield f"sub [{dotted}]' lookup dotless {above}; }} ccmp;"
    for mark in marks:
        edge = {"above": min(mark.bottom, _ABOVE), "close": mark.top, "horn": _X_HEIGHT}
        edge["below"] = max(mark.top, _BELOW)
        yield f"markClass {mark.glyph} {_anchor(mark.x, edge.get(mark.kind, 0))} @{mark.kind};"
        yield f"markClass {mark.glyph} {_anchor(mark.x, _stacked_edge(mark))} @{mark.kind}_on_mark;"
    kinds = sorted({mark.kind for mark in marks})
    yield "feature mark {"
    for kind in kinds:
        for y, group in _by_anchor(font, bases, kind).items():
            yield f"pos base {_glyphs(group)} {_anchor(_MIDDLE, y)} mark @{kind};"
    yield "} mark;\nfeature mkmk {"
    for stack, stacked in _STACKS.items():
        members = [mark for mark in marks if mark.kind in stacked]
        yield f"lookup {stack} {{ lookupflag UseMarkFilteringSet "
        yield f"{_glyphs(mark.glyph for mark in members)};"
        for mark in members:
            edge_of_mark = mark.top + _GAP if stack == "above" else mark.bottom - _GAP
            anchor = _anchor(mark.x, edge_of_mark)
            yield f"pos mark {mark.glyph} " + " ".join(
                f"{anchor} mark @{k}_on_mark" for k in stacked
            )
            yield ";"
        yield f"}} {stack};"
    yield "} mkmk;"
    yield f"table GDEF {{ GlyphClassDef {_glyphs(bases)},,{_glyphs(names)},; }} GDEF;"


def _stacked_edge(mark: _Mark) -> int:
    """Return the edge of a mark that is next to the mark under or over it."""
    return mark.bottom if mark.kind == "above" else mark.top


def _by_anchor(font: TTFont, bases: list[str], kind: str) -> dict[int, list[str]]:
    """Return the letters by the height of their anchor for marks of a kind."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for name in bases:
        glyph = font["glyf"][name]
        bottom, top = (glyph.yMin, glyph.yMax) if glyph.numberOfContours else (0, 0)
        reaches_below = bottom < -_OVERSHOOT
        edges = {
            "above": max(_ABOVE, top + _GAP),
            "below": bottom - _GAP if reaches_below else _BELOW,
            "close": bottom - _GAP if reaches_below else _CLOSE_BELOW,
            "attached": bottom if reaches_below else 0,
            "horn": top or _X_HEIGHT,
            "line": 0,
            "overlay": 0,
        }
        groups[edges[kind]].append(name)
    return groups


def _glyphs(names: Iterable[str]) -> str:
    return f"[{' '.join(sorted(names))}]"


def _anchor(x: int, y: int) -> str:
    return f"<anchor {x} {y}>"


if __name__ == "__main__":
    place_marks(*map(Path, sys.argv[1:]))
