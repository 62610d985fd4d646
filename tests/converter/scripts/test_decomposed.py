"""Kana and Hangul that are spelled with several characters, as in names of files on macOS."""

import sys
from itertools import pairwise
from unicodedata import normalize

import pypdfium2
import pytest
from PIL import Image, ImageChops

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.face import CELL, CJK_FACE
from chalicelib.converter.fonts.font import FontSelector, choose_font
from chalicelib.converter.fonts.ink import NO_INK, Direction
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.scripts.decomposed import COMPOSED_FACE
from chalicelib.converter.scripts.harfbuzz import shape_clusters
from chalicelib.converter.scripts.script import itemize
from chalicelib.converter.scripts.shaper import Shaper
from tests.converter.converted import made, tool
from tests.converter.reading.decoded import JAPANESE, KOREAN

LETTERS = [
    letter
    for letter in map(chr, range(sys.maxunicode))
    if "\u3041" <= letter <= "\u30ff" or "\uac00" <= letter <= "\ud7a3"
    if len(normalize("NFD", letter)) > 1 and letter in CJK_FACE.characters
]


GEOMETRY = Geometry.of(Options())
SCALE = 2  # pixels a point
COMPOSER = Composer(80, Shaper(FontSelector()))


def picture(text: str) -> Image.Image:
    """The first page in white on black, without header and footer."""
    options = Options.parse({"pdf-header": "none", "pdf-footer": "none"})
    with pypdfium2.PdfDocument(made(text, options).pdf) as document:
        return ImageChops.invert(document[0].render(scale=SCALE).to_pil().convert("L"))


def test_each_letter_and_syllable_is_the_glyph_of_its_composed_form() -> None:
    assert len(LETTERS) == 11_172 + 2 * 27
    font = ClusterFont(COMPOSED_FACE, 1)
    for start in range(0, len(LETTERS), 100):
        text = normalize("NFD", "".join(LETTERS[start : start + 100]))
        for run in itemize(text):
            assert run.face is COMPOSED_FACE
            shape_clusters(text[run.start : run.end], font, rtl=False)
    glyphs = {cluster.text: [glyph.glyph_id for glyph in cluster.glyphs] for cluster in font.codes}
    assert glyphs == {normalize("NFD", one): [CJK_FACE.glyph(ord(one))] for one in LETTERS}


@pytest.mark.parametrize("text", [KOREAN, JAPANESE, "パパは、ガラスの「ボード」を。", "각간 값을"])
def test_decomposed_text_looks_like_composed_text(text: str) -> None:
    lines = f"{text}\n" * 3 + text * 9
    assert normalize("NFD", text) != text
    difference = ImageChops.difference(picture(lines), picture(normalize("NFD", lines)))
    assert not difference.point(lambda value: value > 127).getbbox()  # rows may differ by 0.01 %


@pytest.mark.parametrize("text", [KOREAN, JAPANESE])
def test_decomposed_text_is_copied_as_it_was_typed(text: str) -> None:
    typed = normalize("NFD", text).strip()
    document = made(typed)
    assert typed in document.pages[0].replace("\n", "")
    assert typed in tool("pdftotext", "-raw", "-", "-", document=document.pdf)


@pytest.mark.parametrize("lone", ["\u1161", "\u11a8", "\u119e", "\u11f0", "\u3099", "\u309a"])
@pytest.mark.parametrize("before", ["", "a", "漢", "あ", "\u1161", "각"])
def test_a_second_character_that_stands_alone_is_beside_what_is_before_it(
    before: str, lone: str
) -> None:
    text = f"{before}{lone}b"
    (row,) = COMPOSER.rows(text)
    assert str(row) == text
    cells = sum(2 if one > "\u02ff" else 1 for one in text)
    assert sum(piece.advance for piece in row.pieces) == pytest.approx(cells * CELL)
    ink = sorted(COMPOSER.ink(row).spans(Direction.ABOVE, NO_INK.above))
    assert len(ink) == len(text)
    assert all(left[1] <= right[0] for left, right in pairwise(ink))


@pytest.mark.parametrize("syllable", ["\u1112\u119e\u11ab", "\u1103\u119e", "\u1100\u1161\u11f0"])
def test_an_old_syllable_takes_two_cells(syllable: str) -> None:
    """Unifont's jamo are drawn over each other, and each is as wide as the syllable."""
    (row,) = COMPOSER.rows(syllable)
    assert sum(piece.advance for piece in row.pieces) == pytest.approx(2 * CELL)
    assert {choose_font(ord(jamo)).h_scale for jamo in syllable} == {100.0}
    left, _, right, _ = picture(syllable).getbbox() or (0, 0, 0, 0)
    assert GEOMETRY.left < left / SCALE + 1
    assert right / SCALE < GEOMETRY.left + 2 * GEOMETRY.cell
