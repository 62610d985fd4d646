"""What is drawn of joined, stacked and marked text is what HarfBuzz says, where it says."""

import io

import pikepdf
import pytest
import uharfbuzz as hb
from fontTools.pens.basePen import BasePen

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.face import CELL, Face
from tests.converter.converted import made
from tests.converter.scripts import gallery

_DPI = 216
_TOLERANCE = 0.003
_RIGHT_TO_LEFT = {"Arab", "Hebr", "Syrc", "Thaa", "Nkoo"}
_PLACE = Geometry.of(Options())


class _Path(BasePen):  # type: ignore[misc]
    """Operators of PDF that fill outlines, each moved and scaled."""

    def __init__(self) -> None:
        super().__init__()
        self.operators: list[str] = []
        self.x = self.y = self.scale = 0.0

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        places = [f"{self.x + x * self.scale:.4f} {self.y + y * self.scale:.4f}" for x, y in points]
        self.operators.append(" ".join([*places, operator]))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("l", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("c", *points)

    def _closePath(self) -> None:  # noqa: N802
        self._add("h")


def _outlines(row: str, face: Face, number: int, pen: _Path) -> None:
    """Draw a row as HarfBuzz sets it, where a page has it."""
    buffer = hb.Buffer()
    buffer.add_str(row)
    buffer.guess_segment_properties()
    rtl = buffer.script in _RIGHT_TO_LEFT
    buffer.direction = "rtl" if rtl else "ltr"
    buffer.language = "und"
    hb.shape(face.hb_font, buffer)
    size = _PLACE.size * face.scale
    pen.scale = size / face.hb_face.upem
    x = _PLACE.margin
    if rtl:
        advance = sum(one.x_advance for one in buffer.glyph_positions) * pen.scale
        x += _PLACE.columns * CELL * _PLACE.size / 1000 - advance
    y = _PLACE.baseline(number) + face.rise * _PLACE.size / 1000
    for glyph, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen.x, pen.y = x + at.x_offset * pen.scale, y + at.y_offset * pen.scale
        face.hb_font.draw_glyph_with_pen(glyph.codepoint, pen)
        pen.operators.append("f")
        x += at.x_advance * pen.scale


def _filled(pen: _Path) -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(_PLACE.width, _PLACE.height))
    page.obj.Contents = document.make_stream("\n".join(pen.operators).encode())
    sink = io.BytesIO()
    document.save(sink)
    return sink.getvalue()


def _rows(language: str) -> list[tuple[str, Face]]:
    """Rows of the text that need one font of a script."""
    found = ((row, gallery.face(row)) for row in gallery.rows(language))
    return [(row, face) for row, face in found if face and face.name.startswith("Noto")]


_LANGUAGES = [
    language for language in sorted(one.stem for one in gallery.TEXTS.glob("*.txt"))
    if _rows(language)
]  # fmt: skip


def test_every_language_of_the_gallery_is_tested() -> None:
    """But Vietnamese, which no font of a script sets."""
    assert set(gallery.LANGUAGES) - set(_LANGUAGES) == {"vi"}


@pytest.mark.parametrize("language", _LANGUAGES)
def test_a_page_is_what_harfbuzz_draws(language: str) -> None:
    """Every glyph, and each in its place; empty rows between them make room for tall ones."""
    rows = _rows(language)
    pen = _Path()
    for number, (row, face) in enumerate(rows):
        _outlines(row, face, 2 * number, pen)
    expected = gallery.page(_filled(pen), 2 * len(rows), _DPI)
    seen = gallery.page(made("\n\n".join(row for row, _ in rows)).pdf, 2 * len(rows), _DPI)
    assert gallery.difference(seen, expected) <= _TOLERANCE
