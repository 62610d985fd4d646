"""Fonts of clusters: the bounds and maxima that their tables declare hold for all glyphs."""

from io import BytesIO

import pytest
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.ttLib import TTFont

from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.composites import composite_font
from chalicelib.converter.fonts.face import Face
from chalicelib.converter.scripts.harfbuzz import shape_clusters
from chalicelib.converter.scripts.script import MARKED_FACE, itemize

TEXTS = {
    "letters with a mark": "a\u0301 x\u0323 m\u0308\u0331",
    "hundreds of marks": "a" + "\u0301" * 300,
    "Arabic": "\u0628\u0650\u0633\u0652\u0645\u0650 \u0644\u0644\u0647",
    "Devanagari": "\u0915\u094d\u0937\u0947\u0924\u094d\u0930",
    "Tibetan": "\u0f62\u0f9f\u0f92\u0fb1\u0f74",
    "Khmer": "\u1780\u17d2\u179a\u17bb\u1784",
    "Syriac, of a font file without composites": "\u072b\u073c\u0720\u0733\u0721\u0710",
    "Balinese": "\u1b13\u1b44\u1b13\u1b38",
}


def clusters_of(text: str) -> ClusterFont:
    """Return the clusters of a text, and of an emoji beside them."""
    face = next((face for *_, face in itemize(text) if face), MARKED_FACE)
    assert isinstance(face, Face)
    clusters = ClusterFont(face, 1)
    for word in text.split():
        shape_clusters(word, clusters, rtl=False)
    clusters.encode_invisible("\U0001f600", 4000, rtl=False)
    return clusters


def font_of(text: str) -> TTFont:
    """Return the font of the clusters of a text."""
    program, glyphs = composite_font(clusters_of(text))
    font = TTFont(BytesIO(program), recalcBBoxes=False)
    assert max(glyphs) < font["maxp"].numGlyphs
    return font


@pytest.mark.parametrize("name", TEXTS)
def test_the_edges_of_each_glyph_are_those_of_its_outline(name: str) -> None:
    font = font_of(TEXTS[name])
    glyphs, glyf, head = font.getGlyphSet(), font["glyf"], font["head"]
    for glyph_name in font.getGlyphOrder():
        pen = ControlBoundsPen(glyphs)
        glyphs[glyph_name].draw(pen)
        glyph = glyf[glyph_name]
        edges = tuple(getattr(glyph, edge, 0) for edge in ("xMin", "yMin", "xMax", "yMax"))
        # Some font files themselves declare edges that are one unit off.
        assert edges == pytest.approx(pen.bounds or (0, 0, 0, 0), abs=1), glyph_name
        assert head.xMin <= edges[0]
        assert head.yMin <= edges[1]
        assert edges[2] <= head.xMax
        assert edges[3] <= head.yMax


@pytest.mark.parametrize("name", TEXTS)
def test_maxima_of_points_components_and_advances_hold_for_all_glyphs(name: str) -> None:
    font = font_of(TEXTS[name])
    glyf, maxp = font["glyf"], font["maxp"]
    assert max(advance for advance, _ in font["hmtx"].metrics.values()) == (
        font["hhea"].advanceWidthMax
    )
    composites = [glyf[one] for one in font.getGlyphOrder() if glyf[one].isComposite()]
    for glyph in composites:
        found = glyph.getCompositeMaxpValues(glyf)
        assert found.nPoints <= maxp.maxCompositePoints
        assert found.nContours <= maxp.maxCompositeContours
        assert found.maxComponentDepth <= maxp.maxComponentDepth
        assert len(glyph.components) <= maxp.maxComponentElements


@pytest.mark.parametrize("text", ["\u1780", "\u0c15", "\u0f40", "\u1000"])
def test_glyphs_are_as_far_above_those_of_the_font_file_as_the_face_is_raised(text: str) -> None:
    clusters = clusters_of(text)
    face = clusters.face
    assert face.rise > 0
    program, glyph_ids = composite_font(clusters)
    (cluster, code), *_ = clusters.codes.items()
    (placed,) = cluster.glyphs
    ink = face.hb_font.get_glyph_extents(placed.glyph_id)
    assert ink
    font = TTFont(BytesIO(program), recalcBBoxes=False)
    drawn = font["glyf"][font.getGlyphOrder()[glyph_ids[code]]]
    rise = round(face.rise / face.scale * face.hb_face.upem / 1000)
    assert (drawn.xMin, drawn.yMax) == (ink.x_bearing, ink.y_bearing + rise)
