"""TrueType fonts whose glyphs are clusters, composed of the glyphs of a font file."""

from io import BytesIO

import uharfbuzz as hb
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

from chalicelib.converter.fonts.clusters import Cluster, ClusterFont
from chalicelib.converter.fonts.font import subset_without

# Largest offset of a part, in units of the font file. Coordinates have 16 bits (OpenType, glyf),
# and the part itself reaches a few thousand units beyond. Dozens of marks on one letter are put
# farther, which is beyond any page.
_MAX_OFFSET = 28_000
_MAX_ADVANCE = 0xFFFF

_KEPT = ("head", "hhea", "hmtx", "maxp", "glyf", "loca")


def composite(clusters: ClusterFont) -> tuple[bytes, list[int]]:
    """The font, and the glyph of each code, from code 0 which has none."""
    font, numbers = _parts(clusters)
    order = font.getGlyphOrder()
    names: dict[int, str] = {old: order[new] for old, new in numbers.items()}
    face = clusters.face
    rise = round(face.rise / face.scale * face.face.upem / 1000)
    glyf, metrics = font["glyf"], font["hmtx"].metrics
    unseen = _unseen(font["head"].unitsPerEm)
    unseen.recalcBounds(glyf)
    found: list[str] = []
    for cluster, code in clusters.codes.items():
        if not cluster.glyphs:
            name = f"unseen{cluster.advance}"
            if name not in metrics:
                order.append(name)
                glyf.glyphs[name] = unseen
                metrics[name] = (cluster.advance, 0)
            found.append(name)
            continue
        only = cluster.glyphs[0]
        name = names[only.number]
        alone = len(cluster.glyphs) == 1 and not only.x and not only.y and not rise
        if alone and metrics[name][0] == cluster.advance:
            found.append(name)
            continue
        name = f"cluster{code}"
        glyph = _composed(cluster, names, rise)
        order.append(name)
        glyf.glyphs[name] = glyph
        glyph.recalcBounds(glyf)
        metrics[name] = (min(cluster.advance, _MAX_ADVANCE), getattr(glyph, "xMin", 0))
        found.append(name)
    font.setGlyphOrder(order)
    places = {name: place for place, name in enumerate(order)}
    whole = BytesIO()
    font.save(whole)
    return whole.getvalue(), [0, *(places[name] for name in found)]


def _parts(clusters: ClusterFont) -> tuple[TTFont, dict[int, int]]:
    """The glyphs that clusters are composed of as a font, and their numbers in it."""
    face = clusters.face.face
    wanted = subset_without(set(face.table_tags) - set(_KEPT))
    wanted.glyph_set.update(glyph.number for cluster in clusters.codes for glyph in cluster.glyphs)
    plan = hb.SubsetPlan(face, wanted)
    subset = plan.execute()
    font = TTFont(BytesIO(subset.blob.data), recalcTimestamp=False)
    return font, dict(plan.old_to_new_glyph_mapping)


def _composed(cluster: Cluster, names: dict[int, str], rise: int) -> Glyph:
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for part in cluster.glyphs:
        component = GlyphComponent()
        component.glyphName = names[part.number]
        component.x, component.y = _within_bounds(part.x), _within_bounds(part.y + rise)
        component.flags = 0
        glyph.components.append(component)
    return glyph


def _within_bounds(offset: int) -> int:
    return max(-_MAX_OFFSET, min(offset, _MAX_OFFSET))


def _unseen(em: int) -> Glyph:
    """A line there and back: it has extents but no ink. Without extents it is none to pdfium."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((em // 4, em // 4))
    pen.closePath()
    return pen.glyph()
