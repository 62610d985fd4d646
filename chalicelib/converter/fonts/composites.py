"""TrueType fonts whose glyphs are clusters, composed of the glyphs of a font file."""

from collections.abc import Iterable
from io import BytesIO

import uharfbuzz as hb
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

from chalicelib.converter.fonts.clusters import ClusterFont, PlacedGlyph
from chalicelib.converter.fonts.ink import Edges, glyph_edges
from chalicelib.converter.fonts.subsetting import subset_without

_MAX_OFFSET = 28_000
"""Maximum offset of a component, in units of the font file.

Coordinates have 16 bits (OpenType, glyf), and the component itself extends a few thousand units
further. Only dozens of marks on one letter exceed this, which puts them beyond any page.
"""

_MAX_ADVANCE = 0xFFFF
"""Maximum advance of a glyph, in units of the font file (OpenType, hmtx)."""

_MAX_COUNT = 0xFFFF
"""Maximum number of points or contours of a glyph (OpenType, maxp)."""

_KEPT_TABLES = ("head", "hhea", "hmtx", "maxp", "glyf", "loca")


def composite_font(clusters: ClusterFont) -> tuple[bytes, list[int]]:
    """Return the TrueType font of a cluster font's clusters, and the glyph id of each code.

    The codes are the indices of the list; code 0, which stands for no cluster, has glyph 0.
    """
    font, glyph_ids = _component_font(clusters)
    order = font.getGlyphOrder()
    names: dict[int, str] = {old: order[new] for old, new in glyph_ids.items()}
    face = clusters.face
    rise = round(face.rise / face.scale * face.hb_face.upem / 1000)
    glyf, metrics = font["glyf"], font["hmtx"].metrics
    invisible = _invisible_glyph(font["head"].unitsPerEm)
    invisible.recalcBounds(glyf)
    bounds = [(0, 0, invisible.xMax, invisible.yMax)]
    bounds += filter(None, [glyph_edges(face, glyph) for glyph in glyph_ids])
    components = 0
    glyph_names: list[str] = []
    for cluster, code in clusters.codes.items():
        if not cluster.glyphs:
            name = f"unseen{cluster.advance}"
            if name not in metrics:
                order.append(name)
                glyf.glyphs[name] = invisible
                metrics[name] = (cluster.advance, 0)
            glyph_names.append(name)
            continue
        first = cluster.glyphs[0]
        name = names[first.glyph_id]
        unmoved = len(cluster.glyphs) == 1 and not first.x and not first.y and not rise
        if unmoved and metrics[name][0] == cluster.advance:
            glyph_names.append(name)
            continue
        name = f"cluster{code}"
        placed = [_placed(glyph, rise) for glyph in cluster.glyphs]
        found = filter(None, [glyph_edges(face, *one) for one in placed])
        edges = _union([*found] or [(0, 0, 0, 0)])
        bounds.append(edges)
        glyph = _composite_glyph(placed, names)
        glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax = edges
        components = max(components, len(placed))
        order.append(name)
        glyf.glyphs[name] = glyph
        metrics[name] = (min(cluster.advance, _MAX_ADVANCE), glyph.xMin)
        glyph_names.append(name)
    font.setGlyphOrder(order)
    _set_bounds(font, bounds)
    _set_maxima(font, components)
    ids_by_name = {name: glyph_id for glyph_id, name in enumerate(order)}
    program = BytesIO()
    font.save(program, reorderTables=None)  # in any order, which need not be changed afterwards
    return program.getvalue(), [0, *(ids_by_name[name] for name in glyph_names)]


def _component_font(clusters: ClusterFont) -> tuple[TTFont, dict[int, int]]:
    """Return a font of the glyphs in the clusters, and their new ids by those in the font file."""
    face = clusters.face.hb_face
    settings = subset_without(set(face.table_tags) - set(_KEPT_TABLES))
    settings.glyph_set.update(
        glyph.glyph_id for cluster in clusters.codes for glyph in cluster.glyphs
    )
    plan = hb.SubsetPlan(face, settings)
    subset = plan.execute()
    # Bounds are not recalculated, for which fontTools would decode and encode all glyphs again.
    font = TTFont(BytesIO(subset.blob.data), recalcTimestamp=False, recalcBBoxes=False)
    return font, dict(plan.old_to_new_glyph_mapping)


def _placed(glyph: PlacedGlyph, rise: int) -> PlacedGlyph:
    """Return a glyph moved up by `rise` units, at offsets that a TrueType composite can have."""
    return PlacedGlyph(glyph.glyph_id, _within_bounds(glyph.x), _within_bounds(glyph.y + rise))


def _within_bounds(offset: int) -> int:
    return max(-_MAX_OFFSET, min(offset, _MAX_OFFSET))


def _union(bounds: Iterable[Edges]) -> Edges:
    left, bottom, right, top = zip(*bounds, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _composite_glyph(glyphs: Iterable[PlacedGlyph], names: dict[int, str]) -> Glyph:
    """Return a glyph that refers to others by their names."""
    composite = Glyph()
    composite.numberOfContours = -1
    composite.components = []
    for glyph_id, x, y in glyphs:
        component = GlyphComponent()
        component.glyphName = names[glyph_id]
        component.x, component.y = x, y
        component.flags = 0
        composite.components.append(component)
    return composite


def _set_bounds(font: TTFont, bounds: Iterable[Edges]) -> None:
    """Set the bounds of all glyphs, and the widest advance (OpenType, head and hhea)."""
    head = font["head"]
    head.xMin, head.yMin, head.xMax, head.yMax = _union(bounds)
    font["hhea"].advanceWidthMax = max(advance for advance, _ in font["hmtx"].metrics.values())


def _set_maxima(font: TTFont, components: int) -> None:
    """Set maxima that hold for composites of so many components, too (OpenType, maxp)."""
    maxp = font["maxp"]
    points = components * max(maxp.maxPoints, maxp.maxCompositePoints)
    contours = components * max(maxp.maxContours, maxp.maxCompositeContours)
    maxp.maxCompositePoints = min(max(points, maxp.maxCompositePoints), _MAX_COUNT)
    maxp.maxCompositeContours = min(max(contours, maxp.maxCompositeContours), _MAX_COUNT)
    maxp.maxComponentElements = max(components, maxp.maxComponentElements)
    maxp.maxComponentDepth += 1


def _invisible_glyph(em: int) -> Glyph:
    """Return a line forth and back, which has no ink; pdfium ignores glyphs without extents."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((em // 4, em // 4))
    pen.closePath()
    return pen.glyph()
