"""TrueType fonts whose glyphs are clusters, composed of the glyphs of a font file."""

from io import BytesIO

import uharfbuzz as hb
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

from chalicelib.converter.fonts.clusters import Cluster, ClusterFont
from chalicelib.converter.fonts.subsetting import subset_without

_MAX_OFFSET = 28_000
"""Maximum offset of a component, in units of the font file.

Coordinates have 16 bits (OpenType, glyf), and the component itself extends a few thousand units
further. Only dozens of marks on one letter exceed this, which puts them beyond any page.
"""

_MAX_ADVANCE = 0xFFFF
"""Maximum advance of a glyph, in units of the font file (OpenType, hmtx)."""

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
        glyph = _composite_glyph(cluster, names, rise)
        order.append(name)
        glyf.glyphs[name] = glyph
        glyph.recalcBounds(glyf)
        metrics[name] = (min(cluster.advance, _MAX_ADVANCE), getattr(glyph, "xMin", 0))
        glyph_names.append(name)
    font.setGlyphOrder(order)
    ids_by_name = {name: glyph_id for glyph_id, name in enumerate(order)}
    program = BytesIO()
    font.save(program)
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
    font = TTFont(BytesIO(subset.blob.data), recalcTimestamp=False)
    return font, dict(plan.old_to_new_glyph_mapping)


def _composite_glyph(cluster: Cluster, names: dict[int, str], rise: int) -> Glyph:
    """Return a glyph that refers to the cluster's glyphs by their names."""
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for part in cluster.glyphs:
        component = GlyphComponent()
        component.glyphName = names[part.glyph_id]
        component.x, component.y = _within_bounds(part.x), _within_bounds(part.y + rise)
        component.flags = 0
        glyph.components.append(component)
    return glyph


def _within_bounds(offset: int) -> int:
    return max(-_MAX_OFFSET, min(offset, _MAX_OFFSET))


def _invisible_glyph(em: int) -> Glyph:
    """Return a line forth and back, which has no ink; pdfium ignores glyphs without extents."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((em // 4, em // 4))
    pen.closePath()
    return pen.glyph()
